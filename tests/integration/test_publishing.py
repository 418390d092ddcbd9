"""Publishing over HTTP: the receipt says that the hub holds the bytes, and nothing else."""

from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from integration.scene import NOBODY, Scene
from support.builders import a_missed_appointment
from support.http import JSON, LINES
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION

KEYS = {"v", "id", "fingerprint", "received_at"}


def of_one_problem(answer: httpx.Response, status: int, rule: str | None = None) -> None:
    """The answer is this problem."""
    body = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (status, status, f"urn:iomhub:problem:{status}")
    if rule:
        assert [error["rule"] for error in body["errors"]] == [rule]


@pytest.mark.requirement("IX1")
@pytest.mark.parametrize("media", ["application/cloudevents+json", JSON, "application/json; charset=utf-8"])
def test_one_update_gets_a_receipt_with_its_own_id(scene: Scene, media: str) -> None:
    """An update is answered 200 with receipt v1, which names the publisher's own id and the hub's time."""
    update_id = uuid4()
    answer = scene.agency(POLICE).post("/v1/updates", scene.arrest(update_id=update_id), media)
    receipt = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    assert receipt.keys() == KEYS
    assert (receipt["v"], UUID(receipt["id"])) == (1, update_id)
    assert receipt["received_at"] == scene.p.clock.now().isoformat().replace("+00:00", "Z")


def test_the_same_again_gets_the_same_bytes_and_has_no_effect(scene: Scene) -> None:
    """An update sent again, an hour later, is answered with the first receipt byte for byte; no row is added."""
    raw, police = scene.arrest(), scene.agency(POLICE)
    first = police.publish(raw)
    rows = scene.rows()
    scene.p.clock.turn(hours=1)
    again = police.publish(raw)
    assert (again.status_code, again.content, again.headers) == (200, first.content, first.headers)
    assert scene.rows() == rows


@pytest.mark.duty("D26")
def test_placed_held_discarded_and_repeated_look_alike(scene: Scene) -> None:
    """One arrest is placed, one held, one discarded, one repeated: the four answers differ in id and fingerprint."""
    second = scene.p.person(2)["identifiers"]
    torn = {"identifiers": {"crn": scene.person["identifiers"]["crn"], "noms": second["noms"]}}
    placed = scene.arrest()
    raws = {"placed": placed, "held": scene.arrest(torn), "discarded": scene.arrest(NOBODY), "repeated": placed}
    before = scene.rows()
    answers = {}
    for name, raw in raws.items():
        answers[name] = scene.agency(POLICE).publish(raw)
    after = scene.rows()
    grown = {name: after[name] - before[name] for name in ("received", "updates", "ledger")}
    assert grown == {"received": 3, "updates": 2, "ledger": 2}, "the four were not treated as this test means"
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {tuple(answer.headers.items()) for answer in answers.values()} == {tuple(answers["placed"].headers.items())}
    assert {tuple(answer.json()) for answer in answers.values()} == {tuple(answers["placed"].json())}
    assert len({len(answer.content) for answer in answers.values()}) == 1
    assert len({answer.json()["received_at"] for answer in answers.values()}) == 1


def test_lines_are_answered_in_order_good_and_bad_mixed(scene: Scene) -> None:
    """NDJSON is answered 200 with one result a line, in order; a bad line does not stop the good ones."""
    ids = [uuid4() for _ in range(4)]
    good = [scene.arrest(update_id=each) for each in ids]
    forged = scene.raw(PROBATION, "supervision.appointment.missed", {**scene.person, **a_missed_appointment()})
    unknown = scene.raw(POLICE, "custody.person.teleported", scene.person)
    lines = [
        (good[0], ids[0]),
        (b"{", "not_json"),
        (good[1], ids[1]),
        (unknown, "unknown_kind"),
        (b"   ", None),  # no line
        (good[0], ids[0]),
        (scene.arrest(update_id=ids[1], station="Elsewhere"), "already_used"),
        (forged, 403),
        (scene.arrest(NOBODY, update_id=ids[2]), ids[2]),
        (b"[]", "not_an_object"),
        (b"\xff", "not_utf8"),
        (b"x" * (256 * 1024 + 1), "too_large"),
        (good[3], ids[3]),
    ]
    results = scene.agency(POLICE).publish_lines(raw for raw, _ in lines)
    assert [outcome(result) for result in results] == [said for _, said in lines if said is not None]
    assert results[0] == results[4]


def outcome(result: dict[str, dict[str, object]]) -> object:
    """What became of one line: the id in its receipt, the rule it broke, else the problem's status."""
    if "receipt" in result:
        assert result["receipt"].keys() == KEYS
        return UUID(str(result["receipt"]["id"]))
    problem = orjson.loads(orjson.dumps(result["problem"]))
    return problem["errors"][0]["rule"] if "errors" in problem else problem["status"]


def test_lines_of_nothing_are_answered_with_nothing(scene: Scene) -> None:
    """A batch without a line is answered 200 with an empty body."""
    answer = scene.agency(POLICE).post("/v1/updates", b"\n \n", LINES)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_line_has_the_same_receipt_as_the_update_alone(scene: Scene) -> None:
    """An update published in a batch has the receipt that it gets alone."""
    raw = scene.arrest()
    [line] = scene.agency(POLICE).publish_lines([raw])
    assert line["receipt"] == scene.agency(POLICE).publish(raw).json()


@pytest.mark.duty("D26")
def test_the_publisher_reads_its_receipt_again_and_nobody_else_does(scene: Scene) -> None:
    """The publisher reads the same bytes again, held and discarded too; for others it is as if it had never been."""
    ids = [uuid4(), uuid4(), uuid4()]
    raws = [scene.arrest(update_id=ids[0]), scene.arrest(NOBODY, update_id=ids[1])]
    raws.append(scene.arrest(scene.person | {"person": "Another Name", "date_of_birth": "1950-05-05"}, ids[2]))
    receipts = [scene.agency(POLICE).publish(raw) for raw in raws]
    unknown = scene.agency(POLICE).get(f"/v1/receipts/{uuid4()}")
    of_one_problem(unknown, 404)
    for update_id, receipt in zip(ids, receipts, strict=True):
        again = scene.agency(POLICE).get(f"/v1/receipts/{update_id}")
        assert (again.status_code, again.content) == (200, receipt.content)
        for other in set(EVERYONE) - {POLICE}:
            answer = scene.agency(other).get(f"/v1/receipts/{update_id}")
            assert (answer.status_code, answer.content, answer.headers) == (404, unknown.content, unknown.headers)


def test_an_id_used_for_other_bytes_is_a_conflict_and_changes_nothing(scene: Scene) -> None:
    """Other bytes under a used id, be it of a placed or of a discarded update, are refused 409; nothing changes."""
    for person in (scene.person, NOBODY):
        update_id = uuid4()
        receipt = scene.agency(POLICE).publish(scene.arrest(person, update_id))
        rows, feed = scene.rows(), scene.p.told(PROBATION)
        answer = scene.agency(POLICE).publish(scene.arrest(person, update_id, station="Southshire Canary"))
        of_one_problem(answer, 409, "already_used")
        assert b"Canary" not in answer.content
        assert (scene.rows(), scene.p.told(PROBATION)) == (rows, feed)
        assert scene.agency(POLICE).get(f"/v1/receipts/{update_id}").content == receipt.content


@pytest.mark.duty("D29")
def test_an_id_belongs_to_its_publisher_alone(scene: Scene) -> None:
    """That another agency has used an id is nobody's to notice: the same id from two publishers is two updates."""
    update_id = uuid4()
    assert scene.agency(POLICE).publish(scene.arrest(update_id=update_id)).status_code == 200
    missed = scene.raw(PROBATION, "supervision.appointment.missed", scene.person | a_missed_appointment(), update_id)
    answer = scene.agency(PROBATION).publish(missed)
    assert (answer.status_code, UUID(answer.json()["id"])) == (200, update_id)
    of_one_problem(scene.agency(HOUSING).get(f"/v1/receipts/{update_id}"), 404)
