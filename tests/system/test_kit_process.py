"""A kit in a process of its own beside a hub in another: commands, a clean end, and kills at any moment."""

import base64
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from access_policies.keys import AgencyKey
from hub.crashpoints import IN_A_KIT
from hub.kit.home import KitHome, KitSettings
from support.builders import a_missed_appointment, an_arrest
from support.carrying import with_keys
from support.http import PROGRAM, serving, until
from support.kits import held, opened, set_up, token
from support.partnership import POLICE, PROBATION, Partnership, raw_update, who
from support.signing import signed

pytestmark = pytest.mark.system

AT_EACH_POINT, AT_RANDOM = 4, 6


def plain(**more: str) -> dict[str, str]:
    """An environment without any setting of a hub or a kit but these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("IOM_HUB_")} | {
        "COLUMNS": "200",
        "NO_COLOR": "1",
        **more,
    }


def connect(*arguments: str, code: int = 0, **more: str) -> str:
    """A command of the kit's; everything it said."""
    done = subprocess.run(
        [PROGRAM, "connect", *arguments], env=plain(**more), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@contextmanager
def a_kit_runs(home: Path, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`connect run`, gone when the block ends."""
    with (home / "said").open("ab") as said:
        popen = subprocess.Popen([PROGRAM, "connect", "run", "--home", str(home)], env=plain(**more), stderr=said)
    try:
        yield popen
    finally:
        popen.kill()
        popen.wait()


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partnership]:
    """A hub on the clock of this machine, with somebody on the programme."""
    found = Partnership(tmp_path / "hub")
    found.clock.moment = datetime.now(UTC)
    person = found.person()
    for agency in (POLICE, PROBATION):
        found.involve(person, agency)
    yield found
    found.hub.close()


def arrest(partners: Partnership) -> None:
    """One more arrest."""
    partners.publish(POLICE, "custody.person.arrested", {"identifiers": who()["identifiers"], **an_arrest()})


def test_from_nothing_to_an_answered_alert(tmp_path: Path, partners: Partnership) -> None:
    """What the guide says works, command by command: set up, read, see and acknowledge an alert, publish."""
    arrest(partners)
    partners.hub.catch_up()
    home, given = str(tmp_path / "kit"), tmp_path / "token.txt"
    given.write_text(token(partners, PROBATION))
    with serving(partners.hub) as url:
        said = connect("setup", url, "--as", PROBATION, "--token", str(given), "--home", home)
        assert str(partners.hub.identity.feed(PROBATION)) in said
        assert partners.hub.recorder.key.public_key().public_bytes_raw().hex() in said
        assert "use: receiving" in said
        connect("run", "--once", "--home", home)
        with opened_views(tmp_path / "kit") as alerts:
            alert = str(alerts[0].alert_id)
        assert alert in connect("alerts", "--home", home)
        assert ",custody.person.arrested," in connect("export", "--format", "csv", "--home", home)
        assert ",custody." not in connect("export", "--format", "csv", "--after", "99", "--home", home)
        assert "acknowledged" in connect("alerts", "--acknowledge", alert, "--home", home)
        connect("run", "--once", "--home", home)
        assert alert not in connect("alerts", "--home", home)
        missed = {"identifiers": who()["identifiers"], **a_missed_appointment()}
        raw = raw_update(PROBATION, "supervision.appointment.missed", missed, uuid4(), partners.clock.now())
        (tmp_path / "missed.json").write_bytes(raw)
        assert "signing key" in connect("publish", str(tmp_path / "missed.json"), "--home", home, code=1)
        partners.governed_by(signed(2, with_keys({PROBATION: [signing_key_of(tmp_path / "kit")]})))
        assert "receipt" in connect("publish", str(tmp_path / "missed.json"), "--home", home)
        asked = ("publish", str(tmp_path / "missed.json"), "--over", "kafka", "--home", home)
        assert "names no brokers" in connect(*asked, code=1)
        connect("run", "--once", "--home", home)
        assert "Fictional Testcase-1" in connect("case", "--home", home)
        assert "reading" in connect("status", "--home", home)


def signing_key_of(folder: Path) -> AgencyKey:
    """The kit's own, as its operator puts it into the register."""
    key = KitHome(KitSettings(home=folder)).signing().public_key().public_bytes_raw()
    until_day = date(2040, 1, 1)
    return AgencyKey(use="signing", public=base64.b64encode(key).decode(), since=date(2020, 1, 1), until=until_day)


@contextmanager
def opened_views(folder: Path) -> Iterator[Any]:
    """The alerts of a kit that does not run."""
    with opened(KitHome(KitSettings(home=folder))) as kit:
        yield kit.hosted.views.alerts(open_only=True, limit=10)


def test_a_running_kit_ends_cleanly(tmp_path: Path, partners: Partnership) -> None:
    """A running kit reads what comes within a second; its other commands work beside it; asked to stop it stops at once
    with exit code 0, and started again it goes on.
    """
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, PROBATION)
        with a_kit_runs(home.folder) as running:
            until(home.state_file.exists, 20)
            arrest(partners)
            seq, _ = partners.hub.feed.head(PROBATION)
            until(lambda: f"up to record {seq}" in connect("status", "--home", str(home.folder)), 20)
            assert "was arrested" in connect("alerts", "--home", str(home.folder))
            running.terminate()
            assert running.wait(5) == 0
        arrest(partners)
        connect("run", "--once", "--home", str(home.folder))
        with opened(home) as kit:
            assert kit.feed.head(PROBATION) == partners.hub.feed.head(PROBATION)


def test_killed_at_any_moment(tmp_path: Path, partners: Partnership) -> None:
    """Killed again and again at its crash points and at random while updates come, a kit loses nothing, keeps nothing
    twice, and its views equal the hub's.
    """
    chance, killed = random.Random(11), 0
    points = [f"{point}:{1 + turn}" for point in IN_A_KIT for turn in range(AT_EACH_POINT)] + [""] * AT_RANDOM
    chance.shuffle(points)
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, PROBATION)
        for point in points:
            arrest(partners)
            with a_kit_runs(home.folder, IOM_HUB_CRASH_AT=point) as running:
                began, most = time.monotonic(), chance.uniform(0.3, 3) if not point else 30
                while running.poll() is None and time.monotonic() - began < most:
                    arrest(partners)
                    time.sleep(0.05)
                running.kill()
                assert running.wait() == -signal.SIGKILL
                assert point == "" or time.monotonic() - began < most
                killed += 1
        partners.hub.catch_up()
        connect("run", "--once", "--home", str(home.folder))
    assert killed == len(points)
    with opened(home) as kit:
        assert kit.feed.read(PROBATION, 0, 100_000) == partners.hub.feed.read(PROBATION, 0, 100_000)
        assert held(kit.hosted.views) == held(partners.hub.hosted[PROBATION].views)


def test_a_fork_ends_the_run(tmp_path: Path, partners: Partnership) -> None:
    """A fork ends `connect run` with exit code 1, the sequence in its words, and `status` says the same afterwards."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, PROBATION)
        connect("run", "--once", "--home", str(home.folder))
        with opened(home) as kit, kit.store.unit() as unit:
            counter = unit.lock_counter()
            seq, _ = counter.heads[PROBATION]
            last = kit.feed.read(PROBATION, seq - 1, 1)[0]
            row = kit.taking._row(unit, last, last.values())._replace(
                seq=seq + 1, prev=last.header.link(), root=bytes(32)
            )
            unit.write(counter, feed=[row])
        arrest(partners)
        arrest(partners)
        said = connect("run", "--once", "--home", str(home.folder), code=1)
        assert f"feed record {seq + 2} does not follow" in said
        assert f"feed record {seq + 2}" in connect("status", "--home", str(home.folder))
        assert orjson.loads(home.state_file.read_bytes())["state"] == "stopped"
