"""Supervision: how closely somebody is supervised in a few words, as far as one partner was told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from schemas.views import Fact, Supervised

_BUSY = "supervision.appointment.made"
_STARTED = "supervision.breach.started"


def supervised(facts: Iterable[Fact], now: datetime) -> Supervised:
    """How often somebody is seen, until when a licence runs, whether a breach is open, what is next. Pure."""
    usable = [fact for fact in facts if fact.stands]
    state = {fact.fact: fact for fact in usable}
    contact, licence = state.get("contact"), state.get("licence")
    weekly = contact.free.get("weekly_contacts") if contact else None
    return Supervised(
        contact=_said(contact, "level"),
        weekly_contacts=weekly if isinstance(weekly, int) else None,
        since=_said(contact, "starts_on"),
        licence_ends_on=_said(licence, "ends_on"),
        breach=_breach(state.get("breach")),
        next_appointment=_next(usable, now),
    )


def _said(fact: Fact | None, name: str) -> str | None:
    said = fact.free.get(name) if fact else None
    return None if said is None else str(said)


def _breach(fact: Fact | None) -> Literal["open", "concluded"] | None:
    if fact is None:
        return None
    return "open" if fact.kind == _STARTED else "concluded"


def _next(facts: Iterable[Fact], now: datetime) -> str | None:
    """The first that has not begun."""
    starts = [str(fact.free["starts_at"]) for fact in facts if fact.kind == _BUSY and "starts_at" in fact.free]
    return min(
        (each for each in starts if datetime.fromisoformat(each) >= now), key=datetime.fromisoformat, default=None
    )
