"""Inserts that every database takes: new rows only, rows replaced, and many rows fast."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves rows that are there alone."""
    return _insert_new(connection.dialect.name, table)


@lru_cache(maxsize=32)
def _insert_new(dialect: str, table: Table) -> Any:
    return _INSERTS[dialect](table).on_conflict_do_nothing()


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those of the same primary key."""
    if not rows:
        return
    connection.execute(_put(connection.dialect.name, table), list(rows))


@lru_cache(maxsize=32)
def _put(dialect: str, table: Table) -> Any:
    statement = _INSERTS[dialect](table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in table.c.keys() if name not in keys}  # noqa: SIM118  # a collection's own names
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def insert_fast(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows in the order of the table's columns, in the database's own types: the hot path of a batch."""
    if not rows:
        return
    compiled = _compiled(table, connection.dialect)
    values: Any = list(rows) if compiled.positional else [dict(zip(table.c.keys(), r, strict=True)) for r in rows]
    connection.exec_driver_sql(compiled.string, values)


@lru_cache(maxsize=32)
def _compiled(table: Table, dialect: Dialect) -> Any:
    return table.insert().compile(dialect=dialect)
