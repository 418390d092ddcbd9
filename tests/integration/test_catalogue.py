"""The forms of updates, read over HTTP: every kind, every version, as it stands in the repository."""

import hashlib
import json

from integration.scene import Scene
from schemas import generating
from schemas.updates import KINDS, versions

PATH = "/v1/schemas"


def test_every_schema_can_be_read_by_anybody(scene: Scene) -> None:
    """Without a token: the list of kinds, the versions of each, each schema as the file in the repository has it."""
    listed, files = scene.door.request("GET", PATH).json()["kinds"], generating.files()
    assert [line["kind"] for line in listed] == sorted(KINDS)
    for line in listed:
        found = scene.door.request("GET", f"{PATH}/{line['kind']}").json()["versions"]
        assert [each["version"] for each in found] == list(versions(KINDS[line["kind"]]))
        for each in found:
            answer = scene.door.request("GET", each["path"])
            assert answer.headers["content-type"] == "application/schema+json"
            assert hashlib.sha256(answer.content).hexdigest() == each["digest"]
            assert answer.text == files[generating.file_name(line["kind"], each["version"])]


def test_what_a_reader_has_is_not_sent_again(scene: Scene) -> None:
    """With the ETag of what it has, it hears that nothing changed; with another, it gets it. Anybody may keep it."""
    kind = min(KINDS)
    for path in (PATH, f"{PATH}/{kind}", f"{PATH}/{kind}/versions/1"):
        first = scene.door.request("GET", path)
        tag = first.headers["etag"]
        assert first.headers["cache-control"] == "public, max-age=3600"
        for known in (tag, f"W/{tag}", f'"another", {tag}', "*"):
            again = scene.door.request("GET", path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert scene.door.request("GET", path, headers={"If-None-Match": '"another"'}).content == first.content


def test_what_is_not_there_is_not_there(scene: Scene) -> None:
    """A kind or a version that nobody knows is nothing; a token changes nothing in any answer."""
    kind = min(KINDS)
    for path in (
        f"{PATH}/custody.person.vanished",
        f"{PATH}/{kind}/versions/2",
        f"{PATH}/custody.person.vanished/versions/1",
    ):
        assert scene.door.request("GET", path).status_code == 404
    assert scene.door.request("GET", f"{PATH}/{kind}/versions/0").status_code == 422
    with_token = scene.agency("northshire-police").get(f"{PATH}/{kind}/versions/1")
    assert with_token.content == scene.door.request("GET", f"{PATH}/{kind}/versions/1").content
    assert json.loads(with_token.content)["x-kind"] == kind
