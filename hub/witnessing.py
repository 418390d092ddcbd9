"""Witnessing: what somebody keeps who saw the hub's end, a signed checkpoint or feed head, is held against a store.

A store that was restored from a copy is sound in itself, whatever it has lost. Only what others keep shows its loss.
"""

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub import ledger
from hub.identity import Identity
from hub.ports import Evidence

_FEED = "iom-hub/feed/"
_UNREADABLE = "it is no checkpoint and no feed head that this hub signed"


class Note(NamedTuple):
    """What was signed: whose end (a feed's id; none is the ledger's), how far, and the hash there."""

    feed: str
    size: int
    root: bytes


def read_note(kept: bytes, key: Ed25519PublicKey) -> Note | None:
    """The note in a file: by itself, or as the head of a page of a feed. None for what this hub did not sign."""
    try:
        text = _text(kept)
        origin, size, root, *_ = text.split("\n")
        note = Note(origin.removeprefix(_FEED) if origin != ledger.ORIGIN else "", int(size), base64.b64decode(root))
    except (ValueError, KeyError, TypeError):
        return None
    exact = text.startswith(ledger.checkpoint_text(note.size, note.root, origin))
    return note if exact and ledger.opens(text, origin, key) else None


def _text(kept: bytes) -> str:
    if not kept.lstrip().startswith(b"{"):
        return kept.decode()
    page: dict[str, Any] = orjson.loads(kept)
    return str(page["head"]["note"])


def contradictions(kept: bytes, evidence: Evidence, identity: Identity, key: Ed25519PublicKey) -> Iterator[str]:
    """Every sentence is a loss, or another history than the one that was seen."""
    note = read_note(kept, key)
    if note is None:
        yield _UNREADABLE
    elif note.feed:
        yield from _of_feed(note, evidence, identity)
    else:
        yield from _of_ledger(note, evidence)


def _of_ledger(note: Note, evidence: Evidence) -> Iterator[str]:
    counter = evidence.counter()
    if counter and counter.leaves < note.size:
        yield f"the ledger had {note.size} entries and has {counter.leaves}: its end is lost"
    elif note.root not in {root for size, root, _ in evidence.checkpoints() if size == note.size}:
        yield f"the ledger had another checkpoint of {note.size} entries"


def _of_feed(note: Note, evidence: Evidence, identity: Identity) -> Iterator[str]:
    """Of a feed that has nothing any more the store does not know whose it was."""
    counter = evidence.counter()
    heads = counter.heads if counter else {}
    agency = next((name for name in heads if str(identity.feed(name)) == note.feed), "")
    named, has = f"feed of {agency}" if agency else f"feed {note.feed}", heads[agency][0] if agency else 0
    if has < note.size:
        yield f"{named}: it had {note.size} records and has {has}: its end is lost"
    elif note.size and note.root != _link(agency, note.size, evidence):
        yield f"{named}: its record {note.size} was another one"


def _link(agency: str, seq: int, evidence: Evidence) -> bytes | None:
    found = (kept.record for kept in evidence.records(agency) if kept and kept.seq == seq)
    record = next(found, None)
    return record.header.link() if record else None
