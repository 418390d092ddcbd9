"""Freshness: whoever said how something stands is asked, past the age that local practice sets, whether it still does.

A prompt is no row of its own: it is what the day and the partner's own facts make of each other, so nothing raises it
and nothing has to close it. Saying that the fact still stands, or what stands instead, does.
"""

from datetime import date
from uuid import uuid5

from consumers.practice import Pack
from consumers.rows import from_row
from hub.ports import Views
from schemas.views import Fact, Prompt


def prompts(views: Views, pack: Pack, today: date, limit: int) -> list[Prompt]:
    """What this partner is asked today, the oldest first."""
    facts = map(from_row, views.said_before(pack.asks_before(today), limit))
    return [found for fact in facts if (found := prompt_for(fact, pack, today))]


def prompt_for(fact: Fact, pack: Pack, today: date) -> Prompt | None:
    """The question about one fact, if it is past its age. Pure."""
    past_age, stood_on = pack.past_age(fact, today), fact.stood_on
    if past_age is None or stood_on is None:
        return None
    return Prompt(
        prompt_id=uuid5(fact.message_id, f"is it still so/{stood_on}"),
        record=fact.record,
        message_id=fact.message_id,
        fact=fact.fact,
        kind=fact.kind,
        question=_question(fact, stood_on, today),
        last_confirmed=stood_on,
        past_age=past_age,
    )


def _question(fact: Fact, stood_on: str, today: date) -> str:
    days = (today - date.fromisoformat(stood_on)).days
    who = fact.free.get("person", "Somebody")
    return f"{who}: on {stood_on}, {days} days ago, you last said how {_what(fact.fact)} stands. Is it still so?"


_IN_WORDS = {
    "accommodation": "the accommodation",
    "contact": "the level of contact",
    "wanted": "the wanted marker",
    "risk": "the risk",
    "readiness": "the readiness",
    "need": "the need for",
    "support": "the support with",
    "status": "what concerns",
}


def _what(name: str) -> str:
    """The state in words: `need/drugs_alcohol` is the need for drugs alcohol."""
    state, _, pathway = name.partition("/")
    return f"{_IN_WORDS.get(state, state)} {pathway.replace('_', ' ')}".strip()
