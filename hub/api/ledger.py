"""The ledger's verdict, for information governance; and the key that everyone checks signatures with."""

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.access import Governor, Reader, TheHub

router = APIRouter(prefix="/ledger", tags=["ledger"])


class VerdictBody(BaseModel):
    """What was checked, and everything that is wrong; problems name entries, never values."""

    sound: bool
    entries: int
    records: int
    updates: int
    checkpoints: int
    problems: list[str]


class PublicKey(BaseModel):
    """The Ed25519 key that signs checkpoints and feed heads, in hexadecimal: keep it from the first day."""

    key: str


@router.get("/key")
def read_key(hub: TheHub, _: Reader) -> PublicKey:
    """The key under which a partner checks the signed heads of its own feed."""
    raw = hub.recorder.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return PublicKey(key=raw.hex())


@router.get("/verdict")
def read_verdict(hub: TheHub, who: Governor) -> VerdictBody:
    """Check ledger, feeds and updates against each other, on one snapshot. It takes as long as the store is large."""
    hub.recorder.consulted(who, "ledger", {})
    verdict = hub.verify()
    return VerdictBody(sound=verdict.sound, **vars(verdict))
