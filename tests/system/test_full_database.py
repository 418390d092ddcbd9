"""The disk of PostgreSQL is full, down to its last byte: what the hub answers, and how it goes on."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from contract.places import evidence
from support.builders import an_arrest
from support.http import Door
from support.partnership import POLICE, PROBATION, Partnership, raw_update
from support.parts import running
from support.servers import PostgresServer

pytestmark = pytest.mark.system
ARREST, MOST = "custody.person.arrested", 200
MEGABYTES = 48


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own for a database; who may not mount one cannot have it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("not run: a small disk can be mounted by root alone")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def scene(tmp_path: Path, small_disk: Path) -> Iterator[Partnership]:
    """A hub whose tables lie on that disk; the server's log and everything else of it lie elsewhere."""
    (tables := small_disk / "tables").mkdir()
    for folder in (*tmp_path.parents, tmp_path):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):  # the server's account passes through
            folder.chmod(0o755)
    with running("postgres", PostgresServer) as server:
        shutil.chown(tables, "postgres")
        plain = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{tables}'")  # type: ignore[arg-type]  # a path of ours
            connection.execute("CREATE DATABASE hub TABLESPACE small")
        database = make_url(plain).set(database="hub").render_as_string(hide_password=False)
        found = Partnership(tmp_path / "home", database=SecretStr(database))
        with closing(found.hub):
            yield found


def test_it_is_told_to_come_again(scene: Partnership, small_disk: Path) -> None:
    """Publishing is answered 503, and stores nothing; no case is shown without its entry in the ledger; once there is
    room, the hub goes on by itself, and everything acknowledged is there, once.
    """
    person = scene.person()
    for agency in (POLICE, PROBATION):
        scene.involve(person, agency)
    scene.hub.catch_up()
    with Door(scene.hub) as door:
        police, probation = door.agency(POLICE), door.agency(PROBATION)

        def publish() -> tuple[UUID, int]:
            update_id = uuid4()
            told = {**person, **an_arrest(intelligence="words " * 200)}
            answer = police.publish(raw_update(POLICE, ARREST, told, update_id, scene.clock.now()))
            assert answer.status_code in (200, 201, 202, 503)
            if answer.status_code == 503:
                assert answer.headers["retry-after"] == "1"
            return update_id, answer.status_code

        answers = [publish()]
        with full(small_disk):
            while answers[-1][1] != 503:
                answers.append(publish())
                assert len(answers) < MOST, "the disk was never full"
            answers += [publish() for _ in range(3)]
            consulted = consultations(scene)
            shown = [probation.get("/v1/cases").status_code for _ in range(MOST)]
            assert set(shown) <= {200, 503}
            assert 503 in shown
            assert consultations(scene) - consulted == shown.count(200)
        answers.append(publish())
    assert answers[-1][1] != 503
    acknowledged = [update_id for update_id, status in answers if status != 503]
    told = Counter(each["message_id"] for each in scene.told(PROBATION, ARREST))
    named = scene.hub.identity.message
    assert told == Counter(str(named(PROBATION, POLICE, update_id)) for update_id in acknowledged)
    assert scene.hub.verify().problems == []


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Nothing more fits onto the disk, until the block ends."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out, suppress(OSError):
        while out.write(bytes(4096)):
            pass
    try:
        yield
    finally:
        filler.unlink()


def consultations(scene: Partnership) -> int:
    """How many readings the ledger has."""
    with evidence(scene) as kept:
        openings = [entry.opening for entry in kept.entries()]
    return sum(b'"verb":"consultation"' in (opening or b"") for opening in openings)
