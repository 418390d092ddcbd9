"""The kinds of update, and the one place that turns data into one of them."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.updates.base import Update
from schemas.updates.correctable import held_to_schema
from schemas.updates.court import HearingConcluded, HearingListed, Sentenced
from schemas.updates.custody import (
    Arrested,
    Charged,
    Died,
    LeftPoliceCustody,
    Provisional,
    Recalled,
    Received,
    ReleaseCancelled,
    ReleaseChanged,
    Released,
    ReleasePlanned,
    Wanted,
    WantedCleared,
)
from schemas.updates.programme import AgencyInvolved, AgencyWithdrew, CohortDecided, RiskReassessed
from schemas.updates.supervision import AppointmentMissed
from schemas.updates.trust import (
    AccessClosed,
    AccessOpened,
    AlertAcknowledged,
    ConcernDisclosed,
    ConcernEnded,
    ConsentGiven,
    ConsentLapsed,
    ConsentWithdrawn,
    DisclosureRecalled,
    FactConfirmed,
    RestrictionLifted,
    RestrictionSet,
    UpdateConfirmed,
    UpdateCorrected,
    UpdateWithdrawn,
)

_ALL: tuple[type[Update], ...] = (
    Arrested,
    LeftPoliceCustody,
    Received,
    Released,
    ReleasePlanned,
    ReleaseCancelled,
    AppointmentMissed,
    CohortDecided,
    AgencyInvolved,
    AgencyWithdrew,
    RiskReassessed,
    ConsentGiven,
    ConsentWithdrawn,
    ConsentLapsed,
    RestrictionSet,
    RestrictionLifted,
    FactConfirmed,
    UpdateConfirmed,
    UpdateWithdrawn,
    UpdateCorrected,
    DisclosureRecalled,
    ConcernDisclosed,
    ConcernEnded,
    AccessOpened,
    AccessClosed,
    AlertAcknowledged,
    Charged,
    ReleaseChanged,
    Recalled,
    Wanted,
    WantedCleared,
    Died,
    HearingListed,
    HearingConcluded,
    Sentenced,
)

KINDS: Mapping[str, type[Update]] = MappingProxyType({model.KIND: model for model in _ALL})
"""Every kind of update by its wire name `<strand>.<noun>.<past participle>`."""


def parse(kind: str, content: bytes, *, this_year: int | None = None) -> Update:
    """A frozen update from the JSON bytes of its data.

    Raises `KeyError` for an unknown kind and pydantic's `ValidationError` for data that breaks its schema.
    """
    update = KINDS[kind].model_validate_json(content, strict=True, context={"this_year": this_year})
    if isinstance(update, UpdateCorrected):
        return held_to_schema(update, KINDS.get(update.of_kind))
    return update


__all__ = ["KINDS", "Provisional", "Update", "parse"]
