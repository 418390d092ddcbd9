"""Recording: ledger entries that no update makes: reads, checkpoints, and the fill that hides how busy a day was."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import JsonValue

from hub import ledger
from hub.identity import Identity
from hub.ledger import Tree
from hub.numbering import Entry, entry, number
from hub.ports import Clock, Entropy, KeyStore, Store, Unit
from hub.receiving import Caller


def signing_key(keys: KeyStore) -> Ed25519PrivateKey:
    """The key that signs checkpoints and feed heads."""
    return Ed25519PrivateKey.from_private_bytes(keys.derive("ledger-signing"))


class Recorder:
    """Appends leaves. Every read of a case, an alert or an explanation has its leaf before it is answered."""

    def __init__(
        self, store: Store, identity: Identity, clock: Clock, entropy: Entropy, key: Ed25519PrivateKey
    ) -> None:
        """`key` signs checkpoints and feed heads."""
        self._store, self._identity, self._clock, self._entropy = store, identity, clock, entropy
        self.key = key

    def consulted(self, caller: Caller, what: str, about: Mapping[str, JsonValue]) -> None:
        """Who is about to read what (DPA 2018 s.62: consultation). Raises `TryLater`: then nothing is read."""
        record: dict[str, JsonValue] = {
            "verb": "consultation",
            "agency": caller.agency,
            "by": caller.sub,
            "what": what,
            "about": dict(about),
        }
        with self._store.unit() as unit:
            number(unit, [self._entry(record)], self._identity)

    def checkpoint(self) -> str:
        """Fill the tree, commit to every feed's head, and sign the root. Returns the signed note.

        A crash before the commit leaves no trace; the next checkpoint covers the same entries.
        """
        with self._store.unit() as unit:
            heads = self._heads(unit)
            size = unit.lock_counter().leaves
            filler = [self._entry({"verb": "filler"}) for _ in range(ledger.missing_to_fill(size + 1))]
            number(unit, [self._entry(heads), *filler], self._identity)
            counter = unit.lock_counter()
            tree = Tree.kept(counter.leaves, counter.edge)
            text = ledger.checkpoint_text(tree.size, tree.root())
            note = ledger.sign_note(text, ledger.ORIGIN, self.key)
            unit.checkpoint(tree.size, tree.root(), note)
        return note

    def _heads(self, unit: Unit) -> dict[str, JsonValue]:
        heads = unit.lock_counter().heads
        return {"verb": "heads", "feeds": {agency: [seq, link.hex()] for agency, (seq, link) in heads.items()}}

    def _entry(self, record: dict[str, JsonValue]) -> Entry:
        return entry(self._clock.now(), self._entropy.salts("ledger", 1), record)

    def signed_head(self, feed: str, seq: int, link: bytes) -> str:
        """A signed note of a feed's head: name of the feed, sequence, link."""
        origin = f"iom-hub/feed/{feed}"
        return ledger.sign_note(ledger.checkpoint_text(seq, link, origin), origin, self.key)
