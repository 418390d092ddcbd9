"""Homing: what is known of the home that somebody has or needs, and what a placement check answers from it (D10)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from hub.claims import ConsentClaim, LimitClaim
from schemas.pathway_vocabulary import AddressSuitability, Suitability
from schemas.updates import Update
from schemas.updates.accommodation import PlacementLimited, ReferralMade, TenancyPutAtRisk
from schemas.vocabulary import ConsentScope, Purpose

NO_WORD = (TenancyPutAtRisk, PlacementLimited)
"""Kinds that set a fact which no word of a rule speaks of."""


def take(
    consents: dict[str, ConsentClaim],
    limits: dict[str, LimitClaim],
    key: str,
    by: Mapping[str, Any],
    update: Update,
) -> bool:
    """Take what an update of this strand says into these facts. Returns whether it says anything."""
    match update:
        case ReferralMade(authority=authority):  # the person agreed that this authority is told of this, and no more
            scope = {"purposes": (Purpose.ACCOMMODATION,), "scope": (ConsentScope.REFERRAL,)}
            consents[key] = ConsentClaim(**by, recipients=(authority,), **scope)
        case PlacementLimited(ask_first=ask_first, not_within=areas, ends_on=last):
            limits[key] = LimitClaim(**by, ask_first=ask_first, not_within=areas, ends_on=last)
        case _:
            return False
    return True


class Checked(BaseModel):
    """The answer to a placement check: two words, and nothing of why."""

    model_config = ConfigDict(frozen=True)

    placing: Suitability
    address: AddressSuitability


def checked(limits: Iterable[LimitClaim], postcode: str, today: date) -> Checked:
    """What may be said of placing this person at a postcode. Pure; it reads nothing of any other person's case, so it
    is the same whoever lives there, and when nobody does (D10).
    """
    holding = [each for each in limits if each.ends_on is None or each.ends_on >= today]
    areas = [area for each in holding for area in each.not_within]
    ask, barred = any(each.ask_first for each in holding), any(_within(postcode, area) for area in areas)
    return Checked(
        placing=Suitability.ASK_THE_COORDINATOR if ask else Suitability.SUITABLE,
        address=AddressSuitability.NOT_SUITABLE if barred else AddressSuitability.SUITABLE,
    )


def _within(postcode: str, area: str) -> bool:
    """`ZZ1 1ZZ` lies in the district `ZZ1` and in the sector `ZZ1 1`, and not in `ZZ11`."""
    district, _, inward = postcode.partition(" ")
    return area in (district, f"{district} {inward[:1]}")
