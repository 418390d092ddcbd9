"""A second reading of the policies, as naive as the page that people sign: cell by cell, word by word, no bits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from access_policies.model import KindPolicy, Never, Policies, When


@dataclass(frozen=True)
class Said:
    """What is said of one partner, one person and one update; None is what nobody knows."""

    involvement: Collection[str] | None = ("none",)
    pathway: Collection[str] | None = ()
    consent: Collection[str] | None = ()
    handling: Collection[str] | None = ("normal",)
    age: Collection[str] | None = ("adult",)
    named: Collection[str] | None = ()
    pending: Collection[str] | None = ()
    standing: Collection[str] | None = ("statutory",)
    cohort: Collection[str] | None = ("Fixed",)
    restriction: Collection[str] | None = ()
    safeguarding: Collection[str] | None = ()
    access: Collection[str] | None = ()
    agreement: Collection[str] | None = ("northshire-1",)

    def meets(self, word: str, wanted: Collection[str], *, if_unknown: bool) -> bool:
        """Whether one of the wanted values is said; `if_unknown` where nobody knows."""
        values = getattr(self, word)
        return if_unknown if values is None else _said(word, values, wanted)


@dataclass(frozen=True)
class Heard:
    """The same, where some values of a word are known and others cannot be ruled out: `possible` holds both."""

    known: Mapping[str, Collection[str]]
    possible: Mapping[str, Collection[str]]

    def meets(self, word: str, wanted: Collection[str], *, if_unknown: bool) -> bool:
        """Whether one of the wanted values is known or, `if_unknown`, cannot be ruled out."""
        return _said(word, (self.possible if if_unknown else self.known).get(word, ()), wanted)


def _met(when: When, said: Said | Heard, *, if_unknown: bool) -> bool:
    return all(said.meets(word, wanted, if_unknown=if_unknown) for word, wanted in when.items())


def _said(word: str, values: Collection[str], wanted: Collection[str]) -> bool:
    return any(value in values or _whole(word, value) in values for value in wanted)


def _whole(word: str, value: str) -> str:
    """A consent without a scope covers every scope of its purpose."""
    return value.partition("/")[0] if word == "consent" else value


def told(
    policies: Policies,
    kind: str,
    recipient: str,
    said: Said | Heard,
    *,
    own: bool = False,
    told_before: bool = False,
    word: str = "",
) -> dict[str, tuple[str, str]]:
    """Each told field with how it is told (`clear`, or the name of its mask) and on which ground.

    With a `word`, only the clauses count whose condition has it.
    """
    policy = policies.kinds[kind]
    shares = {name: share for name, share in policy.share.items() if not word or word in policies.clauses[name].when}
    policy = policy.model_copy(update={"share": shares})
    if own:
        return dict.fromkeys(policy.fields, ("clear", "own-update"))
    if policy.inherits and not told_before:
        return {}
    cells = {}
    for field, rule in policy.fields.items():
        if policy.inherits and field in policy.inherits.lapsed:
            cells[field] = ("clear", "told-before")
        bars = (bar for bar in policy.never.values() if bar.fields == "*" or field in bar.fields)
        if any(_bars(bar, recipient, said) for bar in bars):
            continue
        met = [
            name for name in policy.share if _grants(policies, name, recipient, said, safety=rule.class_ == "safety")
        ]
        if masked := [name for name in met if field in policy.share[name].masked]:
            cells.setdefault(field, (rule.mask or "", masked[0]))
        if clear := [name for name in met if field in policy.share[name].fields]:
            cells[field] = ("clear", clear[0])
    if not any(bar.fields == "*" and _bars(bar, recipient, said) for bar in policy.never.values()):
        cells |= _signpost(policies, policy, recipient, said)
    return cells


def _signpost(policies: Policies, policy: KindPolicy, recipient: str, said: Said | Heard) -> dict[str, tuple[str, str]]:
    posts = [(clause, share.signpost) for clause, share in policy.share.items() if share.signpost]
    met = [("clear", clause) for clause, _ in posts if _grants(policies, clause, recipient, said, safety=False)]
    return {"signpost": met[0]} if met else {}


def _bars(bar: Never, recipient: str, said: Said | Heard) -> bool:
    return recipient not in bar.except_ and _met(bar.when, said, if_unknown=True)


def _grants(policies: Policies, clause: str, recipient: str, said: Said | Heard, *, safety: bool) -> bool:
    """A clause needs its agreement in force, save for what concerns safety (D16)."""
    ground = policies.clauses[clause]
    when = ground.when if safety else ground.when | {"agreement": (ground.agreement.split("/")[0],)}
    return ground.recipient == recipient and _met(when, said, if_unknown=False)


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
