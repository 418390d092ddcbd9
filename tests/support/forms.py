"""Stores of earlier forms, and what form a database has."""

import tarfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, inspect, null, select, text

from hub.adapters import tables as t
from hub.adapters.migrations import stepping

_VECTOR = Path(__file__).resolve().parents[1] / "vectors" / "store.format2.tar.xz"
"""A home as the last hub without revisions left it: key, policies and store, with nine updates."""

_CATALOG = """
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
      from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d
        on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relnamespace = 'public'::regnamespace and a.attnum > 0
    union all
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid), null, null
      from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), null, null
      from pg_index join pg_class on pg_class.oid = indrelid where relnamespace = 'public'::regnamespace
    union all
    select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), null, null from pg_trigger where not tgisinternal
"""


def engine_of(url: str | Path) -> Engine:
    """A plain way to a database, beside the hub's own: transactions begin where it says so."""
    if isinstance(url, Path):
        return create_engine(f"sqlite:///{url}")
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def form_of(connection: Connection) -> set[tuple[Any, ...]]:
    """Every table, column, constraint, index and trigger, as the database itself describes it."""
    if connection.dialect.name == "postgresql":
        return {tuple(row) for row in connection.exec_driver_sql(_CATALOG)}
    kept = connection.exec_driver_sql("select type, name, sql from sqlite_master")
    return {(kind, name, "".join((sql or "").split())) for kind, name, sql in kept}


def rows_of(connection: Connection) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table that there is; a column that it does not have yet stands as nothing."""
    found = dict[str, set[tuple[Any, ...]]]()
    for table in t.metadata.sorted_tables:
        if names := _columns(connection, table.name):
            columns = [column if column.name in names else null() for column in table.columns]
            found[table.name] = {tuple(row) for row in connection.execute(select(*columns).select_from(table))}
    return found


def _columns(connection: Connection, table: str) -> set[str]:
    """Of a table that there is."""
    there = inspect(connection)
    return {column["name"] for column in there.get_columns(table)} if there.has_table(table) else set()


def unpack(home: Path) -> None:
    """The home of a hub from before stores had revisions."""
    with tarfile.open(_VECTOR) as archive:
        archive.extractall(home, filter="data")


def put_into(url: str, home: Path) -> None:
    """The store in that home, as the same hub would have it in PostgreSQL; the file is gone."""
    source, target = engine_of(home / "hub.sqlite"), engine_of(url)
    with source.connect() as kept, target.begin() as connection:
        stepping.upgrade(connection, "0001")
        t.revisions.drop(connection)
        there = inspect(kept).get_table_names()
        for table in (each for each in t.metadata.sorted_tables if each.name in there):
            names = sorted(_columns(kept, table.name))
            if rows := [row._asdict() for row in kept.execute(select(*(table.c[name] for name in names)))]:
                connection.execute(table.insert(), rows)
        assert connection.execute(select(func.count()).select_from(t.ledger)).scalar_one() == 64
    source.dispose()
    target.dispose()
    (home / "hub.sqlite").unlink()


def hinder(connection: Connection) -> None:
    """Nobody can change the store's mark: a step fails in its middle."""
    if connection.dialect.name == "postgresql":
        refuse = "create function refuse() returns trigger language plpgsql as $$ begin raise 'hindered'; end $$"
        connection.execute(text(refuse))
        act = "for each row execute function refuse()"
    else:
        act = "begin select raise(abort, 'hindered'); end"
    connection.exec_driver_sql(f"create trigger hindrance before update on meta {act}")


def spoil_arrival(url: str, table: str) -> None:
    """Once this table is made, whatever is put into it gets another sequence."""
    move = "create function turn() returns trigger language plpgsql as $$ begin new.seq := -new.seq; return new; end $$"
    wait = (
        "create function lurk() returns event_trigger language plpgsql as $$ begin "
        f"if to_regclass('{table}') is not null and not exists (select from pg_trigger where tgname = 'spoiling') then "
        f"create trigger spoiling before insert on {table} for each row execute function turn(); end if; end $$"
    )
    begin = "create event trigger waiting on ddl_command_end when tag in ('CREATE TABLE') execute function lurk()"
    engine = engine_of(url)
    with engine.begin() as connection:
        for step in (move, wait, begin):
            connection.execute(text(step))
    engine.dispose()
