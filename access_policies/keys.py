"""Keys of an agency, as the register names them: with which it signs what it publishes, under which it receives.

They stand in the signed bundle, so that nobody but the signatories can say whose key is whose. Two may be valid at
once, so that one follows the other without a gap.
"""

import base64
import hashlib
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

KEY_BYTES = 32
_WEAK = frozenset(
    bytes.fromhex(key)
    for key in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Points of small order: under such a key, a placeholder of zeros for one, anybody can sign (RFC 8032, 8.9)."""


def weak(public: bytes) -> bool:
    """Whether a public key is no key at all."""
    return public[:-1] + bytes([public[-1] & 0x7F]) in _WEAK


def _public(text: str) -> str:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != KEY_BYTES:
        raise ValueError("a public key has 32 bytes, in base64")
    if weak(raw):
        raise ValueError("this is a placeholder, under which anybody can sign")
    return text


class AgencyKey(BaseModel):
    """One public key of an agency and the days on which it counts, the first and the last included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: Literal["signing", "receiving"]
    """Ed25519 to sign updates, X25519 to receive sealed records."""
    public: Annotated[str, AfterValidator(_public)]
    since: date
    until: date
    kinds: tuple[str, ...] = ()
    """The kinds of update that it signs; none named: whatever the agency may publish."""

    @cached_property
    def id(self) -> str:
        """The key's name: the first 8 bytes of its SHA-256, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @cached_property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return base64.b64decode(self.public)

    def counts(self, day: date) -> bool:
        """Whether it is valid on this day (UTC)."""
        return self.since <= day <= self.until

    def signs(self, kind: str, day: date) -> bool:
        """Whether it may attest an update of this kind on this day."""
        return self.use == "signing" and self.counts(day) and (not self.kinds or kind in self.kinds)
