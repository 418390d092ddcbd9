"""Advisory locks of PostgreSQL: named locks that lie on no row. SQLite has one writer, and needs none."""

from hashlib import sha256

from sqlalchemy import Connection, text

BUNDLES = "bundles"
"""Shared by every unit of work that decides, alone for the one that exchanges the bundle."""
CREATION = "creation"
"""Who creates the tables."""

_LOCK = text("select pg_advisory_xact_lock(:key)")


def number_of(name: str) -> int:
    """The 64-bit number by which PostgreSQL knows the lock."""
    return int.from_bytes(sha256(b"iom-hub/lock/" + name.encode()).digest()[:8], "big", signed=True)


def lock(connection: Connection, name: str) -> None:
    """Wait for the lock, and hold it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"key": number_of(name)})


def of_view(agency: str) -> str:
    """The lock of one partner's views: one consumer writes them at a time, and none while they are closed."""
    return f"views/{agency}"
