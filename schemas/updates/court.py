"""Court: hearings and how they end, sentences."""

from datetime import date
from typing import ClassVar

from pydantic import JsonValue

from schemas.updates.base import Day, Line, Moment, Update
from schemas.updates.custody import OutcomeOfArrest
from schemas.vocabulary import CourtOutcome, Enforcement, HearingPurpose, SentenceType


class HearingListed(Update):
    """Somebody is due in court."""

    KIND: ClassVar[str] = "court.hearing.listed"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"hearing_at", "court", "purpose"})

    hearing_at: Moment
    court: Line
    purpose: HearingPurpose

    def last_day(self) -> date | None:
        """A hearing is over with its day."""
        return self.hearing_at.date()


class HearingConcluded(OutcomeOfArrest):
    """How a case ended at court. Who brought it says so, whoever made the arrest; by post there was no arrest."""

    KIND: ClassVar[str] = "court.hearing.concluded"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    BY_OTHERS: ClassVar[bool] = True
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"concluded_at", "court", "offence"})

    concluded_at: Moment
    outcome: CourtOutcome
    court: Line | None = None
    offence: Line | None = None

    @property
    def clears(self) -> bool:
        """Only a conviction leaves the arrest standing."""
        return self.outcome is not CourtOutcome.CONVICTED


class Sentenced(Update):
    """What a court imposed; `ends_on` only where somebody knows it (D2)."""

    KIND: ClassVar[str] = "court.person.sentenced"
    STATE: ClassVar[str | None] = "sentence"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset(
        {"sentenced_at", "court", "sentence", "offence", "requirements", "ends_on"}
    )

    sentenced_at: Moment
    sentence: SentenceType
    court: Line | None = None
    offence: Line | None = None
    requirements: tuple[Line, ...] = ()
    ends_on: Day | None = None

    def content(self) -> dict[str, JsonValue]:
        """An empty list says nothing, so it is not told."""
        return {name: value for name, value in super().content().items() if value != []}
