"""Need to know cannot be granted to oneself (D12), whatever is published and in whatever order."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from property.happenings import BUNDLE, NOON, Happening, answers, claims, cohorts, folded, histories, key_of, standing
from property.oracle import tells_more
from support.partnership import EVERYONE, PROBATION, UNIT

from access_policies.compiling import Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub import facts as fact_rules
from hub.facts import Facts
from schemas.updates import KINDS, parse
from schemas.updates.trust import UpdateWithdrawn

ANSWERS, OWN = 100, 200
"""What the agency confirms, and what it then publishes alone, is numbered from here."""
CONFIRMED = parse("trust.fact.confirmed", f'{{"author_role": "a test", "update": "{UUID(int=0)}"}}'.encode())

Case = tuple[str, Facts, list[Happening]]


def situation(facts: Facts, agency: str) -> Situation:
    """What is known of one agency."""
    return fact_rules.situations(standing(facts), BUNDLE)[agency]


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


def may_publish(each: Happening) -> bool:
    """Only its publisher takes an update back; the hub holds any other attempt."""
    return not isinstance(each.update, UpdateWithdrawn) or str(each.target).startswith(each.publisher + "/")


@st.composite
def cases(draw: st.DrawFn, *, takes_back: bool) -> Case:
    """An agency; any history in which it has answered all that others said; and what it then publishes alone."""
    agency = draw(st.sampled_from([each for each in EVERYONE if each != UNIT]))
    others, mostly_it = st.sampled_from([UNIT, UNIT, PROBATION, agency]), st.sampled_from([agency, agency, PROBATION])
    happened = draw(histories(st.one_of(claims(others, mostly_it), answers(others), cohorts()), 8))
    happened = [each for each in happened if may_publish(each)]
    said = [Happening(ANSWERS + each.number, agency, NOON, CONFIRMED, each.key) for each in happened]
    facts = folded([*happened, *said])
    keys = tuple(each.key for each in (*happened, *said))
    alone = st.just(agency)
    own = draw(histories(st.one_of(claims(alone, mostly_it), answers(alone)), 5, OWN, keys))
    mine = (each for each in own if may_publish(each))
    return agency, facts, [each for each in mine if takes_back or not _takes_back_before(each)]


def _takes_back_before(each: Happening) -> bool:
    """Whether it takes back what it said before: what it takes back of these updates themselves is nothing new."""
    number = int(UUID(str(each.target).rpartition("/")[2])) if each.target else OWN
    return isinstance(each.update, UpdateWithdrawn) and number < OWN


@pytest.mark.duty("D12")
@given(cases(takes_back=False))
@settings(max_examples=1500)
def test_no_agency_widens_its_own_view_by_what_it_publishes(case: Case) -> None:
    """Whatever an agency publishes alone after any history, it is told no field of another's update more."""
    assert widened(*case) == set()


@pytest.mark.duty("D12")
@given(cases(takes_back=True))
@settings(max_examples=1500)
def test_no_agency_widens_its_own_view_by_taking_its_word_back(case: Case) -> None:
    """An agency that takes back a claim or a confirmation is told no field of another's update more."""
    assert widened(*case) == set()


@pytest.mark.duty("D12")
def test_the_cases_are_not_empty() -> None:
    """An agency whose case the IOM unit vouches for is told something, so there is something to widen from and to."""
    agency, number = PROBATION, 1
    claim = parse(
        "programme.agency.involved",
        f'{{"author_role": "a test", "person": "F", "date_of_birth": "1990-01-01", "agency": "{agency}", "role": "lead"}}'.encode(),
    )
    vouched = [
        Happening(number, UNIT, NOON, claim),
        Happening(number + 1, agency, NOON, CONFIRMED, key_of(UNIT, number)),
    ]
    assert len(widened(agency, folded([]), vouched)) > 100
