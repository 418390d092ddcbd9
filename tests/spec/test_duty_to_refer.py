"""The duty to refer: a referral reaches the authority that the person chose, on the person's word and no further."""

from collections.abc import Iterator

import pytest

from consumers.alerts import from_row
from support.builders import a_consent, a_need, a_referral, a_tenancy_at_risk
from support.homes import ASSOCIATION, NEED, REFERRAL, RISK, Someone, homes_told, say
from support.partnership import HOSTEL, HOUSING, POLICE, PRISON, PROBATION, Partnership, partnership


@pytest.fixture(name="here")
def _here() -> Iterator[tuple[Partnership, Someone]]:
    """Somebody whom prison and probation work with, and no housing agency."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency in (PRISON, PROBATION):
            partners.involve(someone, agency)
        yield partners, someone


def test_a_referral_reaches_the_authority_that_the_person_chose(here: tuple[Partnership, Someone]) -> None:
    """The council that does not work the case hears of the referral, and of nothing else; no other agency does."""
    partners, someone = here
    say(partners, PRISON, NEED, someone | a_need())
    say(partners, PRISON, REFERRAL, someone | a_referral(HOUSING))
    say(partners, PRISON, RISK, someone | a_tenancy_at_risk())
    assert homes_told(partners, HOUSING) == [REFERRAL]
    assert [homes_told(partners, agency) for agency in (HOSTEL, ASSOCIATION, POLICE)] == [[], [], []]


@pytest.mark.duty("D12")
@pytest.mark.parametrize("agency", [HOSTEL, ASSOCIATION])
def test_a_referral_opens_nothing_for_who_is_no_authority(here: tuple[Partnership, Someone], agency: str) -> None:
    """A referral that names a hostel tells it nothing, and is no consent to anything that comes after."""
    partners, someone = here
    consent = partners.publish(PROBATION, "trust.consent.given", someone | a_consent(agency))
    partners.involve(someone, agency, ("accommodation",))
    partners.publish(PROBATION, "trust.consent.withdrawn", {"consent": str(consent)})
    say(partners, PRISON, REFERRAL, someone | a_referral(agency))
    say(partners, PRISON, NEED, someone | a_need())
    assert homes_told(partners, agency) == []


@pytest.mark.duty("D15")
def test_who_no_longer_agrees_to_a_referral_is_left_alone(here: tuple[Partnership, Someone]) -> None:
    """Once the person takes back what they agreed to, the authority hears so once, its alert is locked, and the next
    word about the referral no longer reaches it.
    """
    partners, someone = here
    referral = say(partners, PRISON, REFERRAL, someone | a_referral(HOUSING))
    partners.clock.turn(hours=1)
    partners.publish(PRISON, "trust.consent.withdrawn", someone)
    [notice] = partners.told(HOUSING, "trust.consent.withdrawn")
    message = str(partners.hub.identity.message(HOUSING, PRISON, referral))
    assert [each["message"] for each in notice["locked"]] == [message]
    partners.hub.catch_up()
    [row] = partners.hub.hosted[HOUSING].views.alerts(open_only=False, limit=10)
    assert dict(from_row(row).told) == {}
    say(partners, PRISON, NEED, someone | a_need())
    assert homes_told(partners, HOUSING) == [REFERRAL]


@pytest.mark.duty("D18")
def test_no_authority_hears_of_a_child(here: tuple[Partnership, Someone]) -> None:
    """Under 18 a referral reaches no housing authority through the hub, whatever was agreed."""
    partners, _ = here
    child = partners.person(2, born="2010-01-01")
    partners.involve(child, PRISON)
    say(partners, PRISON, REFERRAL, child | a_referral(HOUSING))
    assert homes_told(partners, HOUSING) == []
