"""Endings: whoever is there, or has died, is sought no longer, as a fact and as an alert, in any order of arrival."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from consumers.alerts import QUIETLY, Alerts, from_row
from consumers.case_views import CaseViews
from property.memory import MemoryViews
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.views import Alert
from support.partnership import PROBATION

RECALL, WANTED, RECEIVED, RELEASED, ARREST, DIED = (
    f"custody.person.{what}" for what in ("recalled", "wanted", "received", "released", "arrested", "died")
)
CLEARED, WITHDRAWN = "custody.wanted.cleared", "trust.update.withdrawn"
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
    """The alerts that somebody is sought."""
    found = (from_row(row) for row in views.alerts.values())
    return {alert.alert_id: alert for alert in found if alert.kind in kinds}


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
        assert any(row.message_id == story[0].message_id for row in views.facts.values()) is not over
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
    assert (UUID(int=1), "recall") in views.facts
    [alert] = alerts(views, RECALL).values()
    assert alert.told


@pytest.mark.duty("D5")
def test_a_death_that_was_taken_back_ends_nothing_that_is_told_after() -> None:
    """A withdrawn death is no death: what is told later stands."""
    died = at(9, DIED)
    back = at(10, WITHDRAWN, update=str(died.message_id), stands="no_longer_stands", reason="recorded_in_error")
    [alert] = alerts(after([died, back, at(8, RECALL)]), RECALL).values()
    assert alert.told
