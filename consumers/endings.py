"""Endings: which states are over once something else has happened, and which of two things that a partner was told
happened later. Facts and alerts follow the same rule, in whatever order they were told.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.updates import KINDS
from schemas.updates.custody import Died, Received, Released
from schemas.updates.trust import DisclosureRecalled, UpdateWithdrawn
from schemas.views import Fact
from schemas.vocabulary import Certainty

ENDING = {Received.KIND: "custody", Released.KIND: "custody", Died.KIND: "death"}
"""The kinds that end a state of another kind, and the fact of a view that stands on the latest of them."""

SOUGHT = frozenset(state for kind in ENDING for state in KINDS[kind].ENDS)
"""The states that they end."""

_TAKE_BACK = (UpdateWithdrawn.KIND, DisclosureRecalled.KIND)
_DAY = len("2026-01-31")


class Moment(NamedTuple):
    """When something happened, as far as that was told, and where it stands on the feed."""

    occurred_at: str | None
    seq: int


def moment(fact: Fact) -> Moment:
    """When what stands in this row happened."""
    return Moment(fact.occurred_at, fact.seq)


def later(new: Moment, old: Moment) -> bool:
    """Whether `new` happened later; where a time was not told, or both are one, whether it was told later."""
    return (_told_day(new, old), new.seq) >= (_told_day(old, new), old.seq)


def _told_day(one: Moment, other: Moment) -> str:
    """The time to compare by: as much of it as both were told."""
    if one.occurred_at is None or other.occurred_at is None:
        return ""
    if _DAY in (len(one.occurred_at), len(other.occurred_at)):
        return one.occurred_at[:_DAY]
    return datetime.fromisoformat(one.occurred_at).astimezone(UTC).isoformat()


def state_of(kind: str) -> str | None:
    """The state that a kind says, of those that others end."""
    state = KINDS[kind].STATE if kind in KINDS else None
    return state if state in SOUGHT else None


def ended_by(disclosure: Disclosure) -> frozenset[str]:
    """The states that are over by what is told here. An emergency ends nothing: what it told is given back (D13)."""
    lent = ON_ACCESS in disclosure.told
    return KINDS[disclosure.kind].ENDS if disclosure.kind in ENDING and not lent else frozenset()


def taken_back(disclosure: Disclosure) -> UUID | None:
    """The message that is to be taken as never told: withdrawn, or called back. What it ended goes on."""
    gone = disclosure.kind in _TAKE_BACK and (disclosure.kind == UpdateWithdrawn.KIND or disclosure.takes_back())
    return UUID(str(disclosure.told["update"])) if gone and "update" in disclosure.told else None


def witnesses(kind: str) -> frozenset[str]:
    """The facts that may say that a state of this kind is over."""
    state = state_of(kind)
    return frozenset(row for ending, row in ENDING.items() if state in KINDS[ending].ENDS)


def over_before(kind: str, told: Moment, fact: Callable[[str], Fact | None]) -> list[UUID]:
    """The messages by which a state that is `told` late was over before: those of the facts that the view holds."""
    found = (each for name in witnesses(kind) if (each := fact(name)))
    return [each.message_id for each in found if _ends(each, kind) and later(moment(each), told)]


def _ends(fact: Fact, kind: str) -> bool:
    return fact.kind in ENDING and state_of(kind) in KINDS[fact.kind].ENDS and fact.certainty != Certainty.WITHDRAWN
