"""Timers: what is due later happens once, whoever leads, and whatever is restarted in between."""

import threading
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest

from contract.places import Place, a_case, contents, problems, received
from hub.accepting import Acceptor
from hub.adapters.system import SystemEntropy
from hub.timers import fire_due
from support.builders import an_arrest
from support.partnership import POLICE, PROBATION, UNIT, Partnership

ARREST, CONFIRMED = "custody.person.arrested", "trust.update.confirmed"
JUSTICE = (POLICE, PROBATION, UNIT)


def arrests(partners: Partnership, count: int, number: int = 1) -> list[UUID]:
    """Somebody is arrested again and again: each arrest is looked at again after its settling time."""
    person, _ = a_case(partners, number)
    batch = [received(partners, POLICE, ARREST, {**person, **an_arrest()}) for _ in range(count)]
    partners.hub.acceptor.accept(batch)
    return [each.key.update_id for each in batch]


def fire_all(partners: Partnership) -> int:
    """Fire until nothing is due; how many timers fired. One that never goes away fails the test."""
    fired = 0
    while more := fire_due(partners.hub.acceptor):
        fired += more
        assert fired < 1000
    return fired


def each_confirmed_once(partners: Partnership, arrested: Sequence[UUID]) -> None:
    """Everyone who was told of the arrests was told of each one's confirmation, once."""
    for agency in JUSTICE:
        about = Counter(each["update"] for each in partners.told(agency, CONFIRMED))
        expected = [str(partners.hub.identity.message(agency, POLICE, update_id)) for update_id in arrested]
        assert about == Counter(expected)
    assert problems(partners) == []


def test_nothing_fires_before_it_is_due(partners: Partnership) -> None:
    """A timer waits for its own moment, whatever else is due before it."""
    arrested = arrests(partners, 3)
    partners.clock.turn(minutes=10)
    later = arrests(partners, 2, 2)
    partners.clock.turn(minutes=34)
    assert fire_all(partners) == 0
    each_confirmed_once(partners, [])
    partners.clock.turn(minutes=1)
    assert fire_all(partners) == 3
    each_confirmed_once(partners, arrested)
    partners.clock.turn(minutes=10)
    assert fire_all(partners) == 2
    each_confirmed_once(partners, arrested + later)


def test_two_leaders(partners: Partnership) -> None:
    """Two leaders that race for the same timers fire each of them once between them, in several batches."""
    arrested = arrests(partners, 230)
    partners.clock.turn(minutes=46)
    fired: list[int] = []
    start = threading.Barrier(2)

    def lead() -> None:
        start.wait()
        fired.append(fire_all(partners))

    leaders = [threading.Thread(target=lead) for _ in range(2)]
    for leader in leaders:
        leader.start()
    for leader in leaders:
        leader.join()
    assert sum(fired) == 230
    each_confirmed_once(partners, arrested)


def test_timers_survive_a_restart(place: Place) -> None:
    """What became due while the hub was down fires when it is up again, and not once more after the next restart."""
    arrested = arrests(place.open(), 5)
    partners = place.again()
    partners.clock.turn(days=2)
    assert fire_all(partners) == 5
    partners = place.again()
    assert fire_all(partners) == 0
    each_confirmed_once(partners, arrested)


def test_a_leader_that_fails(partners: Partnership) -> None:
    """A leader that fails in the middle of a batch has fired nothing; the next one fires all of it, once."""
    arrested = arrests(partners, 5)
    partners.clock.turn(minutes=46)
    before, hub = contents(partners), partners.hub
    failing = Acceptor(hub.store, lambda: hub.bundle, hub.identity, hub.clock, FailsLate(), hub.settings.settle)
    with pytest.raises(LookupError):
        fire_due(failing)
    assert contents(partners) == before
    assert fire_all(partners) == 5
    each_confirmed_once(partners, arrested)


class FailsLate:
    """Entropy for a few updates, and then none."""

    def __init__(self) -> None:
        self.calls = 0

    def salts(self, purpose: str, count: int) -> bytes:
        """Salts, or the failure."""
        self.calls += 1
        if self.calls > 12:
            raise LookupError
        return SystemEntropy().salts(purpose, count)
