"""Where the brokers are, as whom they are spoken to, and over what: for every client, and without any of them."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from hub.settings import Settings

_MECHANISM = "SCRAM-SHA-512"


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


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
