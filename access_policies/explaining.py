"""Why a field is told or withheld in a situation: the clause, the bar, the unmet word, or no rule at all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Literal

from access_policies.compiling import OWN, SAFETY, SIGNPOST, TOLD_BEFORE, Bundle
from access_policies.deciding import plan_for
from access_policies.model import When
from access_policies.words import Situation, holds

GROUNDS = {
    OWN: "it published this update",
    TOLD_BEFORE: "it was told the update that this one is about",
}
"""The grounds that are no clause, in words."""

Values = Mapping[str, tuple[str, ...]]
"""Words, each with values."""


@dataclass(frozen=True)
class Unmet:
    """A clause that would tell the field, and what it would take: of each word one of these values."""

    clause: str
    needs: Values

    def __str__(self) -> str:
        return f"{self.clause} needs {in_words(self.needs)}"


@dataclass(frozen=True)
class Explanation:
    """One cell of the decision. `clause` is set when told or masked; else `never`, `unmet` or neither (no rule)."""

    field: str
    outcome: Literal["told", "masked", "withheld"]
    clause: str | None = None
    met: Values = made_by(default_factory=dict)
    """Because of what the clause tells it, or the `never` bars it: the words of its conditions, as they were."""
    never: str | None = None
    unmet: tuple[Unmet, ...] = ()
    told_before: bool = True
    """False where only those hear it who were told the earlier update, and this partner was not (D1)."""

    def sentence(self, bundle: Bundle, kind: str) -> str:
        """The reason in words, for the originator and information governance (D28)."""
        if self.clause:
            return ground(bundle, self.clause)
        if not self.told_before:
            return "goes only to those who were told the update that this one is about"
        if self.never:
            return f"never {self.never}: {bundle.policies.kinds[kind].never[self.never].because}"
        return "; ".join(map(str, self.unmet)) or "no rule tells it"


def ground(bundle: Bundle, clause: str) -> str:
    """A ground in words: the clause and why it tells."""
    if clause in bundle.policies.clauses:
        return f"{clause}: {bundle.policies.clauses[clause].because}"
    return GROUNDS.get(clause, clause)


def in_words(values: Mapping[str, Iterable[str]]) -> str:
    """Conditions as a sentence says them: `involvement active or lead, pathway accommodation`."""
    return ", ".join(f"{word} {' or '.join(each)}" for word, each in values.items())


def explain(
    bundle: Bundle, kind: str, recipient: str, situation: Situation, name: str, *, told_before: bool = True
) -> Explanation:
    """The cell of field `name` (or of the signpost) of `kind` for a partner of kind `recipient`.

    `told_before` matters for a kind that inherits: whether this partner was told the earlier update. Raises `KeyError`
    for a kind or field that there is not.
    """
    policy = bundle.policies.kinds[kind]
    if name != SIGNPOST:
        policy.fields[name]
    plan = plan_for(bundle, kind, recipient, situation, told_before=told_before)
    if name in plan.because:
        clause, masked = plan.because[name], name in dict(plan.masked)
        met = why_met(bundle, kind, clause, name, situation)
        return Explanation(name, "masked" if masked else "told", clause=clause, met=met)
    if policy.inherits and not told_before:
        return Explanation(name, "withheld", told_before=False)
    if barred := _barred_by(bundle, kind, recipient, situation, name):
        met = bundle.words.open_to(policy.never[barred].when, situation)
        return Explanation(name, "withheld", never=barred, met=met)
    return Explanation(name, "withheld", unmet=tuple(_unmet(bundle, kind, recipient, situation, name)))


def why_met(bundle: Bundle, kind: str, clause: str, name: str, situation: Situation) -> Values:
    """The words by which a clause tells this field in this situation; none where the ground is no clause."""
    if clause not in bundle.policies.clauses:
        return {}
    return bundle.words.met(_conditions(bundle, kind, clause, name), situation)


def _conditions(bundle: Bundle, kind: str, clause: str, name: str) -> When:
    """What a clause asks before it tells this field: what concerns safety goes on without an agreement (D16)."""
    rule = bundle.policies.kinds[kind].fields.get(name)
    if rule and rule.class_ == SAFETY:
        return bundle.policies.clauses[clause].when
    return bundle.policies.conditions(clause)


def _barred_by(bundle: Bundle, kind: str, recipient: str, situation: Situation, name: str) -> str | None:
    for rule, never in bundle.policies.kinds[kind].never.items():
        if never.bars(recipient, name) and holds(bundle.words.condition(never.when), situation.possible):
            return rule
    return None


def _unmet(bundle: Bundle, kind: str, recipient: str, situation: Situation, name: str) -> Iterator[Unmet]:
    clauses = bundle.policies.clauses
    for clause, share in bundle.policies.kinds[kind].share.items():
        tells = name in (*share.fields, *share.masked) or (name == SIGNPOST and share.signpost)
        if clauses[clause].recipient == recipient and tells:
            yield Unmet(clause, bundle.words.unmet(_conditions(bundle, kind, clause, name), situation))


def broken_expectations(bundle: Bundle) -> list[str]:
    """Each `expect` row that the rules do not keep, in words."""
    broken = []
    for kind, policy in bundle.policies.kinds.items():
        for row, expect in enumerate(policy.expect, 1):
            plan = bundle.rules(kind, expect.given.recipient).plan(bundle.words.of(expect.given))
            told, masked = set(plan.told), {name for name, _ in plan.masked}
            if (told, masked) != (set(expect.told), set(expect.masked)):
                broken.append(_difference(f"{kind}: expect row {row}", expect.told, told, expect.masked, masked))
    return broken


def _difference(
    row: str, told: tuple[str, ...], is_told: set[str], masked: tuple[str, ...], is_masked: set[str]
) -> str:
    changes = [f"told though not expected: {name}" for name in sorted(is_told - set(told))]
    changes += [f"expected but not told: {name}" for name in sorted(set(told) - is_told)]
    changes += [f"masked though not expected: {name}" for name in sorted(is_masked - set(masked))]
    changes += [f"expected but not masked: {name}" for name in sorted(set(masked) - is_masked)]
    return f"{row}: " + "; ".join(changes)
