"""What happens when an agreement expires: flow is held and alarmed, and nothing of it is lost (D16)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from hub.bootstrap import open_hub
from hub.continuing import NoSuchAgreement, continue_agreement, lapsed_now, resume
from hub.receiving import Rejected
from support.builders import a_concern, a_release_plan, an_arrest, an_outcome
from support.later import COLUMNS, has, rows
from support.partnership import HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership, partnership

AGREEMENT = "northshire-1"
EXPIRED = datetime(2027, 5, 2, 9, tzinfo=UTC)
ARREST, PLANNED = "custody.person.arrested", "custody.release.planned"
Story = tuple[Partnership, dict[str, Any]]

TABLE = """
    situation            | agency  | on its feed              | in its view        | alerts
    ---------------------+---------+--------------------------+--------------------+---------------------------
    it has expired       | housing | -                        | -                  | -
    it has expired       | prison  | cohort, plan             | cohort, plan       | release_plan
    it was continued     | housing | outcome, plan            | outcome, plan      | custody_outcome, release_plan
    it was continued     | prison  | cohort, plan             | cohort, plan       | release_plan
    two weeks later      | housing | outcome, plan            | outcome, plan      | custody_outcome, release_plan
"""


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    """Housing, police and prison work with somebody; then the agreement that everything rests on expires."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency in (POLICE, PROBATION, PRISON):
            partners.involve(someone, agency)
        partners.involve(someone, HOUSING, ("accommodation",))
        partners.clock.moment = EXPIRED
        yield partners, someone


def it_goes_on(story: Story) -> None:
    """A plan, an arrest, and how that ended."""
    partners, someone = story
    partners.publish(PRISON, PLANNED, someone | a_release_plan(release_on="2027-05-10"))
    arrest = partners.publish(POLICE, ARREST, someone | an_arrest())
    partners.publish(POLICE, "custody.person.left", an_outcome(arrest, "bailed"))


def go_on(partners: Partnership) -> int:
    """The officer continues it. How much was told."""
    return continue_agreement(partners.hub.acceptor, AGREEMENT, "An Officer", "Signed on Friday.", "a test")[1]


def check(partners: Partnership, situation: str) -> None:
    """What each agency has is what the table says; and everything verifies."""
    said = {COLUMNS[name]: cells for is_of, name, *cells in rows(TABLE) if is_of == situation}
    assert {agency: has(partners, agency) for agency in said} == said
    assert partners.hub.verify().problems == []


def again(partners: Partnership) -> None:
    """The hub stops and starts."""
    partners.hub.close()
    partners.hub = open_hub(partners.settings, clock=partners.clock)


@pytest.mark.requirement("IX6")
@pytest.mark.duty("D16")
def test_what_an_expired_agreement_would_have_told_is_held_and_told_once_it_is_continued(story: Story) -> None:
    """Nothing is cut in two: after the continuation housing has the plan, and the outcome of the arrest after the
    arrest; a publisher's own update came back to it all the time. It works across restarts, and once.
    """
    partners, _ = story
    it_goes_on(story)
    check(partners, "it has expired")
    again(partners)
    assert go_on(partners) > 0
    check(partners, "it was continued")
    again(partners)
    partners.clock.turn(days=13)
    assert lapsed_now(partners.hub.store, partners.hub.bundle, partners.clock.now().date()) == frozenset()
    partners.clock.turn(days=1)
    assert lapsed_now(partners.hub.store, partners.hub.bundle, partners.clock.now().date()) == {AGREEMENT}
    it_goes_on(story)
    check(partners, "two weeks later")


@pytest.mark.duty("D16")
def test_a_second_continuation_is_refused(story: Story) -> None:
    """An agreement is continued once; so is none that is in force, and none that there is not."""
    partners, _ = story
    go_on(partners)
    for days in (0, 30):
        partners.clock.turn(days=days)
        with pytest.raises(Rejected, match="already_continued"):
            go_on(partners)
    with pytest.raises(NoSuchAgreement):
        continue_agreement(partners.hub.acceptor, "northshire-9", "An Officer", "It is not there.", "a test")


@pytest.mark.duty("D16")
def test_an_agreement_in_force_is_not_continued(story: Story) -> None:
    """The fourteen days are not spent before they are needed."""
    partners, _ = story
    partners.clock.turn(days=-30)
    with pytest.raises(Rejected, match="in_force"):
        go_on(partners)


@pytest.mark.duty("D16")
def test_safety_goes_on(story: Story) -> None:
    """What concerns somebody's safety is told whatever has expired; the rest of it follows with the agreement."""
    partners, someone = story
    until = {"until": "2027-05-09T09:00:00Z"}
    partners.publish(PROBATION, "trust.concern.disclosed", someone | a_concern(HOUSING, reviewer=UNIT) | until)
    [told] = partners.told(HOUSING, "trust.concern.disclosed")
    assert {"concern", "what", "until"} <= set(told)
    assert "person" not in told
    go_on(partners)
    assert "person" in partners.told(HOUSING, "trust.concern.disclosed")[-1]
    assert partners.hub.verify().problems == []


@pytest.mark.duty("D16")
def test_it_is_alarmed(story: Story) -> None:
    """The log says how much waits for which agreement, and no more."""
    with structlog.testing.capture_logs() as logs:
        it_goes_on(story)
    said = [each for each in logs if each["event"] == "agreement_lapsed"]
    assert said
    assert {tuple(sorted(each)) for each in said} == {("agreement", "count", "event", "log_level")}


@pytest.mark.duty("D16")
def test_a_later_date_tells_what_was_held(story: Story) -> None:
    """A new bundle gives the agreement another year: what waits for it is told then."""
    partners, _ = story
    it_goes_on(story)
    assert resume(partners.hub.acceptor) == 0
    partners.clock.turn(days=-10)  # as if the date lay ahead
    assert resume(partners.hub.acceptor) == 1
    assert resume(partners.hub.acceptor) == 0
    check(partners, "it was continued")
