"""The compiled decision says what the signed page says, in every situation that a rule can tell apart."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import decide
from access_policies.loading import load
from access_policies.words import Situation
from property.oracle import Said, told, values_read

POLICIES = load()
BUNDLE = Bundle(POLICIES)
WORDS = POLICIES.words()
AGENCIES = {partner.kind: agency for agency, partner in POLICIES.partners.items()}

of_each_kind = pytest.mark.parametrize("kind", sorted(POLICIES.kinds))


def subsets(values: set[str]) -> list[tuple[str, ...]]:
    """Every choice of these values, from none to all."""
    ordered = sorted(values)
    return [chosen for size in range(len(ordered) + 1) for chosen in combinations(ordered, size)]


OTHERS: dict[str, list[Any]] = {
    "pending": [("referred",), ("active",)],
    "standing": [("non_statutory",), None],
    "cohort": [("Flex",), (), None],
    "restriction": [("victim_safety",), None],
    "safeguarding": [("open",), None],
    "access": [("open",), None],
    "agreement": [(), None],
}
"""The words that shipped rules read one at a time."""


def situations() -> Iterator[Said]:
    """Every situation that the rules tell apart: each value that any of them reads, there, absent or unknown."""
    pathways, consents = subsets(values_read(POLICIES, "pathway")), subsets(values_read(POLICIES, "consent"))
    ages = [("adult",), ("youth",), None]
    for involvement, pathway, consent, handling, age, named in product(
        WORDS["involvement"], pathways, consents, WORDS["handling"], ages, [(), ("self",)]
    ):
        yield Said((involvement,), pathway, consent, (handling,), age, named)
    works = Said(("active",), ("accommodation", "drugs_alcohol"), ("accommodation", "treatment"))
    for word, values in OTHERS.items():
        yield from (
            replace(base, **{word: value}) for base in (works, Said(), replace(works, age=None)) for value in values
        )


SITUATIONS = list(situations())


def as_bits(said: Said) -> Situation:
    """The same situation, as the hub writes it."""
    given_words = {word: getattr(said, word) for word in WORDS}
    return BUNDLE.words.situation(
        **{word: "unknown" if values is None else tuple(values) for word, values in given_words.items()}
    )


def cells(plan: Plan) -> dict[str, tuple[str, str]]:
    """A plan in the oracle's terms."""
    how = {**dict.fromkeys(plan.told, "clear"), **dict(plan.masked)}
    how |= {"signpost": "clear"} if plan.signpost else {}
    return {field: (how[field], plan.because[field]) for field in how}


def decided(kind: str, recipient: str, said: Said, *, own: bool = False, told_before: bool = False) -> Plan:
    """What the hub decides for the one agency of this kind."""
    agency = AGENCIES[recipient]
    before = frozenset({agency} if told_before else ())
    plans = decide(BUNDLE, kind, {agency: as_bits(said)}, own=agency if own else None, told_before=before)
    return plans.get(agency, Plan())


@of_each_kind
@pytest.mark.parametrize("recipient", sorted(AGENCIES))
def test_no_cell_differs_from_the_signed_page(kind: str, recipient: str) -> None:
    """Field by field, every kind tells every kind of partner what a naive reading of the YAML tells it, on the
    same ground, whether or not the partner was told of the earlier update.
    """
    assert len(SITUATIONS) > 700
    differing = [
        (said, before)
        for said in SITUATIONS
        for before in (False, True)
        if cells(decided(kind, recipient, said, told_before=before))
        != told(POLICIES, kind, recipient, said, told_before=before)
    ]
    assert differing == []


@of_each_kind
@pytest.mark.parametrize("recipient", sorted(AGENCIES))
def test_a_publisher_that_works_the_case_has_its_own_update_whole(kind: str, recipient: str) -> None:
    """Whatever else is known, a publisher reads on its own feed every field of what it said."""
    for said in SITUATIONS[::7]:
        assert cells(decided(kind, recipient, said, own=True)) == told(POLICIES, kind, recipient, said, own=True)


@given(st.data())
@settings(max_examples=300)
def test_no_cell_differs_in_words_that_no_rule_reads(data: st.DataObject) -> None:
    """Pathways, purposes and unknowns of any mixture, also those that no rule reads, decide as the page says."""
    chosen = {word: st.none() | st.sets(st.sampled_from(values)).map(sorted) for word, values in WORDS.items()}
    said = Said(**data.draw(st.fixed_dictionaries(chosen)))
    kind, recipient = data.draw(st.sampled_from(sorted(POLICIES.kinds))), data.draw(st.sampled_from(sorted(AGENCIES)))
    before = data.draw(st.booleans())
    is_told = cells(decided(kind, recipient, said, told_before=before))
    assert is_told == told(POLICIES, kind, recipient, said, told_before=before)
