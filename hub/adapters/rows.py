"""Rows as the tables hold them, and as the hub does."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from hub.adapters.times import from_micros, micros
from hub.ports import Arrival, BundleRow, FeedRow, LeafRow, Stored, Timer, UpdateKey
from hub.sealing import CannotOpen


def update_row(stored: Stored, content: bytes) -> tuple[Any, ...]:
    """An update, in the order of its table's columns."""
    return (stored.key.publisher, stored.key.update_id.bytes, _bytes(stored.record_id), stored.entry, content)


def leaf_row(row: LeafRow) -> tuple[Any, ...]:
    """A ledger entry, in the order of its table's columns."""
    return (row.number, row.time, row.commitment, row.hash, _bytes(row.record_id), row.opening)


def feed_row(row: FeedRow) -> tuple[Any, ...]:
    """A feed record, in the order of its table's columns."""
    return (
        row.recipient,
        row.seq,
        row.message_id.bytes,
        row.key.publisher,
        row.key.update_id.bytes,
        row.record_id.bytes,
        row.prev,
        row.root,
        b"".join(row.commitments),
        pack(row.boxes),
        row.entry,
    )


def _bytes(record_id: UUID | None) -> bytes | None:
    return record_id.bytes if record_id else None


def pack(boxes: Mapping[str, bytes]) -> bytes:
    """Boxes in one column: for each the length and name of its class, its own length, its bytes."""
    return b"".join(
        bytes([len(name)]) + name.encode() + len(content).to_bytes(4, "big") + content
        for name, content in boxes.items()
    )


def unpack(packed: bytes) -> Iterator[tuple[str, bytes]]:
    """The boxes and their classes. Raises `CannotOpen` when the lengths do not fit."""
    at = 0
    while at < len(packed):
        start = at + 1 + packed[at] + 4
        length = int.from_bytes(packed[start - 4 : start], "big")
        if start + length > len(packed):
            raise CannotOpen("the boxes of a feed record are cut short")
        yield packed[at + 1 : start - 4].decode("ascii", "replace"), packed[start : start + length]
        at = start + length


def bundle_row(bundle: BundleRow) -> dict[str, Any]:
    """A signed bundle."""
    return bundle._asdict() | {"effective_from": micros(bundle.effective_from)}


def bundle(row: Any) -> BundleRow:
    """A signed bundle as it is kept."""
    return BundleRow(row.version, row.digest, from_micros(row.effective_from), row.signed)


def timer_row(timer: Timer) -> dict[str, Any]:
    """A timer."""
    return {
        "update_id": timer.update_id,
        "due_at": micros(timer.due_at),
        "subject_publisher": timer.subject.publisher,
        "subject_id": timer.subject.update_id,
        "record_id": timer.record_id,
    }


def timer(row: Any) -> Timer:
    """A timer as it is kept."""
    subject = UpdateKey(row.subject_publisher, row.subject_id)
    return Timer(from_micros(row.due_at), row.update_id, subject, row.record_id)


def arrival(row: Any) -> Arrival:
    """An acknowledged id as it is kept."""
    return Arrival(UpdateKey(row.publisher, row.update_id), row.fingerprint, from_micros(row.received_at))
