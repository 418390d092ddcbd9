"""Belonging: whose case it is after which words, and what the word of another unit is worth there (D12)."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import orjson
import pytest

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub.facts import Facts, fold
from hub.standing import Standing, standing
from schemas.identifiers import AgencyId
from schemas.updates import KINDS, Update, parse
from support.partnership import (
    HOUSING,
    OTHER_HOUSING,
    OTHER_TEAM,
    OTHER_UNIT,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    who,
)

BUNDLE = Bundle(load())
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REF = str(UUID(int=0))
AGENCIES = {
    "upper": UNIT,
    "lower": OTHER_UNIT,
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "housing": HOUSING,
    "other-housing": OTHER_HOUSING,
    "other-team": OTHER_TEAM,
}
SHORT = {agency: name for name, agency in AGENCIES.items()}
Said = tuple[str, AgencyId, datetime, Update, str | None, datetime]


class Story:
    """The upper unit put somebody on the programme; the police, probation as its lead, and the council work the case.
    Each sentence is heard a minute after the one before, and is dated so, unless it says otherwise.
    """

    def __init__(self, sentences: str) -> None:
        self.said: list[Said] = []
        begun = "upper decides, upper names police, police confirms it, upper names housing, housing confirms it"
        leads = "upper lets probation lead, probation confirms it"
        for sentence in f"{begun}, {leads}, {sentences}".split(", "):
            if sentence != "nothing":
                self._tell(*sentence.split())

    def _tell(self, by: str, verb: str, *rest: str) -> None:
        long_ago = rest[-2:] == ("long", "ago")
        rest, heard = rest[:-2] if long_ago else rest, NOON + timedelta(minutes=len(self.said))
        at = heard - timedelta(days=1) if long_ago else heard
        target = self._target(*rest) if verb in ("confirms", "withdraws") else None
        update = _update(AGENCIES[by], verb, [*rest])
        self.said.append((f"{AGENCIES[by]}/{len(self.said)}", AGENCIES[by], at, update, target, heard))

    def _target(self, which: str) -> str:
        """The last thing that was said and can be confirmed or withdrawn, or the first: the decision."""
        keys = [said[0] for said in self.said if said[4] is None]
        return keys[0] if which == "its-decision" else keys[-2] if which == "that" else keys[-1]

    def facts(self, order: list[int] | None = None) -> Facts:
        """What the hub knows after it."""
        facts = Facts()
        for key, by, at, update, target, heard in [self.said[each] for each in order or range(len(self.said))]:
            fold(facts, key, by, at, update, target, heard)
        return facts

    @property
    def now(self) -> Standing:
        """What counts today."""
        return count(self.facts())


def count(facts: Facts) -> Standing:
    """What counts."""
    return standing(facts, BUNDLE, date(1990, 1, 1), NOON + timedelta(days=1))


INVOLVED, TRANSFERRED = "programme.agency.involved", "programme.case.transferred"


def _update(by: AgencyId, verb: str, rest: list[str]) -> Update:
    match verb, rest:
        case "decides", []:
            said = "programme.cohort.decided", {"cohort": "Fixed" if by == UNIT else "Flex", "statutory": True}
        case "names" | "claims", [agency]:
            said = INVOLVED, {"agency": AGENCIES[agency], "role": "active"}
        case "lets", [agency, "lead"]:
            said = INVOLVED, {"agency": AGENCIES[agency], "role": "lead"}
        case "ends", [agency]:
            said = "programme.agency.withdrew", {"agency": AGENCIES[agency]}
        case (("hands" | "takes"), [how]):
            before = OTHER_UNIT if by == OTHER_UNIT and verb == "hands" else UNIT
            after = {"over": OTHER_UNIT, "back": UNIT, "on": "third-iom-unit"}[how]
            said = TRANSFERRED, {"from_agency": before, "to_agency": after, "role": "active", "reason": "area_changed"}
        case "deselects", []:
            said = "programme.person.deselected", {"reason": "custody", "consulted": True}
        case "confirms", _:
            said = "trust.fact.confirmed", {"update": REF}
        case _:
            said = "trust.update.withdrawn", {"update": REF, "reason": "recorded_in_error"}
    return _parse(*said)


def _parse(kind: str, said: dict[str, Any]) -> Update:
    decided = {"decided_by": "A Coordinator"} if "decided_by" in KINDS[kind].model_fields else {}
    whom = who() if kind == "programme.cohort.decided" else {"identifiers": who()["identifiers"]}
    return parse(kind, orjson.dumps(whom | {"author_role": "a test"} | decided | said))


WHOSE = """
    what is said                                           | home  | works the case
    -------------------------------------------------------+-------+-----------------------------------------
    nothing                                                | upper | upper, police, probation, housing
    upper hands over                                       | lower | lower, police, probation
    upper hands over, lower hands back                     | upper | upper, police, probation
    upper hands over, upper hands over                     | lower | lower, police, probation
    lower takes over                                       | upper | upper, police, probation, housing
    lower takes over, upper confirms it                    | lower | lower, police, probation
    lower takes over, housing confirms it                  | upper | upper, police, probation, housing
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
    lower decides, upper withdraws its-decision            | upper | police, probation, housing
    upper hands over, lower decides                        | lower | lower, police, probation
"""
"""A case changes hands by the word of the unit that has it, and by no other; who works only in the area that the person
left works the case no more, and is not there again when the person comes back.
"""

WORTH = """
    what is said                                                                 | prison, other-housing, other-team
    -----------------------------------------------------------------------------+----------------------------------
    prison claims prison, upper confirms it                                      | prison
    prison claims prison, lower confirms it                                      | -
    lower names prison, prison confirms it                                       | -
    upper names other-housing, other-housing confirms it                         | other-housing
    prison claims prison, upper confirms it, upper hands over                    | prison
    prison claims prison, upper hands over, upper confirms that                  | -
    prison claims prison, upper hands over, lower confirms that                  | prison
    upper hands over, upper names prison, prison confirms it                     | -
    upper hands over, upper names prison long ago, prison confirms it            | -
    upper hands over, lower names prison, prison confirms it                     | prison
    upper names other-team, other-team confirms it, upper hands over             | other-team
    lower names other-team, other-team confirms it, upper hands over             | other-team
    prison claims prison, upper confirms it, lower ends prison                   | prison
    prison claims prison, upper confirms it, upper hands over, upper ends prison | prison
    prison claims prison, upper confirms it, upper hands over, lower ends prison | -
    prison claims prison, upper confirms it, upper ends prison, upper hands over | -
"""
"""What the unit said while the case was its own stays said; what it says afterwards counts no more than anybody's."""


def rows(table: str) -> list[list[str]]:
    """The rows of a table."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]


def at_work(found: Standing) -> set[str]:
    """Who works the case, by short names."""
    return {SHORT[agency] for agency in found.involvement if found.works(agency)}


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
def test_where_nobody_has_put_the_person_on_the_programme_every_unit_may_speak() -> None:
    """A case without a decision, and one whose unit has left the register: somebody must answer."""
    units = {UNIT, OTHER_UNIT}
    assert count(Facts()).home == units
    policies = BUNDLE.policies
    left = {agency: partner for agency, partner in policies.partners.items() if agency != UNIT}
    gone = Bundle(policies.model_copy(update={"partners": left}))
    facts = Story("nothing").facts()
    assert standing(facts, gone, None, NOON).home == {OTHER_UNIT}


@pytest.mark.duty("D12")
def test_a_third_unit_gets_the_case_by_no_date_of_long_ago() -> None:
    """The upper unit has handed the case to the lower one. What it then says of the time before takes it from nobody:
    the case goes where the lower one hands it, however the words arrive.
    """
    third = BUNDLE.policies.partners[OTHER_UNIT].model_copy(update={"area": None})
    partners = BUNDLE.policies.partners | {"third-iom-unit": third}
    bundle = Bundle(BUNDLE.policies.model_copy(update={"partners": partners}))
    story = Story("upper hands over, upper hands on long ago")
    assert standing(story.facts(), bundle, None, NOON).home == {OTHER_UNIT}
    chain = Story("upper hands over, lower hands on")
    order = [*range(len(chain.said))]
    for turned in (order, order[::-1]):
        assert standing(chain.facts(turned), bundle, None, NOON).home == {"third-iom-unit"}
