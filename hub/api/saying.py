"""Saying: what somebody says with one click is an update like any other, and saying it twice is once."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import JsonValue

from hub.answering import receipt
from hub.bootstrap import Hub
from hub.ports import UpdateKey
from hub.receiving import Caller
from hub.writing import envelope
from schemas.receipts import Receipt


def say_once(hub: Hub, who: Caller, kind: str, update_id: UUID, data: Mapping[str, JsonValue]) -> Receipt:
    """Publish as the agency that asks; of an id that came before, its receipt."""
    if before := hub.store.received(UpdateKey(who.agency, update_id)):
        return receipt(before)
    raw = envelope(who.agency, kind, data, update_id=update_id, occurred_at=hub.clock.now())
    return hub.publish(who.agency, raw, sub=who.sub)
