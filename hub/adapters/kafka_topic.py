"""A partner's own topic on Kafka, as its kit reads it: sealed records, opened here.

The client is confluent-kafka's: it says at once that the broker refuses, where aiokafka waits without a word.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_complaints import PROBE_SECONDS, Complaints
from hub.ports import Offered, TryLater
from hub.wrapping import UnknownKey, Unwrapped

BATCH = 500
_LONGEST_SILENCE = 5.0
_MAY_NOT = "may not read its topic {topic}. What was read before stays here"
Unwrap = Callable[[bytes], Unwrapped]


class TopicOutlet:
    """Keeps the promises of `hub.ports.Outlet` on one topic of one partition. It belongs to no group."""

    def __init__(self, broker: Broker, topic: str, unwrap: Unwrap, renew: Callable[[], Unwrap]) -> None:
        """`unwrap` opens a record; `renew` fetches the hub's keys anew and gives what opens with those."""
        self._broker, self._topic, self._unwrap, self._renew = broker, topic, unwrap, renew
        self._client: Consumer | None = None
        self._complaints = Complaints(_MAY_NOT)
        self._waiting: deque[Message] = deque()
        self._next, self.at_end = 0, False

    def offer(self, after: int, seconds: float) -> list[Offered]:
        """What has come, opened. What does not open stops it, once all before it was offered."""
        client = self._client or self._begin(after)
        if not self._waiting:
            self._fill(client, min(seconds, 1.0))
        offered: list[Offered] = []
        while self._waiting:
            try:
                found = self._opened(self._waiting[0])
            except Exception:  # whatever does not open comes again, at the head of the next offer
                if offered:
                    return offered
                raise
            offered.append(Offered(found.record, found.head))
            self._waiting.popleft()
        return offered

    def _fill(self, client: Consumer, seconds: float) -> None:
        """From the client. Silence is no end: the broker is asked where that is, and whether it may be read."""
        until = time.monotonic() + _LONGEST_SILENCE
        while not self._waiting:
            self._waiting.extend(self._sound(_come(client, seconds)))
            self.at_end = not self._waiting and self._ends_here(client)
            if self.at_end:
                return
            if time.monotonic() > until:
                raise TryLater("the broker does not give what it has")
        self._next = (self._waiting[-1].offset() or 0) + 1

    def _ends_here(self, client: Consumer) -> bool:
        self._complaints.ask(client, self._topic)
        try:
            _, end = client.get_watermark_offsets(TopicPartition(self._topic, 0), timeout=PROBE_SECONDS)
        except KafkaException as failure:
            error: Any = failure.args[0]
            raise self._complaints.in_words(error, self._topic) from failure
        self._next = self._next if self._next <= end else 0  # the topic was made anew: it is read from its beginning
        return self._next >= end

    def back(self) -> None:
        """To the first record that the broker still has."""
        self._waiting.clear()
        self._next, self.at_end = 0, False
        if self._client:
            self._client.assign([TopicPartition(self._topic, 0, OFFSET_BEGINNING)])

    def close(self) -> None:
        """Leave the broker."""
        client, self._client = self._client, None
        self._waiting.clear()
        if client:
            client.close()

    def _begin(self, after: int) -> Consumer:
        """A record never lies before the place that its number gives it; where the topic was made anew it may, and the
        gap sends the reader back.
        """
        self._complaints = Complaints(_MAY_NOT)
        settings: dict[str, Any] = {
            **self._broker.confluent(),
            **self._complaints.settings(),
            "group.id": "iom-hub-kit",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
        client = Consumer(settings)
        try:
            self._complaints.ask(client, self._topic)
        except BaseException:  # interrupted, too: a client that was begun is ended
            client.close()
            raise
        client.assign([TopicPartition(self._topic, 0, after)])
        self._next = after
        self._client = client
        return client

    def _sound(self, messages: list[Message]) -> list[Message]:
        """The records. That the client may join no group is no trouble: it reads alone."""
        for each in messages:
            error: Any = each.error()
            if error and error.code() != KafkaError.GROUP_AUTHORIZATION_FAILED:
                raise self._complaints.in_words(error, self._topic)
        return [each for each in messages if not each.error()]

    def _opened(self, message: Message) -> Unwrapped:
        value = message.value() or b""
        try:
            return self._unwrap(value)
        except UnknownKey:
            self._unwrap = self._renew()
            return self._unwrap(value)


def _come(client: Consumer, seconds: float) -> list[Message]:
    """What has come, as soon as anything has: asked for many at once the client would wait for all of them."""
    first = client.poll(seconds)
    return [first, *client.consume(BATCH - 1, 0)] if first else []
