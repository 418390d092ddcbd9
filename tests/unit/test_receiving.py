"""The front door: every hostile body is refused in words that name path and rule and repeat nothing of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub.receiving import AHEAD, MAX_BYTES, Caller, Received, Refused, Rejected, receive
from support.builders import a_consent, a_reception, a_score, an_arrest
from support.partnership import HOUSING, POLICE, PRISON, PROBATION, START, UNIT, who

BUNDLE = Bundle(load())
CANARY = "CANARY-5e1f"
ID = "00000000-0000-4000-8000-000000000001"
ARREST = "custody.person.arrested"


def envelope(kind: str = ARREST, data: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """An envelope of the police about an arrest, unless it says otherwise; None takes an attribute away."""
    said = {
        "specversion": "1.0",
        "id": ID,
        "source": f"urn:iomhub:agency:{POLICE}",
        "type": f"uk.iomhub.{kind}.v1",
        "time": START.isoformat(),
        "datacontenttype": "application/json",
        "data": {"author_role": "an officer", **who(), **an_arrest()} if data is None else data,
    }
    return {name: value for name, value in (said | attributes).items() if value is not None}


def body(**attributes: Any) -> bytes:
    """Such an envelope's bytes."""
    return json.dumps(envelope(**attributes)).encode()


def data(**fields: Any) -> bytes:
    """An arrest whose data says this; None takes a field away."""
    said = envelope()["data"] | fields
    return body(data={name: value for name, value in said.items() if value is not None})


def spliced(old: str, new: str | bytes) -> bytes:
    """The bytes of an ordinary arrest in which one piece is another."""
    text = body()
    assert old.encode() in text
    return text.replace(old.encode(), new if isinstance(new, bytes) else new.encode(), 1)


def of_kind(kind: str, agency: str, **fields: Any) -> bytes:
    """An update of another kind, from an agency that may publish it."""
    said = {"author_role": "an officer", "identifiers": who()["identifiers"], **fields}
    return body(kind=kind, source=f"urn:iomhub:agency:{agency}", data=said)


def received(raw: bytes, agency: str = POLICE) -> Received:
    """What the front door makes of these bytes."""
    return receive(raw, Caller(agency, "a test"), BUNDLE, START)


def problems(raw: bytes, agency: str = POLICE) -> set[tuple[str, str]]:
    """Path and rule of everything that is wrong, once it is sure that no sentence repeats the canary."""
    with pytest.raises(Rejected) as rejected:
        received(raw, agency)
    assert CANARY not in f"{rejected.value} {rejected.value.problems}"
    return {(problem.path, problem.rule) for problem in rejected.value.problems}


DEEP = json.dumps(envelope()).replace('"burglary"', "[" * 10_000 + "]" * 10_000).encode()
BODY = {
    "ten megabytes": (b'{"id": "' + b"x" * 10_000_000 + b'"}', "too_large"),
    "just too large": (b" " * (MAX_BYTES + 1), "too_large"),
    "ten thousand deep": (DEEP, "too_deep"),
    "deep objects": (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
    "brackets that never close": (b"[" * 50_000, "too_deep"),
    "nothing": (b"", "not_json"),
    "half a body": (body()[:-5], "not_json"),
    "two objects": (body() + body(), "not_json"),
    "a byte order mark": (b"\xef\xbb\xbf" + body(), "not_json"),
    "single quotes": (b"{'id': 'x'}", "not_json"),
    "a comment": (b"/* */" + body(), "not_json"),
    "a list": (b"[" + body() + b"]", "not_an_object"),
    "text": (f'"{CANARY}"'.encode(), "not_an_object"),
    "null": (b"null", "not_an_object"),
    "not UTF-8": (spliced("burglary", b"\xff\xfe" + CANARY.encode()), "not_utf8"),
    "UTF-16": (body().decode().encode("utf-16"), "not_utf8"),
    "an overlong encoding": (spliced("burglary", b"\xc0\xaf"), "not_utf8"),
    "a key twice": (spliced('"id":', f'"id": "{CANARY}", "id":'), "duplicate_key"),
    "a key twice in the data": (spliced('"station":', f'"station": "{CANARY}", "station":'), "duplicate_key"),
    "a key twice further down": (spliced('"crn":', f'"crn": "{CANARY}", "crn":'), "duplicate_key"),
    "a key twice, once escaped": (spliced('"station":', '"st\\u0061tion": "x", "station":'), "duplicate_key"),
    "NUL": (spliced("burglary", CANARY + "\\u0000"), "unsafe_text"),
    "NUL in a key": (spliced('"station"', '"station\\u0000"'), "unsafe_text"),
    "text written backwards": (spliced("burglary", CANARY + "\u202e"), "unsafe_text"),
    "an isolate": (spliced("burglary", CANARY + "\u2066"), "unsafe_text"),
    "a mark in a list": (spliced('"burglary"', f'["{CANARY}\u200f"]'), "unsafe_text"),
    "a lone surrogate": (spliced("burglary", CANARY + "\\ud800"), "unsafe_text"),
    "surrogates the wrong way round": (spliced("burglary", "\\udc00\\ud800"), "unsafe_text"),
    "NaN": (spliced('"burglary"', "NaN"), "not_a_number"),
    "minus infinity": (spliced('"burglary"', "-Infinity"), "not_a_number"),
    "1e400": (spliced('"burglary"', "1e400"), "not_a_number"),
    "1e400 where nothing need be said": (spliced('"station":', '"officer": -1e400, "station":'), "not_a_number"),
    "a number of five thousand digits": (spliced('"burglary"', "9" * 5000), "not_json"),
}


@pytest.mark.parametrize(("raw", "rule"), BODY.values(), ids=BODY)
def test_a_body_that_is_no_plain_object_is_refused(raw: bytes, rule: str) -> None:
    """Before anything is read of it, a body must be one plain, small, shallow JSON object."""
    assert problems(raw) == {("(body)", rule)}


ATTRIBUTE = {
    "no specversion": (body(specversion=None), ("specversion", "missing")),
    "another specversion": (body(specversion=CANARY), ("specversion", "cloudevents")),
    "no id": (body(id=None), ("id", "missing")),
    "an id that is a number": (body(id=5), ("id", "missing")),
    "an id that is no UUID": (body(id=CANARY), ("id", "not_a_uuid")),
    "an id in braces": (body(id="{" + ID + "}"), ("id", "not_a_uuid")),
    "an id without hyphens": (body(id=ID.replace("-", "")), ("id", "not_a_uuid")),
    "an id in Arabic digits": (body(id=ID.replace("0", "\u0660")), ("id", "not_a_uuid")),
    "no source": (body(source=None), ("source", "missing")),
    "no type": (body(type=None), ("type", "missing")),
    "a type that is a list": (body(type=["x"]), ("type", "missing")),
    "an unknown kind": (body(type=f"uk.iomhub.{CANARY}.v1"), ("type", "unknown_kind")),
    "a kind in capitals": (body(type="uk.iomhub.CUSTODY.PERSON.ARRESTED.v1"), ("type", "unknown_kind")),
    "an unknown version": (body(type=f"uk.iomhub.{ARREST}.v2"), ("type", "unknown_kind")),
    "a version of many digits": (body(type=f"uk.iomhub.{ARREST}.v{'1' * 5000}"), ("type", "unknown_kind")),
    "a newline after the type": (body(type=f"uk.iomhub.{ARREST}.v1\n"), ("type", "unknown_kind")),
    "no time": (body(time=None), ("time", "missing")),
    "a time without zone": (body(time="2026-03-02T09:00:00"), ("time", "not_a_time")),
    "a day": (body(time="2026-03-02"), ("time", "not_a_time")),
    "a week": (body(time="2026-W10-1T09:00:00Z"), ("time", "not_a_time")),
    "an hour that is none": (body(time="2026-03-02T25:00:00Z"), ("time", "not_a_time")),
    "a zone that is none": (body(time="2026-03-02T09:00:00+24:00"), ("time", "not_a_time")),
    "words for a time": (body(time=CANARY), ("time", "not_a_time")),
    "ten minutes ahead": (body(time=(START + timedelta(minutes=10)).isoformat()), ("time", "in_the_future")),
    "the end of the calendar": (body(time="9999-12-31T23:59:59-14:00"), ("time", "in_the_future")),
    "the beginning of the calendar": (body(time="0001-01-01T00:00:00+14:00"), ("time", "too_long_ago")),
    "an attribute nobody knows": (body(**{CANARY.lower(): "x"}), ("(envelope)", "unknown_attribute")),
    "data in base64": (body(data_base64="e30="), ("(envelope)", "unknown_attribute")),
    "no data": (spliced('"data"', '"dataschema"'), ("data", "missing")),
    "data that is a list": (body(data=[CANARY]), ("data", "missing")),
    "data that is text": (body(data=CANARY), ("data", "missing")),
    "an empty schema": (body(dataschema=""), ("dataschema", "cloudevents")),
}


@pytest.mark.parametrize(("raw", "problem"), ATTRIBUTE.values(), ids=ATTRIBUTE)
def test_an_envelope_that_breaks_the_rules_is_refused(raw: bytes, problem: tuple[str, str]) -> None:
    """The attribute that is wrong and the rule that it breaks are named."""
    assert problems(raw) == {problem}


FIELD: dict[str, tuple[bytes, tuple[str, str]]] = {
    "nobody": (data(identifiers=None, person=None), ("data", "nobody")),
    "a name without a birth date": (data(identifiers=None, date_of_birth=None), ("data", "nobody")),
    "no author": (data(author_role=None), ("data.author_role", "missing")),
    "an empty line": (data(station=""), ("data.station", "string_too_short")),
    "an overlong line": (data(station=CANARY * 20), ("data.station", "string_too_long")),
    "overlong words": (data(intelligence=CANARY * 200), ("data.intelligence", "string_too_long")),
    "a number for text": (data(station=5), ("data.station", "string_type")),
    "truth for text": (data(station=True), ("data.station", "string_type")),
    "an object for text": (data(station={CANARY: 1}), ("data.station", "string_type")),
    "lists in lists for text": (data(station=[[CANARY]]), ("data.station", "string_type")),
    "a number beyond 64 bits": (data(station=10**30), ("data", "not_json")),
    "a field nobody knows": (data(**{CANARY: 1}), ("data", "unknown_field")),
    "a field of the hub's own": (data(certainty="confirmed"), ("data", "unknown_field")),
    "an identifier nobody knows": (
        data(identifiers={"crn": "X990001", CANARY: "1"}),
        ("data.identifiers", "unknown_field"),
    ),
    "identifiers in a list": (data(identifiers=["X990001"]), ("data.identifiers", "model_type")),
    "no identifier among them": (data(identifiers={}), ("data.identifiers", "no_identifier")),
    "a CRN that is none": (data(identifiers={"crn": CANARY}), ("data.identifiers.crn", "crn")),
    "a CRN in Arabic digits": (data(identifiers={"crn": "X99000\u0661"}), ("data.identifiers.crn", "crn")),
    "a prison number that is none": (data(identifiers={"noms": CANARY}), ("data.identifiers.noms", "noms")),
    "a PNC with a wrong check letter": (data(identifiers={"pnc": "2001/0000001A"}), ("data.identifiers.pnc", "pnc")),
    "a short PNC with a wrong one": (data(identifiers={"pnc": "01/1A"}), ("data.identifiers.pnc", "pnc")),
    "a CRO with a wrong check letter": (data(identifiers={"cro": "000001/01A"}), ("data.identifiers.cro", "cro")),
    "a record that is no UUID": (data(record=CANARY), ("data.record", "uuid_parsing")),
    "a birth date that never was": (data(date_of_birth="1990-02-30"), ("data.date_of_birth", "day")),
    "a birth date that is a count": (data(date_of_birth="0"), ("data.date_of_birth", "day")),
    "a birth date with a time": (data(date_of_birth="1990-01-01T00:00:00Z"), ("data.date_of_birth", "day")),
    "a birth date that is a number": (data(date_of_birth=19900101), ("data.date_of_birth", "date_type")),
    "a moment that is a count": (data(arrested_at="1"), ("data.arrested_at", "moment")),
    "a moment that is a number": (data(arrested_at=1), ("data.arrested_at", "datetime_type")),
    "a moment without zone": (data(arrested_at="2026-03-02T08:30:00"), ("data.arrested_at", "moment")),
    "a moment that is a day": (data(arrested_at="2026-03-02"), ("data.arrested_at", "moment")),
    "a handling nobody knows": (data(handling=CANARY), ("data.handling", "enum")),
    "a test result nobody knows": (data(drug_test=CANARY), ("data.drug_test", "enum")),
    "a kind of statement nobody knows": (data(recorded_as=True), ("data.recorded_as", "enum")),
}


def scored(**more: Any) -> bytes:
    """A score by the IOM unit."""
    return of_kind("programme.risk.reassessed", UNIT, **a_score() | more)


def agreed(*recipients: str, **more: Any) -> bytes:
    """A consent that housing took."""
    return of_kind("trust.consent.given", HOUSING, **a_consent(*recipients) | more)


OTHER: dict[str, tuple[str, bytes, tuple[str, str]]] = {
    "truth written as a word": (UNIT, scored(wanted="true"), ("data.wanted", "bool_type")),
    "a score written as text": (UNIT, scored(score="24"), ("data.score", "int_type")),
    "a score with a fraction": (UNIT, scored(score=24.5), ("data.score", "int_type")),
    "a score beyond the method": (UNIT, scored(score=65), ("data.score", "less_than_equal")),
    "a score in prison": (UNIT, scored(in_prison=True), ("data", "prison_score")),
    "consent for nobody": (HOUSING, agreed(), ("data.recipients", "too_short")),
    "consent for no agency": (HOUSING, agreed(CANARY), ("data.recipients.0", "string_pattern_mismatch")),
    "consent as one word": (HOUSING, agreed("x", purposes="accommodation"), ("data.purposes", "tuple_type")),
    "a reception for no reason": (
        PRISON,
        of_kind("custody.person.received", PRISON, **a_reception(reason=CANARY)),
        ("data.reason", "enum"),
    ),
    "a withdrawal of nothing": (
        PROBATION,
        of_kind("trust.update.withdrawn", PROBATION, reason="undone"),
        ("data.update", "missing"),
    ),
}


@pytest.mark.parametrize(("raw", "problem"), FIELD.values(), ids=FIELD)
def test_an_arrest_that_breaks_its_schema_is_refused(raw: bytes, problem: tuple[str, str]) -> None:
    """The field that is wrong and the rule that it breaks are named, and nothing of what was said."""
    assert problems(raw) == {problem}


@pytest.mark.parametrize(("agency", "raw", "problem"), OTHER.values(), ids=OTHER)
def test_another_kind_that_breaks_its_schema_is_refused(agency: str, raw: bytes, problem: tuple[str, str]) -> None:
    """Each kind's own rules hold at the door."""
    assert problem in problems(raw, agency)


MAY_NOT: dict[str, tuple[str, bytes]] = {
    "housing publishes an arrest": (HOUSING, body(source=f"urn:iomhub:agency:{HOUSING}")),
    "probation speaks as the police": (PROBATION, body()),
    "the police speak as the hub": (POLICE, body(source="urn:iomhub:agency:hub")),
    "the hub's own kind": (POLICE, body(kind="trust.update.confirmed", data={"author_role": "x", "update": ID})),
    "an agency nobody knows": (CANARY.lower(), body(source=f"urn:iomhub:agency:{CANARY.lower()}")),
    "the hub as a caller": ("hub", body(source="urn:iomhub:agency:hub", kind="trust.update.confirmed")),
    "a source in capitals": (POLICE, body(source=f"URN:IOMHUB:AGENCY:{POLICE}")),
    "a source with more behind it": (POLICE, body(source=f"urn:iomhub:agency:{POLICE}/{CANARY}")),
}


@pytest.mark.parametrize(("agency", "raw"), MAY_NOT.values(), ids=MAY_NOT)
def test_nobody_publishes_as_somebody_else(agency: str, raw: bytes) -> None:
    """An agency publishes its own kinds in its own name; the refusal says so and repeats nothing."""
    with pytest.raises(Refused) as refused:
        received(raw, agency)
    assert CANARY.lower() not in str(refused.value).lower()


def test_every_problem_is_named_at_once() -> None:
    """A supplier who gets several fields wrong hears of all of them."""
    raw = data(station="", handling=CANARY, date_of_birth="0", author_role=None)
    assert {path for path, _ in problems(raw)} == {
        "data.station",
        "data.handling",
        "data.date_of_birth",
        "data.author_role",
    }


@pytest.mark.parametrize("ahead", [timedelta(0), AHEAD, -timedelta(days=30_000)])
def test_a_time_a_little_ahead_is_accepted(ahead: timedelta) -> None:
    """Clocks differ a little, so five minutes ahead pass, and so does what happened long ago."""
    assert received(body(time=(START + ahead).isoformat())).occurred_at == START + ahead


def test_an_ordinary_arrest_is_received() -> None:
    """The envelope that every row above spoils is itself received, as the update that it says."""
    update = received(body())
    assert (update.kind, str(update.key)) == (ARREST, f"{POLICE}/{ID}")
    assert update.attested == {"by": "token", "sub": "a test"}
