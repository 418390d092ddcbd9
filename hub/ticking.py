"""Ticking: what works by itself shows that it does, and a watchdog notices what has fallen silent."""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

import structlog

_LOOK_SECONDS = 1.0

log = structlog.get_logger()


class Ticking(Protocol):
    """Something that works in the background."""

    @property
    def name(self) -> str:
        """What it is called in the logs."""

    def silent(self) -> float:
        """For how many seconds it has shown nothing, beyond the rest that it announced; without end once it is dead."""


class Pulse:
    """When something last showed that it works."""

    def __init__(self) -> None:
        """It rests until it first beats."""
        self._due: float | None = None

    def beat(self, rest: float = 0.0) -> None:
        """It works now, and will show nothing for `rest` seconds."""
        self._due = time.monotonic() + rest

    def rest(self) -> None:
        """It waits for work, however long that takes."""
        self._due = None

    def silent(self) -> float:
        """For how many seconds it has shown nothing, beyond the rest that it announced."""
        due = self._due
        return 0.0 if due is None else max(0.0, time.monotonic() - due)


class Watchdog:
    """Looks every second, and says once what has fallen silent and once that it works again."""

    def __init__(self, watched: Callable[[], Iterable[Ticking]], most: float) -> None:
        """`most` is how many seconds of silence are nothing yet."""
        self._watched, self._most = watched, most
        self._missed: frozenset[str] = frozenset()
        self.on_good: Callable[[], None] = lambda: None
        """Done after each look at which everything works."""

    def silent(self) -> list[str]:
        """What is silent now."""
        return sorted(each.name for each in self._watched() if each.silent() > self._most)

    def look(self) -> float:
        """Say what has changed since the last look. Returns the seconds to wait before the next."""
        silent = frozenset(self.silent())
        for name in sorted(silent - self._missed):
            log.error("loop_silent", loop=name)
        for name in sorted(self._missed - silent):
            log.info("loop_back", loop=name)
        self._missed = silent
        if not silent:
            self.on_good()
        return _LOOK_SECONDS
