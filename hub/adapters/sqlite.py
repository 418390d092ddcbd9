"""The embedded store: one SQLite file, one writer at a time in one process, readers beside it."""

import fcntl
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool, StaticPool

from hub.adapters import store
from hub.adapters.database import DatabaseUnit
from hub.ports import BundleRow, KeyStore, TryLater
from schemas.identifiers import AgencyId

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "busy_timeout=5000")


class StoreInUse(Exception):
    """Another process has this store open; speak to it instead."""


class SqliteStore(store.DatabaseStore):
    """The store in one file. Durable: `synchronous=FULL`."""

    def __init__(self, path: Path, keys: KeyStore, *, beside: bool = False) -> None:
        """Open or create the store; or `beside` the process that has it open, to read. Raises `StoreInUse` or
        `UnusableStore`.
        """
        self.path, self._beside = path, beside
        self._heads: dict[AgencyId, int] = {}
        """The last sequence of each feed, as this process, the only writer, committed it."""
        self._lock_file = path.open("rb") if beside else only_process(path)
        writer = _engine(path, "BEGIN IMMEDIATE", poolclass=StaticPool)
        reader = _engine(path, "BEGIN", poolclass=QueuePool, pool_size=4, max_overflow=16)
        super().__init__(keys, writer, reader, str(path))

    def last(self, recipient: AgencyId) -> int:
        """From memory, after the first time; beside the process that writes it is asked for."""
        if self._beside:
            return super().last(recipient)
        if recipient not in self._heads:
            self._heads.setdefault(recipient, super().last(recipient))
        return self._heads[recipient]

    def lease(self, name: str) -> bool:  # noqa: ARG002  # whatever it is for
        """Always: there is no other process."""
        return True

    def release(self, name: str) -> None:
        """Nobody else waits for it."""

    def divide(
        self,
        work: str,  # noqa: ARG002  # whatever it is
        parts: Collection[str],
        busy: Collection[str] = (),  # noqa: ARG002  # nobody else waits for a part
    ) -> Collection[str]:
        """All of it: there is no other process."""
        return parts

    def snapshot(self) -> Connection:
        """A reader's transaction, from its first look on."""
        with self._in_words():
            return self.reader.connect()

    def close(self) -> None:
        """Release the file and its lock."""
        super().close()
        self._lock_file.close()

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[Connection]:
        with self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            with connection.begin():
                yield connection

    def _takes_turn(self, *, durable: bool) -> AbstractContextManager[object]:  # noqa: ARG002  # one writer for all
        return self._turn

    def _committed(self, unit: DatabaseUnit) -> None:
        self._heads.update(unit.heads)

    def _trouble(self, trouble: DBAPIError | NoConnection) -> TryLater | None:
        if isinstance(trouble, OperationalError) and _may_pass(trouble):
            return TryLater("the store cannot write now; send it again later")
        return None


def _may_pass(trouble: OperationalError) -> bool:
    """A disk that is full and a file that is locked are trouble for a while; a table that is missing is not."""
    return bool(getattr(trouble.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR)


def kept_bundle(path: Path, version: int | None = None, digest: str = "") -> BundleRow | None:
    """See `hub.adapters.store.kept_bundle`."""
    if not path.exists():
        return None
    engine = _engine(path, "BEGIN")
    try:
        with engine.connect() as connection:
            return store.kept_bundle(connection, version, digest)
    finally:
        engine.dispose()


def only_process(path: Path) -> Any:
    """The lock of a store, until it is closed. Raises `StoreInUse`."""
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
