"""Up to where each feed was carried: one row for each partner and channel."""

from sqlalchemy import Connection, bindparam, select, update

from hub.adapters import tables as t
from hub.adapters.inserting import insert_new
from hub.adapters.store import DatabaseStore
from schemas.identifiers import AgencyId

# Built once: building one takes as long as running it.
_OF = (t.carried.c.recipient == bindparam("of"), t.carried.c.channel == bindparam("by"))
_STANDS = select(t.carried.c.seq).where(*_OF)
_FROM = (t.carried.c.seq == bindparam("after"), t.carried.c.seq < bindparam("to"))
_MOVE = update(t.carried).where(*_OF, *_FROM).values(seq=bindparam("to"))


class StorePositions:
    """Keeps the promises of `hub.ports.Positions` in the store."""

    def __init__(self, store: DatabaseStore) -> None:
        """On the store's own table."""
        self._store = store

    def carried(self, recipient: AgencyId, channel: str) -> int:
        """By primary key."""
        with self._store.reader.connect() as connection:
            return connection.execute(_STANDS, _of(recipient, channel)).scalar_one_or_none() or 0

    def move(self, recipient: AgencyId, channel: str, after: int, to: int) -> bool:
        """Not flushed to disk by itself: after a power cut it is a little behind, and what it lost is carried again."""
        with self._store.writing(durable=False) as unit:
            moved = unit.connection.execute(_MOVE, {**_of(recipient, channel), "after": after, "to": to})
            return bool(moved.rowcount) or (after == 0 < to and _begun(unit.connection, recipient, channel, to))


def _begun(connection: Connection, recipient: AgencyId, channel: str, seq: int) -> bool:
    """The first row of a feed that was never carried; not where another process was quicker."""
    row = {"recipient": recipient, "channel": channel, "seq": seq}
    new = insert_new(connection, t.carried)
    return bool(connection.execute(new, row, execution_options={"preserve_rowcount": True}).rowcount)


def _of(recipient: AgencyId, channel: str) -> dict[str, str]:
    return {"of": recipient, "by": channel}
