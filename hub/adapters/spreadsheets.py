"""Spreadsheets saved as CSV: rows by their numbers, cells by their columns.

What is wrong is named by row, column and rule, never by its value, since whoever reads the list may not read the file.
Days and times are written as people in Britain write them, or as ISO 8601 does.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from hub.adapters.imports import Draft, Entry, Wrong
from schemas.identifiers import Identifiers

LONDON = ZoneInfo("Europe/London")
_DAYS = ((r"(\d{4})-(\d{2})-(\d{2})", (1, 2, 3)), (r"(\d{1,2})/(\d{1,2})/(\d{4})", (3, 2, 1)))
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_WITH_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


class Unreadable(Exception):
    """Nothing in the file can be read; the message says what to do, and repeats nothing of it."""


NUMBERS = tuple(Identifiers.model_fields)
WHO = {f"data.identifiers.{number}": number for number in NUMBERS} | {
    "data.person": "name",
    "data.date_of_birth": "date_of_birth",
}
"""In which column each path stands that says whom a row is about."""


@dataclass
class Row:
    """One row: its cells by column, and what was found wrong while they were read."""

    number: int
    cells: Mapping[str, str]
    wrong: list[Wrong] = field(default_factory=list)

    def text(self, column: str) -> str | None:
        """What stands there; None where nothing does."""
        return self.cells.get(column, "").strip() or None

    def any_of(self, columns: Sequence[str]) -> bool:
        """Whether something stands in one of these."""
        return any(self.text(column) for column in columns)

    def listed(self, column: str) -> list[str]:
        """What stands there between semicolons."""
        return [part.strip() for part in (self.text(column) or "").split(";") if part.strip()]

    def flag(self, column: str) -> bool | None:
        """Yes or no."""
        text = self.text(column)
        if text and text.lower() not in _FLAGS:
            self.bad(column, "yes_or_no", "is yes or no")
            return None
        return _FLAGS[text.lower()] if text else None

    def whole(self, column: str) -> int | None:
        """A whole number."""
        text = self.text(column)
        if text and not re.fullmatch(r"\d{1,9}", text, re.ASCII):
            self.bad(column, "whole_number", "is a whole number")
            return None
        return int(text) if text else None

    def day(self, column: str) -> date | None:
        """A day."""
        text = self.text(column)
        found = _day(text) if text else None
        if text and found is None:
            self.bad(column, "day", "is a day: 31/01/2026 or 2026-01-31")
            return None
        return found

    def dated(self, column: str, otherwise: date) -> tuple[str, date]:
        """The day there, else the day on which the whole row stands, and in which column that is."""
        found = self.day(column)
        return (column, found) if found else ("as_at", otherwise)

    def moment(self, column: str) -> datetime | None:
        """A time, in Britain where it names no zone."""
        text = self.text(column)
        if text is None:
            return None
        found = _moment(text)
        if found is None:
            self.bad(column, "moment", "is a time: 31/01/2026 14:30, 2026-01-31 14:30, or RFC 3339 with its zone")
        elif found.utcoffset() != found.replace(fold=1).utcoffset():
            self.bad(column, "ambiguous", "lies in the hour in which clocks change: write it with its zone")
            return None
        return found

    def word(self, column: str) -> str | None:
        """A word of a closed list, however people write it: `Released under investigation`."""
        text = self.text(column)
        return as_word(text) if text else None

    def need(self, columns: Sequence[str]) -> None:
        """Something stands in each of these."""
        for column in columns:
            if not self.text(column):
                self.bad(column, "missing", "is required")

    def bad(self, column: str, rule: str, message: str) -> None:
        """Note what is wrong."""
        found = Wrong(self.number, column, rule, message)
        if found not in self.wrong:
            self.wrong.append(found)

    def who(self, author_role: str) -> dict[str, JsonValue]:
        """Whom the row is about, and in which role it is said."""
        numbers: dict[str, JsonValue] = {number: text for number in NUMBERS if (text := self.text(number))}
        named = given(person=self.text("name"), date_of_birth=self.day("date_of_birth"))
        return named | {"identifiers": numbers, "author_role": author_role}

    def entry(self, drafts: Sequence[Draft]) -> Entry:
        """What the row comes to, with all that was found wrong."""
        return Entry(self.number, tuple(drafts), tuple(self.wrong))


def as_word(text: str) -> str:
    """What people write, as closed lists have it."""
    return re.sub(r"[\s-]+", "_", text.strip().lower())


def _day(text: str) -> date | None:
    for form, (year, month, day) in _DAYS:
        if found := re.fullmatch(form, text, re.ASCII):
            try:
                return date(int(found[year]), int(found[month]), int(found[day]))
            except ValueError:
                return None
    return None


def _moment(text: str) -> datetime | None:
    try:
        if _WITH_ZONE.fullmatch(text):
            return datetime.fromisoformat(text)
        day, clock = text.replace("T", " ").split()
        found, on = _CLOCK.fullmatch(clock), _day(day)
        if not found or not on:
            return None
        return datetime(on.year, on.month, on.day, int(found[1]), int(found[2]), int(found[3] or 0), tzinfo=LONDON)
    except ValueError:
        return None


def rows(content: bytes, columns: Sequence[str], needed: Sequence[str]) -> Iterator[Row]:
    """The rows with something in them, numbered as a spreadsheet numbers them. Raises `Unreadable`.

    A heading that is not known is named by its place: without a first row of headings it may be somebody's name.
    """
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
    try:
        lines = [*reader]
    except csv.Error:
        raise Unreadable(f"the file is no CSV from line {reader.line_num} on: save it as CSV UTF-8 again") from None
    headings = [heading.strip().lower().replace(" ", "_") for heading in lines[0]] if lines else []
    _check(headings, columns, needed)
    for number, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line):
            row = Row(number, dict(zip(headings, line, strict=False)))
            if any(cell.strip() for cell in line[len(headings) :]):
                row.bad("(row)", "too_many_cells", "has more cells than there are headings")
            yield row


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the file is not UTF-8: save it as CSV UTF-8") from None


def _check(headings: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    """Headings are known, stand once, and none that is needed is missing. A column without a heading is empty."""
    places = [place for place, heading in enumerate(headings, 1) if heading and heading not in columns]
    if places:
        raise Unreadable(f"the headings of these columns are not known: {', '.join(map(str, places))}")
    if twice := sorted({heading for heading in headings if heading and headings.count(heading) > 1}):
        raise Unreadable(f"these columns stand twice: {', '.join(twice)}")
    if missing := [column for column in needed if column not in headings]:
        raise Unreadable(f"these columns are missing: {', '.join(missing)}")


def given(**said: JsonValue | date) -> dict[str, JsonValue]:
    """What is there to be said, days and times as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in said.items()
        if value is not None and value != []
    }
