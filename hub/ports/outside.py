"""The rest of the outside: publishing, keys, time and randomness."""

from datetime import datetime
from typing import Protocol

from schemas.identifiers import AgencyId
from schemas.receipts import Receipt


class Publisher(Protocol):
    """Publish an update as an agency; durable once it returns."""

    def publish(self, agency: AgencyId, raw: bytes, *, sub: str) -> Receipt:
        """Raises `Rejected` or `TryLater`."""


class KeyStore(Protocol):
    """Holds the key that never lies in the store."""

    def derive(self, label: str) -> bytes:
        """32 bytes for one purpose, always the same for the same label."""

    def wrap(self, key: bytes) -> bytes:
        """The data key, wrapped."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key. Raises `ValueError` when it was wrapped under another key."""


class Clock(Protocol):
    """The time, so that tests can turn it."""

    def now(self) -> datetime:
        """The moment, UTC."""


class Entropy(Protocol):
    """Where salts come from. A test may make them repeatable; the hub never does."""

    def salts(self, purpose: str, count: int) -> bytes:
        """`count` times 16 bytes that nobody can guess."""
