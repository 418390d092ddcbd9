"""The compiled decision says what the signed page says, whoever asks, whatever was told before."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
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


FEW = 24
"""How many situations of any mixture each kind has, for each kind of partner."""


def one_at_a_time() -> Iterator[Said]:
    """A partner that works the case and one that does not, of whom one word is otherwise."""
    works = Said(("active",), ("accommodation", "drugs_alcohol"), ("accommodation", "treatment"))
    for base in (works, Said(), replace(works, age=None), replace(works, named=("self",))):
        yield base
        yield from (replace(base, **{word: value}) for word, values in OTHERS.items() for value in values)


ONE_AT_A_TIME = list(one_at_a_time())
READ = {word: sorted(values_read(POLICIES, word)) for word in WORDS}


def situations(kind: str, recipient: str) -> Iterator[Said]:
    """One word at a time, and a few of any mixture of what rules read: others for each kind, the same in every run."""
    yield from ONE_AT_A_TIME
    chance = Random(f"{kind} {recipient}")
    for _ in range(FEW):
        some = {word: tuple(v for v in READ[word] if chance.random() < 0.6) for word in ("pathway", "consent")}
        yield Said(
            (chance.choice(WORDS["involvement"]),),
            **some,
            handling=(chance.choice(WORDS["handling"]),),
            age=chance.choice([("adult",), ("adult",), ("youth",), None]),
            named=chance.choice([(), ("self",)]),
        )


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

    Some sixty situations of each; all that the rules of a kind tell apart are asked in `test_second_opinions`.
    """
    differing = [
        (said, before)
        for said in situations(kind, recipient)
        for before in (False, True)
        if cells(decided(kind, recipient, said, told_before=before))
        != told(POLICIES, kind, recipient, said, told_before=before)
    ]
    assert differing == []


@of_each_kind
@pytest.mark.parametrize("recipient", sorted(AGENCIES))
def test_a_publisher_that_works_the_case_has_its_own_update_whole(kind: str, recipient: str) -> None:
    """Whatever else is known, a publisher reads on its own feed every field of what it said."""
    for said in [*situations(kind, recipient)][::7]:
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
