"""Placing: whose case an update belongs to, what is held, what is discarded, and what nobody can tell from outside."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from hub.ports import UpdateKey
from hub.receiving import Refused
from schemas.receipts import Receipt
from support.builders import a_missed_appointment, a_reception, a_release, an_arrest, an_outcome
from support.partnership import (
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
    raw_update,
    who,
)

ARREST, MISSED = "custody.person.arrested", "supervision.appointment.missed"


@pytest.fixture(name="partners")
def _partners() -> Iterator[Partnership]:
    with partnership() as partners:
        yield partners


def entry(partners: Partnership, agency: str, update_id: UUID) -> dict[str, Any] | None:
    """What the ledger says of an update; None of one that was discarded."""
    with partners.hub.archive() as archive:
        found = archive.entry_of(UpdateKey(agency, update_id))
    return orjson.loads(found.record) if found else None


def outcome(partners: Partnership, agency: str, kind: str, data: dict[str, Any]) -> tuple[str, str | None]:
    """Publish, and say what became of it: placed, held (and why) or discarded."""
    found = entry(partners, agency, partners.publish(agency, kind, data))
    return (found["outcome"], found.get("because")) if found else ("discarded", None)


def test_an_exact_identifier_places(partners: Partnership) -> None:
    """Any identifier that the programme put on record leads to the person."""
    partners.person(1)
    for identifiers in ({"crn": "X990001"}, {"noms": "Z0001ZZ"}, {"crn": "x990001", "noms": "z0001zz"}):
        data = {"identifiers": identifiers} | a_missed_appointment()
        assert outcome(partners, PROBATION, MISSED, data) == ("placed", None)


@pytest.mark.duty("D27")
@pytest.mark.parametrize(
    "changes",
    [
        {"person": "Somebody Else"},
        {"date_of_birth": "1990-01-02"},
        {"identifiers": {"crn": "X990001", "noms": "Z0002ZZ"}},
    ],
    ids=["another name", "another birth date", "two people's identifiers"],
)
def test_a_contradiction_is_held(partners: Partnership, changes: dict[str, Any]) -> None:
    """An exact identifier that contradicts the name, the birth date or another identifier places nothing."""
    partners.person(1)
    partners.person(2)
    data = who(1) | changes | a_missed_appointment()
    assert outcome(partners, PROBATION, MISSED, data) == ("held", "contradiction")


@pytest.mark.duty("D27")
def test_a_name_and_a_birth_date_place_nothing(partners: Partnership) -> None:
    """Two people share them more often than one thinks: the update is held."""
    partners.person(1)
    data = {"person": "Fictional Testcase-1", "date_of_birth": "1990-01-01"} | a_missed_appointment()
    assert outcome(partners, PROBATION, MISSED, data) == ("held", "unknown_person")


@pytest.mark.duty("D26")
@pytest.mark.parametrize(
    ("agency", "kind", "data"), [(PRISON, "custody.person.received", a_reception()), (POLICE, ARREST, an_arrest())]
)
def test_a_bulk_feeds_strangers_are_discarded(
    partners: Partnership, agency: str, kind: str, data: dict[str, Any]
) -> None:
    """Of somebody who is not on the programme nothing is kept but the receipt."""
    update_id = partners.publish(agency, kind, who(9) | data)
    assert entry(partners, agency, update_id) is None
    with partners.hub.store.writing() as unit:
        assert unit.content_of(UpdateKey(agency, update_id)) is None
    assert partners.hub.store.received(UpdateKey(agency, update_id)) is not None


@pytest.mark.duty("D26")
def test_the_receipt_tells_nothing(partners: Partnership) -> None:
    """Placed, held, discarded or repeated: the receipt has the same form and the same answer comes again."""
    partners.person(1)
    receipts = []
    for number, kind, data in ((1, ARREST, an_arrest()), (9, ARREST, an_arrest()), (9, "trust.consent.given", {})):
        agency = POLICE
        more = data or {"purposes": ["treatment"], "recipients": [HOSTEL], "form_version": "1", "taken_by": "A"}
        raw = raw_update(agency, kind, who(number) | more, uuid4(), partners.clock.now())
        first = partners.hub.publish(agency, raw, sub="a test")
        partners.clock.turn(minutes=1)
        assert partners.hub.publish(agency, raw, sub="a test") == first
        receipts.append(first)
    assert {tuple(receipt.model_dump()) for receipt in receipts} == {tuple(Receipt.model_fields)}


@pytest.mark.duty("D26")
@pytest.mark.duty("D29")
def test_publishing_about_somebody_does_not_tell_who_is_on_the_programme(partners: Partnership) -> None:
    """An agency that does not work a case gets no echo: its feed stays as empty as for a stranger."""
    partners.person(1)
    claim = {"agency": HOUSING, "role": "active", "pathways": ["accommodation"]}
    for number in (1, 9):
        partners.publish(HOUSING, "programme.agency.involved", {**who(number), **claim})
        consent = {"purposes": ["accommodation"], "recipients": [HOUSING], "form_version": "1", "taken_by": "A"}
        partners.publish(HOUSING, "trust.consent.given", {**who(number), **consent})
    assert partners.hub.feed.head(HOUSING)[0] == 0


def test_a_partner_names_a_person_by_its_own_record_id(partners: Partnership) -> None:
    """The record id on an agency's feed places its update; another agency's id for the same person does not."""
    someone = partners.person(1)
    partners.involve(someone, PROBATION)
    partners.involve(someone, POLICE)
    mine, theirs = (partners.told(agency)[0]["record"] for agency in (PROBATION, POLICE))
    assert mine != theirs
    assert outcome(partners, PROBATION, MISSED, {"record": mine} | a_missed_appointment()) == ("placed", None)
    assert outcome(partners, PROBATION, MISSED, {"record": theirs} | a_missed_appointment()) == (
        "held",
        "unknown_person",
    )


def test_what_an_update_refers_to(partners: Partnership) -> None:
    """By the publisher's own id or the message id on its feed; unknown, of the wrong kind or another's: held."""
    someone = partners.person(1)
    for agency in (POLICE, PROBATION):
        partners.involve(someone, agency)
    arrest = partners.publish(POLICE, ARREST, {**someone, **an_arrest()})
    missed = partners.publish(PROBATION, MISSED, {**someone, **a_missed_appointment()})
    heard = next(each["message_id"] for each in partners.told(POLICE, MISSED))
    left = "custody.person.left"
    assert outcome(partners, POLICE, left, an_outcome(uuid4())) == ("held", "unknown_reference")
    assert outcome(partners, POLICE, left, an_outcome(heard)) == ("held", "not_its_publisher")
    score = partners.publish(POLICE, "custody.person.arrested", {**someone, **an_arrest()})
    withdrawn = {"update": str(missed), "reason": "recorded_in_error"}
    assert outcome(partners, POLICE, "trust.update.withdrawn", withdrawn) == ("held", "unknown_reference")
    assert outcome(partners, POLICE, left, an_outcome(arrest)) == ("placed", None)
    message = next(each["message_id"] for each in partners.told(POLICE, ARREST) if each["message_id"])
    assert outcome(partners, POLICE, left, an_outcome(message)) == ("placed", None)
    assert entry(partners, POLICE, score) is not None


def test_a_reference_to_the_wrong_kind_is_held(partners: Partnership) -> None:
    """A release is no arrest, so nobody can have left police custody after it."""
    someone = partners.person(1)
    partners.involve(someone, POLICE)
    claim = {"agency": POLICE, "role": "active", "pathways": []}
    own = partners.publish(POLICE, "programme.agency.involved", {**someone, **claim})
    assert outcome(partners, POLICE, "custody.person.left", an_outcome(own)) == ("held", "wrong_reference")


@pytest.mark.parametrize(
    ("agency", "kind", "data"),
    [(HOUSING, "custody.person.released", a_release()), (POLICE, "programme.cohort.decided", {})],
)
def test_an_agency_publishes_only_its_own_kinds(
    partners: Partnership, agency: str, kind: str, data: dict[str, Any]
) -> None:
    """Housing cannot publish a release, nor the police put somebody on the programme."""
    with pytest.raises(Refused):
        partners.publish(agency, kind, who(1) | data)


def test_a_later_decision_brings_further_identifiers(partners: Partnership) -> None:
    """The same person in another cohort is the same record, known by the new identifier from then on."""
    partners.person(1)
    more = who(1) | {"identifiers": {"crn": "X990001", "pnc": "1900/0000001A"}}
    decision = {"cohort": "Free", "statutory": False, "decided_by": "A Coordinator"}
    assert outcome(partners, UNIT, "programme.cohort.decided", more | decision) == ("placed", None)
    data = {"identifiers": {"pnc": "1900/0000001A"}} | a_missed_appointment()
    assert outcome(partners, PROBATION, MISSED, data) == ("placed", None)
