"""Verifying: is every entry what was written, in its place, and was everyone told exactly what the ledger says?

An edited byte names its entry; where only a later signature shows it, its checkpoint interval is named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub import chains, ledger
from hub.chains import Header, Tampered
from hub.identity import Identity
from hub.ledger import Leaf, Tree
from hub.ports import Evidence, Kept, KeptRecord, UpdateKey

Progress = Callable[[int], None]


@dataclass
class Verdict:
    """What was checked, and everything that is wrong. `problems` name entries, never values."""

    entries: int = 0
    records: int = 0
    updates: int = 0
    checkpoints: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class Verifier:
    """Checks one store against itself and its signatures."""

    def __init__(self, evidence: Evidence, identity: Identity, key: Ed25519PublicKey, progress: Progress) -> None:
        """`progress` hears of every entry checked."""
        self._evidence, self._identity, self._key, self._progress = evidence, identity, key, progress
        self._verdict = Verdict()
        self._disclosed: dict[str, dict[str, str]] = {}
        """For each update, each recipient's root as the ledger has it."""
        self._digests: dict[str, str] = {}
        self._heads: dict[str, tuple[int, str]] = {}

    def verify(self) -> Verdict:
        """All of it: the tree and its checkpoints, every feed's chain, every update."""
        self._check_ledger()
        for recipient in sorted({*self._evidence.recipients(), *self._evidence.counter().heads}):
            self._check_feed(recipient)
        self._check_undelivered()
        self._check_updates()
        return self._verdict

    def _wrong(self, sentence: str) -> None:
        self._verdict.problems.append(sentence)

    def _check_ledger(self) -> None:
        tree, signed, last = Tree(), dict[int, bytes](), 0
        for size, root, note in self._evidence.checkpoints():
            self._check_note(size, root, note)
            signed[size] = root
        for kept in self._evidence.entries():
            self._check_entry(kept, tree.size)
            tree.append(kept.row.hash)
            if tree.size in signed:
                self._check_root(tree, signed.pop(tree.size), last)
                last = tree.size
            self._verdict.entries += 1
            self._progress(1)
        self._check_end(tree, signed)

    def _check_note(self, size: int, root: bytes, note: str) -> None:
        self._verdict.checkpoints += 1
        says = note.startswith(ledger.checkpoint_text(size, root))
        if not says or not ledger.opens(note, ledger.ORIGIN, self._key):
            self._wrong(f"checkpoint {size}: its signature does not verify")

    def _check_entry(self, kept: Kept, index: int) -> None:
        row = kept.row
        if row.number != index:
            self._wrong(f"ledger entry {index}: missing or out of place")
        if Leaf(row.time, row.commitment).hash() != row.hash:
            self._wrong(f"ledger entry {row.number}: its hash does not match")
        if kept.opening is None or ledger.commitment(kept.opening[:16], kept.opening[16:]) != row.commitment:
            self._wrong(f"ledger entry {row.number}: its record does not match its commitment")
            return
        self._remember(orjson.loads(kept.opening[16:]), kept)

    def _remember(self, record: dict[str, object], kept: Kept) -> None:
        owner = str(kept.row.record_id) if kept.row.record_id else None
        if record.get("record") != owner:
            self._wrong(f"ledger entry {kept.row.number}: it lies with another person record")
        if record["verb"] == "collection":
            update, disclosed = str(record["update"]), record["disclosed"]
            assert isinstance(disclosed, dict)
            self._disclosed[update] = {agency: said["root"] for agency, said in disclosed.items()}
            self._digests[update] = str(record["digest"])
        elif record["verb"] == "heads":
            assert isinstance(record["feeds"], dict)
            self._heads |= {agency: (said[0], said[1]) for agency, said in record["feeds"].items()}

    def _check_root(self, tree: Tree, root: bytes, last: int) -> None:
        if tree.root() != root:
            self._wrong(f"ledger entries {last} to {tree.size - 1}: they do not make their checkpoint's root")

    def _check_end(self, tree: Tree, unreached: dict[int, bytes]) -> None:
        counter = self._evidence.counter()
        if counter.leaves != tree.size or counter.edge != tree.edge():
            self._wrong(f"ledger entries up to {counter.leaves}: they do not make the tree that was counted")
        for size in unreached:
            self._wrong(f"checkpoint {size}: entries it covers are missing")

    def _check_feed(self, recipient: str) -> None:
        seq, prev = 0, chains.genesis(self._identity.feed(recipient).bytes)
        told_heads = {self._heads[recipient]} if recipient in self._heads else set()
        for kept in self._evidence.records(recipient):
            seq += 1
            for problem in self._record_problems(kept, seq, prev):
                self._wrong(f"feed of {recipient}, record {kept.seq}: {problem}")
            prev = Header(kept.seq, kept.prev, kept.record.header.root).link() if kept.record else b""
            told_heads.discard((seq, prev.hex()))
            self._verdict.records += 1
            self._progress(1)
        self._check_head(recipient, seq, prev)
        if told_heads:
            self._wrong(f"feed of {recipient}: it does not contain the head that the ledger committed to")

    def _record_problems(self, kept: KeptRecord, seq: int, prev: bytes) -> Iterator[str]:
        if kept.seq != seq or kept.prev != prev:
            yield "it does not follow the record before it"
        if kept.record is None:
            yield "an element does not open"
            return
        try:
            kept.record.verify()
        except Tampered as tampered:
            yield str(tampered).partition(": ")[2]
        if kept.message_id != self._identity.message(kept.recipient, *kept.key):
            yield "its message id is not of its update"
        values = kept.record.values()
        if values and values.get("record") != str(self._identity.record(kept.recipient, kept.record_id)):
            yield "it lies with another person record"
        if self._disclosed.get(str(kept.key), {}).pop(kept.recipient, None) != kept.record.header.root.hex():
            yield "the ledger has no such disclosure"

    def _check_head(self, recipient: str, seq: int, link: bytes) -> None:
        counted = self._evidence.counter().heads.get(recipient, (0, link))
        if counted != (seq, link):
            self._wrong(f"feed of {recipient}: it does not end at the head that was counted")

    def _check_undelivered(self) -> None:
        for update, missing in self._disclosed.items():
            for recipient in missing:
                self._wrong(f"update {update}: the ledger says {recipient} was told, its feed does not")

    def _check_updates(self) -> None:
        for key, _, content in self._evidence.updates():
            self._check_update(key, content)
            self._verdict.updates += 1
            self._progress(1)
        for update in self._digests:
            self._wrong(f"update {update}: the ledger has it, the store does not")

    def _check_update(self, key: UpdateKey, content: bytes | None) -> None:
        digest = self._digests.pop(str(key), None)
        if content is None:
            self._wrong(f"update {key}: it does not open")
        elif sha256(orjson.loads(content)["raw"].encode()).hexdigest() != digest:
            self._wrong(f"update {key}: its bytes are not those that the ledger has")
