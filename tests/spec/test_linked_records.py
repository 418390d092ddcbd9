"""Two records of one person (D12, D18, D27): what a link opens once it counts, and what it shuts at once.

Both came onto the programme, each with a number of its own. Housing works with A only, the hostel with nobody until it
has a consent. Then something happens to A, or to B.
"""

from collections.abc import Iterator

import pytest

from support.pair import Pair
from support.partnership import HOUSING, PROBATION, UNIT, partnership, who

STORIES = """
    what was said before                                            | arrested | told besides probation
    ----------------------------------------------------------------+----------+-----------------------
    nothing                                                         | A        | housing
    nothing                                                         | B        | -
    police links                                                    | B        | -
    police links, iom confirms                                      | B        | housing
    iom links                                                       | B        | housing
    iom links, iom unlinks                                          | B        | -
    police links, iom confirms, police takes back                   | B        | -
    probation leads A, probation links                              | B        | -
    probation leads A, probation links, iom confirms                | B        | housing
    probation leads A, probation leads B, probation links           | B        | housing
    B is closed                                                     | A        | housing
    B is closed, police links                                       | A        | -
    B is closed, iom links                                          | A        | -
    B is closed, police links, police takes back                    | A        | housing
    B is closed, iom links, iom unlinks                             | A        | housing
    A is closed, police links                                       | B        | -
    the hostel has a consent for B                                  | A        | housing
    the hostel has a consent for B, police links                    | A        | housing
    the hostel has a consent for B, iom links                       | A        | housing, hostel
    the hostel has a consent for B, iom links, iom unlinks          | A        | housing
"""
"""What opens waits for somebody who may say so in both cases (D12): the case lead of one alone is not enough. What
shuts, shuts from the first word on, and opens when the link is undone. Undoing works at once.
"""


def rows() -> list[list[str]]:
    """The table above."""
    return [[cell.strip() for cell in line.split("|")] for line in STORIES.strip().splitlines()[2:]]


@pytest.fixture(name="pair")
def _pair() -> Iterator[Pair]:
    with partnership() as partners:
        yield Pair(partners)


@pytest.mark.duty("D12")
@pytest.mark.duty("D27")
@pytest.mark.parametrize(("said", "person", "told"), rows())
def test_what_a_link_opens_and_shuts(pair: Pair, said: str, person: str, told: str) -> None:
    """As the table says; and all of it verifies."""
    for sentence in said.split(", "):
        pair.tell(sentence)
    expected = {each for each in told.split(", ") if each != "-"} | {"probation"}
    assert pair.arrested(person) == expected
    assert pair.partners.hub.verify().problems == []


@pytest.mark.duty("D18")
@pytest.mark.duty("D12")
def test_whoever_may_be_under_eighteen_is_from_the_first_word_on() -> None:
    """By the other record the person is a youth: housing, which is not named for youth, is told nothing more of either,
    though nobody has confirmed the link, until it is undone.
    """
    with partnership() as partners:
        pair = Pair(partners, born="2010-01-01")
        assert pair.arrested("A") == {"probation", "housing"}
        pair.tell("police links")
        assert "housing" not in pair.arrested("A")
        pair.tell("police takes back")
        assert "housing" in pair.arrested("A")


@pytest.mark.duty("D12")
def test_two_links_that_meet_make_one_case_of_three(pair: Pair) -> None:
    """Who works with the first is told of the third, by way of the second; and no longer, when one link is undone."""
    third = pair.partners.person(3)
    pair.partners.involve(third, PROBATION)
    pair.who["C"] = third
    pair.tell("iom links")
    said = {"further": who(3)["identifiers"], "ground": "documents", "decided_by": "A Clerk"}
    pair.partners.publish(UNIT, "trust.identity.linked", pair.who["B"] | said)
    assert pair.arrested("C") == {"probation", "housing"}
    pair.tell("iom unlinks")
    assert pair.arrested("C") == {"probation"}
    assert pair.partners.hub.verify().problems == []


@pytest.mark.duty("D27")
def test_linking_and_unlinking_moves_nothing(pair: Pair) -> None:
    """What was told of each record stays on the feeds under the record it was told of."""
    pair.arrested("A")
    before = pair.partners.told(HOUSING)
    pair.tell("iom links")
    pair.tell("iom unlinks")
    assert pair.partners.told(HOUSING) == before
