"""Safeguarding: a concern reaches the agencies it names on a ground of its own, ends, and is reviewed."""

import pytest

from hub.timers import fire_due
from support.builders import a_concern
from support.later import a_case, check, has
from support.partnership import HOSTEL, POLICE, PRISON, PROBATION, UNIT

CONCERN = "trust.concern.disclosed"

CONCERNS = """
    situation       | agency  | on its feed        | in its view        | alerts
    ----------------+---------+--------------------+--------------------+-------
    is told         | hostel  | concern, reception | concern, reception | -
    is told         | drugs   | -                  | -                  | -
    tells itself    | hostel  | -                  | -                  | -
    until has passed| hostel  | concern, reception | concern, reception | -
    until has passed| police  | concern's end      | concern's end      | -
"""


@pytest.mark.duty("D12")
def test_a_concern_reaches_those_it_names_and_nobody_else() -> None:
    """The hostel does not work the case, and has no consent for this; it is told the concern and where the person is.
    When the time has passed, nothing further reaches it, and the reviewer hears that a review is due, once.
    """
    with a_case(PROBATION, PRISON) as (partners, someone):
        partners.publish(PROBATION, CONCERN, someone | a_concern(HOSTEL, reviewer=POLICE))
        check(partners, CONCERNS, "is told")
        partners.clock.turn(days=7)
        assert fire_due(partners.hub.acceptor) >= 1
        assert fire_due(partners.hub.acceptor) == 0
        said = {"released_at": "2026-03-09T08:30:00Z", "reason": "conditional"}
        partners.publish(PRISON, "custody.person.released", someone | said)
        check(partners, CONCERNS, "until has passed")


@pytest.mark.duty("D12")
def test_a_concern_lets_in_nobody_who_tells_it() -> None:
    """A hostel that names itself in its own concern is told nothing."""
    with a_case(PROBATION, PRISON) as (partners, someone):
        partners.publish(HOSTEL, CONCERN, someone | a_concern(HOSTEL, reviewer=UNIT))
        check(partners, CONCERNS, "tells itself")


@pytest.mark.duty("D14")
def test_a_second_concern_tells_where_somebody_is_once() -> None:
    """What the hostel holds is not told again with the next concern."""
    with a_case(PROBATION, PRISON) as (partners, someone):
        for _ in range(2):
            partners.publish(PROBATION, CONCERN, someone | a_concern(HOSTEL, reviewer=UNIT))
        assert has(partners, HOSTEL)[0] == "concern, concern, reception"
