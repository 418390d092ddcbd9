"""Homes: short names for what is said of them, and what of it stands on an agency's feed."""

from typing import Any
from uuid import UUID

from support.partnership import Partnership

ASSOCIATION = "homely-housing-association"
NEED, REFERRAL, RISK = "need.assessed", "referral.made", "tenancy.put_at_risk"
OFFERED, STARTED, ENDED, LIMITED = (f"placement.{what}" for what in ("offered", "started", "ended", "limited"))

Someone = dict[str, Any]


def say(partners: Partnership, agency: str, what: str, data: Someone) -> UUID:
    """Publish something of this strand."""
    return partners.publish(agency, f"accommodation.{what}", data)


def homes_told(partners: Partnership, agency: str) -> list[str]:
    """What of this strand stands on an agency's feed."""
    kinds = [str(each.get("kind")) for each in partners.told(agency)]
    return [kind.removeprefix("accommodation.") for kind in kinds if kind.startswith("accommodation.")]
