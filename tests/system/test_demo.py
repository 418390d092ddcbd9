"""The demonstration: one command, in an empty folder, shows a whole day and proves it."""

import subprocess
import time
from pathlib import Path

import httpx
import pytest

from hub.demonstration.telling import SHORT
from support.http import PROGRAM, environment, until
from support.partnership import EVERYONE

pytestmark = [pytest.mark.system, pytest.mark.requirement("IX19")]

ENOUGH = 90.0


def played(folder: Path, *more: str) -> tuple[str, float]:
    """What `iom-hub demo --once` prints there, and how long it took."""
    started = time.monotonic()
    command, settings = (
        [PROGRAM, "demo", "--once", *more],
        environment(folder, COLUMNS="120", NO_COLOR="1", TERM="dumb"),
    )
    for name in ("IOM_HUB_HOME", "IOM_HUB_BUNDLE", "IOM_HUB_SIGNERS"):
        del settings[name]  # it needs nothing to be set
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout, time.monotonic() - started


def tells_the_day(said: str) -> None:
    """The seven partners, the death that is no release, the confirmation, a sound ledger, and nothing wrong."""
    assert set(SHORT) == set(EVERYONE)
    for name in SHORT.values():
        assert name in said
    assert "died: HMPPS says “released”, the hub told a death and stopped every reminder" in said
    assert "was released: the same HMPPS event with another code, told as a release" in said
    assert "The hub confirmed the arrest after its settling time" in said
    assert "the hostel was told nothing" in said
    for told in (
        "was recalled: the police hear it",
        "nobody has confirmed it",
        "the old one nothing more",
        "the old unit and council are not",
        "may move in?",
    ):
        assert told in said
    assert "• sound: " in said
    for wrong in ("wrong", "not sound", "traceback", "not confirmed"):
        assert wrong not in said.lower()


def offence_row(said: str) -> list[str]:
    """What each partner received of the alleged offence, in the order of the table's columns."""
    [row] = [line for line in said.splitlines() if line.startswith(" alleged_offence")]
    return row.split()[1:]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    """A folder in which the day was played once, what was said, and how long it took."""
    folder = tmp_path_factory.mktemp("demo")
    return (folder, *played(folder))


def test_the_day_is_played_in_an_empty_folder(day: tuple[Path, str, float], capsys: pytest.CaptureFixture[str]) -> None:
    """`iom-hub demo --once` plays two years and a day within 90 seconds, in an empty folder and with nothing set."""
    _, said, took = day
    tells_the_day(said)
    with capsys.disabled():
        print(f"\niom-hub demo --once: {took:.1f} s")  # noqa: T201  # the figure is wanted
    assert took < ENOUGH


def test_the_day_is_played_again(day: tuple[Path, str, float]) -> None:
    """In the same folder the day is played anew; a file there that is not the demonstration's own is left alone."""
    folder, _, _ = day
    kept = folder / "var" / "demo" / "notes.txt"
    kept.write_text("mine")
    again, _ = played(folder, "--quick")
    tells_the_day(again)
    assert kept.read_text() == "mine"


@pytest.mark.duty("D1")
def test_housing_never_reads_the_offence(day: tuple[Path, str, float]) -> None:
    """In the table of the arrest the offence stands with police, probation and the IOM unit, and with nobody else."""
    row = " ".join(offence_row(day[1]))
    assert row.count("burglary") == 3
    assert row.endswith("– – –")
    assert row.split("burglary")[2].count("–") == 1, "nor does the prison"


def test_the_demonstration_serves_and_stops(tmp_path: Path) -> None:
    """Without `--once` the demonstration goes on as a hub that answers; SIGTERM ends it cleanly."""
    command = [PROGRAM, "demo", "--quick", "--home", str(tmp_path / "demo"), "--port", "0"]
    with subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as demo:
        try:
            address = tmp_path / "demo" / "hub.url"
            until(lambda: demo.poll() is not None or (address.exists() and address.read_text() != ""), ENOUGH)
            until(lambda: httpx.get(f"{address.read_text()}/health").is_success)
            demo.terminate()
            said, _ = demo.communicate(timeout=10)
        finally:
            demo.kill()
    assert demo.returncode == 0
    assert "Try it, in another terminal" in said
    assert not address.exists()
