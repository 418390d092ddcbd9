"""Every situation that rules can tell apart: the combinations of the words they mention, and no others.

Values that no rule tells apart are one choice, so the space is small enough to decide all of it. What is proved over
it holds everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from access_policies.compiling import NOTHING, Bundle, Plan
from access_policies.deciding import plan_for
from access_policies.model import Policies, When
from access_policies.words import Situation, Words

ONE_OF = frozenset({"involvement", "handling", "age"})
"""The words that always have exactly one value; of every other word any number may hold at once."""
NEVER_UNKNOWN = frozenset({"involvement", "pathway", "consent", "handling", "named"})
"""The words that are always known. A word that is not listed here is taken to be unknown at times, and one that is
not in `ONE_OF` to have several values: then more situations are looked at, never fewer.
"""
TOLD_BEFORE = "the earlier update"
"""The axis of a kind that inherits: whether the partner was told of the earlier update (D1)."""


@dataclass(frozen=True)
class Choice:
    """What one axis may say: any one of these values (they are alike), that they are absent, or that nobody knows."""

    values: tuple[str, ...] = ()
    absent: bool = False
    unknown: bool = False

    def situation(self, words: Words, word: str) -> Situation:
        """This choice as bits; a value that these words do not have is unknown to them."""
        allowed = words.allowed(word)
        if self.absent or not allowed:
            return Situation(0, 0)
        here = tuple(value for value in self.values if value in allowed)
        if self.unknown or not here:
            return Situation(0, words.situation(**{word: here or allowed}).possible)
        return words.situation(**{word: here[0]})


@dataclass(frozen=True)
class Axis:
    """One word (or, where several values may hold at once, one value of it) and what may be said of it."""

    word: str
    choices: tuple[Choice, ...]


_ASKED = Axis(TOLD_BEFORE, (Choice(("told",)), Choice(("told",), absent=True)))


class Space:
    """The product of the axes. A set of situations is an integer: bit n stands for situation n."""

    def __init__(self, axes: Iterable[Axis]) -> None:
        self.axes = tuple(axes)
        self.size = 1
        for axis in self.axes:
            self.size *= len(axis.choices)
        self.everything = (1 << self.size) - 1

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """How far apart two situations lie that differ by one choice of an axis."""
        strides, left = [], self.size
        for axis in self.axes:
            left //= len(axis.choices)
            strides.append(left)
        return tuple(strides)

    @cached_property
    def sets(self) -> tuple[tuple[int, ...], ...]:
        """For each axis and choice, the set of situations in which it is chosen."""
        return tuple(
            tuple(self._periodic(stride, len(axis.choices), choice) for choice in range(len(axis.choices)))
            for axis, stride in zip(self.axes, self.strides, strict=True)
        )

    def choices(self, number: int) -> tuple[int, ...]:
        """What situation `number` says on each axis."""
        return tuple(number // stride % len(axis.choices) for axis, stride in zip(self.axes, self.strides, strict=True))

    def situations(self, words: Words) -> list[Situation]:
        """Every situation in order, in the bits of these words; what they do not have says nothing."""
        points = [(0, 0)]
        for axis in self.axes:
            bits = [choice.situation(words, axis.word) for choice in axis.choices]
            points = [(known | b.known, possible | b.possible) for known, possible in points for b in bits]
        return [Situation(known, possible) for known, possible in points]

    def told_before(self) -> list[bool]:
        """For every situation whether the partner was told of the earlier update; no, where nobody asks."""
        if not self.axes or self.axes[-1].word != TOLD_BEFORE:
            return [False] * self.size
        return [True, False] * (self.size // 2)

    def _periodic(self, stride: int, choices: int, choice: int) -> int:
        period = stride * choices
        return ((1 << stride) - 1 << choice * stride) * (self.everything // ((1 << period) - 1))


def whens(policies: Policies, kind: str, recipient: str) -> list[When]:
    """The conditions that decide what a partner of kind `recipient` is told of `kind`; none where either is not."""
    policy = policies.kinds.get(kind)
    if policy is None:
        return []
    grounds = (policies.clauses[clause] for clause in policy.share)
    bars = (never for never in policy.never.values() if recipient not in never.except_)
    return [*(clause.when for clause in grounds if clause.recipient == recipient), *(bar.when for bar in bars)]


def space(editions: Sequence[Policies], pairs: Iterable[tuple[str, str]]) -> Space:
    """The situations that the rules of these (kind, recipient) pairs tell apart, in any of the editions."""
    asked = list(pairs)
    mentioned = [when for policies in editions for pair in asked for when in whens(policies, *pair)]
    axes: list[Axis] = []
    for word, values in _together(editions).items():
        known = [set(policies.vocabulary.words().get(word, ())) for policies in editions]
        if lists := [set(when[word]) for when in mentioned if word in when]:
            axes += _axes(word, values, lists, known)
    inherits = any(
        policies.kinds[kind].inherits for policies in editions for kind, _ in asked if kind in policies.kinds
    )
    return Space([*axes, _ASKED] if inherits else axes)


def plans(bundle: Bundle, kind: str, recipient: str, over: Space) -> list[Plan]:
    """What is told in every situation of the space, in order; nothing where the bundle has no such rules."""
    if kind not in bundle.policies.kinds or not bundle.agencies_of_kind(recipient):
        return [NOTHING] * over.size
    situations = over.situations(bundle.words)
    grounds = list(map(bundle.rules(kind, recipient).plan, situations))
    if bundle.lapsed(kind) is None:
        return grounds
    outcomes: dict[tuple[int, bool], Plan] = {}
    asked = list(zip(map(id, grounds), over.told_before(), strict=True))
    for key, situation in zip(asked, situations, strict=True):
        if key not in outcomes:
            outcomes[key] = plan_for(bundle, kind, recipient, situation, told_before=key[1])
    return [outcomes[key] for key in asked]


def cells(bundle: Bundle) -> Iterator[tuple[str, str, Space, list[Plan]]]:
    """Every kind and kind of partner with its situations and what is told in each: the whole decision space."""
    for kind in bundle.policies.kinds:
        for recipient in recipients(bundle.policies):
            over = space([bundle.policies], [(kind, recipient)])
            yield kind, recipient, over, plans(bundle, kind, recipient, over)


def recipients(policies: Policies) -> tuple[str, ...]:
    """The kinds of partner in the register, in its order."""
    return tuple(dict.fromkeys(partner.kind for partner in policies.partners.values()))


def _together(editions: Sequence[Policies]) -> dict[str, tuple[str, ...]]:
    """The words of all editions with all their values."""
    values: dict[str, dict[str, None]] = {}
    for policies in editions:
        for word, said in policies.vocabulary.words().items():
            values.setdefault(word, {}).update(dict.fromkeys(said))
    return {word: tuple(said) for word, said in values.items()}


def _axes(word: str, values: tuple[str, ...], lists: list[set[str]], known: list[set[str]]) -> Iterator[Axis]:
    """The axes of one word: one where it has exactly one value, else one for each value that rules tell apart."""
    groups = _alike(values, [*lists, *known])
    sometimes = word not in NEVER_UNKNOWN
    if word in ONE_OF:
        yield Axis(word, (*map(Choice, groups), *([Choice(unknown=True)] if sometimes else [])))
        return
    for group in groups:
        if any(group[0] in each for each in lists):
            unknown = [Choice(group, unknown=True)] if sometimes else []
            yield Axis(word, (Choice(group), Choice(group, absent=True), *unknown))


def _alike(values: tuple[str, ...], lists: Sequence[set[str]]) -> Iterable[tuple[str, ...]]:
    """The values in groups that stand in exactly the same lists; those in none are one group too."""
    groups: dict[tuple[bool, ...], tuple[str, ...]] = {}
    for value in values:
        marks = tuple(value in each for each in lists)
        groups[marks] = (*groups.get(marks, ()), value)
    return groups.values()


def neighbours(over: Space) -> Iterator[tuple[int, int, str]]:
    """Each pair of situations of which the second has one value more that holds, and the word."""
    for axis, stride in zip(over.axes, over.strides, strict=True):
        absent = next((place for place, choice in enumerate(axis.choices) if choice.absent), None)
        if axis.word == TOLD_BEFORE or absent is None:
            continue
        for number in range(over.size):
            if number // stride % len(axis.choices) == absent:
                yield number, number - absent * stride, axis.word


__all__ = ["Axis", "Choice", "Space", "cells", "neighbours", "plans", "recipients", "space", "whens"]
