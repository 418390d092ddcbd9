"""What others would build: a relay that copies each record of one topic to three and commits after; by bare aiokafka,
and by FastStream. It checks, decides, seals, keeps and proves nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Producer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from hub.adapters.kafka import BATCH_BYTES
from hub.adapters.kafka_broker import Broker
from hub.running import MAX_BATCH
from support.servers import new_topic

FAN = 3
_NUMBERS = count(1)


class Topics(NamedTuple):
    """Where a relay copies from and to."""

    source: str
    sinks: tuple[str, ...]


def rate(relay: Callable[[str, Topics, int], Awaitable[float]], servers: str, values: Sequence[bytes]) -> float:
    """Records a second, from the first that comes until the last is copied and acknowledged; all wait for it."""
    topics = _filled(servers, values)
    return len(values) / asyncio.run(_limited(relay(servers, topics, len(values))))


async def _limited(work: Awaitable[float]) -> float:
    return await asyncio.wait_for(work, 120)


def _filled(servers: str, values: Sequence[bytes]) -> Topics:
    number = next(_NUMBERS)
    source, *sinks = (new_topic(Broker(servers), f"relay-{number}.{each}") for each in range(FAN + 1))
    producer = Producer({"bootstrap.servers": servers})
    for value in values:
        producer.produce(source, value)
    if producer.flush(30):
        raise TimeoutError("the broker did not take everything")
    return Topics(source, tuple(sinks))


async def bare(servers: str, topics: Topics, wanted: int) -> float:
    """aiokafka: every send awaited, then the offset committed."""
    consumer = AIOKafkaConsumer(
        topics.source,
        bootstrap_servers=servers,
        group_id=topics.source,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    async with (
        consumer,
        AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_batch_size=BATCH_BYTES) as producer,
    ):
        started, done = 0.0, 0
        while done < wanted:
            found = await consumer.getmany(timeout_ms=1000, max_records=MAX_BATCH)
            started = started or (time.perf_counter() if found else 0.0)
            records = [record for each in found.values() for record in each]
            sent = [await producer.send(sink, record.value) for record in records for sink in topics.sinks]
            await asyncio.gather(*sent)
            if records:
                await consumer.commit()
            done += len(records)
        return time.perf_counter() - started


async def faststream(servers: str, topics: Topics, wanted: int) -> float:
    """FastStream, in batches, which it copies far faster than one by one; it commits once a batch is copied."""
    broker, finished = KafkaBroker(servers, acks="all", max_batch_size=BATCH_BYTES, logger=None), asyncio.Event()
    moments: list[float] = []
    copied = 0

    @broker.subscriber(
        topics.source,
        batch=True,
        max_records=MAX_BATCH,
        group_id=topics.source,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def relay(message: KafkaMessage) -> None:
        nonlocal copied
        moments.append(time.perf_counter())
        bodies = [record.value for record in message.raw_message]
        await asyncio.gather(*[broker.publish_batch(*bodies, topic=sink) for sink in topics.sinks])
        copied += len(bodies)
        if copied >= wanted:
            moments.append(time.perf_counter())
            finished.set()

    async with broker:
        await broker.start()
        await finished.wait()
    return moments[-1] - moments[0]
