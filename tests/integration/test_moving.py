"""A hub that outgrows its file: the store moves into PostgreSQL, and everything goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from contract.places import Place, a_case, problems
from hub.adapters.keyfile import KeyFile
from hub.adapters.moving import NotMoved, move
from hub.adapters.positions import StorePositions
from hub.adapters.sqlite import StoreInUse
from hub.ports import TryLater
from support.builders import an_arrest
from support.forms import engine_of, rows_of, spoil_arrival
from support.http import Door
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, Partnership
from system.terminal import failed, ok

ARREST = "custody.person.arrested"


@pytest.fixture
def url(postgres: Callable[[], str]) -> str:
    """An empty database."""
    return postgres().replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A home with a store in which everything has rows, and no hub."""
    place = Place("sqlite", tmp_path / "home")
    partners = place.open()
    person, _ = a_case(partners)
    for _ in range(3):
        partners.publish(POLICE, ARREST, {**person, **an_arrest()})
    partners.hub.catch_up()
    StorePositions(partners.hub.store).move(POLICE, "kafka", 0, 2)
    partners.hub.recorder.checkpoint()
    place.close()
    return place


def keys_of(place: Place) -> KeyFile:
    return KeyFile.open(place.home / "hub.key")


def rows(url: str | Path) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table there, with no hub."""
    engine = engine_of(url)
    with engine.connect() as connection:
        found = rows_of(connection)
    engine.dispose()
    return found


def moved(place: Place, url: str) -> Partnership:
    """The hub on its new store, by its key, in a home of its own: nothing of it can come from the file."""
    home = place.home.with_name("moved")
    home.mkdir()
    for name in ("hub.key", "policies.jws.json", "signers.yaml"):
        (home / name).write_bytes((place.home / name).read_bytes())
    return Place("postgres", home, url).open()


def feed_of(partners: Partnership, after: int) -> dict[str, Any]:
    """What housing's reader is given over HTTP after a record."""
    with Door(partners.hub) as door:
        page: dict[str, Any] = door.agency(HOUSING).get("/v1/feed", after=after).json()
    return page


def test_everything_goes_on_in_postgresql(place: Place, url: str) -> None:
    """Every row is there, the file is what it was, every chain verifies and goes on, and a reader that had read half of
    its feed reads on where it was.
    """
    before = rows(place.home / "hub.sqlite")
    partners = place.open()
    heads = {agency: partners.hub.feed.head(agency) for agency in EVERYONE}
    half = feed_of(partners, 0)["records"][1]
    place.close()
    told: list[tuple[str, int]] = []
    verdict = move(place.home / "hub.sqlite", url, keys_of(place), lambda *what: told.append(what))
    assert verdict.sound
    assert verdict.entries == len(before["ledger"])
    assert rows(url) == rows(place.home / "hub.sqlite") == before
    assert {table for table, found in before.items() if found} >= {"carried", "view_facts", "timers", "consented"}
    assert sum(count for what, count in told if what == "feed") == len(before["feed"])
    partners = moved(place, url)
    assert {agency: partners.hub.feed.head(agency) for agency in EVERYONE} == heads
    partners.publish(POLICE, ARREST, {"identifiers": partners_person(), **an_arrest()})
    assert problems(partners) == []
    rest = feed_of(partners, half["seq"])["records"]
    assert [record["seq"] for record in rest] == list(range(half["seq"] + 1, heads[HOUSING][0] + 2))
    assert rest[-1]["prev"] == heads[HOUSING][1].hex()
    assert partners.hub.feed.head(PROBATION)[0] == heads[PROBATION][0] + 1
    partners.hub.close()


def partners_person() -> dict[str, str]:
    """Whom the story is about."""
    return {"crn": "X990001", "noms": "Z0001ZZ"}


def test_a_running_hub_is_not_moved(place: Place, url: str) -> None:
    """While a hub has the file, its store stays where it is."""
    place.open()
    with pytest.raises(StoreInUse):
        move(place.home / "hub.sqlite", url, keys_of(place), lambda *_: None)
    place.close()
    assert rows(url) == {}


def test_only_into_an_empty_database(place: Place, url: str) -> None:
    """A database in which anything is, and were it one table of somebody else's, is left alone."""
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("create table somebody_elses (id int)"))
    with pytest.raises(NotMoved, match="is not empty: give the hub a database of its own"):
        move(place.home / "hub.sqlite", url, keys_of(place), lambda *_: None)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["somebody_elses"]
    engine.dispose()


def spoilt(place: Place) -> None:
    """Somebody changed a byte in the file."""
    engine = engine_of(place.home / "hub.sqlite")
    with engine.begin() as connection:
        connection.execute(text("update ledger set commitment = zeroblob(32) where number = 1"))
    engine.dispose()


def test_what_is_not_sound_is_not_moved(place: Place, url: str) -> None:
    """A file in which somebody changed a byte is not moved, and the database stays empty."""
    spoilt(place)
    with pytest.raises(NotMoved, match="is not sound: `iom-hub ledger verify` names what is wrong"):
        move(place.home / "hub.sqlite", url, keys_of(place), lambda *_: None)
    assert rows(url) == {}


@pytest.mark.parametrize("table", ["feed", "view_facts"])
def test_what_arrives_otherwise_is_not_kept(place: Place, url: str, table: str) -> None:
    """Where a row arrives as another, were it in a table that no verification knows, nothing is kept."""
    spoil_arrival(url, table)
    with pytest.raises(NotMoved, match=f"table {table} is not what was sent"):
        move(place.home / "hub.sqlite", url, keys_of(place), lambda *_: None)
    assert rows(url) == {}


def test_a_database_out_of_reach(place: Place, url: str) -> None:
    """A database that does not answer is said so, without its password."""
    gone = "postgresql://hub:secret-word@127.0.0.1:1/hub"
    with pytest.raises(TryLater) as said:
        move(place.home / "hub.sqlite", gone, keys_of(place), lambda *_: None)
    assert "secret-word" not in str(said.value)


@pytest.mark.system
def test_the_command(place: Place, url: str, tmp_path: Path) -> None:
    """`migrate-store` says what it moved and what to set next, and the hub goes on there."""
    assert "set IOM_HUB_DATABASE" in failed(place.home, "migrate-store")
    nowhere = tmp_path / "nowhere"
    assert "hub.key is missing" in failed(nowhere, "migrate-store", url)
    assert not nowhere.exists()
    said = ok(place.home, "migrate-store", IOM_HUB_DATABASE=url)
    assert said.startswith("Moved and verified: 64 entries, ")
    assert "Next: set IOM_HUB_DATABASE" in said
    assert "Never start a hub on" in said
    assert ok(place.home, "ledger", "verify", IOM_HUB_DATABASE=url).startswith("Sound: ")
