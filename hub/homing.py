"""Homing: what is known of the home that somebody has or needs, and what a placement check answers from it (D10)."""

from collections.abc import Collection
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from hub.claims import ConsentClaim, CustodyClaim, LimitClaim, StateClaim
from schemas.identifiers import AgencyId
from schemas.updates import Update
from schemas.updates.accommodation import (
    NeedAssessed,
    PlacementEnded,
    PlacementLimited,
    PlacementOffered,
    PlacementStarted,
    ReferralMade,
    TenancyPutAtRisk,
)
from schemas.vocabulary import AddressSuitability, ConsentScope, Purpose, Suitability

HOME = (NeedAssessed, PlacementOffered, PlacementStarted, PlacementEnded)
"""The kinds that together say what home somebody has or needs: the latest stands."""
STATES = (*HOME, TenancyPutAtRisk)
"""The kinds that say how something stands now."""


def state_of(claim: StateClaim) -> str:
    """What it is a state of: of the kinds that say how one thing stands, one is told (D14)."""
    if isinstance(claim, CustodyClaim):
        return "custody"
    return "accommodation" if claim.kind in {kind.KIND for kind in HOME} else claim.kind


def state(publisher: AgencyId, at: datetime, update: Update) -> StateClaim:
    """What an update of `STATES` says of the present, and for how long."""
    until = None
    if isinstance(update, PlacementOffered):
        until = update.held_until
    elif isinstance(update, TenancyPutAtRisk):
        until = update.act_by
    return StateClaim(at=at, publisher=publisher, kind=update.KIND, handling=update.handling, until=until)


def referred(publisher: AgencyId, at: datetime, update: ReferralMade) -> ConsentClaim:
    """The person agreed that the authority of their choice is told of this, and of nothing else."""
    return ConsentClaim(
        at=at,
        publisher=publisher,
        purposes=(Purpose.ACCOMMODATION,),
        recipients=(update.authority,),
        scope=(ConsentScope.REFERRAL,),
    )


def limited(publisher: AgencyId, at: datetime, update: PlacementLimited) -> LimitClaim:
    """What must be asked before the person is placed, and where they are not placed."""
    limits = update.model_dump(include={"ask_first", "not_within", "ends_on"})
    return LimitClaim(at=at, publisher=publisher, **limits)


class Checked(BaseModel):
    """The answer to a placement check: two words, and nothing of why."""

    model_config = ConfigDict(frozen=True)

    placing: Suitability
    address: AddressSuitability


def checked(limits: Collection[LimitClaim], postcode: str, today: date) -> Checked:
    """What may be said of placing this person at a postcode. Pure; it reads nothing of any other person's case, so it
    is the same whoever lives there, and when nobody does (D10).
    """
    holding = [each for each in limits if each.ends_on is None or each.ends_on >= today]
    areas = [area for each in holding for area in each.not_within]
    ask, barred = any([each.ask_first for each in holding]), any([_within(postcode, area) for area in areas])
    return Checked(
        placing=Suitability.ASK_THE_COORDINATOR if ask else Suitability.SUITABLE,
        address=AddressSuitability.NOT_SUITABLE if barred else AddressSuitability.SUITABLE,
    )


def _within(postcode: str, area: str) -> bool:
    """`ZZ1 1ZZ` lies in the district `ZZ1` and in the sector `ZZ1 1`, and not in `ZZ11`."""
    district, _, inward = postcode.partition(" ")
    return area in (district, f"{district} {inward[:1]}")
