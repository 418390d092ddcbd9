"""Facts are a set: in whatever order updates arrive, they come to the same."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import facts as fact_rules
from hub import presenting
from hub.cases import Case
from hub.claims import KEPT
from hub.facts import Facts
from hub.placing import PersonIdentity
from hub.standing import Standing
from property.happenings import (
    BUNDLE,
    NOW,
    Happening,
    agencies,
    answers,
    claims,
    cohorts,
    folded,
    histories,
    lasting,
    links,
    movements,
    programme,
    standing,
    still_so,
    transfers,
    units,
)
from schemas.updates import Update
from schemas.updates.custody import Released
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.vocabulary import Handling
from support.partnership import who

everything = st.one_of(claims(), answers(), movements(), cohorts(), transfers(), lasting(), programme())
of_two_units = st.one_of(claims(units, agencies), answers(units), cohorts(), transfers())


def shuffled(
    size: int = 12, kinds: st.SearchStrategy[tuple[str, Update]] = everything
) -> st.SearchStrategy[tuple[list[Happening], list[Happening]]]:
    """A history, and the same one in another order."""
    return histories(kinds, size).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one)))


@pytest.mark.duty("D12")
@given(shuffled())
@settings(max_examples=600)
def test_any_order_of_arrival_gives_the_same_facts(orders: tuple[list[Happening], list[Happening]]) -> None:
    """Trust and custody updates in any order, at equal times, in any zone, give the same facts byte for byte."""
    one, other = (folded(order) for order in orders)
    assert one.content() == other.content()


@given(shuffled())
@settings(max_examples=400)
def test_any_order_of_arrival_gives_the_same_standing(orders: tuple[list[Happening], list[Happening]]) -> None:
    """Who works the case, and what the person agreed to, does not hang on whose message was faster."""
    one, other = (standing(folded(order)) for order in orders)
    assert one == other


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
@given(shuffled(8, of_two_units))
@settings(max_examples=600)
def test_any_order_of_arrival_gives_the_same_home(orders: tuple[list[Happening], list[Happening]]) -> None:
    """To which unit a case belongs, and what each of two may say in it, does not hang on the order either."""
    one, other = (standing(folded(order)) for order in orders)
    assert one == other


@pytest.mark.duty("D12")
@given(st.tuples(shuffled(8, st.one_of(links(), claims(), answers())), shuffled(5, st.one_of(claims(), cohorts()))))
@settings(max_examples=300)
def test_any_order_of_arrival_gives_the_same_case_of_two_records(
    both: tuple[tuple[list[Happening], list[Happening]], tuple[list[Happening], list[Happening]]],
) -> None:
    """What counts in two records that may be linked to each other does not hang on whose message was faster."""
    (one, other), (another, shuffled_too) = both
    assert together(folded(one), folded(another)) == together(folded(other), folded(shuffled_too))


def together(*facts: Facts) -> list[Standing]:
    """What counts in each of these records, the first of which is of the first person, and so on."""
    cases = [Case(UUID(int=n), PersonIdentity(case_id=UUID(int=n), **who(n)), each) for n, each in enumerate(facts, 1)]
    for case in cases:
        case.weigh(BUNDLE, NOW, frozenset())
    for case in cases:
        case.weigh_with([each.as_record() for each in cases if each is not case], BUNDLE, NOW, frozenset())
    return [case.standing for case in cases]


@given(shuffled())
@settings(max_examples=400)
def test_any_order_of_arrival_gives_the_same_current_updates(orders: tuple[list[Happening], list[Happening]]) -> None:
    """What a newcomer would be told of how things stand does not hang on whose message was faster (D14)."""
    one, other = (presenting.current(folded(order), NOW.date()) for order in orders)
    assert one == other


@pytest.mark.requirement("IX14")
@given(
    histories(still_so(), 16, about=("a level",) * 20).flatmap(
        lambda one: st.tuples(st.just(one), st.permutations(one))
    )
)
@settings(max_examples=300)
def test_the_last_words_that_it_is_still_so_are_kept(orders: tuple[list[Happening], list[Happening]]) -> None:
    """However often somebody said that an update still stands, and in whatever order that was heard, the last such
    words of each handling are kept, and those that were taken back are not among them (D14, D29).
    """
    one, other = (folded(order) for order in orders)
    assert one.content() == other.content()
    said = presenting.said_again(one, "a level")
    assert said == presenting.said_again(other, "a level")
    last = list[Happening]()
    for handling in Handling:
        of_it = [e for e in orders[0] if e.target == "a level" and isinstance(e.update, UpdateReaffirmed)]
        of_it = [each for each in of_it if each.update.handling is handling]
        last += sorted(of_it, key=lambda each: (each.at, each.key))[-KEPT:]
    last.sort(key=lambda each: (each.at, each.key), reverse=True)
    assert said == [each.key for each in last if each.key not in one.withdrawn]


def sort(update: Update) -> tuple[object, ...]:
    """Movements of one sort say the same of where somebody is, and may be told to the same partners."""
    return type(update), update.handling, getattr(update, "outcome", None) == "remanded", _recalled(update)


def _recalled(update: Update) -> bool:
    return getattr(update, "reason", None) == "recall"


@given(histories(movements(), 30).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
@settings(max_examples=200)
def test_the_movements_that_are_kept_are_the_last_ones(orders: tuple[list[Happening], list[Happening]]) -> None:
    """However many movements there were, and however late some came, the same last ones of each sort are kept; and
    with them each release that is not settled.
    """
    one, other = (folded(order) for order in orders)
    assert one.custody == other.custody
    releases = {each.key for each in orders[0] if isinstance(each.update, Released)}
    assert releases - one.settled <= one.custody.keys()
    for kind in {sort(each.update) for each in orders[0]}:
        mine = [each for each in orders[0] if sort(each.update) == kind]
        last = sorted(mine, key=lambda each: (each.at, each.key))[-KEPT:]
        assert {each.key for each in last} <= one.custody.keys()
        surplus = {each.key for each in mine if each.key in one.custody} - {each.key for each in last}
        assert all(issubclass(kind[0], Released) and key not in one.settled for key in surplus)


@given(histories(everything, 10))
@settings(max_examples=200)
def test_an_update_folded_twice_counts_once(history: list[Happening]) -> None:
    """A repeated update changes nothing that counts."""
    once, twice = folded(history), folded([*history, *history])
    assert once.content() == twice.content()


@given(histories(everything, 10))
@settings(max_examples=200)
def test_facts_survive_the_store(history: list[Happening]) -> None:
    """Facts that were written and read again are the same facts."""
    facts = folded(history)
    again = Facts.kept(facts.content())
    assert again.content() == facts.content()
    assert standing(again) == standing(facts)


@given(histories(everything, 10), st.data())
@settings(max_examples=200)
def test_folding_says_whether_anything_could_have_changed(history: list[Happening], data: Any) -> None:
    """A fold that reports no change has changed nothing, so the hub may leave the record as it was."""
    facts = folded(history)
    for each in history:
        before = facts.content()
        if not fact_rules.fold(facts, each.key, each.publisher, each.at, each.update, None, NOW):
            assert facts.content() == before
