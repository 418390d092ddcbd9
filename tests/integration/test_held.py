"""Held updates over HTTP (D27): the IOM unit sees who is meant and who is proposed, and a named person decides."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from hub.ports import UpdateKey
from integration.scene import Scene
from support.builders import a_missed_appointment, an_arrest
from support.fates import fate
from support.http import JSON
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, UNIT, who

ARREST, MISSED = "custody.person.arrested", "supervision.appointment.missed"
SAYS_WHO = {"by": "A Coordinator", "because": "custody confirmed who it is"}


def held(scene: Scene) -> list[dict[str, Any]]:
    """What the IOM unit is shown."""
    scene.p.hub.catch_up()
    answer = scene.agency(UNIT).get("/v1/held")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["held"]
    return found


def order(scene: Scene, what: str, update_id: UUID, *, of: str = POLICE, by: str = UNIT, **more: Any) -> int:
    """An agency orders what becomes of a held update; the status of the answer."""
    return scene.agency(by).post(f"/v1/held/{of}/{update_id}/{what}", orjson.dumps(SAYS_WHO | more), JSON).status_code


def contradicting_arrest(scene: Scene) -> UUID:
    """An arrest with this person's number and another's name."""
    return scene.p.publish(POLICE, ARREST, who(1) | {"person": "Somebody Else"} | an_arrest())


def record_of(scene: Scene, name: str = "Fictional Testcase-1") -> str:
    """The person, as the IOM unit knows them."""
    scene.p.hub.catch_up()
    lines = scene.agency(UNIT).get("/v1/cases").json()["cases"]
    return next(str(line["record"]) for line in lines if line["person"] == name)


@pytest.mark.duty("D27")
def test_what_is_held_is_placed_by_a_named_person_and_then_told(scene: Scene) -> None:
    """Until then nobody hears of it; then everybody hears what they would have heard, the ledger says who decided and
    why, and all of it verifies.
    """
    arrest = contradicting_arrest(scene)
    before = {agency: scene.p.hub.feed.head(agency) for agency in EVERYONE}
    [waiting] = held(scene)
    assert (waiting["id"], waiting["reason"], waiting["urgent"]) == (str(arrest), "contradiction", True)
    [proposed] = waiting["proposed"]
    assert (proposed["record"], proposed["grounds"]) == (record_of(scene), ["identifier"])
    assert {agency: scene.p.hub.feed.head(agency) for agency in EVERYONE} == before
    assert order(scene, "placing", arrest, record=proposed["record"]) == 200
    assert fate(scene.p, POLICE, arrest) == "placed"
    assert len(scene.p.told(HOUSING, ARREST)) == 1
    with scene.p.hub.archive() as archive:
        entered = archive.entry_of(UpdateKey(POLICE, arrest))
    assert entered
    assert orjson.loads(entered.record)["order"] == SAYS_WHO | {"agency": UNIT, "asked_by": "a test"}
    assert held(scene) == []
    assert scene.p.hub.verify().problems == []


@pytest.mark.duty("D27")
def test_what_is_said_of_somebody_is_not_shown_to_who_places(scene: Scene) -> None:
    """Who is meant, and no more: the offence of a held arrest is nobody's to know before it is placed."""
    contradicting_arrest(scene)
    text = scene.agency(UNIT).get("/v1/held").text
    assert "Somebody Else" in text
    assert "burglary" not in text
    assert "Northshire Central" not in text


@pytest.mark.duty("D26")
@pytest.mark.duty("D27")
@pytest.mark.parametrize("agency", sorted({*EVERYONE} - {UNIT}))
def test_to_everybody_else_there_is_nothing(scene: Scene, agency: str) -> None:
    """Not even to the publisher: the answers are those of a path about nobody."""
    arrest = contradicting_arrest(scene)
    record = record_of(scene)
    assert scene.agency(agency).get("/v1/held").status_code == 404
    for what in ("placing", "discarding"):
        more = {"record": record} if what == "placing" else {}
        assert order(scene, what, arrest, by=agency, **more) == 404
        assert order(scene, what, uuid4(), by=UNIT, **more) == 404
    assert fate(scene.p, POLICE, arrest) == "held: contradiction"


@pytest.mark.duty("D26")
def test_what_is_discarded_leaves_a_receipt_and_a_ledger_entry(scene: Scene) -> None:
    """The content is gone, sending it again gets the same receipt, and the ledger says who discarded it and why."""
    raw = scene.raw(POLICE, ARREST, who(1) | {"person": "Somebody Else"} | an_arrest())
    first = scene.agency(POLICE).publish(raw)
    arrest = UUID(first.json()["id"])
    assert order(scene, "discarding", arrest) == 200
    assert order(scene, "discarding", arrest) == 404
    assert fate(scene.p, POLICE, arrest) == "discarded"
    assert scene.agency(POLICE).publish(raw).json() == first.json()
    assert held(scene) == []
    assert scene.p.hub.verify().problems == []


@pytest.mark.duty("D27")
def test_a_name_and_a_birth_date_propose_one_or_both_twins_and_choose_none(scene: Scene) -> None:
    """One who fits is proposed; of two who fit both are, and neither hears of it until somebody decides."""
    missed = scene.p.publish(PROBATION, MISSED, who(1) | {"identifiers": {"crn": "X990099"}} | a_missed_appointment())
    [waiting] = held(scene)
    assert [(each["record"], each["grounds"]) for each in waiting["proposed"]] == [
        (record_of(scene), ["name_and_birth_date"])
    ]
    twin = who(1) | {"identifiers": {"crn": "X990002"}, "cohort": "Flex", "statutory": False, "decided_by": "A"}
    scene.p.publish(UNIT, "programme.cohort.decided", twin)
    [waiting] = held(scene)
    assert len({each["record"] for each in waiting["proposed"]}) == 2
    assert fate(scene.p, PROBATION, missed) == "held: unknown_person"
    assert scene.p.told(PROBATION, MISSED) == []


@pytest.mark.duty("D27")
def test_an_order_that_cannot_stand_is_refused(scene: Scene) -> None:
    """Nobody places an update whose reference is unknown, nor one with a person whom the unit does not know."""
    said = {"update": str(uuid4()), "reason": "recorded_in_error"}
    withdrawn = scene.p.publish(POLICE, "trust.update.withdrawn", said)
    assert order(scene, "placing", withdrawn, record=record_of(scene)) == 422
    arrest = contradicting_arrest(scene)
    assert order(scene, "placing", arrest, record=str(uuid4())) == 404
    assert len(held(scene)) == 2


@pytest.mark.duty("D27")
def test_who_looked_at_what_is_held_is_in_the_ledger(scene: Scene) -> None:
    """The look has its entry first, like every other."""
    contradicting_arrest(scene)
    held(scene)
    with scene.p.hub.archive() as archive:
        entries = [orjson.loads(each.record) for each in archive.entries(0, archive.size())]
    assert [each["agency"] for each in entries if each.get("what") == "held"] == [UNIT]
