"""How every client speaks to the brokers: where they are, as whom, and over what."""

import ssl
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient
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


class NoAccess(TryLater):
    """The brokers refuse. Says what, in Kafka's words; once somebody has given access it works by itself."""


def check_access(
    broker: Broker,
    *,
    reads: Sequence[str] = (),
    writes: Sequence[str] = (),
    group: str | None = None,
    seconds: float = 1.5,
) -> None:
    """Whether this account may read and write these topics, and be in this group. A client that only waits is told
    nothing when it is refused, so ask first. Raises `NoAccess` or `TryLater`, within two seconds.
    """
    heard: list[KafkaError] = []
    asks = AdminClient({**broker.confluent(), "log_level": 0, "error_cb": heard.append})
    topics = dict.fromkeys(reads, AclOperation.READ) | dict.fromkeys(writes, AclOperation.WRITE)
    asked: dict[str, Any] = {"include_authorized_operations": True, "request_timeout": seconds}
    answers: dict[str, Future[Any]] = {}
    if topics:
        answers |= asks.describe_topics(TopicCollection(list(topics)), **asked)
    if group:
        answers |= {f"group {group}": asks.describe_consumer_groups([group], **asked)[group]}
    _await(asks, list(answers.values()), heard, seconds)
    if refused := [name for name, answer in answers.items() if _refuses(answer, topics.get(name))]:
        raise NoAccess(f"the broker does not give this account access to {', '.join(sorted(refused))}")


def _await(asks: AdminClient, answers: Sequence[Future[Any]], heard: Sequence[KafkaError], seconds: float) -> None:
    """Until all are there. A wrong password is told to who listens, and to nobody who waits for an answer."""
    ends = time.monotonic() + seconds
    while not all(answer.done() for answer in answers) and time.monotonic() < ends:
        asks.poll(0.01)
        if any(error.code() == KafkaError._AUTHENTICATION for error in heard):  # noqa: SLF001  # the library's own name
            raise NoAccess("the broker does not accept this account and its password")


def _refuses(answer: Future[Any], needed: AclOperation | None) -> bool:
    """Whether this is a refusal. Raises `TryLater` where it is no answer at all."""
    try:
        allowed = answer.result(0.2).authorized_operations
    except KafkaException as failure:
        error: Any = failure.args[0]
        if error.code() in _REFUSALS:
            return True
        if needed is None or error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return False  # it is not there yet, or nobody coordinates the group yet
        raise TryLater(f"the broker does not answer now ({error.name()})") from failure
    except TimeoutError as failure:
        raise TryLater("the broker does not answer now") from failure
    return needed is not None and allowed is not None and needed not in allowed


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
