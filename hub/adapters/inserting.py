"""Inserts that every database takes: new rows only, rows replaced, and many rows fast."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves rows that are there alone."""
    return _insert_new(connection.dialect.name, table)


@lru_cache(maxsize=32)
def _insert_new(dialect: str, table: Table) -> Any:
    return _INSERTS[dialect](table).on_conflict_do_nothing()


def claim(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """Insert the rows whose primary keys are not there yet, and say which: their keys. Two that claim at once must give
    their rows in the same order, or one may have to begin anew.
    """
    if not rows:
        return set()
    if connection.dialect.name == "postgresql":
        found = connection.execute(_claim_all(table), {name: [row[name] for row in rows] for name in rows[0]})
    else:
        found = connection.execute(_claim(table), list(rows))
    return {tuple(row) for row in found}


@lru_cache(maxsize=32)
def _claim(table: Table) -> Any:
    return sqlite.insert(table).on_conflict_do_nothing().returning(*table.primary_key)


@lru_cache(maxsize=32)
def _claim_all(table: Table) -> Any:
    """Columns as arrays: one statement, whatever their length, which PostgreSQL plans once."""
    columns = [bindparam(column.name, type_=ARRAY(column.type)) for column in table.columns]
    rows = func.unnest(*columns).table_valued(*table.c.keys()).render_derived()
    statement = postgresql.insert(table).from_select(table.c.keys(), select(rows))
    return statement.on_conflict_do_nothing().returning(*table.primary_key)


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
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
        return
    connection.exec_driver_sql(_compiled(table, connection.dialect), list(rows))


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """PostgreSQL's own way for many rows, in its binary form."""
    statement, types = _copying(table, connection.dialect)
    raw: Any = connection.connection.driver_connection
    database: Any = connection.dialect.loaded_dbapi
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except database.Error as failure:
        raise DBAPIError.instance(statement, None, failure, database.Error, dialect=connection.dialect) from failure


@lru_cache(maxsize=32)
def _copying(table: Table, dialect: Dialect) -> tuple[str, list[str]]:
    types = [column.type.compile(dialect).partition("(")[0].lower() for column in table.columns]
    return f"copy {table.name} ({', '.join(table.c.keys())}) from stdin (format binary)", types


@lru_cache(maxsize=32)
def _compiled(table: Table, dialect: Dialect) -> str:
    return table.insert().compile(dialect=dialect).string
