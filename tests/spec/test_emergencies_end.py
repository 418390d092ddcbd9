"""An emergency leaves nothing behind, whatever came in between, and nobody opens one unseen."""

from collections.abc import Callable
from uuid import UUID

import pytest

from hub.receiving import Rejected
from hub.timers import fire_due
from support.builders import an_arrest, an_opening, an_outcome
from support.later import PATHWAYS, a_case, cancel, has
from support.partnership import DRUGS, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership
from support.signing import replaced, signed

OPENED, PLANNED = "trust.access.opened", "custody.release.planned"
Happens = Callable[[Partnership, UUID], None]
OVER = ["closing, opening", "closing, opening", "-"]


def nothing_more(_: Partnership, __: UUID) -> None:
    """Only time passes: the hub itself confirms the arrest."""


def outcome(partners: Partnership, arrest: UUID) -> None:
    """It came to nothing."""
    partners.publish(POLICE, "custody.person.left", an_outcome(arrest))


def withdrawal(partners: Partnership, arrest: UUID) -> None:
    """It was recorded in error."""
    partners.publish(POLICE, "trust.update.withdrawn", {"update": str(arrest), "reason": "recorded_in_error"})


def cancellation(partners: Partnership, _: UUID) -> None:
    """The plan is off."""
    cancel(partners, partners.told(PRISON, PLANNED)[-1]["message_id"])


def has_ended(partners: Partnership) -> None:
    """Its time is up, and everything that was due has been done."""
    partners.clock.turn(hours=8)
    while fire_due(partners.hub.acceptor):
        pass


BECOMES: list[tuple[Happens, str, str]] = [
    (nothing_more, "arrest*, opening, plan*", "arrest*, opening, plan*"),
    (outcome, "arrest*, opening, outcome*, plan*", "opening, plan*"),
    (withdrawal, "arrest*, opening, plan*", "opening, plan*"),
    (cancellation, "arrest*, cancelled*, opening, plan*", "arrest*, opening"),
]
"""What happens, and what is then on the opener's feed and in its view."""


@pytest.mark.duty("D13")
@pytest.mark.duty("D1")
@pytest.mark.parametrize(("happens", "feed", "view"), BECOMES)
def test_what_became_of_what_an_emergency_told_goes_with_it(happens: Happens, feed: str, view: str) -> None:
    """While the glass is broken the drug service hears how the arrest ended, that it was taken back, that the plan is
    off: without an alert, and in a record that goes when the time is up. Nothing of any of it stays.
    """
    with a_case(POLICE, PROBATION, PRISON, referred=DRUGS) as (partners, someone):
        arrest = partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        partners.publish(DRUGS, OPENED, someone | an_opening())
        happens(partners, arrest)
        partners.clock.turn(hours=1)
        fire_due(partners.hub.acceptor)
        assert has(partners, DRUGS) == [feed, view, "-"]
        has_ended(partners)
        assert has(partners, DRUGS) == OVER
        assert all("stands" not in each for each in partners.told(DRUGS))
        assert partners.hub.verify().problems == []


@pytest.mark.duty("D13")
@pytest.mark.duty("D12")
def test_who_broke_the_glass_before_it_had_to_do_with_the_case_has_opened_nothing() -> None:
    """The drug service, a stranger, opens the case; an hour later it is referred. What comes then is not told it in an
    emergency of which it never heard, and nothing is left in its view.
    """
    with a_case(POLICE, PROBATION, PRISON) as (partners, someone):
        partners.publish(DRUGS, OPENED, someone | an_opening())
        partners.clock.turn(hours=1)
        partners.involve(someone, DRUGS, PATHWAYS[DRUGS], role="referred")
        partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        assert has(partners, DRUGS) == ["-", "-", "-"]
        has_ended(partners)
        assert has(partners, DRUGS) == ["-", "-", "-"]


@pytest.mark.duty("D13")
def test_an_emergency_ends_though_its_opener_has_left_the_register() -> None:
    """Housing breaks the glass, and another housing agency takes its place in the policies. The hub closes what was
    opened all the same, and every other timer fires.
    """
    with a_case(POLICE, PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        partners.publish(HOUSING, OPENED, someone | an_opening())
        assert "plan*" in has(partners, HOUSING)[0]
        partners.governed_by(signed(2, replaced(HOUSING, "southshire-council-housing")))
        assert partners.hub.governing.in_force.version == 2
        has_ended(partners)
        assert partners.told(PROBATION, "trust.update.confirmed") != []
        assert partners.told(HOUSING, PLANNED) == []
        assert partners.hub.verify().problems == []


@pytest.mark.duty("D13")
def test_nobody_hides_an_opening_from_those_who_review_it() -> None:
    """Marked restricted, it would be withheld from the prison and the IOM unit; so it is refused, and opens nothing."""
    with a_case(POLICE, PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        with pytest.raises(Rejected) as refused:
            partners.publish(HOUSING, OPENED, someone | an_opening(handling="restricted"))
        assert [(each.path, each.rule) for each in refused.value.problems] == [("data.handling", "must_be_reviewed")]
        assert has(partners, HOUSING) == ["-", "-", "-"]


@pytest.mark.duty("D13")
@pytest.mark.parametrize(("also_open_to", "feed"), [((), "opening"), ((UNIT,), "opening, plan*")])
def test_nobody_breaks_the_glass_where_nobody_could_review_it(also_open_to: tuple[str, ...], feed: str) -> None:
    """A case that is closed to the IOM unit, too, opens for nobody, however urgent it is said to be."""
    with a_case(POLICE, PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        said = {"restriction": "victim_safety", "open_to": [POLICE, HOUSING, *also_open_to], "set_by": "A Detective"}
        partners.publish(POLICE, "trust.restriction.set", someone | said | {"review_on": "2026-06-01"})
        partners.publish(HOUSING, OPENED, someone | an_opening())
        assert has(partners, HOUSING)[0] == feed
