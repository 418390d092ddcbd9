"""Moving a store from its file into PostgreSQL: every row and nothing else, verified before it is committed, or nothing
at all. The file stays what it is.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, inspect, select

from hub.adapters import postgres
from hub.adapters import tables as t
from hub.adapters.auditing import audit, audit_unfinished
from hub.adapters.revisions import make_tables
from hub.adapters.sqlite import SqliteStore
from hub.ports import KeyStore
from hub.verifying import Verdict

Progress = Callable[[str, int], None]
"""Hears what is copied or checked, and of how many rows more."""
_CHUNK = 1000


class NotMoved(Exception):
    """The store was not moved. Nothing has changed, neither here nor there."""


class _Sum:
    """How many rows there are, and a sum over their digests: the same for the same rows in any order."""

    def __init__(self) -> None:
        self.rows, self._digests = 0, 0

    def add(self, rows: Iterable[Any]) -> int:
        """Count these rows; how many they were."""
        before = self.rows
        for row in rows:
            self.rows += 1
            self._digests += int.from_bytes(sha256(repr(tuple(row)).encode()).digest(), "big")
        return self.rows - before

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sum) and (self.rows, self._digests) == (other.rows, other._digests)

    __hash__ = None  # type: ignore[assignment]  # it grows


def move(file: Path, url: str, keys: KeyStore, progress: Progress) -> Verdict:
    """Move the store. Raises `NotMoved`, `StoreInUse` while a hub runs, `UnusableStore`, or `TryLater`."""
    if not file.exists():
        raise NotMoved(f"there is no store at {file}")
    with closing(SqliteStore(file, keys)) as source:
        before = audit(source, keys, lambda count: progress("the file", count))
        if not before.sound:
            raise NotMoved(f"{file} is not sound: `iom-hub ledger verify` names what is wrong")
        with postgres.filling(url) as target:
            if inspect(target).get_table_names():
                raise NotMoved(f"{postgres.place_of(url)} is not empty: give the hub a database of its own")
            make_tables(target)
            with closing(source.snapshot()) as kept:
                _copy_all(kept, target, progress)
            after = audit_unfinished(target, keys, lambda count: progress("the database", count))
            if after != before:
                raise NotMoved(f"what arrived in {postgres.place_of(url)} does not verify as the file does")
    return after


def _copy_all(source: Connection, target: Connection, progress: Progress) -> None:
    """In the order in which the tables are described. Raises `NotMoved` where a row arrived as another."""
    for table in t.metadata.tables.values():
        if table is not t.revisions and _copied(table, source, target, progress) != _there(table, target):
            raise NotMoved(f"what arrived in table {table.name} is not what was sent")


def _copied(table: Table, source: Connection, target: Connection, progress: Progress) -> _Sum:
    sent = _Sum()
    for rows in source.execute(select(table), execution_options={"yield_per": _CHUNK}).partitions():
        target.execute(table.insert(), [row._asdict() for row in rows])
        progress(table.name, sent.add(rows))
    return sent


def _there(table: Table, target: Connection) -> _Sum:
    found = _Sum()
    found.add(target.execute(select(table), execution_options={"yield_per": _CHUNK}))
    return found
