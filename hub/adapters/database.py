"""The store's unit of work in SQLAlchemy Core: one implementation for every database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, bindparam, delete, select, update

from hub.adapters import tables as t
from hub.adapters.holding import HoldingUnit
from hub.adapters.inserting import claim, insert_fast, insert_new
from hub.adapters.postponing import PostponingUnit
from hub.adapters.remedies import Remedies, of_messages
from hub.adapters.rows import (
    arrival,
    bundle_row,
    consented_row,
    feed_row,
    leaf_row,
    pack,
    timer,
    timer_row,
    update_row,
)
from hub.adapters.times import micros
from hub.numbering import opening_place
from hub.ports import Arrival, BundleRow, Collided, Counter, FeedRow, LeafRow, Person, Stored, Timer, UpdateKey
from hub.sealing import Sealer, scope
from schemas.identifiers import AgencyId

# The statements of every update, built once: building one takes as long as running it.
_RECEIVED = select(t.received).where(
    t.received.c.publisher.in_(bindparam("publishers", expanding=True)),
    t.received.c.update_id.in_(bindparam("ids", expanding=True)),
)
"""Each column by itself: for pairs of them SQLite reads all that these publishers ever sent."""
_BY_BLIND = select(t.identifiers.c.blind, t.identifiers.c.record_id).where(
    t.identifiers.c.blind.in_(bindparam("blinds", expanding=True))
)
_LOCKED_PERSONS = (
    select(t.persons)
    .where(t.persons.c.record_id.in_(bindparam("records", expanding=True)))
    .order_by(t.persons.c.record_id)
    .with_for_update()
)
_COUNTER = select(t.counter).with_for_update()
_COUNT = update(t.counter)
_COUNTED = {"preserve_rowcount": True}
"""For inserts that say how many rows were new."""
_WRAPPED = select(t.data_keys.c.wrapped).where(t.data_keys.c.scope == bindparam("of"))
_SAVE = update(t.persons).where(t.persons.c.record_id == bindparam("of"))


class KeptKeys:
    """Wrapped data keys, in the running transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def data_key(self, scope_name: str) -> bytes | None:
        """The wrapped key of a scope."""
        return self._connection.execute(_WRAPPED, {"of": scope_name}).scalar_one_or_none()

    def add_data_key(self, scope_name: str, wrapped: bytes) -> bytes:
        """Two that make the same key: the later one waits for the first to commit, and finds its key."""
        row = {"scope": scope_name, "wrapped": wrapped}
        new = insert_new(self._connection, t.data_keys)
        if self._connection.execute(new, row, execution_options=_COUNTED).rowcount == 1:
            return wrapped
        found = self.data_key(scope_name)
        if found is None:
            raise Collided("another process has just made this key, and destroyed it")
        return found


class DatabaseUnit(Remedies, PostponingUnit, HoldingUnit):
    """Keeps the promises of `hub.ports.Unit` on one connection and its transaction."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        """The caller begins, commits and rolls back."""
        self.connection, self.keys, self.sealer = connection, KeptKeys(connection), sealer
        super().__init__(connection, sealer, self.keys)
        self.heads: dict[AgencyId, int] = {}
        """The last sequence of each feed, once `write` has numbered them."""
        self.to_do: list[Callable[[], None]] = []
        """What waits for the commit."""
        self._added: list[dict[str, Any]] = []
        self._saved: list[dict[str, Any]] = []
        self._identifiers: list[dict[str, Any]] = []

    def seal(self, owner: object, data_class: str, content: bytes, place: str) -> bytes:
        """See `hub.sealing`."""
        return self._sealer.seal(self.keys, scope(owner, data_class), content, place)

    def open(self, owner: object, data_class: str, sealed: bytes, place: str) -> bytes:
        """See `hub.sealing`."""
        return self._sealer.open(self.keys, scope(owner, data_class), sealed, place)

    def receive(self, arrivals: Sequence[Arrival]) -> list[Arrival | None]:
        """Idempotent; the second of two equal ids in one batch is a repetition of the first."""
        rows = [
            {
                "publisher": a.key.publisher,
                "update_id": a.key.update_id,
                "fingerprint": a.fingerprint,
                "received_at": micros(a.received_at),
            }
            for a in arrivals
        ]
        ordered = sorted(rows, key=lambda row: (row["publisher"], row["update_id"]))
        fresh = claim(self._connection, t.received, ordered)
        known = self._arrivals([a.key for a in arrivals if a.key not in fresh])
        results: list[Arrival | None] = []
        for arrived in arrivals:
            results.append(known.get(arrived.key))
            known.setdefault(arrived.key, arrived)
        return results

    def _arrivals(self, keys: Sequence[UpdateKey]) -> dict[UpdateKey, Arrival]:
        if not keys:
            return {}
        publishers, ids = {key.publisher for key in keys}, {key.update_id for key in keys}
        found = self._connection.execute(_RECEIVED, {"publishers": [*publishers], "ids": [*ids]})
        return {a.key: a for a in map(arrival, found)}

    def records_by_identifier(self, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        """One query for the batch."""
        if not blinds:
            return {}
        self.write_persons()
        found = self._connection.execute(_BY_BLIND, {"blinds": list(blinds)})
        return {row.blind: row.record_id for row in found}

    def record_by_alias(self, agency: AgencyId, alias: UUID) -> UUID | None:
        """By primary key."""
        wanted = (t.aliases.c.agency == agency, t.aliases.c.alias == alias)
        return self._connection.execute(select(t.aliases.c.record_id).where(*wanted)).scalar_one_or_none()

    def update_by_message(self, recipient: AgencyId, message_id: UUID) -> UpdateKey | None:
        """By the feed's unique index."""
        of_an_update = t.feed.c.update_id != t.feed.c.message_id
        wanted = (t.feed.c.recipient == recipient, t.feed.c.message_id == message_id, of_an_update)
        told = select(t.feed.c.publisher, t.feed.c.update_id).where(*wanted).limit(1)
        row = self._connection.execute(told).one_or_none()
        return UpdateKey(*row) if row else None

    def record_of(self, key: UpdateKey) -> UUID | None:
        """By primary key; None for a held update too."""
        return self._connection.execute(select(t.updates.c.record_id).where(*_of_update(key))).scalar_one_or_none()

    def records_of(self, message_ids: Mapping[AgencyId, UUID]) -> list[tuple[AgencyId, bytes, bool]]:
        """By the feed's index of messages."""
        columns = (t.feed.c.recipient, t.feed.c.seq, t.feed.c.root, (t.feed.c.boxes != pack({})).label("held"))
        rows = self._connection.execute(select(*columns).where(*of_messages(message_ids)))
        return [(row.recipient, row.root, row.held) for row in sorted(rows)]  # in SQL the order would choose the index

    def lock_persons(self, record_ids: Iterable[UUID]) -> dict[UUID, Person]:
        """`FOR UPDATE` in id order where the database has it; SQLite's writer is alone as it is."""
        wanted = sorted(record_ids)
        self.write_persons()
        rows = self._connection.execute(_LOCKED_PERSONS, {"records": wanted}) if wanted else ()
        return {row.record_id: self._person(row) for row in rows}

    def _person(self, row: Any) -> Person:
        owner, place = row.record_id, f"persons/{row.record_id}"
        identity = self.open(owner, "identity", row.identity, place)
        return Person(owner, identity, self.open(owner, "facts", row.facts, place))

    def add_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        """Two processes that create the same person collide on an identifier; the later one tries again."""
        self._added.append(self._person_row(person))
        self._add_identifiers(person.record_id, identifiers)

    def save_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        """The record is locked by this unit."""
        self._saved.append({"of": person.record_id, **self._person_row(person)})
        self._add_identifiers(person.record_id, identifiers)

    def _person_row(self, person: Person) -> dict[str, Any]:
        owner, place = person.record_id, f"persons/{person.record_id}"
        return {
            "record_id": owner,
            "identity": self.seal(owner, "identity", person.identity, place),
            "facts": self.seal(owner, "facts", person.facts, place),
        }

    def _add_identifiers(self, record_id: UUID, identifiers: Sequence[tuple[str, bytes]]) -> None:
        self._identifiers += [{"blind": blind, "form": form, "record_id": record_id} for form, blind in identifiers]

    def forget_identifiers(self, record_id: UUID, blinds: Sequence[bytes]) -> None:
        """By primary key."""
        self.write_persons()
        mine = (t.identifiers.c.record_id == record_id, t.identifiers.c.blind.in_(list(blinds)))
        if blinds:
            self._connection.execute(delete(t.identifiers).where(*mine))

    def write_persons(self) -> None:
        """Write what was added and saved since the last time, sorted: two processes never wait for each other."""
        added, saved, identifiers = self._added, self._saved, self._identifiers
        self._added, self._saved, self._identifiers = [], [], []
        if added:
            self._connection.execute(t.persons.insert(), sorted(added, key=itemgetter("record_id")))
        if saved:
            self._connection.execute(_SAVE, saved)
        if identifiers:
            self._connection.execute(t.identifiers.insert(), sorted(identifiers, key=itemgetter("blind")))

    def lock_counter(self) -> Counter:
        """The one row of the table, after everything that could wait for another process."""
        self.write_persons()
        row = self._connection.execute(_COUNTER).one()
        heads = {agency: (seq, bytes.fromhex(link)) for agency, (seq, link) in orjson.loads(row.heads).items()}
        return Counter(row.leaves, row.edge, heads)

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
        """Plain inserts, the counter last."""
        insert_fast(self._connection, t.updates, [update_row(stored, content) for stored, content in updates])
        self.keep_waiting(stored.waits for stored, _ in updates if stored.waits)
        insert_fast(self._connection, t.feed, [feed_row(row) for row in feed])
        insert_fast(self._connection, t.consented, [consented_row(row) for row in feed if row.on_consent])
        insert_fast(self._connection, t.ledger, [leaf_row(row) for row in leaves])
        if timers:
            self._connection.execute(t.timers.insert(), [timer_row(each) for each in timers])
        if bundles:
            self._connection.execute(t.bundles.insert(), [bundle_row(each) for each in bundles])
        known = [{"agency": a, "alias": alias, "record_id": record} for a, alias, record in aliases]
        if known:
            self._connection.execute(insert_new(self._connection, t.aliases), known)
        self.heads = {agency: seq for agency, (seq, _) in counter.heads.items()}
        heads = {agency: (seq, link.hex()) for agency, (seq, link) in counter.heads.items()}
        values = {"leaves": counter.leaves, "edge": counter.edge, "heads": orjson.dumps(heads)}
        self._connection.execute(_COUNT, values)

    def due(self, now: datetime, limit: int) -> list[Timer]:
        """Another leader waits for the lock and then finds them gone."""
        statement = select(t.timers).where(t.timers.c.due_at <= micros(now)).order_by(t.timers.c.due_at).limit(limit)
        return [timer(row) for row in self._connection.execute(statement.with_for_update())]

    def remove_timer(self, update_id: UUID) -> None:
        """By primary key."""
        self._connection.execute(delete(t.timers).where(t.timers.c.update_id == update_id))

    def content_of(self, key: UpdateKey) -> bytes | None:
        """The content of a placed or held update, opened."""
        row = self._connection.execute(
            select(t.updates.c.record_id, t.updates.c.content).where(*_of_update(key))
        ).one_or_none()
        if row is None:
            return None
        return self.open(row.record_id or f"held-{key.publisher}", "raw", row.content, f"updates/{key}")

    def entries_telling(self, message_ids: Mapping[AgencyId, UUID]) -> list[bytes]:
        """By the numbers that the feeds keep of them."""
        told = select(t.feed.c.entry).where(*of_messages(message_ids))
        entries = select(t.ledger).where(t.ledger.c.number.in_(told))
        rows = self._connection.execute(entries.order_by(t.ledger.c.number))
        return [self.open(row.record_id or "hub", "ledger", row.opening, opening_place(row.hash))[16:] for row in rows]

    def afterwards(self, do: Callable[[], None]) -> None:
        """Whoever commits does it, still in the writer's turn."""
        self.to_do.append(do)

    def checkpoint(self, size: int, root: bytes, note: str) -> None:
        """One for each size."""
        row = {"size": size, "root": root, "note": note}
        self._connection.execute(insert_new(self._connection, t.checkpoints), row)


def _of_update(key: UpdateKey) -> tuple[Any, Any]:
    return t.updates.c.publisher == key.publisher, t.updates.c.update_id == key.update_id
