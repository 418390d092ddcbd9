"""Answers and units of work: how a record is answered hangs on that record alone, not on what came with it."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from hub.answering import ALL_RECEIVED, RECEIVED, Line
from hub.receiving import Received
from support.builders import an_arrest
from support.collected import Failing, World, a_world, worked
from support.partnership import POLICE, who

ARREST = "custody.person.arrested"


def test_where_an_answer_stands_does_not_hang_on_the_rest_of_its_unit(tmp_path: Path) -> None:
    """A feed has its agency's own updates and their answers in one order, whether they came in one unit or many. The
    receipts of one record stand behind all of its updates.
    """
    orders = []
    for together in (True, False):
        with a_world(tmp_path / str(together)) as world:
            person = worked(world)
            raws = [world.post.raw(POLICE, ARREST, {**person, **an_arrest()}) for _ in range(4)]
            records = [world.post.record(POLICE, *each) for each in (raws[:1], raws[1:3], raws[3:])]
            for batch in [records] if together else [[each] for each in records]:
                world.send(*batch)
            orders.append([each["kind"] for each in world.partners.told(POLICE)])
    assert orders[0] == orders[1]
    assert orders[0][-7:] == [ARREST, RECEIVED, ARREST, ARREST, ALL_RECEIVED, ARREST, RECEIVED]


def test_more_than_a_unit_takes_goes_through_several(world: World) -> None:
    """A record of twelve hundred lines is taken in whole, five hundred at once at most, every line answered once."""
    sizes: list[int] = []
    Failing(world, lambda lines: sizes.append(len(lines)))
    raws = [world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()}) for _ in range(1200)]
    world.send(world.post.record(POLICE, *raws))
    assert sizes == [500, 500, 200]
    assert len(world.answers(POLICE)) == 1200
    assert len(world.partners.told(POLICE, ALL_RECEIVED)) == 3


def test_what_fits_into_a_unit_is_not_parted(world: World) -> None:
    """A record that does not fit begins the next unit: each is answered once, whatever came before it."""
    sizes: list[int] = []
    Failing(world, lambda lines: sizes.append(len(lines)))
    raws = [world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()}) for _ in range(700)]
    world.send(*(world.post.record(POLICE, *each) for each in (raws[:300], raws[300:600], raws[600:])))
    assert sizes == [300, 400]
    assert [len(each["receipts"]) for each in world.partners.told(POLICE, ALL_RECEIVED)] == [300, 300, 100]


def test_what_does_not_fit_into_a_unit_begins_one(world: World) -> None:
    """A record of six hundred lines is answered twice, whatever came before it."""
    raws = [world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()}) for _ in range(900)]
    world.send(*(world.post.record(POLICE, *each) for each in (raws[:300], raws[300:])))
    assert [len(each["receipts"]) for each in world.partners.told(POLICE, ALL_RECEIVED)] == [300, 500, 100]


def test_how_a_record_is_answered_does_not_hang_on_the_failure_of_another(world: World) -> None:
    """Where the hub fails on one line of a unit, that is parted between records first: others are answered as ever."""
    person, ids = worked(world), [uuid4() for _ in range(7)]
    raws = [world.post.raw(POLICE, ARREST, {**person, **an_arrest()}, each) for each in ids]

    def fails(lines: Sequence[Line]) -> Exception | None:
        found = [line for line in lines if isinstance(line.outcome, Received) and line.outcome.key.update_id == ids[0]]
        return RuntimeError() if found else None

    Failing(world, fails)
    world.send(*(world.post.record(POLICE, *each) for each in (raws[:1], raws[1:4], raws[4:])))
    assert [len(each["receipts"]) for each in world.partners.told(POLICE, ALL_RECEIVED)] == [3, 3]
