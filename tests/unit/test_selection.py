"""Selection: what a score proposes, what leaving counts as, who takes over from whom, which links count."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub.facts import Facts, fold
from hub.linking import counting
from hub.standing import Standing, standing
from property.shaping import sample
from schemas.programme_vocabulary import CountsAs, Deselection
from schemas.updates import parse
from support.partnership import HOUSING, POLICE, PROBATION, UNIT, who

BUNDLE = Bundle(load())
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCORED, TRANSFERRED = "programme.person.scored", "programme.case.transferred"
DESELECTED, LINKED, UNLINKED = "programme.person.deselected", "trust.identity.linked", "trust.identity.unlinked"
CONFIRMED, WITHDRAWN = "trust.fact.confirmed", "trust.update.withdrawn"
COHORT = ("programme.cohort.decided", {**who(), "cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"})
TO_POLICE = {"from_agency": HOUSING, "to_agency": POLICE, "role": "active"}


def said(kind: str, **more: Any) -> Any:
    """The sample of this kind, saying something else."""
    return parse(kind, orjson.dumps(sample(kind) | more))


def now(*story: tuple[str, str, dict[str, Any], int]) -> Standing:
    """What counts after each of these: by whom, which kind, what else it says, at which hour. The first is `u0`; what
    is about an earlier one says so as `about`.
    """
    return standing(facts_after(*story), BUNDLE, date(1990, 1, 1), NOON + timedelta(days=1))


def facts_after(*story: tuple[str, str, dict[str, Any], int]) -> Facts:
    """What is known after each of these."""
    facts = Facts()
    for number, (by, kind, told, hour) in enumerate(story):
        target, more = told.get("about"), {name: value for name, value in told.items() if name != "about"}
        fold(facts, f"u{number}", by, NOON + timedelta(hours=hour), said(kind, **more), target, NOON)
    return facts


ON = (UNIT, *COHORT, 0)


@pytest.mark.requirement("SR1")
@pytest.mark.requirement("SR2")
@pytest.mark.requirement("SR3")
@pytest.mark.parametrize(
    ("method", "total", "proposes"),
    [
        ((70, 40), 70, "accept"),
        ((70, 40), 69, "target"),
        ((70, 40), 40, "target"),
        ((70, 40), 39, "monitor_or_reject"),
        ((90, 50), 89, "target"),
        ((90, 50), 90, "accept"),
        ((90, 50), 49, "monitor_or_reject"),
        ((None, None), 90, None),
    ],
)
def test_what_a_score_proposes(method: tuple[int | None, int | None], total: int, proposes: str | None) -> None:
    """By the thresholds of its own method, Staffordshire's or Stoke's; without any it proposes nothing."""
    accept, target = method
    assert said(SCORED, accept_from=accept, target_from=target, total=total).content().get("proposes") == proposes


@pytest.mark.parametrize(
    "thresholds", [{"accept_from": 70, "target_from": None}, {"accept_from": 40, "target_from": 70}]
)
def test_thresholds_come_together_and_in_order(thresholds: dict[str, int | None]) -> None:
    """One threshold without the other, or in the wrong order, is no method."""
    with pytest.raises(ValidationError, match="needs both thresholds"):
        said(SCORED, **thresholds)


def test_nobody_takes_over_from_itself() -> None:
    """A transfer names two agencies."""
    with pytest.raises(ValidationError, match="another agency"):
        said(TRANSFERRED, from_agency=POLICE, to_agency=POLICE)
    with pytest.raises(ValidationError, match="a role"):
        said(TRANSFERRED, role="none")


@pytest.mark.duty("D21")
def test_only_good_progress_is_a_success() -> None:
    """Of all reasons to leave the programme one counts as a success, and none as a failure."""
    found = {reason: said(DESELECTED, reason=reason).derived()["counts_as"] for reason in Deselection}
    assert [reason for reason, counts in found.items() if counts == CountsAs.SUCCESS] == [Deselection.GOOD_PROGRESS]
    assert set(found.values()) == {CountsAs.SUCCESS, CountsAs.NEUTRAL}


@pytest.mark.duty("D12")
@pytest.mark.parametrize(
    ("by", "confirmed_by", "waits", "counts"),
    [
        (UNIT, None, False, True),
        (PROBATION, None, False, True),
        (POLICE, None, True, False),
        (POLICE, HOUSING, True, False),
        (POLICE, POLICE, True, False),
        (POLICE, UNIT, False, True),
        (HOUSING, None, True, False),
        (HOUSING, PROBATION, False, True),
    ],
)
def test_whose_word_hands_a_case_over(by: str, confirmed_by: str | None, waits: bool, counts: bool) -> None:
    """The IOM unit's, or that of probation, which leads the case; anybody else's once one of these confirms it."""
    lead = {"agency": PROBATION, "role": "lead"}
    story = [ON, (UNIT, "programme.agency.involved", lead, 1), (PROBATION, CONFIRMED, {"about": "u1"}, 1)]
    story.append((by, TRANSFERRED, TO_POLICE, 2))
    if confirmed_by:
        story.append((confirmed_by, CONFIRMED, {"about": "u3"}, 3))
    found = now(*story)
    assert found.works(POLICE) == counts
    assert (POLICE in found.pending) == waits


@pytest.mark.parametrize(
    ("story", "cohort", "left"),
    [
        ([ON], "Fixed", None),
        ([ON, (UNIT, DESELECTED, {}, 1)], None, "Fixed"),
        ([(UNIT, DESELECTED, {}, 1), ON], None, "Fixed"),
        ([ON, (UNIT, DESELECTED, {}, 0)], None, "Fixed"),
        ([ON, (UNIT, DESELECTED, {}, 1), (UNIT, COHORT[0], COHORT[1] | {"cohort": "Flex"}, 2)], "Flex", None),
        ([ON, (UNIT, DESELECTED, {}, 1), (UNIT, WITHDRAWN, {"about": "u1"}, 2)], None, None),
        ([ON, (UNIT, DESELECTED, {}, 1), (UNIT, WITHDRAWN, {"about": "u0"}, 2)], None, None),
        ([ON, (UNIT, DESELECTED, {}, -1)], "Fixed", None),
    ],
)
def test_where_somebody_stands(story: list[Any], cohort: str | None, left: str | None) -> None:
    """The later word wins, in whichever order they come; at equal times, to leave; what was superseded stays so."""
    found = now(*story)
    assert (found.cohort and found.cohort.cohort, found.left and found.left.cohort) == (cohort, left)


@pytest.mark.duty("D12")
@pytest.mark.duty("D27")
@pytest.mark.parametrize(
    ("by", "more", "counts"),
    [
        (UNIT, [], True),
        (POLICE, [], False),
        (POLICE, [(PROBATION, CONFIRMED, {"about": "u1"}, 2)], False),
        (POLICE, [(UNIT, CONFIRMED, {"about": "u1"}, 2)], True),
        (UNIT, [(POLICE, UNLINKED, {"about": "u1"}, 2)], False),
        (UNIT, [(UNIT, WITHDRAWN, {"about": "u1"}, 2)], False),
    ],
)
def test_which_links_count(by: str, more: list[Any], counts: bool) -> None:
    """By the IOM unit's word or its confirmation, until somebody undoes it; and who works the case stays as it was."""
    story = (ON, (by, LINKED, {}, 1), *more)
    found = now(*story)
    assert counting(facts_after(*story), found.backers) == ({"u1"} if counts else set())
    assert found.involvement == now(ON).involvement
