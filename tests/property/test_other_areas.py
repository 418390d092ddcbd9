"""Nobody lets itself into the cases of another area (D12), whatever two IOM units say, and in whatever order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.facts import Facts
from hub.standing import Standing
from property.happenings import (
    NOON,
    Happening,
    agencies,
    answers,
    claims,
    cohorts,
    folded,
    histories,
    key_of,
    standing,
    transfers,
    units,
)
from property.widening import CONFIRMED, claim, cohort, widened
from schemas.updates import Update
from schemas.vocabulary import Involvement
from support.partnership import HOUSING, OTHER_UNIT, POLICE, PROBATION, UNIT

STRANGER = "walk-along-mentors"
"""An agency that works no case here."""
OWN = 500

words = st.one_of(claims(units, agencies), answers(units), cohorts(), transfers())
Said = tuple[str, Update, Any, int | None]


def told_by(stranger: str, said: list[Said]) -> list[Happening]:
    """The unit puts somebody on the programme, and then this is said, in part by a stranger."""
    keys, found = [key_of(UNIT, 0)], [cohort(0)]
    for number, (publisher, update, at, about) in enumerate(said, 1):
        by = stranger if publisher == OTHER_UNIT else publisher
        target = keys[about % len(keys)] if about is not None and update.refers_to() else None
        found.append(Happening(number, by, at, update, target))
        keys.append(found[-1].key)
    return found


@st.composite
def said_in_a_case(draw: st.DrawFn) -> list[Said]:
    """What the home unit, the agencies that work the case and the other unit say; nobody hands it to that unit."""
    by = st.sampled_from([UNIT, OTHER_UNIT, OTHER_UNIT, PROBATION, POLICE, HOUSING])
    kinds = st.one_of(claims(by, agencies), answers(by), cohorts(), transfers(st.just(OTHER_UNIT)))
    chosen = draw(st.lists(st.tuples(kinds, st.integers(-3, 3), st.integers(0, 20)), max_size=10))
    return [(publisher, update, NOON.replace(hour=12 + hour), about) for (publisher, update), hour, about in chosen]


def counts(found: Standing) -> tuple[Any, ...]:
    """What decisions rest on, whoever said it."""
    works = {agency: claim.role for agency, claim in found.involvement.items() if agency not in (OTHER_UNIT, STRANGER)}
    return works, found.cohort, found.left, found.home, found.backers.leads


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
@given(said_in_a_case())
@settings(max_examples=600)
def test_in_the_case_of_another_unit_a_unit_is_an_agency_like_any(said: list[Said]) -> None:
    """Whatever the other unit decides, claims, confirms or transfers counts as little as from an agency that knows
    nobody here.
    """
    unit, anybody = (standing(folded(told_by(stranger, said))) for stranger in (OTHER_UNIT, STRANGER))
    assert counts(unit) == counts(anybody)
    assert not unit.works(OTHER_UNIT)


@st.composite
def taken_further(draw: st.DrawFn) -> tuple[str, Facts, list[Happening]]:
    """Anything that two units say; and what the one that does not have the case then says alone."""
    happened = [cohort(0), *draw(histories(words, 7))]
    facts = folded(happened)
    away = OTHER_UNIT if UNIT in standing(facts).home else UNIT
    alone = st.just(away)
    own = st.one_of(claims(alone, st.one_of(alone, agencies)), answers(alone), cohorts(alone), transfers(alone))
    return away, facts, draw(histories(own, 4, OWN, tuple(each.key for each in happened)))


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
@given(taken_further())
@settings(max_examples=800)
def test_a_unit_that_does_not_have_the_case_lets_itself_in_by_nothing(
    case: tuple[str, Facts, list[Happening]],
) -> None:
    """Whatever was said before, and however often the case changed hands: a unit that it does not belong to is told no
    field more by what it publishes alone, be it with a date of long ago or by taking its own word back.
    """
    assert widened(*case) == set()


@pytest.mark.duty("D12")
def test_there_is_something_to_let_oneself_into() -> None:
    """Where the home unit says that the other works the case, and that one confirms it, it is told a good deal."""
    vouched = [cohort(0), claim(1, UNIT, OTHER_UNIT, Involvement.ACTIVE, 0)]
    assert len(widened(OTHER_UNIT, folded(vouched), [Happening(OWN, OTHER_UNIT, NOON, CONFIRMED, vouched[1].key)])) > 40
