"""A terminal: what an operator types, in processes of its own, and what they read."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from hub.bootstrap import open_hub
from hub.settings import Settings
from support.builders import an_arrest
from support.http import PROGRAM, environment
from support.partnership import POLICE, UNIT, raw_update, who
from support.signing import govern


def iom_hub(home: Path, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Type a command; what came of it."""
    wide = environment(home, COLUMNS="240", NO_COLOR="1", TERM="dumb") | more
    return subprocess.run(
        [PROGRAM, *map(str, words)], env=wide, capture_output=True, text=True, check=False, timeout=60
    )


def ok(home: Path, *words: object, **more: str) -> str:
    """Type a command that succeeds; what it said."""
    done = iom_hub(home, *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def failed(home: Path, *words: object, **more: str) -> str:
    """Type a command that fails in one or two sentences, and no traceback; what it said."""
    done = iom_hub(home, *words, **more)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    return done.stderr


def a_file(folder: Path, agency: str, kind: str, data: dict[str, Any]) -> Path:
    """An update of this moment in a file of its own."""
    file = folder / f"{uuid4()}.json"
    file.write_bytes(raw_update(agency, kind, data, uuid4(), datetime.now(UTC)))
    return file


def somebody(folder: Path) -> Path:
    """Somebody comes onto the programme."""
    decision = {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}
    return a_file(folder, UNIT, "programme.cohort.decided", who() | decision)


def an_arrest_of(folder: Path) -> Path:
    """They are arrested."""
    return a_file(folder, POLICE, "custody.person.arrested", {"identifiers": who()["identifiers"]} | an_arrest())


def a_story(home: Path, *files: Path) -> None:
    """A home in which these files, by the IOM unit or the police, were published by a hub that has closed since."""
    hub = open_hub(Settings(home=govern(home)))
    for file in files:
        raw = file.read_bytes()
        hub.publish(UNIT if b"cohort" in raw else POLICE, raw, sub="a test")
    hub.catch_up()
    hub.close()
