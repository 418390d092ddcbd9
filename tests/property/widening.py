"""Widening: what an agency is told once it has published something, and was not told before."""

from datetime import timedelta
from functools import cache
from typing import Any

import orjson

from access_policies.compiling import Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub.facts import Facts
from property.happenings import BUNDLE, NOON, REF, Happening, folded, situations
from property.oracle import tells_more
from schemas.updates import KINDS, Update, parse
from schemas.vocabulary import Involvement, Pathway, Purpose
from support.builders import a_consent
from support.partnership import UNIT, who


def update_of(kind: str, **data: Any) -> Update:
    """An update about the one person of these tests."""
    return parse(kind, orjson.dumps({"identifiers": who()["identifiers"], "author_role": "a test", **data}))


CONFIRMED = update_of("trust.fact.confirmed", update=REF)
TAKEN_BACK = update_of("trust.update.withdrawn", update=REF, reason="undone")
ENDED = update_of("trust.consent.withdrawn", consent=REF)


@cache
def involved(agency: str, role: Involvement) -> Update:
    """An agency works the case in this role, on every pathway."""
    return update_of("programme.agency.involved", agency=agency, role=role, pathways=list(Pathway))


@cache
def agreed(agency: str) -> Update:
    """The person agreed that this agency may be told for every purpose."""
    return update_of("trust.consent.given", **a_consent(agency, purposes=tuple(Purpose)))


def claim(number: int, publisher: str, agency: str, role: Involvement, hour: int) -> Happening:
    """Somebody says so."""
    return Happening(number, publisher, NOON + timedelta(hours=hour), involved(agency, role))


def cohort(number: int) -> Happening:
    """The IOM unit put the person on the programme, and so leads the case."""
    decided = update_of("programme.cohort.decided", **who(), cohort="Fixed", statutory=True, decided_by="A Coordinator")
    return Happening(number, UNIT, NOON, decided)


def situation(facts: Facts, agency: str) -> Situation:
    """What is known of one agency."""
    return situations(facts)[agency]


@cache
def told(agency: str, known: Situation) -> dict[str, tuple[str, str]]:
    """Every field of every kind that another may publish, for each handling and naming, as this agency is told it."""
    found = {}
    for kind in KINDS:
        for handling in ("normal", "restricted"):
            for named in ((), "self"):
                words = BUNDLE.words.situation(handling=handling, named=named)
                plan = decide(BUNDLE, kind, {agency: known | words}, told_before=frozenset({agency}))
                for name, mask in _cells(plan.get(agency, Plan())):
                    found[f"{kind}.{name} {handling} {named}"] = (mask, "")
    return found


def _cells(plan: Plan) -> list[tuple[str, str]]:
    return [*((name, "clear") for name in plan.told), *plan.masked]


def widened(agency: str, facts: Facts, own: list[Happening]) -> set[str]:
    """What the agency is told once it has published all this, and was not told before."""
    before, after = situation(facts, agency), situation(folded(own, facts), agency)
    return tells_more(told(agency, after), told(agency, before)) if after != before else set()
