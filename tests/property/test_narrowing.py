"""What narrows never widens, and a share is a grant: one more true word takes nothing away by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access_policies.words import Situation
from property.happenings import (
    BUNDLE,
    NOON,
    POLICIES,
    Happening,
    answers,
    claims,
    cohorts,
    folded,
    histories,
    situations,
)
from property.oracle import Said, tells_more, told
from schemas.updates.trust import ConsentWithdrawn

WORDS = POLICIES.vocabulary.words()
RECIPIENTS = sorted({partner.kind for partner in POLICIES.partners.values()})
kinds, recipients = st.sampled_from(sorted(POLICIES.kinds)), st.sampled_from(RECIPIENTS)
trust = st.one_of(claims(), claims(), answers(), cohorts())


@pytest.mark.duty("D12")
@given(histories(trust, 10), st.data())
@settings(max_examples=300)
def test_a_withdrawal_of_consent_widens_nothing_for_anybody(history: list[Happening], data: st.DataObject) -> None:
    """Whoever withdraws whichever consent, with or without naming it, no agency comes to know more."""
    publisher, update = data.draw(answers().filter(lambda pair: isinstance(pair[1], ConsentWithdrawn)))
    keys = [each.key for each in history] or ["nobody/nothing"]
    target = data.draw(st.sampled_from(keys)) if update.refers_to() else None
    withdrawal = Happening(99, publisher, data.draw(st.sampled_from(history)).at if history else NOON, update, target)
    before, after = (situations(folded(each)) for each in (history, [*history, withdrawal]))
    assert all(_within(after[agency], before[agency]) for agency in before)


def _within(narrow: Situation, wide: Situation) -> bool:
    return not narrow.known & ~wide.known and not narrow.possible & ~wide.possible


@given(st.data())
@settings(max_examples=600)
def test_one_more_true_word_only_widens_what_no_never_reads(data: st.DataObject) -> None:
    """Where no bar of the kind reads a word, a partner of whom one more value of it is true loses no field."""
    kind, recipient = data.draw(kinds), data.draw(recipients)
    chosen = {word: st.sets(st.sampled_from(values)).map(sorted) for word, values in WORDS.items()}
    said = data.draw(st.fixed_dictionaries(chosen))
    word = data.draw(st.sampled_from(sorted(_not_barred(kind, recipient))))
    more = {**said, word: [*said[word], data.draw(st.sampled_from(WORDS[word]))]}
    before, after = (
        BUNDLE.rules(kind, recipient).plan(BUNDLE.words.situation(**_tuples(each))) for each in (said, more)
    )
    assert set(before.told) <= set(after.told)
    assert set(before.names) <= set(after.names)


def _not_barred(kind: str, recipient: str) -> set[str]:
    bars = (bar for bar in POLICIES.kinds[kind].never.values() if recipient not in bar.except_)
    return set(WORDS) - {word for bar in bars for word in bar.when}


def _tuples(said: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(values) for word, values in said.items()}


@given(st.data())
@settings(max_examples=400)
def test_what_becomes_unknown_widens_nothing(data: st.DataObject) -> None:
    """A partner of whom less is known is never told more: unknown is no in a share and yes in a bar."""
    kind, recipient = data.draw(kinds), data.draw(recipients)
    chosen = {word: st.sets(st.sampled_from(values)).map(sorted) for word, values in WORDS.items()}
    said = data.draw(st.fixed_dictionaries(chosen))
    word = data.draw(st.sampled_from(sorted(WORDS)))
    rules = BUNDLE.rules(kind, recipient)
    known, unknown = (
        rules.plan(BUNDLE.words.situation(**_tuples(each))) for each in (said, {**said, word: ["unknown"]})
    )
    assert set(unknown.told) <= set(known.told)
    assert set(unknown.names) <= set(known.names)


@pytest.mark.parametrize("recipient", RECIPIENTS)
@pytest.mark.parametrize("kind", sorted(POLICIES.kinds))
def test_a_restricted_update_tells_nobody_more(kind: str, recipient: str) -> None:
    """Marking an update restricted only ever withholds, from every partner in its widest situation."""
    widest = {"involvement": ("lead",), "pathway": WORDS["pathway"], "consent": WORDS["consent"], "named": ("self",)}
    normal, restricted = (
        told(POLICIES, kind, recipient, Said(**widest, handling=(handling,))) for handling in ("normal", "restricted")
    )
    assert tells_more(restricted, normal) == set()
