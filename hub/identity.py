"""Ids of the hub's own: what one recipient sees can be joined with nothing that another sees.

Every id is an HMAC under a key of that recipient; look-up of identifiers at rest is by a blind index under another.
"""

import hmac
from functools import lru_cache
from uuid import UUID

from schemas.identifiers import AgencyId


class Identity:
    """Names things for recipients. Holds keys, so it is made once, by the bootstrap."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 secret bytes that never change in the life of a store."""
        self._key = key
        self._blind = _derive(key, b"blind")
        self._finger = _derive(key, b"fingerprint")
        self._recipient = lru_cache(maxsize=4096)(lambda agency: _derive(key, b"recipient\0" + agency.encode()))
        self._record = lru_cache(maxsize=65536)(self._name_record)

    def message(self, recipient: AgencyId, publisher: AgencyId, update_id: UUID) -> UUID:
        """The message id under which `recipient` is told this update."""
        return self._name(recipient, b"message\0" + publisher.encode() + b"\0" + update_id.bytes)

    def answer(self, recipient: AgencyId, place: bytes, raw: bytes) -> UUID:
        """The message id of the answer to what lay at this place of a source: for ever the same for the same bytes."""
        return self._name(recipient, b"answer\0" + place + b"\0" + self.fingerprint(raw))

    def record(self, recipient: AgencyId, record_id: UUID) -> UUID:
        """The person record as `recipient` knows it."""
        return self._record(recipient, record_id)

    def _name_record(self, recipient: AgencyId, record_id: UUID) -> UUID:
        return self._name(recipient, b"record\0" + record_id.bytes)

    def case(self, recipient: AgencyId, case_id: UUID) -> UUID:
        """The case as `recipient` knows it."""
        return self._name(recipient, b"case\0" + case_id.bytes)

    def feed(self, recipient: AgencyId) -> UUID:
        """The opaque name of the recipient's feed."""
        return self._name(recipient, b"feed")

    def topic(self, recipient: AgencyId) -> str:
        """The topic to which the recipient's feed is carried: its name says nothing of whose it is."""
        return f"partner.{self.feed(recipient)}"

    def blind(self, kind: str, value: str) -> bytes:
        """The blind index of an identifier: equal for equal identifiers, and nothing else to be read from it."""
        return hmac.digest(self._blind, kind.encode() + b"\0" + value.encode(), "sha256")

    def fingerprint(self, raw: bytes) -> bytes:
        """A keyed fingerprint of an update's bytes (D26)."""
        return hmac.digest(self._finger, raw, "sha256")

    def _name(self, recipient: AgencyId, what: bytes) -> UUID:
        digest = bytearray(hmac.digest(self._recipient(recipient), what, "sha256")[:16])
        digest[6] = digest[6] & 0x0F | 0x80  # RFC 9562: version 8, bits of our own
        digest[8] = digest[8] & 0x3F | 0x80
        return UUID(bytes=bytes(digest))


def _derive(key: bytes, label: bytes) -> bytes:
    return hmac.digest(key, b"iomhub/id/1/" + label, "sha256")
