"""The feed as a table: one partner's records in order, opened class by class."""

import time
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

import orjson
from pydantic import JsonValue
from sqlalchemy import bindparam, select

from hub.adapters import tables as t
from hub.adapters.database import KeptKeys
from hub.adapters.rows import unpack
from hub.adapters.store import DatabaseStore
from hub.chains import FeedRecord, Header, genesis
from hub.disclosing import box_place, unbox, values_in
from hub.identity import Identity
from hub.sealing import DataKeys, Sealer, scope
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId

T = TypeVar("T")
_BY_PLACE = attrgetter("place")


def _after(*columns: Any) -> Any:
    wanted = select(*columns).where(t.feed.c.recipient == bindparam("of"), t.feed.c.seq > bindparam("after"))
    return wanted.order_by(t.feed.c.seq).limit(bindparam("most"))


# Built once: building one takes as long as running it.
_RECORDS = _after(t.feed)
_DISCLOSURES = _after(t.feed.c.recipient, t.feed.c.seq, t.feed.c.message_id, t.feed.c.record_id, t.feed.c.boxes)
_OF_FEED = t.feed.c.recipient == bindparam("of")
_HEAD = select(t.feed.c.seq, t.feed.c.prev, t.feed.c.root).where(_OF_FEED).order_by(t.feed.c.seq.desc()).limit(1)
_HEADS = select(t.counter.c.heads)


class StoreFeed:
    """Keeps the promises of `hub.ports.Feed` on the store's own table."""

    def __init__(self, store: DatabaseStore, identity: Identity) -> None:
        """`identity` names a feed's genesis."""
        self._store, self._identity = store, identity

    def read(self, recipient: AgencyId, after: int, limit: int) -> list[FeedRecord]:
        """One query, whatever the limit."""
        return self._rows(_RECORDS, recipient, after, limit, feed_record)

    def told(self, recipient: AgencyId, after: int, limit: int) -> list[tuple[int, Disclosure | None]]:
        """One query, whatever the limit; none when there is no news."""
        if self._store.last(recipient) <= after:
            return []
        return self._rows(_DISCLOSURES, recipient, after, limit, _disclosure)

    def _rows(
        self, wanted: Any, recipient: AgencyId, after: int, limit: int, opened: Callable[[Any, Sealer, DataKeys], T]
    ) -> list[T]:
        with self._store.reading() as connection:
            keys = KeptKeys(connection)
            rows = connection.execute(wanted, {"of": recipient, "after": after, "most": limit}).all()
            return [opened(row, self._store.sealer, keys) for row in rows]

    def head(self, recipient: AgencyId) -> tuple[int, bytes]:
        """From the last row."""
        with self._store.reading() as connection:
            row = connection.execute(_HEAD, {"of": recipient}).one_or_none()
        if row is None:
            return 0, genesis(self._identity.feed(recipient).bytes)
        return row.seq, Header(row.seq, row.prev, row.root).link()

    def heads(self) -> dict[AgencyId, int]:
        """From the one row that counts."""
        with self._store.reading() as connection:
            heads = connection.execute(_HEADS).scalar_one()
        return {agency: seq for agency, (seq, _) in orjson.loads(heads).items()}

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
    elements = [element for content in _opened(row, sealer, keys) for element in unbox(content)]
    elements.sort(key=_BY_PLACE)
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
    return row.seq, Disclosure.of(row.recipient, told)
