"""What is held, and what is of one case, in every store: taken once, looked at again, and there after a restart."""

from uuid import uuid4

import pytest

from contract.places import Place, contents, problems
from hub.ports import UpdateKey
from support.builders import an_arrest, an_outcome
from support.fates import fate
from support.partnership import HOUSING, POLICE, PROBATION, UNIT, who

ARREST, LEFT = "custody.person.arrested", "custody.person.left"


@pytest.mark.duty("D27")
def test_what_waits_waits_through_a_restart_and_is_placed_once(place: Place) -> None:
    """An outcome whose arrest comes after a restart is told behind it; nothing of the waiting is left."""
    partners, arrest = place.open(), uuid4()
    partners.involve(partners.person(1), PROBATION)
    left = partners.publish(POLICE, LEFT, an_outcome(arrest, "bailed"))
    assert contents(partners)["held"]
    partners = place.again()
    partners.publish(POLICE, ARREST, {"identifiers": who(1)["identifiers"]} | an_arrest(), update_id=arrest)
    assert fate(partners, POLICE, left) == "placed"
    assert contents(partners)["held"] == frozenset()
    assert problems(partners) == []


@pytest.mark.duty("D27")
def test_a_held_update_is_taken_by_one(place: Place) -> None:
    """Whoever comes second finds that nobody holds it, and a unit that fails takes nothing."""
    partners = place.open()
    key = UpdateKey(POLICE, partners.publish(POLICE, LEFT, an_outcome(uuid4(), "bailed")))
    with pytest.raises(ZeroDivisionError), partners.hub.store.unit() as unit:
        assert unit.take_held(key) // 0
    assert fate(partners, *key) == "held: unknown_reference"
    with partners.hub.store.unit() as unit:
        assert [unit.take_held(key), unit.take_held(key)] == [True, False]


@pytest.mark.duty("D12")
def test_what_is_of_one_case_is_read_together_after_a_restart(place: Place) -> None:
    """Housing works with one record; linked by the IOM unit, it is told of the other, until the link is undone."""
    partners = place.open()
    first, second = partners.person(1), partners.person(2)
    partners.involve(first, HOUSING, ("accommodation",))
    said = {"further": who(2)["identifiers"], "ground": "fingerprints", "decided_by": "A Clerk"}
    link = partners.publish(UNIT, "trust.identity.linked", first | said)
    partners = place.again()
    partners.publish(POLICE, ARREST, second | an_arrest())
    partners.publish(UNIT, "trust.identity.unlinked", {"link": str(link), "decided_by": "A Clerk"})
    partners = place.again()
    partners.publish(POLICE, ARREST, second | an_arrest())
    assert len(partners.told(HOUSING, ARREST)) == 1
    assert problems(partners) == []


@pytest.mark.duty("D25")
@pytest.mark.duty("D27")
def test_what_was_held_before_a_moment_is_found_with_its_time(place: Place) -> None:
    """By the ledger's clock, in order, or only what is urgent; and no more once it was taken."""
    partners = place.open()
    store, keys = partners.hub.store, []
    somebody_else = partners.person(1) | {"person": "Somebody Else"}
    for kind, said in ((LEFT, an_outcome(uuid4(), "bailed")), (ARREST, somebody_else | an_arrest())):
        partners.clock.turn(minutes=1)
        keys.append((UpdateKey(POLICE, partners.publish(POLICE, kind, said)), partners.clock.now()))
    assert [tuple(each) for each in store.held_before(keys[1][1])] == keys
    assert [tuple(each) for each in store.held_before(keys[0][1])] == keys[:1]
    assert [each.key for each in store.held_before(keys[1][1], urgent=True)] == [keys[1][0]]
    with store.unit() as unit:
        assert unit.take_held(keys[0][0])
    assert [each.key for each in store.held_before(keys[1][1])] == [keys[1][0]]
