"""The ports: what the hub needs from the outside, as promises that every adapter keeps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from hub.chains import FeedRecord
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId
from schemas.receipts import Receipt


class TryLater(Exception):
    """The store cannot take the update now (busy, full, stopping). Nothing was stored; send it again."""


class UpdateKey(NamedTuple):
    """An update, hub-wide: its publisher and the publisher's own id for it."""

    publisher: AgencyId
    update_id: UUID

    def __str__(self) -> str:
        return f"{self.publisher}/{self.update_id}"


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


class LeafRow(NamedTuple):
    """One ledger entry: the leaf in the clear, its opening sealed under the person record it speaks of."""

    number: int
    time: int
    commitment: bytes
    hash: bytes
    record_id: UUID | None
    opening: bytes


class Timer(NamedTuple):
    """Something due later: at `due_at` the update `subject` is looked at again."""

    due_at: datetime
    update_id: UUID
    subject: UpdateKey
    record_id: UUID


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


class Unit(Protocol):
    """One unit of work: everything done through it is committed together, or nothing is.

    Order matters (decision 5): receive, look up, lock persons in id order, read, then `lock_counter` last.
    """

    def receive(self, arrivals: Sequence[Arrival]) -> list[Arrival | None]:
        """Insert idempotently. For each arrival None if it is new, else the arrival that was there before."""

    def records_by_identifier(self, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        """The person records that these blind-indexed identifiers belong to."""

    def record_by_alias(self, agency: AgencyId, alias: UUID) -> UUID | None:
        """The person record that `agency` knows as `alias`."""

    def update_by_message(self, recipient: AgencyId, message_id: UUID) -> UpdateKey | None:
        """The update that `recipient` was told as `message_id`."""

    def record_of(self, key: UpdateKey) -> UUID | None:
        """The person record of a placed update."""

    def told(self, message_ids: Mapping[AgencyId, UUID]) -> frozenset[AgencyId]:
        """Those of the recipients whose feeds hold this message."""

    def lock_persons(self, record_ids: Iterable[UUID]) -> dict[UUID, Person]:
        """Lock these records in id order until the unit ends, then read them."""

    def add_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        """Create a person record with its blind-indexed identifiers."""

    def save_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        """Keep the identity, facts and further identifiers of a locked record."""

    def seal(self, owner: object, data_class: str, content: bytes, place: str) -> bytes:
        """Seal content for a column (see `hub.sealing`)."""

    def lock_counter(self) -> Counter:
        """Lock the row that counts until the unit ends. Nothing slow may follow."""

    def write(
        self,
        counter: Counter,
        *,
        updates: Sequence[tuple[Stored, bytes]] = (),
        feed: Sequence[FeedRow] = (),
        aliases: Iterable[tuple[AgencyId, UUID, UUID]] = (),
        leaves: Sequence[LeafRow] = (),
        timers: Sequence[Timer] = (),
    ) -> None:
        """Insert everything that was numbered, and the counter after it."""

    def drop_elements(self, recipients: Mapping[AgencyId, UUID]) -> None:
        """Delete every element of these messages; headers and commitments stay and the chains verify (D1)."""

    def due(self, now: datetime, limit: int) -> list[Timer]:
        """The timers that are due, the oldest first, locked until the unit ends."""

    def remove_timer(self, update_id: UUID) -> None:
        """Forget a timer that has fired."""

    def content_of(self, key: UpdateKey) -> bytes | None:
        """The content of a stored update."""

    def entry_of(self, key: UpdateKey) -> bytes | None:
        """What the ledger says of a kept update: the canonical record, opened."""

    def checkpoint(self, size: int, root: bytes, note: str, moment: datetime) -> None:
        """Keep a signed checkpoint."""


class Store(Protocol):
    """The truth. Synchronous; durable once a unit of work has ended without an error."""

    def unit(self) -> AbstractContextManager[Unit]:
        """A unit of work: committed when the block ends, rolled back when it raises. Raises `TryLater`."""

    def received(self, key: UpdateKey) -> Arrival | None:
        """The arrival of an acknowledged update."""

    def has_due(self, now: datetime) -> bool:
        """Whether a timer is due."""

    def close(self) -> None:
        """Release everything."""


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


class Evidence(Protocol):
    """Everything that verification reads, as it lies in the store."""

    def counter(self) -> Counter:
        """The row that counts."""

    def entries(self) -> Iterator[Kept]:
        """Every ledger entry, in order."""

    def records(self, recipient: AgencyId) -> Iterator[KeptRecord]:
        """Every record of one feed, in order."""

    def recipients(self) -> list[AgencyId]:
        """Whose feeds there are."""

    def checkpoints(self) -> list[tuple[int, bytes, str]]:
        """Size, root and signed note of each checkpoint, in order."""

    def updates(self) -> Iterator[tuple[UpdateKey, UUID | None, bytes | None]]:
        """Every kept update, its record and its content; None when it does not open."""


class Feed(Protocol):
    """Read one partner's records in order, from any sequence, and wait for more."""

    def read(self, recipient: AgencyId, after: int, limit: int) -> list[FeedRecord]:
        """The records after `after`, in order, dense; dropped elements are absent."""

    def told(self, recipient: AgencyId, after: int, limit: int) -> list[tuple[int, Disclosure | None]]:
        """The same records as disclosures, without their proofs; None where the elements were dropped."""

    def head(self, recipient: AgencyId) -> tuple[int, bytes]:
        """The sequence and link of the last record; (0, genesis) of an empty feed."""

    def wait(self, recipient: AgencyId, after: int, seconds: float) -> bool:
        """Whether there are records after `after`, waiting up to `seconds` for them."""


class FactRow(NamedTuple):
    """One fact of one person in one partner's view. `body` is JSON."""

    record: UUID
    fact: str
    message_id: UUID
    seq: int
    body: bytes


class AlertRow(NamedTuple):
    """One alert of one partner. `body` is JSON."""

    alert_id: UUID
    record: UUID
    seq: int
    acknowledged: bool
    body: bytes


class Touched(NamedTuple):
    """The rows that a consumer reads when it applies a disclosure, so that a batch reads them at once."""

    facts: Sequence[tuple[UUID, str]] = ()
    messages: Sequence[UUID] = ()
    alerts: Sequence[UUID] = ()


class ViewsUnit(Protocol):
    """One partner's rows, changed together with its position in the feed."""

    def prepare(self, touched: Sequence[Touched]) -> None:
        """Read these rows at once. Only a hint: every row can be read without it."""

    def position(self, consumer: str) -> int:
        """The sequence up to which `consumer` has read."""

    def move(self, consumer: str, seq: int) -> None:
        """Set the position."""

    def fact(self, record: UUID, fact: str) -> FactRow | None:
        """One fact."""

    def fact_by_message(self, message_id: UUID) -> FactRow | None:
        """The fact that stands on this message."""

    def put_fact(self, row: FactRow) -> None:
        """Keep a fact, in place of the one of the same record and name."""

    def drop_fact(self, record: UUID, fact: str) -> None:
        """Forget a fact."""

    def alert(self, alert_id: UUID) -> AlertRow | None:
        """One alert."""

    def put_alert(self, row: AlertRow) -> None:
        """Keep an alert, in place of the one of the same id."""


class Views(Protocol):
    """One partner's view; consumers know no other storage. Rows and position move in one transaction."""

    def unit(self) -> AbstractContextManager[ViewsUnit]:
        """A unit of work on this partner's rows."""

    def position(self, consumer: str) -> int:
        """The sequence up to which `consumer` has read."""

    def records(self) -> list[UUID]:
        """The persons this partner has been told of."""

    def facts(self, record: UUID) -> list[FactRow]:
        """Everything this partner's view holds of one person."""

    def alerts(self, *, open_only: bool, limit: int) -> list[AlertRow]:
        """Alerts, the newest first."""

    def alert(self, alert_id: UUID) -> AlertRow | None:
        """One alert."""


class Consumer(Protocol):
    """Keeps something for one partner, from its feed and nothing else."""

    name: str

    def touches(self, disclosure: Disclosure) -> Touched:
        """The rows that `apply` will read."""

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Take one disclosure in. Idempotent: the same one may come twice."""


class Publisher(Protocol):
    """Publish an update as an agency; durable once it returns."""

    def publish(self, agency: AgencyId, raw: bytes, *, sub: str) -> Receipt:
        """Raises `Rejected` or `TryLater`."""


class KeyStore(Protocol):
    """Holds the key that never lies in the store."""

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose, always the same for the same label."""

    def wrap(self, key: bytes) -> bytes:
        """The data key, wrapped."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key. Raises `ValueError` when it was wrapped under another key."""


class Clock(Protocol):
    """The time, so that tests can turn it."""

    def now(self) -> datetime:
        """The moment, UTC."""


class Entropy(Protocol):
    """Where salts come from. A test may make them repeatable; the hub never does."""

    def salts(self, purpose: str, count: int) -> bytes:
        """`count` times 16 bytes that nobody can guess."""
