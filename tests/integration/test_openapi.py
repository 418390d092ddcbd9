"""OpenAPI: the document is valid and complete. That the answers keep to it, every test's client checks."""

import json
from typing import Any

import httpx
import openapi_spec_validator
import pytest

from integration.scene import Scene
from support.http import LINES, PROBLEM, STREAM, check_documented
from support.partnership import POLICE

PROBLEMS = ("401", "403", "404", "413", "422", "500", "503")


def operations(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation under /v1 by its method and path."""
    return {
        f"{method} {path}": operation
        for path, methods in found["paths"].items()
        if path.startswith("/v1/")
        for method, operation in methods.items()
    }


def test_the_document_is_valid(scene: Scene) -> None:
    """The document is OpenAPI 3.1 by the official schema, and JSON."""
    found = scene.door.app.openapi()
    openapi_spec_validator.validate(found)
    assert found["openapi"].startswith("3.1")
    served = scene.door.request("GET", "/openapi.json").json()
    assert served == json.loads(json.dumps(found))


def test_every_operation_declares_every_problem(scene: Scene) -> None:
    """Each operation under /v1 declares its refusals, each as problem+json with the schema of a problem."""
    found = operations(scene.door.app.openapi())
    assert len(found) >= 13
    for name, operation in found.items():
        for status in PROBLEMS:
            content = operation["responses"][status]["content"]
            assert content[PROBLEM]["schema"] == {"$ref": "#/components/schemas/ProblemBody"}, f"{name} {status}"


def test_every_operation_asks_for_a_token(scene: Scene) -> None:
    """Each operation under /v1 is declared to need a bearer token, and is refused without one; only the hub's public
    keys and the forms of updates are for everybody.
    """
    found = operations(scene.door.app.openapi())
    for name in [name for name in found if name == "get /v1/keys" or name.startswith("get /v1/schemas")]:
        assert "security" not in found.pop(name)
    for name, operation in found.items():
        assert operation["security"] == [{"HTTPBearer": []}], name
        method, path = name.split(" ")
        for part in ("update_id", "record", "alert_id", "message_id"):
            path = path.replace(f"{{{part}}}", "00000000-0000-4000-8000-000000000007")
        answer = scene.door.request(
            method.upper(), path.replace("{publisher}", "x").replace("{agency}", "x").replace("{kind}", "x")
        )
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), name


def test_what_is_not_json_is_declared(scene: Scene) -> None:
    """The document says where lines and streams come, and what may be sent."""
    paths = scene.door.app.openapi()["paths"]
    assert LINES in paths["/v1/updates"]["post"]["responses"]["200"]["content"]
    assert set(paths["/v1/updates"]["post"]["requestBody"]["content"]) >= {LINES, "application/cloudevents+json"}
    assert STREAM in paths["/v1/feed"]["get"]["responses"]["200"]["content"]


WRONG = [
    ("a status", httpx.Response(418, json={}, headers={"content-type": PROBLEM})),
    ("a media type", httpx.Response(200, text="{}", headers={"content-type": "text/plain"})),
    ("a body", httpx.Response(200, json={"v": 1})),
    ("a problem's body", httpx.Response(422, json={"detail": "x"}, headers={"content-type": PROBLEM})),
]


@pytest.mark.parametrize("answer", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_the_check_of_answers_can_fail(scene: Scene, answer: httpx.Response) -> None:
    """The tests' client would notice an answer that the document does not declare."""
    check_documented(scene.door.app, "POST", "/v1/updates", scene.agency(POLICE).publish(scene.arrest()))
    with pytest.raises(Exception, match=r"declared|required|valid"):
        check_documented(scene.door.app, "POST", "/v1/updates", answer)
