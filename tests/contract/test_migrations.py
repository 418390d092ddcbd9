"""Migrations: a store of any earlier revision becomes one of today's, whole, or stays what it was."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from contract.places import Place, contents, problems
from hub.adapters import tables as t
from hub.adapters.keyfile import KeyFile
from hub.adapters.migrations import stepping
from hub.adapters.postgres import PostgresStore
from hub.adapters.revisions import HEAD, create
from hub.adapters.sqlite import SqliteStore
from hub.adapters.store import UnusableStore
from support.builders import an_arrest
from support.forms import engine_of, form_of, hinder, put_into, rows_of, unpack
from support.partnership import EVERYONE, HOUSING, POLICE, who
from support.signing import signed

ARREST = "custody.person.arrested"


@contextmanager
def beside(place: Place) -> Iterator[Connection]:
    """A transaction on the place's database, with no hub."""
    place.home.mkdir(exist_ok=True)
    engine = engine_of(place.database or place.home / "hub.sqlite")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def old(place: Place) -> Place:
    """A place with the store of a hub from before there were revisions: nine updates, twenty records told. A bundle
    that knows today's kinds is installed with today's hub, which starts with no other.
    """
    place.home.mkdir()
    unpack(place.home)
    (place.home / "policies.jws.json").write_text(signed(2), encoding="utf-8")
    if place.database:
        put_into(place.database, place.home)
    return place


def test_the_last_step_is_the_one_that_the_hub_wants() -> None:
    """The hub knows the last revision without reading the steps."""
    assert stepping.known()[-1] == HEAD


def test_the_steps_make_what_the_tables_say(place: Place) -> None:
    """All steps together, on an empty database, make the tables that the hub works on."""
    with beside(place) as connection:
        stepping.upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, t.metadata) == []


def test_a_new_store_is_what_the_steps_make(place: Place) -> None:
    """A new store, made all at once, has every table, column, constraint, index and trigger that the steps make, and no
    other.
    """
    with beside(place) as connection:
        create(connection, b"a check")
        at_once = form_of(connection)
        assert connection.execute(select(t.revisions)).all() == [(HEAD,)]
        t.metadata.drop_all(connection)
        stepping.upgrade(connection)
        assert form_of(connection) == at_once
    assert {row[0] for row in at_once} >= ({"feed", "carried"} if place.database else {"table", "index"})


def test_an_old_store_goes_on(old: Place) -> None:
    """A store from before there were revisions has every row afterwards, verifies, and every feed goes on. What the
    start adds is the bundle that it finds.
    """
    with beside(old) as connection:
        before = rows_of(connection)
    assert "carried" not in before
    partners = old.open()
    after = contents(partners)
    assert after.pop("alembic_version") == {(HEAD,)}
    assert after.pop("carried") == after.pop("joined") == set()
    assert after.pop("held") == {(row[0], row[1], row[1], False) for row in before["updates"] if row[2] is None}
    assert after.pop("meta") - before.pop("meta") == {("format", b"3")}
    one_bundle_more = {"bundles", "ledger", "counter"}
    assert {table for table in after if after[table] != before[table]} == one_bundle_more
    for table in one_bundle_more - {"counter"}:
        assert len(after[table] - before[table]) == 1, table
        assert after[table] > before[table], table
    heads = {agency: partners.hub.feed.head(agency)[0] for agency in EVERYONE}
    assert heads[HOUSING] > 0
    partners.publish(POLICE, ARREST, {"identifiers": who()["identifiers"], **an_arrest()})
    assert partners.hub.feed.head(HOUSING)[0] == heads[HOUSING] + 1
    assert problems(partners) == []
    assert problems(old.again()) == []


def test_a_table_that_was_made_by_hand_stays(old: Place) -> None:
    """Hubs made the table of what was carried by themselves before there were revisions; what it says stays."""
    row = {"recipient": HOUSING, "channel": "kafka", "seq": 1}
    with beside(old) as connection:
        t.carried.create(connection)
        connection.execute(insert(t.carried), row)
    assert contents(old.open())["carried"] == {tuple(row.values())}


def marked(connection: Connection, revision: str) -> None:
    """The store says that it is of this revision."""
    connection.execute(update(t.revisions), {"version_num": revision})


def of_format_one(connection: Connection) -> None:
    """The store is older than every revision."""
    t.revisions.drop(connection)
    connection.execute(update(t.meta).where(t.meta.c.name == "format"), {"value": b"1"})


@pytest.mark.parametrize(
    ("become", "said"),
    [(lambda connection: marked(connection, "9001"), "of revision 9001"), (of_format_one, "of revision format 1")],
)
def test_a_store_that_the_hub_does_not_know(place: Place, become: Any, said: str) -> None:
    """A store that a newer hub made, or one older than every revision, is refused in a sentence, and nothing in it
    changes.
    """
    place.open()
    place.close()
    with beside(place) as connection:
        become(connection)
        before = rows_of(connection)
    with pytest.raises(UnusableStore, match=f"{said}, which this version of the hub does not know: start it with"):
        place.open()
    with beside(place) as connection:
        assert rows_of(connection) == before


def test_a_step_that_fails_changes_nothing(old: Place) -> None:
    """When a step fails in its middle, the store is what it was, to the row and the column; the next start completes
    it.
    """
    with beside(old) as connection:
        hinder(connection)
        form, rows = form_of(connection), rows_of(connection)
    with pytest.raises(DBAPIError):
        old.open()
    with beside(old) as connection:
        assert form_of(connection) == form
        assert rows_of(connection) == rows
        connection.execute(text(f"drop trigger hindrance {'on meta' if old.database else ''}"))
    assert problems(old.open()) == []


def test_another_key_brings_nothing_up_to_date(old: Place) -> None:
    """Under another key an old store stays what it is."""
    key_file = old.home / "hub.key"
    key_file.write_bytes(key_file.read_bytes()[:-1] + b"\0")
    with beside(old) as connection:
        form = form_of(connection)
    with pytest.raises(UnusableStore, match="another key"):
        old.open()
    with beside(old) as connection:
        assert form_of(connection) == form


@pytest.mark.parametrize("made", [True, False])
def test_processes_that_start_together(postgres: Any, tmp_path: Path, made: bool) -> None:
    """Six hubs that open one database at once, an old one or an empty one: one of them makes it, and all open it."""
    place = Place("postgres", tmp_path / "home", postgres().replace("postgresql+psycopg://", "postgresql://"))
    place.home.mkdir()
    unpack(place.home)
    keys, url = KeyFile.open(place.home / "hub.key"), place.database or ""
    if made:
        put_into(url, place.home)
    together = Barrier(6)

    def opened(_: int) -> int:
        together.wait()
        store = PostgresStore(url, keys)
        found = store.last(HOUSING)
        store.close()
        return found

    with ThreadPoolExecutor(6) as hubs:
        found = list(hubs.map(opened, range(6)))
    assert len(set(found)) == 1
    assert (found[0] > 0) == made
    with beside(place) as connection:
        assert connection.execute(select(t.revisions)).all() == [(HEAD,)]
        assert len(connection.execute(select(t.counter)).all()) == 1


def test_opening_a_store_of_today_only_looks(place: Place) -> None:
    """A store that is up to date is read when it opens, in a few statements, and nothing is written."""
    place.open()
    place.close()
    keys, said = KeyFile.open(place.home / "hub.key"), list[str]()

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement.strip().split()[0].upper())

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        (
            PostgresStore(place.database, keys) if place.database else SqliteStore(place.home / "hub.sqlite", keys)
        ).close()
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert {"SELECT"} <= set(said) <= {"SELECT", "PRAGMA", "BEGIN"}
    assert len(said) < 12


LIBRARIES = """
import sys
from pathlib import Path
from hub.adapters.keyfile import KeyFile
from hub.adapters.sqlite import SqliteStore
from hub.cli.main import app
from hub.cli.terminal import told_plainly
import hub.bootstrap
home = Path(sys.argv[1])
for _ in range(2):
    with told_plainly():
        SqliteStore(home / "hub.sqlite", KeyFile.open(home / "hub.key")).close()
print(sorted({"aiokafka", "alembic", "confluent_kafka", "httpx", "psycopg"} & sys.modules.keys()))
"""


def test_libraries_wait_until_they_are_needed(tmp_path: Path) -> None:
    """Neither the command line, nor making an embedded store, nor opening one of today needs alembic, or the client of
    a database or broker that was not chosen.
    """
    done = subprocess.run(
        [sys.executable, "-c", LIBRARIES, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
