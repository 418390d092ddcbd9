"""Trust: consent, confirmation, what no longer stands, and what a partner acknowledged."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue

from schemas.identifiers import AgencyId, UpdateRef
from schemas.updates.base import Day, Line, Update
from schemas.updates.programme import AgencyInvolved
from schemas.vocabulary import Purpose, Stands, WithdrawalReason


class ConsentGiven(Update):
    """The person agreed that these agencies may be told for these purposes."""

    KIND: ClassVar[str] = "trust.consent.given"

    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    recipients: Annotated[tuple[AgencyId, ...], Field(min_length=1)]
    form_version: Line
    taken_by: Line
    expires_on: Day | None = None

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that the person agreed may be told."""
        return frozenset(self.recipients)


class ConsentWithdrawn(Update):
    """Ends the consent it names, whatever the dates; naming none, every consent dated up to its own date."""

    KIND: ClassVar[str] = "trust.consent.withdrawn"
    REFERS_TO: ClassVar[str | None] = "consent"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ConsentGiven.KIND})

    consent: UpdateRef | None = None


class FactConfirmed(Update):
    """The case lead or the IOM unit stands behind a fact that widens its publisher's access (D12)."""

    KIND: ClassVar[str] = "trust.fact.confirmed"
    REFERS_TO: ClassVar[str | None] = "update"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ConsentGiven.KIND, AgencyInvolved.KIND})

    update: UpdateRef


class UpdateConfirmed(Update):
    """A provisional update has settled; it reaches exactly those who were told of it."""

    KIND: ClassVar[str] = "trust.update.confirmed"
    REFERS_TO: ClassVar[str | None] = "update"
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    update: UpdateRef

    def derived(self) -> Mapping[str, JsonValue]:
        """What was provisional now stands."""
        return {"stands": Stands.CONFIRMED.value}


class UpdateWithdrawn(Update):
    """An update no longer stands; it reaches exactly those who were told of it."""

    KIND: ClassVar[str] = "trust.update.withdrawn"
    REFERS_TO: ClassVar[str | None] = "update"
    DERIVED: ClassVar[tuple[str, ...]] = ("stands",)

    update: UpdateRef
    reason: WithdrawalReason

    def derived(self) -> Mapping[str, JsonValue]:
        """What was told stands no longer."""
        return {"stands": Stands.NO_LONGER_STANDS.value}


class AlertAcknowledged(Update):
    """Somebody at the partner has seen the alert and takes it from here."""

    KIND: ClassVar[str] = "trust.alert.acknowledged"
    REFERS_TO: ClassVar[str | None] = "alert"

    alert: UpdateRef
    by: Line
