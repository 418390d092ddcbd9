"""Verifying: is every entry what was written, in its place, and was everyone told exactly what the ledger says?

An edited byte names its entry; where only a later signature shows it, its checkpoint interval is named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from access_policies.bundling import moment, reopen
from access_policies.reading import UnusablePolicies
from access_policies.signing import raw_content
from hub import chains, ledger
from hub.answering import answers
from hub.chains import Tampered
from hub.identity import Identity
from hub.ledger import Leaf, Tree
from hub.matching import Matching
from hub.ports import BundleRow, Counter, Evidence, Kept, KeptRecord, KeptUpdate
from hub.registering import Registers
from hub.tallying import Tally

Progress = Callable[[int], None]
_FORM = "it no longer has its form"


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


@dataclass
class _Entered:
    """What the ledger says of one update."""

    number: int
    record: str | None
    digest: str
    attested: dict[str, str]
    held: bool = False


class Verifier:
    """Checks one store against itself and its signatures."""

    def __init__(self, evidence: Evidence, identity: Identity, key: Ed25519PublicKey, progress: Progress) -> None:
        """`progress` hears of every entry checked."""
        self._evidence, self._identity, self._key, self._progress = evidence, identity, key, progress
        self._verdict = Verdict()
        self._entered: dict[str, _Entered] = {}
        self._matching, self._tally = Matching(), Tally(evidence.bundles())
        self._registers = Registers(evidence.bundles())
        self._heads: dict[str, tuple[int, str]] = {}
        self._bundles: dict[int, dict[str, Any]] = {}
        """What the ledger says of each version of the policies; taken out as the store is found to keep it."""
        self._in_force: dict[str, Any] = {"version": 0, "digest": ""}
        self._counter = evidence.counter() or Counter(0, b"")

    def verify(self) -> Verdict:
        """All of it: the tree and its checkpoints, every feed's chain, every update, what the hub acts by later."""
        if self._evidence.counter() is None:
            self._wrong(f"counter: {_FORM}")
        self._check_ledger()
        self._check_bundles()
        for recipient in sorted({*self._evidence.recipients(), *self._counter.heads}):
            self._check_feed(recipient)
        self._check_updates()
        self._check_missing()
        for problem in self._tally.problems(self._evidence):
            self._wrong(problem)
        return self._verdict

    def _wrong(self, sentence: str) -> None:
        self._verdict.problems.append(sentence)

    def _check_ledger(self) -> None:
        tree, signed, last = Tree(), self._signed(), 0
        for kept in self._evidence.entries():
            self._check_entry(kept, tree.size)
            tree.append(kept.row.hash if kept else b"")
            if tree.size in signed:
                self._check_root(tree, signed.pop(tree.size), last)
                last = tree.size
            self._verdict.entries += 1
            self._progress(1)
        self._check_end(tree, signed)

    def _signed(self) -> dict[int, bytes]:
        """The root of each checkpoint by its size, their notes checked."""
        signed = {}
        for size, root, note in self._evidence.checkpoints():
            self._verdict.checkpoints += 1
            says = note.startswith(ledger.checkpoint_text(size, root))
            if not says or not ledger.opens(note, ledger.ORIGIN, self._key):
                self._wrong(f"checkpoint {size}: its signature does not verify")
            signed[size] = root
        self._sizes = frozenset(signed)
        return signed

    def _check_entry(self, kept: Kept | None, number: int) -> None:
        if kept is None:
            self._wrong(f"ledger entry {number}: {_FORM}")
            return
        if kept.row.number != number:
            self._wrong(f"ledger entry {number}: missing or out of place")
        if not _hashes(kept):
            self._wrong(f"ledger entry {kept.row.number}: its hash does not match")
        if kept.opening is None or ledger.commitment(kept.opening[:16], kept.opening[16:]) != kept.row.commitment:
            self._wrong(f"ledger entry {kept.row.number}: its record does not match its commitment")
        else:
            self._remember(orjson.loads(kept.opening[16:]), kept)

    def _remember(self, record: dict[str, Any], kept: Kept) -> None:
        owner = str(kept.row.record_id) if kept.row.record_id else None
        if record.get("record") != owner:
            self._wrong(f"ledger entry {kept.row.number}: it lies with another person record")
        self._matching.remember(record, kept.row.number)
        self._tally.enter(record)
        if record["verb"] == "policies":
            self._governed_by(record, kept.row.number)
        elif record.get("bundle", self._in_force["digest"]) != self._in_force["digest"]:
            self._wrong(f"ledger entry {kept.row.number}: it was decided by policies that were not in force")
        if record["verb"] == "collection":
            self._collect(record, kept.row.number, owner)
        elif record["verb"] == "discarding":
            self._discard(record["update"], kept.row.number)
        elif record["verb"] == "heads":
            self._heads |= {agency: (said[0], said[1]) for agency, said in record["feeds"].items()}
            self._check_checkpoint_of(kept.row.number)

    def _collect(self, record: dict[str, Any], number: int, owner: str | None) -> None:
        """What was held may be collected again, and once it is placed it stays."""
        before, held = self._entered.get(record["update"]), record["outcome"] == "held"
        if before and not (before.held and before.digest == record["digest"]):
            self._wrong(f"ledger entry {number}: this update was placed before")
        self._entered[record["update"]] = _Entered(number, owner, record["digest"], record["attested"], held)

    def _discard(self, update: str, number: int) -> None:
        before = self._entered.pop(update, None)
        if before is None or not before.held:
            self._wrong(f"ledger entry {number}: what it discards was not held")

    def _governed_by(self, record: dict[str, Any], number: int) -> None:
        """From here on every decision is by these policies; a version is never in force again."""
        if record["version"] <= self._in_force["version"]:
            self._wrong(f"ledger entry {number}: these policies are not newer than those before")
        self._bundles[record["version"]] = self._in_force = record

    def _check_bundles(self) -> None:
        for kept in self._evidence.bundles():
            if kept is None:
                self._wrong("policies: a kept bundle no longer has its form")
            elif (entered := self._bundles.pop(kept.version, None)) is None:
                self._wrong(f"policies version {kept.version}: the ledger does not have it")
            elif not _is_as_entered(kept, entered):
                self._wrong(f"policies version {kept.version}: it is not the bundle that the ledger has")
        for version in self._bundles:
            self._wrong(f"policies version {version}: the ledger has it, the store does not")

    def _check_checkpoint_of(self, number: int) -> None:
        """The entry of the heads begins a checkpoint: its tree is filled, and signed."""
        size = number + 1 + ledger.missing_to_fill(number + 1)
        if size not in self._sizes:
            self._wrong(f"checkpoint {size}: it is missing")

    def _check_root(self, tree: Tree, root: bytes, last: int) -> None:
        if tree.root() != root:
            self._wrong(f"ledger entries {last} to {tree.size - 1}: they do not make their checkpoint's root")

    def _check_end(self, tree: Tree, unreached: dict[int, bytes]) -> None:
        if self._counter.leaves != tree.size or self._counter.edge != tree.edge():
            self._wrong(f"ledger entries up to {self._counter.leaves}: they do not make the tree that was counted")
        for size in unreached:
            self._wrong(f"checkpoint {size}: entries it covers are missing")

    def _check_feed(self, recipient: str) -> None:
        last, prev = 0, chains.genesis(self._identity.feed(recipient).bytes)
        committed = {self._heads[recipient]} if recipient in self._heads else set()
        for kept in self._evidence.records(recipient):
            self._verdict.records += 1
            self._progress(1)
            if kept is None:
                self._wrong(f"feed of {recipient}: a record after {last} no longer has its form")
                continue
            missing = self._check_gap(recipient, last, kept.seq)
            for problem in self._record_problems(kept, last, b"" if missing else prev):
                self._wrong(f"feed of {recipient}, record {kept.seq}: {problem}")
            last, prev = kept.seq, kept.record.header.link() if kept.record else b""
            committed.discard((last, prev.hex()))
        counted = self._counter.heads.get(recipient, (0, prev))
        self._check_gap(recipient, last, counted[0] + 1)
        if counted != (last, prev):
            self._wrong(f"feed of {recipient}: it does not end at the head that was counted")
        if committed:
            self._wrong(f"feed of {recipient}: it does not contain the head that the ledger committed to")

    def _check_gap(self, recipient: str, last: int, following: int) -> bool:
        """Name what is missing between two records. Returns whether something is."""
        missing = following - last - 1
        if missing > 0:
            more = f", and all up to {following - 1}" if missing > 1 else ""
            self._wrong(f"feed of {recipient}, record {last + 1}: it is missing{more}")
        return missing > 0

    def _record_problems(self, kept: KeptRecord, last: int, prev: bytes) -> Iterator[str]:
        if kept.seq <= last or (prev and kept.prev != prev):
            yield "it does not follow the record before it"
        if kept.message_id not in (self._identity.message(kept.recipient, *kept.key), answers(kept.key)):
            yield "its message id is not of its update"
        if kept.record is None:
            yield "an element does not open"
            return
        try:
            kept.record.verify()
        except Tampered as tampered:
            yield str(tampered).partition(": ")[2]
        yield from self._against_ledger(kept, kept.record)

    def _against_ledger(self, kept: KeptRecord, record: chains.FeedRecord) -> Iterator[str]:
        yield from self._matching.problems(kept, record)
        self._tally.see(kept, record)
        entered = self._entered.get(str(kept.key))
        if entered and entered.record != str(kept.record_id):
            yield "it lies with another person record"

    def _check_updates(self) -> None:
        for kept in self._evidence.updates():
            for problem in self._update_problems(kept):
                self._wrong(f"update {kept.key}: {problem}")
            self._verdict.updates += 1
            self._progress(1)

    def _update_problems(self, kept: KeptUpdate) -> Iterator[str]:
        entered = self._entered.get(str(kept.key))
        if entered is None:
            yield "the ledger does not have it"
            return
        if kept.entry != entered.number:
            yield "it names another ledger entry"
        if kept.content is None:
            yield "it does not open"
        else:
            yield from self._content_problems(orjson.loads(kept.content), entered)
        entered.digest = ""

    def _content_problems(self, content: dict[str, Any], entered: _Entered) -> Iterator[str]:
        raw = content["raw"].encode()
        if sha256(raw).hexdigest() != entered.digest:
            yield "its bytes are not those that the ledger has"
        if content["attested"] != entered.attested:
            yield "it is not attested as the ledger has it"
        if not self._registers.vouch(raw, entered.attested):
            yield "its signature is not that of a key which the register had"

    def _check_missing(self) -> None:
        for update, entered in self._entered.items():
            if entered.digest:
                self._wrong(f"update {update}: the ledger has it, the store does not")
        for problem in self._matching.missing():
            self._wrong(problem)


def _is_as_entered(kept: BundleRow, entered: dict[str, Any]) -> bool:
    """Whether a kept bundle is the one that was entered, to the byte, and has the rules whose digest it names."""
    try:
        digest = reopen(raw_content(kept.signed)).digest
    except UnusablePolicies:
        return False
    said = (entered["digest"], entered["digest"], entered["effective_from"], entered["file"])
    return said == (digest, kept.digest, moment(kept.effective_from), sha256(kept.signed.encode()).hexdigest())


def _hashes(kept: Kept) -> bool:
    try:
        return Leaf(kept.row.time, kept.row.commitment).hash() == kept.row.hash
    except OverflowError:
        return False
