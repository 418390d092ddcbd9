"""Custody: arrests and how they end, prisons receiving and releasing, release plans."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import JsonValue

from schemas.identifiers import UpdateRef
from schemas.updates.base import Day, Line, Moment, Update, Words
from schemas.vocabulary import (
    CancelReason,
    Certainty,
    CustodyOutcome,
    DrugTest,
    Enforcement,
    HousingNeed,
    ReceptionReason,
    ReleaseReason,
    Stands,
)


class Provisional(Update):
    """Told at once and settled later: what is undone within the settling time is withdrawn."""

    DERIVED: ClassVar[tuple[str, ...]] = ("certainty", "settles_at")

    def derived(self) -> Mapping[str, JsonValue]:
        """`settles_at` is the hub's to add: it counts from when the hub accepted the update."""
        return {"certainty": Certainty.PROVISIONAL.value}


class Arrested(Provisional):
    """An arrest: an alleged offence, never more (D1)."""

    KIND: ClassVar[str] = "custody.person.arrested"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset(
        {"arrested_at", "station", "alleged_offence", "expected_until", "drug_test", "officer", "intelligence"}
    )

    arrested_at: Moment
    station: Line
    alleged_offence: Line
    expected_until: Moment | None = None
    drug_test: DrugTest | None = None
    officer: Line | None = None
    intelligence: Words | None = None


class LeftPoliceCustody(Update):
    """How an arrest ended; it reaches exactly those who were told of the arrest (D1)."""

    KIND: ClassVar[str] = "custody.person.left"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    REFERS_TO: ClassVar[str | None] = "arrest"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({Arrested.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands", "in_custody")
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"left_at", "charge", "court_on"})

    arrest: UpdateRef
    left_at: Moment
    outcome: CustodyOutcome
    charge: Line | None = None
    court_on: Day | None = None

    def derived(self) -> Mapping[str, JsonValue]:
        """No further action means that the arrest no longer stands; remand means custody goes on."""
        ended = self.outcome is CustodyOutcome.NO_FURTHER_ACTION
        stands = Stands.NO_LONGER_STANDS if ended else Stands.CONFIRMED
        return {"stands": stands.value, "in_custody": self.outcome is CustodyOutcome.REMANDED}


class Received(Update):
    """A prison received someone: new custody, a recall, or a transfer from another prison."""

    KIND: ClassVar[str] = "custody.person.received"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"received_at", "prison"})

    received_at: Moment
    prison: Line | None = None
    reason: ReceptionReason


class Released(Provisional):
    """A real release, with its real reason."""

    KIND: ClassVar[str] = "custody.person.released"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"released_at", "prison", "reason"})

    released_at: Moment
    prison: Line | None = None
    reason: ReleaseReason


class ReleasePlanned(Update):
    """Where and when someone is to be released, and what waits for them."""

    KIND: ClassVar[str] = "custody.release.planned"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset(
        {
            "prison",
            "release_on",
            "release_type",
            "address",
            "licence",
            "exclusion_zones",
            "housing_need",
            "prescribing",
            "offender_manager",
        }
    )

    prison: Line
    release_on: Day
    release_type: ReleaseReason
    address: Line | None = None
    licence: tuple[Line, ...] = ()
    exclusion_zones: tuple[Line, ...] = ()
    housing_need: HousingNeed | None = None
    prescribing: Line | None = None
    offender_manager: Line | None = None

    def content(self) -> dict[str, JsonValue]:
        """An empty list says nothing, so it is not told."""
        return {name: value for name, value in super().content().items() if value != []}

    def last_day(self) -> date | None:
        """A plan is over with its day."""
        return self.release_on


class ReleaseCancelled(Update):
    """A release plan no longer stands; every partner that was told of it hears so."""

    KIND: ClassVar[str] = "custody.release.cancelled"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    REFERS_TO: ClassVar[str | None] = "plan"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ReleasePlanned.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    plan: UpdateRef
    cancelled_at: Moment
    reason: CancelReason

    def derived(self) -> Mapping[str, JsonValue]:
        """A cancelled plan never stands."""
        return {"stands": Stands.NO_LONGER_STANDS.value}
