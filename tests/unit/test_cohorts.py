"""A person's place on the programme and supervision in a few words, as far as one partner was told."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from consumers.case_views import fact_of
from consumers.cohorts import on_programme
from consumers.supervision import supervised
from schemas.disclosures import Disclosure
from schemas.views import Fact
from schemas.vocabulary import Certainty
from support.partnership import PROBATION

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DECIDED, LEFT = "programme.cohort.decided", "programme.person.deselected"
LEVEL, LICENCE, BUSY = "supervision.contact.stepped_down", "supervision.licence.varied", "supervision.appointment.made"
BREACH, BREACH_OVER = "supervision.breach.started", "supervision.breach.concluded"


def fact(kind: str, number: int = 1, **told: Any) -> Fact:
    """What a disclosure makes."""
    return fact_of(number, Disclosure(PROBATION, UUID(int=number), kind, "bundle", UUID(int=1), told))


def withdrawn(said: Fact) -> Fact:
    """Taken back since."""
    return said.model_copy(update={"certainty": Certainty.WITHDRAWN})


def test_nothing_told_is_nothing_said() -> None:
    """Of what a partner was not told, its view says nothing."""
    assert not any(on_programme([], TODAY).model_dump().values())
    assert not any(supervised([], NOW).model_dump().values())


@pytest.mark.requirement("CV8")
@pytest.mark.parametrize(
    ("said", "cohort", "since", "statutory", "left"),
    [
        (fact(DECIDED, cohort="Fixed", statutory=True, occurred_at="2026-02-01"), "Fixed", "2026-02-01", True, False),
        (fact(DECIDED, cohort="Free", statutory=False), "Free", None, False, False),
        (fact(DECIDED, cohort="Free"), "Free", None, None, False),
        (fact(LEFT, occurred_at="2026-02-01"), None, "2026-02-01", None, True),
        (withdrawn(fact(DECIDED, cohort="Free", statutory=False)), None, None, None, False),
        (fact(DECIDED, cohort="Free", statutory=False).lock(["statutory"]), "Free", None, None, False),
    ],
    ids=["statutory", "not statutory", "not told", "left", "taken back", "locked"],
)
def test_the_place_on_the_programme(
    said: Fact, cohort: str | None, since: str | None, statutory: bool | None, left: bool
) -> None:
    """Which cohort, since when, statutory or not, or that somebody left."""
    found = on_programme([said], TODAY)
    assert (found.cohort, found.since, found.statutory, found.left) == (cohort, since, statutory, left)


@pytest.mark.requirement("CV8")
@pytest.mark.duty("D18")
@pytest.mark.parametrize(
    ("born", "age_group"),
    [
        ("2008-03-02", "adult"),
        ("2008-03-03", "youth"),
        ("2007", "adult"),
        ("2008", None),
        ("2009", "youth"),
        (None, None),
    ],
)
def test_youth_or_adult(born: str | None, age_group: str | None) -> None:
    """From the 18th birthday on an adult; a year alone says so where it leaves no doubt, and else nothing does."""
    facts = [fact(DECIDED, **({"date_of_birth": born} if born else {}))]
    assert on_programme(facts, TODAY).age_group == age_group


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([fact(LEVEL, level="light", weekly_contacts=1, starts_on="2026-02-03")], ("light", 1, "2026-02-03")),
        ([fact(LEVEL, level="light")], ("light", None, None)),
        ([withdrawn(fact(LEVEL, level="light"))], (None, None, None)),
    ],
)
def test_the_level_of_contact(facts: list[Fact], said: tuple[object, ...]) -> None:
    """How often somebody is seen, and from when on."""
    found = supervised(facts, NOW)
    assert (found.contact, found.weekly_contacts, found.since) == said


@pytest.mark.parametrize(
    ("facts", "breach"),
    [
        ([fact(BREACH)], "open"),
        ([withdrawn(fact(BREACH))], None),
        ([fact(BREACH_OVER, outcome="continues")], "concluded"),
    ],
)
def test_whether_a_breach_is_open(facts: list[Fact], breach: str | None) -> None:
    """From its start until it is concluded, or withdrawn."""
    assert supervised(facts, NOW).breach == breach


def test_what_is_next() -> None:
    """The licence's last day, and the first appointment that has not begun."""
    starts = ("2026-03-04T09:00:00Z", "2026-03-02T08:59:00Z", "2026-03-03T10:00:00+01:00", "2026-03-05T09:00:00Z")
    facts = [fact(BUSY, number, starts_at=each) for number, each in enumerate(starts, 1)]
    found = supervised([*facts, fact(LICENCE, 9, ends_on="2026-12-24")], NOW)
    assert (found.licence_ends_on, found.next_appointment) == ("2026-12-24", "2026-03-03T10:00:00+01:00")
    assert supervised([withdrawn(facts[0])], NOW).next_appointment is None
