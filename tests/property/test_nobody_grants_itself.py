"""Need to know cannot be granted to oneself (D12), whatever is published and in whatever order."""

from datetime import timedelta
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access_policies.compiling import Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub.facts import Facts
from property.happenings import BUNDLE, NOON, REF, Happening, folded, situations
from property.oracle import tells_more
from schemas.updates import KINDS, Update, parse
from schemas.vocabulary import Involvement, Pathway, Purpose
from support.builders import a_consent
from support.partnership import EVERYONE, HOSTEL, PROBATION, UNIT, who

ANSWERS, OWN = 100, 200
"""What the agency confirms, and what it then publishes alone, is numbered from here."""


def _update(kind: str, **data: Any) -> Update:
    return parse(kind, orjson.dumps({"identifiers": who()["identifiers"], "author_role": "a test", **data}))


CONFIRMED = _update("trust.fact.confirmed", update=REF)
TAKEN_BACK = _update("trust.update.withdrawn", update=REF, reason="undone")
ENDED = _update("trust.consent.withdrawn", consent=REF)

roles = st.sampled_from(Involvement)
hours = st.integers(-1, 1)


@cache
def involved(agency: str, role: Involvement) -> Update:
    """An agency works the case in this role, on every pathway."""
    return _update("programme.agency.involved", agency=agency, role=role, pathways=list(Pathway))


@cache
def agreed(agency: str) -> Update:
    """The person agreed that this agency may be told for every purpose."""
    return _update("trust.consent.given", **a_consent(agency, purposes=tuple(Purpose)))


def claim(number: int, publisher: str, agency: str, role: Involvement, hour: int) -> Happening:
    """Somebody says so."""
    return Happening(number, publisher, NOON + timedelta(hours=hour), involved(agency, role))


def cohort(number: int) -> Happening:
    """The IOM unit put the person on the programme, and so leads the case."""
    decided = _update("programme.cohort.decided", **who(), cohort="Fixed", statutory=True, decided_by="A Coordinator")
    return Happening(number, UNIT, NOON, decided)


Case = tuple[str, Facts, list[Happening]]


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


@st.composite
def cases(draw: st.DrawFn, *, takes_back: bool) -> Case:
    """An agency; any history in which it has answered all that others said; and what it then publishes alone."""
    agency = draw(st.sampled_from([each for each in EVERYONE if each not in (UNIT, PROBATION)]))
    happened = [cohort(0)]
    for number in range(1, draw(st.integers(2, 6))):
        publisher, about = draw(st.sampled_from([UNIT, UNIT, PROBATION, agency])), draw(_mostly(agency))
        happened.append(claim(number, publisher, about, draw(roles), draw(hours)))
    for number, each in enumerate(draw(st.lists(st.sampled_from(happened), max_size=4)), 10):
        happened.append(Happening(number, draw(st.sampled_from([UNIT, PROBATION])), NOON, CONFIRMED, each.key))
    for number, each in enumerate(draw(st.lists(st.sampled_from(happened), max_size=1)), 20):
        happened.append(Happening(number, each.publisher, NOON, TAKEN_BACK, each.key))
    said = [Happening(ANSWERS + each.number, agency, NOON, CONFIRMED, each.key) for each in happened]
    facts = folded([*happened, *said])
    mine = [each.key for each in (*happened, *said) if each.publisher == agency] if takes_back else []
    return agency, facts, draw(_alone(agency, mine, [each.key for each in happened]))


def _mostly(agency: str) -> st.SearchStrategy[str]:
    return st.sampled_from([agency, agency, agency, PROBATION])


@st.composite
def _alone(draw: st.DrawFn, agency: str, mine: list[str], theirs: list[str]) -> list[Happening]:
    """What an agency publishes by itself: claims, consents, confirmations, ends of consents, and its word back."""
    own: list[Happening] = []
    for number in range(OWN, OWN + draw(st.integers(1, 4))):
        keys = [*mine, *(each.key for each in own)]
        choice = draw(st.sampled_from(["claim", "consent", "confirm", "end", "back", "back"]))
        if choice == "claim":
            own.append(claim(number, agency, draw(_mostly(agency)), draw(roles), draw(hours)))
        elif choice == "consent":
            own.append(Happening(number, agency, NOON, agreed(agency)))
        elif choice == "confirm":
            own.append(Happening(number, agency, NOON, CONFIRMED, draw(st.sampled_from([*keys, *theirs]))))
        elif choice == "end":
            own.append(Happening(number, agency, NOON, ENDED, draw(st.sampled_from([*keys, *theirs]))))
        elif keys:
            own.append(Happening(number, agency, NOON, TAKEN_BACK, draw(st.sampled_from(keys))))
    return own


@pytest.mark.duty("D12")
@given(cases(takes_back=False))
@settings(max_examples=1000)
def test_no_agency_widens_its_own_view_by_what_it_publishes(case: Case) -> None:
    """Whatever an agency publishes alone after any history, it is told no field of another's update more."""
    assert widened(*case) == set()


@pytest.mark.duty("D12")
@given(cases(takes_back=True))
@settings(max_examples=1000)
def test_no_agency_widens_its_own_view_by_taking_its_word_back(case: Case) -> None:
    """An agency that takes back a claim or a confirmation is told no field of another's update more."""
    assert widened(*case) == set()


@pytest.mark.duty("D12")
@pytest.mark.parametrize("agency", [each for each in EVERYONE if each not in (UNIT, HOSTEL)])
def test_there_is_something_to_widen(agency: str) -> None:
    """An agency whose involvement the IOM unit vouches for and it confirms is told a good deal, and nothing before."""
    vouched = [cohort(0), claim(1, UNIT, agency, Involvement.LEAD, 0)]
    confirmed = [Happening(2, agency, NOON, CONFIRMED, vouched[1].key)]
    assert len(widened(agency, folded(vouched), confirmed)) > 40
