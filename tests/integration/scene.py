"""The scene of the API tests: a person whom some agencies work with, and the application asked in process."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import func, select

from hub.adapters import tables as t
from hub.adapters.evidence import StoreEvidence
from support.builders import an_arrest
from support.http import Agency, Door
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, Partnership, raw_update

NOBODY = {"identifiers": {"crn": "X000001"}}
"""Somebody who is not on the programme."""


@dataclass
class Scene:
    """A hub, its door, and somebody whom police, probation and housing work with."""

    p: Partnership
    door: Door
    person: dict[str, Any]

    @classmethod
    def set(cls, p: Partnership, door: Door) -> "Scene":
        """Put the person on the programme and the agencies to work."""
        person = p.person(1)
        for agency in (POLICE, PROBATION):
            p.involve(person, agency)
        p.involve(person, HOUSING, ("accommodation",))
        return cls(p, door, person)

    def agency(self, name: str, *scopes: str, sub: str = "a test") -> Agency:
        """An agency's program."""
        return self.door.agency(name, *scopes, sub=sub)

    def raw(self, agency: str, kind: str, data: Mapping[str, Any], update_id: UUID | None = None) -> bytes:
        """The bytes of an update of this moment."""
        return raw_update(agency, kind, data, update_id or uuid4(), self.p.clock.now())

    def arrest(self, person: Mapping[str, Any] | None = None, update_id: UUID | None = None, **more: Any) -> bytes:
        """The bytes of an arrest, of the person of the scene unless another is given."""
        return self.raw(POLICE, "custody.person.arrested", {**(person or self.person), **an_arrest(**more)}, update_id)

    def arrested(self, **more: Any) -> UUID:
        """The person is arrested, and every view knows it; the id of the update."""
        update_id = uuid4()
        assert self.agency(POLICE).publish(self.arrest(update_id=update_id, **more)).status_code == 200
        self.p.hub.catch_up()
        return update_id

    def alert_of(self, agency: str, update_id: UUID, publisher: str = POLICE) -> UUID:
        """The message, and so the alert, under which an agency knows an update."""
        return self.p.hub.identity.message(agency, publisher, update_id)

    def record_of(self, agency: str) -> str:
        """The person as an agency knows them."""
        [line] = self.agency(agency).get("/v1/cases").json()["cases"]
        return str(line["record"])

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.p.hub.store.reader.connect() as connection:
            count = func.count()
            tables = t.metadata.sorted_tables
            return {table.name: connection.execute(select(count).select_from(table)).scalar_one() for table in tables}

    @contextmanager
    def full(self) -> Iterator[None]:
        """Meanwhile the store takes no write."""
        connection = self.p.hub.store._writer.raw_connection()
        try:
            connection.driver_connection.execute("PRAGMA query_only=ON")
            yield
        finally:
            connection.driver_connection.execute("PRAGMA query_only=OFF")
            connection.close()

    def ledger(self) -> list[dict[str, Any]]:
        """Every ledger entry, opened, in order."""
        with closing(StoreEvidence(self.p.hub.store)) as evidence:
            return [orjson.loads(kept.opening[16:]) for kept in evidence.entries() if kept.opening]


STRANGERS = (PRISON, HOSTEL, DRUGS)
"""Partners who do not work with the person of the scene."""
