"""A feed in the forms that a partner's own systems take in: a table, their own names, probation's contacts (IX7)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from hub.exporting import (
    COLUMNS,
    CONTACT_COLUMNS,
    FieldMapping,
    Told,
    UnusableMapping,
    as_contacts,
    as_csv,
    as_json,
    contact_codes,
    field_mapping,
)
from schemas.updates import KINDS
from support.partnership import PROBATION

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
ARREST, LEFT, CONSENT = "custody.person.arrested", "custody.person.left", "trust.consent.given"
CODES = contact_codes(json.dumps({"codes": {ARREST: "CARR"}}))


def told(seq: int = 1, kind: str = ARREST, source: str = "northshire-police", **values: Any) -> Told:
    """A feed record of this kind."""
    structure = {"message_id": f"message-{seq}", "kind": kind, "bundle": "b" * 8, "record": "a-record"}
    return Told(seq, structure | {"source": source, "occurred_at": "2026-03-02T09:05:00+01:00"} | values)


def rows(made: bytes) -> list[dict[str, str]]:
    """What any reader of RFC 4180 makes of it."""
    return list(csv.DictReader(io.StringIO(made.decode(), newline="")))


@pytest.mark.requirement("IX7")
def test_a_table_has_one_row_for_each_record_and_always_the_same_columns() -> None:
    """Columns hang on no kind; a record whose elements were dropped keeps its number, so that none seems lost."""
    arrest = told(1, person="Fictional Testcase-1", identifiers={"crn": "X990001"}, station="Fictional, North")
    made = as_csv([arrest, Told(2, {}), told(3, LEFT, arrest="message-1", stands="confirmed")])
    first, dropped, third = rows(made)
    assert tuple(first) == COLUMNS == tuple(rows(as_csv([told(kind=CONSENT, purpose="treatment")]))[0])
    assert (first["seq"], first["person"], first["crn"]) == ("1", "Fictional Testcase-1", "X990001")
    assert json.loads(first["details"]) == {"station": "Fictional, North"}
    assert {name: value for name, value in dropped.items() if value} == {"seq": "2"}
    assert third["about"] == "message-1"


@pytest.mark.parametrize(
    "text", ["=1+1", "+44", "-2", "@SUM(A1)", " =1+1", "\t=1", "\uff1d1", "a;=1+1", "a;\t@x", "\r=1", "a\t-1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet would calculate is text, wherever it stands and whatever ends a cell in that country."""
    for made in (as_csv([told(person=text)]), as_contacts([told(person=text)], CODES, PROBATION)):
        assert "'" in rows(made)[0]["person"]
        assert rows(made)[0]["person"].replace("'", "") == text
    mapping = FieldMapping(fields={text: "person"})
    [name] = rows(as_csv([told(person=text)], mapping))[0]
    assert "'" in name


@pytest.mark.parametrize("text", ["Fictional Testcase-1", "a, b", 'say "so"', "two\nlines", "É-à", "x=1", "a -b"])
def test_ordinary_text_comes_through_as_it_was_told(text: str) -> None:
    """Commas, quotation marks, lines and accents arrive; nothing is changed that no spreadsheet would calculate."""
    assert rows(as_csv([told(person=text)]))[0]["person"] == text


def test_a_mapping_gives_a_partner_its_own_words() -> None:
    """Each record is an object with the partner's names, null where nothing was told; other kinds are left out."""
    mapping = field_mapping("kinds: [custody.person.arrested]\nfields: {Ref: record, CRN: identifiers.crn, No: seq}")
    records = [told(1, identifiers={"crn": "X990001"}), told(2), told(3, CONSENT), Told(4, {})]
    expected = [{"Ref": "a-record", "CRN": "X990001", "No": 1}, {"Ref": "a-record", "CRN": None, "No": 2}]
    assert json.loads(as_json(records, mapping)) == {"records": expected}
    assert [row["No"] for row in rows(as_csv(records, mapping))] == ["1", "2"]


def test_without_a_mapping_json_is_what_was_told() -> None:
    """Our own names, nothing added but the number, nothing left out."""
    [found] = json.loads(as_json([told(station="Fictional")]))["records"]
    assert found == {"seq": 1, **told(station="Fictional").values}


@pytest.mark.requirement("IX7")
def test_contacts_are_rows_to_enter_into_probations_system() -> None:
    """A code from the partnership's table, day and time as told, and notes that say what was told."""
    [row] = rows(as_contacts([told(identifiers={"crn": "X990001"}, station="Fictional")], CODES, PROBATION))
    assert tuple(row) == CONTACT_COLUMNS
    assert (row["contact_type"], row["contact_date"], row["contact_time"]) == ("CARR", "2026-03-02", "09:05")
    assert (row["crn"], row["message_id"]) == ("X990001", "message-1")
    assert row["notes"] == "custody.person.arrested from northshire-police\nstation: Fictional"


@pytest.mark.duty("D15")
def test_what_follows_a_contact_is_entered_as_the_contact_was() -> None:
    """The end of an arrest, and a correction of that, have no code of their own and are not lost; `after` cuts what was
    entered before, not what it was about.
    """
    arrest, left = told(1), told(2, LEFT, arrest="message-1")
    correction = told(3, "trust.update.corrected", update="message-2")
    other = told(4, LEFT, arrest="message-9")
    found = rows(as_contacts([arrest, left, correction, other], CODES, PROBATION, after=1))
    assert [(row["message_id"], row["contact_type"]) for row in found] == [("message-2", "CARR"), ("message-3", "CARR")]


def test_what_probation_said_itself_is_no_contact() -> None:
    """Its own updates come back on its feed, and are in its own system already; so are answers, and dropped records."""
    records = [told(source=PROBATION), Told(2, {}), told(3, "hub.update.received")]
    assert rows(as_contacts(records, CODES, PROBATION)) == []


def test_a_masked_day_has_no_time() -> None:
    """Where a partner is told the day alone, the contact has no time."""
    [row] = rows(as_contacts([told(occurred_at="2026-03-02")], CODES, PROBATION))
    assert (row["contact_date"], row["contact_time"]) == ("2026-03-02", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fields: {Ref: recrod}", "recrod"),
        ("fields: {}", "fields"),
        ("kinds: [custody.person.freed]\nfields: {Ref: record}", "custody.person.freed"),
        ("fields: {Ref: record}\nfilter: x", "filter"),
        ("[1, 2]", "the whole"),
        ("{", "neither YAML nor JSON"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_by_name(text: str, says: str) -> None:
    """A name that no update has is a mistake, never an empty column for ever."""
    with pytest.raises(UnusableMapping, match=says):
        field_mapping(text)
    with pytest.raises(UnusableMapping, match=r"custody\.person\.freed"):
        contact_codes("codes: {custody.person.freed: ICON}")


def test_the_examples_can_be_used() -> None:
    """The mapping and the table of codes that the pages show are ones, and every code in the table is unconfirmed."""
    assert field_mapping((EXAMPLES / "field_mapping.yaml").read_text(encoding="utf-8")).kinds
    text = (EXAMPLES / "contact_codes.yaml").read_text(encoding="utf-8")
    assert text.count("# (unconfirmed)") == len(contact_codes(text).codes)


def test_no_kind_has_a_field_of_the_exports_own_words() -> None:
    """`seq` and `about` mean one thing in every row, whatever kinds there will be."""
    assert [kind for kind, model in KINDS.items() if {"seq", "about", "details"} & set(model.fields())] == []
