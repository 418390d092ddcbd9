"""What a named worker discloses, what became of what a partner said or did, and who has not answered."""

from collections.abc import Iterator
from functools import partial

import pytest

from support.builders import an_arrest, an_outcome
from support.fates import fate
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT
from support.righting import ends_involvement
from support.seeing import NOTHING, Scene, scene

OFFENDING, OUTCOME, UNANSWERED = "trust.offending.disclosed", "trust.outcome.reported", "trust.alert.unacknowledged"
OFFENCE = {
    "recipient": PROBATION,
    "what": "Said that he had taken a bicycle",
    "threshold": "housing procedure, section 4",
    "decided_by": "A Housing Officer",
    "warned_at": "2026-03-02T08:00:00Z",
}


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        found.turn(minutes=1)
        yield found


@pytest.mark.duty("D7")
@pytest.mark.duty("D8")
@pytest.mark.requirement("TR5")
def test_disclosed_offending_reaches_the_one_that_is_named(here: Scene) -> None:
    """A housing officer tells probation, and nobody else hears, neither of the offending nor that there was any; with
    it stands by which rule it was told, and when the person was warned.
    """
    changes = here.changes(partial(here.says, HOUSING, OFFENDING, OFFENCE))
    assert {name for name, change in changes.items() if change != NOTHING} == {"probation", "housing"}
    [told] = here.partners.told(PROBATION, OFFENDING)
    assert told["warned_at"].startswith("2026-03-02T08:00:00")
    assert told["threshold"] == OFFENCE["threshold"]


@pytest.mark.duty("D15")
@pytest.mark.requirement("IX8")
@pytest.mark.parametrize(("left", "hears_of_it"), [(False, True), (True, False)])
def test_who_acted_hears_what_came_of_it(here: Scene, left: bool, hears_of_it: bool) -> None:
    """Probation says what came of what housing disclosed: housing is alerted, if it still works the case."""
    offending = here.says(HOUSING, OFFENDING, OFFENCE)
    if left:
        ends_involvement(here, HOUSING)()
    here.turn(minutes=1)
    said = {"update": here.known_as(PROBATION, HOUSING, offending), "outcome": "acted_on", "reported_by": "An Officer"}
    changes = here.changes(partial(here.says, PROBATION, OUTCOME, said, alone=True))
    assert changes["housing"][2] == ("outcome new" if hears_of_it else "-")
    assert {name for name, change in changes.items() if change != NOTHING} <= {"probation", "housing"}


@pytest.mark.duty("D12")
def test_only_who_was_told_reports_an_outcome(here: Scene) -> None:
    """The prison was not told of the arrest, so it cannot say what came of it."""
    arrest = here.says(POLICE, "custody.person.arrested", an_arrest())
    said = {"update": here.known_as(PRISON, POLICE, arrest), "outcome": "acted_on", "reported_by": "An Officer"}
    assert fate(here.partners, PRISON, here.says(PRISON, OUTCOME, said, alone=True)) == "held: unknown_reference"


@pytest.mark.duty("D6")
@pytest.mark.requirement("IX5")
def test_the_unit_hears_who_has_not_answered() -> None:
    """Four hours after an arrest the IOM unit hears which partners were told and have not answered; nobody else does.
    Who answered is not among them, nor who works the case no more.
    """
    with scene(answer_hours=4) as here:
        arrest = here.says(POLICE, "custody.person.arrested", an_arrest())
        here.turn(minutes=1)
        seen = {"alert": here.known_as(PROBATION, POLICE, arrest), "by": "An Officer"}
        here.says(PROBATION, "trust.alert.acknowledged", seen, alone=True)
        ends_involvement(here, HOSTEL)()
        changes = here.changes(lambda: here.turn(hours=4))
        [told] = here.partners.told(UNIT, UNANSWERED)
        assert told["silent"] == sorted([HOUSING, DRUGS])
        assert changes["iom"][2] == "arrest confirmed; unanswered new"
        assert [agency for agency in EVERYONE if here.partners.told(agency, UNANSWERED)] == [UNIT]


@pytest.mark.duty("D1")
@pytest.mark.parametrize("hours", [4, None])
def test_nobody_is_asked_for_what_is_over(hours: float | None) -> None:
    """An arrest that came to nothing waits for no answer; and where the partnership sets no time, nothing does."""
    with scene(answer_hours=hours) as here:
        arrest = here.says(POLICE, "custody.person.arrested", an_arrest())
        if hours:
            here.says(POLICE, "custody.person.left", an_outcome(arrest), alone=True)
        here.turn(hours=5)
        assert [agency for agency in EVERYONE if here.partners.told(agency, UNANSWERED)] == []
