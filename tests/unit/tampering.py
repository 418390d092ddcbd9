"""A scene for tampering: a hub with a history, and somebody else's hand in its file.

Whoever has the file but not the keys can change anything in it; verification must find it, and name the entry.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from support.builders import a_consent, a_missed_appointment, a_score, an_arrest, an_outcome
from support.partnership import HOSTEL, HOUSING, POLICE, PROBATION, UNIT, Partnership, who

ARREST, MISSED, SCORE = "custody.person.arrested", "supervision.appointment.missed", "programme.risk.reassessed"

Row = dict[str, Any]
Rows = list[Row]


class Scene:
    """A hub, and somebody else's hand in its file."""

    def __init__(self, partners: Partnership) -> None:
        """The connection is not the hub's own."""
        self.partners = partners
        self._file = sqlite3.connect(partners.settings.store_file, isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.row_factory = sqlite3.Row

    def close(self) -> None:
        """Take the hand away."""
        self._file.close()

    def rows(self, table: str) -> Rows:
        """The table as it lies there."""
        return [dict(row) for row in self._file.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """These rows, and no others."""
        self._file.execute("BEGIN")
        self._file.execute(f"DELETE FROM {table}")
        for row in rows:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            self._file.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
        self._file.execute("COMMIT")

    @contextmanager
    def tables(self, **changed: Rows) -> Iterator[list[str]]:
        """What verification finds while these tables are others than they were."""
        kept = {table: self.rows(table) for table in changed}
        for table, rows in changed.items():
            self.put(table, rows)
        try:
            yield self.partners.hub.verify().problems
        finally:
            for table, rows in kept.items():
                self.put(table, rows)


def the_story(partners: Partnership) -> None:
    """Two people; consent given, used and withdrawn; an arrest that came to nothing; something held; checkpoints."""
    one, two = partners.person(1), partners.person(2)
    for person in (one, two):
        partners.involve(person, POLICE)
        partners.involve(person, PROBATION)
        partners.involve(person, HOUSING, ("accommodation",))
    consent = partners.publish(UNIT, "trust.consent.given", {**one, **a_consent(HOSTEL)})
    partners.involve(one, HOSTEL, ("accommodation",))
    partners.hub.recorder.checkpoint()
    for person in (one, two):
        partners.clock.turn(hours=1)
        arrest = partners.publish(POLICE, ARREST, {**person, **an_arrest(drug_test="negative")})
        partners.publish(PROBATION, MISSED, {**person, **a_missed_appointment()})
        partners.publish(POLICE, "custody.person.left", an_outcome(arrest))
    partners.publish(UNIT, "trust.consent.withdrawn", {**one, "consent": str(consent)})
    partners.publish(UNIT, SCORE, {**who(99), **a_score()})
    partners.hub.recorder.checkpoint()
    for person in (one, two, one, two, one, two, one, two):
        partners.clock.turn(hours=1)
        partners.publish(POLICE, ARREST, {**person, **an_arrest()})
        partners.publish(UNIT, SCORE, {**person, **a_score()})


@contextmanager
def a_scene() -> Iterator[Scene]:
    """The story, told once for the tests of a module; each of them puts the file back as it was."""
    with TemporaryDirectory() as home:
        partners = Partnership(Path(home))
        the_story(partners)
        found = Scene(partners)
        try:
            yield found
        finally:
            found.close()
            partners.hub.close()


def name_of(table: str, row: Row) -> str:
    """How verification names the entry that lies in a row."""
    match table:
        case "feed":
            return f"feed of {row['recipient']}, record {row['seq']}:"
        case "ledger":
            return f"ledger entry {row['number']}:"
        case "updates":
            return f"update {row['publisher']}/{UUID(bytes=row['update_id'])}:"
        case _:
            return f"checkpoint {row['size']}:"


def feed_of(rows: Rows, recipient: str) -> Rows:
    """One feed, in order."""
    return sorted((row for row in rows if row["recipient"] == recipient), key=lambda row: row["seq"])


def named(problems: Sequence[str], *names: str) -> bool:
    """Whether any of the names stands at the head of a problem."""
    return any(problem.startswith(names) for problem in problems)
