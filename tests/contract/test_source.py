"""A source keeps the order of each key, brings again what was not taken, and bounds what it holds; a hub that collects
from it loses nothing and does nothing twice, whatever happens meanwhile.
"""

import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.sources import (
    SESSION_SECONDS,
    KafkaPlace,
    SourcePlace,
    all_of,
    by_key,
    first_of,
    notes,
    places,
    until_true,
)
from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_source import KafkaSource
from hub.ports import Brought, Source, TryLater


@pytest.fixture(params=["files", "kafka"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SourcePlace]:
    """A place for each kind of source in turn."""
    yield from places(tmp_path, request.param, lambda: str(request.getfixturevalue("kafka")))


@pytest.fixture
def topic(tmp_path: Path, kafka: str) -> Iterator[KafkaPlace]:
    """A topic, where a promise is about owners that change."""
    yield from places(tmp_path, "kafka", lambda: kafka)


def test_order_per_key(place: SourcePlace) -> None:
    """What was put under one key comes in that order, all of it, once."""
    place.put(notes(300))
    found = all_of(place.open(), 300, limit=70)
    assert len(found) == 300
    assert all(numbers == list(range(len(numbers))) for numbers in by_key(found).values())


def test_headers_and_bytes_come_as_they_were_put(place: SourcePlace) -> None:
    """Value and signature come to the byte, whatever bytes they are."""
    value, signature = bytes(range(256)), "ed25519;key=ü".encode()
    place.put([("k", value, signature)])
    [brought] = all_of(place.open(), 1)
    assert (brought.value, brought.headers) == (value, {"iomhub-signature": signature})


def test_it_resumes_after_a_restart(place: SourcePlace) -> None:
    """What was taken does not come again, what was not comes first, in its order."""
    place.put(notes(40))
    source = place.open()
    brought = first_of(source)
    while len(brought) < 40:
        brought += first_of(source)
    kept = [each for each in brought if each.place.partition == brought[0].place.partition]
    source.taken(kept[:3])
    source.close()
    again = all_of(place.open(), 37)
    left = [each for each in brought if each not in kept[:3]]
    assert sorted(each.place for each in again) == sorted(each.place for each in left)
    assert [each for each in again if each.place.partition == kept[0].place.partition] == kept[3:]


def test_again_goes_back_in_every_partition(place: SourcePlace) -> None:
    """After a failure the next batch begins with the first that was not taken, in each partition: nothing is lost."""
    place.put(notes(60))
    source = place.open()
    seen = first_of(source, limit=25)
    source.taken(seen[:5])
    seen += first_of(source, limit=25)
    source.again()
    rest = all_of(source, 55)
    places_of = {each.place for each in seen[:5]} | {each.place for each in rest}
    assert len(places_of) == 60
    numbers = by_key([*seen[:5], *rest])
    assert all(sorted(set(each)) == list(range(max(each) + 1)) for each in numbers.values())
    for each in by_key(rest).values():
        assert each == sorted(each)


def test_memory_is_bounded_while_the_handler_is_blocked(place: SourcePlace) -> None:
    """With 64 MB waiting and nothing taken, a source holds a few of them."""
    place.put(notes(1000, size=64 * 1024))
    tracemalloc.start()
    try:
        source = place.open()
        first = first_of(source, limit=10)
        time.sleep(3)
        assert tracemalloc.get_traced_memory()[1] < 24 * 1024 * 1024
    finally:
        tracemalloc.stop()
    source.taken(first)
    assert len(all_of(source, 1000 - len(first), seconds=60)) == 1000 - len(first)


def test_it_closes_in_mid_batch(place: SourcePlace) -> None:
    """A source that is closed while a batch is out is gone within two seconds, and the batch comes to the next one at
    once, without waiting for a session to end.
    """
    place.put(notes(50))
    source = place.open()
    first_of(source)
    began = time.monotonic()
    source.close()
    assert time.monotonic() - began < 2
    assert len(all_of(place.open(), 50, seconds=SESSION_SECONDS)) == 50


def test_nothing_there_is_nothing(place: SourcePlace) -> None:
    """An empty place brings nothing, and in the time that was given."""
    place.put([])
    source = place.open()
    source.bring(10, 0.1)
    began = time.monotonic()
    assert source.bring(10, 0.3) == []
    assert time.monotonic() - began < 2


class Taking:
    """A worker that takes what a source brings, slowly, and notes each effect: once for every record, as the store
    does.
    """

    def __init__(self, source: Source, effects: dict[Any, int], hold: float = 0.0) -> None:
        self.source, self._effects, self._hold = source, effects, hold
        self.order: list[Brought] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                brought = self.source.bring(50, 0.2)
                time.sleep(self._hold if brought else 0)
                for each in brought:
                    self._effects[each.place] = self._effects.get(each.place, 0) + 1
                    self.order.append(each)
                if brought:
                    self.source.taken(brought)
            except TryLater:
                self.source.again()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def test_a_rebalance_in_mid_batch(topic: KafkaPlace) -> None:
    """While one worker is in the middle of a batch another joins, and leaves again: no record is lost, and none has an
    effect twice, since the rebalance waits for the batch.
    """
    topic.put(notes(1500, keys=40))
    effects: dict[Any, int] = {}
    one = Taking(topic.open(), effects, hold=0.4)
    until_true(lambda: len(effects) > 40)
    two = Taking(topic.open(), effects, hold=0.4)
    until_true(lambda: len(two.order) > 50, 60)
    two.end()
    two.source.close()
    until_true(lambda: len(effects) == 1500, 90)
    one.end()
    assert set(effects.values()) == {1}
    assert isinstance(one.source, KafkaSource)
    assert one.source.rebalances >= 3
    for worker in (one, two):
        assert all(numbers == sorted(numbers) for numbers in by_key(worker.order).values())


def test_a_stalled_owner_past_its_session_does_no_harm(topic: KafkaPlace) -> None:
    """An owner that stands still past its session loses its partitions; what it says of them later is left alone: the
    group does not go back, and nothing is lost.
    """
    topic.put(notes(200))
    stalled = topic.open()
    old = first_of(stalled, limit=50)
    stalled._loop.call_soon_threadsafe(time.sleep, SESSION_SECONDS + 6)
    other = topic.open()
    seen = all_of(other, 200, seconds=60)
    assert len(seen) == 200
    stalled.taken(old)
    topic.put(notes(30))
    more = all_of(other, 30, seconds=5)
    more += all_of(stalled, 30 - len(more), seconds=30)
    more += all_of(other, 30 - len(more), seconds=30)
    assert len({each.place for each in more} - {each.place for each in seen}) == 30
    assert len(more) == 30


def test_a_consumer_that_no_longer_moves_is_built_anew(topic: KafkaPlace) -> None:
    """Where records wait and nothing comes for a while, the source builds its consumer anew and goes on."""
    source = topic.open(stall_seconds=2.0)
    source.bring(10, 0.2)
    topic.put(notes(20))
    until_true(lambda: source._consumer is not None and bool(source._consumer.assignment()))
    stuck = source._consumer
    source._loop.call_soon_threadsafe(lambda: stuck.pause(*stuck.assignment()))  # a client that waits for ever
    assert len(all_of(source, 20, seconds=40)) == 20
    assert source.rebuilds == 1


def test_no_broker_is_try_later() -> None:
    """Where no broker answers, a source says so in bounded time, again and again, and closes in good order."""
    source = KafkaSource(Broker("127.0.0.1:1"), "iom-hub.accept")
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(TryLater):
            source.bring(10, 0.1)
        assert time.monotonic() - began < 15
    source.close()
