"""Agreements: information governance lets one that has expired go on for fourteen days (D16)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from hub.api.access import Governor, TheHub
from hub.continuing import continue_agreement

router = APIRouter(prefix="/agreements", tags=["agreements"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ContinuationOrder(BaseModel):
    """The officer who decides, and why."""

    model_config = ConfigDict(extra="forbid")

    by: Text
    because: Text


class ContinuationBody(BaseModel):
    """The last day on which the agreement counts as in force, and how many held disclosures were made now."""

    agreement: str
    until: date
    told: int


@router.post("/{agreement}/continuation")
def continue_one(agreement: str, order: ContinuationOrder, hub: TheHub, who: Governor) -> ContinuationBody:
    """Let an expired agreement go on for fourteen days, once. What was held since it expired is told now, in order."""
    until, told = continue_agreement(hub.acceptor, agreement, order.by, order.because, who.sub)
    return ContinuationBody(agreement=agreement, until=until, told=told)
