"""Backup and restore: one moment of a running hub, a home that begins again from it, and what it has lost."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from contract.places import Place, a_case, contents, problems
from hub.adapters.copies import NotCopied, back_up, restore
from hub.adapters.evidence import StoreEvidence
from hub.adapters.keyfile import KeyFile
from hub.adapters.sqlite import StoreInUse
from hub.adapters.store import UnusableStore
from hub.ledger import ORIGIN, sign_note
from hub.witnessing import contradictions
from support.builders import an_arrest
from support.forms import engine_of
from support.http import STREAM, Door
from support.partnership import EVERYONE, HOUSING, POLICE, Partnership, who
from support.parts import running
from support.servers import NotRun
from system.terminal import iom_hub, ok

ARREST = "custody.person.arrested"
PAGE = Path(__file__).parents[2] / "docs" / "operating" / "backup-and-restore.md"


def arrests(partners: Partnership, count: int) -> None:
    """They are arrested again and again."""
    for _ in range(count):
        partners.publish(POLICE, ARREST, {"identifiers": who()["identifiers"], **an_arrest()})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A home with a hub that runs, and something on every feed."""
    place = Place("sqlite", tmp_path / "home")
    a_case(place.open())
    arrests(the_hub(place), 2)
    the_hub(place).hub.recorder.checkpoint()
    yield place
    place.close()


def the_hub(place: Place) -> Partnership:
    assert place.partners
    return place.partners


def a_new_home(place: Place) -> Place:
    """Another machine: only the key and the policies are there."""
    home = place.home.with_name("another")
    home.mkdir()
    for name in ("hub.key", "policies.jws.json", "signers.yaml"):
        shutil.copy(place.home / name, home)
    return Place("sqlite", home)


def restored(place: Place, copy: Path) -> Place:
    """Another machine, with the store of this copy."""
    another = a_new_home(place)
    restore(copy, another.home / "hub.sqlite", KeyFile.open(another.home / "hub.key"))
    return another


def feed(partners: Partnership, after: int = 0) -> dict[str, Any]:
    """A page of housing's feed."""
    with Door(partners.hub) as door:
        page: dict[str, Any] = door.agency(HOUSING).get("/v1/feed", after=after).json()
    return page


def goes_on(partners: Partnership, heads: dict[str, tuple[int, bytes]]) -> None:
    """Every feed stands where it stood, and the next records follow."""
    assert {agency: partners.hub.feed.head(agency) for agency in EVERYONE} == heads
    arrests(partners, 1)
    seq, link = heads[HOUSING]
    [record] = partners.hub.feed.read(HOUSING, seq, 10)
    assert (record.header.seq, record.header.prev) == (seq + 1, link)
    assert problems(partners) == []


def test_a_copy_of_a_running_hub_goes_on(place: Place, tmp_path: Path) -> None:
    """What is copied while a hub runs is one moment of it: restored it is sound, and every chain goes on from there."""
    copy, partners = tmp_path / "hub.sqlite", the_hub(place)
    heads = {agency: partners.hub.feed.head(agency) for agency in EVERYONE}
    before = contents(partners)
    back_up(place.home / "hub.sqlite", copy)
    arrests(partners, 2)
    assert copy.stat().st_mode & 0o077 == 0
    another = restored(place, copy)
    assert sorted(path.name for path in another.home.iterdir() if path.suffix != ".lock") == [
        "hub.key", "hub.sqlite", "policies.jws.json", "signers.yaml",
    ]  # fmt: skip
    with closing(another.open().hub):
        assert contents(the_hub(another)) == before
        goes_on(the_hub(another), heads)
    assert problems(partners) == []


def spoil(copy: Path) -> None:
    """Somebody changed a byte."""
    engine = engine_of(copy)
    with engine.begin() as connection:
        connection.exec_driver_sql("update ledger set commitment = zeroblob(32) where number = 1")
    engine.dispose()


def exchange_key(another: Place) -> None:
    """Another hub's key lies there."""
    key_file = another.home / "hub.key"
    key_file.write_bytes(key_file.read_bytes()[:-1] + b"\0")


def test_nothing_is_restored_that_does_not_fit(place: Place, tmp_path: Path) -> None:
    """A copy that is not sound, under another key, over a store or beside a running hub is refused; nothing changes."""
    copy, spoilt, another = tmp_path / "hub.sqlite", tmp_path / "spoilt.sqlite", a_new_home(place)
    back_up(place.home / "hub.sqlite", copy)
    back_up(place.home / "hub.sqlite", spoilt)
    spoil(spoilt)
    target, key = another.home / "hub.sqlite", KeyFile.open(another.home / "hub.key")
    with pytest.raises(NotCopied, match="the copy is not sound: ledger entry 1:"):
        restore(spoilt, target, key)
    with pytest.raises(NotCopied, match="there is no store at"):
        restore(tmp_path / "nothing.sqlite", target, key)
    with pytest.raises(NotCopied, match="is there already"):
        back_up(place.home / "hub.sqlite", copy)
    with pytest.raises(StoreInUse):
        restore(copy, place.home / "hub.sqlite", key)
    exchange_key(another)
    with pytest.raises(UnusableStore, match="another key"):
        restore(copy, target, KeyFile.open(another.home / "hub.key"))
    assert not [path for path in another.home.iterdir() if "sqlite" in path.name]
    place.close()
    before = (place.home / "hub.sqlite").read_bytes()
    with pytest.raises(NotCopied, match="move it away first"):
        restore(copy, place.home / "hub.sqlite", key)
    assert (place.home / "hub.sqlite").read_bytes() == before


def said_of(partners: Partnership, *notes: object) -> list[str]:
    """What comes of holding these notes against the store."""
    hub, found = partners.hub, list[str]()
    with closing(StoreEvidence(hub.store)) as evidence:
        for note in notes:
            kept = note.encode() if isinstance(note, str) else orjson.dumps(note)
            found += contradictions(kept, evidence, hub.identity, hub.recorder.key.public_key())
    return found


def test_what_a_copy_has_lost_is_found(place: Place, tmp_path: Path) -> None:
    """Who kept a page of a feed or a checkpoint shows that the end is lost; once other records took its place, that
    another history was seen. What was seen before the copy fits, and what the hub did not sign proves nothing.
    """
    copy, partners = tmp_path / "hub.sqlite", the_hub(place)
    page, checkpoint = feed(partners), partners.hub.recorder.checkpoint()
    back_up(place.home / "hub.sqlite", copy)
    arrests(partners, 1)
    later, last = feed(partners), partners.hub.recorder.checkpoint()
    had, has = later["head"]["seq"], page["head"]["seq"]
    assert said_of(partners, page, checkpoint, later, last) == []
    there = restored(place, copy)
    another = there.open()
    assert said_of(another, page, checkpoint) == []
    lost = f"feed of {HOUSING}: it had {had} records and has {has}: its end is lost"
    assert said_of(another, later, last) == [lost, "the ledger had 192 entries and has 128: its end is lost"]
    arrests(another, 1)
    another.hub.recorder.checkpoint()
    other = "the ledger had another checkpoint of 192 entries"
    assert said_of(another, later, last) == [f"feed of {HOUSING}: its record {had} was another one", other]
    stranger = Ed25519PrivateKey.generate()
    forged = sign_note(last.partition("\n\n")[0] + "\n", ORIGIN, stranger)
    strange = ["it is no checkpoint and no feed head that this hub signed"] * 4
    assert said_of(another, forged, "", {"head": 1}, last.replace("192", "0192")) == strange
    there.close()


def test_a_feed_that_was_lost_whole(tmp_path: Path) -> None:
    """A feed of which nothing is left is named by its own id; a page from before its first record fits."""
    place, copy = Place("sqlite", tmp_path / "home"), tmp_path / "hub.sqlite"
    empty = feed(place.open())
    back_up(place.home / "hub.sqlite", copy)
    a_case(the_hub(place))
    page = feed(the_hub(place))
    another = restored(place, copy)
    lost = f"feed {page['feed']}: it had {page['head']['seq']} records and has 0: its end is lost"
    assert said_of(another.open(), empty, page) == [lost]
    assert said_of(the_hub(place), empty, page) == []
    another.close()
    place.close()


def test_a_running_hub_notices_who_is_ahead(place: Place, tmp_path: Path) -> None:
    """A reader that asks for what comes after a record that is lost raises an alarm; one who is up to date does not."""
    copy, partners = tmp_path / "hub.sqlite", the_hub(place)
    back_up(place.home / "hub.sqlite", copy)
    arrests(partners, 2)
    last = feed(partners)["head"]["seq"]
    with closing(restored(place, copy).open().hub) as hub, Door(hub) as door, capture_logs() as logs:
        reader = door.agency(HOUSING)
        reader.get("/v1/feed", after=last - 2)
        assert door.request("GET", "/health").json()["ahead"] == 0
        assert reader.get("/v1/feed", after=last).json()["head"]["seq"] == last - 2
        reader.get("/v1/feed", after=last)
        assert door.request("GET", "/health").json()["ahead"] == 1
    said = [each for each in logs if each["event"] == "reader_is_ahead"]
    assert said == [{"event": "reader_is_ahead", "agency": HOUSING, "count": 2, "log_level": "error"}]


def test_a_stream_notices_it_too(place: Place) -> None:
    """So does one that follows its feed as a stream."""
    hub = the_hub(place).hub
    with Door(hub) as door:
        reader = door.agency(HOUSING)
        door.stream("/v1/feed", reader.headers() | {"Accept": STREAM, "Last-Event-ID": "999"}, 1, 0.2)
    assert hub.ahead == {HOUSING}


@pytest.mark.system
def test_the_commands(place: Place, tmp_path: Path) -> None:
    """`backup` beside an open store, `restore` into a home with its key alone, and `ledger verify --seen`, which names
    what was lost.
    """
    to, kept, partners = tmp_path / "copy", tmp_path / "page.json", the_hub(place)
    assert "The key is not in it" in ok(place.home, "backup", to)
    assert sorted(path.name for path in to.iterdir()) == ["hub.sqlite", "policies.jws.json", "signers.yaml"]
    arrests(partners, 1)
    kept.write_bytes(orjson.dumps(feed(partners)))
    another = tmp_path / "another"
    another.mkdir()
    shutil.copy(place.home / "hub.key", another)
    assert ok(another, "restore", to).startswith("Restored, and sound in itself: 64 entries, ")
    assert (another / "signers.yaml").exists()
    done = iom_hub(another, "ledger", "verify", "--seen", kept)
    assert done.returncode == 1
    assert f"{kept}: feed of {HOUSING}: it had" in done.stdout
    assert "Not sound: " in done.stdout


def programs() -> str:
    """The folder of PostgreSQL's own programs. Raises `NotRun`."""
    found = os.environ.get("IOM_HUB_POSTGRES_BIN") or next(
        (str(each) for each in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), ""
    )
    if found or shutil.which("pg_dump"):
        return found
    raise NotRun("pg_dump is not installed (Debian: postgresql-client)")


def printed(word: str) -> str:
    """The line of the page that begins with this word."""
    [line] = re.findall(rf"^{word} .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return str(line)


def typed(line: str, database: str, copies: Path) -> None:
    """What the page says to type, typed."""
    path = f"{running('pg_dump', programs)}:{os.environ['PATH']}"
    env = {"PATH": path, "IOM_HUB_DATABASE": database, "BACKUP": str(copies)}
    done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_a_dump_of_postgresql_goes_on(postgres: Callable[[], str], tmp_path: Path) -> None:
    """`pg_dump` while a hub runs and `pg_restore` into an empty database, as the page prints them: every chain goes on
    from that moment, and what came after it is missed by who saw it.
    """
    first, second = (postgres().replace("postgresql+psycopg://", "postgresql://") for _ in range(2))
    place = Place("postgres", tmp_path / "home", first)
    partners = place.open()
    a_case(partners)
    arrests(partners, 2)
    heads = {agency: partners.hub.feed.head(agency) for agency in EVERYONE}
    before = contents(partners)
    typed(printed("pg_dump"), first, tmp_path)
    arrests(partners, 2)
    later = feed(partners)
    place.close()
    typed(printed("pg_restore"), second, tmp_path)
    place.database = second
    partners = place.open()
    assert contents(partners) == before
    assert said_of(partners, later) != []
    goes_on(partners, heads)
    place.close()
