"""Leases in PostgreSQL: one process at a time does what needs one, and another when that process is gone."""

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg
import structlog

from hub.adapters.advisory import number_of
from hub.ports import TryLater

Connected = psycopg.Connection[tuple[object, ...]]

log = structlog.get_logger()


class Leases:
    """Session locks on a connection of their own: they last as long as it does, and the server ends them with it."""

    def __init__(self, connect: Callable[[], Connected]) -> None:
        """Connects when the first lease is asked for."""
        self._connect, self._lock = connect, threading.Lock()
        self._connection: Connected | None = None
        self._held: set[str] = set()
        self._closed = False

    def take(self, name: str) -> bool:
        """Whether this process holds the lease, now. False when it cannot know."""
        with self._lock:
            if self._closed:
                return False
            try:
                return self._still(name) or self._try(name)
            except (psycopg.Error, TryLater):
                self._lose()
                return False

    def _still(self, name: str) -> bool:
        """Asks the server: a connection that was lost took every lease with it."""
        if name not in self._held or self._connection is None:
            return False
        self._connection.execute("select 1")
        return True

    def _try(self, name: str) -> bool:
        self._connection = self._connection or self._connect()
        row = self._connection.execute("select pg_try_advisory_lock(%s)", [number_of(_of(name))]).fetchone()
        if row and row[0]:
            self._held.add(name)
        return name in self._held

    def release(self, name: str) -> None:
        """Give one back."""
        with self._lock:
            if name in self._held and self._connection:
                self._held.discard(name)
                try:
                    self._connection.execute("select pg_advisory_unlock(%s)", [number_of(_of(name))])
                except psycopg.Error:
                    self._lose()

    def close(self) -> None:
        """Give all of them back."""
        with self._lock:
            self._closed = True
            self._held.clear()
            self._lose()

    def _lose(self) -> None:
        if self._held:
            log.warning("leases_lost", count=len(self._held))
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection:
            with suppress(psycopg.Error):
                connection.close()


def _of(name: str) -> str:
    return f"lease/{name}"
