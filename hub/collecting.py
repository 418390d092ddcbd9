"""Collecting: what a source brings is opened, its signature checked, and taken in with the answers to its publishers.

Only then does the source hear that it was taken: a crash in between brings the records again, and they have no second
effect. Nothing that lies in a record stops those behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import NamedTuple

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from access_policies.compiling import Bundle
from hub.accepting import Acceptor
from hub.answering import Line, Refusal
from hub.attesting import HEADER, Unattested, parts
from hub.chains import Tampered
from hub.crashpoints import reach
from hub.ports import Brought, Clock, Source, TryLater
from hub.receiving import Problem, Rejected
from hub.vouching import Signed, signed_lines
from hub.wrapping import SEALED_HEADER, UnknownKey, open_inbound

MOST_LINES, MOST_BYTES = 500, 1024 * 1024
"""What one unit of work takes at most: a record that holds more goes through several."""
WAIT_SECONDS = 0.5
"""How long a source is asked to wait for a record."""
TRIES = 5
"""How often an update is tried that makes the hub fail, before it is held."""
FAILED = "failed"
"""Why an update is held, or a record refused, on which the hub itself failed."""
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds to wait when the store or the broker is out of reach: longer each time."""

log = structlog.get_logger()


class Opened(NamedTuple):
    """The bytes that were signed, and whether they came sealed to the hub."""

    value: bytes
    sealed: bool


Open = Callable[[Brought], Opened]
"""Raises `Unattested` where a sealed record does not open."""
Check = Callable[[bytes, Brought], Signed]
"""Raises `Unattested`."""


def opener(inbound: Callable[[], Mapping[str, X25519PrivateKey]]) -> Open:
    """Opens what was sealed to the hub. `inbound` gives the hub's own keys by id."""

    def opened(record: Brought) -> Opened:
        name = record.headers.get(SEALED_HEADER)
        if name is None:
            return Opened(record.value, sealed=False)
        try:
            return Opened(open_inbound(inbound(), name.decode("ascii", "replace"), record.value), sealed=True)
        except UnknownKey as unknown:
            log.error("key_missing", problem=str(unknown))  # noqa: TRY400  # no traceback
            raise Unattested("sealed_to_unknown_key") from unknown
        except Tampered as tampered:
            raise Unattested("does_not_open") from tampered

    return opened


def checker(in_force: Callable[[], Bundle], clock: Clock) -> Check:
    """Checks who signed, by the register in force."""

    def checked(value: bytes, record: Brought) -> Signed:
        said = record.headers.get(HEADER, b"").decode("ascii", "replace")
        return signed_lines(value, said, in_force(), clock.now())

    return checked


Item = Line | Refusal
NOT_SEALED = Problem("(record)", "not_sealed", "this agency seals what it publishes to the hub")


@dataclass
class _Batch:
    """Lines and refusals that go into one unit of work."""

    lines: list[Line]
    refusals: list[Refusal]
    length: int = 0
    """Bytes of the lines that were added."""

    @property
    def size(self) -> int:
        """How many items it has."""
        return len(self.lines) + len(self.refusals)

    def has_room(self, items: Sequence[Item]) -> bool:
        """Whether one unit takes these, too."""
        return self.size + len(items) <= MOST_LINES and self.length + sum(map(_length, items)) <= MOST_BYTES

    def add(self, items: Sequence[Item]) -> None:
        """These, too."""
        self.lines += [item for item in items if isinstance(item, Line)]
        self.refusals += [item for item in items if isinstance(item, Refusal)]
        self.length += sum(map(_length, items))

    def halves(self) -> Iterator["_Batch"]:
        """The first half and the second, in order."""
        if self.refusals and self.lines:
            yield from (_Batch(self.lines, []), _Batch([], self.refusals))
            return
        middle = self._middle()
        for part in (slice(middle), slice(middle, None)):
            yield _Batch(self.lines[part], self.refusals[part])

    def _middle(self) -> int:
        """Between two records, if there are several: how one is answered does not hang on another's."""
        places, middle = [each.place for each in self.lines or self.refusals], self.size // 2
        between = [at for at in range(1, self.size) if places[at] != places[at - 1]]
        return min(between, key=lambda at: abs(at - middle), default=middle)


class Collector:
    """Works on one source. Keeps nothing of what was brought."""

    def __init__(
        self,
        source: Source,
        acceptor: Acceptor,
        opens: Open,
        checks: Check,
    ) -> None:
        """`opens` and `checks` are asked for each record, in this order."""
        self._source, self._acceptor, self._opens, self._checks = source, acceptor, opens, checks
        self._failures = 0
        self.counted: Counter[str] = Counter()
        """How often something happened: `records`, `lines`, `refused`, `failed`, `again`. Nothing about anybody."""

    @property
    def alarms(self) -> int:
        """How many records the operator should look at: nobody stood behind them, or the hub failed on them."""
        return self.counted["refused"] + self.counted["failed"]

    def step(self) -> float:
        """Bring, take in, say so. Returns the seconds to wait before the next; longer while something is down."""
        try:
            brought = self._source.bring(MOST_LINES, WAIT_SECONDS)
            self._take_in(brought)
            reach("before_taken")  # a crash here brings the records again; they are known
            if brought:
                self._source.taken(brought)
        except TryLater as later:
            return self._pause(later)
        self._failures = 0
        return 0.0

    def _pause(self, later: TryLater) -> float:
        """Nothing is rejected and nothing overtakes: the same records come again, in their order."""
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self.counted["again"] += 1
        log.warning("collecting_waits", error=type(later.__cause__ or later).__name__, count=self._failures)
        self._source.again()
        return pause

    def close(self) -> None:
        """Leave the source in good order."""
        self._source.close()

    def _take_in(self, brought: Sequence[Brought]) -> None:
        self.counted["records"] += len(brought)
        for batch in _in_units(self._items(brought)):
            self._collect(batch)

    def _items(self, brought: Sequence[Brought]) -> Iterator[Sequence[Item]]:
        """What is in each record. The bundle that checks is the one in force now; the unit asks again by its own."""
        bundle = self._acceptor.in_force()
        for record in brought:
            try:
                yield self._lines(record, bundle)
            except Unattested as refused:
                yield [self._refused(record, str(refused))]
            except Exception as failure:  # noqa: BLE001  # whatever a record does to the hub, those behind it go on
                log.error("record_failed", error=type(failure).__name__)  # noqa: TRY400  # no values
                yield [self._refused(record, FAILED)]

    def _lines(self, record: Brought, bundle: Bundle) -> list[Line]:
        opened = self._opens(record)
        signed = self._checks(opened.value, record)
        partner = bundle.policies.partners.get(signed.agency)
        if partner is None or partner.suspended:
            raise Unattested("takes_no_part")
        lines = [Line(signed.agency, record.place, n, *each) for n, each in enumerate(signed.lines)]
        if partner.seals and not opened.sealed:
            self._alarm(record, "not_sealed")
            return [line._replace(outcome=Rejected([NOT_SEALED])) for line in lines]
        return lines

    def _refused(self, record: Brought, rule: str) -> Refusal:
        self._alarm(record, rule)
        return Refusal(record.place, sha256(record.value).digest(), rule)

    def _alarm(self, record: Brought, rule: str) -> None:
        self.counted["refused"] += 1
        log.error("record_refused", rule=rule, **record.place._asdict())

    def _collect(self, batch: _Batch) -> None:
        """One unit; where the hub fails, in halves, down to the one on which it does. Raises `TryLater`."""
        try:
            self._acceptor.collect(batch.lines, batch.refusals)
            self.counted["lines"] += len(batch.lines)
        except TryLater:
            raise
        except Exception as failure:  # noqa: BLE001  # a bug of the hub's must not stop a partition
            log.error("collecting_failed", error=type(failure).__name__, count=batch.size)  # noqa: TRY400  # no values
            if batch.size > 1:
                for half in batch.halves():
                    self._collect(half)
            else:
                self._try_again(batch)

    def _try_again(self, single: _Batch) -> None:
        for _ in range(TRIES - 1):
            try:
                self._acceptor.collect(single.lines, single.refusals)
            except TryLater:
                raise
            except Exception as failure:  # noqa: BLE001  # see above
                last = type(failure).__name__
            else:
                return
        self._hold(single, last)

    def _hold(self, single: _Batch, error: str) -> None:
        """The update is kept, sealed, as a held one with the reason `failed`; its publisher hears that it came."""
        self.counted["failed"] += 1
        for line in single.lines:
            log.error("update_held", error=error, **line.place._asdict())
        try:
            self._acceptor.collect(single.lines, single.refusals, failed=FAILED)
        except TryLater:
            raise
        except Exception as failure:  # noqa: BLE001  # then at least the ledger says where it lay
            log.error("holding_failed", error=type(failure).__name__)  # noqa: TRY400  # no values
            left = [Refusal(line.place, sha256(line.raw).digest(), FAILED) for line in single.lines]
            self._acceptor.collect([], left or single.refusals)


def _in_units(records: Iterable[Sequence[Item]]) -> Iterator[_Batch]:
    """Items in order, as many as one unit takes; not more are in memory at once. What fits into one unit is not parted:
    how its publisher is answered does not hang on what came before it.
    """
    batch = _Batch([], [])
    for part in chain.from_iterable(parts(record, MOST_LINES, MOST_BYTES, _length) for record in records):
        if batch.size and not batch.has_room(part):
            yield batch
            batch = _Batch([], [])
        batch.add(part)
    if batch.size:
        yield batch


def _length(item: Item) -> int:
    return len(item.raw) if isinstance(item, Line) else 0
