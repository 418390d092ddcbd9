"""Somebody moves to the other area, over HTTP (IX12): what each unit reads before and after; what is held for whom."""

from typing import Any

import pytest

from integration.scene import Scene
from integration.test_held import contradicting_arrest, order, record_of
from support.builders import a_marker, a_missed_appointment
from support.fates import fate
from support.partnership import HOUSING, OTHER_HOUSING, OTHER_UNIT, POLICE, PROBATION, UNIT, who

COHORT, TRANSFERRED = "programme.cohort.decided", "programme.case.transferred"
MOVED = {
    "from_agency": UNIT,
    "to_agency": OTHER_UNIT,
    "role": "lead",
    "reason": "area_changed",
    "decided_by": "A Coordinator",
}
NEED = {"assessed_on": "2026-02-12", "before": "private_rented", "after": "nowhere", "support": ["find_a_home"]}
DECIDED = {"cohort": "Flex", "statutory": True, "decided_by": "Another Coordinator"}


def moves(scene: Scene) -> None:
    """The unit that has the case says that the person has moved."""
    answer = scene.agency(UNIT).publish(scene.raw(UNIT, TRANSFERRED, scene.person | MOVED))
    assert answer.status_code == 200
    scene.p.clock.turn(minutes=1)


def feed(scene: Scene, agency: str) -> Any:
    """What an agency reads on its feed."""
    return scene.agency(agency).get("/v1/feed").json()


def people(scene: Scene, agency: str) -> list[str]:
    """Whom an agency has a view of."""
    scene.p.hub.catch_up()
    return [line["person"] for line in scene.agency(agency).get("/v1/cases").json()["cases"]]


def held_for(scene: Scene, agency: str) -> list[dict[str, Any]]:
    """What waits, as this unit is shown it."""
    scene.p.hub.catch_up()
    found: list[dict[str, Any]] = scene.agency(agency).get("/v1/held").json()["held"]
    return found


@pytest.mark.duty("D15")
@pytest.mark.requirement("IX12")
@pytest.mark.requirement("GV6")
def test_the_case_is_read_by_the_unit_of_the_area_in_which_the_person_lives(scene: Scene) -> None:
    """Before the move the other unit reads nothing; after it the case and the next arrest. The feeds of the first unit
    and of its council stay byte for byte as they were.
    """
    scene.arrested()
    assert (people(scene, UNIT), people(scene, OTHER_UNIT)) == (["Fictional Testcase-1"], [])
    old = feed(scene, UNIT), feed(scene, HOUSING)
    moves(scene)
    scene.arrested()
    assert (feed(scene, UNIT), feed(scene, HOUSING)) == old
    assert people(scene, OTHER_UNIT) == ["Fictional Testcase-1"]
    alerts = scene.agency(OTHER_UNIT).get("/v1/alerts").json()["alerts"]
    assert {each["about"] for each in alerts} == {"transfer", "arrest"}
    assert scene.p.hub.verify().problems == []


@pytest.mark.duty("D12")
@pytest.mark.duty("D26")
def test_a_decision_about_somebody_elses_case_looks_like_any_other(scene: Scene) -> None:
    """The unit of the other area puts somebody on the programme who is on it: the receipt has the form of every
    receipt, its feed stays empty, and nothing is held that it could see.
    """
    known, unknown = (
        scene.agency(OTHER_UNIT).publish(scene.raw(OTHER_UNIT, COHORT, {**who(number), **DECIDED})) for number in (1, 2)
    )
    assert (known.status_code, set(known.json())) == (unknown.status_code, set(unknown.json()))
    assert people(scene, OTHER_UNIT) == ["Fictional Testcase-2"]
    assert held_for(scene, OTHER_UNIT) == []
    [waiting] = held_for(scene, UNIT)
    assert (waiting["publisher"], waiting["reason"]) == (OTHER_UNIT, "not_its_case")
    for update_id in (known.json()["id"], unknown.json()["id"]):
        assert order(scene, "discarding", update_id, of=OTHER_UNIT, by=OTHER_UNIT) == 404
    assert order(scene, "discarding", known.json()["id"], of=OTHER_UNIT) == 200


@pytest.mark.duty("D26")
@pytest.mark.duty("D27")
def test_what_is_held_is_shown_to_the_unit_whose_case_it_may_be(scene: Scene) -> None:
    """An arrest with the number of somebody of the first unit's is for that one alone; after the move it is for the
    other one alone, which places it.
    """
    arrest = contradicting_arrest(scene)
    assert [len(held_for(scene, unit)) for unit in (UNIT, OTHER_UNIT)] == [1, 0]
    known_as = record_of(scene)
    assert order(scene, "discarding", arrest, by=OTHER_UNIT) == 404
    moves(scene)
    assert [len(held_for(scene, unit)) for unit in (UNIT, OTHER_UNIT)] == [0, 1]
    assert order(scene, "placing", arrest, record=known_as) == 404
    [waiting] = held_for(scene, OTHER_UNIT)
    [proposed] = waiting["proposed"]
    assert order(scene, "placing", arrest, by=OTHER_UNIT, record=proposed["record"]) == 200
    assert fate(scene.p, POLICE, arrest) == "placed"


@pytest.mark.duty("D27")
@pytest.mark.parametrize(
    ("publisher", "kind", "said", "shown_to"),
    [
        (POLICE, "custody.person.wanted", a_marker(), {UNIT, OTHER_UNIT}),
        (PROBATION, "supervision.appointment.missed", a_missed_appointment(), {UNIT, OTHER_UNIT}),
        (HOUSING, "accommodation.need.assessed", NEED, {UNIT}),
        (OTHER_HOUSING, "accommodation.need.assessed", NEED, {OTHER_UNIT}),
    ],
)
def test_what_is_held_of_nobody_known_is_for_the_unit_of_its_area(
    scene: Scene, publisher: str, kind: str, said: dict[str, Any], shown_to: set[str]
) -> None:
    """Of an agency that works in one area, for the unit of that area; of one that works in both, for both."""
    scene.p.publish(publisher, kind, {"identifiers": {"crn": "X990099"}} | said)
    assert {unit for unit in (UNIT, OTHER_UNIT) if held_for(scene, unit)} == shown_to


@pytest.mark.duty("D26")
@pytest.mark.duty("D27")
def test_what_a_unit_is_not_shown_it_places_with_nobody(scene: Scene) -> None:
    """Not even with somebody of its own: to that unit what is held of another's cases is not there."""
    arrest = contradicting_arrest(scene)
    scene.agency(OTHER_UNIT).publish(scene.raw(OTHER_UNIT, COHORT, {**who(2), **DECIDED}))
    scene.p.hub.catch_up()
    [own] = scene.agency(OTHER_UNIT).get("/v1/cases").json()["cases"]
    assert order(scene, "placing", arrest, by=OTHER_UNIT, record=own["record"]) == 404
    assert [each["id"] for each in held_for(scene, UNIT)] == [str(arrest)]
