"""The feed as a table: one partner's records in order, opened class by class."""

import time
from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from hub.adapters import tables as t
from hub.adapters.database import KeptKeys
from hub.adapters.sqlite import SqliteStore
from hub.chains import Element, FeedRecord, Header, genesis
from hub.disclosing import box_place, unbox
from hub.identity import Identity
from hub.sealing import scope
from schemas.identifiers import AgencyId


class StoreFeed:
    """Keeps the promises of `hub.ports.Feed` on the store's own table."""

    def __init__(self, store: SqliteStore, identity: Identity) -> None:
        """`identity` names a feed's genesis."""
        self._store, self._identity = store, identity

    def read(self, recipient: AgencyId, after: int, limit: int) -> list[FeedRecord]:
        """Two queries, whatever the limit."""
        mine, theirs = t.feed.c, t.boxes.c
        with self._store.reader.connect() as connection:
            keys = KeptKeys(connection)
            rows = connection.execute(
                select(mine.seq, mine.message_id, mine.record_id, mine.prev, mine.root, mine.commitments)
                .where(mine.recipient == recipient, mine.seq > after)
                .order_by(mine.seq)
                .limit(limit)
            ).all()
            last = rows[-1].seq if rows else after
            sealed = connection.execute(
                select(theirs.seq, theirs.data_class, theirs.content).where(
                    theirs.recipient == recipient, theirs.seq > after, theirs.seq <= last
                )
            ).all()
            found = {row.seq: (row.message_id, row.record_id) for row in rows}
            elements: dict[int, list[Element]] = defaultdict(list)
            for box in sealed:
                elements[box.seq] += self._opened(keys, recipient, *found[box.seq], box.data_class, box.content)
        return [_record(row, elements[row.seq]) for row in rows]

    def _opened(
        self, keys: KeptKeys, recipient: AgencyId, message_id: UUID, record_id: UUID, data_class: str, content: bytes
    ) -> list[Element]:
        place = box_place(recipient, message_id, data_class)
        return unbox(self._store.sealer.open(keys, scope(record_id, data_class), content, place))

    def head(self, recipient: AgencyId) -> tuple[int, bytes]:
        """From the last row."""
        wanted = select(t.feed).where(t.feed.c.recipient == recipient).order_by(t.feed.c.seq.desc()).limit(1)
        with self._store.reader.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return 0, genesis(self._identity.feed(recipient).bytes)
        return row.seq, Header(row.seq, row.prev, row.root).link()

    def wait(self, recipient: AgencyId, after: int, seconds: float) -> bool:
        """Woken by any commit; looks only at its own feed."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self._store.version
            if self._last(recipient) > after:
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._store.wait(seen, left)

    def _last(self, recipient: AgencyId) -> int:
        wanted = select(t.feed.c.seq).where(t.feed.c.recipient == recipient).order_by(t.feed.c.seq.desc()).limit(1)
        with self._store.reader.connect() as connection:
            return connection.execute(wanted).scalar_one_or_none() or 0


def _record(row: object, elements: list[Element]) -> FeedRecord:
    commitments = row.commitments  # type: ignore[attr-defined]  # a row of the feed table
    pieces = tuple(commitments[i : i + 32] for i in range(0, len(commitments), 32))
    header = Header(row.seq, row.prev, row.root)  # type: ignore[attr-defined]
    return FeedRecord(header, pieces, tuple(sorted(elements, key=lambda element: element.place)))
