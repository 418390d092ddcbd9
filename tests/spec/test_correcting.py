"""A wrong fact (D15): who had it hears what is right, each only of the fields it had, in the words it was told it.

Each table says what changes for whom: on the feed, in the view of the case, among the alerts. `-` is nothing at all.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from support.builders import a_release_plan, an_outcome
from support.fates import fate
from support.partnership import HOUSING, POLICE, PRISON, PROBATION, START, UNIT
from support.righting import (
    ARREST,
    CORRECTED,
    PLAN,
    Act,
    arrested,
    corrects,
    ends_consent,
    ends_involvement,
)
from support.seeing import NOTHING, STRUCTURE, Scene, rows, scene

STATION = """
    partner                 | feed                                | view               | alerts
    ------------------------+-------------------------------------+--------------------+----------
    police, probation, iom  | corrected: station Northshire North | corrected: station | corrected
    drugs                   | corrected: station Northshire North | corrected: station | corrected
    prison, housing, hostel | -                                   | -                  | -
"""

TIME_OF_DAY = """
    partner        | feed                               | view                   | alerts
    ---------------+------------------------------------+------------------------+-------------
    police, drugs  | corrected: arrested_at 03-02T07:30 | corrected: arrested_at | new headline
    probation, iom | corrected: arrested_at 03-02T07:30 | corrected: arrested_at | new headline
    housing        | -                                  | -                      | -
    prison, hostel | -                                  | -                      | -
"""
"""Housing knows the day and no more, and the day was right: a message would tell it that something was wrong."""

HOW_LONG = """
    partner        | feed                                                       | view                      | alerts
    ---------------+------------------------------------------------------------+---------------------------+----------
    police, drugs  | corrected: expected_until 03-04T08:30                      | corrected: expected_until | corrected
    probation, iom | corrected: expected_until 03-04T08:30                      | corrected: expected_until | corrected
    housing        | less expected_until; corrected: expected_until 03-04T08:30 | corrected: expected_until | corrected
    hostel         | less expected_until; corrected: expected_until 2026-03-04  | corrected: expected_until | corrected
    prison         | -                                                          | -                         | -
"""
"""Partners that keep no history keep nothing of what was wrong (D1); the others keep what was said, for it was said."""

NO_OFFICER = """
    partner                | feed                       | view               | alerts
    -----------------------+----------------------------+--------------------+----------
    police, probation, iom | corrected: officer nothing | corrected: officer | corrected
    prison, drugs          | -                          | -                  | -
    housing, hostel        | -                          | -                  | -
"""

ITS_GROUND_HAS_LAPSED = """
    partner        | feed                                                       | view                      | alerts
    ---------------+------------------------------------------------------------+---------------------------+----------
    police, drugs  | corrected: expected_until 03-04T08:30                      | corrected: expected_until | corrected
    probation, iom | corrected: expected_until 03-04T08:30                      | corrected: expected_until | corrected
    housing        | less expected_until; corrected: expected_until 03-04T08:30 | corrected: expected_until | corrected
    hostel         | less expected_until; corrected: expected_until 2026-03-04  | corrected: expected_until | -
    prison         | -                                                          | -                         | -
"""
"""Housing no longer works the case, and the hostel's consent was withdrawn: what they hold is put right all the same.
The hostel's alert is locked and stays so.
"""

IT_NO_LONGER_STANDS = """
    partner         | feed                                  | view                      | alerts
    ----------------+---------------------------------------+---------------------------+-------
    police          | corrected: expected_until 03-04T08:30 | corrected: expected_until | -
    probation, iom  | corrected: expected_until 03-04T08:30 | corrected: expected_until | -
    drugs           | corrected: expected_until 03-04T08:30 | -                         | -
    housing, hostel | -                                     | -                         | -
    prison          | -                                     | -                         | -
"""
"""The arrest was withdrawn before. Who still holds what it said hears what is right, the others nothing."""

UNTIL = "2026-03-04T08:30:00Z"


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        yield found


@pytest.mark.duty("D15")
@pytest.mark.duty("D6")
@pytest.mark.parametrize(
    ("right", "table"),
    [
        ({"station": "Northshire North"}, STATION),
        ({"arrested_at": "2026-03-02T07:30:00Z"}, TIME_OF_DAY),
        ({"expected_until": UNTIL}, HOW_LONG),
        ({"officer": None}, NO_OFFICER),
    ],
    ids=["station", "time of day", "how long", "no officer"],
)
def test_who_had_a_field_hears_what_is_right_of_it(here: Scene, right: dict[str, object], table: str) -> None:
    """Exactly those who had a field that was wrong hear of it, and of no other; everybody else notices nothing."""
    arrest = arrested(here)
    assert here.changes(corrects(here, arrest, **right)) == rows(table)
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
def test_who_was_told_it_is_told_what_is_right_whatever_its_ground_now(here: Scene) -> None:
    """A ground that has lapsed since keeps nobody from hearing that what it holds is wrong."""
    arrest = arrested(here)
    ends_consent(here)()
    ends_involvement(here, HOUSING)()
    here.turn(minutes=1)
    right = corrects(here, arrest, expected_until=UNTIL)
    assert here.changes(right) == rows(ITS_GROUND_HAS_LAPSED)
    [told] = here.partners.told(HOUSING, CORRECTED)
    assert set(told) - STRUCTURE == {"update", "of_kind", "corrected"}


@pytest.mark.duty("D15")
@pytest.mark.duty("D1")
def test_what_no_longer_stands_is_put_right_where_it_is_still_held(here: Scene) -> None:
    """An arrest that was recorded in error, and of which something was wrong besides."""
    arrest = arrested(here)
    here.says(POLICE, "trust.update.withdrawn", {"update": str(arrest), "reason": "recorded_in_error"}, alone=True)
    here.turn(minutes=1)
    right = corrects(here, arrest, expected_until=UNTIL)
    assert here.changes(right) == rows(IT_NO_LONGER_STANDS)


@pytest.mark.duty("D15")
def test_the_fact_and_the_alert_say_what_is_right_and_that_it_was_corrected(here: Scene) -> None:
    """Probation's view and alert show the new offence, and since when; nowhere but on its feed is the old one left."""
    arrest = arrested(here)
    corrects(here, arrest, alleged_offence="theft")()
    seen = here.sight(PROBATION)
    [alert] = seen.alerts.values()
    assert seen.facts["custody"]["told"]["alleged_offence"] == "theft"
    assert seen.facts["custody"]["corrected"] == {"alleged_offence": "2026-03-02T09:01:00+00:00"}
    assert alert["headline"].endswith("alleged offence: theft")
    assert "burglary" not in str((seen.facts, seen.alerts))
    assert "burglary" in str(seen.feed)


@pytest.mark.duty("D15")
def test_what_the_mask_makes_nothing_of_is_dropped(here: Scene) -> None:
    """The drug service knows half a postcode; the right address has none, so it keeps none."""
    plan = here.says(PRISON, PLAN, a_release_plan(address="1 Invented Street ZZ1 1ZZ"))
    here.turn(minutes=1)
    changes = here.changes(corrects(here, plan, kind=PLAN, by=PRISON, address="Nowhere yet"))
    assert changes["drugs"][0] == "corrected: address nothing"
    assert changes["housing"] == NOTHING


@pytest.mark.duty("D15")
def test_a_correction_of_a_correction_is_a_correction_of_the_update(here: Scene) -> None:
    """What was put right wrongly is put right once more; one that is about the correction itself is held, and the last
    one says all that has been put right, so a partner without history keeps that one alone.
    """
    arrest = arrested(here)
    first = corrects(here, arrest, expected_until=UNTIL)()
    here.turn(minutes=1)
    changes = here.changes(corrects(here, arrest, expected_until="2026-03-05T08:30:00Z", station="Northshire North"))
    assert changes["housing"][0] == "corrected gone; corrected: expected_until 03-05T08:30"
    assert changes["drugs"][0] == ("corrected: expected_until 03-05T08:30, station Northshire North")
    back = here.says(POLICE, "trust.update.withdrawn", {"update": str(first), "reason": "undone"}, alone=True)
    assert fate(here.partners, POLICE, back) == "held: wrong_reference"
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_any_order_of_arrival_ends_alike(order: tuple[int, ...]) -> None:
    """Three corrections of one arrest: however they arrive, the one that was made last holds in everybody's view."""
    made = [
        {"expected_until": UNTIL, "station": "Northshire North"},
        {"expected_until": "2026-03-05T08:30:00Z"},
        {"station": "Northshire South", "alleged_offence": "theft"},
    ]
    with scene() as here:
        arrest = arrested(here)
        here.turn(minutes=30)
        for number in order:
            corrects(here, arrest, at=START + timedelta(minutes=10 + number), **made[number])()
        for agency in (POLICE, PROBATION, UNIT, HOUSING):
            told = here.sight(agency).facts["custody"]["told"]
            assert told["expected_until"] == "2026-03-05T08:30:00Z"
            assert told.get("station", "Northshire South") == "Northshire South"
            assert told.get("alleged_offence", "theft") == "theft"
        assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
def test_the_same_correction_twice_is_one(here: Scene) -> None:
    """The same bytes again have no effect, and another correction that says the same tells nobody but its publisher."""
    arrest, update_id = arrested(here), UUID(int=7)
    data = {"update": str(arrest), "of_kind": ARREST, "corrected": {"station": "Northshire North"}}
    here.says(POLICE, CORRECTED, data, alone=True, update_id=update_id)
    again = here.changes(lambda: here.says(POLICE, CORRECTED, data, alone=True, update_id=update_id))
    assert set(again.values()) == {NOTHING}
    here.turn(minutes=1)
    same = here.changes(lambda: here.says(POLICE, CORRECTED, data, alone=True))
    assert {name for name, change in same.items() if change[0] != "-"} == {"police"}


Wrong = Callable[[Scene, UUID], Act]


@pytest.mark.duty("D15")
@pytest.mark.parametrize(
    ("act", "by", "reason"),
    [
        (lambda here, arrest: corrects(here, arrest, kind=PLAN, address="Elsewhere"), POLICE, "wrong_reference"),
        (
            lambda here, arrest: corrects(
                here, UUID(here.known_as(PROBATION, POLICE, arrest)), by=PROBATION, station="Northshire North"
            ),
            PROBATION,
            "not_its_publisher",
        ),
        (lambda here, _: corrects(here, UUID(int=9), station="Northshire North"), POLICE, "unknown_reference"),
    ],
    ids=["of another kind", "of another's update", "of nothing"],
)
def test_only_its_publisher_corrects_an_update_of_that_kind(here: Scene, act: Wrong, by: str, reason: str) -> None:
    """Whatever else is said to be corrected is held and told to nobody: nobody corrects another's word."""
    correction = act(here, arrested(here))
    said = []
    changes = here.changes(lambda: said.append(correction()))
    assert set(changes.values()) == {NOTHING}
    assert fate(here.partners, by, said[0]) == f"held: {reason}"


@pytest.mark.duty("D15")
def test_what_would_break_the_schema_with_the_rest_is_held(here: Scene) -> None:
    """A score above 0 for somebody who is in prison is no score, though it is a number like any other."""
    score = {"method": "m", "score": 0, "band": "low", "in_prison": True, "deselected": False, "wanted": False}
    update = here.says(UNIT, "programme.risk.reassessed", score)
    wrong = corrects(here, update, kind="programme.risk.reassessed", by=UNIT, score=12)()
    assert fate(here.partners, UNIT, wrong) == "held: schema"


@pytest.mark.duty("D15")
def test_an_outcome_is_corrected_like_any_update(here: Scene) -> None:
    """The charge was wrong: probation's view shows the right one, and housing, which never had it, hears nothing."""
    arrest = arrested(here)
    left = here.says(POLICE, "custody.person.left", an_outcome(arrest, "charged", charge="theft"), alone=True)
    here.turn(minutes=1)
    changes = here.changes(corrects(here, left, kind="custody.person.left", charge="handling stolen goods"))
    assert changes["probation"][1] == "corrected: charge"
    assert changes["housing"] == changes["hostel"] == changes["drugs"] == NOTHING
