"""Numbering: the last statement takes the numbers. Under the lock only number, hash, insert; nothing slow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from hub import chains, ledger
from hub.disclosing import Draft
from hub.identity import Identity
from hub.ledger import Leaf, Tree
from hub.ports import BundleRow, Counter, FeedRow, LeafRow, Stored, Timer, Unit, UpdateKey
from schemas.identifiers import AgencyId


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger entry to be numbered, with the feed records that it answers for."""

    leaf: Leaf
    opening: bytes
    record_id: UUID | None
    drafts: Sequence[Draft] = ()
    key: UpdateKey | None = None
    """The update that this entry is of."""


def entry(moment: datetime, salt: bytes, record: dict[str, JsonValue]) -> Entry:
    """An entry that speaks of no person."""
    return Entry(*ledger.leaf(moment, salt, record), None)


def number(
    unit: Unit,
    entries: Sequence[Entry],
    identity: Identity,
    updates: Sequence[tuple[Stored, bytes]] = (),
    timers: Sequence[Timer] = (),
    bundles: Sequence[BundleRow] = (),
) -> None:
    """Seal the openings, lock the counter, and write every entry under the next number."""
    sealed = [_seal(unit, each) for each in entries]
    told = (draft for each in entries for draft in each.drafts if not draft.disclosure.is_answer)
    aliases = {draft.disclosure.record: _alias(draft) for draft in told}
    counter = unit.lock_counter()
    tree = Tree.kept(counter.leaves, counter.edge)
    leaves = [_leaf_row(tree, each, opening) for each, opening in zip(entries, sealed, strict=True)]
    feed = [
        _feed_row(counter, identity, draft, leaf.number)
        for each, leaf in zip(entries, leaves, strict=True)
        for draft in each.drafts
    ]
    counter.leaves, counter.edge = tree.size, tree.edge()
    places = {each.key: row.number for each, row in zip(entries, leaves, strict=True)}
    updates = [(stored._replace(entry=places[stored.key]), content) for stored, content in updates]
    unit.write(
        counter, updates=updates, feed=feed, aliases=aliases.values(), leaves=leaves, timers=timers, bundles=bundles
    )


def _seal(unit: Unit, made: Entry) -> bytes:
    owner = made.record_id or "hub"
    return unit.seal(owner, "ledger", made.opening, opening_place(made.leaf.hash()))


def opening_place(leaf_hash: bytes) -> str:
    """Where an opening lies; it opens beside no other leaf."""
    return f"ledger/{leaf_hash.hex()}"


def _alias(draft: Draft) -> tuple[AgencyId, UUID, UUID]:
    return draft.disclosure.recipient, draft.disclosure.record, draft.row.record_id


def _leaf_row(tree: Tree, made: Entry, sealed: bytes) -> LeafRow:
    leaf_hash, index = made.leaf.hash(), tree.size
    tree.append(leaf_hash)
    return LeafRow(index, made.leaf.time, made.leaf.commitment, leaf_hash, made.record_id, sealed)


def _feed_row(counter: Counter, identity: Identity, draft: Draft, place: int) -> FeedRow:
    recipient = draft.disclosure.recipient
    seq, prev = counter.heads.get(recipient) or (0, chains.genesis(identity.feed(recipient).bytes))
    header = chains.Header(seq + 1, prev, draft.row.root)
    counter.heads[recipient] = (header.seq, header.link())
    return draft.row._replace(seq=header.seq, prev=prev, entry=place)
