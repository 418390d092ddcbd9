"""Endings: whoever is there, or has died, is sought no longer, as a fact and as an alert, in any order of arrival."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from consumers import rows
from consumers.alerts import QUIETLY, Alerts, shown
from consumers.case_views import CaseViews
from property.memory import MemoryViews
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.views import Alert, Fact
from support.partnership import PROBATION

RECALL, WANTED, RECEIVED, RELEASED, ARREST, DIED = (
    f"custody.person.{what}" for what in ("recalled", "wanted", "received", "released", "arrested", "died")
)
CLEARED, WITHDRAWN = "custody.wanted.cleared", "trust.update.withdrawn"
GIVEN_BACK, SEEN = "trust.disclosure.recalled", "trust.alert.acknowledged"
NAME = "Fictional Testcase-1"
OVER = {RECALL: f"No longer sought (recall): {NAME}", WANTED: f"No longer sought (wanted marker): {NAME}"}


def at(hour: int, kind: str, **fields: Any) -> Disclosure:
    """What probation is told of something that happened in this hour."""
    told = {"person": NAME, "occurred_at": f"2026-03-02T{hour:02d}:00:00+00:00", **fields}
    return Disclosure(PROBATION, UUID(int=1000 + hour), kind, "bundle", UUID(int=1), told)


def after(disclosures: Iterable[Disclosure]) -> MemoryViews:
    """Probation's rows after these disclosures."""
    views = MemoryViews()
    for seq, disclosure in enumerate(disclosures, 1):
        for consumer in (CaseViews(), Alerts()):
            consumer.apply(views, seq, disclosure)  # type: ignore[arg-type]  # it keeps what is needed
    return views


def alerts(views: MemoryViews, *kinds: str) -> dict[UUID, Alert]:
    """The alerts that somebody is sought, as they are read."""
    found = map(shown, views.alerts.values())
    return {alert.alert_id: alert for alert in found if alert.kind in kinds}


def facts(views: MemoryViews) -> dict[UUID, Fact]:
    """The facts as they are read, by their messages."""
    return {fact.message_id: fact for fact in rows.shown(views.facts.values())}


@pytest.mark.duty("D3")
@pytest.mark.duty("D5")
@pytest.mark.parametrize(
    ("sought", "later", "over"),
    [
        (RECALL, [RECEIVED], True),
        (RECALL, [RELEASED], True),
        (RECALL, [RECEIVED, RELEASED], True),
        (RECALL, [DIED], True),
        (RECALL, [RECEIVED, DIED], True),
        (RECALL, [ARREST], False),
        (WANTED, [DIED], True),
        (WANTED, [RECEIVED], False),
        (WANTED, [ARREST], False),
    ],
)
def test_an_alert_and_a_fact_that_somebody_is_sought_end_together(sought: str, later: list[str], over: bool) -> None:
    """A reception ends a recall and a death ends all; a marker waits to be cleared. The alert then says so, asks
    nobody to keep quiet and holds nothing of what it told; and so in every order of arrival.
    """
    story = [at(8, sought), *(at(9 + hour, kind) for hour, kind in enumerate(later))]
    for order in permutations(story):
        views = after(order)
        [alert] = alerts(views, sought).values()
        assert (story[0].message_id in facts(views)) is not over
        assert (alert.headline == OVER[sought]) is over
        assert alert.advice == (None if over else QUIETLY)
        assert bool(alert.told) is not over


@pytest.mark.duty("D3")
def test_whoever_is_recalled_once_more_is_sought_again() -> None:
    """A reception ends every recall before it, and none after it, in every order of arrival."""
    story = [at(8, RECALL), at(9, RECALL), at(10, RECEIVED), at(11, RECALL)]
    for order in permutations(story):
        found = alerts(after(order), RECALL)
        assert [bool(found[each.message_id].told) for each in story if each.kind == RECALL] == [False, False, True]


@pytest.mark.duty("D3")
def test_a_marker_that_was_cleared_reads_as_one_that_death_has_ended() -> None:
    """Whichever comes first, the alert says the same."""
    wanted = at(8, WANTED)
    cleared = at(9, CLEARED, wanted=str(wanted.message_id), stands="no_longer_stands")
    either = [alerts(after([wanted, *order]), WANTED) for order in permutations([cleared, at(10, DIED)])]
    assert either[0] == either[1]
    assert either[0][wanted.message_id].headline == OVER[WANTED]


@pytest.mark.duty("D13")
def test_what_is_told_in_an_emergency_ends_nothing() -> None:
    """It is given back when the emergency ends, and the recall would be lost with it."""
    views = after([at(8, RECALL), at(9, RECEIVED, **{ON_ACCESS: str(UUID(int=7))})])
    assert facts(views)[UUID(int=1008)].kind == RECALL
    [alert] = alerts(views, RECALL).values()
    assert alert.told


@pytest.mark.duty("D5")
def test_a_death_that_was_taken_back_ends_nothing_that_is_told_after() -> None:
    """A withdrawn death is no death: what is told later stands."""
    died = at(9, DIED)
    back = at(10, WITHDRAWN, update=str(died.message_id), stands="no_longer_stands", reason="recorded_in_error")
    [alert] = alerts(after([died, back, at(8, RECALL)]), RECALL).values()
    assert alert.told


def back(hour: int, earlier: Disclosure, kind: str = WITHDRAWN, **more: Any) -> Disclosure:
    """Something is taken back, with no reason told unless there is one among the fields."""
    return at(hour, kind, update=str(earlier.message_id), stands="no_longer_stands", **more)


def orders(story: list[Disclosure]) -> Iterable[tuple[Disclosure, ...]]:
    """Every order of arrival in which nothing is taken back, cleared or seen before it was told."""
    place = {str(each.message_id): number for number, each in enumerate(story)}
    about = [place.get(str(each.told.get("update") or each.told.get("wanted"))) for each in story]
    for order in permutations(range(len(story))):
        if all(of is None or order.index(of) < order.index(number) for number, of in enumerate(about)):
            yield tuple(story[number] for number in order)


TAKEN_BACK = """
    sought | then              | taken back        | is sought
    -------+-------------------+-------------------+----------
    RECALL | RECEIVED          | RECEIVED          | yes
    RECALL | RELEASED          | RELEASED          | yes
    RECALL | DIED              | DIED              | yes
    WANTED | DIED              | DIED              | yes
    RECALL | RECEIVED          | RECALL            | no
    RECALL | RECEIVED          | RECEIVED RECALL   | no
    WANTED | RECEIVED          | RECEIVED          | yes
    RECALL | RECEIVED DIED     | DIED              | no
    RECALL | RECEIVED DIED     | RECEIVED          | no
    RECALL | RECEIVED DIED     | RECEIVED DIED     | yes
    RECALL | RECEIVED RELEASED | RECEIVED          | no
    RECALL | RECEIVED RELEASED | RECEIVED RELEASED | yes
    WANTED | RECEIVED DIED     | DIED              | yes
"""


@pytest.mark.duty("D3")
@pytest.mark.duty("D5")
@pytest.mark.parametrize("row", [line.split("|") for line in TAKEN_BACK.strip().splitlines()[2:]], ids="|".join)
@pytest.mark.parametrize("how", [{}, {"reason": "recorded_in_error"}, {"kind": GIVEN_BACK}], ids=["", "why", "given"])
def test_whoever_is_sought_is_sought_again_once_its_end_is_taken_back(row: list[str], how: dict[str, Any]) -> None:
    """A reception, a release or a death that was withdrawn or called back ends nothing: what was told of the search
    is there again, fact and alert, unless something else ended it or it was itself taken back; and so in every order of
    arrival.
    """
    sought, then, gone = ([globals()[name] for name in cell.split()] for cell in row[:3])
    told = {kind: at(8 + hour, kind) for hour, kind in enumerate([*sought, *then])}
    story = [*told.values(), *(back(12 + hour, told[kind], **how) for hour, kind in enumerate(gone))]
    message, is_sought = told[sought[0]].message_id, row[3].strip() == "yes"
    for order in orders(story):
        views = after(order)
        alert, fact = alerts(views, *sought).get(message), facts(views).get(message)
        assert bool(alert and alert.told == told[sought[0]].told and alert.advice == QUIETLY) is is_sought
        assert bool(fact and fact.stands) is is_sought


@pytest.mark.duty("D3")
@pytest.mark.duty("D15")
def test_what_was_put_right_meanwhile_is_right_when_it_is_shown_again() -> None:
    """A correction of a recall that is over counts: whenever it comes, fact and alert say what is right once the
    reception is taken back.
    """
    recall, received = at(8, RECALL, recall_type="fixed_term"), at(9, RECEIVED)
    right = at(10, "trust.update.corrected", update=str(recall.message_id), corrected={"recall_type": "standard"})
    for order in orders([recall, received, right, back(11, received)]):
        views = after(order)
        [alert] = alerts(views, RECALL).values()
        assert alert.told["recall_type"] == facts(views)[recall.message_id].told["recall_type"] == "standard"


@pytest.mark.requirement("IX8")
@pytest.mark.duty("D3")
@pytest.mark.parametrize("seen_after", [1, 2])
def test_whoever_had_seen_the_alert_sees_it_anew(seen_after: int) -> None:
    """An alert that somebody saw, before it was over or after, is open again when the person is sought again, until
    it is seen once more.
    """
    recall, received = at(8, RECALL), at(9, RECEIVED)
    seen = at(12, SEEN, alert=str(recall.message_id), source=PROBATION)
    story = [recall, received, back(11, received)]
    story.insert(seen_after, seen)
    once, twice = after(story), after([*story, seen])
    assert [row.acknowledged for row in once.alerts.values()] == [False]
    assert [row.acknowledged for row in twice.alerts.values()] == [True]
