"""The store as evidence: rows as they lie there, opened where they still open."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select

from hub.adapters import tables as t
from hub.adapters.database import KeptKeys
from hub.adapters.feeds import feed_record
from hub.adapters.sqlite import SqliteStore
from hub.chains import FeedRecord
from hub.numbering import opening_place
from hub.ports import Counter, Kept, KeptRecord, LeafRow, UpdateKey
from hub.sealing import CannotOpen, scope
from schemas.identifiers import AgencyId

_CHUNK = 1000


class StoreEvidence:
    """Keeps the promises of `hub.ports.Evidence`: one snapshot, whatever is written meanwhile."""

    def __init__(self, store: SqliteStore) -> None:
        """Reads only. Close it."""
        self._store = store
        self._connection = store.reader.connect()
        self._keys = KeptKeys(self._connection)

    def close(self) -> None:
        """Release the snapshot."""
        self._connection.close()

    def counter(self) -> Counter:
        """Without a lock."""
        row = self._connection.execute(select(t.counter)).one()
        heads = {agency: (seq, bytes.fromhex(link)) for agency, (seq, link) in orjson.loads(row.heads).items()}
        return Counter(row.leaves, row.edge, heads)

    def entries(self) -> Iterator[Kept]:
        """In chunks, so that memory stays flat."""
        for row in self._rows(select(t.ledger).order_by(t.ledger.c.number)):
            leaf = LeafRow(row.number, row.time, row.commitment, row.hash, row.record_id, row.opening)
            yield Kept(leaf, self._open(row.record_id or "hub", "ledger", row.opening, opening_place(row.hash)))

    def records(self, recipient: AgencyId) -> Iterator[KeptRecord]:
        """In chunks."""
        wanted = select(t.feed).where(t.feed.c.recipient == recipient).order_by(t.feed.c.seq)
        for row in self._rows(wanted):
            key = UpdateKey(row.publisher, row.update_id)
            record = self._record(row)
            yield KeptRecord(recipient, row.seq, row.message_id, key, row.record_id, row.prev, record)

    def recipients(self) -> list[AgencyId]:
        """In the order of their names."""
        wanted = select(t.feed.c.recipient).distinct().order_by(t.feed.c.recipient)
        return list(self._connection.execute(wanted).scalars())

    def checkpoints(self) -> list[tuple[int, bytes, str]]:
        """By size."""
        wanted = select(t.checkpoints.c.size, t.checkpoints.c.root, t.checkpoints.c.note)
        rows = self._connection.execute(wanted.order_by(t.checkpoints.c.size))
        return [(row.size, row.root, row.note) for row in rows]

    def updates(self) -> Iterator[tuple[UpdateKey, UUID | None, bytes | None]]:
        """In chunks."""
        for row in self._rows(select(t.updates)):
            key = UpdateKey(row.publisher, row.update_id)
            owner = row.record_id or f"held-{row.publisher}"
            yield key, row.record_id, self._open(owner, "raw", row.content, f"updates/{key}")

    def _rows(self, wanted: Select[Any]) -> Iterator[Any]:
        yield from self._connection.execute(wanted, execution_options={"yield_per": _CHUNK})

    def _open(self, owner: object, data_class: str, sealed: bytes, place: str) -> bytes | None:
        try:
            return self._store.sealer.open(self._keys, scope(owner, data_class), sealed, place)
        except CannotOpen:
            return None

    def _record(self, row: Any) -> FeedRecord | None:
        try:
            return feed_record(row, self._store.sealer, self._keys)
        except (CannotOpen, UnicodeDecodeError):
            return None
