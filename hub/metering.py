"""Metering: what is counted, for Prometheus. Figures say how much and how fast, never about whom.

The path knows nothing of it: its units of work are counted at the port, once they are committed.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from hub.placing import HUB
from hub.ports import Arrival, Store, Unit, UpdateKey
from schemas.identifiers import AgencyId

NAMESPACE = "iom_hub"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Standing:
    """How a process stands at the moment of being asked, by role or kind. What cannot be known is left out."""

    lag: Mapping[str, float] = field(default_factory=dict)
    """For each role how many records wait."""
    oldest: Mapping[str, float] = field(default_factory=dict)
    """For each role the age in seconds of the first that waits; 0 when nothing does."""
    alarms: Mapping[str, float] = field(default_factory=dict)
    """For each kind of alarm how many there are."""
    rebalances: float = 0
    client_rebuilds: float = 0
    ready: bool = True


class Meters:
    """The figures of one process."""

    def __init__(self) -> None:
        """Everything stands at nothing."""
        self._registry = CollectorRegistry()
        self.standing: Callable[[], Standing] = Standing
        """Asked at each look."""
        self._registry.register(self)
        ProcessCollector(namespace=NAMESPACE, registry=self._registry)
        more: dict[str, Any] = {"namespace": NAMESPACE, "registry": self._registry}
        self.received = Counter("received", "Agencies' updates that reached the store, repeated ones too.", **more)
        self.accepted = Counter(
            "accepted", "Updates that were acknowledged, or that the hub made.", ["outcome"], **more
        )
        self.disclosed = Counter("disclosed", "Records told, by the recipient's feed.", ["recipient"], **more)
        self.batch_seconds = Histogram("batch_seconds", "From a batch's begin to its end.", buckets=_BUCKETS, **more)
        self.commit_seconds = Histogram("commit_seconds", "From the last statement on.", buckets=_BUCKETS, **more)
        for outcome in ("placed", "held", "discarded", "repeated"):
            self.accepted.labels(outcome)

    def text(self) -> bytes:
        """All of them, in Prometheus' own form."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked before somebody looks."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """What is read and not counted."""
        now = self.standing()
        yield GaugeMetricFamily(f"{NAMESPACE}_ready", "1 while the process is ready for work.", float(now.ready))
        yield _gauges("lag", "Records that wait.", "role", now.lag)
        yield _gauges("oldest_unprocessed_seconds", "Age of the first record that waits.", "role", now.oldest)
        yield _gauges("alarms", "What somebody should look at.", "kind", now.alarms)
        yield CounterMetricFamily(f"{NAMESPACE}_rebalances", "Partitions handed out anew.", now.rebalances)
        rebuilds = now.client_rebuilds
        yield CounterMetricFamily(f"{NAMESPACE}_client_rebuilds", "Clients of the broker begun anew.", rebuilds)


def _gauges(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{NAMESPACE}_{name}", says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class _Counted:
    """A unit of work, and what goes through it. Everything else is the unit's own."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.received = self.repeated = self.placed = self.held = self.own = 0
        self.told: dict[AgencyId, int] = {}
        self.written_at: float | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._unit, name)
        if callable(found):
            setattr(self, name, found)  # called many times for each update: not by way of here again
        return found

    def receive(self, arrivals: Sequence[Arrival]) -> list[Arrival | None]:
        earlier = self._unit.receive(arrivals)
        for arrival, before in zip(arrivals, earlier, strict=True):
            self.received += arrival.key.publisher != HUB  # the hub's own, and its answers, came from nowhere
            self.repeated += arrival.key.publisher != HUB and before is not None
        return earlier

    def take_held(self, key: UpdateKey) -> bool:
        taken = self._unit.take_held(key)
        self.own += taken  # it was counted when it came, and is written anew
        return taken

    def write(self, *counter: Any, **rows: Any) -> None:
        for stored, _ in rows.get("updates", ()):
            self.placed += stored.record_id is not None
            self.held += stored.record_id is None
            self.own += stored.key.publisher == HUB
        for row in rows.get("feed", ()):
            self.told[row.recipient] = self.told.get(row.recipient, 0) + 1
        self._unit.write(*counter, **rows)
        self.written_at = time.perf_counter()


class MeteredStore:
    """A store whose units of work are counted once they are committed; one that is rolled back counts for nothing."""

    def __init__(self, store: Store, meters: Meters, feed_id: Callable[[AgencyId], object]) -> None:
        """A recipient is counted under its opaque `feed_id`, as its topic is: who keeps figures learns no name."""
        self._store, self._meters, self._feed_id = store, meters, feed_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def unit(self, **how: bool) -> Iterator[Unit]:
        """See `hub.ports.Store`."""
        began = time.perf_counter()
        with self._store.unit(**how) as unit:
            counted = _Counted(unit)
            yield cast("Unit", counted)
        self._count(counted, began)

    def _count(self, counted: _Counted, began: float) -> None:
        meters, now = self._meters, time.perf_counter()
        meters.received.inc(counted.received)
        discarded = counted.received - counted.repeated - (counted.placed + counted.held - counted.own)
        outcomes = {"placed": counted.placed, "held": counted.held, "repeated": counted.repeated}
        for outcome, count in (outcomes | {"discarded": discarded}).items():
            meters.accepted.labels(outcome).inc(max(count, 0))
        for recipient, count in counted.told.items():
            meters.disclosed.labels(str(self._feed_id(recipient))).inc(count)
        if counted.received:
            meters.batch_seconds.observe(now - began)
        if counted.written_at is not None:
            meters.commit_seconds.observe(now - counted.written_at)


def metered(store: Store, meters: Meters, feed_id: Callable[[AgencyId], object]) -> Store:
    """The store, counted."""
    return cast("Store", MeteredStore(store, meters, feed_id))
