"""A custody log saved as CSV: each row is one stay in police custody, by the log's own reference.

A row says an arrest; once its last columns are filled it also says how the stay ended. The whole log may be imported
again and again: what it said before is the same update and has no effect. It carries everyone in the suite, so whoever
is not on the programme is counted and discarded (D26).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from hub.adapters.imports import Draft, Entry, fixed_id
from hub.adapters.spreadsheets import NUMBERS, WHO, Row, given, rows
from schemas.identifiers import AgencyId
from schemas.updates.custody import Arrested, LeftPoliceCustody

ARREST = ("arrested_at", "station", "alleged_offence", "expected_until", "drug_test", "officer")
END = ("left_at", "outcome", "charge", "court_on")
COLUMNS = ("reference", *NUMBERS, "name", "date_of_birth", *ARREST, *END)
NEEDED = ("reference", "arrested_at", "station", "alleged_offence")
NOBODY = "names no identifier: nobody is found by name alone (D27), so it is not published"

_WHO = WHO | {"id": "reference", "data.identifiers": "pnc"}


def read(content: bytes, agency: AgencyId) -> list[Entry]:
    """What each row comes to. Raises `Unreadable`."""
    return [_entry(row, agency) for row in rows(content, COLUMNS, NEEDED)]


def _entry(row: Row, agency: AgencyId) -> Entry:
    if not row.any_of(NUMBERS):
        return Entry(row.number, passed_over=NOBODY)
    row.need(NEEDED)
    if row.any_of(END):
        row.need(("left_at", "outcome"))
    arrested_at, left_at = row.moment("arrested_at"), row.moment("left_at")
    if arrested_at and left_at and left_at < arrested_at:
        row.bad("left_at", "before_arrest", "lies before the arrest")
    who, arrest, end = row.who("custody log"), _arrest(row), _end(row)
    if arrested_at is None:
        return row.entry(())
    known_as, left = (fixed_id(agency, kind, row.text("reference")) for kind in (Arrested.KIND, LeftPoliceCustody.KIND))
    said: dict[str, JsonValue] = who | arrest | {"arrested_at": arrested_at.isoformat()}
    drafts = [_draft(agency, Arrested.KIND, known_as, arrested_at, said, ARREST)]
    if left_at:
        said = who | end | {"left_at": left_at.isoformat(), "arrest": str(known_as)}
        drafts.append(_draft(agency, LeftPoliceCustody.KIND, left, left_at, said, END))
    return row.entry(drafts)


def _draft(
    agency: AgencyId, kind: str, known_as: UUID, at: datetime, said: dict[str, JsonValue], columns: Sequence[str]
) -> Draft:
    where = _WHO | {f"data.{column}": column for column in columns} | {"time": columns[0], "type": columns[0]}
    return Draft(agency, known_as, kind, at, said, where)


def _arrest(row: Row) -> dict[str, JsonValue]:
    return given(
        station=row.text("station"),
        alleged_offence=row.text("alleged_offence"),
        expected_until=row.moment("expected_until"),
        drug_test=row.word("drug_test"),
        officer=row.text("officer"),
    )


def _end(row: Row) -> dict[str, JsonValue]:
    return given(outcome=row.word("outcome"), charge=row.text("charge"), court_on=row.day("court_on"))
