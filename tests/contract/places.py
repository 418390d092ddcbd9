"""Where a hub of one kind of store lives, so that a contract test can close it, open it again, and look inside."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import select

from hub.adapters.evidence import StoreEvidence
from hub.adapters.tables import metadata
from hub.cases import key_of
from hub.ports import Evidence, KeptRecord, UpdateKey
from hub.receiving import Caller, Received, receive
from support.builders import a_consent
from support.partnership import HOSTEL, HOUSING, POLICE, PROBATION, UNIT, Partnership, raw_update

Row = tuple[Any, ...]


class Place:
    """One home in which a hub is opened, as often as a test likes."""

    def __init__(self, kind: str, home: Path, database: str | None = None) -> None:
        """`kind` names the store's adapter; `database` is the URL of an empty one, where it needs one."""
        self.kind, self.home, self.database = kind, home, database
        self.partners: Partnership | None = None

    def open(self, **settings: Any) -> Partnership:
        """A hub in this place."""
        self.partners = Partnership(self.home, **{"database": self.database, **settings})
        return self.partners

    def again(self, **settings: Any) -> Partnership:
        """Close the hub and open it again: nothing that was in memory is left, and time has not gone back."""
        clock = self.partners.clock if self.partners else None
        self.close()
        partners = self.open(**settings)
        if clock:
            partners.clock.moment = clock.moment
        return partners

    def close(self) -> None:
        """Release the store, once."""
        if self.partners:
            self.partners.hub.close()
        self.partners = None


def a_case(partners: Partnership, number: int = 1) -> tuple[dict[str, Any], UUID]:
    """Somebody whom the police, probation, housing and the hostel work with, and the consent that the hostel needs."""
    person = partners.person(number)
    partners.involve(person, POLICE)
    partners.involve(person, PROBATION)
    partners.involve(person, HOUSING, ("accommodation",))
    consent = partners.publish(UNIT, "trust.consent.given", {**person, **a_consent(HOSTEL)})
    partners.involve(person, HOSTEL, ("accommodation",))
    return person, consent


def received(
    partners: Partnership,
    agency: str,
    kind: str,
    data: Mapping[str, Any],
    *,
    update_id: UUID | None = None,
    at: datetime | None = None,
) -> Received:
    """A verified update that waits to be accepted."""
    now = partners.clock.now()
    raw = raw_update(agency, kind, data, update_id or uuid4(), at or now)
    return receive(raw, Caller(agency, "a test"), partners.hub.bundle, now)


def contents(partners: Partnership) -> dict[str, frozenset[Row]]:
    """Every row of every table, as another connection sees it."""
    with partners.hub.store.reader.connect() as connection:
        return {
            table.name: frozenset(tuple(row) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }


@contextmanager
def evidence(partners: Partnership) -> Iterator[Evidence]:
    """What lies in the store, opened where it opens."""
    with closing(StoreEvidence(partners.hub.store)) as found:
        yield found


def on_the_ledger(partners: Partnership) -> dict[UpdateKey, int]:
    """The place of each update in the ledger; an update that stands there twice fails the test."""
    found: dict[UpdateKey, int] = {}
    with evidence(partners) as kept:
        openings = [(entry.row.number, entry.opening) for entry in kept.entries()]
    for number, opening in openings:
        assert opening is not None
        record = orjson.loads(opening[16:])
        if record["verb"] == "collection":
            key = key_of(record["update"])
            assert key not in found
            found[key] = number
    return found


def on_the_feed(partners: Partnership, recipient: str) -> list[UpdateKey]:
    """The updates on one feed, in its order; a sequence that is not dense fails the test."""
    return [record.key for record in _records(partners, recipient)]


def entries_of_the_feed(partners: Partnership, recipient: str) -> list[int]:
    """The ledger entry by which each record of a feed was told, in the feed's order."""
    return [record.entry for record in _records(partners, recipient)]


def _records(partners: Partnership, recipient: str) -> list[KeptRecord]:
    with evidence(partners) as kept:
        records = list(kept.records(recipient))
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    return records


def problems(partners: Partnership) -> list[str]:
    """What verification finds."""
    return partners.hub.verify().problems
