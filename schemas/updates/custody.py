"""Custody: arrests and what becomes of them, prisons receiving and releasing, release plans; who is recalled, wanted
or has died.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from schemas.identifiers import UpdateRef
from schemas.updates.base import Day, Line, Moment, Update, Words
from schemas.vocabulary import (
    CancelReason,
    Certainty,
    CustodyOutcome,
    DrugTest,
    Enforcement,
    HousingNeed,
    RecallType,
    ReceptionReason,
    ReleaseReason,
    Stands,
    WantedEnd,
    WantedFor,
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


class OutcomeOfArrest(Update):
    """What became of an arrest; it reaches exactly those who were told of the arrest (D1)."""

    REFERS_TO: ClassVar[str | None] = "arrest"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({Arrested.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    arrest: UpdateRef | None = None

    @property
    def clears(self) -> bool:
        """Whether the arrest no longer stands."""
        return False

    def derived(self) -> Mapping[str, JsonValue]:
        """Whether the arrest stands; nothing where there was none."""
        stands = Stands.NO_LONGER_STANDS if self.clears else Stands.CONFIRMED
        return {"stands": stands.value} if self.arrest else {}


class LeftPoliceCustody(OutcomeOfArrest):
    """How a stay in police custody ended."""

    KIND: ClassVar[str] = "custody.person.left"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands", "in_custody")
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"left_at", "charge", "court_on"})

    arrest: UpdateRef
    left_at: Moment
    outcome: CustodyOutcome
    charge: Line | None = None
    court_on: Day | None = None

    @property
    def clears(self) -> bool:
        """No further action means that the arrest no longer stands."""
        return self.outcome is CustodyOutcome.NO_FURTHER_ACTION

    def derived(self) -> Mapping[str, JsonValue]:
        """Remand means custody goes on."""
        return {**super().derived(), "in_custody": self.outcome is CustodyOutcome.REMANDED}


class Charged(OutcomeOfArrest):
    """Somebody was charged, at the station or later; by post there was no arrest."""

    KIND: ClassVar[str] = "custody.person.charged"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.BREACH})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"charged_at", "charge", "court_on"})

    charged_at: Moment
    charge: Line
    court_on: Day | None = None


class Received(Update):
    """A prison received someone: new custody, a recall, or a transfer from another prison."""

    KIND: ClassVar[str] = "custody.person.received"
    ENDS: ClassVar[frozenset[str]] = frozenset({"recall"})
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"received_at", "prison"})

    received_at: Moment
    prison: Line | None = None
    reason: ReceptionReason


class Released(Provisional):
    """A real release, with its real reason."""

    KIND: ClassVar[str] = "custody.person.released"
    ENDS: ClassVar[frozenset[str]] = frozenset({"recall"})
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"released_at", "prison", "reason"})

    released_at: Moment
    prison: Line | None = None
    reason: ReleaseReason


PLANNED = frozenset(
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
"""What a release plan says, and what of it can change."""


class ReleasePlanned(Update):
    """Where and when someone is to be released, and what waits for them."""

    KIND: ClassVar[str] = "custody.release.planned"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    CORRECTABLE: ClassVar[frozenset[str]] = PLANNED

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


class ReleaseChanged(Update):
    """A release plan stands, but otherwise: what it says takes the place of what the plan said.

    One that was wrong is changed once more.
    """

    KIND: ClassVar[str] = "custody.release.changed"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WHEREABOUTS})
    REFERS_TO: ClassVar[str | None] = "plan"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ReleasePlanned.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)
    FINAL: ClassVar[bool] = True

    plan: UpdateRef
    prison: Line | None = None
    release_on: Day | None = None
    release_type: ReleaseReason | None = None
    address: Line | None = None
    licence: Annotated[tuple[Line, ...], Field(min_length=1)] | None = None
    exclusion_zones: Annotated[tuple[Line, ...], Field(min_length=1)] | None = None
    housing_need: HousingNeed | None = None
    prescribing: Line | None = None
    offender_manager: Line | None = None

    @model_validator(mode="after")
    def _something(self) -> "ReleaseChanged":
        if not self.changes():
            raise PydanticCustomError("no_change", "says nothing that has changed")
        return self

    def changes(self) -> dict[str, JsonValue]:
        """What stands in the plan instead."""
        return self.model_dump(mode="json", exclude_none=True, include=set(PLANNED))

    def derived(self) -> Mapping[str, JsonValue]:
        """All that is heard by those who may no longer know how the plan stands."""
        return {"stands": Stands.CHANGED.value}


class Recalled(Update):
    """Probation decided to recall somebody to prison; justice alone hears it, until the person is there (D3)."""

    KIND: ClassVar[str] = "custody.person.recalled"
    STATE: ClassVar[str | None] = "recall"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WANTED})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"recalled_at", "recall_type", "condition", "reason"})

    recalled_at: Moment
    recall_type: RecallType
    condition: Line | None = None
    reason: Words | None = None


class Wanted(Update):
    """The police look for somebody; justice agencies alone hear it, until it is cleared (D3)."""

    KIND: ClassVar[str] = "custody.person.wanted"
    STATE: ClassVar[str | None] = "wanted"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WANTED})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"wanted_since", "wanted_for", "offence", "officer"})

    wanted_since: Moment
    wanted_for: WantedFor
    offence: Line | None = None
    officer: Line | None = None


class WantedCleared(Update):
    """The police look for somebody no longer; it reaches exactly those who were told that they did."""

    KIND: ClassVar[str] = "custody.wanted.cleared"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WANTED})
    REFERS_TO: ClassVar[str | None] = "wanted"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({Wanted.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"cleared_at", "how"})

    wanted: UpdateRef
    cleared_at: Moment
    how: WantedEnd

    def derived(self) -> Mapping[str, JsonValue]:
        """A marker that was cleared never stands."""
        return {"stands": Stands.NO_LONGER_STANDS.value}


class Died(Update):
    """Somebody has died: every partner at work hears it, and everything that reminds of the person stops (D5)."""

    KIND: ClassVar[str] = "custody.person.died"
    ENDS: ClassVar[frozenset[str]] = frozenset({"recall", "wanted"})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"died_on", "contact"})

    died_on: Day
    contact: Line | None = None
