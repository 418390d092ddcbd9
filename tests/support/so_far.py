"""A case in which a good deal has happened, and what everybody has of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.builders import (
    a_consent,
    a_missed_appointment,
    a_reception,
    a_release_plan,
    a_score,
    an_arrest,
    an_outcome,
)
from support.later import COLUMNS, has, rows
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership, partnership

PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}
Someone = dict[str, Any]
OPENED, CLOSED, CONCERN = "trust.access.opened", "trust.access.closed", "trust.concern.disclosed"
INVOLVED, PLANNED, CANCELLED = "programme.agency.involved", "custody.release.planned", "custody.release.cancelled"


@contextmanager
def a_case(*at_work: str, referred: str = "") -> Iterator[tuple[Partnership, Someone]]:
    """Somebody whom these agencies work with, and all that has happened so far.

    An arrest that came to nothing, two scores, an appointment that was missed, a reception, a plan that was cancelled
    and one that stands. The hostel has the person's consent.
    """
    with partnership() as partners:
        someone = partners.person(1)
        partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL))
        for agency in at_work:
            partners.involve(someone, agency, PATHWAYS.get(agency, ()))
        if referred:
            partners.involve(someone, referred, PATHWAYS.get(referred, ()), role="referred")
        arrest = partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        partners.publish(POLICE, "custody.person.left", an_outcome(arrest))
        for score in (10, 24):
            partners.clock.turn(hours=1)
            partners.publish(UNIT, "programme.risk.reassessed", someone | a_score(score))
        partners.publish(PROBATION, "supervision.appointment.missed", someone | a_missed_appointment())
        partners.publish(PRISON, "custody.person.received", someone | a_reception())
        cancel(partners, partners.publish(PRISON, PLANNED, someone | a_release_plan(release_on="2026-03-20")))
        standing = a_release_plan(address="1 Invented Street, ZZ1 1ZZ", prescribing="Daily")
        partners.publish(PRISON, PLANNED, someone | standing)
        yield partners, someone


def cancel(partners: Partnership, plan: object) -> None:
    """The prison cancels a plan."""
    said = {"plan": str(plan), "cancelled_at": "2026-03-02T10:00:00Z", "reason": "date_changed"}
    partners.publish(PRISON, CANCELLED, said)


def check(partners: Partnership, table: str, situation: str, agency: str | None = None) -> None:
    """What each agency has is what the table says of this situation; and everything verifies."""
    said = {COLUMNS[name]: cells for is_of, name, *cells in rows(table) if is_of == situation}
    mine = {agency: said[agency]} if agency else said
    assert mine
    assert {each: has(partners, each) for each in mine} == mine
    assert partners.hub.verify().problems == []
