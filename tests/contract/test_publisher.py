"""The publisher: durable once it returns, and nobody's trouble is another's; nobody waits for ever."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from uuid import uuid4

import pytest

from contract.places import Place, a_case, contents, on_the_feed, problems, received
from hub.accepting import Acceptor, Result
from hub.adapters.system import SystemEntropy
from hub.ports import TryLater, UpdateKey
from hub.receiving import Received, Refused, Rejected
from hub.running import GroupCommit
from schemas.receipts import Receipt
from support.builders import an_arrest
from support.partnership import HOUSING, POLICE, PROBATION, Partnership, raw_update

ARREST = "custody.person.arrested"
PATIENCE = 5
"""Seconds after which something that should have happened never will."""


def some_arrests(partners: Partnership, count: int) -> list[Received]:
    """One person's arrests, received and not accepted yet."""
    person, _ = a_case(partners)
    return [received(partners, POLICE, ARREST, {**person, **an_arrest()}) for _ in range(count)]


def test_durable_once_it_returns(place: Place) -> None:
    """What was published is on the feeds when the call returns, and still after a restart."""
    partners = place.open()
    [arrest] = some_arrests(partners, 1)
    receipt = partners.hub.publish(POLICE, arrest.raw, sub="a custody system")
    assert receipt.id == arrest.key.update_id
    assert on_the_feed(partners, PROBATION)[-1] == arrest.key
    assert on_the_feed(place.again(), PROBATION)[-1] == arrest.key


@pytest.mark.parametrize(
    ("agency", "change", "error"),
    [(POLICE, b"", Rejected), (POLICE, b"}", Rejected), (HOUSING, None, Refused)],
    ids=["nothing", "not JSON", "not its kind"],
)
def test_what_is_refused_leaves_nothing(
    partners: Partnership, agency: str, change: bytes | None, error: type[Exception]
) -> None:
    """An update that is rejected or refused leaves no row, and its id is not used up."""
    [arrest] = some_arrests(partners, 1)
    before = contents(partners)
    raw = arrest.raw.replace(POLICE.encode(), agency.encode()) if change is None else arrest.raw + change
    with pytest.raises(error):
        partners.hub.publish(agency, raw if change != b"" else b"", sub="a custody system")
    assert contents(partners) == before
    assert partners.hub.publish(POLICE, arrest.raw, sub="a custody system").id == arrest.key.update_id


def test_an_id_used_for_other_bytes(partners: Partnership) -> None:
    """The publisher hears that its id was used for another update."""
    [arrest] = some_arrests(partners, 1)
    partners.hub.publish(POLICE, arrest.raw, sub="a custody system")
    other = raw_update(POLICE, ARREST, {"person": "x", **an_arrest()}, arrest.key.update_id, partners.clock.now())
    other = other.replace(b'"person":', b'"date_of_birth":"1990-01-01","person":')
    with pytest.raises(Rejected, match="already_used"):
        partners.hub.publish(POLICE, other, sub="a custody system")


class FailsFor:
    """Entropy for every update but one."""

    def __init__(self, key: UpdateKey) -> None:
        self.key = str(key)

    def salts(self, purpose: str, count: int) -> bytes:
        """Salts, or the failure."""
        if purpose == self.key:
            raise LookupError
        return SystemEntropy().salts(purpose, count)


@pytest.fixture
def bad_and_good(partners: Partnership) -> Iterator[tuple[GroupCommit, list[Received]]]:
    """A group commit that cannot take one of twenty updates: the third."""
    hub, updates = partners.hub, some_arrests(partners, 20)
    entropy = FailsFor(updates[2].key)
    commits = GroupCommit(
        Acceptor(hub.store, lambda: hub.bundle, hub.identity, hub.clock, entropy, hub.settings.settle)
    )
    yield commits, updates
    commits.close()


def test_one_bad_update_harms_no_other(partners: Partnership, bad_and_good: tuple[GroupCommit, list[Received]]) -> None:
    """When one update of a shared commit fails, its publisher hears of it and all the others are accepted, in order."""
    commits, updates = bad_and_good
    with partners.hub.store.unit():  # nothing can be committed until all but the first wait for one commit
        futures = commits.submit(updates)
    bad, good = futures[2], futures[:2] + futures[3:]
    assert isinstance(bad.exception(timeout=PATIENCE), LookupError)
    assert all(isinstance(future.result(timeout=PATIENCE), Receipt) for future in good)
    assert on_the_feed(partners, PROBATION)[-19:] == [update.key for at, update in enumerate(updates) if at != 2]
    assert problems(partners) == []


def test_a_publisher_that_goes_away(partners: Partnership) -> None:
    """A publisher that stops waiting harms nobody: what the others publish, then and later, is accepted."""
    commits, updates = partners.hub.commits, some_arrests(partners, 30)
    with partners.hub.store.unit():  # nothing can be committed until everyone has submitted
        futures = commits.submit(updates)
        for future in futures[::3]:
            future.cancel()
    waiting = [future for future in futures if not future.cancelled()]
    assert all(isinstance(future.result(timeout=PATIENCE), Receipt) for future in waiting)
    [later] = commits.submit(some_arrests(partners, 1))
    assert isinstance(later.result(timeout=PATIENCE), Receipt)
    accepted = [update.key for update, future in zip(updates, futures, strict=True) if not future.cancelled()]
    assert set(accepted) <= set(on_the_feed(partners, PROBATION))
    assert problems(partners) == []


def test_nobody_waits_for_a_hub_that_stops(place: Place) -> None:
    """What was submitted before a hub stops is accepted; what is submitted while it stops is accepted, or its publisher
    is told to try later; and what was acknowledged is there when the hub opens again.
    """
    partners = place.open()
    before, during = some_arrests(partners, 5), some_arrests(partners, 5)
    commits, outcomes = partners.hub.commits, list[Future[Result] | TryLater]()
    with partners.hub.store.unit():  # nothing can be committed meanwhile
        outcomes += commits.submit(before)
        stopping = threading.Thread(target=commits.close)
        stopping.start()
        time.sleep(0.2)
        try:
            outcomes += commits.submit(during)
        except TryLater as told:
            outcomes.append(told)
    stopping.join()
    accepted = [future for future in outcomes if isinstance(future, Future) and _accepted(future)]
    assert accepted[:5] == outcomes[:5]
    keys = [update.key for update in before + during][: len(accepted)]
    assert set(keys) <= set(on_the_feed(place.again(), PROBATION))


def _accepted(future: Future[Result]) -> bool:
    failure = future.exception(timeout=PATIENCE)
    assert isinstance(failure, TryLater | None)
    return failure is None


def test_a_hub_that_has_stopped(partners: Partnership) -> None:
    """A hub that has stopped tells publishers to try later."""
    [arrest] = some_arrests(partners, 1)
    partners.hub.commits.close()
    with pytest.raises(TryLater):
        partners.hub.commits.submit([arrest])[0].result(timeout=PATIENCE)


def test_an_unknown_id_has_no_arrival(partners: Partnership) -> None:
    """The store knows the ids it acknowledged and no other."""
    [arrest] = some_arrests(partners, 1)
    partners.hub.publish(POLICE, arrest.raw, sub="a custody system")
    known = partners.hub.store.received(arrest.key)
    assert known
    assert (known.key, known.received_at) == (arrest.key, partners.clock.now())
    assert partners.hub.store.received(UpdateKey(POLICE, uuid4())) is None
    assert partners.hub.store.received(UpdateKey(PROBATION, arrest.key.update_id)) is None
