"""A situation recorded in the words of one edition, said in those of another: what only one can say is unknown."""

from typing import Any

import pytest

from access_policies.recoding import recoded
from access_policies.words import Situation, Words
from support.signing import shipped

NOW = Words(shipped())


def with_words(**words: tuple[str, ...]) -> Words:
    """The shipped words, some with other values."""
    vocabulary = shipped().vocabulary.model_copy(update=words)
    return Words(shipped().model_copy(update={"vocabulary": vocabulary}))


def said(words: Words, word: str, situation: Situation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is known of a word, and what cannot be ruled out."""
    return words.said(word, situation.known), words.said(word, situation.possible)


SITUATIONS: list[dict[str, Any]] = [
    {},
    {"involvement": "active", "pathway": ("accommodation", "health"), "age": "adult", "handling": "restricted"},
    {"age": "unknown", "cohort": "unknown", "consent": "treatment/health", "named": "self"},
    {"consent": ("treatment", "accommodation/whereabouts"), "agreement": "northshire-1", "access": "open"},
]


@pytest.mark.parametrize("words", SITUATIONS)
def test_the_same_words_say_the_same(words: dict[str, Any]) -> None:
    """In the words in which it was recorded a situation stays as it was, to the bit."""
    assert recoded(NOW.situation(**words), NOW, NOW) == NOW.situation(**words)


@pytest.mark.parametrize("words", SITUATIONS)
def test_another_order_of_the_same_words_says_the_same(words: dict[str, Any]) -> None:
    """Bits that stand elsewhere mean what they meant."""
    vocabulary = shipped().vocabulary
    turned = with_words(
        pathways=vocabulary.pathways[::-1], handling=vocabulary.handling[::-1], purposes=vocabulary.purposes[::-1]
    )
    assert turned.situation(pathway="health") != NOW.situation(pathway="health"), "the bits do stand elsewhere"
    assert recoded(NOW.situation(**words), NOW, turned) == turned.situation(**words)


def test_a_new_value_was_never_asked_about() -> None:
    """A pathway that the old rules did not have is not known to be worked on, and cannot be ruled out."""
    wider = with_words(pathways=(*shipped().vocabulary.pathways, "gambling"))
    found = recoded(NOW.situation(pathway="health"), NOW, wider)
    assert said(wider, "pathway", found) == (("health",), ("health", "gambling"))


def test_a_value_that_is_no_more_may_be_any() -> None:
    """Somebody was in a cohort that the new rules no longer have: which of theirs it is, nobody knows."""
    fewer = with_words(cohorts=shipped().vocabulary.cohorts[1:])
    found = recoded(NOW.situation(cohort=shipped().vocabulary.cohorts[0]), NOW, fewer)
    assert said(fewer, "cohort", found) == ((), shipped().vocabulary.cohorts[1:])


def test_a_new_word_is_unknown() -> None:
    """A word that the old rules did not have at all is unknown in every value."""
    none = with_words(restrictions=())
    found = recoded(none.situation(age="adult"), none, NOW)
    assert said(NOW, "restriction", found) == ((), shipped().vocabulary.restrictions)


def test_a_consent_without_a_scope_covers_a_scope_that_is_new() -> None:
    """Whoever agreed to all of a purpose agreed to a part of it that was named later; who agreed to a part did not."""
    wider = with_words(scopes=(*shipped().vocabulary.scopes, "diary"))
    whole = recoded(NOW.situation(consent="treatment"), NOW, wider)
    part = recoded(NOW.situation(consent="treatment/health"), NOW, wider)
    assert "treatment/diary" in said(wider, "consent", whole)[0]
    assert "treatment/diary" not in said(wider, "consent", part)[0]


def test_unknown_counts_as_no_and_as_yes() -> None:
    """What the words cannot say grants nothing and bars all that asks for it."""
    wider = with_words(handling=(*shipped().vocabulary.handling, "sealed"))
    found = recoded(NOW.situation(handling="normal"), NOW, wider)
    [mask] = wider.condition({"handling": ("sealed",)})
    assert not found.known & mask
    assert found.possible & mask
