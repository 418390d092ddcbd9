"""How much waits in the feeds, and since when: asked of the tables, so it is right after a restart, too."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from hub.adapters import tables as t
from hub.adapters.holding import SAME
from hub.adapters.store import DatabaseStore
from hub.adapters.times import from_micros
from hub.attending import Waiting
from hub.running import POSITION
from schemas.identifiers import AgencyId

_HEADS = select(t.feed.c.recipient, func.max(t.feed.c.seq).label("last")).group_by(t.feed.c.recipient)
_POSITIONS = select(t.view_positions.c.agency, t.view_positions.c.seq).where(t.view_positions.c.consumer == POSITION)


class StoreBacklog:
    """Looks without taking anybody's turn."""

    def __init__(self, store: DatabaseStore) -> None:
        """Asks each time."""
        self._store = store

    def folding(self) -> Waiting:
        """What hosted consumers have not taken in yet."""
        with self._store.reading() as connection:
            taken = {row.agency: row.seq for row in connection.execute(_POSITIONS)}
            return _waiting(connection, taken, connection.execute(_HEADS).all())

    def carrying(self, channel: str, agencies: Collection[AgencyId]) -> Waiting:
        """What was not carried to these agencies yet."""
        with self._store.reading() as connection:
            positions = select(t.carried.c.recipient, t.carried.c.seq).where(t.carried.c.channel == channel)
            carried = {row.recipient: row.seq for row in connection.execute(positions)}
            heads = [head for head in connection.execute(_HEADS) if head.recipient in agencies]
            return _waiting(connection, carried, heads)

    def held(self, *, urgent: bool = False) -> Waiting:
        """By the ledger's clock, since when the first was held."""
        wanted = select(func.count(), func.min(t.updates.c.entry)).select_from(t.held.join(t.updates, SAME))
        with self._store.reading() as connection:
            count, first = connection.execute(wanted.where(t.held.c.urgent) if urgent else wanted).one()
            return Waiting(count, _entered_at(connection, first) if count else None)

    def due(self) -> datetime | None:
        """When the next timer is due, or was."""
        with self._store.reading() as connection:
            first = connection.execute(select(func.min(t.timers.c.due_at))).scalar_one_or_none()
        return from_micros(first) if first is not None else None


Head = Row[Any, Any]


def _waiting(connection: Connection, taken: Mapping[AgencyId, int], heads: Collection[Head]) -> Waiting:
    """What stands in the feeds behind these positions; a feed without one was not begun."""
    behind = [head for head in heads if head.last > taken.get(head.recipient, 0)]
    since = [_told_at(connection, head, taken.get(head.recipient, 0)) for head in behind]
    count = sum(head.last - taken.get(head.recipient, 0) for head in behind)
    return Waiting(count, min(since, default=None))


def _told_at(connection: Connection, head: Head, position: int) -> datetime:
    """By the ledger's clock, of the first record behind a position."""
    entry = select(t.feed.c.entry).where(t.feed.c.recipient == head.recipient, t.feed.c.seq > position)
    return _entered_at(connection, entry.order_by(t.feed.c.seq).limit(1).scalar_subquery())


def _entered_at(connection: Connection, first: Any) -> datetime:
    return from_micros(connection.execute(select(t.ledger.c.time).where(t.ledger.c.number == first)).scalar_one())
