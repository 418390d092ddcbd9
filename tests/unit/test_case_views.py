"""Case views: a row for each fact that a partner was told, and nothing else."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import pytest

from consumers.case_views import CaseViews, fact_name, fact_of, from_row, succeeds
from consumers.rows import shown
from property.memory import MemoryViews
from schemas.disclosures import Disclosure
from schemas.views import Fact
from schemas.vocabulary import Certainty
from support.partnership import HOUSING

RECORD, OTHER = UUID(int=1), UUID(int=2)
ARREST, LEFT, RELEASE, RECEPTION = (f"custody.person.{what}" for what in ("arrested", "left", "released", "received"))


def message(number: int) -> UUID:
    """The id of a message."""
    return UUID(int=1000 + number)


def told(number: int, kind: str, record: UUID = RECORD, **fields: Any) -> Disclosure:
    """A disclosure to housing, under its message number."""
    return Disclosure(HOUSING, message(number), kind, "bundle", record, fields)


class View:
    """Housing's view, told disclosure after disclosure."""

    def __init__(self) -> None:
        self.rows, self._seq = MemoryViews(), 0

    def hears(self, *disclosures: Disclosure) -> "View":
        """Take disclosures in, in this order."""
        for disclosure in disclosures:
            self._seq += 1
            CaseViews().apply(self.rows, self._seq, disclosure)  # type: ignore[arg-type]  # it keeps what is needed
        return self

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Its facts as they are read, by name."""
        return {fact.fact: fact for fact in shown(self.rows.facts.values())}


@pytest.mark.requirement("CV10")
def test_a_fact_says_where_it_comes_from() -> None:
    """Source, author's role, fact or opinion, time and certainty stand beside what was told, and apart from it."""
    heading = {
        "source": "northshire-police",
        "author_role": "sergeant",
        "recorded_as": "fact",
        "occurred_at": "2026-03-02",
    }
    heading["occurred_at"] = "2026-03-02"
    fact = fact_of(7, told(1, ARREST, **heading, certainty="provisional", person="Fictional Testcase-1"))
    assert {name: getattr(fact, name) for name in heading} == heading
    assert (fact.certainty, fact.seq, fact.message_id) == (Certainty.PROVISIONAL, 7, message(1))
    assert dict(fact.told) == {"certainty": "provisional", "person": "Fictional Testcase-1"}


def test_a_fact_of_which_little_is_told_says_little() -> None:
    """What was withheld is absent, not empty."""
    fact = fact_of(1, told(1, LEFT, arrest=str(message(0)), stands="confirmed"))
    assert (fact.source, fact.author_role, fact.occurred_at, fact.certainty) == (None, None, None, None)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ARREST, "custody"),
        ("accommodation.need.assessed", "accommodation"),
        ("accommodation.placement.ended", "accommodation"),
        (LEFT, "custody"),
        (RELEASE, "custody"),
        (RECEPTION, "custody"),
        ("programme.risk.reassessed", "risk"),
        ("programme.cohort.decided", "cohort"),
        ("custody.release.planned", f"custody.release.planned/{message(1)}"),
        ("supervision.appointment.missed", f"supervision.appointment.missed/{message(1)}"),
        ("supervision.contact.stepped_up", "contact"),
        ("supervision.contact.stepped_down", "contact"),
        ("supervision.breach.started", "breach"),
        ("supervision.breach.concluded", "breach"),
        ("supervision.licence.varied", "licence"),
        ("supervision.staff_risk.set", f"supervision.staff_risk.set/{message(1)}"),
    ],
)
def test_a_state_has_one_row_and_an_event_its_own(kind: str, name: str) -> None:
    """Where somebody is, and how risk stands, is one row that changes; what happened is a row for each time."""
    assert fact_name(told(1, kind)) == name


@pytest.mark.parametrize(
    ("old", "new", "takes_over"),
    [
        ("2026-03-02", "2026-03-03", True),
        ("2026-03-03", "2026-03-02", False),
        ("2026-03-02", "2026-03-02", True),
        (None, "2026-03-02", True),
        ("2026-03-02", None, True),
        ("2026-03-02T09:00:00+00:00", "2026-03-02T08:59:00+00:00", False),
        ("2026-03-02T09:00:00+00:00", "2026-03-02T09:00:00.500000+00:00", True),
        ("2026-03-02T09:00:00.500000+00:00", "2026-03-02T09:00:00+00:00", False),
        ("2026-03-02T09:00:00+00:00", "2026-03-02", True),
        ("2026-07-01T00:30:00+01:00", "2026-06-30T23:45:00+00:00", True),
        ("2026-06-30T23:45:00+00:00", "2026-07-01T00:30:00+01:00", False),
    ],
)
def test_the_later_state_takes_the_row(old: str | None, new: str | None, takes_over: bool) -> None:
    """Compared by as much of the time as both were told, in whatever zone; where nothing tells, the later message."""
    facts = [fact_of(seq, told(seq, ARREST, **({"occurred_at": at} if at else {}))) for seq, at in ((1, old), (2, new))]
    assert succeeds(facts[1], facts[0]) is takes_over
    assert succeeds(facts[1], None)


def test_a_message_that_comes_late_does_not_turn_time_back() -> None:
    """A reception that is told after the release it came before leaves the release as the state."""
    view = View().hears(
        told(1, RELEASE, occurred_at="2026-03-03T09:00:00+00:00"),
        told(2, RECEPTION, occurred_at="2026-03-01T09:00:00+00:00"),
    )
    assert view.facts["custody"].kind == RELEASE


def test_two_people_have_two_states() -> None:
    """One person's arrest changes nothing in another's view."""
    view = View().hears(told(1, RELEASE), told(2, ARREST, OTHER))
    assert {(row.record, from_row(row).kind) for row in view.rows.facts.values()} == {
        (RECORD, RELEASE),
        (OTHER, ARREST),
    }


@pytest.mark.duty("D1")
def test_no_further_action_empties_the_view_of_a_partner_that_hears_no_outcome() -> None:
    """Housing, told that the arrest no longer stands and not why, keeps no custody row at all."""
    arrest, ended = told(1, ARREST), told(2, LEFT, arrest=str(message(1)), stands="no_longer_stands", in_custody=False)
    assert View().hears(arrest, ended).facts == {}


@pytest.mark.duty("D1")
def test_no_further_action_is_kept_by_a_partner_that_hears_the_outcome() -> None:
    """Police and probation keep how the arrest ended."""
    ended = told(2, LEFT, arrest=str(message(1)), stands="no_longer_stands", outcome="no_further_action")
    assert View().hears(told(1, ARREST), ended).facts["custody"].told["outcome"] == "no_further_action"


@pytest.mark.duty("D1")
def test_the_end_of_an_earlier_arrest_leaves_a_later_state_alone() -> None:
    """An arrest that came to nothing takes no other state with it."""
    ended = told(3, LEFT, arrest=str(message(1)), stands="no_longer_stands")
    view = View().hears(told(1, ARREST), told(2, RECEPTION), ended)
    assert view.facts["custody"].kind == RECEPTION


@pytest.mark.parametrize(
    ("kind", "fields", "certainty"),
    [
        ("trust.update.confirmed", {"stands": "confirmed"}, Certainty.CONFIRMED),
        ("trust.update.withdrawn", {"stands": "no_longer_stands", "reason": "undone"}, Certainty.WITHDRAWN),
        ("trust.fact.confirmed", {}, Certainty.CONFIRMED),
    ],
)
def test_a_row_is_settled_by_what_is_about_it(kind: str, fields: dict[str, str], certainty: Certainty) -> None:
    """A confirmation or a withdrawal changes how the row stands, and makes no row of its own."""
    view = View().hears(told(1, RELEASE, certainty="provisional"), told(2, kind, update=str(message(1)), **fields))
    assert {name: fact.certainty for name, fact in view.facts.items()} == {"custody": certainty}


@pytest.mark.duty("D1")
def test_a_withdrawal_that_gives_no_reason_takes_the_row_away() -> None:
    """Where the ground has lapsed, "no longer stands" is all that is told, so nothing is kept."""
    withdrawn = told(2, "trust.update.withdrawn", update=str(message(1)), stands="no_longer_stands")
    assert View().hears(told(1, RELEASE), withdrawn).facts == {}


@pytest.mark.duty("D15")
def test_a_withdrawn_consent_is_marked_in_the_view() -> None:
    """The consent that was withdrawn stays in sight of who was told of it, and is marked."""
    view = View().hears(
        told(1, "trust.consent.given", purposes=["accommodation"]),
        told(2, "trust.consent.withdrawn", consent=str(message(1))),
    )
    [fact] = view.facts.values()
    assert (fact.kind, fact.certainty) == ("trust.consent.given", Certainty.WITHDRAWN)


def test_what_is_about_a_row_that_was_replaced_changes_nothing() -> None:
    """A confirmation of an arrest that is no longer the state does not mark the release after it."""
    confirmed = told(3, "trust.update.confirmed", update=str(message(1)), stands="confirmed")
    view = View().hears(told(1, ARREST), told(2, RELEASE, certainty="provisional"), confirmed)
    assert view.facts["custody"].certainty is Certainty.PROVISIONAL


def test_a_cancelled_plan_leaves_the_view_of_who_hears_no_reason() -> None:
    """Housing hears that the plan no longer stands, and a plan that does not stand is none."""
    plan = told(1, "custody.release.planned", release_on="2026-03-16")
    cancelled = told(2, "custody.release.cancelled", plan=str(message(1)), stands="no_longer_stands")
    assert View().hears(plan, cancelled).facts == {}


@pytest.mark.duty("D17")
def test_measures_for_the_safety_of_staff_stand_beside_each_other_until_they_are_lifted() -> None:
    """A later measure takes no earlier one away; the one that is lifted, and no other, leaves the view."""
    risk, lifted = "supervision.staff_risk.set", "supervision.staff_risk.lifted"
    view = View().hears(told(1, risk, measure="visit_in_pairs"), told(2, risk, measure="office_only"))
    assert len(view.facts) == 2
    view.hears(told(3, lifted, staff_risk=str(message(1)), stands="no_longer_stands"))
    assert [fact.told["measure"] for fact in view.facts.values()] == ["office_only"]


def test_an_acknowledgement_is_no_fact() -> None:
    """That an alert was acknowledged is kept with the alert, not in the case view."""
    assert View().hears(told(1, "trust.alert.acknowledged", alert=str(message(0)), by="A Worker")).facts == {}


@pytest.mark.parametrize(
    ("disclosure", "facts", "messages"),
    [
        (told(1, ARREST), [(RECORD, "custody")], []),
        (told(1, "trust.update.confirmed", update=str(message(9))), [], [message(9), uuid5(message(9), "access")]),
        (told(1, "custody.release.planned"), [], []),
    ],
)
def test_the_rows_that_a_disclosure_touches_are_known_beforehand(
    disclosure: Disclosure, facts: list[Any], messages: list[UUID]
) -> None:
    """A batch can read every row it will change at once."""
    touched = CaseViews().touches(disclosure)
    assert (list(touched.facts), list(touched.messages)) == (facts, messages)


RECALL, WANTED, DIED = (f"custody.person.{what}" for what in ("recalled", "wanted", "died"))


@pytest.mark.duty("D3")
@pytest.mark.parametrize(
    ("sought", "later", "left"),
    [
        (RECALL, RECEPTION, False),
        (WANTED, RECEPTION, True),
        (RECALL, DIED, False),
        (WANTED, DIED, False),
        (RECALL, ARREST, True),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_nobody_is_sought_who_is_there_or_dead(sought: str, later: str, left: bool, late: bool) -> None:
    """A reception ends a recall and a death ends all, whichever message was faster; a marker waits to be cleared."""
    first = told(1, sought, occurred_at="2026-03-02T09:00:00+00:00")
    then = told(2, later, occurred_at="2026-03-02T10:00:00+00:00")
    view = View().hears(*((then, first) if late else (first, then)))
    assert (fact_name(first) in view.facts) is left


@pytest.mark.duty("D3")
def test_somebody_recalled_once_more_is_sought_again() -> None:
    """A recall after the last reception stands."""
    view = View().hears(
        told(1, RECEPTION, occurred_at="2026-03-01T09:00:00+00:00"),
        told(2, RECALL, occurred_at="2026-03-02T09:00:00+00:00"),
    )
    assert "recall" in view.facts


@pytest.mark.duty("D15")
def test_what_is_locked_of_a_plan_does_not_change() -> None:
    """A change tells a new day, and leaves what rested on an ended consent as it was."""
    plan, changed = told(1, "custody.release.planned", release_on="2026-03-16", address="ZZ1"), message(1)
    ended = told(2, "trust.consent.withdrawn", locked=[{"message": str(changed), "fields": ["address"]}])
    new = told(
        3, "custody.release.changed", plan=str(changed), stands="changed", release_on="2026-03-18", address="ZZ2"
    )
    [fact] = [each for each in View().hears(plan, ended, new).facts.values() if each.message_id == changed]
    assert dict(fact.told) == {"release_on": "2026-03-18", "address": "ZZ1"}
