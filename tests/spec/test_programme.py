"""The programme as partners meet it: who hears of what, who takes a case over, who leaves, and what becomes of it."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from support.builders import an_arrest
from support.partnership import DRUGS, HOUSING, POLICE, PROBATION, UNIT
from support.righting import ARREST, ends_involvement
from support.seeing import NAMES, Scene, rows, scene

OTHER = "fictional-rehabilitation"
"""The other probation provider."""
INVOLVED, TRANSFERRED = "programme.agency.involved", "programme.case.transferred"
DESELECTED, REREFERRED = "programme.person.deselected", "programme.person.rereferred"
CALLED, MOVED, CONCLUDED = "programme.review.called", "programme.review.moved", "programme.review.concluded"

SAYS: dict[str, dict[str, Any]] = {
    "programme.person.referred": {"referred_by": "A Sergeant", "reason": "Six thefts"},
    "programme.person.scored": {
        "method": "m",
        "method_version": "1",
        "items": {"one": 45},
        "total": 45,
        "scored_by": "An Analyst",
    },
    "programme.readiness.assessed": {"category": "ready_to_change", "assessed_by": "An Officer"},
    CALLED: {
        "invited": [POLICE, HOUSING],
        "held_at": "2026-03-20T10:00:00Z",
        "form": "without_meeting",
        "contributions_by": "2026-03-18",
        "called_by": "A Coordinator",
    },
    MOVED: {"held_at": "2026-03-27T10:00:00Z", "reason": "contributions_missing", "moved_by": "A Coordinator"},
    "programme.contribution.made": {"contributed_by": "A Housing Officer", "contribution": "Pays the rent"},
    CONCLUDED: {"decision": "goes_on", "decided_by": "A Coordinator"},
    "programme.target.set": {
        "owner": HOUSING,
        "target": "A tenancy is offered",
        "pathway": "accommodation",
        "due_on": "2026-03-20",
        "set_by": "A Coordinator",
    },
    "programme.target.met": {"achieved": "met", "checked_on": "2026-03-20", "checked_by": "A Housing Officer"},
    "trust.identity.linked": {"further": {"crn": "X990001"}, "ground": "documents", "decided_by": "An Officer"},
    "intelligence.report.submitted": {
        "report": "Seen near the yards",
        "source_evaluation": "2",
        "assessment": "C",
        "handling_code": "P",
        "submitted_by": "An Officer",
        "review_on": "2026-08-22",
    },
    DESELECTED: {"reason": "good_progress", "decided_by": "A Coordinator", "consulted": True},
    REREFERRED: {"referred_by": "A Sergeant", "changed": "Lost the tenancy"},
}
HANDED_OVER = {"role": "active", "reason": "provider_changed", "decided_by": "A Coordinator"}

WHO_HEARS = """
    update                        | by        | reaches
    ------------------------------+-----------+--------------------------------------------------------------
    programme.person.referred     | police    | police, iom
    programme.person.scored       | iom       | police, probation, prison, iom
    programme.readiness.assessed  | probation | police, probation, prison, iom
    programme.review.called       | iom       | police, iom, housing
    programme.review.moved        | iom       | police, iom, housing
    programme.contribution.made   | housing   | iom, housing
    programme.review.concluded    | iom       | police, iom, housing
    programme.target.set          | iom       | iom, housing
    programme.target.met          | housing   | iom, housing
    trust.identity.linked         | probation | police, probation, iom
    intelligence.report.submitted | police    | police, probation
    programme.person.deselected   | iom       | police, probation, prison, iom, housing, hostel, drugs
    programme.person.rereferred   | police    | police, iom
"""
"""Everybody works the case, and each hears its own update. To the review the police and housing are invited; the target
is housing's. Whoever is not invited, and whose target it is not, hears nothing of that (D6).
"""

LEAVES = """
    partner                  | feed              | view       | alerts
    -------------------------+-------------------+------------+----------------
    police, probation,prison | person deselected | cohort new | deselection new
    housing, hostel, drugs   | person deselected | cohort new | deselection new
    iom                      | person deselected | cohort new | -
"""
ARRESTED_AFTERWARDS = """
    partner                                      | feed   | view        | alerts
    ---------------------------------------------+--------+-------------+----------
    police                                       | arrest | custody new | arrest new
    probation, prison, iom, housing,hostel,drugs | -      | -           | -
"""
"""Nobody but the police, whose own it is: nothing of the case is told on the ordinary grounds (D15, D23)."""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        found.turn(minutes=1)
        yield found


def hears(here: Scene, kind: str) -> set[str]:
    """The partners that hold an update of this kind, by their short names."""
    return {name for name, agency in NAMES.items() if here.partners.told(agency, kind)}


def transfers(here: Scene, by: str, old: str, new: str, **more: Any) -> UUID:
    """Somebody says that one agency takes over from another; a minute goes by."""
    found: UUID = here.says(by, TRANSFERRED, {"from_agency": old, "to_agency": new, **HANDED_OVER, **more})
    here.turn(minutes=1)
    return found


def arrest_reaches(here: Scene, *agencies: str) -> list[bool]:
    """The police arrest the person: which of these hear of it."""
    before = [len(here.partners.told(agency, ARREST)) for agency in agencies]
    here.says(POLICE, ARREST, an_arrest())
    here.turn(minutes=1)
    return [len(here.partners.told(agency, ARREST)) > had for agency, had in zip(agencies, before, strict=True)]


@pytest.mark.requirement("IX15")
@pytest.mark.requirement("CV2")
@pytest.mark.duty("D6")
@pytest.mark.duty("D19")
@pytest.mark.requirement("RV7")
@pytest.mark.requirement("SR23")
def test_who_hears_of_what(here: Scene) -> None:
    """Each update reaches those of the table, and nobody else."""
    earlier: dict[str, UUID] = {}
    about = dict.fromkeys((MOVED, CONCLUDED, "programme.contribution.made"), ("review", CALLED))
    about["programme.target.met"] = ("target", "programme.target.set")
    for line in WHO_HEARS.strip().splitlines()[2:]:
        kind, by, reached = (cell.strip() for cell in line.split("|"))
        said, agency = dict(SAYS[kind]), NAMES[by]
        if kind in about:
            name, of = about[kind]
            said[name] = str(earlier[of]) if agency == UNIT else here.known_as(agency, UNIT, earlier[of])
        earlier[kind] = here.says(agency, kind, said, alone=kind in about)
        here.turn(minutes=1)
        assert hears(here, kind) == set(reached.split(", ")), kind


@pytest.mark.duty("D15")
@pytest.mark.requirement("RV5")
def test_who_left_the_case_hears_of_no_review_that_is_moved(here: Scene) -> None:
    """Housing was invited, and works the case no more: it hears nothing of the new date."""
    review = here.says(UNIT, CALLED, SAYS[CALLED])
    ends_involvement(here, HOUSING)()
    here.turn(minutes=1)
    here.says(UNIT, MOVED, SAYS[MOVED] | {"review": str(review)}, alone=True)
    assert here.partners.told(HOUSING, MOVED) == []
    assert here.partners.told(POLICE, MOVED) != []


@pytest.mark.duty("D15")
@pytest.mark.requirement("IX12")
@pytest.mark.requirement("GV6")
@pytest.mark.requirement("GV7")
def test_another_provider_takes_over_at_once(here: Scene) -> None:
    """The IOM unit hands the case from one probation provider to the other: the next arrest reaches the new one, and
    the old one is told nothing from then on, the hand-over included; after thirty days its view closes.
    """
    assert arrest_reaches(here, PROBATION, OTHER) == [True, False]
    head = here.hub.feed.head(PROBATION)
    transfers(here, UNIT, PROBATION, OTHER)
    assert [each["to_agency"] for each in here.partners.told(OTHER, TRANSFERRED)] == [OTHER]
    assert arrest_reaches(here, PROBATION, OTHER) == [False, True]
    assert here.hub.feed.head(PROBATION) == head
    assert here.changes(lambda: here.turn(days=31))["probation"][1].endswith("gone")


@pytest.mark.duty("D6")
def test_who_takes_over_is_not_told_from_whom(here: Scene) -> None:
    """That another agency worked the case is no news for the one that takes over, nor who decided so."""
    transfers(here, UNIT, DRUGS, "northshire-health", pathways=["drugs_alcohol"], worker="A Key Worker")
    [told] = here.partners.told("northshire-health", TRANSFERRED)
    assert {"from_agency", "decided_by", "source", "author_role"}.isdisjoint(told)
    assert told["worker"] == "A Key Worker"


@pytest.mark.duty("D12")
@pytest.mark.requirement("IX12")
def test_who_would_take_over_says_so_in_vain_until_it_is_confirmed(here: Scene) -> None:
    """The other provider takes the case over by its own word: it is told nothing, and the first one goes on being told;
    once the IOM unit confirms it, it is the other way round.
    """
    claim = transfers(here, OTHER, PROBATION, OTHER)
    assert arrest_reaches(here, PROBATION, OTHER) == [True, False]
    here.partners.confirm(UNIT, OTHER, claim)
    assert arrest_reaches(here, PROBATION, OTHER) == [False, True]


@pytest.mark.duty("D12")
def test_who_hands_over_ends_its_own_part_and_begins_no_other(here: Scene) -> None:
    """Probation hands the case over by itself: its own part ends at once, the other's begins when it is confirmed."""
    claim = transfers(here, PROBATION, PROBATION, OTHER)
    assert arrest_reaches(here, PROBATION, OTHER) == [False, False]
    here.partners.confirm(UNIT, PROBATION, claim)
    assert arrest_reaches(here, PROBATION, OTHER) == [False, True]


@pytest.mark.duty("D12")
def test_a_transfer_that_is_taken_back_lets_nobody_in_again(here: Scene) -> None:
    """The IOM unit takes a transfer back: neither of the two is told; whoever works the case is said anew."""
    claim = transfers(here, UNIT, PROBATION, OTHER)
    here.says(UNIT, "trust.update.withdrawn", {"update": str(claim), "reason": "recorded_in_error"}, alone=True)
    assert arrest_reaches(here, PROBATION, OTHER) == [False, False]


@pytest.mark.duty("D15")
@pytest.mark.duty("D21")
@pytest.mark.duty("D23")
@pytest.mark.requirement("SR15")
@pytest.mark.requirement("SR27")
def test_who_leaves_the_programme_is_spoken_of_no_more(here: Scene) -> None:
    """Every partner hears that it is over, and nothing after it. Thirty days later the views close, but probation's,
    as the case is statutory, and the IOM unit's.
    """
    assert here.changes(partial(here.says, UNIT, DESELECTED, SAYS[DESELECTED])) == rows(LEAVES)
    here.turn(minutes=1)
    assert here.changes(partial(here.says, POLICE, ARREST, an_arrest())) == rows(ARRESTED_AFTERWARDS)
    open_views = {name for name, agency in NAMES.items() if here.sight(agency).facts}
    here.turn(days=31)
    assert open_views == set(NAMES)
    assert {name for name, agency in NAMES.items() if here.sight(agency).facts} == {"probation", "iom"}


@pytest.mark.duty("D21")
@pytest.mark.parametrize(
    ("reason", "counts_as"),
    [
        ("good_progress", "success"),
        *[(reason, "neutral") for reason in ("non_engagement", "capacity", "custody", "moved_away", "died")],
    ],
)
@pytest.mark.requirement("SR22")
def test_what_leaving_counts_as(here: Scene, reason: str, counts_as: str) -> None:
    """Good progress is a success; capacity, custody and the rest are neither that nor a failure."""
    here.says(UNIT, DESELECTED, SAYS[DESELECTED] | {"reason": reason})
    [told] = here.partners.told(POLICE, DESELECTED)
    assert told["counts_as"] == counts_as
    [told] = here.partners.told(HOUSING, DESELECTED)
    assert {"reason", "counts_as"}.isdisjoint(told)


@pytest.mark.duty("D14")
@pytest.mark.requirement("SR4")
def test_who_comes_back_is_known_as_things_stand(here: Scene) -> None:
    """Somebody is proposed again, and the IOM unit alone hears it; taken on again, each partner that still works the
    case is told how things stand, and then of what happens.
    """
    here.says(UNIT, DESELECTED, SAYS[DESELECTED])
    here.turn(minutes=1)
    here.says(POLICE, ARREST, an_arrest())
    here.turn(minutes=1)
    here.says(POLICE, REREFERRED, SAYS[REREFERRED])
    assert hears(here, REREFERRED) == {"police", "iom"}
    assert hears(here, ARREST) == {"police"}
    here.turn(minutes=1)
    here.partners.person(1)
    assert hears(here, ARREST) == {"police", "probation", "iom", "housing", "hostel", "drugs"}


@pytest.mark.duty("D12")
@pytest.mark.duty("D21")
def test_to_take_leaving_back_is_no_way_onto_the_programme(here: Scene) -> None:
    """The IOM unit takes it back that somebody left: nothing is told until it has decided on a cohort again."""
    left = here.says(UNIT, DESELECTED, SAYS[DESELECTED])
    here.turn(minutes=1)
    here.says(UNIT, "trust.update.withdrawn", {"update": str(left), "reason": "undone"}, alone=True)
    assert arrest_reaches(here, PROBATION, HOUSING) == [False, False]
    here.partners.person(1)
    here.turn(minutes=1)
    assert arrest_reaches(here, PROBATION, HOUSING) == [True, True]


@pytest.mark.duty("D21")
@pytest.mark.requirement("SR1")
def test_a_score_proposes_and_decides_nothing(here: Scene) -> None:
    """A score below every threshold proposes to reject; the person is on the programme until somebody decides."""
    low = SAYS["programme.person.scored"] | {"total": 10, "accept_from": 70, "target_from": 40}
    here.says(UNIT, "programme.person.scored", low)
    assert [each["proposes"] for each in here.partners.told(POLICE, "programme.person.scored")] == ["monitor_or_reject"]
    assert arrest_reaches(here, PROBATION, HOUSING) == [True, True]
