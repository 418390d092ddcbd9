"""What the unit of work does when something is put right, locked, recalled or closed (D15): all of it rare."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, tuple_, update

from hub.adapters import tables as t
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

    def drop_elements(self, recipients: Mapping[AgencyId, UUID]) -> None:
        """The boxes go, overwritten on disk (`secure_delete`); the rest of the feed rows stays."""
        wanted = tuple_(t.feed.c.recipient, t.feed.c.message_id).in_(list(recipients.items()))
        self._connection.execute(update(t.feed).where(wanted), {"boxes": pack({})})

    def drop_fields(self, recipient: AgencyId, message_id: UUID, names: frozenset[str]) -> None:
        """Each box is sealed anew without them; an empty one goes."""
        wanted = (t.feed.c.recipient == recipient, t.feed.c.message_id == message_id)
        row = self._connection.execute(select(t.feed.c.record_id, t.feed.c.boxes).where(*wanted)).one()
        boxes = {name: self._without(row, recipient, message_id, name, sealed, names) for name, sealed in _boxes(row)}
        kept = {name: sealed for name, sealed in boxes.items() if sealed is not None}
        self._connection.execute(update(t.feed).where(*wanted), {"boxes": pack(kept)})

    def _without(
        self, row: Any, recipient: AgencyId, message_id: UUID, name: str, sealed: bytes, names: frozenset[str]
    ) -> bytes | None:
        owner, place = scope(str(row.record_id), name), box_place(recipient, message_id) + name
        left = without(self._sealer.open(self._keys, owner, sealed, place), names)
        return self._sealer.seal(self._keys, owner, left, place) if left is not None else None

    def holding(self, message_ids: Mapping[AgencyId, UUID]) -> frozenset[AgencyId]:
        """By the feed's unique index."""
        wanted = tuple_(t.feed.c.recipient, t.feed.c.message_id).in_(list(message_ids.items()))
        return frozenset(self._connection.execute(select(t.feed.c.recipient).where(wanted, _HOLDS)).scalars())

    def resting(self, record_id: UUID) -> list[tuple[AgencyId, UpdateKey]]:
        """By primary key, and the feed's unique index."""
        same = (t.feed.c.recipient == t.consented.c.recipient) & (t.feed.c.message_id == t.consented.c.message_id)
        columns = (t.feed.c.recipient, t.feed.c.publisher, t.feed.c.update_id)
        wanted = select(*columns).join(t.consented, same).where(t.consented.c.record_id == record_id, _HOLDS)
        rows = self._connection.execute(wanted.order_by(t.feed.c.recipient, t.feed.c.seq))
        return [(row.recipient, UpdateKey(row.publisher, row.update_id)) for row in rows]

    def rest_no_longer(self, record_id: UUID, recipient: AgencyId, message_id: UUID) -> None:
        """By primary key."""
        at = (t.consented.c.record_id, t.consented.c.recipient, t.consented.c.message_id)
        self._connection.execute(delete(t.consented).where(tuple_(*at) == (record_id, recipient, message_id)))

    def close_views(self, closings: Mapping[AgencyId, UUID], heads: Mapping[AgencyId, int]) -> None:
        """Overwritten on disk. What a consumer that lags behind would still add is refused by what is kept here."""
        rows = [{"agency": a, "record": record, "seq": heads.get(a, 0)} for a, record in closings.items()]
        put(self._connection, t.view_closings, rows)
        for table in (t.view_facts, t.view_alerts):
            gone = tuple_(table.c.agency, table.c.record).in_(list(closings.items()))
            self._connection.execute(delete(table).where(gone))


_HOLDS = t.feed.c.boxes != pack({})


def _boxes(row: Any) -> list[tuple[str, bytes]]:
    return list(unpack(row.boxes))
