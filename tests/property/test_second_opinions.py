"""Two other readers of the policies, one naive and one that is Cedar, agree with the hub on every cell there is."""

from os import environ
from random import Random

import pytest

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import plan_for
from access_policies.enumerating import Regions, Space, cells
from access_policies.loading import load
from property.oracle import Heard, told
from support.cedar import Cedar
from support.contexts import Context, context, situation

POLICIES = load()
BUNDLE = Bundle(POLICIES)
WORDS = POLICIES.words()
CELLS = list(cells(BUNDLE))
ASKED_OF_CEDAR, EVERY_CELL = 32, "EVERY_CELL"
"""How many situations Cedar is asked of, unless the environment has this name: it takes minutes for all of them."""

of_each_kind = pytest.mark.parametrize("kind", sorted(POLICIES.kinds))
Told = dict[str, tuple[str, str]]


def of_kind(kind: str) -> list[tuple[str, Space, Regions]]:
    """The situations of a kind, by kind of partner, and what the hub decides in each region of them."""
    return [(recipient, over, regions) for which, recipient, over, regions in CELLS if which == kind]


def contexts(over: Space, pick: int = 0) -> list[Context]:
    """Every situation in words; of values that are alike, the one at `pick`."""
    return [context(over, number, WORDS, pick) for number in range(over.size)]


def everywhere(over: Space, regions: Regions) -> list[Told]:
    """What the regions say of every situation, one by one."""
    found: list[Told] = [{} for _ in range(over.size)]
    for where, plan in regions:
        said = told_by(plan)
        for number in range(over.size):
            if where >> number & 1:
                found[number] = said
    return found


def told_by(plan: Plan) -> Told:
    """A plan in the words of the other readers: how each field is told, and on which ground."""
    how = {**dict.fromkeys(plan.names, "clear"), **dict(plan.masked)}
    return {name: (how[name], plan.because[name]) for name in how}


def test_the_space_is_whole() -> None:
    """Every kind is enumerated for every kind of partner, and each has more than one situation for somebody."""
    partners = {partner.kind for partner in POLICIES.partners.values()}
    assert {(kind, recipient) for kind, recipient, _, _ in CELLS} == {(k, r) for k in POLICIES.kinds for r in partners}
    assert all(max(over.size for _, over, _ in of_kind(kind)) > 5 for kind in POLICIES.kinds)


@of_each_kind
def test_the_regions_are_all_situations_and_none_twice(kind: str) -> None:
    """Every situation lies in one region and no more, and deciding it by itself comes to what its region says."""
    for recipient, over, regions in of_kind(kind):
        assert sum(where for where, _ in regions) == over.everything
        assert sum(where.bit_count() for where, _ in regions) == over.size
        for said, expected in zip(contexts(over, -1), everywhere(over, regions), strict=True):
            plan = plan_for(BUNDLE, kind, recipient, situation(BUNDLE, said), told_before=said.told_before)
            assert told_by(plan) == expected


@of_each_kind
@pytest.mark.parametrize("pick", [0, -1])
def test_no_cell_differs_from_a_naive_reading(kind: str, pick: int) -> None:
    """In every situation that the rules tell apart, whichever of the values that are alike it has, every field is told
    as a word-by-word reading of the YAML tells it, on the same ground.
    """
    differing = [
        (recipient, said)
        for recipient, over, regions in of_kind(kind)
        for said, ours in zip(contexts(over, pick), everywhere(over, regions), strict=True)
        if ours != told(POLICIES, kind, recipient, Heard(said.known, said.possible), told_before=said.told_before)
    ]
    assert differing == []


def some(kind: str, recipient: str, size: int) -> list[int]:
    """Up to so many situations, others for each kind and partner and the same in every run; all for `make prove`."""
    if EVERY_CELL in environ or size <= ASKED_OF_CEDAR:
        return [*range(size)]
    return sorted(Random(f"{kind} {recipient}").sample(range(size), ASKED_OF_CEDAR))


@of_each_kind
def test_no_cell_differs_from_cedar(kind: str) -> None:
    """Cedar, given the policies in its own language, allows exactly what the hub tells, on the same ground.

    It is asked of up to 32 situations of each kind and kind of partner; `make prove` asks it of every one there is.
    """
    differing = []
    for recipient, over, regions in of_kind(kind):
        asked, ours = some(kind, recipient, over.size), everywhere(over, regions)
        said = [context(over, number, WORDS) for number in asked]
        theirs = Cedar(POLICIES, kind, recipient).cells(said)
        differing += [
            (recipient, one) for number, one, cell in zip(asked, said, theirs, strict=True) if ours[number] != cell
        ]
    assert differing == []
