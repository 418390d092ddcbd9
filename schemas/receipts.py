"""What a publisher gets back: the same for placed, held, discarded and repeated updates (receipt v1)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Receipt(BaseModel):
    """The hub holds this update. `id` is the publisher's own update id.

    `fingerprint` is a keyed hash of the raw bytes: shown them again, the hub can say whether these are what it
    acknowledged, and nobody can guess from it what they said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1] = 1
    id: UUID
    fingerprint: str
    received_at: datetime
