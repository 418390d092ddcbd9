"""The store: one unit of work, and the store as evidence."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from hub.ports.rows import (
    Arrival,
    BundleRow,
    Continuation,
    Counter,
    FeedRow,
    HeldSince,
    Kept,
    KeptRecord,
    KeptUpdate,
    LeafRow,
    Person,
    Postponed,
    Resting,
    Stored,
    Timer,
    UpdateKey,
    Waits,
)
from schemas.identifiers import AgencyId


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
        """The update that `recipient` was told as `message_id`; None for an answer, which is of no update."""

    def record_of(self, key: UpdateKey) -> UUID | None:
        """The person record of a placed update."""

    def records_of(self, message_ids: Mapping[AgencyId, UUID]) -> list[tuple[AgencyId, bytes, bool]]:
        """The feed records of a message: whose, the root, and whether elements are left in it."""

    def lock_persons(self, record_ids: Iterable[UUID]) -> dict[UUID, Person]:
        """Lock these records in id order until the unit ends, then read them."""

    def joined_with(self, record_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        """Each of these with each record that it may be of one case with, as links say that count or do not."""

    def join(self, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        """Keep that two locked records may be of one case, for each of the two. It is kept for good: what counts is
        worked out from the facts.
        """

    def add_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        """Create a person record with its blind-indexed identifiers."""

    def save_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        """Keep the identity, facts and further identifiers of a locked record."""

    def forget_identifiers(self, record_id: UUID, blinds: Sequence[bytes]) -> None:
        """These lead to this locked record no longer; those that lead to another stay."""

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
        bundles: Sequence[BundleRow] = (),
    ) -> None:
        """Insert everything that was numbered, and the counter after it."""

    def drop_elements(self, recipients: Mapping[AgencyId, UUID], keeping: Collection[bytes] = ()) -> None:
        """Delete every element of these messages; headers and commitments stay and the chains verify (D1).

        A message that was told again has several records; those whose root is one of `keeping` stay.
        """

    def drop_records(self, recipient: AgencyId, roots: Collection[bytes]) -> None:
        """Delete every element of the feed records that have these roots (D13)."""

    def drop_fields(
        self, recipient: AgencyId, message_id: UUID, roots: Collection[bytes], names: frozenset[str]
    ) -> None:
        """Delete the elements of these names from the records of one message that have these roots (D15)."""

    def resting(self, record_id: UUID) -> list[tuple[AgencyId, UpdateKey, bytes]]:
        """The feed records about one person that hold elements and rest on a consent, each by its update and its root,
        in the order of each feed.
        """

    def rest_no_longer(self, record_id: UUID, records: Collection[tuple[AgencyId, bytes]]) -> None:
        """Forget that feed records rest on a consent, each by its recipient and its root: they are locked (D15)."""

    def close_views(self, closings: Mapping[AgencyId, UUID], heads: Mapping[AgencyId, int]) -> None:
        """Forget what these partners' views hold of the record that each knows by this id, up to its feed's head."""

    def due(self, now: datetime, limit: int) -> list[Timer]:
        """The timers that are due, the oldest first, locked until the unit ends."""

    def remove_timer(self, update_id: UUID) -> None:
        """Forget a timer that has fired."""

    def content_of(self, key: UpdateKey) -> bytes | None:
        """The content of a stored update."""

    def awaiting_any(self, keys: Sequence[UpdateKey]) -> list[UpdateKey]:
        """The held updates that wait for one of these, in the order in which they came."""

    def any_placed(self, keys: Sequence[UpdateKey]) -> bool:
        """Whether one of these updates is placed."""

    def take_held(self, key: UpdateKey) -> bool:
        """Take a held update out, to write it anew as placed or held, or never. False where nobody holds it now: it
        was taken by another process. The persons concerned are locked before.
        """

    def entries_telling(self, message_ids: Mapping[AgencyId, UUID]) -> list[bytes]:
        """What the ledger says in each entry that told one of the recipients its message, in order, opened."""

    def postpone(self, rows: Iterable[Postponed]) -> None:
        """Keep what an agreement that is not in force would have told; what is kept already is kept once (D16)."""

    def awaiting(self, key: UpdateKey) -> frozenset[tuple[AgencyId, str]]:
        """The agencies for which this update waits, each with the agreement."""

    def take_postponed(self, agreement: str) -> list[Postponed]:
        """What waits for this agreement, in the order in which it came; it waits no longer."""

    def continuations(self) -> dict[str, Continuation]:
        """The agreements that were continued."""

    def continue_agreement(self, agreement: str, continuation: Continuation) -> None:
        """Keep that an agreement was continued."""

    def checkpoint(self, size: int, root: bytes, note: str) -> None:
        """Keep a signed checkpoint."""

    def afterwards(self, do: Callable[[], None]) -> None:
        """Do this once the unit is committed, and before another unit of this process begins; never if it is not."""


class Store(Protocol):
    """The truth. Synchronous; durable once a unit of work has ended without an error."""

    def unit(self, *, exchanging: bool = False) -> AbstractContextManager[Unit]:
        """A unit of work: committed when the block ends, rolled back when it raises. Raises `TryLater`, and `Collided`
        when another process was quicker.

        Until it ends no process enters another bundle, but for the one unit that is `exchanging` it and is alone.
        """

    def governed(self, adopt: Callable[[int], None]) -> None:
        """From now on each unit, before it is handed out, tells `adopt` the version of the last bundle (0: none) where
        another process may have entered it. What `adopt` raises ends the unit.
        """

    def lease(self, name: str) -> bool:
        """Whether this process, and no other, does what `name` names. Kept until it is released, or lost; ask each
        time before acting.
        """

    def release(self, name: str) -> None:
        """Give a lease back."""

    def divide(self, work: str, parts: Collection[str], busy: Collection[str] = ()) -> Collection[str]:
        """The parts of a work of several processes that are this one's and nobody else's: as many as are fair among
        those who ask. Kept like leases; ask each time before acting. What it has too many of goes to others, once it
        is no longer `busy`; begin nothing more with what is left out. Who names no parts takes part no longer: all that
        it has goes to others in the same way, until it asks for some again.
        """

    def received(self, key: UpdateKey) -> Arrival | None:
        """The arrival of an acknowledged update."""

    def postponed(self) -> frozenset[str]:
        """The agreements for which something waits (D16)."""

    def held_before(self, moment: datetime, *, urgent: bool = False) -> list[HeldSince]:
        """What was held at this moment or before and still is, or only what is `urgent` of it, in order."""

    def has_due(self, now: datetime) -> bool:
        """Whether a timer is due."""

    def bundle(self, version: int | None = None) -> BundleRow | None:
        """The bundle of this version that was in force; without a version the last one."""

    def bundle_version(self) -> int:
        """The version of the last bundle; 0 before the first. Asked many times a second."""

    def bundle_of(self, digest: str) -> BundleRow | None:
        """The last bundle whose rules have this digest: a rollback has that of an earlier one."""

    def close(self) -> None:
        """Release everything."""


class Evidence(Protocol):
    """Everything that verification reads, as it lies in the store."""

    def counter(self) -> Counter | None:
        """The row that counts; None when it no longer has its form."""

    def entries(self) -> Iterator[Kept | None]:
        """Every ledger entry, in order; None for one that no longer has its form."""

    def records(self, recipient: AgencyId) -> Iterator[KeptRecord | None]:
        """Every record of one feed, in order; None for one that no longer has its form."""

    def recipients(self) -> list[AgencyId]:
        """Whose feeds there are."""

    def checkpoints(self) -> list[tuple[int, bytes, str]]:
        """Size, root and signed note of each checkpoint, in order."""

    def bundles(self) -> Iterator[BundleRow | None]:
        """Every kept bundle, in order; None for one that no longer has its form."""

    def continuations(self) -> Iterator[tuple[str, Continuation] | None]:
        """Every agreement that was continued; None for one that no longer has its form."""

    def postponed(self) -> Iterator[Postponed | None]:
        """Everything that waits for an agreement; None for what no longer has its form."""

    def held(self) -> Iterator[Waits | None]:
        """What is kept of every held update; None for what no longer has its form."""

    def joined(self) -> Iterator[tuple[UUID, UUID] | None]:
        """Every two records that may be of one case; None for what no longer has its form."""

    def resting(self) -> Iterator[Resting | None]:
        """Everything that rests on a consent; None for what no longer has its form."""

    def updates(self) -> Iterator[KeptUpdate]:
        """Every kept update that still has a name."""
