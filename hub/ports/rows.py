"""What goes into the store and comes out of it: rows as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue

from hub.chains import FeedRecord
from schemas.identifiers import AgencyId


class TryLater(Exception):
    """The store cannot take the update now (busy, full, stopping). Nothing was stored; send it again."""


class Collided(TryLater):
    """Another process was quicker. Nothing was stored; the same unit of work, begun anew, finds what that one did."""


class UpdateKey(NamedTuple):
    """An update, hub-wide: its publisher and the publisher's own id for it."""

    publisher: AgencyId
    update_id: UUID

    def __str__(self) -> str:
        return f"{self.publisher}/{self.update_id}"


def key_of(text: str) -> UpdateKey:
    """An update's key from its text form."""
    publisher, _, update_id = text.partition("/")
    return UpdateKey(publisher, UUID(update_id))


class Arrival(NamedTuple):
    """One acknowledged id: all that is kept of an update that is discarded (D26)."""

    key: UpdateKey
    fingerprint: bytes
    received_at: datetime


class Stored(NamedTuple):
    """An update that is kept, placed or held; its content is sealed beside it."""

    key: UpdateKey
    record_id: UUID | None
    """None when the update is held."""
    entry: int = -1
    """Its ledger entry, once it has a number."""
    waits: "Waits | None" = None
    """What is kept of it while it is held."""


class HeldSince(NamedTuple):
    """A held update, and when the ledger says that it was held."""

    key: UpdateKey
    since: datetime


class Waits(NamedTuple):
    """That an update is held, and what it waits for beside somebody who places it."""

    key: UpdateKey
    awaits: UUID
    """The earlier update of the same publisher that has not come; its own id where it waits for none."""
    urgent: bool = False
    """Whether somebody must look at it within minutes (D27)."""

    def entered(self) -> dict[str, JsonValue]:
        """What the ledger says of it."""
        said: dict[str, JsonValue] = {"urgent": True} if self.urgent else {}
        return said if self.awaits == self.key.update_id else said | {"awaits": str(self.awaits)}


class FeedRow(NamedTuple):
    """One feed record on its way into the store. `boxes` holds its elements by class of data."""

    recipient: AgencyId
    seq: int
    message_id: UUID
    key: UpdateKey
    record_id: UUID
    prev: bytes
    root: bytes
    commitments: tuple[bytes, ...]
    boxes: Mapping[str, bytes]
    entry: int = -1
    """The ledger entry that says it was told, once that has a number."""
    on_consent: bool = False
    """Whether some of it is told on a consent."""


class LeafRow(NamedTuple):
    """One ledger entry: the leaf in the clear, its opening sealed under the person record it speaks of."""

    number: int
    time: int
    commitment: bytes
    hash: bytes
    record_id: UUID | None
    opening: bytes


class Entered(NamedTuple):
    """What the ledger says in one entry, opened. `record` is its canonical JSON."""

    number: int
    time: datetime
    record_id: UUID | None
    record: bytes


class BundleRow(NamedTuple):
    """A signed bundle that was in force. `signed` is the text of its file, as it was accepted."""

    version: int
    digest: str
    effective_from: datetime
    signed: str


class Timer(NamedTuple):
    """Something due later: at `due_at` the update `subject` is looked at again."""

    due_at: datetime
    update_id: UUID
    subject: UpdateKey
    record_id: UUID


class Postponed(NamedTuple):
    """An update that `recipient` would have been told, had `agreement` been in force (D16)."""

    agreement: str
    recipient: AgencyId
    key: UpdateKey
    record_id: UUID


class Resting(NamedTuple):
    """That a feed record was told on a consent, and is not locked (D15)."""

    record_id: UUID
    recipient: AgencyId
    message_id: UUID
    root: bytes


class Continuation(NamedTuple):
    """An agreement that goes on after it expired, up to and including the day `until`."""

    made_at: datetime
    until: date


@dataclass
class Counter:
    """The one row that counts, read under its lock."""

    leaves: int
    edge: bytes
    heads: dict[AgencyId, tuple[int, bytes]] = field(default_factory=dict)
    """For each feed the sequence and the link of its last record."""


@dataclass(frozen=True)
class Person:
    """A locked person record: who it is, and the facts on which decisions rest (both as canonical JSON)."""

    record_id: UUID
    identity: bytes
    facts: bytes


class Kept(NamedTuple):
    """A ledger entry as it lies in the store. `opening` is None when it does not open."""

    row: LeafRow
    opening: bytes | None


class KeptRecord(NamedTuple):
    """A feed record as it lies in the store, with the update it claims to be of. None when it does not open."""

    recipient: AgencyId
    seq: int
    message_id: UUID
    key: UpdateKey
    record_id: UUID
    prev: bytes
    record: FeedRecord | None
    entry: int


class KeptUpdate(NamedTuple):
    """An update as it lies in the store, with the ledger entry that it claims. None when it does not open."""

    key: UpdateKey
    entry: int
    content: bytes | None
