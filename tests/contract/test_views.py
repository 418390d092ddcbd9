"""Views: one partner's rows and its position in the feed move together, and nobody else's are touched."""

from datetime import date
from uuid import UUID

import pytest

from contract.places import Place, a_case, contents
from hub.ports import AlertRow, FactRow, Touched, Views, ViewsUnit
from hub.running import Hosted
from schemas.disclosures import Disclosure
from support.builders import an_arrest
from support.partnership import HOUSING, POLICE, PROBATION, Partnership

SOMEBODY, SOMEBODY_ELSE = UUID(int=1), UUID(int=2)


def a_fact(name: str = "risk", seq: int = 1, record: UUID = SOMEBODY, body: bytes = b'{"score":24}') -> FactRow:
    """A fact that stands on the message of its sequence."""
    return FactRow(record, name, UUID(int=1000 + seq), seq, body)


def an_alert(seq: int = 1, *, acknowledged: bool = False, body: bytes = b'{"headline":"x"}') -> AlertRow:
    """The alert of a sequence."""
    return AlertRow(UUID(int=2000 + seq), SOMEBODY, seq, acknowledged, body)


@pytest.fixture
def views(partners: Partnership) -> Views:
    """The view of the police."""
    return partners.hub.hosted[POLICE].views


def keep(views: Views, *rows: FactRow | AlertRow, position: int = 0) -> None:
    """Rows and a position, in one unit of work."""
    with views.unit() as unit:
        put(unit, *rows)
        unit.move("test", position)


def put(unit: ViewsUnit, *rows: FactRow | AlertRow) -> None:
    """Rows, facts and alerts alike."""
    for row in rows:
        if isinstance(row, FactRow):
            unit.put_fact(row)
        else:
            unit.put_alert(row)


def test_rows_and_position_move_together(place: Place) -> None:
    """What a unit of work has put there is there when it ends, and after a restart."""
    partners = place.open()
    keep(partners.hub.hosted[POLICE].views, a_fact(), an_alert(), position=7)
    assert_kept(partners)
    assert_kept(place.again())


def assert_kept(partners: Partnership) -> None:
    """The row, the alert and the position of one consumer, and of it alone."""
    views = partners.hub.hosted[POLICE].views
    assert views.facts(SOMEBODY) == [a_fact()]
    assert views.alerts(open_only=True, limit=10) == [an_alert()]
    with views.unit() as unit:
        assert unit.position("test") == 7
        assert unit.position("another consumer") == 0


def test_a_failure_leaves_rows_and_position(partners: Partnership, views: Views) -> None:
    """A unit of work that fails leaves rows and position as they were, whether it put, replaced, dropped or moved."""
    keep(views, a_fact(), a_fact("cohort", 2), an_alert(), position=2)
    before = contents(partners)

    def work_and_fail() -> None:
        with views.unit() as unit:
            put(unit, a_fact(seq=3, body=b"{}"), a_fact("new", 4), an_alert(acknowledged=True), an_alert(5))
            unit.drop_fact(SOMEBODY, "cohort")
            unit.move("test", 5)
            raise LookupError

    with pytest.raises(LookupError):
        work_and_fail()
    assert contents(partners) == before
    assert views.facts(SOMEBODY) == [a_fact(), a_fact("cohort", 2)]
    assert views.alerts(open_only=False, limit=10) == [an_alert()]


def test_a_unit_reads_what_it_wrote(views: Views) -> None:
    """Within a unit of work its own changes count, beside what stood there, prepared for or not."""
    keep(views, a_fact(), a_fact("cohort", 2), an_alert())
    with views.unit() as unit:
        unit.prepare([Touched(facts=[(SOMEBODY, "risk"), (SOMEBODY, "none")], messages=[UUID(int=1002)])])
        put(unit, a_fact(seq=3), an_alert(2))
        unit.drop_fact(SOMEBODY, "cohort")
        unit.prepare([Touched(facts=[(SOMEBODY, "cohort")], messages=[UUID(int=1001)], alerts=[UUID(int=2001)])])
        assert unit.fact(SOMEBODY, "risk") == a_fact(seq=3)
        assert unit.fact(SOMEBODY, "cohort") is None
        assert unit.fact(SOMEBODY, "none") is None
        assert unit.fact_by_message(UUID(int=1003)) == a_fact(seq=3)
        assert unit.fact_by_message(UUID(int=1002)) is None
        assert unit.fact_by_message(UUID(int=1001)) is None
        assert (unit.alert(UUID(int=2001)), unit.alert(UUID(int=2002))) == (an_alert(), an_alert(2))
        unit.put_alert(an_alert(acknowledged=True))
        assert sorted(unit.alerts_of(SOMEBODY)) == [an_alert(acknowledged=True), an_alert(2)]
        assert unit.alerts_of(SOMEBODY_ELSE) == []
    assert views.facts(SOMEBODY) == [a_fact(seq=3)]


def test_a_fact_takes_the_place_of_its_namesake(views: Views) -> None:
    """A person has one fact of a name; facts are read in the order of the feed, of that person only."""
    keep(views, a_fact(seq=1), a_fact("cohort", 2), a_fact(record=SOMEBODY_ELSE, seq=3))
    keep(views, a_fact(seq=4))
    assert views.facts(SOMEBODY) == [a_fact("cohort", 2), a_fact(seq=4)]
    assert views.facts(SOMEBODY_ELSE) == [a_fact(record=SOMEBODY_ELSE, seq=3)]
    assert views.records() == [SOMEBODY, SOMEBODY_ELSE]


def test_alerts_the_newest_first(views: Views) -> None:
    """Alerts are read the newest first, as many as asked for, the open ones alone or all of them."""
    keep(views, *(an_alert(seq) for seq in (2, 9, 4, 10)))
    keep(views, an_alert(9, acknowledged=True))
    assert [row.seq for row in views.alerts(open_only=False, limit=3)] == [10, 9, 4]
    assert [row.seq for row in views.alerts(open_only=True, limit=3)] == [10, 4, 2]
    assert views.alert(UUID(int=2009)) == an_alert(9, acknowledged=True)
    assert views.alert(UUID(int=2001)) is None


def test_partners_see_their_own(partners: Partnership, views: Views) -> None:
    """The rows of one partner are nobody else's, even under the same ids."""
    others = partners.hub.hosted[HOUSING].views
    keep(views, a_fact(), an_alert(), position=7)
    keep(others, a_fact(seq=3, body=b"{}"), position=3)
    with others.unit() as unit:
        assert unit.position("test") == 3
        assert unit.fact(SOMEBODY, "risk") == a_fact(seq=3, body=b"{}")
        assert unit.fact_by_message(UUID(int=1001)) is None
        assert unit.alert(UUID(int=2001)) is None
    assert (others.alerts(open_only=False, limit=9), others.alert(UUID(int=2001))) == ([], None)
    assert views.facts(SOMEBODY) == [a_fact()]


def said(on: date, name: str = "risk", seq: int = 1, record: UUID = SOMEBODY) -> FactRow:
    """A fact that its own partner said on a day."""
    return a_fact(name, seq, record)._replace(said_on=on)


@pytest.mark.requirement("IX14")
def test_what_a_partner_said_long_ago_is_found(partners: Partnership, views: Views) -> None:
    """Of what a partner said itself, what is older than the day for its name is found, the oldest first and as many as
    asked for; nothing of a name that no day is asked for, nothing that others said, and of no other partner.
    """
    march, april, may = (date(2026, month, 1) for month in (3, 4, 5))
    keep(partners.hub.hosted[HOUSING].views, said(march))
    keep(views, said(april), said(march, record=SOMEBODY_ELSE, seq=2), said(march, "contact", 3), a_fact("need/ete", 4))
    found = views.said_before({"risk": may, "need/ete": may}, 10)
    assert found == [said(march, record=SOMEBODY_ELSE, seq=2), said(april)]
    assert views.said_before({"risk": may}, 1) == found[:1]
    assert views.said_before({"risk": april, "contact": march}, 10) == found[:1]
    assert views.said_before({}, 10) == []
    keep(views, a_fact(seq=5), said(april, record=SOMEBODY_ELSE, seq=6))
    assert views.said_before({"risk": may}, 10) == [said(april, record=SOMEBODY_ELSE, seq=6)]
    keep(views, position=1)
    with views.unit() as unit:
        assert unit.fact(SOMEBODY_ELSE, "risk") == said(april, record=SOMEBODY_ELSE, seq=6)
        unit.drop_fact(SOMEBODY_ELSE, "risk")
    assert views.said_before({"risk": may}, 10) == []


def test_facts_of_one_name_are_read_of_everybody(partners: Partnership, views: Views) -> None:
    """The facts of some names and of no others, by the ids of the persons."""
    keep(partners.hub.hosted[HOUSING].views, a_fact("cohort", 9))
    keep(views, a_fact("cohort", 2, SOMEBODY_ELSE), a_fact("cohort", 3), a_fact("death", 4), a_fact("risk", 5))
    assert views.named(["cohort"]) == [a_fact("cohort", 3), a_fact("cohort", 2, SOMEBODY_ELSE)]
    assert views.named(["risk", "death"]) == [a_fact("death", 4), a_fact("risk", 5)]
    assert views.named([]) == []


class Stumbles:
    """A consumer that keeps what it is told, and fails on its third disclosure until it is told to stop failing."""

    name = "stumbles"

    def __init__(self) -> None:
        self.failing = True

    def touches(self, _: Disclosure) -> Touched:
        """Nothing is read beforehand."""
        return Touched()

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Keep it."""
        if seq == 3 and self.failing:
            raise LookupError
        views.put_fact(FactRow(disclosure.record, str(seq), disclosure.message_id, seq, b"{}"))


def test_a_consumer_that_stumbles(partners: Partnership) -> None:
    """A consumer that fails on one disclosure has taken in none of the batch; then it takes in each of them once."""
    person, _ = a_case(partners)
    for _ in range(3):
        partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
    hub, consumer = partners.hub, Stumbles()
    hosted = Hosted(PROBATION, hub.feed, hub.hosted[PROBATION].views, [consumer])
    before = contents(partners)
    for _ in range(2):
        with pytest.raises(LookupError):
            hosted.catch_up()
        assert contents(partners) == before
    consumer.failing = False
    count, _ = hub.feed.head(PROBATION)
    assert (hosted.catch_up(), hosted.catch_up()) == (count, 0)
    [record] = hosted.views.records()
    assert [row.seq for row in hosted.views.facts(record)] == list(range(1, count + 1))
    assert Hosted(PROBATION, hub.feed, hosted.views, [consumer]).catch_up() == 0
