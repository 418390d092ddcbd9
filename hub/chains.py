"""Feed record v1: one partner's feed is a hash chain whose elements can be dropped and still verify.

`root` hashes the ordered salted commitments `H(salt ‖ name ‖ 0x00 ‖ value)`, so an element can be taken away later:
its commitment stays, the chain verifies, and the salt that is gone keeps the value from being guessed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import JsonValue

from hub.canonical import canonical

VERSION = 1
SALT_BYTES, HASH_BYTES = 16, 32
_ROOT, _LINK, _GENESIS = b"iomhub/feed/1/root\0", b"iomhub/feed/1/link\0", b"iomhub/feed/1/genesis\0"


class Tampered(Exception):
    """A record does not match its commitments or its chain. The message names the entry, never a value."""


class Element(NamedTuple):
    """One told value at its place among the commitments, with the salt that opens it."""

    place: int
    name: str
    value: JsonValue
    salt: bytes

    def commitment(self) -> bytes:
        """32 bytes that bind the name and the value without showing them."""
        return commitment(self.salt, self.name, canonical(self.value))


@dataclass(frozen=True, slots=True)
class Header:
    """What every reader of the feed sees of a record, whatever was dropped from it."""

    seq: int
    prev: bytes
    root: bytes
    v: int = VERSION

    def link(self) -> bytes:
        """The hash that the next record's `prev` must equal."""
        return hashlib.sha256(_LINK + bytes([self.v]) + self.seq.to_bytes(8, "big") + self.prev + self.root).digest()


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """One record of a partner's feed, with the elements that are still there."""

    header: Header
    commitments: tuple[bytes, ...]
    elements: tuple[Element, ...]

    def verify(self) -> None:
        """Check the elements against the commitments and these against the root. Raises `Tampered`."""
        if any(len(each) != HASH_BYTES for each in self.commitments) or root_of(self.commitments) != self.header.root:
            raise Tampered(f"feed record {self.header.seq}: the commitments do not make its root")
        for element in self.elements:
            fits = 0 <= element.place < len(self.commitments) and len(element.salt) == SALT_BYTES
            if not fits or element.commitment() != self.commitments[element.place]:
                raise Tampered(f"feed record {self.header.seq}: element {element.place} does not match its commitment")

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "FeedRecord":
        """The record that `as_json` described. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        header = Header(record["seq"], bytes.fromhex(record["prev"]), bytes.fromhex(record["root"]), record["v"])
        elements = (Element(e["place"], e["name"], e["value"], bytes.fromhex(e["salt"])) for e in record["elements"])
        return cls(header, tuple(bytes.fromhex(each) for each in record["commitments"]), tuple(elements))

    def values(self) -> dict[str, JsonValue]:
        """The elements by name."""
        return {element.name: element.value for element in self.elements}

    def as_json(self) -> dict[str, JsonValue]:
        """The form that a partner receives, byte strings in hexadecimal."""
        return {
            "v": self.header.v,
            "seq": self.header.seq,
            "prev": self.header.prev.hex(),
            "root": self.header.root.hex(),
            "commitments": [item.hex() for item in self.commitments],
            "elements": [
                {"place": item.place, "name": item.name, "salt": item.salt.hex(), "value": item.value}
                for item in self.elements
            ],
        }


def commitment(salt: bytes, name: str, value: bytes) -> bytes:
    """`H(salt ‖ name ‖ 0x00 ‖ value)`; a name holds no zero byte, so no two splits collide."""
    return hashlib.sha256(salt + name.encode() + b"\0" + value).digest()


def root_of(commitments: Sequence[bytes]) -> bytes:
    """The root over the ordered commitments."""
    return hashlib.sha256(_ROOT + b"".join(commitments)).digest()


def genesis(feed_id: bytes) -> bytes:
    """The `prev` of a feed's first record: no record of one feed fits another."""
    return hashlib.sha256(_GENESIS + feed_id).digest()
