"""What is told later than it came, and what is dropped again: tables that a data-protection officer can read.

`plan*` is told in an emergency: it stands in a record and a row of its own. `-` is nothing at all.
"""

import orjson
import pytest

from hub.timers import fire_due
from support.builders import (
    a_consent,
    a_release_plan,
    an_opening,
)
from support.fates import fate
from support.later import COLUMNS, PATHWAYS, a_case, cancel, check, has, rows
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, partnership

OPENED, CLOSED = "trust.access.opened", "trust.access.closed"
INVOLVED, PLANNED = "programme.agency.involved", "custody.release.planned"


SNAPSHOT = """
    situation       | agency  | on its feed                    | in its view                    | alerts
    ----------------+---------+--------------------------------+--------------------------------+-------------
    newly works     | housing | plan, reception                | plan, reception                | release_plan
    newly works     | hostel  | plan, reception                | plan, reception                | release_plan
    newly works     | drugs   | plan, reception                | plan, reception                | release_plan
    only referred   | housing | -                              | -                              | -
    then is active  | housing | plan, reception                | plan, reception                | release_plan
"""


@pytest.mark.duty("D14")
@pytest.mark.parametrize("agency", [HOUSING, HOSTEL, DRUGS])
def test_who_newly_works_the_case_is_told_how_things_stand(agency: str) -> None:
    """It has the current facts that it may know, and nothing of what is over: no arrest that ended, no cancelled plan,
    no old score, no missed appointment. Told again, the same confirmation tells nothing.
    """
    with a_case(PROBATION, PRISON) as (partners, someone):
        claim = partners.involve(someone, agency, PATHWAYS[agency])
        check(partners, SNAPSHOT, "newly works", agency)
        head = partners.hub.feed.head(agency)
        partners.confirm(PROBATION, UNIT, claim)
        said = someone | {"agency": agency, "role": "active", "pathways": list(PATHWAYS[agency])}
        partners.publish(UNIT, INVOLVED, said, update_id=claim)
        assert partners.hub.feed.head(agency) == head


@pytest.mark.duty("D14")
def test_a_referral_tells_nothing_until_the_agency_is_active() -> None:
    """Housing that was only referred has nothing; once it is active it has its one snapshot."""
    with a_case(PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        check(partners, SNAPSHOT, "only referred")
        partners.clock.turn(hours=1)
        partners.involve(someone, HOUSING, ("accommodation",))
        check(partners, SNAPSHOT, "then is active")


@pytest.mark.duty("D14")
def test_the_justice_partners_snapshot_has_cohort_and_the_latest_score() -> None:
    """Probation, newly on the case, is told the cohort, the score of 24 and not the one of 10, and where they are."""
    with a_case(PRISON) as (partners, someone):
        partners.involve(someone, PROBATION)
        assert has(partners, PROBATION)[1] == "cohort, plan, reception, score"
        assert [each["score"] for each in partners.told(PROBATION, "programme.risk.reassessed")] == [24]


@pytest.mark.duty("D14")
def test_who_comes_back_is_told_what_it_has_not() -> None:
    """Housing withdraws, a new plan is made, housing is involved anew: it is told the new plan, and nothing twice."""
    with a_case(PROBATION, PRISON, HOUSING) as (partners, someone):
        before = partners.hub.feed.head(HOUSING)[0]
        partners.clock.turn(minutes=1)
        partners.publish(HOUSING, "programme.agency.withdrew", someone | {"agency": HOUSING})
        partners.publish(PRISON, PLANNED, someone | a_release_plan(release_on="2026-04-01"))
        assert partners.hub.feed.head(HOUSING)[0] == before
        partners.clock.turn(minutes=1)
        partners.involve(someone, HOUSING, ("accommodation",))
        new = [each.get("kind") for each in partners.told(HOUSING)[before:]]
        assert new == [INVOLVED, "trust.fact.confirmed", PLANNED]
        assert partners.hub.verify().problems == []


@pytest.mark.duty("D14")
@pytest.mark.duty("D12")
def test_a_widened_rule_tells_nothing_of_the_past() -> None:
    """A consent that comes after the involvement tells the hostel nothing that was before it."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.involve(someone, HOSTEL, ("accommodation",))
        partners.publish(PRISON, PLANNED, someone | a_release_plan())
        partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL))
        assert has(partners, HOSTEL) == ["-", "-", "-"]


@pytest.mark.duty("D29")
def test_a_restricted_update_takes_no_place_in_a_snapshot() -> None:
    """However many restricted plans came after it, housing's snapshot has the plan that it may know."""
    with a_case(PROBATION, PRISON) as (partners, someone):
        for _ in range(6):
            partners.clock.turn(minutes=1)
            partners.publish(PRISON, PLANNED, someone | a_release_plan(handling="restricted"))
        partners.involve(someone, HOUSING, ("accommodation",))
        check(partners, SNAPSHOT, "newly works", HOUSING)


@pytest.mark.duty("D2")
def test_what_is_told_later_is_settled_later() -> None:
    """A release that is still provisional is told to a newcomer as such, with its settling time; then confirmed."""
    with a_case(PROBATION, PRISON) as (partners, someone):
        partners.clock.turn(minutes=1)
        said = {"released_at": "2026-03-02T11:00:00Z", "reason": "conditional"}
        partners.publish(PRISON, "custody.person.released", someone | said)
        partners.clock.turn(minutes=10)
        partners.involve(someone, HOUSING, ("accommodation",))
        [told] = partners.told(HOUSING, "custody.person.released")
        assert (told["certainty"], told["settles_at"]) == ("provisional", "2026-03-02T11:46:00+00:00")
        partners.clock.turn(minutes=40)
        fire_due(partners.hub.acceptor)
        assert [each["stands"] for each in partners.told(HOUSING, "trust.update.confirmed")] == ["confirmed"]


EMERGENCY = """
    situation           | agency    | on its feed                 | in its view                 | alerts
    --------------------+-----------+-----------------------------+-----------------------------+-------
    referred, opens     | housing   | opening, plan*              | opening, plan*              | -
    referred, opens     | hostel    | opening, plan*              | opening, plan*              | -
    referred, opens     | drugs     | opening, plan*              | opening, plan*              | -
    its time is up      | housing   | closing, opening            | closing, opening            | -
    its time is up      | hostel    | closing, opening            | closing, opening            | -
    its time is up      | drugs     | closing, opening            | closing, opening            | -
    not even referred   | housing   | -                           | -                           | -
    restricted, opens   | housing   | opening                     | opening                     | -
"""


@pytest.mark.duty("D13")
@pytest.mark.parametrize("agency", [HOUSING, HOSTEL, DRUGS])
def test_breaking_the_glass_opens_what_is_openable_and_closes_by_itself(agency: str) -> None:
    """A referred agency opens: it has the plan, in the fields of the emergency clause. Eight hours later it is gone,
    without anybody's doing, once; and what becomes of the plan then is no longer told to it.
    """
    with a_case(PROBATION, PRISON, referred=agency) as (partners, someone):
        partners.publish(agency, OPENED, someone | an_opening())
        check(partners, EMERGENCY, "referred, opens", agency)
        partners.clock.turn(hours=8)
        assert fire_due(partners.hub.acceptor) >= 1
        assert fire_due(partners.hub.acceptor) == 0
        check(partners, EMERGENCY, "its time is up", agency)
        head = partners.hub.feed.head(agency)
        plan = partners.told(PRISON, PLANNED)[-1]["message_id"]
        cancel(partners, plan)
        assert partners.hub.feed.head(agency) == head


@pytest.mark.duty("D13")
@pytest.mark.duty("D12")
def test_who_is_not_even_referred_gets_nothing_and_notices_nothing() -> None:
    """Housing that has nothing to do with the case opens it: the same receipt, and nothing on its feed, ever."""
    with a_case(PROBATION, PRISON) as (partners, someone):
        opening = partners.publish(HOUSING, OPENED, someone | an_opening())
        check(partners, EMERGENCY, "not even referred")
        partners.publish(PRISON, PLANNED, someone | a_release_plan())
        partners.clock.turn(hours=8)
        fire_due(partners.hub.acceptor)
        check(partners, EMERGENCY, "not even referred")
        assert fate(partners, HOUSING, opening) == "placed"


@pytest.mark.duty("D13")
def test_a_never_stays_a_never() -> None:
    """Breaking the glass opens no case that is restricted to others."""
    with a_case(PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        said = {"restriction": "victim_safety", "open_to": [POLICE, PROBATION, PRISON, UNIT], "set_by": "A Detective"}
        partners.publish(POLICE, "trust.restriction.set", someone | said | {"review_on": "2026-06-01"})
        partners.publish(HOUSING, OPENED, someone | an_opening())
        check(partners, EMERGENCY, "restricted, opens")


@pytest.mark.duty("D13")
def test_what_comes_while_it_is_open_is_told_beside_the_rest_and_dropped_with_it() -> None:
    """Housing that works the case is told a new plan on its own ground, and its address in the emergency only: the
    plan stays when the time is up, the address does not.
    """
    with a_case(PROBATION, PRISON, HOUSING) as (partners, someone):
        partners.publish(HOUSING, OPENED, someone | an_opening())
        partners.publish(PRISON, PLANNED, someone | a_release_plan(address="2 Invented Street, ZZ1 1ZZ"))
        ordinary, lent = partners.told(HOUSING, PLANNED)[-2:]
        assert ordinary["message_id"] == lent["message_id"]
        assert "address" not in ordinary
        assert lent["address"] == "2 Invented Street, ZZ1 1ZZ"
        partners.clock.turn(hours=8)
        fire_due(partners.hub.acceptor)
        assert "Invented Street" not in orjson.dumps(partners.told(HOUSING)).decode()
        assert has(partners, HOUSING)[1].count("plan") == 2
        assert partners.hub.verify().problems == []


@pytest.mark.duty("D13")
def test_the_data_owners_side_reviews_and_sees_every_opening() -> None:
    """The prison, which owns what housing can open and works the case, hears of each opening; the police do not."""
    with a_case(POLICE, PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        for _ in range(3):
            partners.publish(HOUSING, OPENED, someone | an_opening())
        seen = partners.told(PRISON, OPENED)
        assert [each["reviewer"] for each in seen] == [["prison"]] * 3
        assert {each["until"] for each in seen} == {"2026-03-02T19:00:00+00:00"}
        assert partners.told(POLICE, OPENED) == []
        assert partners.told(HOUSING)[-1]["address"] == "1 Invented Street, ZZ1 1ZZ"


WHO_CLOSES = """
    publisher | closes
    ----------+-------
    housing   | yes
    prison    | yes
    iom       | -
    probation | -
"""


@pytest.mark.duty("D13")
@pytest.mark.parametrize(("name", "closes"), rows(WHO_CLOSES))
def test_who_opened_it_or_reviews_it_closes_it_and_nobody_else(name: str, closes: str) -> None:
    """Closed early, what was told on it goes at once; anybody else's word leaves it open. A review later is told on."""
    with a_case(PROBATION, PRISON, referred=HOUSING) as (partners, someone):
        opening, agency = partners.publish(HOUSING, OPENED, someone | an_opening()), COLUMNS[name]
        ref = opening if agency == HOUSING else partners.hub.identity.message(agency, HOUSING, opening)
        partners.publish(agency, CLOSED, {"access": str(ref), "review": "not_justified", "closed_by": "A Reviewer"})
        assert ("plan*" in has(partners, HOUSING)[0]) == (closes == "-")
        partners.clock.turn(hours=8)
        fire_due(partners.hub.acceptor)
        assert has(partners, HOUSING)[:2] == ["closing, opening"] * 2
        review = {"access": str(partners.hub.identity.message(PRISON, HOUSING, opening)), "review": "justified"}
        partners.publish(PRISON, CLOSED, review)
        assert partners.told(HOUSING)[-1]["review"] == "justified"
        assert partners.hub.verify().problems == []
