"""The same update again has no further effect, whenever and beside whatever it comes."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from contract.places import Place, a_case, contents, on_the_feed, on_the_ledger, problems, received
from hub.ports import UpdateKey
from hub.receiving import Received, Rejected
from schemas.receipts import Receipt
from support.builders import a_score, an_arrest
from support.partnership import POLICE, PROBATION, UNIT, Partnership, who

ARREST, SCORE = "custody.person.arrested", "programme.risk.reassessed"
STRANGER = who(77)

Maker = Callable[[Partnership], Received]


def placed(partners: Partnership) -> Received:
    """An arrest of somebody on the programme."""
    return received(partners, POLICE, ARREST, {**a_case(partners)[0], **an_arrest()})


def held(partners: Partnership) -> Received:
    """A score of somebody whom nobody knows."""
    return received(partners, UNIT, SCORE, {**STRANGER, **a_score()})


def discarded(partners: Partnership) -> Received:
    """An arrest of somebody whom nobody knows, from the system that covers everyone."""
    return received(partners, POLICE, ARREST, {**STRANGER, **an_arrest()})


every_outcome = pytest.mark.parametrize("make", [placed, held, discarded])


def accepted(partners: Partnership, *batch: Received) -> list[Receipt]:
    """Receipts for a batch."""
    results = partners.hub.acceptor.accept(batch)
    assert all(isinstance(result, Receipt) for result in results)
    return results


@every_outcome
def test_twice_in_one_batch(partners: Partnership, make: Maker) -> None:
    """An update that comes twice in one batch gets one receipt twice, and has one effect."""
    update, other = make(partners), held(partners)
    first, _, second = accepted(partners, update, other, update)
    assert first == second
    once_at_most(partners, update)


@every_outcome
@pytest.mark.duty("D26")
def test_again_in_a_later_batch(partners: Partnership, make: Maker) -> None:
    """An update that comes again later gets the same receipt to the last byte, and changes not a row."""
    update = make(partners)
    [first] = accepted(partners, update)
    before = contents(partners)
    partners.clock.turn(minutes=7)
    [second] = accepted(partners, update)
    assert first.model_dump_json() == second.model_dump_json()
    assert contents(partners) == before
    once_at_most(partners, update)


@every_outcome
def test_again_after_a_restart(place: Place, make: Maker) -> None:
    """An update that comes again after a restart gets the same receipt, and changes not a row."""
    partners = place.open()
    update = make(partners)
    [first] = accepted(partners, update)
    before = contents(partners)
    partners = place.again()
    partners.clock.turn(days=1)
    [second] = accepted(partners, update)
    assert first == second
    assert contents(partners) == before


@every_outcome
@pytest.mark.parametrize("again", [False, True], ids=["same batch", "later batch"])
def test_an_id_with_other_bytes(partners: Partnership, make: Maker, again: bool) -> None:
    """An id that was used for other bytes is refused by the rule `already_used`, and nothing of it is stored."""
    update = make(partners)
    other = replace(update, raw=update.raw + b" ")
    if again:
        accepted(partners, update)
        before = contents(partners)
        [refused] = partners.hub.acceptor.accept([other])
        assert contents(partners) == before
    else:
        first, refused = partners.hub.acceptor.accept([update, other])
        assert isinstance(first, Receipt)
    assert isinstance(refused, Rejected)
    assert [(problem.path, problem.rule) for problem in refused.problems] == [("id", "already_used")]
    once_at_most(partners, update)


def test_two_publishers_may_use_one_id(partners: Partnership) -> None:
    """An id is its publisher's own: two agencies that choose the same one each have their update accepted."""
    person, update_id = a_case(partners)[0], uuid4()
    arrest = received(partners, POLICE, ARREST, {**person, **an_arrest()}, update_id=update_id)
    score = received(partners, UNIT, SCORE, {**person, **a_score()}, update_id=update_id)
    accepted(partners, arrest, score)
    assert {arrest.key, score.key} <= on_the_ledger(partners).keys()
    assert on_the_feed(partners, PROBATION)[-2:] == [UpdateKey(POLICE, update_id), UpdateKey(UNIT, update_id)]
    assert problems(partners) == []


def once_at_most(partners: Partnership, update: Received) -> None:
    """The update stands once in the ledger and at most once on any feed, unless it was discarded."""
    on_feeds = on_the_feed(partners, POLICE).count(update.key)
    assert on_feeds <= 1
    assert (update.key in on_the_ledger(partners)) or on_feeds == 0
    assert problems(partners) == []
