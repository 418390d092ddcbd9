"""A second reading of the policies, as naive as the page that people sign: cell by cell, word by word, no bits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from access_policies.model import Policies, When


@dataclass(frozen=True)
class Said:
    """What is said of one partner, one person and one update; None is what nobody knows."""

    involvement: Collection[str] | None = ("none",)
    pathway: Collection[str] | None = ()
    consent: Collection[str] | None = ()
    handling: Collection[str] | None = ("normal",)
    age: Collection[str] | None = ("adult",)
    named: Collection[str] | None = ()


def _met(when: When, said: Said, *, if_unknown: bool) -> bool:
    for word, wanted in when.items():
        values = getattr(said, word)
        if values is None:
            if not if_unknown:
                return False
        elif not set(values) & set(wanted):
            return False
    return True


def told(
    policies: Policies, kind: str, recipient: str, said: Said, *, own: bool = False, told_before: bool = False
) -> dict[str, tuple[str, str]]:
    """Each told field with how it is told (`clear`, or the name of its mask) and on which ground."""
    policy = policies.kinds[kind]
    if own:
        return dict.fromkeys(policy.fields, ("clear", "own-update"))
    if policy.inherits and not told_before:
        return {}
    cells = {}
    for field, rule in policy.fields.items():
        if policy.inherits and field in policy.inherits.lapsed:
            cells[field] = ("clear", "told-before")
        bars = (bar for bar in policy.never.values() if bar.fields == "*" or field in bar.fields)
        if any(recipient not in bar.except_ and _met(bar.when, said, if_unknown=True) for bar in bars):
            continue
        met = [name for name in policy.share if _grants(policies, name, recipient, said)]
        if masked := [name for name in met if field in policy.share[name].masked]:
            cells.setdefault(field, (rule.mask or "", masked[0]))
        if clear := [name for name in met if field in policy.share[name].fields]:
            cells[field] = ("clear", clear[0])
    return cells


def _grants(policies: Policies, clause: str, recipient: str, said: Said) -> bool:
    ground = policies.clauses[clause]
    return ground.recipient == recipient and _met(ground.when, said, if_unknown=False)


def tells_more(after: Mapping[str, tuple[str, str]], before: Mapping[str, tuple[str, str]]) -> set[str]:
    """The fields told after and not before, or clear after and only masked before."""
    return {
        field
        for field, (how, _) in after.items()
        if field not in before or (how == "clear" and before[field][0] != "clear")
    }


def values_read(policies: Policies, word: str) -> set[str]:
    """The values of a word that any rule reads: the others make no difference to anybody."""
    whens: Iterable[When] = [
        *(clause.when for clause in policies.clauses.values()),
        *(never.when for kind in policies.kinds.values() for never in kind.never.values()),
    ]
    return {value for when in whens for value in when.get(word, ())}
