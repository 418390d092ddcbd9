"""What a broker holds against one client of a partner's, in words for whoever runs that."""

from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from hub.ports import Barred, TryLater

PROBE_SECONDS = 1.2
_REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,  # noqa: SLF001  # the library's own name for it
}
_NO_TOPIC = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC}  # noqa: SLF001  # as above


class Complaints:
    """Hears what one client is told, and asks on its behalf."""

    def __init__(self, may_not: str) -> None:
        """`may_not` says what somebody who is refused may not do; `{topic}` stands in it."""
        self._may_not = may_not
        self._refused: KafkaError | None = None

    def settings(self) -> dict[str, Any]:
        """For the client: it tells this, and nobody else."""
        return {"error_cb": self._heard, "log_level": 0}

    def _heard(self, error: KafkaError) -> None:
        if error.code() in _REFUSALS:
            self._refused = error

    def ask(self, client: Consumer | Producer, topic: str) -> None:
        """Ask, with a limit: a broker that refuses says nothing to who only waits. Raises `Barred` or `TryLater`."""
        try:
            error: Any = client.list_topics(topic, timeout=PROBE_SECONDS).topics[topic].error
        except KafkaException as failure:
            error = failure.args[0]
            client.poll(0)  # it is now that the client tells why
        if error or self._refused:
            raise self.in_words(self._refused or error, topic)

    def in_words(self, error: KafkaError, topic: str) -> Barred | TryLater:
        """What to raise."""
        if self.refuses(error):
            return Barred(f"the broker refuses ({error.name()}): this agency {self._may_not.format(topic=topic)}")
        if error.code() in _NO_TOPIC:
            return TryLater(f"the broker has no topic {topic}")
        return TryLater(f"the broker is out of reach ({error.name()})")

    def refuses(self, error: KafkaError) -> bool:
        """Whether the broker says that this account may not."""
        return error.code() in _REFUSALS
