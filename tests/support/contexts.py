"""A situation of the enumerated space in words again, for readers that know nothing of bits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from access_policies.compiling import Bundle
from access_policies.enumerating import TOLD_BEFORE, Space
from access_policies.words import Situation


@dataclass
class Context:
    """What is known and what cannot be ruled out, word by word, and whether the earlier update was told."""

    known: dict[str, list[str]] = field(default_factory=dict)
    possible: dict[str, list[str]] = field(default_factory=dict)
    told_before: bool = False


def context(over: Space, number: int, allowed: Mapping[str, tuple[str, ...]], pick: int = 0) -> Context:
    """Situation `number` in words; of values that are alike, the one at `pick`."""
    found = Context()
    for axis, chosen in zip(over.axes, over.choices(number), strict=True):
        choice = axis.choices[chosen]
        if axis.word == TOLD_BEFORE:
            found.told_before = not choice.absent
            continue
        known = [] if choice.absent or choice.unknown else [choice.values[pick]]
        possible = [] if choice.absent else known or list(choice.values or allowed[axis.word])
        found.known.setdefault(axis.word, []).extend(known)
        found.possible.setdefault(axis.word, []).extend(possible)
    return found


def situation(bundle: Bundle, said: Context) -> Situation:
    """The same context as the hub writes it."""
    known, possible = (
        bundle.words.situation(**{word: tuple(values) for word, values in words.items()})
        for words in (said.known, said.possible)
    )
    return Situation(known.known, possible.possible)
