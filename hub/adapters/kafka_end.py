"""The end of a partner's topic: what stands there last, as bytes.

The client is confluent-kafka's: it says at once that the broker refuses, where aiokafka waits without a word.
"""

import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_clients import NoAccess
from hub.ports import TryLater


def last_on(broker: Broker, topic: str, seconds: float) -> bytes | None:
    """The last record of a topic of one partition; None where it is empty. Raises `NoAccess`, or `TryLater` once the
    time is up or there is no such topic.
    """
    quiet: dict[str, Any] = {"log_level": 0, "enable.auto.commit": False}
    client = Consumer({**broker.confluent(), **quiet, "group.id": "iom-hub.carry"})
    try:
        return _last(client, topic, time.monotonic() + seconds)
    except KafkaException as failure:
        error: Any = failure.args[0]
        raise _in_words(error, topic) from failure
    finally:
        client.close()


def _last(client: Consumer, topic: str, ends: float) -> bytes | None:
    refused: Any = client.list_topics(topic, timeout=_left(ends)).topics[topic].error
    if refused:
        raise KafkaException(refused)
    first, end = client.get_watermark_offsets(TopicPartition(topic, 0), timeout=_left(ends))
    if first == end:  # nothing yet, or all of it has grown too old
        return None
    client.assign([TopicPartition(topic, 0, end - 1)])
    message = client.poll(_left(ends))
    if message is None:
        raise TryLater("the broker does not give what it has")
    if error := message.error():
        raise KafkaException(error)
    return message.value() or b""


def _left(ends: float) -> float:
    return max(0.1, ends - time.monotonic())


def _in_words(error: KafkaError, topic: str) -> TryLater:
    if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
        return NoAccess(f"the broker does not give this account access to {topic}")
    return TryLater(f"the broker does not say what stands last on {topic} ({error.name()})")
