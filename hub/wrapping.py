"""Wrapping: a feed record sealed to the one partner that may read it, and an envelope sealed to the hub.

A sealed record is self-contained: it brings the data key of its window with it, wrapped to the recipient and signed by
the hub, so there is no announcement that could be lost. A partner's own kit opens it with this module and no hub.
"""

import os
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hub.chains import FeedRecord, Header, Tampered

VERSION = 1
SIZES = tuple(1024 << power for power in range(10))
"""Every sealed record has one of these lengths: 1, 2, 4 … 512 KiB."""
LARGEST = SIZES[-1]
"""An update has at most 256 KiB, so no record of a feed comes near it (tests/unit/test_wrapping.py works it out)."""
LARGEST_INBOUND = 1 << 20
FRAMING = 1024
"""What Kafka adds to one record at most: a topic takes messages of the largest record and this."""
WINDOW = timedelta(minutes=15)
WINDOW_RECORDS = 1_000_000
SEALED_HEADER = "iomhub-sealed"
"""The header of an inbound Kafka record that names the hub's key to which it is sealed."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HEADER = struct.Struct(">BQ32s32s8s8s16s80s64s12s")
_ANNOUNCED, _ANNOUNCEMENT = slice(73, 185), slice(73, 249)
"""What the hub signs of a header, and the same with its signature."""
_SIGNED, _BOUND = b"iomhub/window/1\0", b"iomhub/sealed/1\0"
_TAG, _LENGTH, _WRAPPED = 16, 4, 48
_REMEMBERED = 8
_ID_DIGITS = 16


class UnknownKey(Exception):
    """A record needs a key that is not here. Names the key; the record may open once the key is there."""


class TooLarge(Exception):
    """A record or an envelope is larger than the largest that is sealed."""


class Unwrapped(NamedTuple):
    """What a sealed record held: the feed record, verified, and the signed note of the feed's head if it had one."""

    record: FeedRecord
    head: str | None


class _Header(NamedTuple):
    v: int
    seq: int
    prev: bytes
    root: bytes
    recipient: bytes
    delivery: bytes
    window: bytes
    wrapped: bytes
    signature: bytes
    nonce: bytes


def key_id(public: bytes) -> str:
    """A key's name: the first 8 bytes of the SHA-256 of the public key, in hexadecimal."""
    return sha256(public).hexdigest()[:_ID_DIGITS]


def header_of(sealed: bytes) -> Header:
    """What a sealed record says of itself in clear; only who opens it knows that it is so. Raises `Tampered`."""
    said = _header(sealed)
    return Header(said.seq, said.prev, said.root, said.v)


class Window:
    """One data key for one recipient, for a quarter of an hour or a million records, whichever ends first."""

    def __init__(self, feed: UUID, announcement: bytes, data_key: bytes, prefix: bytes, began: datetime) -> None:
        """`announcement` is signed; `prefix` are the four bytes that every nonce of this window begins with."""
        self._feed, self._announcement, self._prefix, self._began = feed, announcement, prefix, began
        self._cipher, self._count = AESGCM(data_key), 0

    @classmethod
    def begin(cls, feed: UUID, recipient: bytes, delivery: Ed25519PrivateKey, now: datetime) -> "Window":
        """A new data key, wrapped to the recipient's public key and signed with the hub's delivery key."""
        data_key, window = AESGCM.generate_key(256), os.urandom(16)
        info = _info(feed, window, bytes.fromhex(key_id(recipient)))
        wrapped = _SUITE.encrypt(data_key, X25519PublicKey.from_public_bytes(recipient), info)
        ours = key_id(delivery.public_key().public_bytes_raw())
        announced = bytes.fromhex(key_id(recipient) + ours) + window + wrapped
        announcement = announced + delivery.sign(_SIGNED + feed.bytes + announced)
        return cls(feed, announcement, data_key, os.urandom(4), now)

    def is_over(self, now: datetime) -> bool:
        """Whether the next record needs another window."""
        return self._count >= WINDOW_RECORDS or not self._began <= now < self._began + WINDOW

    def wrap(self, record: FeedRecord, head: str | None = None) -> bytes:
        """The record as only its recipient can read it. Raises `TooLarge`.

        The nonce counts what was wrapped, never the sequence: a record that is carried again may have lost elements.
        """
        content = orjson.dumps({"record": record.as_json(), "head": head})
        padded = _padded(content, _HEADER.size + _TAG, LARGEST)
        nonce, self._count = self._prefix + self._count.to_bytes(8, "big"), self._count + 1
        said = record.header
        before = bytes([VERSION]) + said.seq.to_bytes(8, "big") + said.prev + said.root
        header = before + self._announcement + nonce
        return header + self._cipher.encrypt(nonce, padded, _bound(self._feed, header))


class Unwrapper:
    """Opens one feed's sealed records; the data keys of the last few windows are remembered."""

    def __init__(
        self, feed: UUID, receiving: Mapping[str, X25519PrivateKey], delivery: Mapping[str, Ed25519PublicKey]
    ) -> None:
        """The partner's own private keys and the hub's public ones, each by its id."""
        self._feed, self._receiving, self._delivery = feed, receiving, delivery
        self._windows: dict[bytes, AESGCM] = {}

    def unwrap(self, sealed: bytes) -> Unwrapped:
        """What is in it. Raises `UnknownKey`, or `Tampered` for whatever is not to the bit what the hub sealed for this
        feed and this key.
        """
        header, known = _header(sealed), sealed[_ANNOUNCEMENT]
        cipher = self._windows.get(known)
        if cipher is None:
            cipher = self._announced(header, sealed)
            if len(self._windows) >= _REMEMBERED:
                del self._windows[next(iter(self._windows))]
            self._windows[known] = cipher
        try:
            head = sealed[: _HEADER.size]
            padded = cipher.decrypt(header.nonce, sealed[_HEADER.size :], _bound(self._feed, head))
        except InvalidTag:
            raise Tampered(f"sealed record {header.seq} was changed") from None
        return _read(header, padded)

    def _announced(self, header: _Header, sealed: bytes) -> AESGCM:
        ours, theirs = header.recipient.hex(), header.delivery.hex()
        if ours not in self._receiving:
            raise UnknownKey(f"sealed record {header.seq} needs the receiving key {ours}, which is not here")
        if theirs not in self._delivery:
            raise UnknownKey(f"sealed record {header.seq} is signed by the delivery key {theirs}, which is not here")
        try:
            self._delivery[theirs].verify(header.signature, _SIGNED + self._feed.bytes + sealed[_ANNOUNCED])
            info = _info(self._feed, header.window, header.recipient)
            return AESGCM(_SUITE.decrypt(header.wrapped, self._receiving[ours], info))
        except (InvalidSignature, InvalidTag, ValueError):
            raise Tampered(f"sealed record {header.seq} was not sealed by the hub for this feed") from None


def unwrap(
    sealed: bytes, receiving: Mapping[str, X25519PrivateKey], delivery: Mapping[str, Ed25519PublicKey], feed: UUID
) -> Unwrapped:
    """One sealed record (see `Unwrapper.unwrap`)."""
    return Unwrapper(feed, receiving, delivery).unwrap(sealed)


def seal_to_hub(public: bytes, raw: bytes) -> bytes:
    """An envelope or NDJSON lines that only the hub can read. Raises `TooLarge`. A signature covers `raw`, not this."""
    padded = _padded(raw, _WRAPPED, LARGEST_INBOUND)
    return _SUITE.encrypt(padded, X25519PublicKey.from_public_bytes(public), _inbound_info(key_id(public)))


def open_inbound(keys: Mapping[str, X25519PrivateKey], name: str, sealed: bytes) -> bytes:
    """What `seal_to_hub` was given. `keys` are the hub's own by id, `name` is what the header says.

    Raises `UnknownKey`, or `Tampered`. Neither repeats a header that is not a key's name.
    """
    key = keys.get(name)
    if key is None:
        shown = name if len(name) == _ID_DIGITS and set(name) <= set("0123456789abcdef") else "of another form"
        raise UnknownKey(f"an inbound record is sealed to a key that the hub does not have: {shown}")
    try:
        return _unpadded(_SUITE.decrypt(sealed, key, _inbound_info(name)))
    except (InvalidTag, ValueError):
        raise Tampered(f"an inbound record does not open under the key {name}") from None


def _info(feed: UUID, window: bytes, recipient: bytes) -> bytes:
    return f"iomhub/1|{feed}|{window.hex()}|{recipient.hex()}".encode()


def _inbound_info(name: str) -> bytes:
    return f"iomhub/inbound/1|{name}".encode()


def _bound(feed: UUID, header: bytes) -> bytes:
    return _BOUND + feed.bytes + header


def _header(sealed: bytes) -> _Header:
    if len(sealed) not in SIZES or sealed[0] != VERSION:
        raise Tampered(f"{len(sealed)} bytes are no sealed record of version {VERSION}")
    return _Header(*_HEADER.unpack_from(sealed))


def _read(header: _Header, padded: bytes) -> Unwrapped:
    try:
        content = orjson.loads(_unpadded(padded))
        record, head = FeedRecord.from_json(content["record"]), content["head"]
    except (KeyError, TypeError, ValueError):
        raise Tampered(f"sealed record {header.seq} does not hold a feed record") from None
    said = record.header
    if (said.v, said.seq, said.prev, said.root) != header[:4]:
        raise Tampered(f"sealed record {header.seq} holds another record than it says")
    record.verify()
    return Unwrapped(record, head)


def _padded(content: bytes, beside: int, largest: int) -> bytes:
    """The length, the content, and zeros up to the next power of two, so that a length says next to nothing."""
    needed = beside + _LENGTH + len(content)
    if needed > largest:
        raise TooLarge(f"{len(content)} bytes are more than what is sealed at most, {largest} with what stands beside")
    size = max(SIZES[0], 1 << (needed - 1).bit_length())
    return len(content).to_bytes(_LENGTH, "big") + content + bytes(size - needed)


def _unpadded(padded: bytes) -> bytes:
    end = _LENGTH + int.from_bytes(padded[:_LENGTH], "big")
    if end > len(padded):
        raise ValueError("the length is not that of the content")
    return padded[_LENGTH:end]
