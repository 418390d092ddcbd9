"""The embedded store: one SQLite file, one writer at a time in one process, readers beside it."""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func, insert, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from hub.adapters import tables as t
from hub.adapters.database import DatabaseUnit
from hub.adapters.inserting import put
from hub.adapters.rows import arrival, bundle
from hub.adapters.times import micros
from hub.ports import Arrival, BundleRow, KeyStore, TryLater, UpdateKey
from hub.sealing import Sealer
from schemas.identifiers import AgencyId

FORMAT = b"2"
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "busy_timeout=5000")


class StoreInUse(Exception):
    """Another process has this store open; speak to it instead."""


class UnusableStore(Exception):
    """The store was made by another version or under another key, so the hub does not start."""


class SqliteStore:
    """Keeps the promises of `hub.ports.Store` in one file. Durable: `synchronous=FULL`."""

    def __init__(self, path: Path, keys: KeyStore) -> None:
        """Open or create the store. Raises `StoreInUse` or `UnusableStore`."""
        self.path = path
        self.sealer = Sealer(keys)
        self._lock_file = _only_process(path)
        self._writer = _engine(path, "BEGIN IMMEDIATE", poolclass=StaticPool)
        self.reader = _engine(path, "BEGIN", poolclass=QueuePool, pool_size=4, max_overflow=16)
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._version = 0
        self.heads: dict[AgencyId, int] = {}
        """The last sequence of each feed, as this process, the only writer, committed it."""
        try:
            self._prepare(keys.derive("store-check"))
        except BaseException:
            self.close()
            raise

    def _prepare(self, check: bytes) -> None:
        with self._turn, self._writer.begin() as connection:
            t.metadata.create_all(connection)
            kept = dict(connection.execute(select(t.meta.c.name, t.meta.c.value)).all())
            if not kept:
                rows = [{"name": "format", "value": FORMAT}, {"name": "key", "value": check}]
                connection.execute(insert(t.meta), rows)
                first = {"id": 1, "leaves": 0, "edge": b"", "heads": orjson.dumps({})}
                connection.execute(insert(t.counter), first)
            elif kept["format"] != FORMAT:
                raise UnusableStore(f"{self.path} has another format; migrate it with the version that made it")
            elif kept["key"] != check:
                raise UnusableStore(f"{self.path} was sealed under another key; give the hub the key it was made with")

    @contextmanager
    def unit(self) -> Iterator[DatabaseUnit]:
        """One writer at a time. A full or locked disk is `TryLater`; nothing is half done."""
        with self.writing() as unit:
            yield unit
        self.ring()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[DatabaseUnit]:
        """Like `unit`, for rows that nobody waits for.

        What need not be durable (views: they fold again from the feed) is committed without a flush of its own; it
        stays in order, so after a power cut views and positions are a little behind, and never out of step.
        """
        created: set[str] = set()
        with self._turn, _in_words():
            try:
                with self._transaction(durable=durable) as connection:
                    unit = DatabaseUnit(connection, self.sealer)
                    created = unit.keys.created
                    yield unit
                # before the next writer's turn: no head goes back, and no batch decides by rules that were replaced
                self.heads.update(unit.heads)
                for do in unit.to_do:
                    do()
            except BaseException:  # the commit itself can fail, too, and then the keys it made are not kept
                self.sealer.forget(created)
                raise

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[Connection]:
        with self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            with connection.begin():
                yield connection

    def check_writable(self) -> None:
        """Write a byte. Raises `TryLater` on a full or locked disk."""
        with self.writing() as unit:
            put(unit.connection, t.meta, [{"name": "health", "value": b"ok"}])

    def has_due(self, now: datetime) -> bool:
        """Looks without taking the writer's turn."""
        with self.reader.connect() as connection:
            first = connection.execute(select(func.min(t.timers.c.due_at))).scalar_one_or_none()
        return first is not None and first <= micros(now)

    def postponed(self) -> frozenset[str]:
        """Looks without taking the writer's turn."""
        with self.reader.connect() as connection:
            return frozenset(connection.execute(select(t.postponed.c.agreement).distinct()).scalars())

    def received(self, key: UpdateKey) -> Arrival | None:
        """By primary key."""
        wanted = (t.received.c.publisher == key.publisher, t.received.c.update_id == key.update_id)
        with self.reader.connect() as connection:
            row = connection.execute(select(t.received).where(*wanted)).one_or_none()
        return arrival(row) if row else None

    def bundle(self, version: int | None = None) -> BundleRow | None:
        """By primary key, or the highest."""
        with self.reader.connect() as connection:
            return _bundle(connection, () if version is None else (t.bundles.c.version == version,))

    def bundle_of(self, digest: str) -> BundleRow | None:
        """By the index on digests."""
        with self.reader.connect() as connection:
            return _bundle(connection, (t.bundles.c.digest == digest,))

    def ring(self) -> None:
        """Tell everyone who waits that something was committed."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    @property
    def version(self) -> int:
        """Grows with every commit of this process."""
        return self._version

    def wait(self, seen: int, seconds: float) -> int:
        """The version, once it differs from `seen` or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != seen, timeout=seconds)
            return self._version

    def close(self) -> None:
        """Release the file and its lock."""
        self._writer.dispose()
        self.reader.dispose()
        self._lock_file.close()


def kept_bundle(path: Path, version: int | None = None, digest: str = "") -> BundleRow | None:
    """The same as `SqliteStore.bundle`, beside a hub that has the store open, or where none can be started; or the last
    one whose digest begins so.
    """
    if not path.exists():
        return None
    wanted = [t.bundles.c.digest.startswith(digest, autoescape=True)] if digest else []
    wanted += [t.bundles.c.version == version] if version is not None else []
    engine = _engine(path, "BEGIN")
    try:
        with engine.connect() as connection:
            there = inspect(connection).has_table(t.bundles.name)
            return _bundle(connection, wanted) if there else None
    finally:
        engine.dispose()


def _bundle(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> BundleRow | None:
    last_first = select(t.bundles).where(*wanted).order_by(t.bundles.c.version.desc()).limit(1)
    row = connection.execute(last_first).one_or_none()
    return bundle(row) if row else None


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except OperationalError as trouble:
        raise TryLater("the store cannot write now; send it again later") from trouble


def _only_process(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_suffix(".lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        lock.close()
        raise StoreInUse(f"{path} is in use by another process") from busy
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _engine(path: Path, begin: str, **pool: Any) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False}, **pool)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # the driver's own BEGIN would come too late
        raw.execute("PRAGMA page_size=8192")
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
