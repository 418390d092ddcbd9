"""A finding: one thing that is wrong, where it stands, and what to do about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from access_policies.model import KindPolicy, Policies, When
from schemas.updates import Update

Where = tuple[str | int, ...]
"""A place in a document, key by key."""

Found = Iterator[tuple[Where, str]]
"""Places within one document, each with its sentence."""

HUB = "hub"
"""The publisher of what the hub itself says: the settling of provisional updates."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: in which document (a file, or a kind), where in it, and what to do."""

    document: str
    path: Where
    sentence: str


@dataclass(frozen=True)
class Kind:
    """One kind's policy, and the schema that it is held to."""

    policies: Policies
    policy: KindPolicy
    model: type[Update]


def unknown(what: str, said: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """A sentence for each word that is not known, with the nearest that are, or all of them."""
    choices = sorted(set(known))
    for word in said:
        if word not in choices:
            near = get_close_matches(word, choices) or choices
            yield f"there is no {what} {word!r}; choose from {', '.join(near)}"


def no_such_partner(policies: Policies, said: Iterable[str], also: Iterable[str] = ()) -> Iterator[str]:
    """A sentence for each kind of partner that nobody in the register is of."""
    yield from unknown("kind of partner", said, {*policies.recipients(), *also})


def of_when(policies: Policies, when: When) -> Found:
    """Words and values outside the vocabulary, and words without a value."""
    words = policies.vocabulary.words()
    for word, values in when.items():
        if word not in words:
            yield (word,), f"there is no word {word!r}; choose from {listed(words)}"
        if not values:
            yield (word,), f"{word} names no value, so the rule would never apply; name one, or take the word out"
        for value in values:
            if word in words and value not in words[word]:
                yield (word,), f"{word} is never {value!r}; choose from {listed(words[word])}"


def listed(words: Iterable[str]) -> str:
    """Words as a sentence names them."""
    return ", ".join(sorted(words))
