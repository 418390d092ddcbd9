"""Delivering: what stands in a partner's feed is carried outwards, sealed to that partner, in order and at least once.

Delivered it was when it was committed; a channel only carries. Each partner has its own turn and its own back-off, so
one that is slow or refused keeps nobody else waiting.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access_policies.keys import AgencyKey
from access_policies.model import Partner
from hub.chains import FeedRecord
from hub.crashpoints import reach
from hub.identity import Identity
from hub.parting import Parted, hold_against
from hub.ports import Carried, Channel, Clock, Feed, NotCarried, Positions, TryLater
from hub.recording import Recorder
from hub.wrapping import Window
from schemas.identifiers import AgencyId

BATCH = 128
"""Records in one send. The last of each carries the signed head, so at least every 128th does; and a partner that is
suspended meanwhile gets no further batch.
"""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
_CHECK_SECONDS = 2.0
_PATIENCE = 5.0
"""So long the channel may be out of reach before this process leaves its partners to those who reach it."""
_TURNS = 32
"""Partners that are carried to at the same time."""

log = structlog.get_logger()


class NoReceivingKey(Exception):
    """None of a partner's receiving keys counts today: nothing is carried to it until the register has one."""


@dataclass(frozen=True)
class Carriage:
    """Everything that carrying needs."""

    name: str
    """The channel's, under which positions are kept."""
    channel: Channel
    feed: Feed
    positions: Positions
    identity: Identity
    recorder: Recorder
    delivery: Callable[[], Ed25519PrivateKey]
    """The hub's key that signs windows now."""
    partners: Callable[[], Mapping[AgencyId, Partner]]
    """The register of the bundle in force: asked anew before each send."""
    clock: Clock
    divide: Callable[[str, Collection[str], Collection[str]], Collection[str]] = lambda _, partners, __: partners
    """To which of the partners this process, of all that work on the store, carries (see the port `Store`)."""


def receiving_key(partner: Partner, day: date) -> AgencyKey:
    """The newest receiving key that counts on this day. Raises `NoReceivingKey`."""
    counting = [key for key in partner.keys if key.use == "receiving" and key.counts(day)]
    if not counting:
        raise NoReceivingKey
    return max(counting, key=lambda key: (key.since, key.until, key.id))


def is_carried_to(partner: Partner | None) -> bool:
    """Whether a partner takes part, is not suspended, and ever named a receiving key; others read over HTTP."""
    return partner is not None and not partner.suspended and any(key.use == "receiving" for key in partner.keys)


class Carrying:
    """One partner: where it stands, the window of its data key, and what is in the way."""

    def __init__(self, agency: AgencyId, carriage: Carriage) -> None:
        """Nothing is read before the first turn."""
        self.agency, self._with = agency, carriage
        self.position: int | None = None
        """Up to where this process knows that it was carried; unknown until it is read."""
        self.trouble: str | None = None
        """The name of the error that is in the way; None when nothing is."""
        self._window: tuple[tuple[str, bytes], Window] | None = None
        self._pause, self._not_before = _FIRST_PAUSE, 0.0
        self._since, self._compared = 0, -1
        """How often the partner was lost or met trouble, and after which of them feed and channel were compared."""
        self.stopping = False
        """Set by whoever wants no further batch: the hub ends, or another process is to carry to this partner."""
        self.once_more = False
        """Set by whoever sees that there may be news while a turn runs."""

    def has_news(self, head: int) -> bool:
        """Whether there is something to carry of a feed with this head."""
        if time.monotonic() < self._not_before:
            return False
        return self.position is None or self.position < head

    def stop(self) -> None:
        """Begin no further batch. What was compared is out of this process's hands now: that it lost a lease may be all
        that it sees of a database that lost its end.
        """
        self.stopping, self._since = True, self._since + 1

    def at_once(self) -> None:
        """Wait no longer: what was in the way may be gone."""
        self._not_before = 0.0

    def carry_on(self) -> None:
        """Carry until there is nothing left or something is in the way, which keeps only this partner waiting."""
        try:
            self.once_more = True
            while self.once_more and not self.stopping:
                self.once_more = False
                if self.carry():
                    self.once_more = True
                self.trouble, self._pause = None, _FIRST_PAUSE
        except NotCarried as stopped:
            self._troubled(stopped.__cause__ or stopped)
        except Exception as failure:  # noqa: BLE001  # whatever it is, it is this partner's alone
            self._troubled(failure)

    def _troubled(self, failure: BaseException) -> None:
        name = type(failure).__name__
        if name != self.trouble:
            self._say(failure)
        self.trouble, self.position, self._since = name, None, self._since + 1
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _say(self, failure: BaseException) -> None:
        if isinstance(failure, Parted):
            log.error("carrying_parted", agency=self.agency, topic=self._with.identity.topic(self.agency))
        else:
            log.error("carrying_failed", agency=self.agency, error=type(failure).__name__)

    def carry(self) -> bool:
        """Carry one batch; whether there may be more. Raises `NotCarried`, `NoReceivingKey`, `Parted` or the store's
        word.
        """
        self._compare()
        if self.position is None:
            self.position = self._with.positions.carried(self.agency, self._with.name)
        records = self._with.feed.read(self.agency, self.position, BATCH)
        key = self._addressee() if records else None
        if key is None:
            return False
        sealed = self._sealed(records, key)
        reach("before_carry")
        if self._addressee() != key:  # while it was sealed the partner was suspended, or its key was exchanged
            return True
        try:
            self._with.channel.carry(self.agency, sealed)
        except NotCarried as stopped:
            self._move(sealed[: stopped.acknowledged])
            raise
        reach("after_carry")  # a crash here repeats the batch; the partner knows it again by its sequence
        self._move(sealed)
        return len(records) == BATCH or self.position is None

    def _compare(self) -> None:
        """Hold the feed against what the channel holds, whether there is news or not: before others get its numbers."""
        since = self._since
        if self._compared != since:
            hold_against(self._with.feed, self.agency, self._with.channel.last(self.agency))
            self._compared = since

    def _addressee(self) -> AgencyKey | None:
        """Asked of the bundle in force, whatever was so when the record was committed. Raises `NoReceivingKey`."""
        partner = self._with.partners().get(self.agency)
        if partner is None or not is_carried_to(partner):
            return None
        return receiving_key(partner, self._with.clock.now().date())

    def _sealed(self, records: list[FeedRecord], key: AgencyKey) -> list[Carried]:
        window, last = self._current(key), records[-1].header
        feed = str(self._with.identity.feed(self.agency))
        note = self._with.recorder.signed_head(feed, last.seq, last.link())
        return [Carried(each.header.seq, window.wrap(each, note if each.header == last else None)) for each in records]

    def _current(self, key: AgencyKey) -> Window:
        delivery, now = self._with.delivery(), self._with.clock.now()
        under = (key.id, delivery.public_key().public_bytes_raw())
        if self._window is None or self._window[0] != under or self._window[1].is_over(now):
            feed = self._with.identity.feed(self.agency)
            self._window = (under, Window.begin(feed, key.raw, delivery, now))
        return self._window[1]

    def _move(self, sealed: list[Carried]) -> None:
        """Only from where it was read: if another process carried meanwhile, its position holds and is read again."""
        if not sealed or self.position is None:
            return
        moved = self._with.positions.move(self.agency, self._with.name, self.position, sealed[-1].seq)
        self.position = sealed[-1].seq if moved else None


class Carrier:
    """Everyone's carrying: those of a partner that a later bundle adds begin when it does."""

    def __init__(self, carriage: Carriage) -> None:
        """Nothing is carried before the first step."""
        self._with = carriage
        self._all: dict[AgencyId, Carrying] = {}
        self._running: dict[str, Future[None]] = {}
        self._turns = ThreadPoolExecutor(_TURNS, thread_name_prefix="carry")
        self._check_at, self._lock = 0.0, threading.Lock()
        self._silent_since: float | None = None

    @property
    def name(self) -> str:
        """The channel's."""
        return self._with.name

    @property
    def out_of_reach(self) -> bool:
        """Whether the channel did not answer when it was last asked."""
        return self._silent_since is not None

    @property
    def _cut_off(self) -> bool:
        since = self._silent_since
        return since is not None and time.monotonic() - since >= _PATIENCE

    def step(self) -> None:
        """Give a turn to every partner that has news and none yet; never waits for one. Who is cut off from the channel
        takes no part, whether others are or not, and takes part again as soon as the channel answers.
        """
        with self._lock:
            if time.monotonic() >= self._check_at:
                self._begin("", self._check)
            heads = self._with.feed.heads()
            partners = [agency for agency, partner in self._with.partners().items() if is_carried_to(partner)]
            busy = [agency for agency, running in self._running.items() if not running.done()]
            mine = self._with.divide(f"carry/{self._with.name}", () if self._cut_off else partners, busy)
            for agency in partners:
                self._one(agency, heads.get(agency, 0), mine=agency in mine)
            for agency in self._all.keys() - {*partners}:
                self._all[agency].trouble = None

    def _one(self, agency: AgencyId, head: int, *, mine: bool) -> None:
        carrying = self._all.setdefault(agency, Carrying(agency, self._with))
        if mine:
            carrying.stopping = False
        else:
            carrying.stop()
        if agency in self._running and not self._running[agency].done():
            carrying.once_more = True
        elif not mine:
            carrying.position = None  # who carries meanwhile moves on
            carrying.trouble = carrying.trouble if self.out_of_reach else None
        elif carrying.has_news(head):
            self._begin(agency, carrying.carry_on)

    def _begin(self, name: str, do: Callable[[], None]) -> None:
        running = self._running.get(name)
        if running is None or running.done():
            self._running[name] = self._turns.submit(do)

    def _check(self) -> None:
        back = False
        try:
            self._with.channel.check()
            back, self._silent_since = self.out_of_reach, None
        except TryLater:
            self._silent_since = self._silent_since or time.monotonic()
        self._check_at = time.monotonic() + _CHECK_SECONDS
        for carrying in list(self._all.values()) if back else ():
            carrying.at_once()

    def alarms(self) -> dict[AgencyId, str]:
        """The partners to which nothing can be carried now, each with the name of what is in the way."""
        return {agency: each.trouble for agency, each in list(self._all.items()) if each.trouble}

    @property
    def parted(self) -> int:
        """How many of them have a channel that holds what is not on their feeds."""
        return list(self.alarms().values()).count(Parted.__name__)

    def position(self, agency: AgencyId) -> int:
        """Up to where a partner's feed was carried, by whichever process."""
        return self._with.positions.carried(agency, self._with.name)

    def catch_up(self) -> None:
        """Carry all there is, and wait for it (what the background does by itself)."""
        self.step()
        for running in list(self._running.values()):
            running.result()

    def close(self) -> None:
        """Finish the batches that are on their way, and release the channel."""
        with self._lock:
            for carrying in self._all.values():
                carrying.stopping = True
        self._turns.shutdown()
        self._with.channel.close()
