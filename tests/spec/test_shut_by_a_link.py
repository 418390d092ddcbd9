"""A restriction that was set in one of two linked records shuts the other: for what comes, and after the retention its
views (D15), as if it had been set there. What undoing the link opens again is what lifting the restriction would.

Housing works with A, probation and the police with both; the police close a record to all but these two and the unit.
"""

from collections.abc import Iterator
from contextlib import closing

import orjson
import pytest

from hub.adapters.evidence import StoreEvidence
from support.pair import Pair
from support.partnership import HOUSING, POLICE, PROBATION, UNIT, Partnership, partnership

A, B = "Fictional Testcase-1", "Fictional Testcase-2"

SHUT = """
    what is said                                                       | days | housing sees A
    -------------------------------------------------------------------+------+---------------
    A is closed                                                        | 29   | yes
    A is closed                                                        | 31   | no
    B is closed                                                        | 31   | yes
    B is closed, police links                                          | 29   | yes
    B is closed, police links                                          | 31   | no
    B is closed, iom links                                             | 31   | no
    police links, B is closed                                          | 29   | yes
    police links, B is closed                                          | 31   | no
    police links, iom confirms, B is closed                            | 31   | no
    B is closed, 20 days pass, police links                            | 29   | yes
    B is closed, 20 days pass, police links                            | 31   | no
    police links, 20 days pass, B is closed                            | 29   | yes
    police links, 20 days pass, B is closed                            | 31   | no
    10 days pass, B is closed, police links late                       | 29   | yes
    10 days pass, B is closed, police links late                       | 31   | no
    A is closed, that is lifted                                        | 31   | yes
    B is closed, police links, that is lifted                          | 31   | yes
    police links, B is closed, that is lifted                          | 31   | yes
    B is closed, police links, police takes back                       | 31   | yes
    police links, B is closed, police takes back                       | 31   | yes
    B is closed, iom links, iom unlinks                                | 31   | yes
    B is closed, police links, 10 days pass, police takes back         | 21   | yes
    B is closed, iom links, 10 days pass, iom unlinks, iom links       | 21   | yes
    B is closed, iom links, 10 days pass, iom unlinks, iom links       | 31   | no
    iom links, B is closed, 10 days pass, iom unlinks, iom links       | 21   | yes
    iom links, B is closed, 10 days pass, iom unlinks, iom links       | 31   | no
    A is closed, 31 days pass, that is lifted                          | 1    | no
    B is closed, police links, 31 days pass, that is lifted            | 1    | no
    B is closed, police links, 31 days pass, police takes back         | 1    | no
"""
"""The days are counted from the last that was said. The time of a view counts from when both the restriction and the
link were there, whenever the hub heard of either (`late` is ten days after its date); undone and made again, the link
has its thirty days again.
"""


def rows() -> list[list[str]]:
    """The table above."""
    return [[cell.strip() for cell in line.split("|")] for line in SHUT.strip().splitlines()[2:]]


@pytest.fixture(name="pair")
def _pair() -> Iterator[Pair]:
    """Both were arrested yesterday."""
    with partnership() as partners:
        pair = Pair(partners)
        pair.arrested("A")
        pair.arrested("B")
        pair.let_pass(1)
        yield pair


def say(pair: Pair, said: str) -> None:
    """Sentence by sentence."""
    for sentence in said.split(", "):
        pair.tell(sentence)


def closings(partners: Partnership) -> dict[str, list[str]]:
    """Whose views of which record were closed, as the ledger has it."""
    with closing(StoreEvidence(partners.hub.store)) as evidence:
        said = [orjson.loads(kept.opening[16:]) for kept in evidence.entries() if kept and kept.opening]
    return {each["record"]: each["views"] for each in said if each["verb"] == "closing"}


@pytest.mark.duty("D15")
@pytest.mark.parametrize(("said", "days", "sees"), rows())
def test_the_views_of_a_record_that_a_link_shuts_close(pair: Pair, said: str, days: str, sees: str) -> None:
    """As the table says; whom the case is open to goes on to see it, and all of it verifies."""
    say(pair, said)
    heads = [pair.partners.hub.feed.head(each) for each in (HOUSING, PROBATION)]
    pair.let_pass(int(days))
    assert (A in pair.views(HOUSING)) is (sees == "yes")
    assert {A, B} <= pair.views(PROBATION)
    assert [pair.partners.hub.feed.head(each) for each in (HOUSING, PROBATION)] == heads
    assert pair.partners.hub.verify().problems == []


@pytest.mark.duty("D15")
@pytest.mark.parametrize("said", ["B is closed, police links", "police links, B is closed"])
def test_the_same_views_close_in_both_records(pair: Pair, said: str) -> None:
    """Of everybody in the register but those to whom the case is open."""
    say(pair, said)
    pair.let_pass(31)
    shut_out = sorted(set(pair.partners.hub.bundle.policies.partners) - {POLICE, PROBATION, UNIT})
    assert [*closings(pair.partners).values()] == [shut_out, shut_out]


@pytest.mark.duty("D15")
@pytest.mark.parametrize(
    "said",
    [
        "A is closed, 31 days pass, that is lifted",
        "B is closed, police links, 31 days pass, that is lifted",
        "B is closed, police links, 31 days pass, police takes back",
    ],
)
def test_a_view_that_closed_begins_anew(pair: Pair, said: str) -> None:
    """However the record was opened again: nothing of the past is told, and the next arrest is seen like any other."""
    before = len(pair.partners.told(HOUSING))
    say(pair, said)
    assert pair.views(HOUSING) == set()
    assert len(pair.partners.told(HOUSING)) == before
    assert "housing" in pair.arrested("A")
    assert pair.views(HOUSING) == {A}
