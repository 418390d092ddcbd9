"""Listening: PostgreSQL tells each process what the others commit; what it fails to tell is found within a second."""

import threading
import time
from collections.abc import Callable

import psycopg
import structlog

from hub.ports import TryLater

CHANNEL = "iom_hub_committed"
_EVERY = 1.0
"""Seconds after which the listener looks for itself."""
_BREATH = 0.1
"""Seconds after which it notices that it is to end."""

log = structlog.get_logger()


class Listener:
    """One thread, with a connection of its own, that connects again by itself."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[tuple[object, ...]]],
        sender: str,
        leaves: Callable[[], int],
        ring: Callable[[], None],
    ) -> None:
        """`sender` is what this process calls itself; `leaves` grows with every commit; `ring` wakes who waits."""
        self._connect, self._sender, self._leaves, self._ring = connect, sender, leaves, ring
        self._stop = threading.Event()
        self._seen, self._looked = -1, 0.0
        self._thread = threading.Thread(target=self._run, name="listen", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; at once, as nothing is left undone."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"listen {CHANNEL}")
                    self._ring()  # what came before it listened
                    self._listen(connection)
            except (psycopg.Error, TryLater) as trouble:
                log.warning("listener_lost", error=type(trouble).__name__)
                self._stop.wait(_EVERY)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stop.is_set():
            told = [note.payload for note in connection.notifies(timeout=_BREATH, stop_after=1)]
            if any(sender != self._sender for sender in told):
                self._ring()
            self._look()

    def _look(self) -> None:
        """In case a notification was missed."""
        if time.monotonic() - self._looked < _EVERY:
            return
        self._looked, leaves = time.monotonic(), self._leaves()
        if leaves != self._seen:
            self._seen = leaves
            self._ring()
