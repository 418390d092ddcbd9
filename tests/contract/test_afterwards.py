"""What a unit of work does afterwards: once it is committed, before anybody else's turn, and never if it is not."""

import threading
from uuid import uuid4

import pytest

from contract.places import Place
from hub.ports import Arrival, UpdateKey
from support.partnership import POLICE, START


class Undone(Exception):
    """The unit is undone."""


def test_it_is_done_once_everything_is_committed(place: Place) -> None:
    """When it is done, another connection sees what the unit wrote; while the unit runs, it is not done."""
    store, key, seen = place.open().hub.store, UpdateKey(POLICE, uuid4()), []
    with store.unit() as unit:
        unit.receive([Arrival(key, b"x", START)])
        unit.afterwards(lambda: seen.append(store.received(key)))
        assert seen == []
    assert [arrival.key for arrival in seen if arrival] == [key]


def test_it_is_not_done_when_the_unit_is_undone(place: Place) -> None:
    """A unit that fails leaves nothing to do, then or in the next unit."""
    store, done = place.open().hub.store, []

    def undone() -> None:
        with store.unit() as unit:
            unit.afterwards(lambda: done.append(1))
            raise Undone

    with pytest.raises(Undone):
        undone()
    with store.unit():
        pass
    assert done == []


def test_nobody_else_has_a_turn_before_it_is_done(place: Place) -> None:
    """A unit that waits for its turn finds what was to be done afterwards done."""
    store, state, found = place.open().hub.store, ["old"], []

    def next_in_turn() -> None:
        with store.unit():
            found.append(state[0])

    with store.unit() as unit:
        waiting = threading.Thread(target=next_in_turn)
        waiting.start()
        unit.afterwards(lambda: (waiting.join(0.2), state.__setitem__(0, "new")))
    waiting.join(5)
    assert found == ["new"]
