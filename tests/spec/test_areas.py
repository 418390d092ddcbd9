"""Two areas of one county (IX12, GV6): who hears of whom before and after a move; and what the other unit can do."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from hub.explaining import NoSuchUpdate
from hub.ports import UpdateKey
from hub.proposing import Order, place
from support.builders import a_marker, a_release_plan, an_arrest
from support.fates import fate
from support.partnership import (
    DRUGS,
    HOSTEL,
    HOUSING,
    OTHER_HOUSING,
    OTHER_TEAM,
    OTHER_UNIT,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
    who,
)
from support.righting import ARREST
from support.seeing import Scene, scene

PLANNED, RECALLED = "custody.release.planned", "trust.disclosure.recalled"
COHORT, DESELECTED = "programme.cohort.decided", "programme.person.deselected"
INVOLVED, TRANSFERRED = "programme.agency.involved", "programme.case.transferred"
DECIDED = {"cohort": "Flex", "statutory": True, "decided_by": "Another Coordinator"}
MOVES = {"role": "lead", "reason": "area_changed", "decided_by": "A Coordinator"}
ALL = {
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "hostel": HOSTEL,
    "drugs": DRUGS,
    "upper unit": UNIT,
    "upper housing": HOUSING,
    "lower unit": OTHER_UNIT,
    "lower housing": OTHER_HOUSING,
    "lower team": OTHER_TEAM,
}
EVERYWHERE = {"police", "probation", "hostel", "drugs"}
"""They work in both areas, and with this person; the prison, too, which hears of no arrest."""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        found.turn(minutes=1)
        yield found


def arrest_reaches(here: Scene) -> set[str]:
    """The person is arrested: who hears of it."""
    before = {agency: here.hub.feed.head(agency)[0] for agency in ALL.values()}
    here.says(POLICE, ARREST, an_arrest())
    here.turn(minutes=1)
    return {name for name, agency in ALL.items() if len(arrests_after(here, agency, before[agency]))}


def arrests_after(here: Scene, agency: str, seq: int) -> list[Any]:
    """The arrests on its feed behind this one."""
    records = here.hub.feed.read(agency, seq, 10_000)
    return [each for each in records if each.values().get("kind") == ARREST]


def moves(here: Scene, by: str, old: str, new: str) -> UUID:
    """Somebody says that the person has moved from the area of one unit to that of the other."""
    found: UUID = here.says(by, TRANSFERRED, {"from_agency": old, "to_agency": new, **MOVES})
    here.turn(minutes=1)
    return found


@pytest.mark.duty("D14")
@pytest.mark.duty("D15")
@pytest.mark.requirement("IX12")
@pytest.mark.requirement("GV6")
def test_who_moves_to_the_other_area_is_its_units_from_then_on(here: Scene) -> None:
    """The unit and the council of the area that the person leaves hear nothing more, of the move neither; who works in
    both goes on; the unit of the other area hears how things stand, and what happens then. After thirty days the old
    views close.
    """
    assert arrest_reaches(here) == {*EVERYWHERE, "upper unit", "upper housing"}
    here.says(PRISON, PLANNED, a_release_plan())
    heads = [here.hub.feed.head(agency) for agency in (UNIT, HOUSING)]
    moves(here, UNIT, UNIT, OTHER_UNIT)
    assert [len(here.partners.told(OTHER_UNIT, kind)) for kind in (TRANSFERRED, PLANNED, ARREST)] == [1, 1, 1]
    assert arrest_reaches(here) == {*EVERYWHERE, "lower unit"}
    assert [here.hub.feed.head(agency) for agency in (UNIT, HOUSING)] == heads
    here.turn(days=31)
    assert [bool(here.sight(agency).facts) for agency in (UNIT, HOUSING, POLICE, OTHER_UNIT)] == [
        False,
        False,
        True,
        True,
    ]
    assert here.hub.verify().problems == []


@pytest.mark.duty("D12")
@pytest.mark.duty("D15")
@pytest.mark.requirement("IX12")
def test_who_comes_back_is_worked_with_by_whoever_is_named_anew(here: Scene) -> None:
    """Back in the first area the unit hears again. The council of that area does not, until the unit has said so."""
    moves(here, UNIT, UNIT, OTHER_UNIT)
    moves(here, OTHER_UNIT, OTHER_UNIT, UNIT)
    assert arrest_reaches(here) == {*EVERYWHERE, "upper unit"}
    here.partners.involve(here.someone, HOUSING, ("accommodation",))
    here.turn(minutes=1)
    assert arrest_reaches(here) == {*EVERYWHERE, "upper unit", "upper housing"}
    assert here.hub.verify().problems == []


@pytest.mark.duty("D12")
@pytest.mark.requirement("GV6")
def test_an_agency_of_one_area_works_a_case_of_the_other_where_its_unit_says_so(here: Scene) -> None:
    """The council of the other area has found a home: the unit that has the case lets it in, its own unit does not."""
    said = {"agency": OTHER_HOUSING, "role": "active", "pathways": ["accommodation"]}
    claim = here.says(OTHER_HOUSING, INVOLVED, said)
    here.partners.confirm(OTHER_UNIT, OTHER_HOUSING, claim)
    assert "lower housing" not in arrest_reaches(here)
    here.partners.confirm(UNIT, OTHER_HOUSING, claim)
    assert arrest_reaches(here) == {*EVERYWHERE, "upper unit", "upper housing", "lower housing"}


FOREIGN: dict[str, tuple[str, dict[str, Any]]] = {
    "decides a cohort": (COHORT, {**who(), **DECIDED}),
    "decides that the person leaves": (DESELECTED, {"reason": "capacity", "consulted": True, "decided_by": "A"}),
    "says that it works the case": (INVOLVED, {"agency": OTHER_UNIT, "role": "lead"}),
    "says that its council works the case": (INVOLVED, {"agency": OTHER_HOUSING, "role": "active"}),
    "takes the case over": (TRANSFERRED, {"from_agency": UNIT, "to_agency": OTHER_UNIT, **MOVES}),
    "hands over a case that it does not have": (TRANSFERRED, {"from_agency": OTHER_UNIT, "to_agency": HOSTEL, **MOVES}),
    "ends what another does": ("programme.agency.withdrew", {"agency": PROBATION}),
}


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
@pytest.mark.parametrize("days_ago", [0, 40])
@pytest.mark.parametrize("deed", FOREIGN)
def test_the_unit_of_the_other_area_changes_nothing_and_is_told_nothing(here: Scene, deed: str, days_ago: int) -> None:
    """Whatever it says of somebody who is on the programme already, with whatever date: its feed stays empty, and the
    same are told as before.
    """
    kind, said = FOREIGN[deed]
    at = here.partners.clock.now().replace(month=1, day=20) if days_ago else None
    here.says(OTHER_UNIT, kind, said, at=at)
    here.turn(minutes=1)
    assert arrest_reaches(here) == {*EVERYWHERE, "upper unit", "upper housing"}
    assert here.hub.feed.head(OTHER_UNIT)[0] == 0
    assert here.hub.verify().problems == []


@pytest.mark.duty("D12")
@pytest.mark.duty("D21")
def test_a_decision_of_the_other_unit_waits_for_the_unit_that_has_the_case(here: Scene) -> None:
    """Nobody is told of it, so that nobody takes it for true. A named person of the unit that has the case places it:
    then it counts, and the other unit leads the case beside the first.
    """
    claim = here.says(OTHER_UNIT, COHORT, {**who(), **DECIDED})
    assert fate(here.partners, OTHER_UNIT, claim) == "held: not_its_case"
    assert [len(here.partners.told(agency, COHORT)) for agency in (POLICE, UNIT, OTHER_UNIT)] == [1, 1, 0]
    record, key = here.hub.identity, UpdateKey(OTHER_UNIT, claim)
    with pytest.raises(NoSuchUpdate):
        place(here.hub.acceptor, key, record.record(OTHER_UNIT, record_of(here)), order_of(OTHER_UNIT))
    place(here.hub.acceptor, key, record.record(UNIT, record_of(here)), order_of(UNIT))
    here.turn(minutes=1)
    assert [told["cohort"] for told in here.partners.told(POLICE, COHORT)] == ["Fixed", "Flex"]
    assert arrest_reaches(here) == {*EVERYWHERE, "upper unit", "upper housing", "lower unit"}
    assert here.hub.verify().problems == []


def record_of(here: Scene) -> UUID:
    """The record of the person, as the hub knows it."""
    with here.hub.archive() as archive:
        [(record, _)] = archive.people()
    return record


def order_of(agency: str) -> Order:
    """A named person of this agency decides."""
    return Order(agency, "A Coordinator", "both units agreed", "a test")


@pytest.mark.duty("D15")
@pytest.mark.duty("D12")
def test_who_has_handed_the_case_over_orders_nothing_back(here: Scene) -> None:
    """The unit knows an arrest from before. Once the case is the other unit's, its order that housing gives the arrest
    back is held, and its word lets nobody in.
    """
    arrest_reaches(here)
    [arrest] = [here.partners.told(UNIT, ARREST)[0]["message_id"]]
    moves(here, UNIT, UNIT, OTHER_UNIT)
    said = {
        "update": str(arrest),
        "recipients": [PROBATION],
        "ordered_by": "A Coordinator",
        "reason": "told by mistake",
    }
    order = here.says(UNIT, RECALLED, said, alone=True)
    assert fate(here.partners, UNIT, order) == "held: not_its_publisher"
    here.partners.involve(here.someone, OTHER_HOUSING, ("accommodation",))
    here.turn(minutes=1)
    assert arrest_reaches(here) == {*EVERYWHERE, "lower unit"}


@pytest.mark.duty("D12")
@pytest.mark.duty("D27")
def test_a_decision_of_the_other_unit_brings_no_number(here: Scene) -> None:
    """It names the person by a number that is known, and by one that is not: that one leads to nobody."""
    here.says(OTHER_UNIT, COHORT, {**who(), **DECIDED, "identifiers": who()["identifiers"] | {"pnc": "2001/0000001Q"}})
    here.turn(minutes=1)
    wanted = here.partners.publish(
        POLICE, "custody.person.wanted", {"identifiers": {"pnc": "2001/0000001Q"}, **a_marker()}
    )
    assert fate(here.partners, POLICE, wanted) == "held: unknown_person"


class TwoHomes:
    """Two records of one person: the upper unit has the one, the lower the other; both stand behind the link."""

    def __init__(self, partners: Partnership) -> None:
        self.partners, self.one = partners, partners.person(1)
        self.other = {"identifiers": who(2)["identifiers"]}
        partners.publish(OTHER_UNIT, COHORT, {**who(2), **DECIDED})
        for agency in (POLICE, PROBATION):
            partners.involve(self.one, agency)
            self.involve(self.other, agency, OTHER_UNIT)
        partners.involve(self.one, HOUSING, ("accommodation",))
        said = {"further": who(2)["identifiers"], "ground": "fingerprints", "decided_by": "A Clerk"}
        self.link = partners.publish(POLICE, "trust.identity.linked", self.one | said)
        partners.clock.turn(minutes=1)
        partners.confirm(UNIT, POLICE, self.link)

    def involve(self, person: dict[str, Any], agency: str, unit: str) -> None:
        said = {**person, "agency": agency, "role": "active", "pathways": []}
        self.partners.confirm(agency, unit, self.partners.publish(unit, INVOLVED, said))

    def arrest_reaches_housing(self) -> bool:
        before = self.partners.hub.feed.head(HOUSING)
        self.partners.clock.turn(minutes=1)
        self.partners.publish(POLICE, ARREST, self.other | an_arrest())
        return self.partners.hub.feed.head(HOUSING) != before


@pytest.mark.duty("D12")
@pytest.mark.duty("D27")
def test_records_of_two_homes_open_nothing_to_each_other_until_one_is_handed_over() -> None:
    """Each unit goes on deciding in its own record, though both have said that it is one person. When one hands its
    record over, what opens in the one opens in the other.
    """
    with partnership() as partners:
        both = TwoHomes(partners)
        assert not both.arrest_reaches_housing()
        said = {"from_agency": OTHER_UNIT, "to_agency": UNIT, **MOVES}
        partners.publish(OTHER_UNIT, TRANSFERRED, both.other | said)
        assert both.arrest_reaches_housing()
        assert partners.hub.verify().problems == []
