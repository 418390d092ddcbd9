"""Supervision: what a person is asked to do and does or does not, how closely, and how staff stay safe."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from schemas.identifiers import AgencyId, UpdateRef
from schemas.supervision_vocabulary import (
    BreachGround,
    BreachOf,
    BreachOutcome,
    ContactLevel,
    StaffMeasure,
    VisitOutcome,
    VisitPurpose,
)
from schemas.updates.base import Day, Line, Moment, Update, Words
from schemas.vocabulary import Activity, Enforcement, Stands

_NOTHING_CAME_OF_IT = (BreachOutcome.WITHDRAWN, BreachOutcome.NOT_PROVED)


class AppointmentMade(Update):
    """An agency's own appointment; to the others the person is busy from `starts_at` to `ends_at`, no more (D9).

    Any partner says so of its own, so nothing of it can be held against the person (D7).
    """

    KIND: ClassVar[str] = "supervision.appointment.made"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"activity", "place"})

    starts_at: Moment
    ends_at: Moment
    activity: Activity
    place: Line | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "AppointmentMade":
        if self.ends_at <= self.starts_at:
            raise PydanticCustomError("ends_first", "ends after it starts")
        return self


class AppointmentKept(Update):
    """An appointment that was kept: told to the agencies that the publisher chose to share it with, and no others (D7).

    That one was not kept has a kind of its own, which no support agency publishes.
    """

    KIND: ClassVar[str] = "supervision.appointment.kept"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"kept_at", "activity"})

    kept_at: Moment
    activity: Activity
    shared_with: tuple[AgencyId, ...] = ()

    def content(self) -> dict[str, JsonValue]:
        """An empty list says nothing, so it is not told."""
        return {name: value for name, value in super().content().items() if value != []}

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that the publisher chose to tell."""
        return frozenset(self.shared_with)


class AppointmentMissed(Update):
    """An appointment that was not kept; only an enforceable one can be breach evidence (D7)."""

    KIND: ClassVar[str] = "supervision.appointment.missed"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"due_at", "activity", "place", "note"})

    due_at: Moment
    activity: Activity
    enforceable: bool
    """Marked so by the responsible officer."""
    place: Line | None = None
    note: Words | None = None


class Attended(Update):
    """Somebody is in the building now: police and probation tell each other (requirement IX10), and nobody else."""

    KIND: ClassVar[str] = "supervision.person.attended"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"attended_at", "place", "expected_until"})

    attended_at: Moment
    place: Line
    expected_until: Moment | None = None


class VisitPlanned(Update):
    """Staff are to visit somebody at home, so that two visits do not meet there (requirement IX11)."""

    KIND: ClassVar[str] = "supervision.visit.planned"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"planned_at", "purpose", "address"})

    planned_at: Moment
    purpose: VisitPurpose
    address: Line | None = None


class VisitMade(Update):
    """Staff were at somebody's home: whom they met, and what they saw."""

    KIND: ClassVar[str] = "supervision.visit.made"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS, Enforcement.BREACH})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"visited_at", "purpose", "note"})

    visited_at: Moment
    purpose: VisitPurpose
    outcome: VisitOutcome
    note: Words | None = None


class ContactChanged(Update):
    """How often somebody is seen from now on; a named person decides it (D21)."""

    STATE: ClassVar[str | None] = "contact"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"reason"})

    level: ContactLevel
    weekly_contacts: Annotated[int, Field(ge=0, le=21)]
    starts_on: Day
    decided_by: Line
    reason: Words | None = None


class ContactSteppedUp(ContactChanged):
    """The person is seen more often than before."""

    KIND: ClassVar[str] = "supervision.contact.stepped_up"


class ContactSteppedDown(ContactChanged):
    """The person is seen less often than before."""

    KIND: ClassVar[str] = "supervision.contact.stepped_down"


class BreachStarted(Update):
    """Breach proceedings, a named officer's decision (D21); they rest on enforceable appointments only (D7)."""

    KIND: ClassVar[str] = "supervision.breach.started"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    REFERS_TO: ClassVar[str | None] = "appointment"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({AppointmentMissed.KIND})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"started_at", "hearing_on"})

    appointment: UpdateRef | None = None
    """The missed appointment that it rests on, if that is its ground."""
    started_at: Moment
    breach_of: BreachOf
    ground: BreachGround
    decided_by: Line
    hearing_on: Day | None = None

    @model_validator(mode="after")
    def _names_its_evidence(self) -> "BreachStarted":
        if self.ground is BreachGround.MISSED_APPOINTMENT and self.appointment is None:
            raise PydanticCustomError("no_evidence", "names the missed appointment that it rests on")
        return self


class BreachConcluded(Update):
    """How breach proceedings ended; it reaches exactly those who were told that they had started."""

    KIND: ClassVar[str] = "supervision.breach.concluded"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    REFERS_TO: ClassVar[str | None] = "breach"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({BreachStarted.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"concluded_at"})

    breach: UpdateRef
    concluded_at: Moment
    outcome: BreachOutcome

    def derived(self) -> Mapping[str, JsonValue]:
        """A breach that was withdrawn or not proved stands no longer."""
        stands = Stands.NO_LONGER_STANDS if self.outcome in _NOTHING_CAME_OF_IT else Stands.CONFIRMED
        return {"stands": stands.value}


class LicenceVaried(Update):
    """A licence as it stands from now on: every condition, not only those that are new."""

    KIND: ClassVar[str] = "supervision.licence.varied"
    STATE: ClassVar[str | None] = "licence"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"starts_on", "ends_on", "conditions", "exclusion_zones"})

    starts_on: Day
    ends_on: Day | None = None
    conditions: Annotated[tuple[Line, ...], Field(min_length=1)]
    exclusion_zones: tuple[Line, ...] = ()
    decided_by: Line

    def content(self) -> dict[str, JsonValue]:
        """An empty list says nothing, so it is not told."""
        return {name: value for name, value in super().content().items() if value != []}

    def last_day(self) -> date | None:
        """A licence that says no last day has none."""
        return self.ends_on


class StaffRiskSet(Update):
    """How staff of every partner in contact stay safe with somebody, until when; it hangs on no consent (D17)."""

    KIND: ClassVar[str] = "supervision.staff_risk.set"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"reason"})

    measure: StaffMeasure
    until: Moment
    decided_by: Line
    reason: Words | None = None

    def last_day(self) -> date | None:
        """A measure ends by itself."""
        return self.until.date()


class StaffRiskLifted(Update):
    """A measure for the safety of staff is over: somebody lifted it, or its time ran out and the hub says so."""

    KIND: ClassVar[str] = "supervision.staff_risk.lifted"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "staff_risk"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({StaffRiskSet.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    staff_risk: UpdateRef
    lifted_by: Line | None = None

    def derived(self) -> Mapping[str, JsonValue]:
        """What was lifted stands no longer."""
        return {"stands": Stands.NO_LONGER_STANDS.value}
