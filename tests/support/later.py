"""What a partner has, in the short words of a table: on its feed, in its view, as alerts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from consumers import alerts
from consumers.rows import shown
from schemas.disclosures import ON_ACCESS
from support.builders import (
    a_consent,
    a_missed_appointment,
    a_reception,
    a_release_plan,
    a_score,
    an_arrest,
    an_outcome,
)
from support.partnership import (
    DRUGS,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
)

PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}
Someone = dict[str, Any]

COLUMNS = {
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "iom": UNIT,
    "housing": HOUSING,
    "hostel": HOSTEL,
    "drugs": DRUGS,
}

SHORT = {
    "custody.person.arrested": "arrest",
    "custody.person.left": "outcome",
    "custody.person.received": "reception",
    "custody.person.released": "release",
    "custody.release.planned": "plan",
    "custody.release.cancelled": "cancelled",
    "custody.release.changed": "changed",
    "custody.person.charged": "charge",
    "custody.person.recalled": "recall",
    "custody.person.wanted": "wanted",
    "custody.wanted.cleared": "cleared",
    "custody.person.died": "death",
    "court.hearing.listed": "hearing",
    "court.hearing.concluded": "verdict",
    "court.person.sentenced": "sentence",
    "programme.cohort.decided": "cohort",
    "programme.risk.reassessed": "score",
    "supervision.appointment.missed": "missed",
    "supervision.contact.stepped_up": "stepped up",
    "supervision.contact.stepped_down": "stepped down",
    "supervision.breach.started": "breach",
    "supervision.breach.concluded": "breach's end",
    "supervision.licence.varied": "licence",
    "supervision.staff_risk.set": "staff risk",
    "supervision.staff_risk.lifted": "staff risk's end",
    "trust.access.opened": "opening",
    "trust.access.closed": "closing",
    "trust.concern.disclosed": "concern",
    "trust.concern.ended": "concern's end",
}
"""The kinds that the tables speak of; who works the case and what was agreed is left out of them."""


def rows(table: str) -> list[list[str]]:
    """The cells of a table, row by row."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]


def has(partners: Partnership, agency: str) -> list[str]:
    """What an agency has: on its feed, in its view, as alerts that stand."""
    partners.hub.catch_up()
    return [on_its_feed(partners, agency), in_its_view(partners, agency), alerts_of(partners, agency)]


def on_its_feed(partners: Partnership, agency: str) -> str:
    """The kinds on its feed; with a star what it was told in an emergency."""
    told = partners.told(agency)
    return _listed(_short(each["kind"], ON_ACCESS in each) for each in told if each.get("kind") in SHORT)


def in_its_view(partners: Partnership, agency: str) -> str:
    """The kinds in its view of everybody, as it is read."""
    views = partners.hub.hosted[agency].views
    facts = [fact for record in views.records() for fact in shown(views.facts(record))]
    return _listed(_short(fact.kind, ON_ACCESS in fact.told) for fact in facts if fact.kind in SHORT)


def alerts_of(partners: Partnership, agency: str) -> str:
    """What its alerts that stand are about."""
    found = map(alerts.shown, partners.hub.hosted[agency].views.alerts(open_only=False, limit=100))
    return _listed(alert.about for alert in found if alert.certainty != "withdrawn")


def _short(kind: str, in_emergency: bool) -> str:
    return SHORT[kind] + "*" * in_emergency


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "-"


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
        cancel(
            partners,
            partners.publish(PRISON, "custody.release.planned", someone | a_release_plan(release_on="2026-03-20")),
        )
        standing = a_release_plan(address="1 Invented Street, ZZ1 1ZZ", prescribing="Daily")
        partners.publish(PRISON, "custody.release.planned", someone | standing)
        yield partners, someone


def cancel(partners: Partnership, plan: object) -> None:
    """The prison cancels a plan."""
    said = {"plan": str(plan), "cancelled_at": "2026-03-02T10:00:00Z", "reason": "date_changed"}
    partners.publish(PRISON, "custody.release.cancelled", said)


def check(partners: Partnership, table: str, situation: str, agency: str | None = None) -> None:
    """What each agency has is what the table says of this situation; and everything verifies."""
    said = {COLUMNS[name]: cells for is_of, name, *cells in rows(table) if is_of == situation}
    mine = {agency: said[agency]} if agency else said
    assert mine
    assert {each: has(partners, each) for each in mine} == mine
    assert partners.hub.verify().problems == []
