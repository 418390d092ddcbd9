"""Trust: consent and confirmation; what no longer stands, was corrected or recalled; who else may look, and why."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue

from schemas.identifiers import AgencyId, UpdateRef
from schemas.updates.base import Day, Line, Moment, Update, Words
from schemas.updates.linking import IdentityLinked
from schemas.updates.programme import AgencyInvolved, CaseTransferred
from schemas.vocabulary import Concern, ConsentScope, Purpose, Restriction, Review, Stands, WithdrawalReason


class ConsentGiven(Update):
    """The person agreed that these agencies may be told for these purposes; `scope` may limit what of (D15)."""

    KIND: ClassVar[str] = "trust.consent.given"

    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1)] | None = None
    recipients: Annotated[tuple[AgencyId, ...], Field(min_length=1)]
    form_version: Line
    taken_by: Line
    expires_on: Day | None = None

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that the person agreed may be told."""
        return frozenset(self.recipients)


class ConsentWithdrawn(Update):
    """Ends the consent it names, whatever the dates; naming none, every consent dated up to its own date.

    `locked` is the hub's to add, for each recipient its own: what it was told on the consent and may use no more.
    """

    KIND: ClassVar[str] = "trust.consent.withdrawn"
    REFERS_TO: ClassVar[str | None] = "consent"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ConsentGiven.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("locked",)

    consent: UpdateRef | None = None


class ConsentLapsed(Update):
    """The day until which a consent was given is over; the hub says so. `locked` is as with a withdrawal (D15)."""

    KIND: ClassVar[str] = "trust.consent.lapsed"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "consent"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ConsentGiven.KIND})
    DERIVED: ClassVar[tuple[str, ...]] = ("locked",)

    consent: UpdateRef


class RestrictionSet(Update):
    """The case is closed to every agency but those named, from now on; the others notice nothing (D15)."""

    KIND: ClassVar[str] = "trust.restriction.set"

    restriction: Restriction
    open_to: Annotated[tuple[AgencyId, ...], Field(min_length=1)]
    set_by: Line
    reason: Words | None = None
    review_on: Day

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies to which the case stays open."""
        return frozenset(self.open_to)


class RestrictionLifted(Update):
    """A restriction no longer stands. It widens what others may know, so it may need a second agency (D12)."""

    KIND: ClassVar[str] = "trust.restriction.lifted"
    REFERS_TO: ClassVar[str | None] = "restriction"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({RestrictionSet.KIND})

    restriction: UpdateRef
    lifted_by: Line
    reason: Words | None = None


class FactConfirmed(Update):
    """The case lead or the IOM unit stands behind a fact that widens its publisher's access (D12)."""

    KIND: ClassVar[str] = "trust.fact.confirmed"
    REFERS_TO: ClassVar[str | None] = "update"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset(
        {ConsentGiven.KIND, AgencyInvolved.KIND, CaseTransferred.KIND, RestrictionLifted.KIND, IdentityLinked.KIND}
    )

    update: UpdateRef


class UpdateConfirmed(Update):
    """A provisional update has settled; it reaches exactly those who were told of it."""

    KIND: ClassVar[str] = "trust.update.confirmed"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "update"
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    update: UpdateRef

    def derived(self) -> Mapping[str, JsonValue]:
        """What was provisional now stands."""
        return {"stands": Stands.CONFIRMED.value}


class UpdateWithdrawn(Update):
    """An update no longer stands; it reaches exactly those who were told of it."""

    KIND: ClassVar[str] = "trust.update.withdrawn"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "update"
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    update: UpdateRef
    reason: WithdrawalReason

    def derived(self) -> Mapping[str, JsonValue]:
        """What was told stands no longer."""
        return {"stands": Stands.NO_LONGER_STANDS.value}


class UpdateCorrected(Update):
    """Some fields of an earlier update were wrong. Each partner that had one of them hears what is right of it, and
    of no other (D15).
    """

    KIND: ClassVar[str] = "trust.update.corrected"
    REFERS_TO: ClassVar[str | None] = "update"
    FINAL: ClassVar[bool] = True

    update: UpdateRef
    of_kind: Line
    """The kind of the earlier update; `corrected` is held to its schema."""
    corrected: Annotated[dict[str, JsonValue], Field(min_length=1)]
    """What is right, by field; null says that there is nothing in its place."""
    reason: Words | None = None


class DisclosureRecalled(Update):
    """A named officer orders that agencies give back what they were told of an update (D15)."""

    KIND: ClassVar[str] = "trust.disclosure.recalled"
    REFERS_TO: ClassVar[str | None] = "update"
    FINAL: ClassVar[bool] = True
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    update: UpdateRef
    recipients: Annotated[tuple[AgencyId, ...], Field(min_length=1)]
    ordered_by: Line
    reason: Words

    def derived(self) -> Mapping[str, JsonValue]:
        """For those it names, what they were told stands no longer."""
        return {"stands": Stands.NO_LONGER_STANDS.value}

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that give back what they were told."""
        return frozenset(self.recipients)


class ConcernDisclosed(Update):
    """A safeguarding concern, told by a named worker's decision to the agencies that must act on it (requirement TR4).

    It has its own ground, ends by itself, and somebody reviews it. No other person is named (D19).
    """

    KIND: ClassVar[str] = "trust.concern.disclosed"

    recipients: Annotated[tuple[AgencyId, ...], Field(min_length=1)]
    concern: Concern
    what: Words
    decided_by: Line
    reviewer: AgencyId
    until: Moment

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that must act."""
        return frozenset(self.recipients)


class ConcernEnded(Update):
    """The time for which a concern was told has passed: its ground has ended, and its reviewer is to look at it."""

    KIND: ClassVar[str] = "trust.concern.ended"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "concern"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ConcernDisclosed.KIND})

    concern: UpdateRef


class AccessOpened(Update):
    """Break-glass: an officer opens, for the own agency and a few hours, what the policies list as openable (D13)."""

    KIND: ClassVar[str] = "trust.access.opened"
    DERIVED: ClassVar[tuple[str, ...]] = ("until", "reviewer")

    opened_by: Line
    reason: Words


class AccessClosed(Update):
    """Access that was opened in an emergency has ended: its time ran out, or somebody closed or reviewed it (D13)."""

    KIND: ClassVar[str] = "trust.access.closed"
    BY_HUB: ClassVar[bool] = True
    REFERS_TO: ClassVar[str | None] = "access"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({AccessOpened.KIND})
    BY_OTHERS: ClassVar[bool] = True

    access: UpdateRef
    closed_by: Line | None = None
    review: Review | None = None
    note: Words | None = None


class AlertAcknowledged(Update):
    """Somebody at the partner has seen the alert and takes it from here."""

    KIND: ClassVar[str] = "trust.alert.acknowledged"
    REFERS_TO: ClassVar[str | None] = "alert"

    alert: UpdateRef
    by: Line
