"""Random happenings: updates that change trust or facts, as the fold takes them in, and what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
from hypothesis import strategies as st

from access_policies.compiling import Bundle
from access_policies.loading import load
from access_policies.words import Situation
from hub import facts as fact_rules
from hub import standing as standing_rules
from hub.facts import Facts
from hub.standing import Standing
from property.programming import PROGRAMME
from schemas.supervision_vocabulary import StaffMeasure
from schemas.updates import KINDS, Update, parse
from schemas.vocabulary import CustodyOutcome, Involvement, Pathway, Purpose, ReceptionReason
from support.builders import (
    a_breach,
    a_charge,
    a_clearing,
    a_consent,
    a_contact_level,
    a_hearing,
    a_licence,
    a_marker,
    a_recall,
    a_reception,
    a_release,
    a_release_plan,
    a_score,
    a_staff_risk,
    a_verdict,
    an_arrest,
    an_outcome,
)
from support.partnership import EVERYONE, HOUSING, OTHER_HOUSING, OTHER_UNIT, POLICE, UNIT, who

POLICIES = load()
BUNDLE = Bundle(POLICIES)
BORN, NOW = date(1990, 1, 1), datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON = NOW - timedelta(days=1)
SUMMER = timezone(timedelta(hours=1))

agencies = st.sampled_from(EVERYONE)
moments = st.builds(
    lambda hours, zone: (NOON + timedelta(hours=hours)).astimezone(zone),
    st.integers(-3, 3),
    st.sampled_from([UTC, SUMMER]),
)
"""Few, so that equal times are common; in two zones, so that one instant is written in two ways."""


@dataclass(frozen=True)
class Happening:
    """One update on its way into the facts."""

    number: int
    publisher: str
    at: datetime
    update: Update
    target: str | None = None

    @property
    def key(self) -> str:
        """Its hub-wide key."""
        return key_of(self.publisher, self.number)


def key_of(publisher: str, number: int) -> str:
    """The hub-wide key of a publisher's update."""
    return f"{publisher}/{UUID(int=number)}"


def _parse(kind: str, **data: Any) -> Update:
    return parse(kind, orjson.dumps({"identifiers": who()["identifiers"], "author_role": "a test", **data}))


def _some(values: Iterable[str], at_least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(values)), min_size=at_least, max_size=3, unique=True)


REF = str(UUID(int=0))
"""Stands in the update itself; the fold reads the target beside it."""


def claims(
    by: st.SearchStrategy[str] = agencies, of: st.SearchStrategy[str] = agencies
) -> st.SearchStrategy[tuple[str, Update]]:
    """Somebody says that an agency works the case, or that the person agreed."""
    involved = st.builds(
        lambda publisher, agency, role, pathways: (
            publisher,
            _parse("programme.agency.involved", agency=agency, role=role, pathways=pathways),
        ),
        by,
        of,
        st.sampled_from(Involvement),
        _some(["accommodation", "drugs_alcohol", *Pathway]),
    )
    consent = st.builds(
        lambda publisher, recipients, purposes, expires: (
            publisher,
            _parse("trust.consent.given", **a_consent(*recipients, purposes=tuple(purposes)), expires_on=expires),
        ),
        by,
        st.lists(of, min_size=1, max_size=3, unique=True),
        _some(["accommodation", "treatment", *Purpose], 1),
        st.sampled_from([None, None, "2026-03-01", "2026-03-02", "2027-01-01"]),
    )
    return st.one_of(involved, consent)


def answers(by: st.SearchStrategy[str] = agencies) -> st.SearchStrategy[tuple[str, Update]]:
    """Somebody confirms or takes back something; what it is about is chosen beside it."""
    updates = [
        _parse("trust.fact.confirmed", update=REF),
        _parse("trust.update.withdrawn", update=REF, reason="undone"),
        _parse("trust.consent.withdrawn", consent=REF),
        _parse("trust.consent.withdrawn"),
        _parse("trust.update.confirmed", update=REF),
    ]
    return st.tuples(by, st.sampled_from(updates))


def movements() -> st.SearchStrategy[tuple[str, Update]]:
    """Somebody is arrested, received, released, or leaves police custody."""
    updates = [
        _parse("custody.person.arrested", **an_arrest()),
        _parse("custody.person.released", **a_release()),
        *(_parse("custody.person.received", **a_reception(reason=reason)) for reason in ReceptionReason),
        *(_parse("custody.person.left", **an_outcome(REF, outcome)) for outcome in CustodyOutcome),
    ]
    return st.tuples(agencies, st.sampled_from(updates))


def lasting() -> st.SearchStrategy[tuple[str, Update]]:
    """Somebody plans a release, changes, cancels it; scores, helps, supervises, looks for somebody; a court decides."""
    plan = a_release_plan(release_on="2026-03-01")
    updates = [
        _parse("custody.release.planned", **a_release_plan()),
        _parse("custody.release.planned", **a_release_plan(), handling="restricted"),
        _parse("custody.release.planned", **plan),
        _parse("custody.release.cancelled", plan=REF, cancelled_at="2026-03-01T12:00:00Z", reason="other"),
        _parse("programme.risk.reassessed", **a_score()),
        _parse("ete.support.started", started_on="2026-02-13", support="Reading"),
        _parse("ete.support.ended", started_on="2026-02-13", ended_on="2026-02-23", reason="completed"),
        *(_parse("supervision.staff_risk.set", **a_staff_risk(measure)) for measure in StaffMeasure),
        _parse("supervision.staff_risk.lifted", staff_risk=REF),
        _parse("supervision.contact.stepped_up", **a_contact_level()),
        _parse("supervision.contact.stepped_down", **a_contact_level("light")),
        _parse("supervision.breach.started", **a_breach(REF)),
        _parse("supervision.breach.concluded", breach=REF, concluded_at="2026-03-01T12:00:00Z", outcome="continues"),
        _parse("supervision.licence.varied", **a_licence(ends_on="2026-03-01")),
        _parse("custody.release.changed", plan=REF, release_on="2026-03-18"),
        _parse("custody.release.changed", plan=REF, release_on="2026-03-01"),
        _parse("custody.person.recalled", **a_recall()),
        _parse("custody.person.wanted", **a_marker()),
        _parse("custody.wanted.cleared", **a_clearing(REF)),
        _parse("court.hearing.listed", **a_hearing()),
        *(_parse("court.hearing.concluded", **a_verdict(REF, outcome)) for outcome in ("acquitted", "convicted")),
        _parse("custody.person.charged", **a_charge(REF)),
        _parse("custody.person.died", died_on="2026-03-01"),
    ]
    return st.tuples(agencies, st.sampled_from(updates))


def still_so() -> st.SearchStrategy[tuple[str, Update]]:
    """Somebody says that an update still stands, or takes back an update that may have said so."""
    again = [_parse("trust.update.reaffirmed", update=REF, handling=handling) for handling in ("normal", "restricted")]
    taken_back = _parse("trust.update.withdrawn", update=REF, reason="recorded_in_error")
    return st.tuples(agencies, st.sampled_from([*again, *again, taken_back]))


units = st.sampled_from([UNIT, OTHER_UNIT])


def cohorts(by: st.SearchStrategy[str] = units) -> st.SearchStrategy[tuple[str, Update]]:
    """An IOM unit decides on a cohort, or that the person leaves."""
    said = {"decided_by": "A Coordinator"}
    decided = _parse("programme.cohort.decided", **who(), cohort="Fixed", statutory=True, **said)
    left = _parse("programme.person.deselected", reason="custody", consulted=True, **said)
    return st.tuples(by, st.sampled_from([decided, decided, left]))


def transfers(by: st.SearchStrategy[str] = units) -> st.SearchStrategy[tuple[str, Update]]:
    """One agency hands the case to another, mostly one unit to the other."""
    found = [
        _parse("programme.case.transferred", **_HANDED_OVER, from_agency=before, to_agency=now)
        for before, now in ((UNIT, OTHER_UNIT), (OTHER_UNIT, UNIT), (UNIT, HOUSING), (HOUSING, OTHER_HOUSING))
    ]
    return st.tuples(by, st.sampled_from(found))


_HANDED_OVER = {"role": "lead", "reason": "area_changed", "decided_by": "A Coordinator"}


OF_THE_PROGRAMME = (
    *(kind for kind in PROGRAMME if kind.startswith(("programme.review", "programme.target", "trust.identity"))),
    *("programme.case.transferred", "programme.person.deselected"),
)


def programme() -> st.SearchStrategy[tuple[str, Update]]:
    """Reviews, targets, a transfer, somebody leaves; numbers are linked, and are not."""
    return st.one_of(*(_said(kind, agencies) for kind in OF_THE_PROGRAMME))


def links() -> st.SearchStrategy[tuple[str, Update]]:
    """The IOM unit, whose word counts, or the police link numbers, and undo it."""
    by = st.sampled_from([UNIT, UNIT, POLICE])
    return st.one_of(_said("trust.identity.linked", by), _said("trust.identity.unlinked", by))


def _said(kind: str, by: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, Update]]:
    ref = {str(KINDS[kind].REFERS_TO): REF} if KINDS[kind].REFERS_TO else {}
    return st.tuples(by, PROGRAMME[kind].map(lambda data: _parse(kind, **_present(data | ref))))


def _present(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


@st.composite
def histories(
    draw: st.DrawFn,
    kinds: st.SearchStrategy[tuple[str, Update]],
    at_most: int,
    start: int = 1,
    about: tuple[str, ...] = (),
) -> list[Happening]:
    """A random list of happenings; what is about an earlier update is about any of them, or of `about`."""
    chosen = draw(st.lists(st.tuples(kinds, moments), max_size=at_most))
    keys = [*about, *(key_of(publisher, number) for number, ((publisher, _), _) in enumerate(chosen, start))]
    found = []
    for number, ((publisher, update), at) in enumerate(chosen, start):
        target = draw(st.sampled_from(keys)) if update.refers_to() else None
        found.append(Happening(number, publisher, at, update, target))
    return found


def folded(history: Iterable[Happening], facts: Facts | None = None) -> Facts:
    """The facts after these happenings, in this order. The hub heard of each at a time of its own."""
    facts = Facts.kept(facts.content()) if facts else Facts()
    for each in history:
        heard = NOW - timedelta(seconds=1000 - each.number)
        fact_rules.fold(facts, each.key, each.publisher, each.at, each.update, each.target, heard)
    return facts


def standing(facts: Facts) -> Standing:
    """What counts today."""
    return standing_rules.standing(facts, BUNDLE, BORN, NOW)


def situations(facts: Facts) -> dict[str, Situation]:
    """What is known of every agency today."""
    return standing_rules.situations(standing(facts), BUNDLE)
