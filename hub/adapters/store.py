"""The store on SQLAlchemy Core: everything that both databases share."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from hub.adapters import tables as t
from hub.adapters.database import DatabaseUnit
from hub.adapters.holding import held_before
from hub.adapters.inserting import put
from hub.adapters.revisions import UnusableStore, bring_up, is_current
from hub.adapters.rows import arrival, bundle
from hub.adapters.times import micros
from hub.ports import Arrival, BundleRow, HeldSince, KeyStore, TryLater, UpdateKey
from hub.sealing import Sealer
from schemas.identifiers import AgencyId

__all__ = ["DatabaseStore", "UnusableStore", "kept_bundle"]

# Built once: building one takes as long as running it.
_OF_FEED = t.feed.c.recipient == bindparam("of")
_LAST = select(t.feed.c.seq).where(_OF_FEED).order_by(t.feed.c.seq.desc()).limit(1)
_LAST_VERSION = select(func.max(t.bundles.c.version))


class DatabaseStore:
    """Keeps the promises of `hub.ports.Store`; what a database does in its own way stands below."""

    def __init__(self, keys: KeyStore, writer: Engine, reader: Engine, place: str) -> None:
        """Open or create the store. `place` names it in errors. Raises `UnusableStore`."""
        self.sealer = Sealer(keys)
        self._writer, self.reader, self._place = writer, reader, place
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._version = 0
        self._adopt: Callable[[int], None] = lambda _: None
        try:
            self._prepare(keys.derive("store-check"))
        except BaseException:  # interrupted, too: nothing stays open
            self.close()
            raise

    def _prepare(self, check: bytes) -> None:
        """An up-to-date store is only looked at; whoever makes or changes one does so alone, however many start."""
        with self.reading() as connection:
            if is_current(connection, check, self._place):
                return
        with self._turn, self._in_words(), self._transaction(durable=True) as connection:
            bring_up(connection, check, self._place)

    @contextmanager
    def unit(self, *, exchanging: bool = False) -> Iterator[DatabaseUnit]:
        """One writer of this process at a time. A full or locked disk is `TryLater`; nothing is half done."""
        with self._turn, self._committing(durable=True) as unit:
            self._begin(unit, exchanging=exchanging)
            yield unit
        self.ring()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[DatabaseUnit]:
        """Like `unit`, for rows that nobody waits for and that no bundle decides.

        What need not be durable (views: they fold again from the feed) is committed without a flush of its own; it
        stays in order, so after a power cut views and positions are a little behind, and never out of step.
        """
        with self._takes_turn(durable=durable), self._committing(durable=durable) as unit:
            yield unit

    @contextmanager
    def _committing(self, *, durable: bool) -> Iterator[DatabaseUnit]:
        """A data key that was made in it is known to others once it is committed, and forgotten when it is not."""
        with self._in_words():
            with self._transaction(durable=durable) as connection:
                unit = DatabaseUnit(connection, self.sealer.within())
                yield unit
                unit.write_persons()
            unit.sealer.settle()
            # before the next writer's turn: no head goes back, and no batch decides by rules that were replaced
            self._committed(unit)
            for do in unit.to_do:
                do()

    def check_writable(self) -> None:
        """Write a byte. Raises `TryLater` on a full or locked disk."""
        with self.writing() as unit:
            put(unit.connection, t.meta, [{"name": "health", "value": b"ok"}])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading, which takes nobody's turn. Raises `TryLater` where none is to be had."""
        with self._in_words(), self.reader.connect() as connection:
            yield connection

    def held_before(self, moment: datetime, *, urgent: bool = False) -> list[HeldSince]:
        """Looks without taking the writer's turn."""
        with self.reading() as connection:
            return held_before(connection, moment, urgent=urgent)

    def has_due(self, now: datetime) -> bool:
        """Looks without taking the writer's turn."""
        with self.reading() as connection:
            first = connection.execute(select(func.min(t.timers.c.due_at))).scalar_one_or_none()
        return first is not None and first <= micros(now)

    def postponed(self) -> frozenset[str]:
        """Looks without taking the writer's turn."""
        with self.reading() as connection:
            return frozenset(connection.execute(select(t.postponed.c.agreement).distinct()).scalars())

    def received(self, key: UpdateKey) -> Arrival | None:
        """By primary key."""
        wanted = (t.received.c.publisher == key.publisher, t.received.c.update_id == key.update_id)
        with self.reading() as connection:
            row = connection.execute(select(t.received).where(*wanted)).one_or_none()
        return arrival(row) if row else None

    def bundle(self, version: int | None = None) -> BundleRow | None:
        """By primary key, or the highest."""
        with self.reading() as connection:
            return _bundle(connection, () if version is None else (t.bundles.c.version == version,))

    def bundle_version(self) -> int:
        """By primary key, without the bundle itself."""
        with self.reading() as connection:
            return last_version(connection)

    def bundle_of(self, digest: str) -> BundleRow | None:
        """By the index on digests."""
        with self.reading() as connection:
            return _bundle(connection, (t.bundles.c.digest == digest,))

    def governed(self, adopt: Callable[[int], None]) -> None:
        """Asked at the beginning of every unit, where there can be another process."""
        self._adopt = adopt

    def ring(self) -> None:
        """Tell everyone who waits that something was committed."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    @property
    def version(self) -> int:
        """Grows with every commit that this process hears of."""
        return self._version

    def wait(self, seen: int, seconds: float) -> int:
        """The version, once it differs from `seen` or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != seen, timeout=seconds)
            return self._version

    def last(self, recipient: AgencyId) -> int:
        """The last sequence of a feed; 0 before the first."""
        with self.reading() as connection:
            return connection.execute(_LAST, {"of": recipient}).scalar_one_or_none() or 0

    def close(self) -> None:
        """Release every connection."""
        self._writer.dispose()
        self.reader.dispose()

    def lease(self, name: str) -> bool:
        """Whether this process does it. The next call notices a loss."""
        raise NotImplementedError

    def release(self, name: str) -> None:
        """Let somebody else have it."""
        raise NotImplementedError

    def divide(self, work: str, parts: Collection[str], busy: Collection[str] = ()) -> Collection[str]:
        """The parts that are this process's. The next call notices a loss."""
        raise NotImplementedError

    def snapshot(self) -> Connection:
        """A connection that sees one state of the store until it is closed. Raises `TryLater`."""
        raise NotImplementedError

    def _transaction(self, *, durable: bool) -> AbstractContextManager[Connection]:
        """A transaction on a connection for writing."""
        raise NotImplementedError

    def _takes_turn(self, *, durable: bool) -> AbstractContextManager[object]:
        """This process's turn to write, if it needs one."""
        raise NotImplementedError

    def _begin(self, unit: DatabaseUnit, *, exchanging: bool) -> None:
        """Before anything is done in a unit that decides."""

    def _committed(self, unit: DatabaseUnit) -> None:
        """After a unit was committed, before another of this process begins."""

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What a database that cannot work now says, in the words of the port."""
        try:
            yield
        except (DBAPIError, NoConnection) as trouble:
            if said := self._trouble(trouble):
                raise said from trouble
            raise

    def _trouble(self, trouble: DBAPIError | NoConnection) -> TryLater | None:
        """The word for it; None for what is a mistake of the hub's own."""
        raise NotImplementedError


def last_version(connection: Connection) -> int:
    """See `DatabaseStore.bundle_version`."""
    return connection.execute(_LAST_VERSION).scalar_one_or_none() or 0


def kept_bundle(connection: Connection, version: int | None = None, digest: str = "") -> BundleRow | None:
    """The same as `DatabaseStore.bundle`, beside a hub that has the store open, or where none can be started; or the
    last one whose digest begins so.
    """
    wanted = [t.bundles.c.digest.startswith(digest, autoescape=True)] if digest else []
    wanted += [t.bundles.c.version == version] if version is not None else []
    return _bundle(connection, wanted) if inspect(connection).has_table(t.bundles.name) else None


def _bundle(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> BundleRow | None:
    last_first = select(t.bundles).where(*wanted).order_by(t.bundles.c.version.desc()).limit(1)
    row = connection.execute(last_first).one_or_none()
    return bundle(row) if row else None
