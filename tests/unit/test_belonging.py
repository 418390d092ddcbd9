"""Belonging: whose case it is after which words, and what the word of another unit is worth there (D12)."""

from itertools import permutations

import pytest

from access_policies.compiling import Bundle
from hub.facts import Facts
from schemas.identifiers import AgencyId
from support.handing import AGENCIES, BUNDLE, THIRD, Story, at_work, count, rows
from support.partnership import HOUSING, OTHER_UNIT, PRISON, UNIT

WHOSE = """
    what is said                                           | home  | works the case
    -------------------------------------------------------+-------+-----------------------------------------
    nothing                                                | upper | upper, police, probation, housing
    upper hands over                                       | lower | lower, police, probation
    upper hands over, lower hands back                     | upper | upper, police, probation
    upper hands over, upper hands over                     | lower | lower, police, probation
    lower takes it                                         | upper | upper, police, probation, housing
    lower takes it, upper confirms it                      | lower | lower, police, probation
    lower takes it, housing confirms it                    | upper | upper, police, probation, housing
    probation hands over                                   | upper | upper, police, probation, housing
    probation hands over, upper confirms it                | lower | lower, police, probation
    upper hands over, upper withdraws it                   | lower | police, probation
    upper hands over, upper withdraws it, lower hands back | upper | upper, police, probation
    lower hands back, upper hands over                     | lower | lower, police, probation
    upper hands over, lower hands back long ago            | lower | lower, police, probation
    lower decides                                          | upper | upper, police, probation, housing
    lower decides long ago                                 | upper | upper, police, probation, housing
    lower decides, police confirms it                      | upper | upper, police, probation, housing
    lower decides, probation confirms it                   | upper | upper, police, probation, housing
    lower decides, upper confirms it                       | upper | upper, lower, police, probation, housing
    upper hands police                                     | upper | police, probation, housing
    probation ends police, upper ends probation            | upper | upper, housing
    lower decides, upper withdraws decision                | upper | police, probation, housing
    upper hands over, lower decides                        | lower | lower, police, probation
"""
"""A case changes hands by the word of the unit that has it, and by no other; who works only in the area that the person
left works the case no more, and is not there again when the person comes back.
"""

WORTH = """
    what is said                                                                                  | these work it
    ----------------------------------------------------------------------------------------------+----------------------------------
    prison claims, upper confirms it                                                              | prison
    prison claims, lower confirms it                                                              | -
    lower names prison, prison confirms it                                                        | -
    upper names other-housing, other-housing confirms it                                          | other-housing
    prison claims, upper confirms it, upper hands over                                            | prison
    prison claims, upper hands over, upper confirms that                                          | -
    prison claims, upper hands over, lower confirms that                                          | prison
    upper hands over, upper names prison, prison confirms it                                      | -
    upper hands over, upper names prison long ago, prison confirms it                             | -
    prison claims, upper confirms it, upper withdraws word, upper hands over, upper confirms that | -
    upper hands over, lower names prison, prison confirms it                                      | prison
    upper names other-team, other-team confirms it, upper hands over                              | other-team
    lower names other-team, other-team confirms it, upper hands over                              | other-team
    prison claims, upper confirms it, lower ends prison                                           | prison
    prison claims, upper confirms it, upper hands over, upper ends prison                         | prison
    prison claims, upper confirms it, upper hands over, lower ends prison                         | -
    prison claims, upper confirms it, upper ends prison, upper hands over                         | -
"""
"""Of the prison, and of housing and team of the other area. What the unit said while the case was its own stays said;
what it says afterwards counts no more than anybody's.
"""


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
@pytest.mark.parametrize(("said", "home", "works"), rows(WHOSE))
def test_whose_case_it_is(said: str, home: str, works: str) -> None:
    """As the table says."""
    found = Story(said).now
    assert found.home == {AGENCIES[home]}
    assert at_work(found) == set(works.split(", "))


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
@pytest.mark.parametrize(("said", "works"), rows(WORTH))
def test_what_the_word_of_a_unit_is_worth(said: str, works: str) -> None:
    """As the table says."""
    asked = {"prison", "other-housing", "other-team"}
    assert at_work(Story(said).now) & asked == {each for each in works.split(", ") if each != "-"}


@pytest.mark.duty("D12")
@pytest.mark.parametrize(("said", "home", "works"), [row for row in rows(WHOSE) if row[0].count(",") < 2])
def test_the_order_in_which_it_is_folded_does_not_matter(said: str, home: str, works: str) -> None:
    """Of the last words each may come before the others, and before the decision."""
    story, expected = Story(said), Story(said).now
    last = range(len(story.said) - 3, len(story.said))
    for some in permutations(last):
        rest = [each for each in range(len(story.said)) if each not in some]
        assert count(story.facts([*some, *rest])) == expected, (home, works)


@pytest.mark.duty("D12")
@pytest.mark.duty("D21")
@pytest.mark.parametrize(
    ("said", "cohort", "left"),
    [
        ("lower decides", "Fixed", None),
        ("lower decides, upper confirms it", "Flex", None),
        ("lower decides, upper confirms it, upper withdraws word", None, None),
        ("upper hands over", "Fixed", None),
        ("upper hands over, lower decides", "Flex", None),
        ("upper hands over, lower decides, upper decides", "Flex", None),
        ("lower deselects", "Fixed", None),
        ("lower deselects, upper confirms it", None, "Fixed"),
        ("upper hands over, upper deselects", "Fixed", None),
        ("upper hands over, lower deselects", None, "Fixed"),
        ("upper deselects, upper hands over", None, "Fixed"),
    ],
)
def test_the_unit_that_has_the_case_decides_on_the_place(said: str, cohort: str | None, left: str | None) -> None:
    """Who is on the programme, in which cohort, and who leaves it: the other unit decides nothing of it."""
    found = Story(said).now
    assert (found.cohort and found.cohort.cohort, found.left and found.left.cohort) == (cohort, left)


@pytest.mark.duty("D12")
@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("upper {}", True),
        ("lower {}", False),
        ("upper {}, upper hands over", True),
        ("upper hands over, upper {}", False),
        ("upper hands over, lower {}", True),
    ],
)
def test_whose_word_opens_a_case_again_and_whose_a_form_needs(said: str, counts: bool) -> None:
    """A restriction that the police set is lifted, and a form that the prison took for itself counts, by the word of
    the unit that has the case.
    """
    lifted = Story("police closes police upper lower, " + said.format("lifts that"))
    assert (lifted.now.restrictions == {}) is counts
    agreed = Story("prison agrees, " + said.format("confirms that"))
    assert (PRISON in agreed.now.consents) is counts


@pytest.mark.duty("D13")
@pytest.mark.parametrize(
    ("said", "watched"),
    [
        ("police closes upper", True),
        ("police closes lower", False),
        ("upper hands over, police closes upper", False),
        ("upper hands over, police closes lower", True),
    ],
)
def test_nobody_opens_in_an_emergency_what_the_home_unit_does_not_see(said: str, watched: bool) -> None:
    """A case that is closed to the unit that has it is opened to nobody, though another unit may see it."""
    assert (HOUSING in Story(f"{said}, housing opens").now.access) is watched


def register(*without: AgencyId, third: str | None = None) -> Bundle:
    """The register with a third unit, in this area, and without these agencies."""
    policies = BUNDLE.policies
    more = {THIRD: policies.partners[UNIT].model_copy(update={"area": third})}
    partners = {agency: each for agency, each in (policies.partners | more).items() if agency not in without}
    return Bundle(policies.model_copy(update={"partners": partners}))


@pytest.mark.duty("D12")
def test_where_a_case_has_no_unit_every_unit_may_speak() -> None:
    """One without a decision, and one whose unit has left the register: somebody must answer. It does not fall back
    to the one that handed it over.
    """
    assert count(Facts()).home == {UNIT, OTHER_UNIT}
    over = "upper hands over"
    begun, once, twice = (Story(said).facts() for said in ("nothing", over, f"{over}, lower hands on"))
    assert count(begun, register(UNIT)).home == {OTHER_UNIT, THIRD}
    assert count(once, register(OTHER_UNIT)).home == {UNIT, THIRD}
    assert count(twice, register(OTHER_UNIT)).home == {THIRD}


def test_within_an_area_nobody_loses_sight() -> None:
    """Where two units share an area, and one hands the case to the other, the council works it on."""
    within = count(Story("upper hands on").facts(), register(third="upper"))
    beyond = count(Story("upper hands on").facts(), register(third="lower"))
    assert (within.home, within.works(HOUSING)) == ({THIRD}, True)
    assert (beyond.home, beyond.works(HOUSING)) == ({THIRD}, False)


@pytest.mark.duty("D12")
def test_a_third_unit_gets_the_case_by_no_date_of_long_ago() -> None:
    """The upper unit has handed the case to the lower one. What it then says of the time before takes it from nobody:
    the case goes where the lower one hands it, however the words arrive.
    """
    story, bundle = Story("upper hands over, upper hands on long ago"), register()
    assert count(story.facts(), bundle).home == {OTHER_UNIT}
    chain = Story("upper hands over, lower hands on")
    for turned in ([*range(len(chain.said))], [*range(len(chain.said))][::-1]):
        assert count(chain.facts(turned), bundle).home == {THIRD}
