"""Asking the brokers whether an account has access, before a client waits in vain."""

import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from hub.adapters.kafka_broker import Broker
from hub.ports import TryLater

_REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}
_LISTENS = 0.5
"""So long the refusal of a fetch or of a group may take to come."""


class NoAccess(TryLater):
    """The brokers refuse. Says what, in Kafka's words; once somebody has given access it works by itself."""


def check_access(broker: Broker, *, reads: Sequence[str] = (), group: str | None = None, seconds: float = 1.5) -> None:
    """Whether this account may read these topics and be in this group. A consumer that only waits is told nothing when
    it is refused, so ask first. Raises `NoAccess` or `TryLater`, within two seconds.

    It asks as a consumer does. (librdkafka's administration ends the whole process, by an assertion, where the answer
    about a group comes after its time.)
    """
    heard: list[KafkaError] = []
    quiet: dict[str, Any] = {"log_level": 0, "error_cb": heard.append, "enable.auto.commit": False}
    asks = Consumer({**broker.confluent(), **quiet, "group.id": group or "none"})
    try:
        ends = time.monotonic() + seconds
        refused = {name for name in reads if _is_hidden(asks, name, heard, ends)}
        refused |= _unheard(asks, set(reads) - refused, group)
    finally:
        asks.close()
    if refused:
        raise NoAccess(f"the broker does not give this account access to {', '.join(sorted(refused))}")


def _is_hidden(asks: Consumer, topic: str, heard: Sequence[KafkaError], ends: float) -> bool:
    """Whether the account may not even see it. Raises `NoAccess` for a wrong password, `TryLater` if nobody answers."""
    while True:
        try:
            error: Any = asks.list_topics(topic, timeout=0.4).topics[topic].error
        except KafkaException as failure:
            asks.poll(0)  # it is now that the client tells why
            if any(each.code() == KafkaError._AUTHENTICATION for each in heard):  # noqa: SLF001  # the library's name
                raise NoAccess("the broker does not accept this account and its password") from failure
            if time.monotonic() > ends - 0.4:
                raise TryLater("the broker does not answer now") from failure
        else:
            return error is not None and error.code() in _REFUSALS


def _unheard(asks: Consumer, topics: set[str], group: str | None) -> set[str]:
    """What a fetch is refused of: that a topic can be seen does not mean that it can be read. Who may hears nothing."""
    asks.assign([TopicPartition(topic, 0, OFFSET_END) for topic in topics])
    ends, refused = time.monotonic() + _LISTENS, set[str]()
    while time.monotonic() < ends:
        message = asks.poll(0.05)
        error = message.error() if message else None
        if error and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            refused.add(str(message.topic()) if message else "")
        if error and group and error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
            refused.add(f"group {group}")
    return refused
