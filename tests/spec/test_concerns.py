"""Safeguarding: a concern reaches the agencies it names on a ground of its own, ends, and is reviewed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub.timers import fire_due
from support.builders import a_concern, a_release, an_arrest
from support.later import Someone, a_case, check, has
from support.partnership import HOSTEL, POLICE, PRISON, PROBATION, UNIT, Partnership

CONCERN = "trust.concern.disclosed"


@contextmanager
def released() -> Iterator[tuple[Partnership, Someone]]:
    """The case of the other tables, after the person's release."""
    with a_case(PROBATION, PRISON) as (partners, someone):
        partners.clock.turn(minutes=1)
        partners.publish(PRISON, "custody.person.released", someone | a_release())
        yield partners, someone


CONCERNS = """
    situation       | agency  | on its feed        | in its view        | alerts
    ----------------+---------+--------------------+--------------------+-------
    is told         | hostel  | concern, release   | concern, release   | release
    is told         | drugs   | -                  | -                  | -
    tells itself    | hostel  | -                  | -                  | -
    until has passed| hostel  | concern, release   | concern, release   | release
    until has passed| police  | concern's end      | concern's end      | -
"""


@pytest.mark.requirement("TR4")
@pytest.mark.duty("D12")
def test_a_concern_reaches_those_it_names_and_nobody_else() -> None:
    """The hostel does not work the case, and has no consent for this; it is told the concern and where the person is.
    When the time has passed, nothing further reaches it, and the reviewer hears that a review is due, once.
    """
    with released() as (partners, someone):
        partners.publish(PROBATION, CONCERN, someone | a_concern(HOSTEL, reviewer=POLICE))
        check(partners, CONCERNS, "is told")
        partners.clock.turn(days=7)
        assert fire_due(partners.hub.acceptor) >= 1
        assert fire_due(partners.hub.acceptor) == 0
        partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        check(partners, CONCERNS, "until has passed")


@pytest.mark.duty("D12")
def test_a_concern_lets_in_nobody_who_tells_it() -> None:
    """A hostel that names itself in its own concern is told nothing."""
    with released() as (partners, someone):
        partners.publish(HOSTEL, CONCERN, someone | a_concern(HOSTEL, reviewer=UNIT))
        check(partners, CONCERNS, "tells itself")


@pytest.mark.duty("D14")
def test_a_second_concern_tells_where_somebody_is_once() -> None:
    """What the hostel holds is not told again with the next concern."""
    with released() as (partners, someone):
        for _ in range(2):
            partners.publish(PROBATION, CONCERN, someone | a_concern(HOSTEL, reviewer=UNIT))
        assert has(partners, HOSTEL)[0] == "concern, concern, release"
