"""Telemetry: a log line carries the listed keys and nothing else, whoever writes it."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hub import telemetry
from schemas.updates import KINDS

PROGRAM = """
import logging, structlog
from hub.telemetry import configure
configure({level})
{lines}
"""


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error, with the logs configured as a hub does; put back afterwards."""
    before, written = structlog.get_config(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    telemetry.configure()
    yield written
    structlog.configure(**before)


def said_by(program: str, level: str = "logging.INFO") -> list[dict[str, Any]]:
    """What a program of its own writes to standard error, line by line."""
    source = PROGRAM.format(lines=program, level=level)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.duty("D29")
@pytest.mark.parametrize("key", ["person", "update_id", "token", "record", "exception", "exc_info", "stack", "station"])
def test_a_key_that_is_not_listed_is_dropped(lines: io.StringIO, key: str) -> None:
    """A value under a key that is not on the list reaches no line; the listed keys beside it do."""
    structlog.get_logger().info("request", status=200, **{key: "kanari7f3a"})
    line = json.loads(lines.getvalue())
    assert line.keys() == {"event", "level", "status", "timestamp"}
    assert "kanari" not in lines.getvalue()


def test_a_bound_key_is_dropped_too(lines: io.StringIO) -> None:
    """What was bound to a logger long before goes through the same list."""
    structlog.get_logger().bind(person="kanari7f3a", agency="northshire-police").warning("request")
    assert "kanari" not in lines.getvalue()
    assert json.loads(lines.getvalue())["agency"] == "northshire-police"


def test_the_list_names_nothing_of_a_person() -> None:
    """No key of the list is a field of any update, so no told or withheld value has a place in a line."""
    fields = {name for kind in KINDS.values() for name in kind.fields()}
    fields -= {"agency", "method", "status", "level"}  # who takes part is public; the others are the request's
    assert not telemetry.ALLOWED & (fields | {"record", "id", "token", "sub", "identifiers", "body"})


@pytest.mark.duty("D29")
def test_an_exception_is_told_by_its_type(lines: io.StringIO) -> None:
    """`log.exception` writes one line without the exception's text or its traceback."""
    try:
        int("kanari7f3a")
    except ValueError:
        structlog.get_logger().exception("accept_failed", error="ValueError")
    assert json.loads(lines.getvalue())["error"] == "ValueError"
    assert "kanari" not in lines.getvalue()
    assert "Traceback" not in lines.getvalue()


@pytest.mark.duty("D29")
def test_a_library_is_told_by_its_name_and_the_type_of_its_error() -> None:
    """A library that logs a value, with a traceback full of values, is told as one line without any."""
    [line] = said_by("""
try:
    raise KeyError("kanari7f3a")
except KeyError:
    logging.getLogger("some.library").exception("cannot find %s", "kanari7f3a")
""")
    assert (line["library"], line["error"], line["level"]) == ("some.library", "KeyError", "error")
    assert "kanari" not in json.dumps(line)


def test_a_level_silences_what_is_below_it() -> None:
    """A command that speaks for itself logs failures only."""
    program = """
structlog.get_logger().info("request")
logging.getLogger("some.library").warning("kanari7f3a")
structlog.get_logger().error("accept_failed")
"""
    assert [line["event"] for line in said_by(program, "logging.ERROR")] == ["accept_failed"]
