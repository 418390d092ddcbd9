"""Taking: records from outside are checked against what this kit holds, and appended to its own feed, or named.

The record and the place that it has in the feed are one transaction: killed anywhere, the kit goes on where it stands.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import JsonValue

from hub.chains import FeedRecord, Tampered
from hub.crashpoints import reach
from hub.disclosing import Box, box_place
from hub.ledger import checkpoint_text, opens
from hub.ports import Counter, Feed, FeedRow, Forked, Offered, Store, Unit, UpdateKey
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId

TOLD = "told"
"""A kit knows no policies, so all elements of a record lie in one box."""
_RECALLED = "trust.disclosure.recalled"
_NOBODY = UUID(int=0)


class Taken(NamedTuple):
    """What became of what was offered."""

    appended: int
    missing: tuple[int, int] | None = None
    """The first and the last sequence of the gap that stopped it."""
    told: Sequence[tuple[int, Disclosure | None]] = ()
    """What was appended, as its feed now tells it; left out where that has to be asked: something was called back."""


class Taking:
    """One agency's own copy of its feed."""

    def __init__(self, store: Store, feed: Feed, agency: AgencyId, feed_id: UUID, ledger: Ed25519PublicKey) -> None:
        """`feed_id` and `ledger`, the key under which the hub signs heads, were pinned when the kit was set up."""
        self._store, self._feed, self._agency, self._ledger = store, feed, agency, ledger
        self._origin = f"iom-hub/feed/{feed_id}"
        self._head: tuple[int, bytes] | None = None

    def head(self) -> tuple[int, bytes]:
        """The last record that is held: nobody else writes to this feed, so it is read once."""
        if self._head is None:
            self._head = self._feed.head(self._agency)
        return self._head

    def take(self, offered: Sequence[Offered]) -> Taken:
        """Append what is new, up to the first gap. Raises `Tampered` or `Forked`, and then appends nothing of it."""
        seq, link = self.head()
        self._same_as_before([each for each in offered if each.record.header.seq <= seq])
        fresh, links, missing = list[Offered](), dict[int, bytes](), None
        for each in sorted(offered, key=lambda each: each.record.header.seq):
            header = each.record.header
            if header.seq <= seq:
                self._same(each, links.get(header.seq))
            elif header.seq > seq + 1:
                missing = (seq + 1, header.seq - 1)
                break
            else:
                self._follows(each, link)
                seq, link = header.seq, header.link()
                links[seq] = link
                fresh.append(each)
        return Taken(len(fresh), missing, self._append(fresh) if fresh else ())

    def _same_as_before(self, repeats: Sequence[Offered]) -> None:
        """A repeat is dropped; another record of the same number is a fork."""
        if not repeats:
            return
        numbers = [each.record.header.seq for each in repeats]
        first, last = min(numbers), max(numbers)
        held = self._feed.read(self._agency, first - 1, last - first + 1)
        links = {record.header.seq: record.header.link() for record in held}
        for each in repeats:
            self._same(each, links.get(each.record.header.seq))

    def _same(self, offered: Offered, link: bytes | None) -> None:
        header = offered.record.header
        if link is None:
            return
        if header.link() != link:
            raise Forked(f"feed record {header.seq} came before with other content: the hub's feed forked there")
        self._noted(offered)

    def _follows(self, offered: Offered, link: bytes) -> None:
        header = offered.record.header
        if header.prev != link:
            raise Forked(f"feed record {header.seq} does not follow what this kit holds: the hub's feed forked there")
        self._noted(offered)

    def _noted(self, offered: Offered) -> None:
        """The note says of this record what the record says of itself."""
        if offered.note is None:
            return
        header = offered.record.header
        if not opens(offered.note, self._origin, self._ledger):
            raise Tampered(f"the note at feed record {header.seq} is not signed by the hub's pinned key")
        if not offered.note.startswith(checkpoint_text(header.seq, header.link(), self._origin) + "\n"):
            raise Forked(f"the hub's signed note at feed record {header.seq} does not fit that record")

    def _append(self, fresh: Sequence[Offered]) -> Sequence[tuple[int, Disclosure | None]]:
        reach("before_append")
        said = [each.record.values() for each in fresh]
        recalls = [values for values in said if self._calls_back(values)]
        with self._store.unit() as unit:
            counter, last = unit.lock_counter(), fresh[-1].record.header
            heads = counter.heads | {self._agency: (last.seq, last.link())}
            rows = [self._row(unit, each.record, values) for each, values in zip(fresh, said, strict=True)]
            unit.write(Counter(counter.leaves, counter.edge, heads), feed=rows)
            for values in recalls:
                unit.drop_elements({self._agency: _uuid(values["update"])})
            for each in fresh:
                if each.note:
                    unit.checkpoint(each.record.header.seq, each.record.header.link(), each.note)
        self._head = last.seq, last.link()
        reach("after_append")  # a crash here repeats the reading; the kit knows the records again by their sequence
        return () if recalls else [(row.seq, Disclosure.of(self._agency, v)) for row, v in zip(rows, said, strict=True)]

    def _row(self, unit: Unit, record: FeedRecord, values: dict[str, JsonValue]) -> FeedRow:
        box = Box()
        message, about = _uuid(values.get("message_id")), _uuid(values.get("record"))
        for each in record.elements:
            box.add(each.place, each.name, each.salt, each.value)
        lies = box_place(self._agency, message) + TOLD
        boxes = {TOLD: unit.seal(about, TOLD, box.content(), lies)} if record.elements else {}
        return FeedRow(
            recipient=self._agency,
            seq=record.header.seq,
            message_id=message,
            key=UpdateKey(self._agency, message),
            record_id=about,
            prev=record.header.prev,
            root=record.header.root,
            commitments=record.commitments,
            boxes=boxes,
        )

    def _calls_back(self, values: dict[str, JsonValue]) -> bool:
        """Whether the hub calls something back: that is deleted here, too; the chain goes on without it."""
        return values.get("kind") == _RECALLED and values.get("source") != self._agency and "update" in values


def _uuid(said: JsonValue) -> UUID:
    """The id; nobody's where its element was dropped."""
    return UUID(str(said)) if said else _NOBODY
