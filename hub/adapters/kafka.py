"""The channel to Kafka: one topic of one partition for each partner, and a producer of its own for each.

aiokafka's idempotent batches never expire by themselves, and a producer can stick after one that was refused. So every
wait here has a limit of its own, and whatever goes wrong, that partner's producer is thrown away and built anew.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # it has no types
from aiokafka.errors import KafkaError, MessageSizeTooLargeError  # type: ignore[import-untyped]  # it has no types

from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_end import last_on
from hub.ports import Carried, NotCarried, TryLater
from schemas.identifiers import AgencyId

BATCH_BYTES = 256 * 1024
"""What goes in one request: acknowledged or refused as one, so nothing after a refused record was sent."""
_STOP_SECONDS = 1.0
_LOOK_SECONDS = 5.0
"""How long the end of a topic may take to come: longer, and a process that ends would wait for it."""
_CHECKING = ""
"""The producer that only asks whether anybody is there."""

log = structlog.get_logger()

T = TypeVar("T")


class KafkaChannel:
    """Keeps the promises of `hub.ports.Channel`. Made for many threads, each with recipients of its own."""

    def __init__(self, broker: Broker, topic: Callable[[AgencyId], str], seconds: float = 15.0) -> None:
        """Nobody is asked yet. `seconds` limits each request."""
        logging.getLogger("aiokafka").setLevel(
            logging.CRITICAL
        )  # it repeats itself many times a second; we say it once
        self._broker, self._topic, self._seconds = broker, topic, seconds
        self._settings = broker.aiokafka() | {
            "acks": "all",
            "enable_idempotence": True,
            "linger_ms": 0,
            "max_batch_size": BATCH_BYTES,
            "request_timeout_ms": int(
                seconds * 1000 / 3
            ),  # its own limits end first: a wait that is cut off leaks a socket
        }
        self._producers: dict[str, AIOKafkaProducer] = {}
        self._lock = threading.Lock()
        self._thread = _Thread()
        self.rebuilds = 0
        """How many clients were thrown away."""

    def carry(self, recipient: AgencyId, records: Sequence[Carried]) -> None:
        """In requests of up to 256 KiB, each acknowledged by all replicas before the next is sent."""
        done = 0
        while done < len(records):
            done += self._send(recipient, records[done:], done)

    def last(self, recipient: AgencyId) -> bytes | None:
        """By a client of its own, which is gone afterwards: it is seldom asked."""
        return last_on(self._broker, self._topic(recipient), min(self._seconds, _LOOK_SECONDS))

    def check(self) -> None:
        """Ask for the brokers' metadata."""
        try:
            self._wait(self._metadata())
        except Exception as failure:  # whatever the client says, it is made anew
            self._throw_away(_CHECKING, failure)
            raise TryLater("the broker is out of reach") from failure

    def close(self) -> None:
        """Stop every client and the thread they live in."""
        for name in list(self._producers):
            self._stop(name)
        self._thread.end(_STOP_SECONDS)

    def _send(self, recipient: AgencyId, records: Sequence[Carried], before: int, most: int | None = None) -> int:
        """One request; how many records were in it. A topic may take less at once than a request holds."""
        tried: list[int] = []
        try:
            return self._wait(self._request(recipient, records[:most], tried))
        except Exception as failure:  # as above; the caller is told how far it came
            self._throw_away(recipient, failure)
            if isinstance(failure, MessageSizeTooLargeError) and tried and tried[0] > 1:
                return self._send(recipient, records, before, tried[0] // 2)
            raise NotCarried("the broker did not take a record", before) from failure

    async def _request(self, recipient: AgencyId, records: Sequence[Carried], tried: list[int]) -> int:
        producer = await self._producer(recipient)
        batch, count = producer.create_batch(), 0
        for record in records:
            if batch.append(key=None, value=record.content, timestamp=None) is None:
                break
            count += 1
        tried.append(count)
        batch.close()
        await (await producer.send_batch(batch, self._topic(recipient), partition=0))
        return count

    async def _metadata(self) -> None:
        producer = await self._producer(_CHECKING)
        await producer.client.fetch_all_metadata()

    async def _producer(self, name: str) -> AIOKafkaProducer:
        found = self._producers.get(name)
        if found is None:
            found = self._producers[name] = AIOKafkaProducer(**self._settings)
            await found.start()
        return found

    def _wait(self, doing: Coroutine[Any, Any, T]) -> T:
        """Limited twice: in the clients' thread, and out here in case that thread stands still."""
        thread = self._thread
        running = asyncio.run_coroutine_threadsafe(asyncio.wait_for(doing, self._seconds), thread.loop)
        try:
            return running.result(self._seconds + 2 * _STOP_SECONDS)
        except TimeoutError:
            if not running.done():
                running.cancel()
                self._leave(thread)
            raise

    def _throw_away(self, name: str, failure: Exception) -> None:
        self.rebuilds += 1
        log.warning("client_rebuilt", library="aiokafka", error=type(failure).__name__)
        self._stop(name)

    def _stop(self, name: str) -> None:
        producer = self._producers.pop(name, None)
        if producer is not None:
            ending = asyncio.run_coroutine_threadsafe(_stopped(producer), self._thread.loop)
            with suppress(Exception):
                ending.result(3 * _STOP_SECONDS)

    def _leave(self, thread: "_Thread") -> None:
        """The thread of the clients does not answer: leave it and all that lives in it, and begin anew."""
        with self._lock:
            if self._thread is thread:
                self._producers.clear()
                self._thread = _Thread()
                thread.end()


async def _stopped(producer: AIOKafkaProducer) -> None:
    """Nobody waits for what it has not sent by now, so that is not sent late; and the broker may not answer."""
    for end in (producer.stop, producer.client.close):
        with suppress(TimeoutError, KafkaError):
            await asyncio.wait_for(end(), _STOP_SECONDS)


class _Thread:
    """The thread in which the clients live."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="kafka", daemon=True)
        self._thread.start()

    def end(self, seconds: float = 0.0) -> None:
        """Ask it to end, and wait a while for it."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(seconds)

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.run_until_complete(_nothing_left())
        self.loop.close()


async def _nothing_left() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
