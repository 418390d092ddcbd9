"""Timers: what is due is published once, by whichever process leads, and settles nothing that is settled."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4, uuid5

import orjson
import pytest

from hub.ports import UpdateKey
from hub.timers import fire_due
from support.builders import a_reception, a_release, an_arrest, an_outcome
from support.partnership import HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership, partnership, who

ARREST, RELEASE, RECEPTION = (f"custody.person.{what}" for what in ("arrested", "released", "received"))
CONFIRMED, WITHDRAWN = "trust.update.confirmed", "trust.update.withdrawn"


@pytest.fixture(name="scene")
def _scene() -> Iterator[tuple[Partnership, dict[str, Any]]]:
    """Probation, the prison and housing work with one person."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency in (PROBATION, PRISON):
            partners.involve(someone, agency)
        partners.involve(someone, HOUSING, ("accommodation",))
        yield partners, someone


def turn(partners: Partnership, minutes: float) -> int:
    """Time passes; how many timers fired."""
    partners.clock.turn(minutes=minutes)
    return fire_due(partners.hub.acceptor)


def test_a_timer_fires_once(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Due to the minute, and gone once it has fired; nothing is due where nothing is provisional."""
    partners, someone = scene
    assert turn(partners, 100) == 0
    partners.publish(POLICE, ARREST, someone | an_arrest())
    assert [turn(partners, minutes) for minutes in (44.99, 0.01, 0, 1000)] == [0, 1, 0, 0]


def test_what_the_hub_says_has_an_id_that_follows_from_the_update(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Whichever process fires a timer publishes the same update, dated when it was due, in the hub's own name."""
    partners, someone = scene
    arrest = partners.publish(POLICE, ARREST, someone | an_arrest())
    due = partners.clock.now() + timedelta(minutes=45)
    turn(partners, 60)
    with partners.hub.store.unit() as unit:
        kept = orjson.loads(unit.content_of(UpdateKey("hub", uuid5(arrest, f"{POLICE}/settled"))) or b"{}")
    assert kept["attested"] == {"by": "hub", "subject": f"{POLICE}/{arrest}"}
    [said] = partners.told(UNIT, CONFIRMED)
    assert (said["source"], said["author_role"], said["occurred_at"]) == ("hub", "the hub", due.isoformat())


def test_many_timers_fire_in_the_order_in_which_they_are_due(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """After a night without a hub everything that fell due is settled, the oldest first."""
    partners, someone = scene
    for _ in range(5):
        partners.publish(POLICE, ARREST, someone | an_arrest())
        partners.clock.turn(minutes=1)
    assert turn(partners, 600) == 5
    times = [each["occurred_at"] for each in partners.told(PROBATION, CONFIRMED)]
    assert times == sorted(times)
    assert len(set(times)) == 5


def test_an_update_that_was_not_placed_is_not_settled(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Nobody was told of a held or a discarded arrest, so nothing falls due."""
    partners, someone = scene
    partners.publish(POLICE, ARREST, who(9) | an_arrest())
    partners.publish(POLICE, ARREST, someone | an_arrest(person="Somebody Else"))
    assert turn(partners, 100) == 0


def test_a_release_that_its_prison_withdrew_is_withdrawn_once(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Undone and taken back by the prison itself: everyone told hears so once, not again from the hub."""
    partners, someone = scene
    release = partners.publish(PRISON, RELEASE, someone | a_release())
    partners.clock.turn(minutes=5)
    partners.publish(PRISON, RECEPTION, someone | a_reception())
    partners.publish(PRISON, WITHDRAWN, {"update": str(release), "reason": "undone"})
    assert turn(partners, 60) == 1
    assert len(partners.told(PROBATION, WITHDRAWN)) == 1


def test_a_reception_taken_back_lets_the_release_stand(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """A reception recorded in error, and taken back in time, does not undo the release."""
    partners, someone = scene
    partners.publish(PRISON, RELEASE, someone | a_release())
    partners.clock.turn(minutes=5)
    reception = partners.publish(PRISON, RECEPTION, someone | a_reception())
    partners.publish(PRISON, WITHDRAWN, {"update": str(reception), "reason": "recorded_in_error"})
    turn(partners, 60)
    assert len(partners.told(PROBATION, CONFIRMED)) == 1


@pytest.mark.duty("D1")
@pytest.mark.parametrize("outcome", ["no_further_action", "bailed", "charged", "remanded"])
def test_an_arrest_whose_end_is_known_is_not_confirmed(scene: tuple[Partnership, dict[str, Any]], outcome: str) -> None:
    """How an arrest ended says by itself whether it stood; the hub adds nothing."""
    partners, someone = scene
    arrest = partners.publish(POLICE, ARREST, someone | an_arrest())
    partners.publish(POLICE, "custody.person.left", an_outcome(arrest, outcome))
    turn(partners, 60)
    assert partners.told(PROBATION, CONFIRMED) == []


@pytest.mark.duty("D1")
def test_a_movement_that_comes_very_late_leaves_no_history(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """An arrest of last week that arrives after nine later movements is not kept by housing beside its state."""
    partners, someone = scene
    for hours in range(9, 0, -1):
        at = partners.clock.now() - timedelta(hours=hours)
        partners.publish(PRISON, RECEPTION, someone | a_reception(reason="transfer"), at=at)
    partners.publish(POLICE, ARREST, someone | an_arrest(), at=partners.clock.now() - timedelta(days=7))
    kinds = [each.get("kind") for each in partners.told(HOUSING) if each.get("kind", "").startswith("custody.")]
    assert kinds == [RECEPTION]
    assert partners.hub.verify().problems == []


def test_two_publishers_may_give_their_updates_one_id(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Each publisher chooses its ids by itself: what the hub says later of the one is not what it says of the other."""
    partners, someone = scene
    one_id, another = uuid4(), partners.person(2)
    partners.involve(another, PRISON)
    partners.publish(POLICE, ARREST, someone | an_arrest(), update_id=one_id)
    partners.publish(PRISON, RELEASE, another | a_release(), update_id=one_id)
    assert turn(partners, 1000) == 2
    for agency in (POLICE, PRISON):
        with partners.hub.store.unit() as unit:
            kept = orjson.loads(unit.content_of(UpdateKey("hub", uuid5(one_id, f"{agency}/settled"))) or b"{}")
        assert kept["attested"] == {"by": "hub", "subject": f"{agency}/{one_id}"}
