"""The store in PostgreSQL, for any number of processes: what lies between them are its locks (ADR 0021)."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from hub.adapters import store
from hub.adapters import tables as t
from hub.adapters.advisory import BUNDLES, number_of
from hub.adapters.database import DatabaseUnit
from hub.adapters.leases import Leases
from hub.adapters.listening import CHANNEL, Listener
from hub.ports import BundleRow, Collided, KeyStore, TryLater

_REACH = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "iom-hub",
}
"""A server that is gone without a word is noticed within seconds."""
_SESSION = "set synchronous_commit = on; set lock_timeout = '10s'; set timezone = 'UTC'"
_WRITING = _SESSION + "; set idle_in_transaction_session_timeout = '60s'"
"""A process that stands still in a transaction holds up all others: the server ends it."""
_COLLISIONS = {"23505", "40001", "40P01"}
"""A unique row, a serialisation, a deadlock: another process was quicker."""
_BUSY = {"25006", "53100", "53200", "53300"}
"""Only for reading (a standby), disk full, out of memory, too many connections."""
_BEGIN = text("select pg_advisory_xact_lock_shared(:key), pg_notify(:channel, :sender)")
_BEGIN_ALONE = text("select pg_advisory_xact_lock(:key), pg_notify(:channel, :sender)")


class _Cursor(psycopg.Cursor[Any]):
    """Answers come in the database's own form: as text, bytes would be twice as long."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.format = psycopg.pq.Format.BINARY


class PostgresStore(store.DatabaseStore):
    """The store in one database, shared by processes. READ COMMITTED; durable: `synchronous_commit=on`."""

    def __init__(self, url: str, keys: KeyStore) -> None:
        """Open or create the store. Raises `UnusableStore`, or `TryLater` when the database is out of reach."""
        self._sender = uuid4().hex
        self._leases = Leases(lambda: connect(url))
        self._listener = Listener(lambda: connect(url), self._sender, self._leaves, self.ring)
        writer = _engine(url, _WRITING, "READ COMMITTED", pool_size=4, max_overflow=8)
        reader = _engine(url, _SESSION, "AUTOCOMMIT", pool_size=4, max_overflow=16)
        super().__init__(keys, writer, reader, place_of(url))
        self._listener.start()

    def lease(self, name: str) -> bool:
        """A session's advisory lock, on a connection for leases alone; lost with it."""
        return self._leases.take(name)

    def release(self, name: str) -> None:
        """Let somebody else have it."""
        self._leases.release(name)

    def divide(self, work: str, parts: Collection[str], busy: Collection[str] = ()) -> Collection[str]:
        """A lease for each part, and one that all hold together, by which they count each other."""
        return self._leases.divide(work, parts, busy)

    def snapshot(self) -> Connection:
        """REPEATABLE READ, for reading only."""
        with self._in_words():
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            return self.reader.connect().execution_options(**options)

    def close(self) -> None:
        """End the listener, give every lease back, release every connection."""
        self._listener.close()
        self._leases.close()
        super().close()

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[Connection]:
        with self._writer.begin() as connection:
            if not durable:
                connection.exec_driver_sql("set local synchronous_commit = off")
            yield connection

    def _takes_turn(self, *, durable: bool) -> AbstractContextManager[object]:
        return self._turn if durable else nullcontext()

    def _begin(self, unit: DatabaseUnit, *, exchanging: bool) -> None:
        """Whoever decides shares the lock, whoever exchanges the bundle has it alone: until this unit ends, the bundle
        that is last now is last. Others hear of the unit when it is committed, and only then.
        """
        said = {"key": number_of(BUNDLES), "channel": CHANNEL, "sender": self._sender}
        unit.connection.execute(_BEGIN_ALONE if exchanging else _BEGIN, said)
        self._adopt(store.last_version(unit.connection))

    def _leaves(self) -> int:
        """How many entries the ledger has: what the listener looks at in case a notification was missed."""
        with self.reading() as connection:
            return int(connection.execute(select(t.counter.c.leaves)).scalar_one())

    def _trouble(self, trouble: DBAPIError | NoConnection) -> TryLater | None:
        return in_words(trouble)


def in_words(trouble: DBAPIError | NoConnection) -> TryLater | None:
    """The word of the port for what PostgreSQL says; None for a mistake of the hub's own."""
    state = getattr(getattr(trouble, "orig", None), "sqlstate", None)
    if state in _COLLISIONS:
        return Collided("another process was quicker; send it again later")
    if isinstance(trouble, OperationalError | InterfaceError | NoConnection) or state in _BUSY:
        return TryLater("the store cannot work now; send it again later")
    return None


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection that commits each statement by itself. Raises `TryLater`, which never says the password."""
    connection = None
    try:
        connection = psycopg.connect(url, autocommit=True, **_REACH)  # type: ignore[arg-type]  # numbers, as libpq wants
        connection.execute(_SESSION)
    except psycopg.Error:
        if connection:
            connection.close()
        raise TryLater(
            f"{place_of(url)} is out of reach, or lets the hub not in"
        ) from None  # libpq's words name the user
    return connection


def place_of(url: str) -> str:
    """The database in words: host and port."""
    known = conninfo_to_dict(url)
    return f"the database at {known.get('host', 'localhost')}:{known.get('port', 5432)}"


def kept_bundle(url: str, version: int | None = None, digest: str = "") -> BundleRow | None:
    """See `hub.adapters.store.kept_bundle`. Raises `TryLater`."""
    with _beside(url) as connection:
        return store.kept_bundle(connection, version, digest)


def is_made(url: str) -> bool:
    """Whether a store lies in the database. Raises `TryLater`."""
    with _beside(url) as connection:
        return inspect(connection).has_table(t.meta.name)


@contextmanager
def filling(url: str) -> Iterator[Connection]:
    """One transaction, however long, on a database that no hub has. Raises `TryLater`."""
    with _beside(url, "READ COMMITTED") as connection, connection.begin():
        yield connection


@contextmanager
def _beside(url: str, isolation: str = "AUTOCOMMIT") -> Iterator[Connection]:
    engine = _engine(url, _SESSION, isolation)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as trouble:
        if said := in_words(trouble):
            raise said from trouble
        raise
    finally:
        engine.dispose()


def _engine(url: str, session: str, isolation: str, **pool: int) -> Engine:
    def connected() -> "psycopg.Connection[tuple[object, ...]]":
        connection = connect(url)
        connection.execute(session)
        connection.cursor_factory = _Cursor
        connection.autocommit = False  # from here on SQLAlchemy says which
        return connection

    return create_engine("postgresql+psycopg://", creator=connected, isolation_level=isolation, pool_timeout=5, **pool)
