"""What is told later than it came, and then put right, locked or recalled; and what was put right before it is told."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from hub.timers import fire_due
from schemas.disclosures import ON_ACCESS
from support.builders import a_concern, a_consent, a_release_plan, an_arrest, an_opening
from support.partnership import HOSTEL, HOUSING, POLICE, PRISON, PROBATION, START, UNIT, Partnership, partnership

PLANNED, ARRESTED = "custody.release.planned", "custody.person.arrested"
CORRECTED, RECALLED, WITHDRAWN = "trust.update.corrected", "trust.disclosure.recalled", "trust.update.withdrawn"
WITHDREW, ENDED = "programme.agency.withdrew", "trust.consent.withdrawn"
OPENED, CLOSED, CONCERN = "trust.access.opened", "trust.access.closed", "trust.concern.disclosed"
ACCOMMODATION = ("accommodation",)
WRONG, RIGHT = "2026-03-16", "2026-03-18"


class Case:
    """One person whom the prison and probation work with, and whose release the prison has planned."""

    def __init__(self, partners: Partnership) -> None:
        self.partners, self.someone = partners, partners.person(1)
        for agency in (PROBATION, PRISON):
            partners.involve(self.someone, agency)
        self.plan = partners.publish(PRISON, PLANNED, self.someone | a_release_plan(release_on=WRONG))

    def says(self, agency: str, kind: str, /, **data: Any) -> Any:
        """An agency publishes something about the person."""
        return self.partners.publish(agency, kind, self.someone | data)

    def joins(self, agency: str) -> None:
        """An agency newly works the case."""
        self.partners.involve(self.someone, agency, ACCOMMODATION)

    def consents(self) -> None:
        """The person agrees that the hostel is told."""
        self.says(PROBATION, "trust.consent.given", **a_consent(HOSTEL))

    def corrects(self, **right: str) -> None:
        """A minute later the prison says what is right of its plan."""
        self.partners.clock.turn(minutes=1)
        said = {"update": str(self.plan), "of_kind": PLANNED, "corrected": right or {"release_on": RIGHT}}
        self.partners.publish(PRISON, CORRECTED, said)

    def recalls(self, agency: str) -> None:
        """The prison orders that an agency gives the plan back."""
        said = {"recipients": [agency], "ordered_by": "A Governor", "reason": "By mistake."}
        self.partners.publish(PRISON, RECALLED, said | {"update": str(self.plan)})

    def has(self, agency: str, kind: str) -> list[dict[str, Any]]:
        """What an agency's feed holds of a kind."""
        return self.partners.told(agency, kind)

    def sees(self, agency: str, kind: str) -> list[dict[str, Any]]:
        """The rows of a kind in an agency's view."""
        self.partners.hub.catch_up()
        views = self.partners.hub.hosted[agency].views
        rows = [orjson.loads(row.body) for record in views.records() for row in views.facts(record)]
        return [row for row in rows if row["kind"] == kind]

    def sees_in_emergency(self, agency: str) -> list[dict[str, Any]]:
        """What an agency's view says of plans for the length of an emergency."""
        return [row["told"] for row in self.sees(agency, PLANNED) if ON_ACCESS in row["told"]]

    def days_on(self, agency: str) -> list[str]:
        """The release days that an agency is told, in order, by the plan and by what put it right."""
        plans, right = self.has(agency, PLANNED), self.has(agency, CORRECTED)
        return [
            *(each["release_on"] for each in plans if "release_on" in each),
            *(each["corrected"]["release_on"] for each in right),
        ]

    def verify(self) -> None:
        """Everything is as the ledger says."""
        assert self.partners.hub.verify().problems == []


@pytest.fixture(name="case")
def _case() -> Any:
    with partnership() as partners:
        yield Case(partners)


@pytest.mark.duty("D15")
def test_what_a_snapshot_told_is_put_right_like_anything_else(case: Case) -> None:
    """Housing joins, and is told the plan late. The correction reaches it, and only about the fields that it had."""
    case.joins(HOUSING)
    case.corrects(address="9 Invented Street, ZZ1 1ZZ")
    assert case.has(HOUSING, CORRECTED) == []
    case.corrects()
    assert case.has(HOUSING, CORRECTED)[0]["corrected"] == {"release_on": RIGHT}
    assert case.sees(HOUSING, PLANNED)[0]["told"]["release_on"] == RIGHT
    case.verify()


@pytest.mark.duty("D14")
@pytest.mark.duty("D15")
def test_what_is_told_late_is_told_as_it_is_right_by_now(case: Case) -> None:
    """Who joins after a correction is told one day of release, the right one, and of no mistake."""
    case.corrects()
    case.joins(HOUSING)
    assert case.days_on(HOUSING) == [RIGHT]
    case.corrects(release_on="2026-03-20")
    assert case.days_on(HOUSING)[-1] == "2026-03-20"
    case.verify()


@pytest.mark.duty("D15")
def test_a_recall_reaches_what_a_snapshot_told_and_no_later_snapshot_undoes_it(case: Case) -> None:
    """Housing gives back the plan; it leaves, comes back, breaks the glass: the plan is not told to it again."""
    case.joins(HOUSING)
    case.recalls(HOUSING)
    assert case.has(HOUSING, PLANNED) == case.sees(HOUSING, PLANNED) == []
    case.says(UNIT, WITHDREW, agency=HOUSING)
    case.partners.clock.turn(hours=1)
    case.joins(HOUSING)
    case.says(HOUSING, OPENED, **an_opening())
    assert case.has(HOUSING, PLANNED) == []
    case.verify()


@pytest.mark.duty("D14")
def test_what_was_withdrawn_is_not_told_late(case: Case) -> None:
    """A plan that was recorded in error is nothing that a newcomer must know."""
    case.partners.publish(PRISON, WITHDRAWN, {"update": str(case.plan), "reason": "recorded_in_error"})
    case.joins(HOUSING)
    assert case.has(HOUSING, PLANNED) == []
    case.verify()


@pytest.mark.duty("D15")
def test_a_consent_that_ends_locks_what_a_snapshot_told_on_it(case: Case) -> None:
    """The hostel was told the plan when it came; the notice names that message, and the row in its view is locked."""
    case.consents()
    case.joins(HOSTEL)
    case.says(PROBATION, ENDED)
    locked = case.has(HOSTEL, ENDED)[0]["locked"]
    assert case.has(HOSTEL, PLANNED)[0]["message_id"] in {each["message"] for each in locked}
    assert "release_on" in case.sees(HOSTEL, PLANNED)[0]["locked"]
    case.verify()


@pytest.mark.duty("D15")
def test_what_is_told_anew_on_another_ground_is_not_locked(case: Case) -> None:
    """The hostel may not use what it was told of the arrest on a consent. A concern tells it where the person is, in
    a record of its own, and that holds until it ends for another reason.
    """
    case.consents()
    case.joins(HOSTEL)
    case.says(POLICE, ARRESTED, **an_arrest())
    case.says(PROBATION, ENDED)
    assert case.sees(HOSTEL, ARRESTED)[0]["locked"] != []
    case.says(PROBATION, CONCERN, **a_concern(HOSTEL, reviewer=UNIT))
    assert case.sees(HOSTEL, ARRESTED)[0]["locked"] == []
    case.says(PROBATION, CONCERN, **a_concern(HOSTEL, reviewer=UNIT))
    assert len(case.has(HOSTEL, ARRESTED)) == 2
    case.verify()


@pytest.mark.duty("D13")
@pytest.mark.duty("D15")
def test_what_is_told_in_an_emergency_is_put_right_while_it_lasts_and_never_after(case: Case) -> None:
    """While the glass is broken the plan is told once more, as it is right. When the time is up all of it goes, and a
    mistake that is found then is no longer the agency's to hear of.
    """
    case.partners.involve(case.someone, HOUSING, ACCOMMODATION, role="referred")
    case.says(HOUSING, OPENED, **an_opening())
    case.corrects()
    case.corrects(prescribing="other")  # nothing of it was told: no record more
    assert [each["release_on"] for each in case.sees_in_emergency(HOUSING)] == [RIGHT]
    assert case.days_on(HOUSING) == [WRONG, RIGHT]
    case.partners.clock.turn(hours=8)
    fire_due(case.partners.hub.acceptor)
    case.corrects(release_on="2026-03-20")
    assert case.has(HOUSING, PLANNED) == case.has(HOUSING, CORRECTED) == case.sees(HOUSING, PLANNED) == []
    case.verify()


@pytest.mark.duty("D14")
@pytest.mark.duty("D15")
def test_who_comes_back_after_its_view_was_closed_is_told_how_things_stand(case: Case) -> None:
    """Thirty days after housing left, its view closed. When it comes back, it is told again what is current."""
    case.joins(HOUSING)
    case.says(UNIT, WITHDREW, agency=HOUSING)
    case.partners.clock.turn(days=10)
    case.says(PRISON, PLANNED, **a_release_plan(release_on="2026-06-16"))
    case.partners.clock.turn(days=21)
    fire_due(case.partners.hub.acceptor)
    assert case.sees(HOUSING, PLANNED) == []
    case.joins(HOUSING)
    assert [each["told"]["release_on"] for each in case.sees(HOUSING, PLANNED)] == ["2026-06-16"]
    case.verify()


@pytest.mark.duty("D1")
@pytest.mark.duty("D15")
def test_who_keeps_no_history_keeps_nothing_that_was_wrong_of_what_was_told_late(case: Case) -> None:
    """Housing joins after an arrest; its day was wrong. The day goes from housing's feed, and the right one comes."""
    arrest = case.says(POLICE, ARRESTED, **an_arrest())
    case.joins(HOUSING)
    right = {"arrested_at": (START - timedelta(days=1)).isoformat()}
    case.partners.publish(POLICE, CORRECTED, {"update": str(arrest), "of_kind": ARRESTED, "corrected": right})
    assert "arrested_at" not in case.has(HOUSING, ARRESTED)[0]
    assert case.has(HOUSING, CORRECTED)[0]["corrected"] == {"arrested_at": right["arrested_at"][:10]}
    case.verify()
