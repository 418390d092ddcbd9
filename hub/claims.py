"""Claims: what an update says of a case that decisions may rest on. Kept as said; what counts is worked out later."""

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from schemas.identifiers import AgencyId
from schemas.updates import Provisional, Update
from schemas.updates.custody import Arrested, LeftPoliceCustody, Received, Released
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


class StateClaim(_Claim):
    """An update of this kind said how something stands, so it may be told to whoever comes later (D14)."""

    kind: str
    handling: Handling = Handling.NORMAL
    until: date | None = None
    """The last day on which it says something of the present; None has no end."""


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
    return claim.kind, claim.handling, *moved


def order(claim: StateClaim, key: str) -> tuple[datetime, int, str]:
    """Later wins; movements as `custody_order` says."""
    return custody_order(claim, key) if isinstance(claim, CustodyClaim) else (claim.at, 0, key)


def custody_order(claim: CustodyClaim, key: str) -> tuple[datetime, int, str]:
    """Later wins; at equal times the narrower state (free), then the id."""
    return claim.at, -_CUSTODY_RANK[claim.place], key
