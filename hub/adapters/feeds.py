"""The feed as a table: one partner's records in order, opened class by class."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import select

from hub.adapters import tables as t
from hub.adapters.database import KeptKeys
from hub.adapters.rows import unpack
from hub.adapters.store import DatabaseStore
from hub.chains import FeedRecord, Header, genesis
from hub.disclosing import box_place, unbox, values_in
from hub.identity import Identity
from hub.sealing import DataKeys, Sealer, scope
from schemas.disclosures import STRUCTURE, Disclosure
from schemas.identifiers import AgencyId

T = TypeVar("T")

_OF_DISCLOSURE = (t.feed.c.recipient, t.feed.c.seq, t.feed.c.message_id, t.feed.c.record_id, t.feed.c.boxes)


class StoreFeed:
    """Keeps the promises of `hub.ports.Feed` on the store's own table."""

    def __init__(self, store: DatabaseStore, identity: Identity) -> None:
        """`identity` names a feed's genesis."""
        self._store, self._identity = store, identity

    def read(self, recipient: AgencyId, after: int, limit: int) -> list[FeedRecord]:
        """One query, whatever the limit."""
        return self._rows(recipient, after, limit, feed_record, t.feed)

    def told(self, recipient: AgencyId, after: int, limit: int) -> list[tuple[int, Disclosure | None]]:
        """One query, whatever the limit; none when there is no news."""
        if self._store.last(recipient) <= after:
            return []
        return self._rows(recipient, after, limit, _disclosure, *_OF_DISCLOSURE)

    def _rows(
        self, recipient: AgencyId, after: int, limit: int, opened: Callable[[Any, Sealer, DataKeys], T], *columns: Any
    ) -> list[T]:
        wanted = select(*columns).where(t.feed.c.recipient == recipient, t.feed.c.seq > after)
        with self._store.reading() as connection:
            keys = KeptKeys(connection)
            rows = connection.execute(wanted.order_by(t.feed.c.seq).limit(limit))
            return [opened(row, self._store.sealer, keys) for row in rows]

    def head(self, recipient: AgencyId) -> tuple[int, bytes]:
        """From the last row."""
        wanted = select(t.feed).where(t.feed.c.recipient == recipient).order_by(t.feed.c.seq.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return 0, genesis(self._identity.feed(recipient).bytes)
        return row.seq, Header(row.seq, row.prev, row.root).link()

    def wait(self, recipient: AgencyId, after: int, seconds: float) -> bool:
        """Woken by any commit; looks only at its own feed."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self._store.version
            if self._store.last(recipient) > after:
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._store.wait(seen, left)


def feed_record(row: Any, sealer: Sealer, keys: DataKeys) -> FeedRecord:
    """A row of the feed table, its boxes opened. Raises `CannotOpen`."""
    elements = sorted(element for content in _opened(row, sealer, keys) for element in unbox(content))
    pieces = tuple(row.commitments[i : i + 32] for i in range(0, len(row.commitments), 32))
    return FeedRecord(Header(row.seq, row.prev, row.root), pieces, tuple(elements))


def _opened(row: Any, sealer: Sealer, keys: DataKeys) -> Iterator[bytes]:
    owner, lies = str(row.record_id), box_place(row.recipient, row.message_id)
    for data_class, content in unpack(row.boxes):
        yield sealer.open(keys, scope(owner, data_class), content, lies + data_class)


def _disclosure(row: Any, sealer: Sealer, keys: DataKeys) -> tuple[int, Disclosure | None]:
    told: dict[str, JsonValue] = {}
    for content in _opened(row, sealer, keys):
        told.update(values_in(content))
    if "message_id" not in told:
        return row.seq, None
    message_id, kind, bundle, record = (str(told.pop(name)) for name in STRUCTURE)
    return row.seq, Disclosure(row.recipient, UUID(message_id), kind, bundle, UUID(record), told)
