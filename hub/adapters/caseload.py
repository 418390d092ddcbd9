"""Today's caseload saved as CSV: who is on the programme, who works with them, what they agreed to, how they score.

Each row is about one person; what it leaves empty it does not say, and a person may have several rows. What a row says
is one update for each block of columns, known by all that it says: the same words again are the same update.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time

from pydantic import JsonValue

from hub.adapters.imports import Draft, Entry, fixed_id
from hub.adapters.spreadsheets import NUMBERS, WHO, Row, as_word, given, rows
from schemas.identifiers import AgencyId
from schemas.updates.programme import AgencyInvolved, CohortDecided, RiskReassessed
from schemas.updates.trust import ConsentGiven

COHORT = ("cohort", "statutory", "decided_by", "reason")
SCORE = ("method", "score", "band", "in_prison", "deselected", "wanted")
INVOLVED = ("agencies",)
CONSENT = ("consent_for", "consent_scope", "consent_to", "consent_form", "consent_taken_by", "consent_until")
DATES = ("as_at", "decided_on", "scored_on", "consented_on")
COLUMNS = (*NUMBERS, "name", "date_of_birth", *DATES, *COHORT, *SCORE, *INVOLVED, *CONSENT)
NEEDED = ("as_at",)
NOTHING = "says nothing beyond who it is about"

_WHO = WHO | {"data.identifiers": "crn"}
_INVOLVED_FIELDS = dict.fromkeys(("agency", "role", "pathways"), "agencies")
_CONSENT_FIELDS = {
    "purposes": "consent_for",
    "scope": "consent_scope",
    "recipients": "consent_to",
    "form_version": "consent_form",
    "taken_by": "consent_taken_by",
    "expires_on": "consent_until",
}


def read(content: bytes, agency: AgencyId) -> list[Entry]:
    """What each row comes to. Raises `Unreadable`."""
    return [_entry(row, agency) for row in rows(content, COLUMNS, NEEDED)]


def _entry(row: Row, agency: AgencyId) -> Entry:
    if not row.any_of((*COHORT, *SCORE, *INVOLVED, *CONSENT)):
        return Entry(row.number, passed_over=NOTHING)
    row.need(NEEDED)
    if not row.any_of(NUMBERS):
        row.bad("crn", "no_identifier", "needs one of pnc, cro, crn, noms")
    as_at = row.day("as_at")
    return row.entry([*_drafts(row, agency, as_at)] if as_at else ())


def _drafts(row: Row, agency: AgencyId, as_at: date) -> Iterator[Draft]:
    """The cohort first: it is what puts the person on the programme."""
    if row.any_of(COHORT):
        yield _draft(row, agency, CohortDecided.KIND, _cohort(row), row.dated("decided_on", as_at), _same(COHORT))
    if row.any_of(SCORE):
        yield _draft(row, agency, RiskReassessed.KIND, _score(row), row.dated("scored_on", as_at), _same(SCORE))
    for said in row.listed("agencies"):
        yield _draft(row, agency, AgencyInvolved.KIND, _involved(said), ("as_at", as_at), _INVOLVED_FIELDS)
    if row.any_of(CONSENT):
        when = row.dated("consented_on", as_at)
        yield _draft(row, agency, ConsentGiven.KIND, _consent(row), when, _CONSENT_FIELDS)


def _same(columns: Iterable[str]) -> dict[str, str]:
    """Fields that are called as their columns are."""
    return {column: column for column in columns}


def _draft(
    row: Row,
    agency: AgencyId,
    kind: str,
    said: dict[str, JsonValue],
    dated: tuple[str, date],
    fields: Mapping[str, str],
) -> Draft:
    """One update, from the beginning of its day on. What tells it apart is all that it says."""
    column, day = dated
    at = datetime.combine(day, time(), UTC)
    data = row.who("caseload import") | said
    where = _WHO | {f"data.{name}": stands for name, stands in fields.items()}
    where |= {"time": column, "type": next(iter(fields.values()))}
    return Draft(agency, fixed_id(agency, kind, data, at.isoformat()), kind, at, data, where)


def _cohort(row: Row) -> dict[str, JsonValue]:
    return given(
        cohort=row.text("cohort"),
        statutory=row.flag("statutory"),
        decided_by=row.text("decided_by"),
        reason=row.text("reason"),
    )


def _score(row: Row) -> dict[str, JsonValue]:
    flags = {name: row.flag(name) for name in ("in_prison", "deselected", "wanted")}
    return given(method=row.text("method"), score=row.whole("score"), band=row.word("band"), **flags)


def _involved(said: str) -> dict[str, JsonValue]:
    """`open-door-hostel active accommodation`: the agency, how closely it works the case, on which pathways."""
    agency, *words = said.lower().split()
    return given(agency=agency, role=words[0] if words else None, pathways=[*words[1:]])


def _consent(row: Row) -> dict[str, JsonValue]:
    return given(
        purposes=[*map(as_word, row.listed("consent_for"))],
        scope=[*map(as_word, row.listed("consent_scope"))],
        recipients=[*row.listed("consent_to")],
        form_version=row.text("consent_form"),
        taken_by=row.text("consent_taken_by"),
        expires_on=row.day("consent_until"),
    )
