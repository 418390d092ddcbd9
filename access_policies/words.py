"""Situations as bits: what is known of a partner, a person and an update, and what cannot be ruled out."""

from dataclasses import dataclass
from functools import lru_cache

from access_policies.model import Given, Policies, When

UNKNOWN = "unknown"
OPEN = "open"
"""The one value of `safeguarding` and `access`: something is open for this partner now."""


@dataclass(frozen=True, slots=True)
class Situation:
    """`known` answers `share` (unknown = no), `possible` answers `never` (unknown = yes)."""

    known: int
    possible: int

    def __or__(self, other: "Situation") -> "Situation":
        return Situation(self.known | other.known, self.possible | other.possible)


Condition = tuple[int, ...]
"""One mask of bits for each word of a `when`; every mask must meet the situation."""


def holds(condition: Condition, bits: int) -> bool:
    """Whether every word of the condition is met."""
    return all(mask & bits for mask in condition)


_KEPT = 4096
"""Situations that are remembered: of most partners the same is said, as they have nothing to do with a case."""


class Words:
    """The vocabulary laid out as bits, in the order of its file."""

    def __init__(self, policies: Policies) -> None:
        self._values = policies.words()
        vocabulary = policies.vocabulary
        self._within = {purpose: vocabulary.scoped(purpose) for purpose in vocabulary.purposes}
        pairs = [(word, value) for word, values in self._values.items() for value in values]
        self._bits = {pair: 1 << place for place, pair in enumerate(pairs)}
        self._kept = lru_cache(maxsize=_KEPT)(self._situation)

    @property
    def names(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(self._values)

    def allowed(self, word: str) -> tuple[str, ...]:
        """The values that `word` may be compared with; none when it is no word of a condition."""
        return self._values.get(word, ())

    def condition(self, when: When) -> Condition:
        """A `when` as masks; raises `KeyError` for a word or value outside the vocabulary."""
        return tuple(self._mask(word, values) for word, values in when.items())

    def situation(self, **words: str | tuple[str, ...]) -> Situation:
        """The situation in which exactly these words have these values; `unknown` rules nothing out."""
        return self._kept(tuple(words.items()))

    def _situation(self, words: tuple[tuple[str, str | tuple[str, ...]], ...]) -> Situation:
        known = possible = 0
        for word, said in words:
            values = (said,) if isinstance(said, str) else said
            if UNKNOWN in values:
                possible |= self._any(word)
            else:
                bits = self._mask(word, self._covered(word, values))
                known, possible = known | bits, possible | bits
        return Situation(known, possible)

    def _covered(self, word: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """A consent that names no scope covers every scope of its purpose."""
        if word != "consent":
            return values
        return (*values, *(scoped for value in values for scoped in self._within.get(value, ())))

    def of(self, given: Given) -> Situation:
        """The situation of an `expect` row."""
        return self.situation(
            involvement=given.involvement,
            pathway=given.pathways,
            consent=given.consents,
            handling=given.handling,
            age=given.age,
            named="self" if given.named else (),
            pending=given.pending,
            standing=given.standing,
            cohort=given.cohort or self._values["cohort"][:1],
            restriction=given.restrictions,
            safeguarding=OPEN if given.safeguarding else (),
            access=OPEN if given.access else (),
            agreement=tuple(a for a in self._values["agreement"] if a not in given.lapsed),
        )

    def met(self, when: When, situation: Situation) -> dict[str, tuple[str, ...]]:
        """The words of a `when` that are known to hold, each with those of its values that do."""
        found = {word: self._among(word, values, situation.known) for word, values in when.items()}
        return {word: values for word, values in found.items() if values}

    def unmet(self, when: When, situation: Situation) -> dict[str, tuple[str, ...]]:
        """The words of a `when` that are not known to hold, each with the values of which one would do."""
        return {word: values for word, values in when.items() if not self._among(word, values, situation.known)}

    def open_to(self, when: When, situation: Situation) -> dict[str, tuple[str, ...]]:
        """The words of a `when`, each with those of its values that cannot be ruled out."""
        return {word: self._among(word, values, situation.possible) for word, values in when.items()}

    def said(self, word: str, bits: int) -> tuple[str, ...]:
        """The values of a word that these bits say."""
        return self._among(word, self.allowed(word), bits)

    def without(self, situation: Situation, *words: str) -> Situation:
        """The situation, of which these words say nothing any more."""
        gone = sum(self._any(word) for word in words)
        return Situation(situation.known & ~gone, situation.possible & ~gone)

    def _among(self, word: str, values: tuple[str, ...], bits: int) -> tuple[str, ...]:
        return tuple(value for value in values if self._bits[word, value] & bits)

    def _any(self, word: str) -> int:
        return self._mask(word, self._values[word])

    def _mask(self, word: str, values: tuple[str, ...]) -> int:
        """The bits of these values; a value said twice is one value, never the sum, which would be another's bit."""
        return sum(self._bits[word, value] for value in set(values))
