"""The ledger: salted leaves in an RFC 6962 tree, with signed checkpoints.

Leaf v1 is `H(0x00 ‖ version ‖ time ‖ commitment(salt, record))`: person, recipient, rule and field names stand only
under the commitment, so a leaf whose record is erased neither reveals nor confirms anything.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import JsonValue

from hub.canonical import canonical

VERSION = 1
ORIGIN = "iom-hub/ledger"
FILL = 64
"""A checkpoint's tree is filled to a multiple of this, so that its size tells nobody how busy a day was (D29)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry: when, and the commitment to what the sealed record says."""

    time: int
    """Microseconds since 1970, UTC."""
    commitment: bytes
    version: int = VERSION

    def hash(self) -> bytes:
        """The RFC 6962 leaf hash."""
        body = bytes([0, self.version]) + self.time.to_bytes(8, "big") + self.commitment
        return hashlib.sha256(body).digest()


def commitment(salt: bytes, record: bytes) -> bytes:
    """`H(salt ‖ record)` with a salt of 16 bytes."""
    return hashlib.sha256(salt + record).digest()


def leaf(moment: datetime, salt: bytes, record: JsonValue) -> tuple[Leaf, bytes]:
    """The leaf for a record, and the opening (salt and canonical record) to be sealed beside it."""
    opening = salt + canonical(record)
    return Leaf(microseconds(moment), commitment(salt, opening[16:])), opening


def microseconds(moment: datetime) -> int:
    """The moment as whole microseconds since 1970, UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


class Tree:
    """The right edge of an RFC 6962 tree: enough to append and to know the root."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        """`edge` holds the roots of the complete subtrees, the largest first."""
        self.size, self._edge = size, list(edge)

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf."""
        node, size = leaf_hash, self.size
        while size & 1:
            node, size = _node(self._edge.pop(), node), size >> 1
        self._edge.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The RFC 6962 root hash; of nothing, the hash of nothing."""
        if not self._edge:
            return hashlib.sha256().digest()
        root = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            root = _node(left, root)
        return root

    def edge(self) -> bytes:
        """The edge as bytes, for keeping."""
        return b"".join(self._edge)

    @classmethod
    def kept(cls, size: int, edge: bytes) -> "Tree":
        """The tree that `edge()` described."""
        return cls(size, (edge[i : i + 32] for i in range(0, len(edge), 32)))


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def missing_to_fill(size: int) -> int:
    """How many filler leaves a checkpoint of at least `size` leaves needs."""
    return -size % FILL


def checkpoint_text(size: int, root: bytes, origin: str = ORIGIN) -> str:
    """The body of a C2SP tlog-checkpoint: origin, size, root."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """A C2SP signed note over `text`."""
    signature = _key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def opens(note: str, name: str, key: Ed25519PublicKey) -> bool:
    """Whether the note is signed by this key under this name."""
    text, _, signature = note.rpartition(f"\n— {name} ")
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
        key.verify(raw[4:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    exact = note == f"{text}\n— {name} {base64.b64encode(raw).decode()}\n"
    return exact and raw[:4] == _key_id(name, key)


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """The first four bytes that name a key in a signed note (algorithm 1 is Ed25519)."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
