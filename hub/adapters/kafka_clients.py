"""How every client speaks to the brokers: where they are, as whom, and over what."""

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition
from pydantic import SecretStr

from hub.ports import TryLater
from hub.settings import Settings

_MECHANISM = "SCRAM-SHA-512"
_REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}


class UnusableBroker(Exception):
    """The settings for the brokers do not fit together, so the hub does not start."""


@dataclass(frozen=True)
class Broker:
    """Where the brokers are and who asks them. Raises `UnusableBroker`, which names settings and never their values."""

    servers: str
    username: str | None = None
    """Without one nobody is asked who they are, which only fits a broker on this machine."""
    password: SecretStr | None = None
    ca: Path | None = None
    """Whose certificates are trusted; without it the connection is not encrypted."""

    def __post_init__(self) -> None:
        if not self.servers:
            raise UnusableBroker("IOM_HUB_KAFKA is empty: it says where the brokers are, as host:port,…")
        if self.username and not _told(self.password):
            raise UnusableBroker("IOM_HUB_KAFKA_USERNAME is set without IOM_HUB_KAFKA_PASSWORD")
        if _told(self.password) and not self.username:
            raise UnusableBroker("IOM_HUB_KAFKA_PASSWORD is set without IOM_HUB_KAFKA_USERNAME")
        self._trusted()

    @property
    def protocol(self) -> str:
        """Kafka's word for how it is spoken to."""
        return ("SASL_" if self.username else "") + ("SSL" if self.ca else "PLAINTEXT")

    def aiokafka(self) -> dict[str, Any]:
        """The keyword arguments of aiokafka's clients."""
        found: dict[str, Any] = {"bootstrap_servers": self.servers, "security_protocol": self.protocol}
        if self.username:
            found |= {"sasl_mechanism": _MECHANISM, "sasl_plain_username": self.username}
            found |= {"sasl_plain_password": _told(self.password)}
        if self.ca:
            found |= {"ssl_context": self._trusted()}
        return found

    def confluent(self) -> dict[str, str]:
        """The configuration of confluent-kafka's clients."""
        found = {"bootstrap.servers": self.servers, "security.protocol": self.protocol}
        if self.username:
            found |= {"sasl.mechanism": _MECHANISM, "sasl.username": self.username}
            found |= {"sasl.password": _told(self.password)}
        if self.ca:
            found |= {"ssl.ca.location": str(self.ca)}
        return found

    def _trusted(self) -> ssl.SSLContext | None:
        try:
            return ssl.create_default_context(cafile=self.ca) if self.ca else None
        except OSError as why:  # an `SSLError` is one, too
            raise UnusableBroker("IOM_HUB_KAFKA_CA names no file with certificates (PEM)") from why


def broker(settings: Settings) -> Broker | None:
    """The brokers that the settings name; `None` where they name none. Raises `UnusableBroker`."""
    alone = settings.kafka_username or _told(settings.kafka_password) or settings.kafka_ca
    if settings.kafka is None and not alone:
        return None
    return Broker(settings.kafka or "", settings.kafka_username, settings.kafka_password, settings.kafka_ca)


def administrator(settings: Settings) -> Broker | None:
    """The same brokers, for the account that may change topics and access; `None` where the settings name none. Raises
    `UnusableBroker`.
    """
    name, password = settings.kafka_admin_username, settings.kafka_admin_password
    if not name and not _told(password):
        return None
    if not name or not _told(password):
        raise UnusableBroker("IOM_HUB_KAFKA_ADMIN_USERNAME and IOM_HUB_KAFKA_ADMIN_PASSWORD go together")
    return Broker(settings.kafka or "", name, password, settings.kafka_ca)


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


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
