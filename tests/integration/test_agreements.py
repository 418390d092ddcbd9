"""An agreement that has expired, through the API: what /health says, who may continue it, and what is refused."""

from datetime import UTC, datetime

import orjson
import pytest

from integration.scene import Scene
from support.http import JSON
from support.partnership import HOUSING, PRISON, UNIT

PATH = "/v1/agreements/northshire-1/continuation"
ORDER = {"by": "An Officer", "because": "The renewal is signed on Friday."}


@pytest.mark.duty("D16")
def test_information_governance_continues_an_agreement(scene: Scene) -> None:
    """/health names what has lapsed; one order lets it go on, tells what was held, and is in the ledger."""
    assert scene.door.request("GET", "/health").json()["lapsed"] == []
    scene.p.clock.moment = datetime(2027, 5, 2, 9, tzinfo=UTC)
    scene.arrested()
    assert scene.door.request("GET", "/health").json()["lapsed"] == ["northshire-1"]
    done = scene.agency(UNIT, "ig").post(PATH, orjson.dumps(ORDER), JSON)
    assert (done.status_code, done.json()) == (200, {"agreement": "northshire-1", "until": "2027-05-15", "told": 3})
    assert scene.door.request("GET", "/health").json()["lapsed"] == []
    assert [each["kind"] for each in scene.p.told(HOUSING)][-1] == "custody.person.arrested"
    assert scene.p.hub.verify().problems == []


REFUSED = [
    ("publish", PATH, ORDER, 403),
    ("ig", "/v1/agreements/northshire-9/continuation", ORDER, 404),
    ("ig", PATH, {"by": "An Officer"}, 422),
    ("ig", PATH, ORDER | {"because": " "}, 422),
    ("ig", PATH, ORDER, 422),
]


@pytest.mark.parametrize(("scope", "path", "order", "status"), REFUSED)
def test_what_is_refused(scene: Scene, scope: str, path: str, order: dict[str, str], status: int) -> None:
    """Another scope, an unknown agreement, an order without name or reason, and one that has not expired."""
    answer = scene.agency(PRISON, scope).post(path, orjson.dumps(order), JSON)
    assert answer.status_code == status
