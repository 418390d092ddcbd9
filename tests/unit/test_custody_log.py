"""A custody log becomes arrests and how they ended; what is wrong is named by row, column and rule."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from hub.adapters.custody_log import read
from hub.adapters.imports import Draft, Entry
from hub.adapters.spreadsheets import Unreadable
from support.fates import fate
from support.partnership import POLICE, PROBATION, Partnership, partnership
from support.sheets import CANARY, a_sheet, entries, wrongs

LINE = {
    "reference": "NC/1/26",
    "pnc": "",
    "noms": "Z0001ZZ",
    "name": "Fictional Testcase-1",
    "date_of_birth": "01/01/1990",
    "arrested_at": "02/03/2026 08:30",
    "station": "Northshire Central",
    "alleged_offence": "burglary",
    "expected_until": "",
    "drug_test": "",
    "officer": "",
    "left_at": "",
    "outcome": "",
    "charge": "",
    "court_on": "",
}
ENDED = {"left_at": "02/03/2026 17:45", "outcome": "Released under investigation"}


def stay(**more: str) -> dict[str, str]:
    """A stay in police custody."""
    return LINE | more


def of(*lines: dict[str, str]) -> list[Entry]:
    """What a log of these stays comes to."""
    return entries(read, a_sheet(*lines), POLICE)


def drafts(*lines: dict[str, str]) -> list[Draft]:
    """The updates of a log in which nothing is wrong."""
    found = of(*lines)
    assert wrongs(found) == []
    return [draft for entry in found for draft in entry.drafts]


@pytest.mark.requirement("IX2")
@pytest.mark.requirement("IX7")
def test_a_row_is_an_arrest() -> None:
    """A row of the log becomes an arrest at its time in Britain, said by the agency that imports it."""
    [arrest] = drafts(stay())
    assert (arrest.kind, arrest.occurred_at) == ("custody.person.arrested", datetime(2026, 3, 2, 8, 30, tzinfo=UTC))
    assert arrest.data == {
        "identifiers": {"noms": "Z0001ZZ"},
        "author_role": "custody log",
        "person": "Fictional Testcase-1",
        "date_of_birth": "1990-01-01",
        "arrested_at": "2026-03-02T08:30:00+00:00",
        "station": "Northshire Central",
        "alleged_offence": "burglary",
    }


@pytest.mark.duty("D1")
def test_a_row_that_has_ended_is_also_an_outcome() -> None:
    """Once its last columns are filled the row also says how the stay ended, and of which arrest."""
    arrest, left = drafts(stay(**ENDED))
    assert left.kind == "custody.person.left"
    said = ("arrest", "left_at", "outcome")
    assert [left.data[name] for name in said] == [
        *(str(arrest.update_id), "2026-03-02T17:45:00+00:00", "released_under_investigation")
    ]


def test_the_same_row_is_the_same_update_for_good() -> None:
    """The log's own reference gives the id, so the log of tomorrow says yesterday's arrests again, byte for byte."""
    [today], [tomorrow, _] = drafts(stay()), drafts(stay(**ENDED))
    assert (today.raw, today.update_id) == (tomorrow.raw, UUID("f67a66be-be46-5c13-8adf-d0b2871344f2"))
    [other] = drafts(stay(reference="NC/2/26"))
    assert other.update_id != today.update_id


SUMMER = "25/07/2026 08:30"
TIMES = [
    ("02/03/2026 08:30", datetime(2026, 3, 2, 8, 30, tzinfo=UTC)),
    (SUMMER, datetime(2026, 7, 25, 7, 30, tzinfo=UTC)),
    ("2026-07-25 08:30:15", datetime(2026, 7, 25, 7, 30, 15, tzinfo=UTC)),
    ("2026-07-25T08:30", datetime(2026, 7, 25, 7, 30, tzinfo=UTC)),
    ("2026-10-25T01:30:00+00:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("written", "moment"), TIMES)
def test_times_are_those_of_britain(written: str, moment: datetime) -> None:
    """A time without a zone is the clock on a British wall; with one it is what it says."""
    [arrest] = drafts(stay(arrested_at=written))
    assert arrest.occurred_at == moment


GUESSES = [
    *[("arrested_at", text, "moment") for text in ("02/03/2026", "08:30", "3/2/26 08:30", "31/02/2026 08:30", CANARY)],
    *[("arrested_at", text, "moment") for text in ("02/03/2026 25:00", "2026-02-30 08:30", "2026-03-02T08:30:00Z[x]")],
    *[("arrested_at", text, "ambiguous") for text in ("25/10/2026 01:30", "29/03/2026 01:30")],
    ("arrested_at", "27/11/2026 08:30", "in_the_future"),
    ("arrested_at", "", "missing"),
    ("reference", "", "missing"),
    ("station", "", "missing"),
    ("alleged_offence", "", "missing"),
    ("alleged_offence", CANARY * 40, "string_too_long"),
    ("pnc", "1900/0000001B", "pnc"),
    ("noms", CANARY, "noms"),
    ("date_of_birth", CANARY, "day"),
    ("drug_test", CANARY, "enum"),
    ("expected_until", CANARY, "moment"),
    ("left_at", CANARY, "moment"),
    ("left_at", "01/03/2026 08:30", "before_arrest"),
    ("name", "Fictional\u202eTestcase", "unsafe_text"),
]


@pytest.mark.parametrize(("column", "text", "rule"), GUESSES)
def test_nothing_is_guessed(column: str, text: str, rule: str) -> None:
    """A cell that cannot be read, or breaks a rule of the hub, is named by row, column and rule, never by its value."""
    more = {"outcome": "bailed"} if column == "left_at" else {}
    [(row, where, broken)] = wrongs(of(stay(**more | {column: text})))
    assert (row, broken) == (2, rule)
    assert where == ("(body)" if rule == "unsafe_text" else column)


def test_an_end_without_its_time_or_outcome_is_no_end() -> None:
    """Whatever else the row says of the end, the time and the outcome are needed."""
    assert wrongs(of(stay(charge="theft"))) == [(2, "left_at", "missing"), (2, "outcome", "missing")]
    assert wrongs(of(stay(left_at="02/03/2026 17:45"))) == [(2, "outcome", "missing")]
    assert wrongs(of(stay(left_at="02/03/2026 17:45", outcome=CANARY))) == [(2, "outcome", "enum")]


def test_good_rows_go_through() -> None:
    """A row with anything wrong says nothing, and the rows beside it what they say; rows are numbered as in a sheet."""
    found = of(stay(), {}, stay(reference="2", arrested_at=CANARY, **ENDED), stay(reference="3"))
    assert [(entry.row, len(entry.drafts)) for entry in found] == [(2, 1), (4, 0), (5, 1)]
    assert wrongs(found) == [(4, "arrested_at", "moment")]


def test_one_reference_says_one_thing() -> None:
    """Two rows of one reference with other words are an error of the log; the same row twice is not."""
    assert wrongs(of(stay(), stay(station="Northshire North"))) == [(3, "reference", "stands_twice")]
    assert wrongs(of(stay(), stay())) == []


@pytest.mark.duty("D27")
def test_nobody_is_found_by_name_alone() -> None:
    """A row without an identifier is passed over and is no error: most of a custody suite is on no programme."""
    [entry] = of(stay(noms=""))
    assert (entry.drafts, entry.wrong) == ((), ())
    assert entry.passed_over
    assert "Fictional" not in entry.passed_over


FILES = [
    (b"", "missing: reference"),
    ("reference,arrested_at,station,alleged_offence\nNC/1,\u00e9".encode("latin-1"), "not UTF-8"),
    (a_sheet(stay() | {CANARY: "x"}), "not known: 16"),
    (b"reference,reference,arrested_at,station,alleged_offence", "stand twice: reference"),
    (b'reference,arrested_at,station,alleged_offence\n"NC/1"x,', "no CSV from line 2"),
    (f"NC/1,{CANARY},02/03/2026 08:30".encode(), "not known: 1, 2, 3"),
]


@pytest.mark.parametrize(("content", "said"), FILES)
def test_a_file_that_is_no_log_is_refused_whole(content: bytes, said: str) -> None:
    """What is no CSV in UTF-8 with the headings of a log is refused, and a first row of people repeats no name."""
    with pytest.raises(Unreadable) as refused:
        read(content, POLICE)
    assert said in str(refused.value)
    assert CANARY not in str(refused.value)


def test_headings_may_be_written_by_people() -> None:
    """Capitals, blanks and a mark at the beginning of the file, as spreadsheets save them, do no harm."""
    plain = a_sheet(stay(), {"reference": "NC/2/26"})
    saved = b"\xef\xbb\xbf" + plain.replace(b"arrested_at", b"Arrested At", 1).replace(b"reference", b" Reference ", 1)
    assert [entry.row for entry in read(saved, POLICE)] == [entry.row for entry in read(plain, POLICE)]
    assert read(saved, POLICE)[0].drafts == read(plain, POLICE)[0].drafts
    more = entries(read, plain.replace(b"burglary,", b"burglary,,,,,,,,,x,"), POLICE)
    assert wrongs(more)[0] == (2, "(row)", "too_many_cells")


def imported(partners: Partnership, *lines: dict[str, Any]) -> list[Draft]:
    """Everything the log says is published."""
    said = drafts(*lines)
    for draft in said:
        partners.hub.publish(POLICE, draft.raw, sub="a test")
    return said


@pytest.mark.duty("D26")
@pytest.mark.duty("D1")
def test_a_log_imported_twice_has_one_effect_and_keeps_no_stranger() -> None:
    """Of those on the programme each partner is told once; of the others the arrest and its end are discarded alike."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.involve(someone, PROBATION)
        partners.clock.turn(days=1)
        log = (stay(**ENDED), stay(reference="NC/2/26", noms="Z0777ZZ", name="Fictional Stranger", **ENDED))
        said = imported(partners, *log)
        assert [fate(partners, POLICE, draft.update_id) for draft in said] == [*["placed"] * 2, *["discarded"] * 2]
        before = partners.told(PROBATION)
        assert [each["kind"] for each in before][-2:] == ["custody.person.arrested", "custody.person.left"]
        assert imported(partners, *log) == said
        assert partners.told(PROBATION) == before
