"""Placing, at its edges: what the name may differ in, what a batch adds, and what an identifier on record rules out."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from hub.placing import PersonIdentity
from schemas.updates import parse
from support.builders import a_missed_appointment, an_arrest, an_outcome
from support.fates import fate
from support.partnership import POLICE, PROBATION, UNIT, Partnership, partnership, who

MISSED = "supervision.appointment.missed"
ARREST, LEFT = "custody.person.arrested", "custody.person.left"


@pytest.fixture(name="partners")
def _partners() -> Iterator[Partnership]:
    """Two people are on the programme."""
    with partnership() as partners:
        partners.person(1)
        partners.person(2)
        yield partners


def missed(partners: Partnership, **about: Any) -> str:
    """What becomes of a missed appointment of somebody described so."""
    return fate(partners, PROBATION, partners.publish(PROBATION, MISSED, about | a_missed_appointment()))


@pytest.mark.duty("D27")
@pytest.mark.parametrize(
    ("name", "contradicts"),
    [
        ("Fictional Testcase-1", False),
        ("TESTCASE-1, fictional", False),
        ("F. Testcase", False),
        ("Testcase", False),
        ("Somebody Else", True),
        ("Fictionala", True),
    ],
)
def test_a_name_contradicts_when_it_shares_no_word(name: str, contradicts: bool) -> None:
    """Order, case and initials may differ; a name of other words is somebody else's."""
    on_record = PersonIdentity(case_id=uuid4(), person="Fictional Testcase-1")
    update = parse(MISSED, _json(person=name))
    assert on_record.contradicts(update) is contradicts


@pytest.mark.duty("D27")
@pytest.mark.parametrize(("born", "contradicts"), [("1990-01-01", False), ("1990-01-02", True), (None, False)])
def test_a_birth_date_contradicts_when_it_differs(born: str | None, contradicts: bool) -> None:
    """One day's difference is a contradiction; a birth date that is not given is none."""
    said = {"date_of_birth": born} if born else {}
    for on_record in ("1990-01-01", None):
        identity = PersonIdentity(case_id=uuid4(), person="Fictional Testcase-1", date_of_birth=on_record)
        assert identity.contradicts(parse(MISSED, _json(**said))) is (contradicts and on_record is not None)


def _json(**more: Any) -> bytes:
    return orjson.dumps({"identifiers": who()["identifiers"], "author_role": "x", **a_missed_appointment(), **more})


@pytest.mark.duty("D27")
def test_another_identifier_of_the_same_kind_is_a_contradiction(partners: Partnership) -> None:
    """The CRN is this person's and the prison number is not the one on record: that places nothing."""
    assert missed(partners, identifiers={"crn": "X990001", "noms": "Z0009ZZ"}) == "held: contradiction"


@pytest.mark.duty("D27")
def test_a_record_and_an_identifier_of_two_people_contradict(partners: Partnership) -> None:
    """An update that names one person by record and another by number is held."""
    partners.involve({"identifiers": who(1)["identifiers"]}, PROBATION)
    [record] = {each["record"] for each in partners.told(PROBATION)}
    assert missed(partners, record=record) == "placed"
    assert missed(partners, record=record, identifiers=who(2)["identifiers"]) == "held: contradiction"


@pytest.mark.duty("D27")
def test_a_decision_that_joins_two_people_is_held(partners: Partnership) -> None:
    """A cohort decision that names two people's numbers merges nobody."""
    said = {"cohort": "Flex", "statutory": True, "decided_by": "A Coordinator", "person": "Fictional Testcase-1"}
    both = {"crn": "X990001", "noms": "Z0002ZZ"}
    decision = partners.publish(UNIT, "programme.cohort.decided", said | {"identifiers": both})
    assert fate(partners, UNIT, decision) == "held: contradiction"
    assert missed(partners, identifiers={"noms": "Z0002ZZ"}, person="Fictional Testcase-2") == "placed"


@pytest.mark.duty("D26")
def test_what_follows_a_discarded_arrest_is_held_like_any_unknown_thing(partners: Partnership) -> None:
    """An outcome of an arrest that was discarded refers to nothing that the hub knows."""
    arrest = partners.publish(POLICE, ARREST, who(9) | an_arrest())
    left = {"arrest": str(arrest), "left_at": "2026-03-02T09:30:00Z", "outcome": "bailed"}
    outcome = partners.publish(POLICE, "custody.person.left", left)
    assert (fate(partners, POLICE, arrest), fate(partners, POLICE, outcome)) == ("discarded", "held: unknown_reference")


def test_what_was_held_can_be_referred_to_by_nobody(partners: Partnership) -> None:
    """A withdrawal of an update that was itself held is held."""
    update_id = partners.publish(PROBATION, MISSED, who(9) | a_missed_appointment())
    said = {"update": str(update_id), "reason": "recorded_in_error"}
    assert fate(partners, PROBATION, partners.publish(PROBATION, "trust.update.withdrawn", said)) == (
        "held: unknown_reference"
    )


@pytest.mark.duty("D26")
def test_the_end_of_a_strangers_arrest_is_discarded_like_the_arrest(partners: Partnership) -> None:
    """From a system that covers everyone, an outcome that names only strangers leaves nothing either.

    One that names somebody on the programme, or nobody at all, is held: it may be about somebody of theirs.
    """
    stranger = partners.publish(POLICE, LEFT, {"identifiers": {"noms": "Z0777ZZ"}} | an_outcome(UUID(int=9)))
    known = partners.publish(POLICE, LEFT, {"identifiers": {"noms": "Z0001ZZ"}} | an_outcome(UUID(int=9)))
    nobody = partners.publish(POLICE, LEFT, an_outcome(UUID(int=9)))
    assert [fate(partners, POLICE, each) for each in (stranger, known, nobody)] == [
        *["discarded", "held: unknown_reference", "held: unknown_reference"]
    ]
