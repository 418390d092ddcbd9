"""Why a field is told or withheld in a situation: the clause, the bar, the unmet word, or no rule at all."""

from dataclasses import dataclass
from typing import Literal

from access_policies.compiling import Bundle
from access_policies.words import Situation, holds


@dataclass(frozen=True)
class Explanation:
    """One cell of the decision. `clause` is set when told or masked; else `never`, `unmet` or neither (no rule)."""

    field: str
    outcome: Literal["told", "masked", "withheld"]
    clause: str | None = None
    never: str | None = None
    unmet: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def sentence(self, bundle: Bundle) -> str:
        """The reason in words, for the originator and information governance (D28)."""
        clauses = bundle.policies.clauses
        if self.clause in clauses:
            return f"{self.clause}: {clauses[self.clause].because}"
        if self.clause:
            return self.clause
        if self.never:
            return f"never: {self.never}"
        if self.unmet:
            return "; ".join(f"{clause} needs {' and '.join(words)}" for clause, words in self.unmet)
        return "no rule tells it"


def explain(bundle: Bundle, kind: str, recipient: str, situation: Situation, name: str) -> Explanation:
    """The cell of field `name` of `kind` for a partner of kind `recipient`. Raises `KeyError` for an unknown one."""
    policy = bundle.policies.kinds[kind]
    policy.fields[name]
    plan = bundle.rules(kind, recipient).plan(situation)
    if name in plan.because:
        return Explanation(name, "told" if name in plan.told else "masked", clause=plan.because[name])
    return Explanation(
        name,
        "withheld",
        never=_barred_by(bundle, kind, recipient, situation, name),
        unmet=_unmet(bundle, kind, recipient, situation, name),
    )


def _barred_by(bundle: Bundle, kind: str, recipient: str, situation: Situation, name: str) -> str | None:
    for rule, never in bundle.policies.kinds[kind].never.items():
        applies = recipient not in never.except_ and (never.fields == "*" or name in never.fields)
        if applies and holds(bundle.words.condition(never.when), situation.possible):
            return rule
    return None


def _unmet(
    bundle: Bundle, kind: str, recipient: str, situation: Situation, name: str
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    clauses = bundle.policies.clauses
    return tuple(
        (clause, bundle.words.unmet(bundle.policies.conditions(clause), situation))
        for clause, share in bundle.policies.kinds[kind].share.items()
        if clauses[clause].recipient == recipient and name in (*share.fields, *share.masked)
    )


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
