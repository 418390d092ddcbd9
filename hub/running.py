"""Running: what works in the background of one process: group commit, hosted consumers, loops that repeat."""

import gc
import math
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

import structlog

from hub.accepting import Acceptor, Result
from hub.persisting import persistently
from hub.ports import Collided, Consumer, Feed, TryLater, Views
from hub.receiving import Received
from hub.ticking import Pulse
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId

MAX_BATCH = 500
"""Updates in one transaction: one when idle, up to this many under load."""

GATHER_SECONDS = 0.01
"""How long news may gather while the last are dealt with: a batch costs little more than one update."""

READ = 500
"""Feed records a hosted consumer takes at once."""

POSITION = "hosted"
"""All hosted consumers of a partner share one position."""

log = structlog.get_logger()


def tune_interpreter() -> None:
    """Let the collector look less often, and threads take turns more often.

    A batch makes many small values, none of them in circles: at Python's defaults the collector takes an eighth of
    it. And whoever has just committed should not wait five milliseconds for a consumer's turn to end.
    """
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


class GroupCommit:
    """Many publishers, one transaction: whatever has come while the last batch was written makes the next."""

    def __init__(self, acceptor: Acceptor) -> None:
        """Starts with the first submission."""
        self._acceptor = acceptor
        self._waiting: queue.SimpleQueue[tuple[Received, Future[Result]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="accept", daemon=True)
        self._lock, self._closed = threading.Lock(), False
        self._pulse = Pulse()

    name = "accept"

    def silent(self) -> float:
        """How long a batch has been on its way."""
        dead = self._thread.ident is not None and not self._closed and not self._thread.is_alive()
        return math.inf if dead else self._pulse.silent()

    def submit(self, received: Sequence[Received]) -> list[Future[Result]]:
        """A future for each update; done once it is durable, or failed with `TryLater`. Raises `TryLater` when the
        hub is stopping.
        """
        pairs = [(each, Future[Result]()) for each in received]
        with self._lock:
            if self._closed:
                raise TryLater("the hub is stopping")
            if self._thread.ident is None:
                self._thread.start()
            for pair in pairs:
                self._waiting.put(pair)
        return [future for _, future in pairs]

    def accept(self, received: Sequence[Received]) -> list[Result]:
        """Submit and wait."""
        return [future.result() for future in self.submit(received)]

    def close(self) -> None:
        """Finish what was submitted, then stop."""
        with self._lock:
            self._closed = True
            self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = self._gather(first)
            if wanted := [pair for pair in batch if pair[1].set_running_or_notify_cancel()]:  # some may have gone away
                self._pulse.beat()
                self._commit(wanted)
                self._pulse.rest()
            if last:
                return

    def _gather(self, first: tuple[Received, Future[Result]]) -> tuple[list[tuple[Received, Future[Result]]], bool]:
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                found = self._waiting.get_nowait()
            except queue.Empty:
                break
            if found is None:
                return batch, True
            batch.append(found)
        return batch, False

    def _commit(self, batch: list[tuple[Received, Future[Result]]]) -> None:
        """A batch that fails is tried one by one, so that one bad update does no harm to the others."""
        try:
            results = persistently(lambda: self._acceptor.accept([received for received, _ in batch]))
        except Exception as failure:  # noqa: BLE001  # whatever it is, it is the publisher's to hear
            if len(batch) == 1 or isinstance(failure, TryLater):
                self._fail(batch, failure)
            else:
                for each in batch:
                    self._commit([each])
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)

    def _fail(self, batch: list[tuple[Received, Future[Result]]], failure: Exception) -> None:
        if not isinstance(failure, TryLater):
            log.error("accept_failed", error=type(failure).__name__, count=len(batch))
        for _, future in batch:
            future.set_exception(failure)


class Hosted:
    """The consumers of one partner, run at the hub: they see its feed and its views, and nothing else."""

    def __init__(self, agency: AgencyId, feed: Feed, views: Views, consumers: Sequence[Consumer]) -> None:
        """All of the partner's consumers move together, in one transaction."""
        self.agency, self.views = agency, views
        self._feed, self._consumers = feed, consumers
        self.position: int | None = None
        """The sequence up to which everything was taken in; unknown until the first look."""

    def catch_up(self) -> int:
        """Take in what is new, up to a batch. Returns how many records were read."""
        if self.position is None:
            self.position = self.views.position(POSITION)
        return self._take_in(self._feed.told(self.agency, self.position, READ), self.position)

    def take_in(self, told: Sequence[tuple[int, Disclosure | None]]) -> None:
        """Take in records that whoever appended them has at hand. What does not follow what was taken in before is left
        to `catch_up`.
        """
        if told and self.position is not None and told[0][0] == self.position + 1:
            self._take_in(told, self.position)

    def _take_in(self, told: Sequence[tuple[int, Disclosure | None]], since: int) -> int:
        if not told:
            return 0
        last = told[-1][0]
        try:
            self._fold(told, since, last)
        except Collided:
            self.position = None  # another process took them in: this one goes on from where that one stands
        else:
            self.position = last
        return len(told)

    def _fold(self, told: Sequence[tuple[int, Disclosure | None]], since: int, last: int) -> None:
        with self.views.unit() as unit:
            about = [d for _, d in told if d and not d.is_answer]
            unit.prepare([consumer.touches(d) for d in about for consumer in self._consumers])
            for seq, disclosure in told:
                for consumer in self._consumers:
                    if disclosure and not disclosure.is_answer:
                        consumer.apply(unit, seq, disclosure)
            unit.move(POSITION, last, since)


class Hosting:
    """Everyone's consumers: those of a partner that a later bundle adds begin when it does."""

    def __init__(self, host: Callable[[AgencyId], Hosted]) -> None:
        """`host` makes one partner's."""
        self._host, self._lock = host, threading.Lock()
        self._hosted: dict[AgencyId, Hosted] = {}

    def of(self, agencies: Iterable[AgencyId]) -> dict[AgencyId, Hosted]:
        """Those of these agencies, and of those that were asked for before; always the same for the same one."""
        with self._lock:
            for agency in agencies:
                if agency not in self._hosted:
                    self._hosted[agency] = self._host(agency)
            return dict(self._hosted)


def take_in(partners: Iterable[Hosted]) -> int:
    """Let every partner take in one batch, each in its turn: a busy one keeps nobody waiting."""
    return sum(partner.catch_up() for partner in partners)


class Loop:
    """A thread that does one thing again and again, and survives its failures."""

    def __init__(self, name: str, step: Callable[[], float]) -> None:
        """`step` returns how many seconds to wait before the next."""
        self.name, self._step, self._stop = name, step, threading.Event()
        self._pulse = Pulse()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.failing = False
        """Whether the last step failed."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Begin no further step."""
        self._stop.set()

    def close(self) -> None:
        """Finish the step that runs, then stop."""
        self.end()
        if self._thread.is_alive():
            self._thread.join()

    def silent(self) -> float:
        """How long a step takes, or how long the next is overdue."""
        dead = self._thread.ident is not None and not self._stop.is_set() and not self._thread.is_alive()
        return math.inf if dead else self._pulse.silent()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._pulse.beat()
            pause = self._once()
            self._pulse.beat(pause)
            self._stop.wait(pause)
        self._pulse.rest()

    def _once(self) -> float:
        try:
            pause = self._step()
        except Exception as failure:  # noqa: BLE001  # a loop that dies silently is worse than one that repeats
            log.error("loop_failed", loop=self.name, error=type(failure).__name__)  # noqa: TRY400  # no values
            self.failing = True
            return 1.0
        self.failing = False
        return pause
