"""Accommodation: who is told what of a home, in the stories that a practitioner knows.

In the tables `told` is told as it was said, `masked` is told less of, `-` is told nothing of.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from access_policies.loading import SHIPPED, UnusablePolicies, load
from consumers.alerts import from_row
from support.builders import (
    a_consent,
    a_limit,
    a_moving_out,
    a_need,
    a_placement,
    a_referral,
    a_tenancy_at_risk,
    an_offer,
)
from support.homes import (
    ASSOCIATION,
    ENDED,
    LIMITED,
    NEED,
    OFFERED,
    REFERRAL,
    RISK,
    STARTED,
    Someone,
    homes_told,
    say,
)
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership, partnership

COLUMNS = {
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "iom": UNIT,
    "council": HOUSING,
    "assoc": ASSOCIATION,
    "hostel": HOSTEL,
    "drugs": DRUGS,
}
STORY = """
    update              | field         | police | probation | prison | iom  | council | assoc | hostel | drugs
    --------------------+---------------+--------+-----------+--------+------+---------+-------+--------+------
    need.assessed       | source        | -      | -         | told   | told | -       | -     | -      | -
    need.assessed       | before        | -      | told      | told   | told | told    | -     | -      | -
    need.assessed       | after         | -      | told      | told   | told | told    | told  | told   | -
    need.assessed       | support       | -      | told      | told   | told | told    | told  | told   | -
    need.assessed       | note          | -      | told      | told   | -    | -       | -     | -      | -
    referral.made       | authority     | -      | told      | told   | told | told    | -     | -      | -
    referral.made       | agreed        | -      | told      | told   | told | told    | -     | -      | -
    referral.made       | homeless_from | -      | told      | told   | told | told    | -     | -      | -
    referral.made       | contact       | -      | told      | told   | -    | told    | -     | -      | -
    placement.offered   | source        | -      | -         | -      | told | -       | -     | told   | -
    placement.offered   | from_on       | -      | told      | told   | told | told    | -     | told   | -
    placement.offered   | address       | -      | told      | told   | -    | -       | -     | told   | -
    placement.offered   | place         | -      | -         | -      | -    | -       | -     | told   | -
    placement.started   | started_on    | -      | told      | -      | told | told    | -     | told   | -
    placement.started   | address       | -      | told      | -      | -    | -       | -     | told   | -
    placement.started   | place         | -      | -         | -      | -    | -       | -     | told   | -
    placement.ended     | ended_on      | -      | told      | -      | told | told    | -     | told   | -
    placement.ended     | reason        | -      | -         | -      | told | -       | -     | told   | -
    tenancy.put_at_risk | why           | -      | told      | told   | told | told    | -     | -      | -
    tenancy.put_at_risk | act_by        | -      | told      | told   | told | told    | told  | told   | -
    tenancy.put_at_risk | needed        | -      | told      | told   | told | told    | told  | told   | -
    placement.limited   | ask_first     | told   | told      | told   | told | -       | -     | -      | -
    placement.limited   | not_within    | told   | told      | told   | told | -       | -     | -      | -
"""
"""The IOM unit set the limit itself; another's it would hear of without the areas."""

ALERTS = """
    update              | police           | probation          | prison          | iom                | council
    --------------------+------------------+--------------------+-----------------+--------------------+--------------
    referral.made       | -                | told               | told            | told               | told
    placement.ended     | -                | told               | -               | told               | told
    tenancy.put_at_risk | -                | told               | told            | told               | told
    need.assessed       | -                | -                  | -               | -                  | -
    placement.started   | -                | -                  | -               | -                  | -
    placement.limited   | -                | -                  | -               | -                  | -
"""


def cells(table: str) -> Iterator[tuple[str, str, str, str]]:
    """Each cell by update, the second column, and the head of its own."""
    head, _, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return ((row[0], row[1], name, cell) for row in rows for name, cell in zip(head, row, strict=True))


def everybody(partners: Partnership) -> Someone:
    """Somebody whom every agency of these tables works with, each on its pathway, with consent where that is needed."""
    someone = partners.person(1)
    partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL, ASSOCIATION))
    for agency in (POLICE, PROBATION, PRISON):
        partners.involve(someone, agency)
    for agency in (HOUSING, ASSOCIATION, HOSTEL):
        partners.involve(someone, agency, ("accommodation",))
    partners.involve(someone, DRUGS, ("drugs_alcohol",))
    return someone


def the_whole_story(partners: Partnership, someone: Someone) -> None:
    """From the prison's assessment to a tenancy at risk."""
    say(partners, PRISON, NEED, someone | a_need(note="Would rather not go back."))
    say(partners, PRISON, REFERRAL, someone | a_referral(HOUSING))
    say(partners, HOSTEL, OFFERED, someone | an_offer())
    placement = say(partners, HOSTEL, STARTED, someone | a_placement())
    say(partners, HOSTEL, ENDED, someone | a_moving_out(placement))
    say(partners, HOUSING, RISK, someone | a_tenancy_at_risk())
    say(partners, UNIT, LIMITED, someone | a_limit())


@pytest.fixture(name="agreed", scope="module")
def _agreed() -> Iterator[Partnership]:
    """The whole story of somebody who agreed."""
    with partnership() as partners:
        the_whole_story(partners, everybody(partners))
        partners.hub.catch_up()
        yield partners


@pytest.fixture(name="not_agreed", scope="module")
def _not_agreed() -> Iterator[Partnership]:
    """The whole story of somebody who took the consent back before it, and agreed to nothing but the referral."""
    with partnership() as partners:
        someone = everybody(partners)
        partners.publish(PROBATION, "trust.consent.withdrawn", someone)
        partners.clock.turn(minutes=1)
        the_whole_story(partners, someone)
        partners.hub.catch_up()
        yield partners


def outcome(partners: Partnership, agency: str, what: str, field: str) -> str:
    """How a field arrived at an agency."""
    said = {"address": "7 Invented Road, ZZ1 1ZZ"}
    [told] = partners.told(agency, f"accommodation.{what}") or [{}]
    if field not in told:
        return "-"
    return "told" if said.get(field, told[field]) == told[field] else "masked"


@pytest.mark.requirement("RL8")
@pytest.mark.requirement("RL14")
@pytest.mark.duty("D7")
@pytest.mark.duty("D10")
def test_each_agency_is_told_of_a_home_what_its_work_needs(agreed: Partnership) -> None:
    """Where somebody sleeps reaches who must approve the address, never the police; which agency houses them reaches
    the IOM unit alone; why a placement ended reaches nobody who could hold it against the person.
    """
    said = [(what, field, name, cell) for what, field, name, cell in cells(STORY) if name in COLUMNS]
    assert [(w, f, n, outcome(agreed, COLUMNS[n], w, f)) for w, f, n, _ in said] == said


@pytest.mark.requirement("IX2")
@pytest.mark.parametrize("agency", [ASSOCIATION, HOSTEL])
def test_without_consent_a_voluntary_landlord_hears_its_own_words_only(not_agreed: Partnership, agency: str) -> None:
    """The housing association and the hostel have no statutory gateway; the agreement to a referral opens nothing."""
    told = [each for each in not_agreed.told(agency) if str(each.get("kind")).startswith("accommodation.")]
    assert {each["source"] for each in told} <= {agency}
    assert bool(told) is (agency == HOSTEL)


@pytest.mark.requirement("AL5")
@pytest.mark.requirement("RL14")
@pytest.mark.parametrize("row", ALERTS.strip().splitlines()[2:])
def test_who_is_alerted(agreed: Partnership, row: str) -> None:
    """A referral alarms the authority that was chosen, a placement that is over those who must find another, a tenancy
    at risk those who can still save it; the police are alarmed by none of it.
    """
    what, *expected = (cell.strip() for cell in row.split("|"))
    names = ["police", "probation", "prison", "iom", "council"]
    found = {name: _alarmed(agreed, COLUMNS[name]) for name in names}
    assert [("told" if f"accommodation.{what}" in found[name] else "-") for name in names] == expected


def _alarmed(partners: Partnership, agency: str) -> set[str]:
    rows = partners.hub.hosted[agency].views.alerts(open_only=False, limit=100)
    return {from_row(row).kind for row in rows}


@pytest.mark.requirement("RL14")
def test_the_day_by_which_somebody_must_act_stands_in_the_alert(agreed: Partnership) -> None:
    """Probation reads in one line why a tenancy may be lost, and until when it can be saved."""
    rows = map(from_row, agreed.hub.hosted[PROBATION].views.alerts(open_only=False, limit=100))
    [alert] = [row for row in rows if row.about == "tenancy_at_risk"]
    assert alert.headline == (
        "The tenancy of Fictional Testcase-1 is at risk (in custody) and somebody must act by 2026-03-16"
    )


@pytest.fixture(name="here")
def _here() -> Iterator[tuple[Partnership, Someone]]:
    """Somebody whom prison and probation work with, and no housing agency."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency in (PRISON, PROBATION):
            partners.involve(someone, agency)
        yield partners, someone


STANDS = """
    what was said                          | a newcomer is told
    ---------------------------------------+------------------------------
    need                                   | need.assessed
    need, offer                            | placement.offered
    need, offer, start                     | placement.started
    need, offer, start, end                | placement.ended
    need, offer, start, end, risk          | placement.ended, tenancy.put_at_risk
    need, offer, late                      | need.assessed
    risk, late                             | -
"""


@pytest.mark.duty("D14")
@pytest.mark.parametrize("row", STANDS.strip().splitlines()[2:])
def test_a_newcomer_is_told_how_the_home_stands(here: tuple[Partnership, Someone], row: str) -> None:
    """An agency that comes to the case is told the one latest word on the home, and a tenancy that can still be saved:
    no history, no offer that has lapsed, no day that has passed.
    """
    partners, someone = here
    said, told = (cell.strip() for cell in row.split("|"))
    placement: object = None
    for what in said.split(", "):
        partners.clock.turn(minutes=1)
        if what == "late":
            partners.clock.turn(days=30)
        elif what == "start":
            placement = say(partners, HOSTEL, STARTED, someone | a_placement())
        else:
            _say_briefly(partners, someone, what, placement)
    partners.involve(someone, HOUSING, ("accommodation",))
    assert ", ".join(sorted(homes_told(partners, HOUSING))) == told.replace("-", "").strip()


def _say_briefly(partners: Partnership, someone: Someone, what: str, placement: object) -> None:
    publisher, kind, data = {
        "need": (PROBATION, NEED, a_need()),
        "offer": (HOSTEL, OFFERED, an_offer()),
        "end": (HOSTEL, ENDED, a_moving_out(placement)),
        "risk": (PRISON, RISK, a_tenancy_at_risk()),
    }[what]
    say(partners, publisher, kind, someone | data)


@pytest.mark.requirement("AL5")
def test_a_case_view_has_one_row_for_the_home(agreed: Partnership) -> None:
    """Probation reads how the home stands in one row, the latest word; what needs an answer has rows of its own."""
    views = agreed.hub.hosted[PROBATION].views
    [record] = views.records()
    rows = sorted(row.fact.partition("/")[0] for row in views.facts(record) if row.fact.startswith("accommodation"))
    assert rows == ["accommodation", *(f"accommodation.{what}" for what in (LIMITED, REFERRAL, RISK))]


@pytest.mark.requirement("TR10")
@pytest.mark.duty("D11")
def test_the_register_holds_no_private_landlord(tmp_path: Path) -> None:
    """A landlord is no kind of partner, so policies with one do not load, and nothing could flow to one."""
    copytree(SHIPPED, tmp_path / "policies", ignore=ignore_patterns("*.py", "__pycache__"))
    file = tmp_path / "policies" / "partners.yaml"
    landlord = "a-landlord: {name: A Landlord, kind: private_landlord, legal_status: voluntary, statutory: false}\n"
    file.write_text(file.read_text(encoding="utf-8") + landlord, encoding="utf-8")
    with pytest.raises(UnusablePolicies, match="private_landlord"):
        load(tmp_path / "policies")
