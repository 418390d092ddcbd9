"""Holding: what names an update that has not come waits for it, and is looked at again by itself."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.receiving import Caller, receive
from support.builders import an_arrest, an_outcome
from support.fates import fate
from support.partnership import EVERYONE, POLICE, PROBATION, UNIT, Partnership, partnership, raw_update, who

ARREST, LEFT, WITHDRAWN = "custody.person.arrested", "custody.person.left", "trust.update.withdrawn"


@pytest.fixture(name="partners")
def _partners() -> Iterator[Partnership]:
    """Probation works with one person."""
    with partnership() as partners:
        partners.involve(partners.person(1), PROBATION)
        yield partners


def known(number: int = 1) -> dict[str, Any]:
    """A person by their numbers alone."""
    return {"identifiers": who(number)["identifiers"]}


def fates(partners: Partnership, *updates: UUID) -> list[str]:
    """What became of each of the police's updates."""
    return [fate(partners, POLICE, each) for each in updates]


@pytest.mark.duty("D27")
def test_an_outcome_that_came_before_its_arrest_is_told_behind_it(partners: Partnership) -> None:
    """It is held until the arrest comes; then both are placed and told, in the order of what happened."""
    arrest = uuid4()
    left = partners.publish(POLICE, LEFT, an_outcome(arrest, "bailed"))
    assert fates(partners, left) == ["held: unknown_reference"]
    partners.publish(POLICE, ARREST, known() | an_arrest(), update_id=arrest)
    assert fates(partners, arrest, left) == ["placed", "placed"]
    assert [each["kind"] for each in partners.told(PROBATION)][-2:] == [ARREST, LEFT]
    assert partners.hub.verify().problems == []


@pytest.mark.duty("D27")
def test_a_whole_chain_is_placed_when_its_first_comes(partners: Partnership) -> None:
    """The withdrawal waits for the outcome, which waits for the arrest."""
    arrest, left = uuid4(), uuid4()
    taken_back = partners.publish(POLICE, WITHDRAWN, {"update": str(left), "reason": "recorded_in_error"})
    partners.publish(POLICE, LEFT, an_outcome(arrest, "bailed"), update_id=left)
    partners.publish(POLICE, ARREST, known() | an_arrest(), update_id=arrest)
    assert fates(partners, arrest, left, taken_back) == ["placed", "placed", "placed"]
    assert partners.hub.verify().problems == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_within_one_batch_the_order_does_not_matter(partners: Partnership, order: tuple[int, int]) -> None:
    """Which of two stood first in a batch changes nothing for anybody."""
    arrest, left, now = uuid4(), uuid4(), partners.clock.now()
    raws = [
        raw_update(POLICE, ARREST, known() | an_arrest(), arrest, now),
        raw_update(POLICE, LEFT, an_outcome(arrest, "bailed"), left, now),
    ]
    received = [receive(raws[at], Caller(POLICE, "a test"), partners.hub.bundle, now) for at in order]
    partners.hub.acceptor.accept(received)
    assert fates(partners, arrest, left) == ["placed", "placed"]
    assert [each["kind"] for each in partners.told(PROBATION)][-2:] == [ARREST, LEFT]


@pytest.mark.duty("D27")
def test_what_contradicts_the_record_of_what_it_named_stays_held(partners: Partnership) -> None:
    """That its reference came is no leave to contradict: it is held anew, for that reason, and both entries verify."""
    arrest = uuid4()
    left = partners.publish(POLICE, LEFT, {"person": "Somebody Else"} | an_outcome(arrest, "bailed"))
    partners.publish(POLICE, ARREST, known() | an_arrest(), update_id=arrest)
    assert fates(partners, arrest, left) == ["placed", "held: contradiction"]
    assert partners.hub.verify().problems == []


@pytest.mark.duty("D12")
def test_nobody_elses_update_calls_what_is_held_back(partners: Partnership) -> None:
    """Another agency's update under the awaited id is another update."""
    arrest = uuid4()
    left = partners.publish(POLICE, LEFT, an_outcome(arrest, "bailed"))
    partners.publish(UNIT, "programme.agency.involved", known() | _claim(), update_id=arrest)
    assert fates(partners, left) == ["held: unknown_reference"]


def _claim() -> dict[str, Any]:
    return {"agency": POLICE, "role": "active", "pathways": []}


@pytest.mark.duty("D29")
@pytest.mark.duty("D27")
def test_that_something_is_held_moves_no_feed(partners: Partnership) -> None:
    """Held, and discarded again, nobody's feed has moved: not its publisher's either."""
    heads = {agency: partners.hub.feed.head(agency) for agency in EVERYONE}
    partners.publish(POLICE, ARREST, who(1) | {"person": "Somebody Else"} | an_arrest())
    partners.publish(POLICE, LEFT, an_outcome(uuid4(), "bailed"))
    assert {agency: partners.hub.feed.head(agency) for agency in EVERYONE} == heads
