"""Recoding: a situation that was recorded in the bits of one edition's words, said in those of another."""

from functools import lru_cache

from access_policies.words import Situation, Words


@lru_cache(maxsize=16384)
def recoded(situation: Situation, was: Words, now: Words) -> Situation:
    """The same situation in the words of `now`. What only one of the editions can say is unknown.

    A value that is new was never asked about, so it may hold; and where a value was recorded that is no more, any
    value of its word may stand in its place. Neither is known, so no share rests on it (unknown = no), and every
    `never` that asks for it bars (unknown = yes).
    """
    found = Situation(0, 0)
    for word in now.names:
        found |= _word(word, situation, was, now)
    return found


def _word(word: str, situation: Situation, was: Words, now: Words) -> Situation:
    before, after = was.allowed(word), now.allowed(word)
    known = tuple(value for value in was.said(word, situation.known) if value in after)
    possible = tuple(value for value in was.said(word, situation.possible) if value in after)
    gone = any(value not in after for value in was.said(word, situation.possible))
    unasked = after if gone else tuple(value for value in after if value not in before)
    certain = now.situation(**{word: known})
    maybe = now.situation(**{word: (*possible, *unasked)})
    return Situation(certain.known, certain.possible | maybe.possible)
