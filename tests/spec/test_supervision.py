"""Supervision: who is told what of contacts, visits, breaches and licences, in stories that a practitioner knows."""

from collections.abc import Iterator

import pytest

from hub.receiving import Rejected
from property.happenings import POLICIES
from schemas.updates import KINDS
from support import builders
from support.later import alerts_of, in_its_view
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, partnership
from support.supervised import AGENCIES, CARE, COURT, Story, shared, worked, works

MADE, KEPT, MISSED = (f"supervision.appointment.{what}" for what in ("made", "kept", "missed"))
BREACH, CONCLUDED = "supervision.breach.started", "supervision.breach.concluded"
SET, LIFTED = "supervision.staff_risk.set", "supervision.staff_risk.lifted"


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    """A new partnership in which everybody works with one person."""
    with worked() as story:
        yield story


TOLD = """
    kind               | by        | field           | police | local | probation | prison | court | iom | support
    -------------------+-----------+-----------------+--------+-------+-----------+--------+-------+-----+--------
    person.attended    | probation | place           | yes    | -     | yes       | -      | -     | -   | -
    visit.planned      | probation | planned_at      | yes    | yes   | yes       | -      | -     | yes | -
    visit.planned      | probation | address         | yes    | yes   | yes       | -      | -     | -   | -
    visit.made         | police    | outcome         | yes    | yes   | yes       | -      | -     | yes | -
    visit.made         | police    | note            | yes    | -     | yes       | -      | -     | -   | -
    contact.stepped_up | probation | weekly_contacts | yes    | yes   | yes       | yes    | -     | yes | -
    contact.stepped_up | probation | reason          | yes    | -     | yes       | -      | -     | yes | -
    licence.varied     | probation | conditions      | yes    | -     | yes       | -      | -     | yes | -
    licence.varied     | probation | exclusion_zones | yes    | -     | yes       | -      | -     | -   | -
    breach.started     | probation | ground          | yes    | -     | yes       | -      | yes   | yes | -
    breach.started     | probation | decided_by      | yes    | -     | yes       | -      | -     | yes | -
"""
SAID = {
    "person.attended": builders.an_attendance(),
    "visit.planned": builders.a_planned_visit(),
    "visit.made": builders.a_visit(note="Fictional note"),
    "contact.stepped_up": builders.a_contact_level(reason="Fictional reason"),
    "licence.varied": builders.a_licence(),
    "breach.started": builders.a_breach(None, ground="condition_broken"),
}


LINES = [[cell.strip() for cell in line.split("|")] for line in TOLD.strip().splitlines()[2:]]
MANAGING = ("police", "local", "probation", "prison", "court", "iom")


@pytest.fixture(name="published", scope="module")
def _published() -> dict[str, dict[str, set[str]]]:
    """For each kind of the table, what each agency but the publisher is told of one update."""
    by = {kind: AGENCIES[publisher] for kind, publisher, *_ in LINES}
    with worked() as story:
        return {kind: shared(story, by[kind], f"supervision.{kind}", said) for kind, said in SAID.items()}


@pytest.mark.requirement("CV4")
@pytest.mark.requirement("IX10")
@pytest.mark.requirement("IX11")
@pytest.mark.duty("D7")
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_the_services_that_supervise_tell_each_other(
    published: dict[str, dict[str, set[str]]], line: list[str]
) -> None:
    """Police and probation hear when somebody is in, visited or seen more often; support agencies hear none of it."""
    kind, by, field, *cells = line
    told = published[kind]
    expected = {short for short, cell in zip((*MANAGING, "support"), cells, strict=True) if cell == "yes"} - {by}
    assert {short for short, fields in told.items() if field in fields} == expected
    assert not any(told[short] for short in told if short not in MANAGING)


@pytest.mark.requirement("CV5")
@pytest.mark.requirement("CV12")
@pytest.mark.duty("D9")
def test_the_appointments_of_others_show_as_busy(story: Story) -> None:
    """The drug service sees somebody tomorrow: housing and probation hear from when until when, and nothing else."""
    partners, _ = story
    told = shared(story, DRUGS, MADE, builders.an_appointment(activity="partner_appointment", place="Fictional Clinic"))
    assert {short for short, fields in told.items() if "starts_at" in fields} == {"probation", "iom", "housing", "care"}
    for agency in (PROBATION, HOUSING, CARE):
        [busy] = partners.told(agency, MADE)
        assert set(busy) - {"message_id", "kind", "bundle", "record"} == {"person", "starts_at", "ends_at"}
        assert "drug" not in str(busy)
    [known] = partners.told(UNIT, MADE)
    assert known["source"] == DRUGS
    assert "Clinic" not in str(known)


@pytest.mark.duty("D7")
def test_attendance_is_shared_as_the_support_agency_chooses(story: Story) -> None:
    """The hostel tells probation alone that an appointment was kept; what it shares with nobody stays with it."""
    partners, _ = story
    told = shared(story, HOSTEL, KEPT, builders.a_kept_appointment(PROBATION, POLICE))
    assert {short for short, fields in told.items() if fields} == {"probation"}
    assert "source" not in told["probation"]
    shared(story, HOSTEL, KEPT, builders.a_kept_appointment())
    assert {agency: len(partners.told(agency, KEPT)) for agency in (PROBATION, UNIT, HOSTEL)} == {
        PROBATION: 1,
        UNIT: 0,
        HOSTEL: 2,
    }


SUPPORT = {name for name, kind in POLICIES.vocabulary.partner_kinds.items() if kind.support}
WATCHFUL = {"police", "local_policing", "court"}


@pytest.mark.requirement("TR7")
@pytest.mark.requirement("TR9")
@pytest.mark.requirement("TR6")
@pytest.mark.duty("D7")
@pytest.mark.parametrize("kind", sorted(kind for kind in KINDS if kind.startswith("supervision")))
def test_support_agencies_are_no_informants(kind: str) -> None:
    """What a support agency may publish feeds nothing that is held against the person, and tells those who look for
    somebody nothing but how to stay safe.
    """
    policy = POLICIES.kinds[kind]
    if SUPPORT & set(policy.publishers):
        assert not KINDS[kind].FEEDS
        told = {POLICIES.clauses[clause].recipient for clause in policy.share}
        assert not told & WATCHFUL or kind in (SET, LIFTED)


@pytest.mark.requirement("AL3")
@pytest.mark.duty("D7")
@pytest.mark.parametrize(("enforceable", "heard"), [(True, {"police", "iom", "court"}), (False, set())])
def test_a_breach_rests_on_what_was_enforceable(story: Story, enforceable: bool, heard: set[str]) -> None:
    """An appointment that the responsible officer did not mark enforceable is no evidence: the breach is held."""
    partners, someone = story
    missed = partners.publish(PROBATION, MISSED, someone | builders.a_missed_appointment(enforceable=enforceable))
    told = shared(story, PROBATION, BREACH, builders.a_breach(missed))
    assert {short for short, fields in told.items() if fields} == heard
    assert len(partners.told(PROBATION, BREACH)) == bool(heard)


def test_a_breach_on_a_missed_appointment_names_it(story: Story) -> None:
    """Its publisher hears at once that the evidence is missing."""
    with pytest.raises(Rejected, match="no_evidence"):
        shared(story, PROBATION, BREACH, builders.a_breach(None))


@pytest.mark.requirement("CV8")
@pytest.mark.duty("D7")
def test_whoever_is_on_the_programme_by_agreement_breaches_nothing() -> None:
    """Of a non-statutory person nobody is told that an appointment was enforceable, nor of a breach."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency in (POLICE, PROBATION, COURT):
            works(partners, someone, agency)
        partners.clock.turn(minutes=1)
        decision = {
            "person": "Fictional Testcase-1",
            "cohort": "Fixed",
            "statutory": False,
            "decided_by": "A Coordinator",
        }
        partners.publish(UNIT, "programme.cohort.decided", someone | decision)
        partners.publish(PROBATION, MISSED, someone | builders.a_missed_appointment())
        partners.publish(PROBATION, BREACH, someone | builders.a_breach(None, ground="condition_broken"))
        for agency in (POLICE, UNIT, COURT):
            assert not any("enforceable" in each for each in partners.told(agency, MISSED))
            assert partners.told(agency, BREACH) == []


@pytest.mark.duty("D1")
@pytest.mark.parametrize(
    ("outcome", "alerts"), [("not_proved", "breach_outcome"), ("continues", "breach, breach_outcome")]
)
def test_how_a_breach_ended_reaches_those_who_were_told_of_it(story: Story, outcome: str, alerts: str) -> None:
    """Police and court hear the outcome; what was not proved stands no longer as an alert; the prison hears nothing."""
    partners, someone = story
    breach = partners.publish(PROBATION, BREACH, someone | builders.a_breach(None, ground="condition_broken"))
    partners.clock.turn(days=14)
    ended = {"breach": str(breach), "concluded_at": builders.MOMENT, "outcome": outcome}
    partners.publish(PROBATION, CONCLUDED, ended)
    partners.hub.catch_up()
    for agency in (POLICE, COURT):
        assert alerts_of(partners, agency) == alerts
        assert "breach's end" in in_its_view(partners, agency)
    assert partners.told(PRISON, CONCLUDED) == []


@pytest.mark.duty("D14")
def test_whoever_comes_later_hears_how_supervision_stands() -> None:
    """Police who join the case hear the present level of contact and the licence, each once, and not how it was."""
    with partnership() as partners:
        someone = partners.person(1)
        works(partners, someone, PROBATION)
        partners.publish(PROBATION, "supervision.contact.stepped_up", someone | builders.a_contact_level())
        partners.clock.turn(minutes=1)
        partners.publish(PROBATION, "supervision.contact.stepped_down", someone | builders.a_contact_level("light"))
        partners.publish(PROBATION, "supervision.licence.varied", someone | builders.a_licence())
        works(partners, someone, POLICE)
        levels = [told.get("level") for told in partners.told(POLICE) if "level" in told]
        assert levels == ["light"]
        assert len(partners.told(POLICE, "supervision.licence.varied")) == 1
