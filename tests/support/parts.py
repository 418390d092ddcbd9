"""Says aloud which outside parts the tests run with, and fails when one that is required is missing.

`IOM_HUB_REQUIRE=postgres,kafka` names the required ones. What is missing and not required is *not run*.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a program: where pytest finds `support`

from support.servers import NotRun, kafka_servers, kcat, node, postgres_server

PARTS: dict[str, Callable[[], object]] = {
    "postgres": postgres_server,
    "kafka": kafka_servers,
    "kcat": kcat,
    "node": node,
}
"""Each part that the project has, and what starts it."""

T = TypeVar("T")


def required() -> list[str]:
    """The parts whose absence is a failure."""
    return [part for part in os.environ.get("IOM_HUB_REQUIRE", "").split(",") if part]


def running(part: str, start: Callable[[], T]) -> T:
    """What `start` gives. Where it cannot, the test is not run; it fails if the part is required."""
    try:
        return start()
    except NotRun as why:
        if part in required():
            pytest.fail(f"{part} is required, and does not run: {why}")
        pytest.skip(f"not run: {part}: {why}")


def against(part: str) -> str:
    """Why a part cannot run here; empty when it does."""
    try:
        PARTS[part]()
    except NotRun as why:
        return str(why)
    return ""


def main() -> int:
    """Report, and return the exit code."""
    reasons = {part: against(part) for part in PARTS}
    unknown = [part for part in required() if part not in PARTS]
    for part, reason in reasons.items():
        print(f"{part}: {'not run: ' + reason if reason else 'run'}")  # noqa: T201  # this is what it is for
    for part in unknown:
        print(f"{part}: the project has no such part yet", file=sys.stderr)  # noqa: T201  # a command
    return 1 if unknown or any(reasons.get(part) for part in required()) else 0


if __name__ == "__main__":
    sys.exit(main())
