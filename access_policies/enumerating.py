"""Every situation that rules can tell apart: the combinations of the words they mention, and no others.

Values that no rule tells apart are one choice. The space is then cut into regions in which the same conditions hold,
and one situation of each is decided: so all of them are. What is proved over the regions holds everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Literal

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import plan_for
from access_policies.model import Policies, When
from access_policies.words import Situation, Words

ONE_OF = frozenset({"involvement", "handling", "age", "standing", "cohort"})
"""The words that always have exactly one value; of every other word any number may hold at once."""
NEVER_UNKNOWN = frozenset(
    {"involvement", "pending", "pathway", "consent", "handling", "named", "restriction", "safeguarding", "access"}
    | {"agreement"}
)
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
    whole: bool = False
    """Whether this is one value of several that are alike, and the word has no others: absent is none at all."""


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

    @cached_property
    def told_before(self) -> int:
        """The situations in which the partner was told of the earlier update; all, where nobody asks."""
        asked = self.axes and self.axes[-1].word == TOLD_BEFORE
        return self.sets[-1][0] if asked else self.everything

    def _periodic(self, stride: int, choices: int, choice: int) -> int:
        period = stride * choices
        return ((1 << stride) - 1 << choice * stride) * (self.everything // ((1 << period) - 1))


Reading = Literal["known", "possible"]
"""A share asks what is known to hold, a bar what cannot be ruled out."""


@dataclass(frozen=True)
class Condition:
    """What one rule asks of a situation, and how it reads what is unknown."""

    when: When
    read: Reading
    shuts: bool = False
    """Whether nothing at all is told where it holds, whatever else does."""


class _InBits:
    """A space in the bits of one edition's words; what these do not have says nothing."""

    def __init__(self, over: Space, words: Words) -> None:
        self._over, self._words = over, words
        self._bits = [[choice.situation(words, axis.word) for choice in axis.choices] for axis in over.axes]

    def situation(self, number: int) -> Situation:
        """Situation `number`."""
        known = possible = 0
        for bits, choice in zip(self._bits, self._over.choices(number), strict=True):
            known, possible = known | bits[choice].known, possible | bits[choice].possible
        return Situation(known, possible)

    def where(self, condition: Condition) -> int:
        """The situations in which a condition holds; none, where it asks for what no axis says."""
        found = self._over.everything
        for word, values in condition.when.items():
            [mask] = self._words.condition({word: values})
            found &= self._met(word, mask, condition.read)
        return found

    def _met(self, word: str, mask: int, read: Reading) -> int:
        met = 0
        for axis, bits, sets in zip(self._over.axes, self._bits, self._over.sets, strict=True):
            if axis.word == word:
                for said, members in zip(bits, sets, strict=True):
                    met |= members if getattr(said, read) & mask else 0
        return met


def asks(policies: Policies, kind: str, recipient: str) -> list[Condition]:
    """The conditions that decide what a partner of kind `recipient` is told of `kind`; none where either is not."""
    policy = policies.kinds.get(kind)
    if policy is None or recipient not in policies.recipients():
        return []
    grounds = [name for name in policy.share if policies.clauses[name].recipient == recipient]
    whens = [when for name in grounds for when in (policies.conditions(name), policies.clauses[name].when)]
    nevers = (never for never in policy.never.values() if recipient not in never.except_)
    bars = (Condition(never.when, "possible", shuts=never.fields == "*") for never in nevers)
    return [*(Condition(when, "known") for when in whens), *bars]


def space(editions: Sequence[Policies], pairs: Iterable[tuple[str, str]]) -> Space:
    """The situations that the rules of these (kind, recipient) pairs tell apart, in any of the editions."""
    asked = list(pairs)
    mentioned = [each.when for policies in editions for pair in asked for each in asks(policies, *pair)]
    axes: list[Axis] = []
    words = [policies.words() for policies in editions]
    for word, values in _together(words).items():
        known = [set(each.get(word, ())) for each in words]
        if lists := [set(when[word]) for when in mentioned if word in when]:
            axes += _axes(word, values, lists, known)
    inherits = any(
        policies.kinds[kind].inherits for policies in editions for kind, _ in asked if kind in policies.kinds
    )
    return Space([*axes, _ASKED] if inherits else axes)


Regions = list[tuple[int, Plan]]
"""Sets of situations that together are all of them, with what is told in each."""


def regions(bundle: Bundle, kind: str, recipient: str, over: Space) -> Regions:
    """What is told where: one situation stands for all in which the same conditions hold. Empty where nothing is told
    at all, because the bundle has no such rules.
    """
    if kind not in bundle.policies.kinds or recipient not in bundle.policies.recipients():
        return []
    bits, inherits = _InBits(over, bundle.words), bundle.lapsed(kind) is not None
    before = over.told_before if inherits else over.everything
    asked = [(bits.where(condition), condition.shuts) for condition in asks(bundle.policies, kind, recipient)]
    shut = reduce(or_, (where for where, shuts in asked if shuts), 0)
    parts = _cut(before & ~shut, [where for where, _ in asked])
    found = []
    for region in filter(None, [*parts, before & shut, over.everything & ~before]):
        situation = bits.situation((region & -region).bit_length() - 1)
        told_before = bool(region & before)
        found.append((region, plan_for(bundle, kind, recipient, situation, told_before=told_before)))
    return found


def _cut(whole: int, sets: Iterable[int]) -> list[int]:
    """The parts that no set divides."""
    parts = [whole]
    for each in sets:
        parts = [half for part in parts for half in (part & each, part & ~each) if half]
    return parts


def cells(bundle: Bundle) -> Iterator[tuple[str, str, Space, Regions]]:
    """Every kind and kind of partner with its situations and what is told in each: the whole decision space."""
    for kind in bundle.policies.kinds:
        for recipient in bundle.policies.recipients():
            over = space([bundle.policies], [(kind, recipient)])
            yield kind, recipient, over, regions(bundle, kind, recipient, over)


def _together(editions: Sequence[dict[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """The words of all editions with all their values."""
    values: dict[str, dict[str, None]] = {}
    for words in editions:
        for word, said in words.items():
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
            whole = len(group) == len(values) > 1
            yield Axis(word, (Choice(group), Choice(group, absent=True), *unknown), whole)


def _alike(values: tuple[str, ...], lists: Sequence[set[str]]) -> Iterable[tuple[str, ...]]:
    """The values in groups that stand in exactly the same lists; those in none are one group too."""
    groups: dict[tuple[bool, ...], tuple[str, ...]] = {}
    for value in values:
        marks = tuple(value in each for each in lists)
        groups[marks] = (*groups.get(marks, ()), value)
    return groups.values()


def steps(over: Space) -> Iterator[tuple[str, int, int]]:
    """For each value that may be absent: its word, the situations in which it is, and how far below each lies the one
    in which it holds and nothing else differs.
    """
    for axis, stride, sets in zip(over.axes, over.strides, over.sets, strict=True):
        if axis.word != TOLD_BEFORE and any(choice.absent for choice in axis.choices):
            place = [choice.absent for choice in axis.choices].index(True)
            yield axis.word, sets[place], place * stride
