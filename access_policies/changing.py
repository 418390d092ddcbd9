"""Which cells change from one edition of the policies to the next: every field, in every situation that rules tell
apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Literal

from access_policies.compiling import NOTHING, SIGNPOST, Bundle, Plan
from access_policies.covering import Case, cases, sentence
from access_policies.enumerating import Regions, Space, asks, regions, space
from access_policies.model import KindPolicy

Direction = Literal["WIDER", "NARROWER", "GROUND", "CHANGED"]
"""More is told; less is told; the same is told on another ground; something else that is signed says otherwise."""

WITHHELD = "withheld"
TOLD = "told"
_LESS = {("date_only", "year_only"), ("date_only", "yes_no"), ("year_only", "yes_no"), ("initials", "yes_no")}
"""Pairs of masks of which the second tells less, whatever the value; of any other two, neither surely does."""


@dataclass(frozen=True)
class Change:
    """One line of a comparison."""

    direction: Direction
    where: str
    what: str
    when: str = ""

    def __str__(self) -> str:
        return f"{self.direction} {self.where}: {self.what}{f' when {self.when}' if self.when else ''}"


@dataclass(frozen=True)
class CellChange(Change):
    """A field that a kind of partner is told differently; `before` and `after` are `withheld`, `told` or a mask, and
    `clauses` the grounds on which it is told now (or, where it no longer is, was).
    """

    kind: str = ""
    recipient: str = ""
    field: str = ""
    before: str = WITHHELD
    after: str = WITHHELD
    clauses: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class _Cell:
    """How one field is told and on which ground."""

    how: str = WITHHELD
    clause: str = ""


_NONE = _Cell()
_Told = Mapping[str, _Cell]


def changed_cells(old: Bundle, new: Bundle) -> Iterator[CellChange]:
    """Each field of each kind that some kind of partner is told differently, or on another ground, somewhere."""
    for kind in dict.fromkeys([*old.policies.kinds, *new.policies.kinds]):
        for recipient in dict.fromkeys([*old.policies.recipients(), *new.policies.recipients()]):
            if not _same(old, new, kind, recipient):
                yield from changed(old, new, kind, (recipient, recipient))


def tells(old: Bundle, new: Bundle, kind: str, pair: tuple[str, str]) -> set[Direction]:
    """Whether partners of the second kind are now told more, or less, of `kind` than ones of the first were."""
    return {change.direction for change in changed(old, new, kind, pair)}


def direction(before: str, after: str) -> Direction:
    """Whether `after` tells more than `before`. A mask that does not surely tell less is taken to tell more."""
    if before == after:
        return "GROUND"
    if before == TOLD or after == WITHHELD or (before, after) in _LESS:
        return "NARROWER"
    return "WIDER"


def _same(old: Bundle, new: Bundle, kind: str, recipient: str) -> bool:
    """Whether nothing that decides differs, so that there is nothing to enumerate."""
    return _deciding(old, kind, recipient) == _deciding(new, kind, recipient)


def _deciding(bundle: Bundle, kind: str, recipient: str) -> object:
    policies = bundle.policies
    policy = policies.kinds.get(kind)
    if policy is None or recipient not in policies.recipients():
        return None
    shares = [(name, share) for name, share in policy.share.items() if policies.clauses[name].recipient == recipient]
    bars = [(never.fields, recipient in never.except_) for never in policy.never.values()]
    fields = [(name, rule.mask, rule.class_) for name, rule in policy.fields.items()]
    return asks(policies, kind, recipient), shares, bars, fields, policy.inherits, policies.vocabulary


def changed(old: Bundle, new: Bundle, kind: str, pair: tuple[str, str]) -> Iterator[CellChange]:
    """The changed cells of `kind` for partners that were of the first kind of the pair and are of the second now; no
    agency is of the kind `""`.
    """
    over = space([old.policies, new.policies], [(kind, recipient) for recipient in dict.fromkeys(pair)])
    found: dict[tuple[str, str, str], _Found] = {}
    for (before, after), where in _grouped(old, new, kind, pair, over):
        for name in dict.fromkeys([*before, *after]):
            was, now = before.get(name, _NONE), after.get(name, _NONE)
            if was != now:
                found.setdefault((name, was.how, now.how), _Found()).add(was, now, where)
    said = cache(lambda where: _said(over, where))
    order = list(dict.fromkeys(name for policy in _policies(old, new, kind) for name in policy.fields))
    order.append(SIGNPOST)
    for (name, was_how, now_how), each in sorted(found.items(), key=lambda item: order.index(item[0][0])):
        change = each.change(kind, pair[1], name, was_how, now_how)
        found_in, when = said(each.where)
        yield replace(change, cases=found_in, when=when)


def _said(over: Space, where: int) -> tuple[tuple[Case, ...], str]:
    found = cases(over, where)
    return found, sentence(found)


def _policies(old: Bundle, new: Bundle, kind: str) -> list[KindPolicy]:
    return [bundle.policies.kinds[kind] for bundle in (new, old) if kind in bundle.policies.kinds]


def _grouped(
    old: Bundle, new: Bundle, kind: str, pair: tuple[str, str], over: Space
) -> Iterator[tuple[tuple[_Told, _Told], int]]:
    """The situations by what is told in them before and after."""
    before, after = (
        [(where, _told(plan)) for where, plan in _everywhere(bundle, kind, recipient, over)]
        for bundle, recipient in zip((old, new), pair, strict=True)
    )
    for (here, was), (there, now) in product(before, after):
        if here & there and was != now:
            yield (was, now), here & there


def _everywhere(bundle: Bundle, kind: str, recipient: str, over: Space) -> Regions:
    return regions(bundle, kind, recipient, over) or [(over.everything, NOTHING)]


def _told(plan: Plan) -> _Told:
    how = {**dict.fromkeys(plan.names, TOLD), **dict(plan.masked)}
    return {name: _Cell(said, plan.because[name]) for name, said in how.items()}


class _Found:
    """The situations in which one field changes in one way, and the grounds of it."""

    def __init__(self) -> None:
        self.where = 0
        self._was: dict[str, None] = {}
        self._now: dict[str, None] = {}

    def add(self, was: _Cell, now: _Cell, where: int) -> None:
        self.where |= where
        self._was.update({was.clause: None} if was.clause else {})
        self._now.update({now.clause: None} if now.clause else {})

    def change(self, kind: str, recipient: str, name: str, was: str, now: str) -> CellChange:
        before, after = (f"masked ({how})" if how not in (TOLD, WITHHELD) else how for how in (was, now))
        way = direction(was, now)
        grounds = f"{after}, {', '.join(self._was)} -> {', '.join(self._now)}"
        return CellChange(
            direction=way,
            where=f"{kind} -> {recipient}: {name}",
            what=grounds if way == "GROUND" else f"{before} -> {after}",
            kind=kind,
            recipient=recipient,
            field=name,
            before=was,
            after=now,
            clauses=tuple(self._now or self._was),
        )
