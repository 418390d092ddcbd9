"""Kafka as a source: one consumer group over the topics of every strand, offsets committed after the transaction.

The consumer lives in an event loop of its own, in a thread of its own. Every wait has a limit, because the client
itself may wait for ever; one that no longer moves is built anew.
"""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import CancelledError
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition  # type: ignore[import-untyped]  # no types
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError  # type: ignore[import-untyped]  # no types

from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_clients import NoAccess, check_access
from hub.ports import Brought, Coordinates, TryLater
from schemas.updates import KINDS

T = TypeVar("T")
GROUP = "iom-hub.accept"
FETCH_BYTES = 512 * 1024
"""What a partition may hold ready in memory; a single larger record still comes."""
CALL_SECONDS = 10.0
STALL_SECONDS = 30.0
"""So long there may be records while nothing moves: then the consumer is built anew."""
REVOKE_SECONDS = 20.0
"""How long a rebalance waits for the running batch; what is not taken by then, its new owner does again."""

log = structlog.get_logger()


def topics() -> list[str]:
    """The topic of each strand."""
    return sorted({f"pathway.{kind.partition('.')[0]}" for kind in KINDS})


class KafkaSource(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Keeps the promises of `hub.ports.Source`. Any number of them share the partitions of one group."""

    def __init__(
        self,
        broker: Broker,
        group: str,
        *,
        subscribed: Sequence[str] = (),
        group_instance_id: str | None = None,
        session_seconds: float = 10.0,
        revoke_seconds: float = REVOKE_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        """Nothing is opened before the first `bring`."""
        self._broker, self._group = broker, group
        self._options: dict[str, Any] = {
            **broker.aiokafka(),
            "group_id": group,
            "group_instance_id": group_instance_id,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "isolation_level": "read_committed",
            "max_partition_fetch_bytes": FETCH_BYTES,
            "metadata_max_age_ms": 30_000,
            "rebalance_timeout_ms": round((revoke_seconds + CALL_SECONDS) * 1000),
            "session_timeout_ms": round(session_seconds * 1000),
            "heartbeat_interval_ms": round(session_seconds * 1000 / 3),
            "max_poll_interval_ms": 300_000,
        }
        self._topics = list(subscribed) or topics()
        self._revoke_seconds, self._stall_seconds = revoke_seconds, stall_seconds
        self._consumer: Any = None
        self._resume: dict[TopicPartition, int] = {}
        """For each partition that is held the first offset that was brought and not taken."""
        self._moved = time.monotonic()
        self.rebalances, self.rebuilds = 0, 0
        self._built_at = 0
        """How many rebalances there had been when the consumer was built."""
        self._loop = asyncio.new_event_loop()
        self._idle = asyncio.Event()
        self._idle.set()
        self._revoking = False
        self._thread = threading.Thread(target=self._loop.run_forever, name="kafka-source", daemon=True)
        self._thread.start()

    def bring(self, limit: int, seconds: float) -> list[Brought]:
        """From all partitions that are held, each in its order."""
        try:
            return self._wait(self._bring(limit, seconds), seconds + 4 * CALL_SECONDS)
        except Exception as trouble:  # whatever it is, the records must come again
            # what had been fetched may be lost with the call, so begin where the group stands
            self._wait(self._dropped(), 2 * CALL_SECONDS)
            if isinstance(trouble, NoAccess):
                raise
            raise TryLater("the broker does not answer now") from (trouble.__cause__ or trouble)

    def taken(self, brought: Sequence[Brought]) -> None:
        """Committed at the broker. Where that fails the records come again, and the hub knows them."""
        self._wait(self._taken(_after(brought)), 2 * CALL_SECONDS)

    def again(self) -> None:
        """By seeking; nothing is asked of the broker."""
        self._wait(self._again(), CALL_SECONDS)

    def close(self) -> None:
        """Leave the group, so that others need not wait for the session to end."""
        if self._loop.is_closed():
            return
        try:
            self._wait(self._dropped(), 2 * CALL_SECONDS)
        except TryLater:
            log.warning("source_not_left", error="TimeoutError")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_SECONDS)
        self._loop.close()

    @property
    def assigned(self) -> bool:
        """Whether the group has said which partitions are this one's; they may be none."""
        return self._consumer is not None and self.rebalances > self._built_at and not self._revoking

    def lag(self) -> int:
        """How many records wait, as far as the broker said when it last answered."""
        return self._wait(self._lag(), CALL_SECONDS)

    def _wait(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, seconds), self._loop)
        try:
            return future.result(seconds + CALL_SECONDS)
        except (KafkaError, TimeoutError, CancelledError, OSError) as trouble:
            raise TryLater("the broker does not answer now") from trouble

    async def _bring(self, limit: int, seconds: float) -> list[Brought]:
        consumer = self._consumer or await self._built()
        before, revoking = self.rebalances, self._revoking
        found = await self._fetched(consumer, limit, seconds)
        if found and (revoking or self._revoking or self.rebalances != before):
            # a rebalance came between: nobody knows whose these are now, so the group's word counts
            found = {}
            if not self._revoking:  # else the next assignment begins there by itself
                await self._to_committed(consumer)
        if not found:
            await self._watch()
            return []
        self._idle.clear()
        self._moved = time.monotonic()
        for partition, records in found.items():
            self._resume.setdefault(partition, records[0].offset)
        return [_brought(record) for records in found.values() for record in records]

    async def _fetched(self, consumer: Any, limit: int, seconds: float) -> dict[TopicPartition, list[Any]]:
        wanted = consumer.getmany(timeout_ms=round(seconds * 1000), max_records=limit)
        found: dict[TopicPartition, list[Any]] = await asyncio.wait_for(wanted, seconds + CALL_SECONDS)
        return found

    async def _to_committed(self, consumer: Any) -> None:
        """To where the group stands, in every partition. (The client's own `seek_to_committed` leaves those alone of
        which nothing was committed yet, and what had been fetched of them would be lost.)
        """
        for partition in consumer.assignment():
            offset = await asyncio.wait_for(consumer.committed(partition), CALL_SECONDS)
            if offset is None:
                await asyncio.wait_for(consumer.seek_to_beginning(partition), CALL_SECONDS)
            else:
                consumer.seek(partition, offset)

    async def _built(self) -> Any:
        """A consumer that is refused only waits, without a word. So the broker is asked first. Raises `NoAccess`."""
        await asyncio.to_thread(check_access, self._broker, reads=self._topics, group=self._group)
        consumer, self._built_at = AIOKafkaConsumer(**self._options), self.rebalances
        consumer.subscribe(self._topics, listener=self)
        try:
            await asyncio.wait_for(consumer.start(), CALL_SECONDS)
        except BaseException:  # cancelled, too: a client that was begun is ended
            await _stopped(consumer)
            raise
        self._consumer, self._moved = consumer, time.monotonic()
        return consumer

    async def _dropped(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._resume.clear()
        self._idle.set()
        if consumer:
            await _stopped(consumer)

    async def _watch(self) -> None:
        """Nothing came. Where there is nothing that is as it should be; else, after a while, begin anew."""
        if time.monotonic() - self._moved < self._stall_seconds:
            return
        try:
            stuck = not self._consumer or not self._consumer.assignment() or await self._lag() > 0
        except (KafkaError, TimeoutError):
            stuck = True
        self._moved = time.monotonic()
        if stuck:
            self.rebuilds += 1
            log.warning("source_rebuilt", count=self.rebuilds)
            await self._dropped()

    async def _lag(self) -> int:
        held = self._consumer.assignment() if self._consumer else ()
        if not held:
            return 0
        ends = await asyncio.wait_for(self._consumer.end_offsets(list(held)), CALL_SECONDS)
        return sum([end - await self._at(partition) for partition, end in ends.items()])

    async def _at(self, partition: TopicPartition) -> int:
        return int(await asyncio.wait_for(self._consumer.position(partition), CALL_SECONDS))

    async def _taken(self, after: dict[TopicPartition, int]) -> None:
        """Only for partitions that are still held since they were brought: others have a new owner."""
        mine = {partition: offset for partition, offset in after.items() if partition in self._resume}
        self._resume |= mine
        self._moved = time.monotonic()
        try:
            if mine and self._consumer:
                await asyncio.wait_for(self._consumer.commit(mine), CALL_SECONDS)
        except (CommitFailedError, IllegalStateError) as lost:
            log.warning("source_lost_partitions", error=type(lost).__name__, count=len(mine))
        finally:
            self._idle.set()

    async def _again(self) -> None:
        held = self._consumer.assignment() if self._consumer else frozenset()
        for partition, offset in self._resume.items():
            if partition in held:
                self._consumer.seek(partition, offset)
        self._moved = time.monotonic()
        self._idle.set()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Wait for the running batch within the budget. What it takes later than that is not committed here."""
        self._revoking = True
        try:
            await asyncio.wait_for(self._idle.wait(), self._revoke_seconds)
        except TimeoutError:
            log.warning("source_revoked_in_mid_batch", count=len(list(revoked)))
        self._resume.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin where the group stands."""
        self.rebalances += 1
        self._resume.clear()
        self._revoking = False
        self._moved = time.monotonic()
        log.info("source_assigned", count=len(list(assigned)))


async def _stopped(consumer: Any) -> None:
    """Stop it, whatever it says to that, and no longer than a call may take."""
    try:
        await asyncio.wait_for(consumer.stop(), CALL_SECONDS)
    except Exception as failure:  # noqa: BLE001  # it is given up either way
        log.warning("source_not_stopped", error=type(failure).__name__)


def _after(brought: Sequence[Brought]) -> dict[TopicPartition, int]:
    """For each partition the offset behind the last of these."""
    found: dict[TopicPartition, int] = {}
    for each in brought:
        partition = TopicPartition(each.place.topic, each.place.partition)
        found[partition] = max(found.get(partition, 0), each.place.offset + 1)
    return found


def _brought(record: Any) -> Brought:
    """A record as it came; one without a value is empty, and says so when it is read."""
    headers = {name: content or b"" for name, content in record.headers}
    return Brought(Coordinates(record.topic, record.partition, record.offset), record.value or b"", headers)
