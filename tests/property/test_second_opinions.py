"""Two other readers of the policies, one naive and one that is Cedar, agree with the hub on every cell there is."""

import pytest

from access_policies.compiling import Bundle, Plan
from access_policies.enumerating import Space, cells
from access_policies.loading import load
from property.oracle import Heard, told
from support.cedar import Cedar
from support.contexts import Context, context

POLICIES = load()
BUNDLE = Bundle(POLICIES)
WORDS = POLICIES.vocabulary.words()
CELLS = list(cells(BUNDLE))

of_each_kind = pytest.mark.parametrize("kind", sorted(POLICIES.kinds))


def of_kind(kind: str) -> list[tuple[str, Space, list[Plan]]]:
    """The situations of a kind, by kind of partner, and what the hub decides in each."""
    return [(recipient, over, plans) for which, recipient, over, plans in CELLS if which == kind]


def contexts(over: Space, pick: int = 0) -> list[Context]:
    return [context(over, number, WORDS, pick) for number in range(over.size)]


def hub(plan: Plan) -> dict[str, tuple[str, str]]:
    """A plan in the words of the other readers: how each field is told, and on which ground."""
    how = {**dict.fromkeys(plan.told, "clear"), **dict(plan.masked)}
    return {name: (how[name], plan.because[name]) for name in how}


def test_the_space_is_whole() -> None:
    """Every kind is enumerated for every kind of partner, and each has more than one situation for somebody."""
    partners = {partner.kind for partner in POLICIES.partners.values()}
    assert {(kind, recipient) for kind, recipient, _, _ in CELLS} == {(k, r) for k in POLICIES.kinds for r in partners}
    assert all(max(over.size for _, over, _ in of_kind(kind)) > 5 for kind in POLICIES.kinds)


@of_each_kind
@pytest.mark.parametrize("pick", [0, -1])
def test_no_cell_differs_from_a_naive_reading(kind: str, pick: int) -> None:
    """In every situation that the rules tell apart, whichever of the values that are alike it has, every field is told
    as a word-by-word reading of the YAML tells it, on the same ground.
    """
    differing = [
        (recipient, said)
        for recipient, over, plans in of_kind(kind)
        for said, plan in zip(contexts(over, pick), plans, strict=True)
        if hub(plan) != told(POLICIES, kind, recipient, Heard(said.known, said.possible), told_before=said.told_before)
    ]
    assert differing == []


@of_each_kind
def test_no_cell_differs_from_cedar(kind: str) -> None:
    """Cedar, given the policies in its own language, allows exactly what the hub tells, on the same ground."""
    cedar = Cedar(POLICIES, kind)
    differing = [
        (recipient, said)
        for recipient, over, plans in of_kind(kind)
        for said, plan, theirs in zip(contexts(over), plans, cedar.cells(recipient, contexts(over)), strict=True)
        if hub(plan) != theirs
    ]
    assert differing == []
