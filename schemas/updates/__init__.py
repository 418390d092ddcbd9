"""The kinds of update, and the one place that turns data into one of them."""

from collections.abc import Mapping
from types import MappingProxyType

import orjson

from schemas.updates import attitudes, drugs_alcohol, ete, exploitation_violence, families, finance, health
from schemas.updates.accommodation import (
    NeedAssessed,
    PlacementEnded,
    PlacementLimited,
    PlacementOffered,
    PlacementStarted,
    ReferralMade,
    TenancyPutAtRisk,
)
from schemas.updates.answers import AlertUnacknowledged, CorrectionAnswered, OffendingDisclosed, OutcomeReported
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
from schemas.updates.intelligence import ReportSubmitted
from schemas.updates.linking import IdentityLinked, IdentityUnlinked
from schemas.updates.programme import AgencyInvolved, AgencyWithdrew, CaseTransferred, CohortDecided, RiskReassessed
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.updates.reviews import (
    ContributionMade,
    ReviewCalled,
    ReviewConcluded,
    ReviewMoved,
    TargetMet,
    TargetSet,
)
from schemas.updates.selection import (
    PersonDeselected,
    PersonReferred,
    PersonRereferred,
    PersonScored,
    ReadinessAssessed,
)
from schemas.updates.supervision import (
    AppointmentKept,
    AppointmentMade,
    AppointmentMissed,
    Attended,
    BreachConcluded,
    BreachStarted,
    ContactSteppedDown,
    ContactSteppedUp,
    LicenceVaried,
    StaffRiskLifted,
    StaffRiskSet,
    VisitMade,
    VisitPlanned,
)
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
    NeedAssessed,
    ReferralMade,
    PlacementOffered,
    PlacementStarted,
    PlacementEnded,
    TenancyPutAtRisk,
    PlacementLimited,
    *drugs_alcohol.KINDS,
    *health.KINDS,
    *ete.KINDS,
    *finance.KINDS,
    *families.KINDS,
    *attitudes.KINDS,
    *exploitation_violence.KINDS,
    AppointmentMade,
    AppointmentKept,
    Attended,
    VisitPlanned,
    VisitMade,
    ContactSteppedUp,
    ContactSteppedDown,
    BreachStarted,
    BreachConcluded,
    LicenceVaried,
    StaffRiskSet,
    StaffRiskLifted,
    Charged,
    ReleaseChanged,
    Recalled,
    Wanted,
    WantedCleared,
    Died,
    HearingListed,
    HearingConcluded,
    Sentenced,
    PersonReferred,
    PersonScored,
    ReadinessAssessed,
    CaseTransferred,
    ReviewCalled,
    ReviewMoved,
    ReviewConcluded,
    ContributionMade,
    TargetSet,
    TargetMet,
    PersonDeselected,
    PersonRereferred,
    IdentityLinked,
    IdentityUnlinked,
    CorrectionAnswered,
    OffendingDisclosed,
    OutcomeReported,
    AlertUnacknowledged,
    UpdateReaffirmed,
    ReportSubmitted,
)

KINDS: Mapping[str, type[Update]] = MappingProxyType({model.KIND: model for model in _ALL})
"""Every kind of update by its wire name `<strand>.<noun>.<past participle>`."""


def parse(
    kind: str,
    content: bytes,
    *,
    version: int | None = None,
    this_year: int | None = None,
    kinds: Mapping[str, type[Update]] = KINDS,
) -> Update:
    """A frozen update from the JSON bytes of its data, in the words of its kind's newest version.

    `version` is the one in which it was sent; without it, the newest. Raises `KeyError` for an unknown kind or version
    and pydantic's `ValidationError` for data that breaks the schema of the version in which it was sent.
    """
    model = kinds[kind]
    update = _read(model, content, model.VERSION if version is None else version, {"this_year": this_year})
    if isinstance(update, UpdateCorrected):
        return held_to_schema(update, kinds.get(update.of_kind))
    return update


def _read(model: type[Update], content: bytes, version: int, context: dict[str, int | None]) -> Update:
    """Held to its own version first: what is new in a later one is refused in an earlier."""
    if version == model.VERSION:
        return model.model_validate_json(content, strict=True, context=context)
    if model.EARLIER is None:
        raise KeyError(version)
    said = _read(model.EARLIER, content, version, context).model_dump(mode="json", exclude_none=True)
    return model.model_validate_json(orjson.dumps(model.lifted(said)), strict=True, context=context)


def versions(model: type[Update]) -> Mapping[int, type[Update]]:
    """Every version of a kind that may be sent, newest first."""
    earlier = versions(model.EARLIER) if model.EARLIER else {}
    return {model.VERSION: model, **earlier}


__all__ = ["KINDS", "Provisional", "Update", "parse", "versions"]
