"""Revisions: a new store is made as of the last one; an older store is brought up to it; a newer one is refused."""

import orjson
from sqlalchemy import Connection, insert, inspect, select, text

from hub.adapters import tables as t
from hub.adapters.advisory import CREATION, lock

HEAD = "0005"
"""The last revision: what `tables.py` describes."""
_FIRST, _FIRST_MARK = "0001", b"2"
"""The format by which stores were known before they had revisions."""
_MARK = b"3"
"""What a hub from before revisions finds in its place, and refuses."""


class UnusableStore(Exception):
    """The store was made by another version or under another key, so the hub does not start."""


def is_current(connection: Connection, check: bytes, place: str) -> bool:
    """Whether nothing is to be done. Raises `UnusableStore` for a store under another key."""
    revision = _revision(connection)
    if revision is not None:
        _check_key(connection, check, place)
    return revision == HEAD


def bring_up(connection: Connection, check: bytes, place: str) -> None:
    """Make the store, or bring it up to the last revision, in the transaction that is open: one process at a time, and
    whoever comes second finds it done. Raises `UnusableStore`; then nothing has changed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local lock_timeout = 0"))  # however long the steps of the first one take
    lock(connection, CREATION)
    revision = _revision(connection)
    if revision is None:
        create(connection, check)
    elif not is_current(connection, check, place):
        _step(connection, revision, place)


def create(connection: Connection, check: bytes) -> None:
    """A new store."""
    make_tables(connection)
    connection.execute(insert(t.meta), [{"name": "format", "value": _MARK}, {"name": "key", "value": check}])
    connection.execute(insert(t.counter), {"id": 1, "leaves": 0, "edge": b"", "heads": orjson.dumps({})})


def make_tables(connection: Connection) -> None:
    """Every table at once, which is what all steps together would make, and nothing in them."""
    t.metadata.create_all(connection)
    connection.execute(insert(t.revisions), {"version_num": HEAD})


def _step(connection: Connection, revision: str, place: str) -> None:
    from hub.adapters.migrations import stepping  # noqa: PLC0415  # it brings alembic, and is seldom needed

    if revision not in stepping.known():
        raise UnusableStore(
            f"{place} is of revision {revision}, which this version of the hub does not know: "
            "start it with the version that made it, or a newer one"
        )
    if not inspect(connection).has_table(t.revisions.name):
        stepping.stamp(connection, revision)
    stepping.upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """None where there is no store."""
    there = inspect(connection)
    if there.has_table(t.revisions.name):
        return str(connection.execute(select(t.revisions.c.version_num)).scalar_one())
    if not there.has_table(t.meta.name):
        return None
    mark = _kept(connection, "format")
    return _FIRST if mark == _FIRST_MARK else f"format {mark.decode('ascii', 'replace')}"


def _check_key(connection: Connection, check: bytes, place: str) -> None:
    if _kept(connection, "key") != check:
        raise UnusableStore(f"{place} was sealed under another key; give the hub the key it was made with")


def _kept(connection: Connection, name: str) -> bytes:
    return connection.execute(select(t.meta.c.value).where(t.meta.c.name == name)).scalar_one_or_none() or b""
