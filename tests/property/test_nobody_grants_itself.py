"""Need to know cannot be granted to oneself (D12), whatever is published and in whatever order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.facts import Facts
from hub.listing import EFFECTS, Widens
from property.happenings import BUNDLE, NOON, Happening, folded
from property.shaping import may_be_about, shapes
from property.widening import CONFIRMED, ENDED, TAKEN_BACK, agreed, claim, cohort, widened
from schemas.vocabulary import Involvement
from support.partnership import EVERYONE, HOSTEL, PROBATION, UNIT

ANSWERS, OWN = 100, 200
"""What the agency confirms, and what it then publishes alone, is numbered from here."""

roles = st.sampled_from(Involvement)
hours = st.integers(-1, 1)

Case = tuple[str, Facts, list[Happening]]


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
    happened += draw(st.lists(_anything(30, draw(st.sampled_from([UNIT, agency])), happened), max_size=1))
    facts = folded([*happened, *said])
    mine = [each for each in (*happened, *said) if each.publisher == agency] if takes_back else []
    return agency, facts, draw(_alone(agency, mine, happened))


def _mostly(agency: str) -> st.SearchStrategy[str]:
    return st.sampled_from([agency, agency, agency, PROBATION])


@st.composite
def _anything(draw: st.DrawFn, number: int, agency: str, earlier: list[Happening]) -> Happening:
    """An update of any kind that says something of the case and that the agency may publish, in any shape, about any
    earlier one that the hub lets it be about. Kinds that the page says let it know more by themselves are left out.
    """
    may = [k for k, each in EFFECTS.items() if each.widens is not Widens.ALONE and BUNDLE.may_publish(agency, k)]
    update = draw(st.sampled_from(list(shapes(draw(st.sampled_from(may)), agency))))
    about = [each.key for each in earlier if may_be_about(update, each, agency)]
    return Happening(number, agency, NOON, update, draw(st.sampled_from(about)) if about else None)


@st.composite
def _alone(draw: st.DrawFn, agency: str, mine: list[Happening], theirs: list[Happening]) -> list[Happening]:
    """What an agency publishes by itself: claims, consents, confirmations, ends, its word back, or anything else."""
    own: list[Happening] = []
    for number in range(OWN, OWN + draw(st.integers(1, 4))):
        keys = [each.key for each in (*mine, *own)]
        any_key = st.sampled_from([*keys, *(each.key for each in theirs)])
        said = [each for each in theirs if each.publisher != agency]
        choice = draw(st.sampled_from(["claim", "consent", "confirm", "end", "back", "back", "any", "any"]))
        if choice == "claim":
            own.append(claim(number, agency, draw(_mostly(agency)), draw(roles), draw(hours)))
        elif choice == "consent":
            own.append(Happening(number, agency, NOON, agreed(agency)))
        elif choice == "confirm":
            own.append(Happening(number, agency, NOON, CONFIRMED, draw(any_key)))
        elif choice == "end":
            own.append(Happening(number, agency, NOON, ENDED, draw(any_key)))
        elif choice == "any":
            own.append(draw(_anything(number, agency, [*mine, *own, *said])))
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
