"""A rule that is a little wrong is noticed: by the comparison always, by expectations and matrix nearly always."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access_policies.changing import CellChange, changed_cells
from access_policies.compiling import Bundle
from access_policies.covering import Case, Condition
from access_policies.enumerating import NEVER_UNKNOWN, ONE_OF, TOLD_BEFORE
from access_policies.loading import SHIPPED, load
from access_policies.model import KindPolicy
from access_policies.situating import read_situations
from property.oracle import Heard, told
from support.contexts import Context
from support.mutants import Mutant, Mutants
from support.mutating import ENOUGH, figures, noticed

POLICIES = load()
WORDS = POLICIES.words()
MUTANTS = list(Mutants(POLICIES).all())
OF_EACH = 60


def spread(mutants: list[Mutant], of_each: int) -> list[Mutant]:
    """Of every sort of mistake at most so many, from the first kind to the last."""
    sorts: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        sorts.setdefault(mutant.operator, []).append(mutant)
    return [mutant for each in sorts.values() for mutant in each[:: -(-len(each) // of_each)]]


SAMPLE = spread(MUTANTS, OF_EACH)
"""Sixty of every sort of mistake, or all there are; `make mutate` takes all fifty thousand."""
OF_POLICIES = [mutant for mutant in MUTANTS if not mutant.operator.startswith("unknown is")]


def test_expectations_and_matrix_notice_almost_every_wrong_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the mutants that tell anybody anything differently, at least 95 in 100 break an `expect` row or change the
    page of named situations, and of no sort of mistake are more than one in ten missed.
    """
    found, killed, missed = noticed(SAMPLE)
    with capsys.disabled():
        sys.stdout.write(f"\n{figures(found, killed)}\n")
    assert len(found) > 10
    assert killed.total() / found.total() >= ENOUGH, missed
    assert [operator for operator in found if killed[operator] / found[operator] < 0.9] == []


def test_without_expectations_and_situations_nothing_is_noticed() -> None:
    """The figure above is not one that anything reaches: with neither rows nor situations, no mutant is killed."""
    silent = Mutants(POLICIES.model_copy(update={"kinds": {k: _unexpected(p) for k, p in POLICIES.kinds.items()}}))
    assert not [mutant.what for mutant in list(silent.all())[::97] if mutant.killed({})]


def _unexpected(policy: KindPolicy) -> KindPolicy:
    return policy.model_copy(update={"expect": ()})


def test_nothing_is_noticed_where_nothing_changed() -> None:
    """A mutant that tells everybody the same breaks no row and changes no page: what notices is not always red."""
    idle = [mutant for mutant in SAMPLE if not mutant.changes_behaviour()]
    situations = read_situations(SHIPPED, Bundle(POLICIES))
    assert idle
    assert [mutant.what for mutant in idle if mutant.killed(situations)] == []


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Any situation that may be: one value of a word that has exactly one, any number of the others."""
    found = Context(told_before=draw(st.booleans()))
    for word, values in WORDS.items():
        some = st.sampled_from([*values]).map(lambda value: [value]) if word in ONE_OF else st.just([*values])
        known = draw(some if word in ONE_OF else st.one_of(some, st.lists(st.sampled_from(values), unique=True)))
        unknown = word not in NEVER_UNKNOWN and draw(st.booleans())
        found.known[word] = [] if unknown else _covered(word, known)
        found.possible[word] = [*values] if unknown else found.known[word]
    return found


def _covered(word: str, values: list[str]) -> list[str]:
    """A consent without a scope covers every scope of its purpose."""
    scoped = [value for value in WORDS["consent"] if value.partition("/")[0] in values]
    return sorted({*values, *scoped}) if word == "consent" else values


@given(st.sampled_from(OF_POLICIES), st.lists(contexts(), min_size=2, max_size=4))
@settings(max_examples=200, deadline=None)
def test_the_comparison_reports_exactly_what_changes(mutant: Mutant, situations: list[Context]) -> None:
    """In any situation a field is told otherwise than before just where a line of the comparison says so, and as that
    line says; a naive reader of both editions is the judge.
    """
    lines = list(changed_cells(mutant.before, mutant.after))
    for kind in mutant.before.policies.kinds:
        for recipient in POLICIES.recipients():
            mine = [line for line in lines if (line.kind, line.recipient) == (kind, recipient)]
            for said in situations:
                assert _said(mine, said) == _differences(mutant, kind, recipient, said)


def _said(lines: list[CellChange], said: Context) -> set[tuple[str, str, str]]:
    return {(each.field, each.before, each.after) for each in lines if any(_holds(case, said) for case in each.cases)}


def _differences(mutant: Mutant, kind: str, recipient: str, said: Context) -> set[tuple[str, str, str]]:
    before, after = (
        told(b.policies, kind, recipient, Heard(said.known, said.possible), told_before=said.told_before)
        for b in (mutant.before, mutant.after)
    )
    return {(n, _how(before, n), _how(after, n)) for n in {*before, *after} if before.get(n) != after.get(n)}


def _how(cells: dict[str, tuple[str, str]], name: str) -> str:
    how = cells[name][0] if name in cells else "withheld"
    return "told" if how == "clear" else how


def _holds(case: Case, said: Context) -> bool:
    return all(_met(condition, said) for condition in case)


def _met(condition: Condition, said: Context) -> bool:
    """A condition read as its sentence reads."""
    if condition.word == TOLD_BEFORE:
        return said.told_before == (condition.how == "there")
    known, possible = set(said.known[condition.word]), set(said.possible[condition.word])
    if condition.how in ("one of", "known"):
        return bool(known & set(condition.values)) or (not known and "unknown" in condition.values)
    there, unknown = bool(known & set(condition.values)), bool(possible & set(condition.values))
    state = "there" if there else "unknown" if unknown else "absent"
    return state in condition.how.replace("none", "absent").split()
