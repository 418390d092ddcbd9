"""Claims: what an update says of a case that decisions may rest on. Kept as said; what counts is worked out later."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from schemas.identifiers import AgencyId
from schemas.vocabulary import Involvement


class _Claim(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    publisher: AgencyId


class InvolvementClaim(_Claim):
    """An agency is said to work the case."""

    agency: AgencyId
    role: Involvement
    pathways: tuple[str, ...] = ()


class ConsentClaim(_Claim):
    """The person is said to have agreed."""

    purposes: tuple[str, ...]
    recipients: tuple[AgencyId, ...]
    scope: tuple[str, ...] = ()
    """What of; nothing said is everything."""
    expires_on: date | None = None


class CohortClaim(_Claim):
    """The person was put in a cohort; the publisher leads the case."""

    cohort: str
    statutory: bool


class RestrictionClaim(_Claim):
    """The case is closed to every agency but these."""

    restriction: str
    open_to: tuple[AgencyId, ...]


class LiftingClaim(_Claim):
    """A restriction is said to stand no longer."""

    restriction: str
    """The key of the update that set it."""


class ConcernClaim(_Claim):
    """These agencies must act on a safeguarding concern until then."""

    recipients: tuple[AgencyId, ...]
    until: datetime


class AccessClaim(_Claim):
    """The publisher broke the glass; `since` is when the hub accepted it, by the hub's own clock."""

    since: datetime


class CorrectionClaim(_Claim):
    """Fields of an earlier update were put right; what is right stands in the correction itself."""

    update: str
    """The key of the update that was wrong."""
    fields: tuple[str, ...]


class RecallClaim(_Claim):
    """Agencies gave back what they were told of an update."""

    update: str
    """The key of that update."""
    recipients: tuple[AgencyId, ...]


class CustodyClaim(_Claim):
    """Where the person was said to be: free, in police custody, in prison."""

    place: str
    after_recall: bool = False


class ShownState(BaseModel):
    """The movement that a partner is shown as the person's present state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: CustodyClaim
    key: str
