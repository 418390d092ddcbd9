"""Claims: what an update says of a case that decisions may rest on. Kept as said; what counts is worked out later."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.identifiers import AgencyId
from schemas.updates import Provisional, Update
from schemas.updates.accommodation import TenancyPutAtRisk
from schemas.updates.court import HearingListed
from schemas.updates.custody import (
    Arrested,
    Died,
    LeftPoliceCustody,
    Received,
    Released,
    ReleasePlanned,
)
from schemas.updates.linking import IdentityLinked
from schemas.updates.programme import AgencyInvolved, AgencyWithdrew, CaseTransferred, CohortDecided
from schemas.updates.reviews import ReviewCalled
from schemas.updates.selection import PersonDeselected
from schemas.updates.supervision import BreachStarted, StaffRiskSet
from schemas.updates.trust import FactConfirmed, RestrictionLifted
from schemas.vocabulary import CustodyOutcome, Handling, Involvement


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
    reviewer: AgencyId
    until: datetime


class AccessClaim(_Claim):
    """The publisher broke the glass; `since` is when the hub accepted it, by the hub's own clock."""

    since: datetime


class TransferClaim(_Claim):
    """One agency is said to have taken over from another."""

    from_agency: AgencyId
    to_agency: AgencyId
    role: Involvement
    pathways: tuple[str, ...] = ()

    def ends(self) -> InvolvementClaim:
        """What it says of the agency that did this before."""
        return InvolvementClaim(at=self.at, publisher=self.publisher, agency=self.from_agency, role=Involvement.NONE)

    def begins(self) -> InvolvementClaim:
        """What it says of the agency that does it now."""
        said = {"agency": self.to_agency, "role": self.role, "pathways": self.pathways}
        return InvolvementClaim(at=self.at, publisher=self.publisher, **said)


class DeselectionClaim(_Claim):
    """The person left the programme."""


class ReviewClaim(_Claim):
    """A review was called, to which these are invited."""

    invited: tuple[AgencyId, ...]


class LinkClaim(_Claim):
    """Further identifiers are said to be this person's, by type."""

    identifiers: dict[str, str]


class ProgrammeClaims(BaseModel):
    """What is claimed of somebody's place on the programme, each by the hub-wide key of its update."""

    transfers: dict[str, TransferClaim] = Field(default_factory=dict)
    deselections: dict[str, DeselectionClaim] = Field(default_factory=dict)
    reviews: dict[str, ReviewClaim] = Field(default_factory=dict)
    links: dict[str, LinkClaim] = Field(default_factory=dict)
    unlinked: set[str] = Field(default_factory=set)
    """Links that do not hold."""
    acknowledged: set[str] = Field(default_factory=set)
    """Agencies, each with an update of which it said that it takes it from here."""
    heard: dict[str, datetime] = Field(default_factory=dict)
    """When the hub accepted each word of `WORDS` that is about others, by its own clock: a date could be chosen."""


class StateClaim(_Claim):
    """An update of this kind said how something stands, so it may be told to whoever comes later (D14)."""

    kind: str
    handling: Handling = Handling.NORMAL
    until: date | None = None
    """The last day on which it says something of the present; None has no end."""
    state: str = ""
    """The state of which it speaks, where that is not its kind's: several kinds say one, or one kind says several."""


class CorrectionClaim(_Claim):
    """Fields of an earlier update were put right; what is right stands in the correction itself."""

    update: str
    """The key of the update that was wrong."""
    fields: tuple[str, ...]


class ChangeClaim(_Claim):
    """A release plan says something else; what, stands in the change itself."""

    plan: str
    """The key of the plan."""
    release_on: date | None = None
    """The new day, if that has changed."""


class RecallClaim(_Claim):
    """Agencies gave back what they were told of an update."""

    update: str
    """The key of that update."""
    recipients: tuple[AgencyId, ...]


class LimitClaim(_Claim):
    """Before the person is placed somewhere the coordinator is asked, or in these areas they are not placed (D10)."""

    ask_first: bool
    not_within: tuple[str, ...] = ()
    ends_on: date | None = None


class CustodyClaim(StateClaim):
    """Where the person was said to be: free, in police custody, in prison."""

    place: str
    after_recall: bool = False
    since: datetime | None = None
    """When the hub accepted it, if it is looked at again."""


class ShownState(BaseModel):
    """The movement that a partner is shown as the person's present state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: CustodyClaim
    key: str


MOVEMENTS = (Arrested, LeftPoliceCustody, Received, Released)
"""The kinds that say where somebody is."""
LASTING = (
    ReleasePlanned,
    HearingListed,
    Died,
    CohortDecided,
    ReviewCalled,
    TenancyPutAtRisk,
    BreachStarted,
    StaffRiskSet,
)
"""The kinds that say how something stands, beside where somebody is and those with a `STATE`."""
WORDS = (
    *(AgencyInvolved, AgencyWithdrew, CaseTransferred, CohortDecided, PersonDeselected),
    *(FactConfirmed, RestrictionLifted, IdentityLinked),
)
"""The kinds by which a unit lets something count, as long as the case is its own."""
KEPT = 4
"""How many claims of one sort are kept: the others are so old that they decide nothing."""
_CUSTODY_RANK = {"free": 0, "police": 1, "prison": 2}


def movement(publisher: AgencyId, at: datetime, update: Update, now: datetime) -> CustodyClaim:
    """Where an update of `MOVEMENTS` says that the person is; `now` is when the hub accepts it."""
    match update:
        case Arrested():
            place = "police"
        case Received():
            place = "prison"
        case LeftPoliceCustody(outcome=CustodyOutcome.REMANDED):
            place = "prison"
        case _:
            place = "free"
    recalled = isinstance(update, Received) and update.reason == "recall"
    return CustodyClaim(
        at=at,
        publisher=publisher,
        kind=update.KIND,
        handling=update.handling,
        place=place,
        after_recall=recalled,
        since=now if isinstance(update, Provisional) else None,
    )


def claimed(by: Mapping[str, Any], update: Update) -> tuple[str, _Claim] | None:
    """What an update claims of somebody's place on the programme, and among which of the facts that stands."""
    match update:
        case CaseTransferred(from_agency=before, to_agency=now, role=role, pathways=pathways):
            transfer = TransferClaim(**by, from_agency=before, to_agency=now, role=role, pathways=pathways)
            return "transfers", transfer
        case PersonDeselected():
            return "deselections", DeselectionClaim(**by)
        case ReviewCalled(invited=invited):
            return "reviews", ReviewClaim(**by, invited=invited)
        case IdentityLinked(further=further):
            return "links", LinkClaim(**by, identifiers=dict(further.pairs()))
    return None


def lasting(by: Mapping[str, Any], update: Update) -> StateClaim:
    """How an update says that something stands, and until when. Each measure for the safety of staff is a state of its
    own: who comes later hears of all of them.
    """
    state = f"staff_risk/{update.measure}" if isinstance(update, StaffRiskSet) else ""
    return StateClaim(**by, kind=update.KIND, handling=update.handling, until=update.last_day(), state=state)


def surplus(claims: Mapping[str, StateClaim]) -> list[str]:
    """All but the last few of each sort."""
    if len(claims) <= KEPT:
        return []
    sorts: dict[tuple[object, ...], list[str]] = {}
    for key in sorted(claims, key=lambda each: order(claims[each], each), reverse=True):
        sorts.setdefault(_sort(claims[key]), []).append(key)
    return [key for keys in sorts.values() for key in keys[KEPT:]]


def _sort(claim: StateClaim) -> tuple[object, ...]:
    moved = (claim.place, claim.after_recall) if isinstance(claim, CustodyClaim) else ()
    return claim.kind, claim.handling, claim.state, *moved


def order(claim: StateClaim, key: str) -> tuple[datetime, int, str]:
    """Later wins; movements as `custody_order` says."""
    return custody_order(claim, key) if isinstance(claim, CustodyClaim) else (claim.at, 0, key)


def custody_order(claim: CustodyClaim, key: str) -> tuple[datetime, int, str]:
    """Later wins; at equal times the narrower state (free), then the id."""
    return claim.at, -_CUSTODY_RANK[claim.place], key
