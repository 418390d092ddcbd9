"""Alerts of the programme: reviews, hand-overs, targets, outcomes, and alerts that nobody has answered."""

from typing import Any
from uuid import UUID

import pytest

from consumers.alerts import alert_for
from consumers.case_views import CaseViews, from_row
from property.memory import MemoryViews
from schemas.disclosures import Disclosure
from schemas.views import Alert
from support.partnership import HOUSING, UNIT

NAME, DAY = "Fictional Testcase-1", "2026-03-20"
CALLED, MOVED, CONCLUDED = "programme.review.called", "programme.review.moved", "programme.review.concluded"
TRANSFERRED, DESELECTED, TARGET = "programme.case.transferred", "programme.person.deselected", "programme.target.set"
OUTCOME, UNANSWERED = "trust.outcome.reported", "trust.alert.unacknowledged"
PERSON = {"person": NAME}


def told(kind: str, number: int = 1, recipient: str = HOUSING, **fields: Any) -> Disclosure:
    """A disclosure, to housing unless the test says so."""
    return Disclosure(recipient, UUID(int=1000 + number), kind, "bundle", UUID(int=1), fields)


def alert(kind: str, **fields: Any) -> Alert | None:
    """The alert that it raises at housing."""
    return alert_for(1, told(kind, **fields))


@pytest.mark.requirement("RV5")
@pytest.mark.parametrize(
    ("kind", "fields", "about", "headline"),
    [
        (CALLED, {}, "review", f"A review is called: {NAME}"),
        (CALLED, {"held_at": DAY}, "review", f"A review is called for {DAY}: {NAME}"),
        (MOVED, {}, "review", f"A review is moved: {NAME}"),
        (MOVED, {"held_at": DAY, "reason": "other"}, "review", f"A review is moved to {DAY} (other): {NAME}"),
        (TRANSFERRED, {"to_agency": HOUSING}, "transfer", f"You take over: {NAME}"),
        (TRANSFERRED, {"from_agency": "a", "to_agency": "b"}, "transfer", f"a hands over to b: {NAME}"),
        (DESELECTED, {}, "deselection", f"{NAME} left the programme"),
        (DESELECTED, {"reason": "good_progress"}, "deselection", f"{NAME} left the programme (good progress)"),
        (TARGET, {"owner": HOUSING}, "target", f"You answer for a target: {NAME}"),
        (TARGET, {"owner": HOUSING, "due_on": DAY}, "target", f"You answer for a target due on {DAY}: {NAME}"),
        (OUTCOME, {}, "outcome", "Something that you said or were told of has an outcome"),
        (
            OUTCOME,
            {"outcome": "acted_on"},
            "outcome",
            "Something that you said or were told of has an outcome: acted on",
        ),
        (UNANSWERED, {}, "unanswered", f"Nobody has answered an alert: {NAME}"),
        (UNANSWERED, {"silent": ["a", "b"]}, "unanswered", f"Nobody has answered an alert by a, b: {NAME}"),
    ],
)
def test_the_headline_is_made_of_what_was_told(kind: str, fields: dict[str, Any], about: str, headline: str) -> None:
    """Each alert is one sentence for its partner, and grows only with what this partner was told."""
    found = alert(kind, **PERSON, **fields)
    assert found is not None
    assert (found.about, found.headline) == (about, headline)


@pytest.mark.parametrize("kind", [CALLED, MOVED, TRANSFERRED, DESELECTED, OUTCOME])
def test_what_one_says_is_no_news_to_oneself(kind: str) -> None:
    """Whoever calls a review, hands a case over or reports an outcome gets no alert of that."""
    assert alert(kind, source=HOUSING) is None
    assert alert(kind, source=UNIT) is not None


def test_a_target_is_an_alert_for_its_owner_alone() -> None:
    """The IOM unit hears of every target, and is alerted to its own."""
    assert alert_for(1, told(TARGET, recipient=UNIT, owner=HOUSING)) is None
    assert alert_for(1, told(TARGET, recipient=UNIT, owner=UNIT)) is not None


@pytest.mark.parametrize(
    ("kinds", "fact"),
    [
        ([CALLED, MOVED, CONCLUDED], "review"),
        (["programme.person.referred", "programme.person.rereferred"], "referral"),
        (["programme.cohort.decided", DESELECTED], "cohort"),
        (["programme.person.scored", "programme.person.scored"], "score"),
        (["programme.readiness.assessed", "programme.readiness.assessed"], "readiness"),
    ],
)
def test_the_view_shows_how_it_stands(kinds: list[str], fact: str) -> None:
    """A review, a referral, the place on the programme, a score: the later one takes the row of the earlier."""
    views = MemoryViews()
    for number, kind in enumerate(kinds, 1):
        CaseViews().apply(views, number, told(kind, number))  # type: ignore[arg-type]  # it keeps what is needed
    [row] = [from_row(each) for each in views.facts.values()]
    assert (row.fact, row.kind) == (fact, kinds[-1])
