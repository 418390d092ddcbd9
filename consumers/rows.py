"""Rows: a fact of a case view as it is kept, and the day from which its owner may be asked whether it still stands."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid5

from hub.ports import FactRow
from schemas.disclosures import ON_ACCESS
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.views import Fact

PLACE = ("death", "cohort")
"""The facts that say whether a case goes on."""
_OVER = ("custody.person.died", "programme.person.deselected")


def to_row(fact: Fact, partner: str, *, over: bool) -> FactRow:
    """The fact as a row of this partner's view; `over`: of a case that does not go on."""
    message = in_emergency(fact.message_id) if ON_ACCESS in fact.told else fact.message_id
    body = fact.model_dump_json().encode()
    return FactRow(fact.record, fact.fact, message, fact.seq, body, None if over else said_on(fact, partner))


def from_row(row: FactRow) -> Fact:
    """The fact in a row."""
    return Fact.model_validate_json(row.body)


def shown(rows: Iterable[FactRow]) -> tuple[Fact, ...]:
    """The facts in these rows as they are read: without those that are over."""
    return tuple(fact for fact in map(from_row, rows) if not fact.over)


def in_emergency(message: UUID) -> UUID:
    """The message under which lies what was told of this one in an emergency (D13)."""
    return uuid5(message, "access")


def grows_old(fact: Fact, partner: str) -> bool:
    """Whether it says how something stands, by this partner's own word."""
    return fact.source == partner and fact.kind in UpdateReaffirmed.REFERS_TO_KINDS


def said_on(fact: Fact, partner: str) -> date | None:
    """The day from which its age counts; none of what others said, and of what no longer stands. Pure."""
    asked = grows_old(fact, partner) and fact.stands and fact.stood_on
    return date.fromisoformat(fact.stood_on) if asked and fact.stood_on else None


def is_over(place: Iterable[Fact]) -> bool:
    """Whether somebody has died or left the programme: nobody is asked for anything any more (D5). Pure."""
    return any(fact.kind in _OVER and fact.stands for fact in place)
