"""When two records become one case, who works one is told once how things stand in the other (D14); when they are
parted, who worked one only by the other loses sight of it in silence, after the retention (D15).

Housing works with A, the hostel with B, each by itself; probation and the police work with both.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from hub.disclosing import Reason
from hub.explaining import explain_held
from hub.recounting import LATER
from support.builders import a_consent, a_release_plan, an_arrest
from support.pair import ARREST, Pair
from support.partnership import HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, partnership

PLAN = "custody.release.planned"
OWN = ("message_id", "record", "bundle")


@pytest.fixture(name="pair")
def _pair() -> Iterator[Pair]:
    """A was arrested; B is to be released, and was arrested before that."""
    with partnership() as partners:
        yield begun(Pair(partners))


def begun(pair: Pair) -> Pair:
    """What stands before."""
    pair.partners.publish(PROBATION, "trust.consent.given", pair.who["B"] | a_consent(HOSTEL))
    pair.partners.involve(pair.who["B"], HOSTEL, ("accommodation",))
    pair.partners.involve(pair.who["B"], PRISON)
    for kind, agency, person, content in (
        (ARREST, POLICE, "B", an_arrest()),
        (ARREST, POLICE, "A", an_arrest()),
        (PLAN, PRISON, "B", a_release_plan()),
    ):
        pair.partners.clock.turn(minutes=1)
        pair.partners.publish(agency, kind, pair.who[person] | content)
    return pair


def new(pair: Pair, *sentences: str) -> dict[str, list[dict[str, Any]]]:
    """What these add to the feeds of housing and the hostel."""
    feeds = {"housing": HOUSING, "hostel": HOSTEL, "probation": PROBATION, "police": POLICE}
    before = {name: len(pair.partners.told(agency)) for name, agency in feeds.items()}
    for sentence in sentences:
        pair.tell(sentence)
    told = {name: pair.partners.told(agency)[before[name] :] for name, agency in feeds.items()}
    return {
        name: [each for each in found if each and not each["kind"].startswith("trust.")] for name, found in told.items()
    }


def about(told: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Kind and person of each."""
    return sorted((each["kind"], each["person"]) for each in told)


A, B = "Fictional Testcase-1", "Fictional Testcase-2"


@pytest.mark.duty("D14")
@pytest.mark.duty("D12")
def test_a_link_tells_either_side_once_how_things_stand_in_the_other(pair: Pair) -> None:
    """Housing is told the arrest and the plan of B, the hostel the arrest of A; whoever knew both hears nothing, and a
    link that waits for somebody tells nobody.
    """
    assert not any(new(pair, "police links").values())
    told = new(pair, "iom confirms")
    assert about(told["housing"]) == [(ARREST, B), (PLAN, B)]
    assert about(told["hostel"]) == [(ARREST, A)]
    assert (told["probation"], told["police"]) == ([], [])
    assert not any(new(pair, "iom links").values())
    assert pair.partners.hub.verify().problems == []


@pytest.mark.duty("D14")
def test_it_tells_what_an_agency_that_newly_works_the_record_is_told(pair: Pair) -> None:
    """Field by field what housing would be told, were it involved with B by itself at that moment."""
    joined = new(pair, "iom links")["housing"]
    with partnership() as partners:
        alone = begun(Pair(partners))
        alone.partners.clock.turn(minutes=1)
        before = len(alone.partners.told(HOUSING))
        alone.partners.involve(alone.who["B"], HOUSING, ("accommodation",))
        expected = [each for each in alone.partners.told(HOUSING)[before:] if each["kind"] in (ARREST, PLAN)]
    assert [without_ids(each) for each in joined] == [without_ids(each) for each in expected] != []


def without_ids(told: dict[str, Any]) -> dict[str, Any]:
    """What a record says, without the ids that differ from hub to hub."""
    return {name: value for name, value in told.items() if name not in OWN}


@pytest.mark.duty("D14")
@pytest.mark.duty("D28")
def test_why_is_answered_with_the_record_that_was_told_of(pair: Pair) -> None:
    """What housing holds of B by the link is traced to its clause, and to how things stood when it came."""
    [plan] = [each for each in new(pair, "iom links")["housing"] if each["kind"] == PLAN]
    hub = pair.partners.hub
    with hub.archive() as archive:
        held = explain_held(
            archive, lambda _: hub.bundle, HOUSING, UUID(plan["message_id"]), ["release_on"], for_partner=False
        )
    [cell] = held.cells
    assert cell.outcome == "told"
    assert cell.clause
    assert LATER[Reason.SNAPSHOT] in cell.reason


@pytest.mark.duty("D14")
def test_who_comes_to_one_record_of_a_case_comes_to_all(pair: Pair) -> None:
    """The records are linked already when the hostel, which works with neither, is involved with A."""
    pair.partners.publish(UNIT, "programme.agency.withdrew", {**pair.who["B"], "agency": HOSTEL})
    pair.tell("iom links")
    before = len(pair.partners.told(HOSTEL))
    pair.partners.clock.turn(minutes=1)
    pair.partners.involve(pair.who["A"], HOSTEL, ("accommodation",))
    told = [each for each in pair.partners.told(HOSTEL)[before:] if each.get("kind") == ARREST]
    assert (ARREST, A) in about(told)


@pytest.mark.duty("D15")
def test_parted_records_close_for_who_worked_one_by_the_other(pair: Pair) -> None:
    """Thirty days after the link is undone housing's view has A alone and the hostel's B alone, and no feed has more
    for it; probation, which works with both, keeps both.
    """
    pair.tell("iom links")
    assert pair.views(HOUSING) == pair.views(HOSTEL) == {A, B}
    assert not any(new(pair, "iom unlinks").values())
    pair.let_pass(29)
    assert pair.views(HOUSING) == pair.views(HOSTEL) == {A, B}
    heads = [pair.partners.hub.feed.head(each) for each in (HOUSING, HOSTEL, PROBATION)]
    pair.let_pass(2)
    assert (pair.views(HOUSING), pair.views(HOSTEL), pair.views(PROBATION)) == ({A}, {B}, {A, B})
    assert [pair.partners.hub.feed.head(each) for each in (HOUSING, HOSTEL, PROBATION)] == heads
    assert pair.partners.hub.verify().problems == []


@pytest.mark.duty("D15")
def test_records_that_are_linked_again_stay_open(pair: Pair) -> None:
    """Within the retention nothing closes, and nothing is told twice; after it the other record is told anew, as it
    stands then: the day of the plan has passed.
    """
    pair.tell("iom links")
    pair.tell("iom unlinks")
    pair.let_pass(10)
    assert not any(new(pair, "iom links").values())
    pair.let_pass(25)
    assert pair.views(HOUSING) == {A, B}
    pair.tell("iom unlinks")
    pair.let_pass(31)
    assert pair.views(HOUSING) == {A}
    assert about(new(pair, "iom links")["housing"]) == [(ARREST, B)]
    assert pair.views(HOUSING) == {A, B}


@pytest.mark.duty("D15")
def test_who_leaves_one_record_of_a_case_leaves_all(pair: Pair) -> None:
    """Housing's involvement with A ends: the view of B closes with it."""
    pair.tell("iom links")
    pair.partners.publish(UNIT, "programme.agency.withdrew", {**pair.who["A"], "agency": HOUSING})
    pair.let_pass(31)
    assert pair.views(HOUSING) == set()
    assert pair.views(HOSTEL) == {A, B}
    assert pair.partners.hub.verify().problems == []


@pytest.mark.duty("D15")
@pytest.mark.parametrize("parted", [False, True])
def test_a_consent_that_ends_locks_what_it_told_of_the_other_record(parted: bool) -> None:
    """The person agreed under B's number, and the hostel was told of A's arrest on it. When the consent is withdrawn
    the hostel hears so once, and A's arrest is locked, though the records may have been parted since.
    """
    with partnership() as partners:
        pair = Pair(partners)
        consent = partners.publish(PROBATION, "trust.consent.given", pair.who["B"] | a_consent(HOSTEL))
        partners.involve(pair.who["B"], HOSTEL, ("accommodation",))
        pair.tell("iom links")
        partners.clock.turn(minutes=1)
        partners.publish(POLICE, ARREST, pair.who["A"] | an_arrest())
        [arrest] = partners.told(HOSTEL, ARREST)
        if parted:
            pair.tell("iom unlinks")
        partners.publish(PROBATION, "trust.consent.withdrawn", {"consent": str(consent)})
        [notice] = partners.told(HOSTEL, "trust.consent.withdrawn")
        assert arrest["message_id"] in [each["message"] for each in notice["locked"]]
        assert partners.hub.verify().problems == []
