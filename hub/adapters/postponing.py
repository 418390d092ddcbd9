"""What waits for an agreement, and the agreements that were continued, as tables (D16)."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, delete, select

from hub.adapters import tables as t
from hub.adapters.inserting import insert_new
from hub.adapters.times import from_micros, micros
from hub.ports import Continuation, Postponed, UpdateKey
from schemas.identifiers import AgencyId


class PostponingUnit:
    """The part of `hub.ports.Unit` that D16 needs."""

    _connection: Connection

    def postpone(self, rows: Iterable[Postponed]) -> None:
        """Idempotent by primary key."""
        kept = [
            {
                "agreement": row.agreement,
                "recipient": row.recipient,
                "publisher": row.key.publisher,
                "update_id": row.key.update_id,
                "record_id": row.record_id,
            }
            for row in rows
        ]
        if kept:
            self._connection.execute(insert_new(self._connection, t.postponed), kept)

    def awaiting(self, key: UpdateKey) -> frozenset[tuple[AgencyId, str]]:
        """Over what waits, which is little or nothing."""
        of_update = (t.postponed.c.publisher == key.publisher, t.postponed.c.update_id == key.update_id)
        wanted = select(t.postponed.c.recipient, t.postponed.c.agreement).where(*of_update)
        return frozenset((row.recipient, row.agreement) for row in self._connection.execute(wanted))

    def take_postponed(self, agreement: str) -> list[Postponed]:
        """By the ledger entries of the updates."""
        mine = t.postponed.c.agreement == agreement
        of_update = (t.updates.c.publisher == t.postponed.c.publisher) & (
            t.updates.c.update_id == t.postponed.c.update_id
        )
        wanted = select(t.postponed).join(t.updates, of_update).where(mine)
        ordered = wanted.order_by(t.updates.c.entry, t.postponed.c.recipient)
        rows = self._connection.execute(ordered.with_for_update(of=t.postponed)).all()  # nobody else takes them, too
        self._connection.execute(delete(t.postponed).where(mine))
        return [Postponed(agreement, r.recipient, UpdateKey(r.publisher, r.update_id), r.record_id) for r in rows]

    def continuations(self) -> dict[str, Continuation]:
        """All there are: one for each agreement at most."""
        rows = self._connection.execute(select(t.continuations))
        return {r.agreement: Continuation(from_micros(r.made_at), date.fromisoformat(r.until)) for r in rows}

    def continue_agreement(self, agreement: str, continuation: Continuation) -> None:
        """By primary key."""
        row = {
            "agreement": agreement,
            "made_at": micros(continuation.made_at),
            "until": continuation.until.isoformat(),
        }
        self._connection.execute(t.continuations.insert(), row)
