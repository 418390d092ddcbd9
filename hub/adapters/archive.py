"""The store as an archive: one snapshot on a connection of its own, every entry opened where it is read."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from hub.adapters import tables as t
from hub.adapters.database import DatabaseUnit
from hub.adapters.feeds import feed_record
from hub.adapters.holding import waiting
from hub.adapters.store import DatabaseStore
from hub.adapters.times import from_micros, micros
from hub.numbering import opening_place
from hub.ports import Entered, UpdateKey, Waits
from hub.sealing import CannotOpen
from schemas.identifiers import AgencyId

_CHUNK = 500


class StoreArchive:
    """Keeps the promises of `hub.ports.Archive`. Close it."""

    def __init__(self, store: DatabaseStore) -> None:
        """Reads only, beside the writer."""
        self._connection = store.snapshot()
        self._sealer = store.sealer
        self._unit = DatabaseUnit(self._connection, store.sealer)

    def close(self) -> None:
        """Release the snapshot."""
        self._connection.close()

    def size(self) -> int:
        """As it was counted."""
        return int(self._connection.execute(select(t.counter.c.leaves)).scalar_one())

    def first_since(self, moment: datetime) -> int:
        """By halves: numbers are dense, and times grow with them."""
        return bisect_left(range(self.size()), micros(moment), key=self._time_of)

    def _time_of(self, number: int) -> int:
        return int(self._connection.execute(select(t.ledger.c.time).where(t.ledger.c.number == number)).scalar_one())

    def entries(self, first: int, until: int) -> Iterator[Entered]:
        """By primary key."""
        return self._opened(select(t.ledger).where(t.ledger.c.number >= first, t.ledger.c.number < until))

    def about(self, record_id: UUID) -> Iterator[Entered]:
        """No index says which these are: every update would pay for it, and hardly anybody asks."""
        return self._opened(select(t.ledger).where(t.ledger.c.record_id == record_id))

    def _opened(self, wanted: Select[Any]) -> Iterator[Entered]:
        ordered = wanted.order_by(t.ledger.c.number)
        with self._connection.execute(ordered, execution_options={"yield_per": _CHUNK}) as rows:
            for row in rows:
                with suppress(CannotOpen):  # what was erased is not there
                    opening = self._unit.open(row.record_id or "hub", "ledger", row.opening, opening_place(row.hash))
                    yield Entered(row.number, from_micros(row.time), row.record_id, opening[16:])

    def content_of(self, key: UpdateKey) -> bytes | None:
        """As the unit of work does."""
        return self._unit.content_of(key)

    def entry_of(self, key: UpdateKey) -> Entered | None:
        """By the number that the update keeps of it."""
        numbered = select(t.updates.c.entry).where(
            t.updates.c.publisher == key.publisher, t.updates.c.update_id == key.update_id
        )
        return next(self._opened(select(t.ledger).where(t.ledger.c.number == numbered.scalar_subquery())), None)

    def waiting(self) -> list[Waits]:
        """All there are, which is little or nothing."""
        return waiting(self._connection)

    def records_by_identifier(self, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        """As the unit of work does."""
        return self._unit.records_by_identifier(blinds)

    def people(self) -> Iterator[tuple[UUID, bytes]]:
        """In chunks, without a lock."""
        wanted = select(t.persons.c.record_id, t.persons.c.identity).order_by(t.persons.c.record_id)
        with self._connection.execute(wanted, execution_options={"yield_per": _CHUNK}) as rows:
            for row in rows:
                with suppress(CannotOpen):  # who was erased is not there
                    yield (
                        row.record_id,
                        self._unit.open(row.record_id, "identity", row.identity, f"persons/{row.record_id}"),
                    )

    def record_of(self, key: UpdateKey) -> UUID | None:
        """As the unit of work does."""
        return self._unit.record_of(key)

    def identity_of(self, record_id: UUID) -> bytes:
        """By primary key, without a lock."""
        wanted = select(t.persons.c.identity).where(t.persons.c.record_id == record_id)
        sealed = self._connection.execute(wanted).scalar_one_or_none()
        if sealed is None:
            raise LookupError
        return self._unit.open(record_id, "identity", sealed, f"persons/{record_id}")

    def update_by_message(self, recipient: AgencyId, message_id: UUID) -> UpdateKey | None:
        """As the unit of work does."""
        return self._unit.update_by_message(recipient, message_id)

    def held(self, recipient: AgencyId, message_id: UUID) -> frozenset[str]:
        """From the boxes that are still there."""
        wanted = select(t.feed).where(t.feed.c.recipient == recipient, t.feed.c.message_id == message_id)
        records = [feed_record(row, self._sealer, self._unit.keys) for row in self._connection.execute(wanted)]
        return frozenset(element.name for record in records for element in record.elements)
