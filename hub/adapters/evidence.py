"""The store as evidence: rows as they lie there, opened where they still open, whatever somebody did to them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection, Select, Table, select, type_coerce
from sqlalchemy.types import NullType

from hub.adapters import tables as t
from hub.adapters.database import KeptKeys
from hub.adapters.feeds import feed_record
from hub.adapters.rows import bundle
from hub.adapters.times import from_micros
from hub.chains import FeedRecord
from hub.numbering import opening_place
from hub.ports import (
    BundleRow,
    Continuation,
    Counter,
    Kept,
    KeptRecord,
    KeptUpdate,
    LeafRow,
    Postponed,
    Resting,
    UpdateKey,
    Waits,
)
from hub.registering import agencies
from hub.sealing import CannotOpen, Sealer, scope
from schemas.identifiers import AgencyId

_T = TypeVar("_T")
_CHUNK = 1000
_MISSHAPEN = (ValueError, TypeError, AttributeError, KeyError)
"""What a value that no longer has the form of its column raises when it is read."""


class Snapshots(Protocol):
    """What evidence is read from: a store, or one that is being made."""

    sealer: Sealer

    def snapshot(self) -> Connection:
        """A connection that sees one state."""


class StoreEvidence:
    """Keeps the promises of `hub.ports.Evidence`: one snapshot, whatever is written meanwhile."""

    def __init__(self, store: Snapshots) -> None:
        """Reads only. Close it."""
        self._store = store
        self._connection = store.snapshot()
        self._keys = KeptKeys(self._connection)

    def close(self) -> None:
        """Release the snapshot."""
        self._connection.close()

    def counter(self) -> Counter | None:
        """Without a lock."""
        try:
            row = self._connection.execute(_as_it_lies(t.counter)).one()
            heads = {
                agency: (_number(seq), bytes.fromhex(link)) for agency, (seq, link) in orjson.loads(row.heads).items()
            }
            return Counter(_number(row.leaves), _bytes(row.edge), heads)
        except _MISSHAPEN:
            return None

    def entries(self) -> Iterator[Kept | None]:
        """In chunks, so that memory stays flat."""
        for row in self._rows(_as_it_lies(t.ledger).order_by(t.ledger.c.number)):
            yield self._entry(row)

    def _entry(self, row: Any) -> Kept | None:
        try:
            record_id = _id(row.record_id) if row.record_id is not None else None
            leaf = LeafRow(
                _number(row.number), _number(row.time), _bytes(row.commitment), _bytes(row.hash), record_id, row.opening
            )
        except _MISSHAPEN:
            return None
        return Kept(leaf, self._open(record_id or "hub", "ledger", row.opening, opening_place(leaf.hash)))

    def records(self, recipient: AgencyId) -> Iterator[KeptRecord | None]:
        """In chunks."""
        for row in self._rows(_as_it_lies(t.feed).where(t.feed.c.recipient == recipient).order_by(t.feed.c.seq)):
            yield self._record(recipient, row)

    def _record(self, recipient: AgencyId, row: Any) -> KeptRecord | None:
        try:
            key, record_id = UpdateKey(_text(row.publisher), _id(row.update_id)), _id(row.record_id)
            opened = self._opened(_Row(row, record_id))
            seq, message, prev = _number(row.seq), _id(row.message_id), _bytes(row.prev)
            return KeptRecord(recipient, seq, message, key, record_id, prev, opened, _number(row.entry))
        except _MISSHAPEN:
            return None

    def recipients(self) -> list[AgencyId]:
        """In the order of their names."""
        wanted = select(t.feed.c.recipient).distinct().order_by(t.feed.c.recipient)
        return [str(name) for name in self._connection.execute(wanted).scalars()]

    def checkpoints(self) -> list[tuple[int, bytes, str]]:
        """By size."""
        wanted = select(t.checkpoints.c.size, t.checkpoints.c.root, t.checkpoints.c.note)
        rows = self._connection.execute(wanted.order_by(t.checkpoints.c.size))
        return [(row.size, row.root if isinstance(row.root, bytes) else b"", str(row.note)) for row in rows]

    def bundles(self) -> Iterator[BundleRow | None]:
        """By version."""
        for row in self._connection.execute(_as_it_lies(t.bundles).order_by(t.bundles.c.version)):
            yield self._bundle(row)

    def _bundle(self, row: Any) -> BundleRow | None:
        try:
            _number(row.version), _text(row.digest), _text(row.signed)
            return bundle(row)
        except (*_MISSHAPEN, OverflowError):
            return None

    def continuations(self) -> Iterator[tuple[str, Continuation] | None]:
        """In chunks."""
        return self._formed(t.continuations, _continuation)

    def postponed(self) -> Iterator[Postponed | None]:
        """In chunks."""
        return self._formed(t.postponed, _postponed)

    def held(self) -> Iterator[Waits | None]:
        """In chunks."""
        return self._formed(t.held, _held)

    def joined(self) -> Iterator[tuple[UUID, UUID] | None]:
        """In chunks."""
        return self._formed(t.joined, lambda row: (_id(row.record_id), _id(row.other)))

    def resting(self) -> Iterator[Resting | None]:
        """In chunks."""
        return self._formed(t.consented, _resting)

    def _formed(self, table: Table, form: Callable[[Any], _T]) -> Iterator[_T | None]:
        for row in self._rows(_as_it_lies(table)):
            yield _or_none(form, row)

    def updates(self) -> Iterator[KeptUpdate]:
        """In chunks. One without a name is missed by what the ledger has of it."""
        for row in self._rows(_as_it_lies(t.updates)):
            try:
                key = UpdateKey(_text(row.publisher), _id(row.update_id))
            except _MISSHAPEN:
                continue
            yield KeptUpdate(key, row.entry, self._content(key, row))

    def _content(self, key: UpdateKey, row: Any) -> bytes | None:
        try:
            owner = f"held-{key.publisher}" if row.record_id is None else _id(row.record_id)
        except _MISSHAPEN:
            return None
        return self._open(owner, "raw", row.content, f"updates/{key}")

    def _rows(self, wanted: Select[Any]) -> Iterator[Any]:
        with self._connection.execute(wanted, execution_options={"yield_per": _CHUNK}) as rows:
            yield from rows

    def _open(self, owner: object, data_class: str, sealed: bytes, place: str) -> bytes | None:
        try:
            return self._store.sealer.open(self._keys, scope(owner, data_class), sealed, place)
        except (CannotOpen, *_MISSHAPEN):
            return None

    def _opened(self, row: "_Row") -> FeedRecord | None:
        try:
            return feed_record(row, self._store.sealer, self._keys)
        except (CannotOpen, IndexError, *_MISSHAPEN):
            return None


class _Row:
    """A feed row with its ids read, as `feed_record` wants it."""

    def __init__(self, row: Any, record_id: UUID) -> None:
        self.recipient, self.seq, self.prev, self.root = (
            row.recipient,
            _number(row.seq),
            _bytes(row.prev),
            _bytes(row.root),
        )
        self.commitments, self.boxes = row.commitments, row.boxes
        self.message_id, self.record_id = _id(row.message_id), record_id


def agencies_ever(store: Snapshots) -> set[AgencyId]:
    """Every agency that was ever in the register, or has a feed."""
    with closing(StoreEvidence(store)) as evidence:
        return {*evidence.recipients(), *agencies(evidence.bundles())}


def _or_none(form: Callable[[Any], _T], row: Any) -> _T | None:
    try:
        return form(row)
    except (*_MISSHAPEN, OverflowError):
        return None


def _continuation(row: Any) -> tuple[str, Continuation]:
    until = date.fromisoformat(_text(row.until))
    return _text(row.agreement), Continuation(from_micros(_number(row.made_at)), until)


def _postponed(row: Any) -> Postponed:
    key = UpdateKey(_text(row.publisher), _id(row.update_id))
    return Postponed(_text(row.agreement), _text(row.recipient), key, _id(row.record_id))


def _held(row: Any) -> Waits:
    key = UpdateKey(_text(row.publisher), _id(row.update_id))
    return Waits(key, _id(row.awaits), bool(_number(int(row.urgent))))


def _resting(row: Any) -> Resting:
    return Resting(_id(row.record_id), _text(row.recipient), _id(row.message_id), _bytes(row.root))


def _as_it_lies(table: Table) -> Any:
    """Every column as the database holds it: nothing is converted, so nothing misshapen stops the reading."""
    return select(*(type_coerce(column, NullType()).label(column.name) for column in table.c))


def _id(value: Any) -> UUID:
    return UUID(bytes=_bytes(value))


def _number(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
