"""What is held and placed by nobody: an urgent one pages those who may place it, and after four weeks it is let go."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import orjson
import pytest

from hub.kit.publishing import in_words
from hub.waiting import let_go, page
from hub.working import held, shown_to
from integration.scene import Scene
from integration.test_held import contradicting_arrest, order, record_of
from integration.test_held import held as listed
from support.builders import a_missed_appointment, an_arrest
from support.fates import fate
from support.http import JSON
from support.partnership import EVERYONE, OTHER_UNIT, POLICE, PROBATION, UNIT, who

TEN, MONTH = timedelta(minutes=10), timedelta(days=28)
PAGE = "hub.held.waiting"
STRUCTURE = ("message_id", "kind", "bundle", "record")


def heads(scene: Scene) -> dict[str, int]:
    """How far every feed goes."""
    return {agency: scene.p.hub.feed.head(agency)[0] for agency in (*EVERYONE, OTHER_UNIT)}


def paged(scene: Scene) -> int:
    """How many pages are told now of what has waited for ten minutes."""
    return page(scene.p.hub.acceptor, TEN, partial(shown_to, scene.p.hub))


@pytest.mark.duty("D27")
@pytest.mark.duty("D29")
def test_an_urgent_one_pages_the_unit_once_and_nobody_else(scene: Scene) -> None:
    """Ten minutes after an arrest was held the IOM unit's feed says that one waits, and for how long: neither of whom,
    nor whose word it is, nor why it is held. No other feed moves, and it is not said again.
    """
    contradicting_arrest(scene)
    before = heads(scene)
    scene.p.clock.turn(minutes=9)
    assert paged(scene) == 0
    scene.p.clock.turn(minutes=3)
    assert paged(scene) == 1
    [said] = scene.p.told(UNIT, PAGE)
    nobody = str(scene.p.hub.identity.feed(UNIT))
    assert {name: said[name] for name in said if name not in ("message_id", "bundle")} == {
        "kind": PAGE,
        "record": nobody,
        "of_kind": "custody.person.arrested",
        "minutes": 12,
    }
    assert in_words(said).startswith("custody.person.arrested has waited 12 minutes")  # what `connect status` shows
    scene.p.clock.turn(minutes=30)
    assert paged(scene) == 0
    assert heads(scene) == before | {UNIT: before[UNIT] + 1}
    assert scene.p.hub.verify().problems == []


@pytest.mark.duty("D27")
def test_what_can_wait_or_was_dealt_with_pages_nobody(scene: Scene) -> None:
    """A missed appointment that is held is in the list and pages nobody; nor does an arrest that was placed."""
    arrest, record = contradicting_arrest(scene), record_of(scene)
    scene.p.publish(
        PROBATION, "supervision.appointment.missed", who(1) | {"person": "Somebody Else"} | a_missed_appointment()
    )
    assert order(scene, "placing", arrest, record=record) == 200
    scene.p.clock.turn(minutes=20)
    assert paged(scene) == 0
    assert [each["urgent"] for each in listed(scene)] == [False]


@pytest.mark.duty("D25")
@pytest.mark.duty("D26")
def test_what_nobody_placed_is_let_go_and_its_publisher_hears_nothing(scene: Scene) -> None:
    """After four weeks its content is gone, with a ledger entry that says why; no feed moves, and the same bytes again
    get the receipt they had.
    """
    raw = scene.raw(POLICE, "custody.person.arrested", who(1) | {"person": "Somebody Else"} | an_arrest())
    sent = scene.agency(POLICE).post("/v1/updates", raw, JSON)
    before = heads(scene)
    scene.p.clock.turn(days=27)
    assert let_go(scene.p.hub.acceptor, MONTH) == 0
    scene.p.clock.turn(days=1)
    assert let_go(scene.p.hub.acceptor, MONTH) == 1
    assert listed(scene) == []
    assert fate(scene.p, POLICE, UUID(orjson.loads(raw)["id"])) == "discarded"
    again = scene.agency(POLICE).post("/v1/updates", raw, JSON)
    assert again.json() == sent.json()
    assert heads(scene) == before
    assert (let_go(scene.p.hub.acceptor, MONTH), listed(scene)) == (0, [])
    assert scene.p.hub.verify().problems == []


@pytest.mark.duty("D25")
def test_a_running_hub_does_both_by_itself(scene: Scene) -> None:
    """By its settings: ten minutes, and four weeks."""
    contradicting_arrest(scene)
    scene.p.clock.turn(minutes=11)
    held(scene.p.hub)
    assert len(scene.p.told(UNIT, PAGE)) == 1
    scene.p.clock.turn(days=28)
    held(scene.p.hub)
    assert listed(scene) == []
