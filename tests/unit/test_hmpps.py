"""The HMPPS adapter: which events of the prison system become updates, and which are set aside, by name."""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.adapters.hmpps import SetAside, Understood, read
from hub.adapters.hmpps_catalogue import SET_ASIDE
from hub.canonical import canonical
from schemas.updates import parse
from schemas.updates.custody import Died, Received, Released
from support.hmpps import (
    CANARY,
    CODE,
    GONE,
    NAMES,
    REAL,
    RECEIVED,
    RELEASED,
    Json,
    an_envelope,
    an_event,
    catalogue,
    each,
    enveloped,
    in_bytes,
    naming,
    reception,
    release,
    set_aside,
    understood,
)


@pytest.mark.requirement("IX7")
def test_an_admission_becomes_a_reception() -> None:
    """A person whom a prison admits is told as received, in UTC, at that prison, in new custody."""
    outcome = understood(an_envelope("received"))
    assert (outcome.kind, outcome.occurred_at) == (Received.KIND, datetime(2024, 6, 3, 9, tzinfo=UTC))
    who = {"identifiers": {"noms": "Z9001ZZ"}, "author_role": "prison system", "recorded_as": "fact"}
    what = {"received_at": "2024-06-03T09:00:00+00:00", "prison": "ZZA", "reason": "new_custody"}
    assert outcome.data == who | what


@pytest.mark.requirement("IX7")
def test_a_release_becomes_a_release() -> None:
    """A person who leaves for good is told as released, with nanoseconds cut and never rounded."""
    outcome = understood(an_envelope("released"))
    assert (outcome.kind, outcome.data["reason"]) == (Released.KIND, "conditional")
    assert outcome.data["released_at"] == "2024-01-08T10:00:00.477735+00:00"


REASONS = [
    *each("recall", reception, CODE, "Y", "PD", "ELR", "B", "24", "ETRLR", "L"),
    *each("new_custody", reception, CODE, "N", "INTAKE", "V", "I", "R1", "25", "F", "E"),
    *[("transfer", reception(reason="TRANSFERRED", **{CODE: value})) for value in ("INT", "L", None, GONE)],
    *each("conditional", release, CODE, "CR", "CE"),
    *each("home_detention_curfew", release, CODE, "HR", "HU", "HD", "HE"),
    *each("early", release, CODE, "ECSL"),
    *each("bail", release, CODE, "BL"),
    *each("no_custodial_sentence", release, CODE, "NCS"),
    *each("other", release, CODE, "AR", "UR", "BD", "PX", "PD", "SC", "NG", "D1", "ZZ99"),
]


@pytest.mark.parametrize(("expected", "message"), REASONS)
def test_the_movement_code_gives_the_reason(expected: str, message: Json) -> None:
    """Only seven codes make an admission a recall, and a release whose reason nothing published says has `other`."""
    outcome = understood(message)
    assert outcome.data["reason"] == expected
    assert parse(outcome.kind, canonical(outcome.data)).content()["reason"] == expected


def test_the_probable_cause_is_no_evidence_of_recall() -> None:
    """The prison system guesses RECALL on ordinary admissions too, so its guess is not believed."""
    assert reception()["additionalInformation"]["probableCause"] == "RECALL"
    assert understood(reception()).data["reason"] == "new_custody"


@pytest.mark.parametrize("prison", [None, GONE, "OUT", "TRN"])
@pytest.mark.parametrize("where", [None, GONE])
def test_what_is_left_out_is_neither_told_nor_missed(prison: Any, where: Any) -> None:
    """Without a prison the update names none, and without a location or a status nothing is contradicted."""
    outcome = understood(release(prisonId=prison, currentLocation=where, currentPrisonStatus=where))
    assert (outcome.data["reason"], "prison" in outcome.data) == ("conditional", False)


@pytest.mark.parametrize("message", [release(personReference=GONE), naming("Z9003ZZ"), release(personReference=None)])
def test_one_place_that_names_the_person_is_enough(message: Json) -> None:
    """A prison number stands by reference, or beside the reason, or in both places."""
    assert understood(message).data["identifiers"] == {"noms": "Z9003ZZ"}


def test_the_same_facts_are_one_update_for_good() -> None:
    """Facts give one id and the same bytes, whatever the envelope, whenever told, and in every version of the hub."""
    later = release(publishedAt="2024-01-09T00:00:00Z", description="Told again", details="Told again")
    again = enveloped(dict(reversed(later.items())), MessageId="00000000-0000-4000-8000-000000000099")
    one_hour_east = release(occurredAt="2024-01-08T11:00:00.477735+01:00")
    same = [understood(message) for message in (an_envelope("released"), release(), later, again, one_hour_east)]
    assert len({canonical(outcome.data) for outcome in same}) == 1
    assert {outcome.update_id for outcome in same} == {UUID("8ad88f38-a488-56ca-a182-1e4e10a50370")}


def test_another_fact_is_another_update() -> None:
    """Another time, person, prison, code, reason or type of event is another update, even under one MessageId."""
    assert an_envelope("received")["MessageId"] == an_envelope("recalled")["MessageId"]
    rows = each("", release, "occurredAt", "2024-01-08T10:00:01Z", "2024-01-08T10:00:00.4Z")
    rows += [*each("", release, "prisonId", "ZZB", None), *each("", release, CODE, "NCS", "ZZ98", "ZZ99")]
    others = [naming("Z9009ZZ"), *(message for _, message in rows)]
    moved = {"occurredAt": "2024-01-08T10:00:00.477735Z", "nomsNumber": "Z9003ZZ", "personReference": GONE, CODE: "CR"}
    others += [reception(reason="TRANSFERRED", **moved), an_envelope("received"), an_envelope("recalled"), release()]
    assert len({understood(message).update_id for message in others}) == len(others)


@pytest.mark.duty("D5")
def test_a_death_is_no_release() -> None:
    """A person who died is not told as released, though the prison system says RELEASED and names no reference."""
    assert "personReference" not in an_event("died")
    assert an_event("died")["additionalInformation"]["reason"] == "RELEASED"
    outcome = understood(an_envelope("died"))
    assert (outcome.kind, outcome.data["died_on"]) == (Died.KIND, "2024-01-08")
    assert {"released_at", "reason", "prison"} & set(outcome.data) == set()
    assert parse(outcome.kind, canonical(outcome.data)).content()["died_on"] == "2024-01-08"


MOVEMENTS = [
    ("transferred_out", an_envelope("transferred")),
    *each("escaped", release, CODE, "ESCP"),
    *each("absconded", release, CODE, "UAL", "UAL_ECL"),
    *each("deported", release, CODE, "DD", "DE", "DL", "DEIRC", "ETR", "ECSLIRC", "EX", "RE"),
    *each("to_hospital", release, CODE, "HO", "HP", "HQ"),
    *each("merged_records", release, CODE, "MRG"),
    *each("not_released", release, CODE, "99", "AS", "AV"),
    *each("temporary_absence", release, CODE, "IR"),
    *each("temporary_absence", release, "reason", "TEMPORARY_ABSENCE_RELEASE"),
    *each("to_hospital", release, "reason", "RELEASED_TO_HOSPITAL"),
    *each("sent_to_court", release, "reason", "SENT_TO_COURT"),
    *each("returned_from_absence", reception, "reason", "TEMPORARY_ABSENCE_RETURN"),
    *each("returned_from_court", reception, "reason", "RETURN_FROM_COURT"),
    *each("unknown_reason", release, "reason", "UNKNOWN", "ADMISSION", "released", None, GONE, ["RELEASED"]),
    *each("unknown_reason", reception, "reason", "RELEASED", "READMISSION", None, GONE, {}),
    *each("unknown_reason", release, "additionalInformation", GONE, None, "RELEASED", []),
    *each("no_movement_code", release, CODE, None, GONE),
    *each("no_movement_code", reception, CODE, None, GONE),
    *each("code_unreadable", release, CODE, "dec", " DEC", "DEC\n", "", "\uff24\uff25\uff23", 99, ["DEC"]),
    *each("reception_unclear", reception, CODE, "ETB", "ETRB", "ETRRIE", "H", "A", "Q", "R", "RECA", "S", "U", "Z"),
    *each("contradicts_itself", reception, CODE, "INT", "M", "TRNCRT", "TRNTAP", "CR", "DEC"),
    *each("contradicts_itself", release, "currentLocation", "IN_PRISON", "BEING_TRANSFERRED", "outside_prison", []),
    *each("contradicts_itself", release, "currentPrisonStatus", "UNDER_PRISON_CARE", ["NOT_UNDER_PRISON_CARE"]),
    *each("contradicts_itself", reception, "currentLocation", "OUTSIDE_PRISON", "BEING_TRANSFERRED"),
    *each("contradicts_itself", reception, "currentPrisonStatus", "NOT_UNDER_PRISON_CARE"),
    ("contradicts_itself", enveloped(release(), MessageAttributes={"eventType": {"Value": RECEIVED}})),
    *each("prison_unreadable", release, "prisonId", "", "Sample (HMP)", "zza", "ZZA\n", 1, ["ZZA"], "X" * 200),
]


@pytest.mark.parametrize(("name", "message"), MOVEMENTS)
def test_a_movement_that_is_no_update_has_a_name(name: str, message: Json) -> None:
    """What is neither a release for good nor a reception, or says two things at once, is set aside by name."""
    assert set_aside(message) == name


MERGED, LIKE_OURS = "prison-offender-events.prisoner.merged", f"{RELEASED}-again"
ADDED, CONTACT = "probation-case.registration.added", "prison-offender-events.prisoner.contact-added"
TWINS = ("prisoner-offender-search.prisoner.released", "prisoner-offender-search.prisoner.received")
TYPES = [
    *each("immediate_twin", release, "eventType", *TWINS),
    *each("not_carried", release, "eventType", CONTACT, "person.case-note.created"),
    *each("identities_merged", release, "eventType", MERGED),
    *each("register_not_carried", release, "eventType", ADDED),
    *each("unknown_event_type", release, "eventType", LIKE_OURS, RELEASED.upper(), f"{RELEASED} ", "", "a.b.c"),
    *each("unknown_event_type", release, "eventType", None, GONE, 1, [RELEASED], {RELEASED: RELEASED}),
    *each("unknown_version", release, "version", 2, 0, True, 1.0, "1", None),
]


@pytest.mark.parametrize(("name", "message"), TYPES)
def test_only_two_types_of_event_are_read(name: str, message: Json) -> None:
    """The immediate twin would tell every movement twice, others carry nothing of ours, a new one shows as unknown."""
    assert (set_aside(message), set_aside(enveloped(message))) == (name, name)


ZONES = ("2023-06-19T18:35:59.442+01:00[Europe/London]", "2023-07-31T09:26:39.362Z+01:00", "2024-01-08T10:00:00")
DAYS = ("2024-02-30T10:00:00Z", "2024-01-08T10:00:60Z", "2024-01-08T24:00:00Z", "2024-01-08T10:00:00+24:00")
FORMS = ("2024-01-08 10:00:00Z", "2024-01-08T10:00Z", "2024-01-08T10:00:00+0100", "2024-01-08T10:00:00.Z", "2024-01-08")
ODD = ("2024-01-08T10:00:00.1234567890Z", "0001-01-01T00:00:00+23:59", "202\u0664-01-08T10:00:00Z", 1704708000)
WHO_AND_WHEN = [
    ("persons_disagree", naming("Z9003ZZ", beside="Z9004ZZ")),
    ("persons_disagree", naming("Z9003ZZ", "Z9004ZZ", beside="Z9003ZZ")),
    *[("no_person", message) for message in (naming(), naming(None, beside=None), naming("Z9003ZZ", type_="PERSON"))],
    *each("no_person", partial(release, nomsNumber=GONE), "personReference", GONE, None, "NOMS", ["NOMS"], {}),
    *[("no_person", naming() | {"personReference": {"identifiers": value}}) for value in (None, 1, "NOMS", ["NOMS"])],
    *[("noms_invalid", naming(value)) for value in ("", "z9003zz", " Z9003ZZ", "Z9003ZZ\n", "Z\u0669003ZZ", 9003)],
    *[("noms_invalid", naming("Z9003ZZ", beside=value)) for value in ("", "Z9003Z", ["Z9003ZZ"])],
    *each("times_unreadable", release, "occurredAt", "Mon Jun 19 00:00:00 BST 2023", *ZONES, *DAYS, *FORMS, *ODD),
    *each("times_unreadable", release, "occurredAt", "", None, GONE),
]


@pytest.mark.parametrize(("name", "message"), WHO_AND_WHEN)
def test_nobody_and_no_time_is_guessed(name: str, message: Json) -> None:
    """Prison numbers and times that are missing, misshapen or at odds are not guessed, and a visitor is nobody."""
    assert set_aside(message) == name


TWICE = f'"DEC","{CODE}":"CR"'
BYTES = [
    *[("unreadable", raw) for raw in (b"", b"null", b"[]", b"{", b"{}{}", b"\xff\xfe{}", b"\xef\xbb\xbf{}")],
    *[("unreadable", raw) for raw in (b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000)],
    *[("unreadable", in_bytes(release(), ": 1,", f": {number},")) for number in ("NaN", "-Infinity", "9" * 5_000)],
    ("unreadable", in_bytes(release(), '"CR"', TWICE)),
    ("unreadable", in_bytes(enveloped(release()), r"\"CR\"", TWICE.replace('"', r"\""))),
    ("unreadable", in_bytes(enveloped(release()), "{", '{"Message":"{}",')),
    ("unreadable", in_bytes(release(), '"Z9003ZZ"', r'"\ud800"')),
    *[(name, json.dumps(message).encode()) for name, message in each("unreadable", dict, "Message", 1, None, "", "[]")],
    ("not_a_notification", json.dumps(enveloped(release(), Type="SubscriptionConfirmation")).encode()),
    ("unknown_event_type", json.dumps(enveloped(enveloped(release()))).encode()),
]


@pytest.mark.parametrize(("name", "raw"), BYTES)
def test_bytes_that_say_nothing_certain_are_set_aside(name: str, raw: bytes) -> None:
    """Bytes that are no JSON, say one thing twice, nest without end or belong to the subscription say nothing."""
    assert set_aside(raw) == name


def test_every_name_is_shown_with_its_sentence() -> None:
    """Each name that the adapter can give is reached by a table, here or of the catalogue, and has one sentence."""
    shown = {name for table in (MOVEMENTS, TYPES, WHO_AND_WHEN, BYTES) for name, _ in table}
    assert shown | {*catalogue().values()} - {Received.KIND, Released.KIND} | {"warrant_or_summons"} == set(SET_ASIDE)
    assert all(why.endswith(".") and ". " not in why for why in SET_ASIDE.values())


FIELDS = st.sampled_from([*reception(), *reception()["additionalInformation"]])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["DEC", "Z9009ZZ"])
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
REFERENCES = st.lists(st.fixed_dictionaries({"type": st.just("NOMS") | ANYTHING, "value": ANYTHING}) | ANYTHING)
CHANGES = st.dictionaries(
    FIELDS, ANYTHING | (REFERENCES | ANYTHING).map(lambda listed: {"identifiers": listed}), max_size=3
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample, bare or enveloped, with some of its values replaced and some of its bytes cut or added."""
    event = an_event(draw(st.sampled_from(NAMES)), **draw(CHANGES))
    around = draw(st.dictionaries(st.sampled_from([*an_envelope("died")]), ANYTHING, max_size=1))
    raw = json.dumps(enveloped(event, **around) if draw(st.booleans()) else event).encode()
    start, gap = draw(st.integers(0, len(raw))), draw(st.sampled_from([0, 0, 0, 1, 40]))
    return raw[:start] + draw(st.just(b"") | st.binary(max_size=4)) + raw[start + gap :]


@settings(max_examples=500, deadline=None, database=None)
@given(st.binary() | st.text().map(str.encode) | mutated())
def test_reading_never_raises(raw: bytes) -> None:
    """Whatever the bytes, reading gives a valid update, or a known name with its fixed sentence."""
    outcome = read(raw)
    if isinstance(outcome, SetAside):
        assert outcome.why == SET_ASIDE[outcome.name]
    else:
        assert parse(outcome.kind, canonical(outcome.data)).content()


@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_a_message_is_repeated(name: str) -> None:
    """Free text reaches no update, and what says why a message is set aside repeats nothing from it."""
    event = an_event(name)
    told = [an_event(name, **{field: CANARY}) for field in (*event, *event["additionalInformation"])]
    told += [naming(CANARY), naming("Z9003ZZ", type_=CANARY), release(detailUrl=CANARY), {CANARY: CANARY}]
    outcomes = [read(json.dumps(message).encode()) for message in (*told, *map(enveloped, told))]
    assert {type(outcome) for outcome in outcomes} == {SetAside, Understood}
    assert CANARY not in repr(outcomes)
    assert "Z900" not in repr([outcome for outcome in outcomes if isinstance(outcome, SetAside)])


@pytest.mark.skipif(not REAL.is_dir(), reason="the real envelopes lie in shared/data/hmpps beside the repository")
@pytest.mark.parametrize(
    ("name", "expected"), [("intake", "new_custody"), ("recall", "recall"), ("release", "no_custodial_sentence")]
)
def test_real_envelopes_are_understood(name: str, expected: str) -> None:
    """The three real envelopes give an admission, a recall and a release without a custodial sentence."""
    outcome = read((REAL / f"{name}-event.json").read_bytes())
    assert isinstance(outcome, Understood)
    assert (outcome.kind, outcome.data["reason"]) == (Released.KIND if name == "release" else Received.KIND, expected)
    assert parse(outcome.kind, canonical(outcome.data)).content()
