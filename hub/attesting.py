"""Attesting: who stands behind an update. Ed25519 over its raw bytes, or over the tree of a batch's lines.

The signature stands beside what is signed, in one header, and never inside. Of a batch each update keeps the proof that
it was among the lines, so that it can be shown alone, without the hub and without the others.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

T = TypeVar("T")

HEADER = "iomhub-signature"
"""The header of a request and of a broker's record."""
MOST_LINES = 2000
"""Lines in a batch."""
_ENVELOPE, _BATCH = b"iomhub/envelope/1\0", b"iomhub/batch/1\0"
_FORM = re.compile(r"ed25519;key=([0-9a-f]{16});sig=([A-Za-z0-9_-]{86})(;batch)?")


class Unattested(Exception):
    """Nobody stands behind it: no signature, or none that verifies. The message is the rule's name."""


class Signature(NamedTuple):
    """What a header says."""

    key: str
    value: bytes
    batch: bool = False

    def header(self) -> str:
        """As it stands in the header."""
        text = base64.urlsafe_b64encode(self.value).decode().rstrip("=")
        return f"ed25519;key={self.key};sig={text}{';batch' if self.batch else ''}"


def parse(header: str | None) -> Signature:
    """The signature in a header. Raises `Unattested`."""
    if not header:
        raise Unattested("unsigned")
    found = _FORM.fullmatch(header)
    if found is None:
        raise Unattested("not_a_signature")
    said = Signature(found[1], base64.urlsafe_b64decode(found[2] + "=="), bool(found[3]))
    if said.header() != header:
        raise Unattested("not_a_signature")  # bits beyond the last byte: two texts for one signature
    return said


def key_id(public: bytes) -> str:
    """A key's name: the first 8 bytes of its SHA-256, in hexadecimal."""
    return hashlib.sha256(public).hexdigest()[:16]


def sign_envelope(key: Ed25519PrivateKey, raw: bytes) -> Signature:
    """The signature of one envelope's raw bytes."""
    return Signature(_id_of(key), key.sign(_ENVELOPE + raw))


def sign_batch(key: Ed25519PrivateKey, lines: Sequence[bytes]) -> Signature:
    """The signature of the lines of a batch, in their order."""
    return Signature(_id_of(key), key.sign(_batch_bytes(len(lines), _tree(_leaves(lines))[0])), batch=True)


def _id_of(key: Ed25519PrivateKey) -> str:
    return key_id(key.public_key().public_bytes_raw())


def split(value: bytes) -> list[bytes]:
    """The lines of a batch; empty ones are none."""
    return [line for line in value.split(b"\n") if line.strip()]


def parts(items: Iterable[T], most: int, most_bytes: int, length: Callable[[T], int]) -> Iterator[list[T]]:
    """The items in order, at most so many and so many bytes at once; a single larger one goes alone."""
    found, size = list[T](), 0
    for item in items:
        if found and (len(found) == most or size + length(item) > most_bytes):
            yield found
            found, size = [], 0
        found.append(item)
        size += length(item)
    if found:
        yield found


def attested(signature: Signature, public: bytes, lines: Sequence[bytes]) -> list[dict[str, str]]:
    """For each line what is kept of its attestation. Raises `Unattested` when the signature is not of these lines."""
    said = {"by": "signature", "key": signature.key, "signature": signature.value.hex()}
    if not signature.batch:
        if len(lines) != 1 or not _verifies(public, signature.value, _ENVELOPE + lines[0]):
            raise Unattested("bad_signature")
        return [said]
    if not 1 <= len(lines) <= MOST_LINES:
        raise Unattested("not_a_batch")
    root, proofs = _tree(_leaves(lines))
    if not _verifies(public, signature.value, _batch_bytes(len(lines), root)):
        raise Unattested("bad_signature")
    of = str(len(lines))
    return [said | {"of": of, "place": str(place), "proof": proof.hex()} for place, proof in enumerate(proofs)]


def holds(raw: bytes, kept: Mapping[str, str], public: bytes) -> bool:
    """Whether this key signed these bytes, by what was kept of the attestation. Needs nothing else."""
    try:
        signature = bytes.fromhex(kept["signature"])
        if kept["key"] != key_id(public):
            return False
        if "place" not in kept:
            return _verifies(public, signature, _ENVELOPE + raw)
        proof = bytes.fromhex(kept["proof"])
        steps = [proof[at : at + 32] for at in range(0, len(proof), 32)]
        count = int(kept["of"])
        root = _root_from(hashlib.sha256(b"\0" + raw).digest(), int(kept["place"]), count, steps)
    except (KeyError, ValueError, IndexError):
        return False
    return _verifies(public, signature, _batch_bytes(count, root))


def _verifies(public: bytes, signature: bytes, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _batch_bytes(count: int, root: bytes) -> bytes:
    return _BATCH + count.to_bytes(8, "big") + root


def _leaves(lines: Sequence[bytes]) -> list[bytes]:
    return [hashlib.sha256(b"\0" + line).digest() for line in lines]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _half(count: int) -> int:
    """The largest power of two below `count` (RFC 9162, 2.1.1)."""
    return int(1 << (count - 1).bit_length() - 1)


def _tree(leaves: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """The root, and for each leaf its inclusion proof from the bottom up (RFC 9162, 2.1.3.1)."""
    if len(leaves) == 1:
        return leaves[0], [b""]
    half = _half(len(leaves))
    (left, of_left), (right, of_right) = _tree(leaves[:half]), _tree(leaves[half:])
    return _node(left, right), [proof + right for proof in of_left] + [proof + left for proof in of_right]


def _root_from(leaf: bytes, place: int, count: int, proof: Sequence[bytes]) -> bytes:
    """The root that a leaf and its proof make. Raises `IndexError` or `ValueError` for a proof of another length."""
    if not 0 <= place < count:
        raise ValueError("there is no such place")
    if count == 1:
        if proof:
            raise ValueError("the proof is too long")
        return leaf
    half, (last, rest) = _half(count), (proof[-1], proof[:-1])
    if place < half:
        return _node(_root_from(leaf, place, half, rest), last)
    return _node(last, _root_from(leaf, place - half, count - half, rest))
