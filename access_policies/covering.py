"""In how few words can a set of situations be said? Boxes over the axes that cover exactly that set."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from access_policies.enumerating import Axis, Choice, Space
from access_policies.words import UNKNOWN

_SAYS = {
    "one of": "{word} is {values}",
    "known": "{word} is known",
    "there": "{word} is {values}",
    "none": "{word} is none",
    "absent": "{word} is not {values}",
    "unknown": "nobody knows whether {word} is {values}",
    "there unknown": "{word} may be {values}",
    "absent unknown": "{word} is not known to be {values}",
    "there absent": "it is known whether {word} is {values}",
}

Box = tuple[frozenset[int], ...]
"""For each axis the choices that are allowed; the situations in which every axis keeps to them."""


def cover(space: Space, wanted: int) -> list[Box]:
    """Boxes that together are exactly the situations in `wanted`; none of them can grow or be left out."""
    boxes, left = [], wanted
    while left:
        box = _grown(space, wanted, space.choices((left & -left).bit_length() - 1))
        boxes.append(box)
        left &= ~members(space, box)
    return _needed(space, boxes)


def members(space: Space, box: Box) -> int:
    """The situations in a box."""
    return _within(space, box, but=-1)


def _within(space: Space, box: Box, but: int) -> int:
    """The situations in a box, were nothing said on the axis `but`."""
    found = space.everything
    for place, (sets, allowed) in enumerate(zip(space.sets, box, strict=True)):
        if place != but and len(allowed) < len(sets):
            found &= _any(sets, allowed)
    return found


def _any(sets: tuple[int, ...], allowed: Iterable[int]) -> int:
    return reduce(or_, (sets[choice] for choice in allowed))


def _grown(space: Space, wanted: int, seed: tuple[int, ...]) -> Box:
    """The largest box around one situation: axis by axis, every choice that leads to nothing unwanted."""
    box = tuple(frozenset({choice}) for choice in seed)
    for place, sets in enumerate(space.sets):
        unwanted = _within(space, box, but=place) & ~wanted
        fitting = frozenset(choice for choice, having in enumerate(sets) if not having & unwanted)
        box = (*box[:place], fitting, *box[place + 1 :])
    return box


def _needed(space: Space, boxes: list[Box]) -> list[Box]:
    kept = list(boxes)
    for box in boxes:
        others = reduce(or_, (members(space, other) for other in kept if other != box), 0)
        if not members(space, box) & ~others:
            kept.remove(box)
    return kept


@dataclass(frozen=True)
class Condition:
    """What one word says in a box: `how` is `there`, `absent`, `none` and the like, or `one of` and
    `known` for a word of one value.
    """

    word: str
    how: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return _SAYS[self.how].format(word=self.word, values=" or ".join(self.values))


Case = tuple[Condition, ...]
"""The conditions of one box; none at all is every situation."""


def cases(space: Space, wanted: int) -> tuple[Case, ...]:
    """The situations in `wanted` as cases, of which one must hold."""
    return tuple(tuple(_conditions(space, box)) for box in cover(space, wanted))


def sentence(found: Iterable[Case]) -> str:
    """`involvement is active or lead and age is adult`; several cases are joined by `; or`."""
    return "; or ".join(" and ".join(map(str, case)) or "always" for case in found)


def _conditions(space: Space, box: Box) -> Iterator[Condition]:
    for axis, allowed in zip(space.axes, box, strict=True):
        if len(allowed) < len(axis.choices):
            yield _condition(axis, [axis.choices[choice] for choice in sorted(allowed)])


def _condition(axis: Axis, allowed: list[Choice]) -> Condition:
    if any(choice.absent for choice in axis.choices):
        how = " ".join(map(_how, allowed))
        return Condition(axis.word, "none" if axis.whole and how == "absent" else how, allowed[0].values)
    values = tuple(value for choice in allowed for value in choice.values or (UNKNOWN,))
    known = len(allowed) == len(axis.choices) - 1 and UNKNOWN not in values
    return Condition(axis.word, "known" if known and axis.choices[-1].unknown else "one of", values)


def _how(choice: Choice) -> str:
    return "absent" if choice.absent else "unknown" if choice.unknown else "there"
