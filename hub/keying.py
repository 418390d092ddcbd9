"""Keying: the hub's own numbered keys for what crosses a broker, and how their public halves are presented.

They are derived from the root key under a label with a number. Raising the number changes them; what was signed or
sealed under the neighbours of the current number still opens, so processes may be restarted one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub import ledger
from hub.wrapping import key_id

KEYS_ORIGIN = "iom-hub/keys"


@dataclass(frozen=True)
class Presented:
    """One public key of the hub's."""

    id: str
    use: str
    """`delivery` (Ed25519, signs windows), `inbound` (X25519, seal to it) or `ledger` (Ed25519, signs heads)."""
    public: bytes
    current: bool

    def line(self) -> str:
        """As the signed note says it."""
        return f"{self.id} {self.use} {self.public.hex()} {'current' if self.current else 'other'}\n"


class HubKeys:
    """The hub's delivery and inbound keys of one number, and of those around it."""

    def __init__(self, derive: Callable[[str], bytes], number: int) -> None:
        """`derive` gives 32 secret bytes for a label."""
        self._delivery = {n: _signing(derive(f"delivery-signing-{n}")) for n in range(1, number + 2)}
        around = range(max(1, number - 1), number + 2)
        self._inbound = {n: _receiving(derive(f"inbound-sealing-{n}")) for n in around}
        self._number = number
        self.inbound = {key_id(key.public_key().public_bytes_raw()): key for key in self._inbound.values()}
        """Every private key under which the hub opens what was sealed to it, by id."""

    @property
    def delivery(self) -> Ed25519PrivateKey:
        """The key that signs windows now."""
        return self._delivery[self._number]

    def presented(self, ledger_key: Ed25519PrivateKey) -> list[Presented]:
        """Public keys for everybody: to verify old records and the next number's, and the one to seal to now."""
        found = [
            _presented("delivery", key.public_key().public_bytes_raw(), current=number == self._number)
            for number, key in self._delivery.items()
        ]
        inbound = self._inbound[self._number].public_key().public_bytes_raw()
        ours = ledger_key.public_key().public_bytes_raw()
        return [*found, _presented("inbound", inbound), _presented("ledger", ours)]


def keys_note(presented: list[Presented], ledger_key: Ed25519PrivateKey) -> str:
    """The keys as a note signed by the ledger's key, which a partner keeps from its first day."""
    text = "".join([f"{KEYS_ORIGIN}\n", *(key.line() for key in presented)])
    return ledger.sign_note(text, KEYS_ORIGIN, ledger_key)


def _presented(use: str, public: bytes, *, current: bool = True) -> Presented:
    return Presented(key_id(public), use, public, current)


def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _receiving(secret: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(secret)
