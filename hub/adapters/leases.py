"""Leases in PostgreSQL: one process at a time does what needs one, and another when that process is gone.

Work that is divided has a lease for each part, and one lock that all who take part hold together: whoever counts its
holders knows how many there are, and so how many parts are fair. A process that dies takes no part from that moment on.
"""

import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress

import psycopg
import structlog

from hub.adapters.advisory import number_of
from hub.ports import TryLater

Connected = psycopg.Connection[tuple[object, ...]]

COUNT_SECONDS = 1.0
"""How long a process goes on thinking that there are as many others."""
_JOIN = "select pg_advisory_lock_shared(%s)"
_COUNT = """
    select count(*) from pg_locks
    where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
      and ((classid::bigint << 32) | objid::bigint) = %s
      and database = (select oid from pg_database where datname = current_database())
"""
_TAKE = """
    select part from unnest(%s::text[], %s::bigint[]) as free(part, key) where pg_try_advisory_lock(key) limit %s
"""
_GIVE = "select pg_advisory_unlock(%s)"
_LEAVE = "select pg_advisory_unlock_shared(%s)"

log = structlog.get_logger()


class Leases:
    """Session locks on a connection of their own: they last as long as it does, and the server ends them with it."""

    def __init__(self, connect: Callable[[], Connected]) -> None:
        """Connects when the first lease is asked for."""
        self._connect, self._lock = connect, threading.Lock()
        self._connection: Connected | None = None
        self._held: set[str] = set()
        self._workers: dict[str, tuple[int, float]] = {}
        """For each work in which this process takes part, how many do, and when that was counted."""
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

    def divide(self, work: str, parts: Collection[str], busy: Collection[str]) -> Collection[str]:
        """The parts of a work that this process holds, now, and may act on. None when it cannot know, or wants none."""
        with self._lock:
            if self._closed:
                return ()
            try:
                return self._fair(work, parts, busy)
            except (psycopg.Error, TryLater):
                self._lose()
                return ()

    def _fair(self, work: str, parts: Collection[str], busy: Collection[str]) -> Collection[str]:
        if not parts:
            return self._leave(work, busy)
        fair = -(-len(parts) // self._count(work))  # rounded up, so that all are somebody's
        held = sorted((each for each in parts if _part(work, each) in self._held), key=lambda each: each not in busy)
        for each in held[fair:]:
            if each not in busy:
                self._give(_part(work, each))
        free = [each for each in parts if each not in held]
        return [*held[:fair], *self._take(work, free, fair - len(held))]

    def _leave(self, work: str, busy: Collection[str]) -> Collection[str]:
        """Nobody counts this process any more. Once it has nothing left the server is asked nothing."""
        kept = {_part(work, each) for each in busy}
        for name in [each for each in self._held if each.startswith(_part(work, "")) and each not in kept]:
            self._give(name)
        if self._workers.pop(work, None) and self._connection:
            self._connection.execute(_LEAVE, [number_of(_all_of(work))])
        return ()

    def _count(self, work: str) -> int:
        """How many take part, this process among them. Asks the server in any case, which notices a loss."""
        connection = self._connection = self._connection or self._connect()
        count, at = self._workers.get(work, (0, 0.0))
        if count and time.monotonic() - at < COUNT_SECONDS:
            connection.execute("select 1")
            return count
        key = number_of(_all_of(work))
        if not count:
            connection.execute(_JOIN, [key])
        row = connection.execute(_COUNT, [key]).fetchone()
        count = max(1, int(str(row[0]))) if row else 1
        self._workers[work] = count, time.monotonic()
        return count

    def _take(self, work: str, free: Collection[str], count: int) -> Collection[str]:
        """So many of these as nobody else has, and no more than `count`."""
        if count <= 0 or not free or self._connection is None:
            return ()
        keys = [number_of(_of(_part(work, each))) for each in free]
        taken = [str(part) for (part,) in self._connection.execute(_TAKE, [[*free], keys, count])]
        self._held |= {_part(work, each) for each in taken}
        return taken

    def release(self, name: str) -> None:
        """Give one back."""
        with self._lock:
            try:
                self._give(name)
            except psycopg.Error:
                self._lose()

    def _give(self, name: str) -> None:
        if name in self._held and self._connection:
            self._held.discard(name)
            self._connection.execute(_GIVE, [number_of(_of(name))])

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
        self._workers.clear()
        connection, self._connection = self._connection, None
        if connection:
            with suppress(psycopg.Error):
                connection.close()


def _of(name: str) -> str:
    return f"lease/{name}"


def _all_of(work: str) -> str:
    return f"work/{work}"


def _part(work: str, part: str) -> str:
    return f"{work}/{part}"
