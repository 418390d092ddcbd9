"""What works by itself and stands still is noticed, once; and what cannot be asked is not ready."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.adapters.systemd import tell
from hub.probing import ANSWER_SECONDS, Found, Probe
from hub.running import Loop
from hub.ticking import Watchdog
from support.http import until


@contextmanager
def stuck() -> Iterator[tuple[Loop, threading.Event]]:
    """A loop whose step does not end before the event is set."""
    goes_on = threading.Event()
    loop = Loop("carry", lambda: 0.01 if goes_on.wait(30) else 0.0)
    loop.start()
    try:
        yield loop, goes_on
    finally:
        goes_on.set()
        loop.close()


def test_a_stuck_loop_is_noticed() -> None:
    """A loop whose step does not end is named, said once, and said again when it goes on."""
    with stuck() as (loop, goes_on), capture_logs() as said:
        watchdog = Watchdog(lambda: (loop,), most=0.1)
        watchdog.look()
        assert watchdog.silent() == []
        until(lambda: watchdog.silent() == ["carry"])
        watchdog.look()
        watchdog.look()
        goes_on.set()
        until(lambda: watchdog.silent() == [])
        watchdog.look()
    assert [(each["event"], each["loop"]) for each in said] == [("loop_silent", "carry"), ("loop_back", "carry")]


def test_a_loop_that_rests_is_not_stuck() -> None:
    """Long pauses that a step asks for, and steps that fail, are no silence: both loops still turn."""

    def fails() -> float:
        raise OSError

    loops = [Loop("checkpoints", lambda: 60.0), Loop("timers", fails)]
    for loop in loops:
        loop.start()
    time.sleep(0.3)
    watchdog = Watchdog(lambda: loops, most=0.2)
    assert watchdog.silent() == []
    for loop in loops:
        loop.close()


def test_systemd_hears_only_of_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a loop is stuck the watchdog's word does not come, so systemd ends the process; it comes again after."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, stuck() as (loop, goes_on):
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(0.2)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        watchdog = Watchdog(lambda: (loop,), most=0.1)
        watchdog.on_good = lambda: tell("WATCHDOG=1")
        until(lambda: watchdog.silent() == ["carry"])
        watchdog.look()
        with pytest.raises(TimeoutError):
            systemd.recv(100)
        goes_on.set()
        until(lambda: watchdog.silent() == [])
        watchdog.look()
        assert systemd.recv(100) == b"WATCHDOG=1"


def test_what_hangs_or_fails_is_not_ready() -> None:
    """Needed parts that fail or do not answer in time are causes, wished ones make it degraded; nothing waits for what
    hangs, and it is not asked twice at once.
    """
    asked, goes_on = [], threading.Event()

    def hangs() -> bool:
        asked.append(1)
        return goes_on.wait(30)

    def fails() -> bool:
        raise OSError

    probe = Probe({"database": fails, "policies": lambda: True, "hangs": hangs}, {"broker": lambda: False})
    began = time.monotonic()
    first, second = probe.ask(), probe.ask()
    assert first == second == Found(("database", "hangs"), ("broker",))
    assert time.monotonic() - began < 2 * ANSWER_SECONDS + 1
    assert asked == [1]
    goes_on.set()
    until(lambda: probe.ask().causes == ("database",))
    assert (first.status, Found((), ("broker",)).status, Found((), ()).status) == ("not ready", "degraded", "ready")
