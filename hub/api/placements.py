"""Placement checks: may this person be placed here? Two words for an answer, and its ledger entry first (D10)."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from consumers.rows import shown
from hub.api.access import Reader, TheHub
from hub.api.problems import NotFound
from hub.bootstrap import Hub
from hub.claims import LimitClaim
from hub.gathering import limits_on
from hub.homing import Checked, checked
from hub.receiving import Caller, Refused
from schemas.updates.accommodation import PlaceId, Postcode
from schemas.vocabulary import Purpose

router = APIRouter(tags=["placements"])


class PlacementQuestion(BaseModel):
    """Whom, and where."""

    model_config = ConfigDict(extra="forbid")

    record: Annotated[UUID, Field(description="The person, as this agency knows them.")]
    place: Annotated[PlaceId, Field(description="The place, as this agency numbers it.")]
    postcode: Annotated[Postcode, Field(description="Where the place is: `ZZ1 1ZZ`.")]


@router.post("/placements/check")
def check_placement(asked: PlacementQuestion, hub: TheHub, who: Reader) -> Checked:
    """Whether this person may be placed here: `suitable` or `ask_the_coordinator`, and whether the address is
    `suitable`. The answer is the same whoever lives there, and when nobody does.

    Asked by who houses people, about people whose cases it holds something of.
    """
    if not _houses_people(hub, who):
        raise Refused("only who houses people asks for a placement check")
    limits = _limits(hub, who, asked.record)
    answer = None if limits is None else checked(limits.values(), asked.postcode, hub.clock.now().date())
    said = answer.model_dump(mode="json") if answer else {}
    hub.recorder.consulted(who, "placement check", asked.model_dump(mode="json") | said)
    if answer is None:
        raise NotFound
    return answer


def _houses_people(hub: Hub, who: Caller) -> bool:
    policies = hub.bundle.policies
    kind = policies.vocabulary.partner_kinds.get(policies.partners[who.agency].kind)
    return kind is not None and Purpose.ACCOMMODATION in kind.purposes


def _limits(hub: Hub, who: Caller, record: UUID) -> Mapping[str, LimitClaim] | None:
    """What limits where this person is placed; None for somebody of whom the asker's view holds nothing."""
    if not shown(hub.hosted[who.agency].views.facts(record)):
        return None
    with hub.store.unit() as unit:
        return limits_on(unit, hub.bundle, hub.clock.now(), who.agency, record)
