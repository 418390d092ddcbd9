"""The ledger's verdict, for information governance."""

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.access import Governor, TheHub

router = APIRouter(prefix="/ledger", tags=["ledger"])


class VerdictBody(BaseModel):
    """What was checked, and everything that is wrong; problems name entries, never values."""

    sound: bool
    entries: int
    records: int
    updates: int
    checkpoints: int
    problems: list[str]


@router.get("/verdict")
def read_verdict(hub: TheHub, who: Governor) -> VerdictBody:
    """Check ledger, feeds and updates against each other, on one snapshot. It takes as long as the store is large."""
    hub.recorder.consulted(who, "ledger", {})
    verdict = hub.verify()
    return VerdictBody(sound=verdict.sound, **vars(verdict))
