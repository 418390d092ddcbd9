"""What the unit of work does when something is put right, locked, recalled or closed (D15): all of it rare."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, tuple_, update

from hub.adapters import tables as t
from hub.adapters.advisory import lock, of_view
from hub.adapters.inserting import put
from hub.adapters.rows import pack, unpack
from hub.disclosing import box_place, without
from hub.ports import UpdateKey
from hub.sealing import DataKeys, Sealer, scope
from schemas.identifiers import AgencyId


class Remedies:
    """A part of `DatabaseUnit`."""

    def __init__(self, connection: Connection, sealer: Sealer, keys: DataKeys) -> None:
        """On the unit's own connection."""
        self._connection, self._sealer, self._keys = connection, sealer, keys

    def drop_elements(self, recipients: Mapping[AgencyId, UUID], keeping: Collection[bytes] = ()) -> None:
        """The boxes go, overwritten on disk (`secure_delete`); the rest of the feed rows stays."""
        self._drop(*of_messages(recipients), t.feed.c.root.not_in(list(keeping)))

    def drop_records(self, recipient: AgencyId, roots: Collection[bytes]) -> None:
        """Like `drop_elements`."""
        self._drop(t.feed.c.recipient == recipient, t.feed.c.root.in_(list(roots)))

    def _drop(self, *wanted: Any) -> None:
        self._connection.execute(update(t.feed).where(*wanted), {"boxes": pack({})})

    def drop_fields(
        self, recipient: AgencyId, message_id: UUID, roots: Collection[bytes], names: frozenset[str]
    ) -> None:
        """Each box is sealed anew without them; an empty one goes."""
        of_message = (t.feed.c.recipient == recipient, t.feed.c.message_id == message_id)
        wanted = select(t.feed.c.record_id, t.feed.c.root, t.feed.c.boxes).where(
            *of_message, t.feed.c.root.in_(list(roots))
        )
        for row in self._connection.execute(wanted).all():
            boxes = {n: self._without(row, recipient, message_id, n, sealed, names) for n, sealed in _boxes(row)}
            kept = {name: sealed for name, sealed in boxes.items() if sealed is not None}
            this = update(t.feed).where(*of_message, t.feed.c.root == row.root)
            self._connection.execute(this, {"boxes": pack(kept)})

    def _without(
        self, row: Any, recipient: AgencyId, message_id: UUID, name: str, sealed: bytes, names: frozenset[str]
    ) -> bytes | None:
        owner, place = scope(str(row.record_id), name), box_place(recipient, message_id) + name
        left = without(self._sealer.open(self._keys, owner, sealed, place), names)
        return self._sealer.seal(self._keys, owner, left, place) if left is not None else None

    def resting(self, record_id: UUID) -> list[tuple[AgencyId, UpdateKey, bytes]]:
        """By primary key, and the feed's index of messages."""
        feed, consented = t.feed.c, t.consented.c
        same = (
            (feed.recipient == consented.recipient)
            & (feed.message_id == consented.message_id)
            & (feed.root == consented.root)
        )
        columns = (feed.recipient, feed.publisher, feed.update_id, feed.root)
        wanted = select(*columns).join(t.consented, same).where(consented.record_id == record_id, _HOLDS)
        rows = self._connection.execute(wanted.order_by(feed.recipient, feed.seq))
        return [(row.recipient, UpdateKey(row.publisher, row.update_id), row.root) for row in rows]

    def rest_no_longer(self, record_id: UUID, records: Collection[tuple[AgencyId, bytes]]) -> None:
        """Among what rests on a consent of one person."""
        these = tuple_(t.consented.c.recipient, t.consented.c.root).in_(list(records))
        self._connection.execute(delete(t.consented).where(t.consented.c.record_id == record_id, these))

    def close_views(self, closings: Mapping[AgencyId, UUID], heads: Mapping[AgencyId, int]) -> None:
        """Overwritten on disk. What a consumer that lags behind would still add is refused by what is kept here."""
        for agency in sorted(closings):  # before a consumer of theirs writes, or after it, never between
            lock(self._connection, of_view(agency))
        rows = [{"agency": a, "record": record, "seq": heads.get(a, 0)} for a, record in closings.items()]
        put(self._connection, t.view_closings, rows)
        for table in (t.view_facts, t.view_alerts):
            gone = (table.c.agency.in_(list(closings)), table.c.record.in_(list(closings.values())))
            self._connection.execute(delete(table).where(*gone))


def of_messages(message_ids: Mapping[AgencyId, UUID]) -> tuple[Any, Any]:
    """The feed records of one message for each recipient: a message's id is its recipient's alone. Each column by
    itself, for which every database uses the index; for pairs of them SQLite reads the whole table.
    """
    return t.feed.c.recipient.in_(list(message_ids)), t.feed.c.message_id.in_(list(message_ids.values()))


_HOLDS = t.feed.c.boxes != pack({})


def _boxes(row: Any) -> list[tuple[str, bytes]]:
    return list(unpack(row.boxes))
