"""Up to where each feed was carried: one row for each partner and channel."""

from typing import Any

from sqlalchemy import select, update

from hub.adapters import tables as t
from hub.adapters.inserting import insert_new
from hub.adapters.store import DatabaseStore
from schemas.identifiers import AgencyId


class StorePositions:
    """Keeps the promises of `hub.ports.Positions` in the store."""

    def __init__(self, store: DatabaseStore) -> None:
        """On the store's own table."""
        self._store = store

    def carried(self, recipient: AgencyId, channel: str) -> int:
        """By primary key."""
        with self._store.reader.connect() as connection:
            return connection.execute(select(t.carried.c.seq).where(*_of(recipient, channel))).scalar_one_or_none() or 0

    def move(self, recipient: AgencyId, channel: str, after: int, to: int) -> bool:
        """Not flushed to disk by itself: after a power cut it is a little behind, and what it lost is carried again."""
        with self._store.writing(durable=False) as unit:
            first = {"recipient": recipient, "channel": channel, "seq": 0}
            unit.connection.execute(insert_new(unit.connection, t.carried), first)
            stands = (*_of(recipient, channel), t.carried.c.seq == after)
            moved = unit.connection.execute(update(t.carried).where(*stands, t.carried.c.seq < to), {"seq": to})
            return bool(moved.rowcount)


def _of(recipient: AgencyId, channel: str) -> tuple[Any, Any]:
    return t.carried.c.recipient == recipient, t.carried.c.channel == channel
