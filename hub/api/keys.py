"""The hub's public keys, for whoever opens what it sealed, seals to it, or checks what it signed."""

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.access import TheHub
from hub.keying import Presented, keys_note

router = APIRouter(tags=["keys"])


class PublicKeyBody(BaseModel):
    """One public key, in hexadecimal, and what it is for."""

    id: str
    use: str
    public: str
    current: bool

    @classmethod
    def of(cls, key: Presented) -> "PublicKeyBody":
        """As it goes on the wire."""
        return cls(id=key.id, use=key.use, public=key.public.hex(), current=key.current)


class KeysBody(BaseModel):
    """All of them, and the same as a note signed by the ledger's key, which a partner keeps from its first day."""

    keys: list[PublicKeyBody]
    note: str


@router.get("/keys")
def read_keys(hub: TheHub) -> KeysBody:
    """Asks for no token: an agency seals before it has one, and a verifier has none. No partner is named here."""
    presented = hub.keys.presented(hub.recorder.key)
    return KeysBody(keys=[PublicKeyBody.of(key) for key in presented], note=keys_note(presented, hub.recorder.key))
