"""What waits for somebody to place it, and which records may be of one case, as tables (D27)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select

from hub.adapters import tables as t
from hub.adapters.inserting import insert_new
from hub.adapters.times import from_micros, micros
from hub.ports import HeldSince, UpdateKey, Waits

SAME = (t.updates.c.publisher == t.held.c.publisher) & (t.updates.c.update_id == t.held.c.update_id)
"""A held update, and what is kept of it beside."""
_IN_ORDER = select(t.held).join(t.updates, SAME).order_by(t.updates.c.entry)
_AWAITING = _IN_ORDER.where(
    t.held.c.publisher.in_(bindparam("publishers", expanding=True)),
    t.held.c.awaits.in_(bindparam("ids", expanding=True)),
    t.held.c.awaits != t.held.c.update_id,
)
_PLACED = select(t.updates.c.publisher, t.updates.c.update_id).where(
    t.updates.c.publisher.in_(bindparam("publishers", expanding=True)),
    t.updates.c.update_id.in_(bindparam("ids", expanding=True)),
    t.updates.c.record_id.is_not(None),
)
_JOINED = select(t.joined).where(t.joined.c.record_id.in_(bindparam("records", expanding=True)))


class HoldingUnit:
    """The part of `hub.ports.Unit` that held updates and linked records need."""

    _connection: Connection

    def awaiting_any(self, keys: Sequence[UpdateKey]) -> list[UpdateKey]:
        """By the index of what is awaited."""
        if not keys:
            return []
        rows, these = self._connection.execute(_AWAITING, _named(keys)), set(keys)
        return [UpdateKey(r.publisher, r.update_id) for r in rows if UpdateKey(r.publisher, r.awaits) in these]

    def any_placed(self, keys: Sequence[UpdateKey]) -> bool:
        """By primary key."""
        return bool(keys) and any(row in keys for row in self._connection.execute(_PLACED, _named(keys)))

    def take_held(self, key: UpdateKey) -> bool:
        """Whoever deletes the row has it; a second process waits for the first, and then finds none."""
        mine = (t.held.c.publisher == key.publisher, t.held.c.update_id == key.update_id)
        if self._connection.execute(delete(t.held).where(*mine)).rowcount != 1:
            return False
        of_update = (t.updates.c.publisher == key.publisher, t.updates.c.update_id == key.update_id)
        self._connection.execute(delete(t.updates).where(*of_update))
        return True

    def joined_with(self, record_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        """By primary key."""
        rows = self._connection.execute(_JOINED, {"records": list(record_ids)}) if record_ids else ()
        return [(row.record_id, row.other) for row in rows]

    def join(self, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        """Idempotent by primary key."""
        kept = [{"record_id": record_id, "other": other} for record_id, other in pairs]
        self._connection.execute(insert_new(self._connection, t.joined), kept)

    def keep_waiting(self, rows: Iterable[Waits]) -> None:
        """Plain inserts."""
        kept = [
            {"publisher": w.key.publisher, "update_id": w.key.update_id, "awaits": w.awaits, "urgent": w.urgent}
            for w in rows
        ]
        if kept:
            self._connection.execute(t.held.insert(), kept)


def _named(keys: Sequence[UpdateKey]) -> dict[str, list[Any]]:
    """Each column by itself: for pairs of them SQLite reads all that these publishers ever sent."""
    return {"publishers": [*{key.publisher for key in keys}], "ids": [key.update_id for key in keys]}


def held_before(connection: Connection, moment: datetime, *, urgent: bool) -> list[HeldSince]:
    """By the ledger's clock: what is held for another reason later has another entry, and waits from then on."""
    wanted = select(t.held.c.publisher, t.held.c.update_id, t.ledger.c.time).join(t.updates, SAME)
    wanted = wanted.join(t.ledger, t.ledger.c.number == t.updates.c.entry).where(t.ledger.c.time <= micros(moment))
    rows = connection.execute((wanted.where(t.held.c.urgent) if urgent else wanted).order_by(t.ledger.c.number))
    return [HeldSince(UpdateKey(row.publisher, row.update_id), from_micros(row.time)) for row in rows]


def waiting(connection: Connection) -> list[Waits]:
    """Every held update, in the order in which they came."""
    return [Waits(UpdateKey(r.publisher, r.update_id), r.awaits, r.urgent) for r in connection.execute(_IN_ORDER)]
