"""Several hubs on one PostgreSQL, as processes are: nothing between them but the database."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from contract.conftest import Hubs
from contract.places import a_case, evidence, problems, received
from contract.test_afterwards import Undone
from contract.test_writers import (
    CASES,
    WRITERS,
    Story,
    Writer,
    _opening,
    acknowledged_order_holds,
    consent_decides,
    nothing_changes_places,
    nothing_is_lost,
    together,
)
from hub.persisting import persistently
from hub.ports import Arrival, Collided, Counter, FactRow, UpdateKey
from hub.receiving import Received, Refused
from support.builders import an_arrest
from support.partnership import HOUSING, POLICE, PROBATION, START, Partnership
from support.signing import reworded, shipped, signed

ARREST = "custody.person.arrested"
_ID = UUID(int=7)


def door_of(partners: Partnership) -> Callable[[Received], Any]:
    """One hub's own way of accepting an update."""
    return lambda update: persistently(lambda: partners.hub.acceptor.accept([update])[0])


def test_eight_hubs_write_one_history(hubs: Hubs) -> None:
    """What eight hubs are given at once on twenty cases is one history: nothing lost, in order, no consent outlived."""
    all_of_them = hubs(WRITERS)
    first = all_of_them[0]
    people, consents = zip(*(a_case(first, number) for number in range(1, CASES + 1)), strict=True)
    past, standing = _opening(first, people, consents)
    writers = [
        Writer(each, door_of(each), people, random.Random(seed), standing[seed::WRITERS], [])
        for seed, each in enumerate(all_of_them)
    ]
    together(writer.run for writer in writers)
    story = Story(first, people, past + [call for writer in writers for call in writer.calls])
    nothing_is_lost(story)
    nothing_changes_places(story)
    acknowledged_order_holds(story)
    consent_decides(story)
    assert problems(first) == []


def test_every_decision_is_by_the_bundle_that_was_last(hubs: Hubs) -> None:
    """While two hubs exchange the bundle, others accept: each entry names the bundle that is last at its place."""
    all_of_them, over = hubs(4), threading.Event()
    person, _ = a_case(all_of_them[0])
    clause = next(iter(shipped().clauses))
    texts = [signed(2 + n, reworded(clause, f"Because of reason {n}.", shipped())) for n in range(6)]

    def exchange() -> None:
        for text in texts:
            together([lambda h=h, t=text: h.governed_by(t) for h in all_of_them[:2]])
            time.sleep(0.1)
        over.set()

    def accept(partners: Partnership) -> None:
        while not over.is_set():
            assert not isinstance(
                door_of(partners)(received(partners, POLICE, ARREST, {**person, **an_arrest()})), Refused
            )

    together([exchange, *(lambda h=h: accept(h) for h in all_of_them[2:])])
    last, seen, versions = "", set(), []
    with evidence(all_of_them[0]) as kept:
        for entry in kept.entries():
            record = orjson.loads(entry.opening[16:])
            if record["verb"] == "policies":
                last = record["digest"]
                versions.append(record["version"])
            elif "bundle" in record:
                assert record["bundle"] == last
                seen.add(last)
    assert versions == [1, 2, 3, 4, 5, 6, 7]
    assert len(seen) >= 4
    assert problems(all_of_them[0]) == []


def test_a_bundle_without_good_signatures_here_stops_this_hub_only(hubs: Hubs) -> None:
    """A hub that cannot check a bundle which another entered decides nothing and says so, until it can."""
    one, two = hubs(2)
    person, _ = a_case(one)
    signers = two.hub.governing._files.signers
    kept = signers.read_text(encoding="utf-8")
    one.governed_by(signed(2, reworded(next(iter(shipped().clauses)), "Another reason.", shipped())))
    signers.write_text("needs: 2\nkeys: []\n", encoding="utf-8")
    update = received(two, POLICE, ARREST, {**person, **an_arrest()})
    with pytest.raises(Exception, match="cannot be used here"):
        two.hub.acceptor.accept([update])
    assert two.hub.governing.alarm
    assert one.hub.acceptor.accept([received(one, POLICE, ARREST, {**person, **an_arrest()})])
    signers.write_text(kept, encoding="utf-8")
    assert two.hub.acceptor.accept([update])
    assert (two.hub.governing.in_force.version, two.hub.governing.alarm) == (2, None)


def test_a_hub_hears_of_what_another_commits(hubs: Hubs) -> None:
    """Whoever waits at one hub is woken by another's commit, again and again, long before it would look for itself."""
    one, two = hubs(2)
    person, _ = a_case(one)
    assert max(_woken_after(one, two, person) for _ in range(6)) < 0.35


def _woken_after(one: Partnership, two: Partnership, person: dict[str, Any]) -> float:
    """Seconds from the commit at one hub until who waits at the other has the record."""
    head, woken = two.hub.store.last(POLICE), list[float]()

    def wait() -> None:
        assert two.hub.feed.wait(POLICE, head, 10)
        woken.append(time.monotonic())

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.3)  # nobody waits yet the moment a thread is started, and the looks are not to keep step with this
    one.publish(POLICE, ARREST, {**person, **an_arrest()})
    committed = time.monotonic()
    waiting.join()
    assert two.hub.feed.told(POLICE, head, 10)
    return woken[0] - committed


def test_two_hubs_make_one_data_key(hubs: Hubs) -> None:
    """Two that seal under a new key at once use one key: the later waits for the first, and both open everything."""
    one, two = (each.hub.store for each in hubs(2))
    sealed, started = [], threading.Event()

    def later() -> None:
        with two.writing() as unit:
            started.set()
            sealed.append(unit.seal("somebody", "raw", b"second", "place/2"))

    waiting = threading.Thread(target=later)
    with one.writing() as unit:
        sealed.append(unit.seal("somebody", "raw", b"first", "place/1"))
        waiting.start()
        assert started.wait(5)
        waiting.join(0.2)
        assert len(sealed) == 1
    waiting.join()
    for store in (one, two):
        with store.writing() as unit:
            assert unit.open("somebody", "raw", sealed[0], "place/1") == b"first"
            assert unit.open("somebody", "raw", sealed[1], "place/2") == b"second"


def test_a_consumer_that_was_overtaken_writes_nothing(hubs: Hubs) -> None:
    """Of two that fold a view from the same position, the later one writes neither rows nor its position."""
    one, two = (each.hub.hosted[HOUSING].views for each in hubs(2))
    row = FactRow(record=_ID, fact="risk", message_id=_ID, seq=1, body=b"{}")

    def overtaken() -> None:
        with two.unit() as late:
            late.put_fact(row._replace(body=b"stale"))
            with one.unit() as early:
                early.put_fact(row)
                early.move("test", 5, 0)
            late.move("test", 3, 0)

    with pytest.raises(Collided):
        overtaken()
    assert (two.position("test"), [each.body for each in two.facts(_ID)]) == (5, [b"{}"])


def test_both_catch_up_with_one_effect(hubs: Hubs) -> None:
    """Two hubs that both take in a partner's feed end with the same view, and the same as one alone would have."""
    one, two = hubs(2)
    person, _ = a_case(one)
    for _ in range(5):
        one.publish(POLICE, ARREST, {**person, **an_arrest()})
    together([one.hub.catch_up, two.hub.catch_up])
    views = one.hub.hosted[PROBATION].views
    assert views.position("hosted") == one.hub.store.last(PROBATION)
    assert len(views.alerts(open_only=False, limit=50)) == 5


def test_who_comes_second_finds_the_receipt_of_the_first(hubs: Hubs) -> None:
    """While one process has an id, another that brings it too waits, and finds what the first made of it; what the
    first leaves undone is the second's.
    """
    first, second = hubs(2)
    for kept in (True, False):
        arrival, found = Arrival(UpdateKey(POLICE, uuid4()), b"x", START), list[Arrival | None]()

        def bring(arrived: Arrival = arrival, found: list[Arrival | None] = found) -> None:
            with second.hub.store.unit() as unit:
                found += unit.receive([arrived])

        with suppress(Undone), first.hub.store.unit() as unit:
            assert unit.receive([arrival]) == [None]
            bringing = threading.Thread(target=bring)
            bringing.start()
            bringing.join(0.3)
            assert bringing.is_alive()
            if not kept:
                raise Undone
        bringing.join(10)
        assert found == [arrival if kept else None]


@pytest.mark.parametrize("first_is", ["named", "naming"])
def test_an_update_and_what_names_it_do_not_miss_each_other(hubs: Hubs, first_is: str) -> None:
    """Two processes take an arrest and its withdrawal at once. Who comes second to the counter begins anew, and both
    are placed.
    """
    slow, quick = hubs(2)
    person, arrest = {**a_case(slow)[0], **an_arrest()}, uuid4()
    named = received(slow, POLICE, ARREST, person, update_id=arrest)
    naming = received(slow, POLICE, "trust.update.withdrawn", {"update": str(arrest), "reason": "recorded_in_error"})
    early, late = (named, naming) if first_is == "named" else (naming, named)
    tries = []

    def late_to_the_counter() -> None:
        with slow.hub.store.unit() as unit:
            count, tries[:] = unit.lock_counter, [*tries, 1]

            def overtaken() -> Counter:
                if len(tries) == 1:
                    quick.hub.acceptor.accept([early])
                return count()

            unit.lock_counter = overtaken  # type: ignore[method-assign]  # the real one, late
            slow.hub.acceptor.accept_in(unit, [late])

    persistently(late_to_the_counter)
    assert len(tries) == 2
    assert quick.told(PROBATION)[-1]["kind"] == "trust.update.withdrawn"
    assert problems(slow) == []
