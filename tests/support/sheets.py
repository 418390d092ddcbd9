"""Spreadsheets for tests: a few columns that matter, saved as CSV, and what their rows come to."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub.adapters.imports import Entry, checked
from hub.receiving import Caller

BUNDLE = Bundle(load())
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CANARY = "Canary7"

Reading = Callable[[bytes, str], list[Entry]]


def a_sheet(*lines: Mapping[str, str], columns: Sequence[str] | None = None) -> bytes:
    """The lines under their headings; the headings are those of the first line unless they are given."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or [*lines[0]], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def entries(read: Reading, content: bytes, agency: str) -> list[Entry]:
    """What the rows come to, held to the shipped rules at noon on 26 November 2026."""
    return checked(read(content, agency), Caller(agency, "a test"), BUNDLE, NOW)


def wrongs(found: Sequence[Entry]) -> list[tuple[int, str, str]]:
    """Row, column and rule of everything that is wrong; what is wrong repeats nothing of the file."""
    wrong = [each for entry in found for each in entry.wrong]
    assert CANARY not in repr(wrong)
    assert not any(entry.drafts for entry in found if entry.wrong)
    return [(each.row, each.column, each.rule) for each in wrong]
