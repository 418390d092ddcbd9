"""Duties that hold across kinds, consumers and time, each told as one small story in a whole partnership."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest

from hub.timers import fire_due
from support.builders import a_consent, a_missed_appointment, a_score, an_arrest, an_outcome
from support.fates import fate
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
)

ARREST, LEFT = "custody.person.arrested", "custody.person.left"
INVOLVED, CONFIRMED = "programme.agency.involved", "trust.fact.confirmed"
PATHWAY = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}

Story = tuple[Partnership, dict[str, Any]]


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    """Everybody works with one person, the hostel by consent."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL))
        for agency in EVERYONE:
            if agency != UNIT:
                partners.involve(someone, agency, PATHWAY.get(agency, ()))
        yield partners, someone


def arrested(story: Story) -> UUID:
    """The police arrest the person."""
    return story[0].publish(POLICE, ARREST, story[1] | an_arrest())


def alerts(partners: Partnership, agency: str) -> list[dict[str, Any]]:
    """An agency's alerts, the newest first."""
    partners.hub.catch_up()
    return [orjson.loads(row.body) for row in partners.hub.hosted[agency].views.alerts(open_only=False, limit=50)]


def view(partners: Partnership, agency: str) -> dict[str, dict[str, Any]]:
    """Everything an agency's view holds, by the name of the fact."""
    partners.hub.catch_up()
    views = partners.hub.hosted[agency].views
    return {row.fact: orjson.loads(row.body) for record in views.records() for row in views.facts(record)}


ALERTS = """
    agency    | alert | offence | time of day | station | advice
    ----------+-------+---------+-------------+---------+--------
    police    | yes   | yes     | yes         | yes     | yes
    probation | yes   | yes     | yes         | yes     | yes
    prison    | -     | -       | -           | -       | -
    iom       | yes   | yes     | yes         | yes     | yes
    housing   | yes   | -       | -           | -       | yes
    hostel    | yes   | -       | -           | -       | yes
    drugs     | yes   | -       | yes         | yes     | yes
"""


def rows(table: str) -> dict[str, list[bool]]:
    """The table's rows by agency."""
    named = dict(zip(("police", "probation", "prison", "iom", "housing", "hostel", "drugs"), EVERYONE, strict=True))
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]
    return {named[line[0]]: [cell == "yes" for cell in line[1:]] for line in lines}


@pytest.mark.requirement("IX2")
@pytest.mark.requirement("IX4")
@pytest.mark.duty("D2")
@pytest.mark.parametrize("agency", EVERYONE)
def test_the_same_arrest_raises_for_each_agency_its_own_alert(story: Story, agency: str) -> None:
    """One arrest, seven alerts or none: the headline names the offence to those who may know it, and to no other."""
    arrested(story)
    found = [alert for alert in alerts(story[0], agency) if alert["about"] == "arrest"]
    says = orjson.dumps(found).decode()
    headline = found[0]["headline"] if found else ""
    assert [
        bool(found),
        "burglary" in headline and "burglary" in says,
        "T08:30" in says,
        "Northshire Central" in says,
        "do not re-let" in says,
    ] == rows(ALERTS)[agency]


@pytest.mark.duty("D12")
def test_a_hostel_cannot_let_itself_in() -> None:
    """Its own claim and its own consent form tell a hostel nothing until the IOM unit stands behind both."""
    with partnership() as partners:
        someone = partners.person(1)
        claim = partners.publish(
            HOSTEL, INVOLVED, someone | {"agency": HOSTEL, "role": "active", "pathways": ["accommodation"]}
        )
        consent = partners.publish(HOSTEL, "trust.consent.given", someone | a_consent(HOSTEL))
        for update_id in (claim, consent):
            partners.publish(HOSTEL, CONFIRMED, {"update": str(update_id)})
        arrested((partners, someone))
        assert partners.hub.feed.head(HOSTEL)[0] == 0
        partners.confirm(UNIT, HOSTEL, claim)
        arrested((partners, someone))
        assert partners.told(HOSTEL, ARREST) == []
        partners.confirm(UNIT, HOSTEL, consent)
        arrested((partners, someone))
        assert len(partners.told(HOSTEL, ARREST)) == 1


@pytest.mark.duty("D14")
def test_who_joins_late_is_told_from_now_on(story: Story) -> None:
    """An agency whose involvement is confirmed today is not told of yesterday's arrest, once that has ended."""
    partners, _ = story
    someone = partners.person(2)
    arrest = arrested((partners, someone))
    partners.publish(POLICE, LEFT, an_outcome(arrest))
    partners.involve(someone, HOUSING, ("accommodation",))
    assert partners.told(HOUSING, ARREST) == []


@pytest.mark.requirement("CV9")
@pytest.mark.duty("D6")
@pytest.mark.parametrize("agency", [POLICE, PROBATION, PRISON, HOUSING, HOSTEL])
def test_that_the_drug_service_is_involved_reaches_the_unit_and_itself(story: Story, agency: str) -> None:
    """Who works the case is a fact of its own: the other partners hear of it in no update, by no word."""
    partners, someone = story
    partners.publish(DRUGS, "trust.consent.given", someone | a_consent(DRUGS, purposes=("treatment",)))
    arrested(story)
    partners.publish(DRUGS, "trust.alert.acknowledged", {"alert": alerts(partners, DRUGS)[0]["alert_id"], "by": "K."})
    assert DRUGS in orjson.dumps(partners.told(UNIT)).decode()
    heard = orjson.dumps([partners.told(agency), view(partners, agency), alerts(partners, agency)]).decode()
    assert DRUGS not in heard
    assert "drugs_alcohol" not in heard


@pytest.mark.duty("D15")
def test_an_involvement_ends_silently(story: Story) -> None:
    """The lead and the IOM unit end housing's part: housing hears nothing of that, and of the next arrest nothing."""
    partners, someone = story
    lead = partners.publish(UNIT, INVOLVED, someone | {"agency": PROBATION, "role": "lead", "pathways": []})
    partners.confirm(PROBATION, UNIT, lead)
    partners.clock.turn(minutes=1)
    head = partners.hub.feed.head(HOUSING)
    end = partners.publish(PROBATION, INVOLVED, someone | {"agency": HOUSING, "role": "none", "pathways": []})
    assert fate(partners, UNIT, partners.confirm(UNIT, PROBATION, end)) == "placed"
    arrested(story)
    assert partners.hub.feed.head(HOUSING) == head
    assert partners.told(DRUGS, ARREST) != []


@pytest.mark.duty("D18")
@pytest.mark.parametrize("born", [None, "2009-03-03"])
def test_somebody_who_may_be_a_child_stays_with_justice(born: str | None) -> None:
    """Of unknown age or under 18, a person's arrest reaches police and probation and no support agency."""
    with partnership() as partners:
        someone = partners.person(1, born=born)
        partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL, DRUGS))
        for agency in (POLICE, PROBATION, HOUSING, HOSTEL, DRUGS):
            partners.involve(someone, agency, PATHWAY.get(agency, ()))
        arrested((partners, someone))
        assert {agency for agency in EVERYONE if partners.told(agency, ARREST)} == {POLICE, PROBATION, UNIT}
        assert [partners.hub.feed.head(agency)[0] for agency in (HOUSING, HOSTEL, DRUGS)] == [0, 0, 0]


@pytest.mark.duty("D7")
@pytest.mark.requirement("IX10")
def test_a_missed_appointment_stays_between_those_who_enforce(story: Story) -> None:
    """Probation's missed appointment reaches police and IOM unit; no support agency, and not the prison."""
    partners, someone = story
    partners.publish(PROBATION, "supervision.appointment.missed", someone | a_missed_appointment(note="No answer."))
    told = {agency for agency in EVERYONE if partners.told(agency, "supervision.appointment.missed")}
    assert told == {POLICE, PROBATION, UNIT}
    assert alerts(partners, POLICE)[0]["headline"] == "Fictional Testcase-1 missed an office appointment"


@pytest.mark.duty("D3")
def test_nobody_is_tipped_off(story: Story) -> None:
    """That somebody is wanted reaches police, probation and IOM unit with the score; the prison hears the score."""
    partners, someone = story
    partners.publish(UNIT, "programme.risk.reassessed", someone | a_score() | {"wanted": True})
    told = {agency: partners.told(agency, "programme.risk.reassessed") for agency in EVERYONE}
    assert {agency for agency in EVERYONE if told[agency]} == {POLICE, PROBATION, PRISON, UNIT}
    assert {agency for agency in EVERYONE if "wanted" in orjson.dumps(told[agency]).decode()} == {
        POLICE,
        PROBATION,
        UNIT,
    }


@pytest.mark.duty("D1")
def test_no_further_action_within_the_settling_time_is_never_confirmed(story: Story) -> None:
    """Half an hour after the arrest it comes to nothing, and the hub's clock confirms nothing to anybody."""
    partners, arrest = story[0], arrested(story)
    partners.hub.catch_up()
    partners.clock.turn(minutes=30)
    partners.publish(POLICE, LEFT, an_outcome(arrest))
    partners.clock.turn(minutes=30)
    fire_due(partners.hub.acceptor)
    for agency in EVERYONE:
        assert partners.told(agency, "trust.update.confirmed") == []
        assert [each["certainty"] for each in alerts(partners, agency) if each["about"] == "arrest"] in (
            [],
            ["withdrawn"],
        )


@pytest.mark.duty("D1")
@pytest.mark.parametrize("agency", [HOUSING, HOSTEL, DRUGS])
def test_no_further_action_empties_a_support_agencys_view(story: Story, agency: str) -> None:
    """A support agency's view holds no custody after an arrest that came to nothing, though it had shown it."""
    arrest = arrested(story)
    assert view(story[0], agency)["custody"]["kind"] == ARREST
    story[0].publish(POLICE, LEFT, an_outcome(arrest))
    assert "custody" not in view(story[0], agency)


@pytest.mark.duty("D1")
def test_housing_keeps_a_state_and_no_history(story: Story) -> None:
    """After three arrests that each ended, housing's feed still says something of one movement at most."""
    partners = story[0]
    for _ in range(3):
        arrest = arrested(story)
        partners.clock.turn(minutes=50)
        fire_due(partners.hub.acceptor)
        partners.publish(POLICE, LEFT, an_outcome(arrest, "bailed"))
        partners.clock.turn(days=1)
    kinds = [each.get("kind") for each in partners.told(HOUSING)]
    assert sum(kind in (ARREST, LEFT, "trust.update.confirmed") for kind in kinds) <= 2


@pytest.mark.duty("D1")
@pytest.mark.parametrize("agency", [HOUSING, HOSTEL, DRUGS])
def test_an_arrest_recorded_in_error_leaves_a_support_agencys_view(story: Story, agency: str) -> None:
    """An arrest that the police take back is gone from the view of those who are not told outcomes."""
    arrest = arrested(story)
    assert view(story[0], agency)["custody"]["kind"] == ARREST
    story[0].publish(POLICE, "trust.update.withdrawn", {"update": str(arrest), "reason": "recorded_in_error"})
    assert "custody" not in view(story[0], agency)
