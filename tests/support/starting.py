"""What starting costs, in processor time: what else the machine does matters little to it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from access_policies.compiling import Bundle
from access_policies.loading import SHIPPED, load
from support.http import PROGRAM, environment, running

LIBRARIES = (
    "import fastapi, joserfc.jws, prometheus_client, pydantic_settings, rich.console, sqlalchemy.dialects.sqlite, "
    "structlog, typer, uvicorn"
)
"""What a hub stands on: a start is compared with reading these, which takes longer on a slower machine, too."""
_ROUNDS = 3


def of_a_hub(home: Path) -> float:
    """`iom-hub serve` with the signed bundle in this home, up to its first answered request and its end."""
    before = _of_others()
    with running(home) as hub:
        assert hub.stop() == 0
    return _of_others() - before


def of_help(home: Path) -> float:
    """`iom-hub --help`."""
    return _of_a_program(home, PROGRAM, "--help")


def of_the_libraries(home: Path) -> float:
    """Python, and the libraries that a hub stands on."""
    return _of_a_program(home, sys.executable, "-c", LIBRARIES)


def of_the_policies() -> float:
    """Loading every kind from files, cold, and compiling it."""
    return _own(lambda: Bundle(load()))


def of_their_yaml() -> float:
    """Reading the same files as YAML, and nothing else."""
    texts = [file.read_text(encoding="utf-8") for file in (*SHIPPED.glob("*.yaml"), *SHIPPED.glob("*/*.yaml"))]
    return _own(lambda: [yaml.load(text, yaml.CSafeLoader) for text in texts])


def least(measure: Callable[[], float]) -> float:
    """The best of a few rounds, which is the least disturbed."""
    return min(measure() for _ in range(_ROUNDS))


def _of_a_program(home: Path, *words: str) -> float:
    before = _of_others()
    subprocess.run(words, env=environment(home), stdout=subprocess.DEVNULL, check=True)
    return _of_others() - before


def _of_others() -> float:
    """Seconds of processor time of every program that this one started and that has ended."""
    times = os.times()
    return times.children_user + times.children_system


def _own(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
