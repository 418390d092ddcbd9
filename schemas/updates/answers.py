"""Answers: what became of what a partner said or did, and what a named worker decided to tell another agency."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.identifiers import AgencyId, UpdateRef
from schemas.programme_vocabulary import CorrectionAnswer, Outcome
from schemas.updates.base import Line, Moment, Update, Words


class CorrectionAnswered(Update):
    """The publisher of an update answers somebody who said that it is wrong; whoever was told of it hears (D15)."""

    KIND: ClassVar[str] = "trust.correction.answered"
    REFERS_TO: ClassVar[str | None] = "update"

    update: UpdateRef
    answer: CorrectionAnswer
    answered_by: Line
    reason: Words | None = None


class OffendingDisclosed(Update):
    """A named worker decided to tell one agency of offending that the person disclosed (D8, requirement TR5).

    An act of its own, under the agency's stated threshold: nothing derives it, and it sets nothing in motion by itself.
    """

    KIND: ClassVar[str] = "trust.offending.disclosed"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"what"})

    recipient: AgencyId
    what: Words
    threshold: Line
    """The rule of the agency's own under which this must be told."""
    decided_by: Line
    warned_at: Moment
    """When the person was warned that this would be told."""

    def names_agencies(self) -> frozenset[AgencyId]:
        """The one agency that is told."""
        return frozenset({self.recipient})


class AlertUnacknowledged(Update):
    """These partners were told, and nobody there has said in time that they take it from here; the hub says so."""

    KIND: ClassVar[str] = "trust.alert.unacknowledged"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "alert"

    alert: UpdateRef
    silent: Annotated[tuple[AgencyId, ...], Field(min_length=1)]


class OutcomeReported(Update):
    """What became of something that a partner said or acted on: it reaches those who were told (requirement IX8)."""

    KIND: ClassVar[str] = "trust.outcome.reported"
    REFERS_TO: ClassVar[str | None] = "update"
    BY_OTHERS: ClassVar[bool] = True
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"note"})

    update: UpdateRef
    outcome: Outcome
    reported_by: Line
    note: Words | None = None
