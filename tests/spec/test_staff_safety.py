"""The safety of staff: how to meet somebody safely reaches every partner in contact, hangs on no consent, and ends."""

from collections.abc import Iterator

import orjson
import pytest

from hub.receiving import Rejected
from hub.timers import fire_due
from support import builders
from support.later import alerts_of, in_its_view, on_its_feed
from support.partnership import DRUGS, HOSTEL, POLICE, partnership
from support.supervised import AGENCIES, MENTORS, Story, shared, worked, works

SET, LIFTED = "supervision.staff_risk.set", "supervision.staff_risk.lifted"
MADE, KEPT = "supervision.appointment.made", "supervision.appointment.kept"


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    """A new partnership in which everybody works with one person."""
    with worked() as story:
        yield story


@pytest.mark.duty("D17")
def test_staff_safety_reaches_every_partner_in_contact(story: Story) -> None:
    """The drug service asks staff to visit in pairs: everybody in contact is alerted, and nobody had to agree. Why
    stays with police, probation and the IOM unit; who asked is the unit's alone to know.
    """
    partners, _ = story
    told = shared(story, DRUGS, SET, builders.a_staff_risk(reason="Fictional reason"))
    assert {short for short, fields in told.items() if {"person", "measure", "until"} <= fields} == set(told)
    assert {short for short, fields in told.items() if "reason" in fields} == {"police", "probation", "iom"}
    assert {short for short, fields in told.items() if {"source", "decided_by"} & fields} == {"iom"}
    partners.hub.catch_up()
    assert {alerts_of(partners, agency) for agency in AGENCIES.values()} == {"staff_risk"}


@pytest.mark.duty("D17")
@pytest.mark.duty("D18")
@pytest.mark.parametrize(
    ("role", "born", "told"),
    [("referred", "1990-01-01", True), ("none", "1990-01-01", False), ("active", "2012-01-01", False)],
)
def test_staff_safety_goes_to_nobody_without_contact(role: str, born: str, told: bool) -> None:
    """A referral is contact; somebody who does not work the case, or whose partner is not named for youth, is told
    nothing.
    """
    with partnership() as partners:
        someone = partners.person(1, born=born)
        if role != "none":
            works(partners, someone, MENTORS, role)
        partners.publish(POLICE, SET, someone | builders.a_staff_risk())
        assert bool(partners.told(MENTORS, SET)) is told


@pytest.mark.duty("D17")
@pytest.mark.duty("D1")
@pytest.mark.parametrize("by_hand", [True, False])
def test_staff_safety_ends(story: Story, by_hand: bool) -> None:
    """Lifted by who set it, or by the hub when its time has run out, once: everybody who was told hears so, nothing is
    left in any view, and a partner that keeps no history keeps nothing of it on its feed.
    """
    partners, someone = story
    risk = partners.publish(POLICE, SET, someone | builders.a_staff_risk())
    if by_hand:
        partners.publish(POLICE, LIFTED, {"staff_risk": str(risk), "lifted_by": "A Sergeant"})
    partners.clock.turn(days=8)
    fire_due(partners.hub.acceptor)
    partners.hub.catch_up()
    for agency in AGENCIES.values():
        [lifted] = partners.told(agency, LIFTED)
        assert lifted["stands"] == "no_longer_stands"
        assert "staff risk" not in in_its_view(partners, agency)
        assert "staff_risk" not in alerts_of(partners, agency)
    assert on_its_feed(partners, HOSTEL) == "staff risk's end"
    assert "staff risk" in on_its_feed(partners, POLICE).split(", ")


@pytest.mark.duty("D17")
def test_only_who_set_it_lifts_it(story: Story) -> None:
    """The hostel cannot lift what the police asked for: its update is held, and the measure stands."""
    partners, someone = story
    risk = partners.publish(POLICE, SET, someone | builders.a_staff_risk())
    message = partners.hub.identity.message(HOSTEL, POLICE, risk)
    partners.publish(HOSTEL, LIFTED, {"staff_risk": str(message)})
    assert partners.told(DRUGS, LIFTED) == []


@pytest.mark.duty("D14")
@pytest.mark.duty("D17")
def test_whoever_comes_later_hears_every_measure_that_stands() -> None:
    """The hostel begins to work the case: it hears both measures that stand, and not the one that was lifted."""
    with partnership() as partners:
        someone = partners.person(1)
        works(partners, someone, POLICE)
        over = partners.publish(POLICE, SET, someone | builders.a_staff_risk("office_only"))
        partners.publish(POLICE, LIFTED, {"staff_risk": str(over)})
        partners.clock.turn(minutes=1)
        for measure in ("office_only", "visit_in_pairs"):
            partners.publish(POLICE, SET, someone | builders.a_staff_risk(measure))
        works(partners, someone, HOSTEL)
        assert sorted(told["measure"] for told in partners.told(HOSTEL, SET)) == ["office_only", "visit_in_pairs"]


@pytest.mark.duty("D17")
def test_a_measure_for_staff_is_decided_anew_after_half_a_year(story: Story) -> None:
    """A measure without an end in sight is refused at the door."""
    with pytest.raises(Rejected, match="too_far_ahead"):
        shared(story, POLICE, SET, builders.a_staff_risk(until="2027-03-02T09:00:00Z"))


@pytest.mark.duty("D12")
@pytest.mark.parametrize("kind", [MADE, KEPT, SET])
def test_who_publishes_of_its_own_is_told_nothing_for_it(kind: str) -> None:
    """Mentors who do not work the case hear nothing back, and nothing of the person, by publishing what is theirs."""
    said = {MADE: builders.an_appointment(), KEPT: builders.a_kept_appointment(MENTORS), SET: builders.a_staff_risk()}
    with partnership() as partners:
        someone = partners.person(1)
        partners.publish(MENTORS, kind, someone | said[kind])
        partners.publish(POLICE, SET, someone | builders.a_staff_risk("office_only"))
        assert orjson.dumps(partners.told(MENTORS)) == b"[]"
