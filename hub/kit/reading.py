"""Reading: the kit's loop. It reads on for as long as it may, says what is in the way, and never goes past a fork."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event
from types import FrameType

import orjson

from hub.kit.opening import Kit
from hub.ports import Barred, Offered, Outlet, TryLater
from hub.running import GATHER_SECONDS, tune_interpreter

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_WAIT = 20.0
_ASIDE_SECONDS = 10.0
"""How long another outlet is read before the first choice, which was out of reach, is asked again."""


class Stopped(Exception):
    """Somebody asked the kit to stop, and nothing was going on."""


class Ending:
    """SIGTERM and Ctrl-C: what was begun is finished; a wait is cut short."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.asked = Event()
        self._waiting = False

    def listen(self) -> None:
        """From now on."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the form of a handler
        self.asked.set()
        if self._waiting:
            self._waiting = False
            raise Stopped

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Whatever is done in here may be cut short."""
        if self.asked.is_set():
            raise Stopped
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False


class Reading:
    """One kit at work."""

    def __init__(self, kit: Kit, outlets: Sequence[Outlet], say: Callable[[str], None], ending: Ending) -> None:
        """`say` is told each thing that changes, in a sentence. The first outlet is the first choice."""
        self._kit, self._outlets, self._say, self._ending = kit, outlets, say, ending
        self._said = ""
        self._missing: tuple[int, int] | None = None
        self._tried = 0
        """How often what is missing was asked for again."""
        self._more_comes = False
        self._aside, self._until = "", 0.0
        """Why the first choice is left aside, and until when; empty while it is read."""

    def run(self) -> None:
        """Read until asked to stop, in a process of its own. Raises `Forked`, `Tampered` or `UnknownKey`: somebody has
        to look.
        """
        tune_interpreter()
        pause = _FIRST_PAUSE
        with suppress(Stopped):
            while True:
                try:
                    self.step(_WAIT)
                    if self._missing is None:
                        pause = _FIRST_PAUSE
                        continue
                except (Barred, TryLater) as trouble:
                    self._report("barred" if isinstance(trouble, Barred) else "waiting", str(trouble))
                with self._ending.waiting():
                    self._ending.asked.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def once(self) -> None:
        """Read all there is now. Raises `Barred` or `TryLater`, too."""
        with suppress(Stopped):
            while self.step(0.5) or self._goes_on():
                pass
        if self._missing:
            raise TryLater(_missing_in_words(self._missing))

    def _goes_on(self) -> bool:
        """Whether there is more to read now: what is missing is asked for twice from each outlet."""
        return self._tried < 2 * len(self._outlets) if self._missing else not self._outlet.at_end

    @property
    def _outlet(self) -> Outlet:
        """Where it reads now: what is missing there after its beginning was read again is asked for elsewhere."""
        passed_over = max(self._tried // 2, int(time.monotonic() < self._until))
        return self._outlets[min(passed_over, len(self._outlets) - 1)]

    def step(self, seconds: float) -> int:
        """Read once and take in what came. How many records were new."""
        self._fold()
        seq, _ = self._kit.taking.head()
        with self._ending.waiting():
            if self._more_comes:
                self._ending.asked.wait(GATHER_SECONDS)
            outlet, offered = self._offered(seq, seconds)
        taken = self._kit.taking.take(offered)
        self._more_comes = bool(taken.appended)
        self._kit.hosted.take_in(taken.told)
        self._fold()
        if taken.missing:
            self._missing = taken.missing
            self._report("missing", _missing_in_words(taken.missing))
        elif taken.appended:
            self._found()
        if self._missing and outlet.at_end and not taken.appended:
            self._tried += 1
            outlet.back()
        if self._missing is None:
            self._report("reading", self._aside)
        return taken.appended

    def _offered(self, seq: int, seconds: float) -> tuple[Outlet, Sequence[Offered]]:
        """From where it reads now; while the first choice is out of reach or bars it, from the next. Raises as an
        outlet does.
        """
        first, outlet = self._outlets[0], self._outlet
        try:
            offered = outlet.offer(seq, seconds)
        except (Barred, TryLater) as trouble:
            if outlet is not first:
                raise type(trouble)("; ".join(filter(None, (self._aside, str(trouble))))) from trouble
            if len(self._outlets) == 1:
                raise
            self._leave(trouble)
            return self._offered(seq, seconds)
        if outlet is first and self._aside:
            self._aside = ""
            self._say("the broker answers: reading from there again")
        return outlet, offered

    def _leave(self, trouble: Exception) -> None:
        """For a while, with a word on it the first time. It is begun anew then."""
        self._outlets[0].close()
        self._aside = self._aside or f"{trouble}. Reading over HTTP meanwhile"
        self._until = time.monotonic() + _ASIDE_SECONDS

    def _found(self) -> None:
        """What was missing is here; the first choice is read again, from its beginning."""
        if self._missing:
            self._outlets[0].back()
        self._missing, self._tried = None, 0

    def _fold(self) -> None:
        while self._kit.hosted.catch_up():
            pass

    def _report(self, state: str, why: str) -> None:
        if why and why != self._said:
            self._say(why)
        if (state, why) != self._kept:
            self._keep(state, why)
        self._said = why

    _kept: tuple[str, str] | None = None

    def _keep(self, state: str, why: str) -> None:
        """For `connect status`, which is another process."""
        self._kept = (state, why)
        beside = self._kit.home.state_file.with_suffix(".new")
        said = {"state": state, "why": why, "since": datetime.now(UTC).isoformat(), "pid": os.getpid()}
        beside.write_bytes(orjson.dumps(said))
        beside.replace(self._kit.home.state_file)

    def stopped_by(self, trouble: Exception) -> None:
        """Keep for `connect status` what has ended the reading."""
        self._keep("stopped", str(trouble))


def _missing_in_words(missing: tuple[int, int]) -> str:
    first, last = missing
    return f"feed record {first} is missing" if first == last else f"feed records {first}..{last} are missing"
