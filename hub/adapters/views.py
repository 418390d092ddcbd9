"""Partners' views as tables in the store; written behind, so that a batch is a few statements."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete, false, or_, select

from hub.adapters import tables as t
from hub.adapters.advisory import lock, of_view
from hub.adapters.database import DatabaseUnit, KeptKeys
from hub.adapters.inserting import put
from hub.adapters.store import DatabaseStore
from hub.adapters.view_rows import FactKey, Rows
from hub.ports import AlertRow, Collided, FactRow, Touched
from hub.sealing import DataKeys
from schemas.identifiers import AgencyId


def _among(table: Any, column: Any, *columns: Any) -> Any:
    """A partner's rows that have one of many keys."""
    wanted = column.in_(bindparam("keys", expanding=True))
    return select(*(columns or (table,))).where(table.c.agency == bindparam("agency"), wanted)


# Built once: building one takes as long as running it.
_OF_ONE_RECORD = _among(t.view_facts, t.view_facts.c.fact).where(t.view_facts.c.record == bindparam("one"))
_OF_ONE_NAME = _among(t.view_facts, t.view_facts.c.record).where(t.view_facts.c.fact == bindparam("one"))
_DROP_FACT = delete(t.view_facts).where(
    t.view_facts.c.agency == bindparam("agency"),
    t.view_facts.c.record == bindparam("record"),
    t.view_facts.c.fact == bindparam("name"),
)
_FACTS_BY_MESSAGE = _among(t.view_facts, t.view_facts.c.message_id)
_FACTS_OF = _among(t.view_facts, t.view_facts.c.record)
_ALERTS = _among(t.view_alerts, t.view_alerts.c.alert_id)
_ALERTS_OF = _among(t.view_alerts, t.view_alerts.c.record)
_CLOSED = _among(t.view_closings, t.view_closings.c.record, t.view_closings.c.record, t.view_closings.c.seq)
_POSITION = select(t.view_positions.c.seq).where(
    t.view_positions.c.agency == bindparam("agency"), t.view_positions.c.consumer == bindparam("consumer")
)


class StoreViewsUnit:
    """Keeps the promises of `hub.ports.ViewsUnit`; rows wait in memory until `flush`.

    Folding reads on a connection of its own, so that nobody waits for it; only one consumer moves a position.
    """

    def __init__(self, connection: Connection, rows: Rows) -> None:
        """`connection` is for reading."""
        self._connection, self._rows = connection, rows
        self._keys = KeptKeys(connection)
        self._moved: dict[str, int] = {}
        self._since: dict[str, int] = {}
        self._facts: dict[FactKey, FactRow | None] = {}
        self._by_message: dict[UUID, FactKey | None] = {}
        self._alerts: dict[UUID, AlertRow | None] = {}
        self._changed_facts: set[FactKey] = set()
        self._changed_alerts: set[UUID] = set()

    def prepare(self, touched: Sequence[Touched]) -> None:
        """A few queries for the batch; what is not there is remembered as absent."""
        facts = {self._rows.fact_key(*key) for each in touched for key in each.facts} - self._facts.keys()
        messages = {m for each in touched for m in each.messages} - self._by_message.keys()
        alerts = {a for each in touched for a in each.alerts} - self._alerts.keys()
        self._facts |= dict.fromkeys(facts)
        self._by_message |= dict.fromkeys(messages)
        self._alerts |= dict.fromkeys(alerts)
        self._load_named(facts)
        self._load_facts(_FACTS_BY_MESSAGE, list(messages))
        self._load_alerts(_ALERTS, list(alerts))

    def _load_named(self, keys: Collection[FactKey]) -> None:
        """A query for each record, or for each name where there are fewer: for pairs SQLite reads the whole view."""
        per_name = len({name for _, name in keys}) < len({record for record, _ in keys})
        wanted, others = (_OF_ONE_NAME if per_name else _OF_ONE_RECORD), defaultdict[Any, list[Any]](list)
        for record, name in keys:
            one, other = (name, record) if per_name else (record, name)
            others[one].append(other)
        for one, keys_of_it in others.items():
            self._load_facts(wanted, keys_of_it, one=one)

    def _load_facts(self, wanted: Any, keys: list[Any], **one: Any) -> None:
        if not keys:
            return
        for row in self._connection.execute(wanted, {"agency": self._rows.agency, "keys": keys, **one}):
            key = (row.record, row.fact)
            if key not in self._changed_facts:
                self._facts[key] = self._rows.fact(self._keys, row)
                self._by_message[row.message_id] = key

    def _load_alerts(self, query: Any, wanted: list[UUID]) -> None:
        if not wanted:
            return
        for row in self._connection.execute(query, {"agency": self._rows.agency, "keys": wanted}):
            if row.alert_id not in self._changed_alerts:
                self._alerts[row.alert_id] = self._rows.alert(self._keys, row)

    def fact(self, record: UUID, fact: str) -> FactRow | None:
        """From memory, else from the table."""
        key = self._rows.fact_key(record, fact)
        if key not in self._facts:
            self.prepare([Touched(facts=[(record, fact)])])
        return self._facts[key]

    def facts_of(self, record: UUID) -> list[FactRow]:
        """From the table, and what has changed since in memory."""
        self._load_facts(_FACTS_OF, [record])
        return [row for row in self._facts.values() if row and row.record == record]

    def fact_by_message(self, message_id: UUID) -> FactRow | None:
        """From memory, else from the table."""
        if message_id not in self._by_message:
            self.prepare([Touched(messages=[message_id])])
        key = self._by_message[message_id]
        row = self._facts.get(key) if key else None
        return row if row and row.message_id == message_id else None

    def put_fact(self, row: FactRow) -> None:
        """Kept in memory until the unit ends."""
        key = self._rows.fact_key(row.record, row.fact)
        self._facts[key], self._by_message[row.message_id] = row, key
        self._changed_facts.add(key)

    def drop_fact(self, record: UUID, fact: str) -> None:
        """Kept in memory until the unit ends."""
        key = self._rows.fact_key(record, fact)
        self._facts[key] = None
        self._changed_facts.add(key)

    def alert(self, alert_id: UUID) -> AlertRow | None:
        """From memory, else from the table."""
        if alert_id not in self._alerts:
            self.prepare([Touched(alerts=[alert_id])])
        return self._alerts[alert_id]

    def alerts_of(self, record: UUID) -> list[AlertRow]:
        """From the table, and what has changed since in memory."""
        self._load_alerts(_ALERTS_OF, [record])
        return [row for row in self._alerts.values() if row and row.record == record]

    def put_alert(self, row: AlertRow) -> None:
        """Kept in memory until the unit ends."""
        self._alerts[row.alert_id] = row
        self._changed_alerts.add(row.alert_id)

    def drop_alert(self, alert_id: UUID) -> None:
        """Kept in memory until the unit ends."""
        self._alerts[alert_id] = None
        self._changed_alerts.add(alert_id)

    def position(self, consumer: str) -> int:
        """0 before the first record."""
        return _position(self._connection, self._rows.agency, consumer)

    def move(self, consumer: str, seq: int, since: int | None = None) -> None:
        """With the rows, in one transaction."""
        self._moved[consumer] = seq
        if since is not None:
            self._since[consumer] = since

    def flush(self, unit: DatabaseUnit) -> None:
        """Write what has changed; nothing, if it was folded from where another has moved on."""
        lock(unit.connection, of_view(self._rows.agency))
        for consumer, since in self._since.items():
            if _position(unit.connection, self._rows.agency, consumer) != since:
                raise Collided("another consumer has moved on")
        closed = self._closed(unit)
        kept = [row for key in self._changed_facts if (row := self._facts[key]) and row.seq > closed.get(row.record, 0)]
        gone = [key for key in self._changed_facts if self._facts[key] is None]
        lost = [alert_id for alert_id in self._changed_alerts if self._alerts[alert_id] is None]
        alerts = [a for i in self._changed_alerts if (a := self._alerts[i]) and a.seq > closed.get(a.record, 0)]
        moved = [{"agency": self._rows.agency, "consumer": name, "seq": seq} for name, seq in self._moved.items()]
        put(unit.connection, t.view_facts, [self._rows.fact_row(unit, row) for row in kept])
        put(unit.connection, t.view_alerts, [self._rows.alert_row(unit, row) for row in alerts])
        put(unit.connection, t.view_positions, moved)
        if gone:
            of = [{"agency": self._rows.agency, "record": record, "name": name} for record, name in gone]
            unit.connection.execute(_DROP_FACT, of)
        if lost:
            mine = t.view_alerts.c.agency == self._rows.agency
            unit.connection.execute(delete(t.view_alerts).where(mine, t.view_alerts.c.alert_id.in_(lost)))

    def _closed(self, unit: DatabaseUnit) -> dict[UUID, int]:
        """The records among these whose view was closed, and up to where: what lies before stays closed (D15)."""
        rows = [*map(self._facts.get, self._changed_facts), *map(self._alerts.get, self._changed_alerts)]
        touched = {row.record for row in rows if row}
        if not touched:
            return {}
        found = unit.connection.execute(_CLOSED, {"agency": self._rows.agency, "keys": list(touched)})
        return {row.record: row.seq for row in found}


class StoreViews:
    """Keeps the promises of `hub.ports.Views` for one partner."""

    def __init__(self, store: DatabaseStore, agency: AgencyId, blind_key: bytes) -> None:
        """`blind_key` hides the names of facts."""
        self._store, self._agency = store, agency
        self._rows = Rows(agency, store.sealer, blind_key)

    @contextmanager
    def unit(self) -> Iterator[StoreViewsUnit]:
        """Rows and position in one transaction."""
        with self._store.reading() as connection:
            views = StoreViewsUnit(connection, self._rows)
            yield views
        with self._store.writing(durable=False) as unit:
            views.flush(unit)

    def position(self, consumer: str) -> int:
        """Where a consumer stands, read without a write."""
        with self._store.reading() as connection:
            return _position(connection, self._agency, consumer)

    def records(self) -> list[UUID]:
        """In the order of their ids, which says nothing."""
        column = t.view_facts.c.record
        wanted = select(column).where(t.view_facts.c.agency == self._agency).distinct().order_by(column)
        with self._store.reading() as connection:
            return list(connection.execute(wanted).scalars())

    def facts(self, record: UUID) -> list[FactRow]:
        """The oldest first, by the feed's order."""
        wanted = (t.view_facts.c.agency == self._agency, t.view_facts.c.record == record)
        return self._read(select(t.view_facts).where(*wanted).order_by(t.view_facts.c.seq), self._rows.fact)

    def named(self, names: Collection[str]) -> list[FactRow]:
        """By the keys that stand for the names, along the partner's part of the primary key, without the rows between.

        That is 1.5 ms for 20,000 facts, and opening a thousand that are found 11. An index of (agency, fact) would save
        the 1.5 and make each new row a quarter dearer to put in, so there is none.
        """
        blind = t.view_facts.c.fact.in_([self._rows.blind(name) for name in names])
        wanted = select(t.view_facts).where(t.view_facts.c.agency == self._agency, blind)
        return self._read(wanted.order_by(t.view_facts.c.record, t.view_facts.c.seq), self._rows.fact)

    def said_before(self, days: Mapping[str, date], limit: int) -> list[FactRow]:
        """By the index of what has such a day."""
        c = t.view_facts.c
        old = [and_(c.fact == self._rows.blind(name), c.said_on < day.toordinal()) for name, day in days.items()]
        wanted = select(t.view_facts).where(c.agency == self._agency, c.said_on.is_not(None), or_(false(), *old))
        return self._read(wanted.order_by(c.said_on, c.record, c.seq).limit(limit), self._rows.fact)

    def alerts(self, *, open_only: bool, limit: int) -> list[AlertRow]:
        """By the feed's order."""
        wanted = select(t.view_alerts).where(t.view_alerts.c.agency == self._agency)
        if open_only:
            wanted = wanted.where(~t.view_alerts.c.acknowledged)
        return self._read(wanted.order_by(t.view_alerts.c.seq.desc()).limit(limit), self._rows.alert)

    def alert(self, alert_id: UUID) -> AlertRow | None:
        """By primary key."""
        wanted = (t.view_alerts.c.agency == self._agency, t.view_alerts.c.alert_id == alert_id)
        found = self._read(select(t.view_alerts).where(*wanted), self._rows.alert)
        return found[0] if found else None

    def _read(self, wanted: Any, opened: Callable[[DataKeys, Any], Any]) -> list[Any]:
        with self._store.reading() as connection:
            keys = KeptKeys(connection)
            return [opened(keys, row) for row in connection.execute(wanted)]


def _position(connection: Connection, agency: AgencyId, consumer: str) -> int:
    return connection.execute(_POSITION, {"agency": agency, "consumer": consumer}).scalar_one_or_none() or 0
