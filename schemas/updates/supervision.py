"""Supervision: what a person was asked to do and did or did not."""

from typing import ClassVar

from schemas.updates.base import Line, Moment, Update, Words
from schemas.vocabulary import Activity, Enforcement


class AppointmentMissed(Update):
    """An appointment that was not kept; only an enforceable one can be breach evidence (D7)."""

    KIND: ClassVar[str] = "supervision.appointment.missed"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"due_at", "activity", "place", "note"})

    due_at: Moment
    activity: Activity
    enforceable: bool
    place: Line | None = None
    note: Words | None = None
