"""The strands' topics on Kafka, as an agency's own kit writes to them: one record after the other, each acknowledged.

The client is confluent-kafka's, for the reason given in `hub.adapters.kafka_topic`.
"""

from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaError, Message, Producer

from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_complaints import Complaints
from hub.ports import Coordinates, TryLater
from hub.wrapping import FRAMING, LARGEST_INBOUND

_ACKNOWLEDGED_SECONDS = 10.0
_BEYOND = 2.0
"""The client gives up by itself first."""


class Unconfirmed(TryLater):
    """The broker was handed a record and has not said that it has it: it may."""


class StrandTopics:
    """Writes as one agency. All its records have one key, so of one topic they lie in one partition, in order."""

    def __init__(self, broker: Broker, key: bytes) -> None:
        """Nobody is asked yet. `key` says nothing of anybody."""
        self._key, self._complaints = key, Complaints("may not write to {topic}")
        settings: dict[str, Any] = {
            **broker.confluent(),
            **self._complaints.settings(),
            "acks": "all",
            "enable.idempotence": True,
            "message.max.bytes": LARGEST_INBOUND + FRAMING,
            "message.timeout.ms": int(_ACKNOWLEDGED_SECONDS * 1000),
        }
        self._producer = Producer(settings)

    def put(self, topic: str, value: bytes, headers: Mapping[str, str]) -> Coordinates:
        """Returns where the record lies, once all replicas have it.

        Raises `Barred` or `TryLater` when it was not handed over, `Unconfirmed` when nobody knows.
        """
        self._complaints.ask(self._producer, topic)
        said: list[tuple[KafkaError | None, Message]] = []
        self._producer.produce(
            topic,
            value,
            key=self._key,
            headers=list(headers.items()),
            on_delivery=lambda error, message: said.append((error, message)),
        )
        self._producer.flush(_ACKNOWLEDGED_SECONDS + _BEYOND)
        error, message = said[0] if said else (KafkaError(KafkaError._MSG_TIMED_OUT), None)  # noqa: SLF001  # its name
        if error or message is None:
            raise self._unconfirmed(error, topic)
        return Coordinates(topic, message.partition() or 0, message.offset() or 0)

    def _unconfirmed(self, error: Any, topic: str) -> Exception:
        if self._complaints.refuses(error):
            return self._complaints.in_words(error, topic)
        return Unconfirmed(f"the broker has not confirmed what it was handed ({error.name()}), and may have it")

    def close(self) -> None:
        """Whatever was not acknowledged by now is not sent late."""
        self._producer.purge()
        self._producer.flush(_BEYOND)
