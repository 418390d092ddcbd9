"""The thirty real risk histories of the 2014 evaluation's Appendix 3, as updates."""

from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest

from hub.demonstration.programme import METHOD, histories
from schemas.updates import parse
from support.partnership import PROBATION, UNIT, partnership

BY_DATE = {
    # date: high, medium, low, of which in prison
    date(2014, 2, 10): (16, 9, 5, 0),
    date(2014, 3, 13): (14, 9, 7, 2),
    date(2014, 4, 11): (11, 13, 6, 3),
    date(2014, 7, 4): (10, 16, 4, 1),
    date(2014, 8, 18): (4, 17, 9, 5),
}


def rows() -> list[tuple[date, dict[str, Any]]]:
    return [(moment.date(), data) for _, _, data, moment, _ in histories()]


def test_there_are_thirty_people_with_five_scores_each() -> None:
    """Every cell of the appendix is an update."""
    people = Counter(orjson.dumps(data["identifiers"]) for _, data in rows())
    assert len(people) == 30
    assert set(people.values()) == {5}


@pytest.mark.requirement("SR9")
@pytest.mark.parametrize("day", BY_DATE, ids=str)
def test_the_bands_are_those_that_the_appendix_prints(day: date) -> None:
    """High, medium, low and in prison, counted for each of the five dates."""
    of_day = [data for when, data in rows() if when == day]
    bands = Counter(data["band"] for data in of_day)
    assert (bands["high"], bands["medium"], bands["low"], sum(d["in_prison"] for d in of_day)) == BY_DATE[day]


@pytest.mark.requirement("SR10")
@pytest.mark.duty("D21")
def test_prison_is_a_state_of_its_own_and_not_a_low_score() -> None:
    """Every 0 stands for prison and every prison cell is 0; the method is named with the figure."""
    for _, data in rows():
        assert data["in_prison"] == (data["score"] == 0)
        assert data["method"] == METHOD
        parse("programme.risk.reassessed", orjson.dumps({"author_role": "analyst", **data}))


@pytest.mark.requirement("SR11")
def test_the_latest_score_stands_whatever_the_order_of_arrival() -> None:
    """Five scores that come newest first leave the newest in probation's view."""
    with partnership() as p:
        someone = p.person(1)
        p.involve(someone, PROBATION)
        mine = sorted(
            (step for step in histories() if step[2]["identifiers"] == {"crn": "X990001"}), key=lambda s: s[3]
        )
        for _, kind, data, moment, _ in reversed(mine):
            p.publish(UNIT, kind, {**data, **someone}, at=moment)
        p.hub.catch_up()
        [record] = p.hub.hosted[PROBATION].views.records()
        [risk] = [row for row in p.hub.hosted[PROBATION].views.facts(record) if row.fact == "risk"]
        assert orjson.loads(risk.body)["told"]["score"] == mine[-1][2]["score"]
