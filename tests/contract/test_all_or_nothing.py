"""Accepting a batch is one transaction: everything it does is seen together, or nothing is."""

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from contract.places import Place, a_case, contents, on_the_feed, problems, received
from hub.accepting import Acceptor
from hub.adapters.system import SystemEntropy
from hub.ports import FactRow
from hub.receiving import Received
from schemas.receipts import Receipt
from support.builders import a_consent, a_missed_appointment, a_release_plan, an_arrest, an_opening
from support.partnership import DRUGS, EVERYONE, HOSTEL, POLICE, PRISON, PROBATION, UNIT, Partnership, who

DECISION = {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}


class Broken(Exception):
    """What a test breaks a unit of work with."""


class EntropyThatFails:
    """Random until the n-th call, which raises."""

    def __init__(self, nth: int) -> None:
        self.left, self.calls = nth, 0

    def salts(self, purpose: str, count: int) -> bytes:
        """Salts, or the failure."""
        self.left -= 1
        self.calls += 1
        if self.left == 0:
            raise Broken
        return SystemEntropy().salts(purpose, count)


def a_batch(partners: Partnership, known: dict[str, Any]) -> list[Received]:
    """Somebody new comes onto the programme; things happen to somebody known; the drug service is
    told how they stand, breaks the glass, and is told a plan that comes meanwhile.
    """
    said = {**known, "agency": DRUGS, "role": "active", "pathways": ["drugs_alcohol"]}
    claim = partners.publish(UNIT, "programme.agency.involved", said)
    told = str(partners.hub.identity.message(DRUGS, UNIT, claim))
    plan = a_release_plan(address="1 Invented Street, ZZ1 1ZZ")
    return [
        received(partners, UNIT, "programme.cohort.decided", {**who(50), **DECISION}),
        received(partners, POLICE, "custody.person.arrested", {**known, **an_arrest(drug_test="positive")}),
        received(partners, PROBATION, "supervision.appointment.missed", {**who(50), **a_missed_appointment()}),
        received(partners, PRISON, "custody.release.planned", {**known, **a_release_plan()}),
        received(partners, UNIT, "trust.consent.given", {**who(50), **a_consent(HOSTEL)}),
        received(partners, DRUGS, "trust.fact.confirmed", {"update": told}),
        received(partners, DRUGS, "trust.access.opened", {**known, **an_opening()}),
        received(partners, PRISON, "custody.release.planned", {**known, **plan}),
    ]


def acceptor(partners: Partnership, entropy: Any) -> Acceptor:
    """The hub's acceptor, but for its entropy."""
    hub = partners.hub
    return Acceptor(hub.store, lambda: hub.bundle, hub.identity, hub.clock, entropy, hub.settings.settle)


def fails_within(partners: Partnership, batch: Sequence[Received], nth: int) -> None:
    """The n-th call for salts fails: early, in the middle or late in the decisions."""
    with pytest.raises(Broken):
        acceptor(partners, EntropyThatFails(nth)).accept(batch)


def fails_at_the_end(partners: Partnership, batch: Sequence[Received], _: int) -> None:
    """Everything is numbered and written when it fails."""

    def write_and_fail() -> None:
        with partners.hub.store.unit() as unit:
            partners.hub.acceptor.accept_in(unit, batch)
            raise Broken

    with pytest.raises(Broken):
        write_and_fail()


FAILURES = [
    *(pytest.param(fails_within, nth, id=f"salts {nth}") for nth in (1, 2, 4, 6, 9, 12, 24, 32)),
    pytest.param(fails_at_the_end, 0, id="after the last write"),
]


@pytest.mark.parametrize(("fail", "nth"), FAILURES)
def test_a_failure_leaves_nothing(
    place: Place, fail: Callable[[Partnership, Sequence[Received], int], None], nth: int
) -> None:
    """A batch that fails leaves no row behind; the same batch then works, and opens and verifies after a restart,
    so no key of the failed attempt was used again.
    """
    partners = place.open()
    person, _ = a_case(partners)
    batch = a_batch(partners, person)
    before = contents(partners)
    fail(partners, batch, nth)
    assert contents(partners) == before
    assert all(isinstance(result, Receipt) for result in partners.hub.acceptor.accept(batch))
    partners = place.again()
    assert problems(partners) == []
    assert on_the_feed(partners, UNIT)[-len(batch) :] == [each.key for each in batch]
    assert all(partners.told(UNIT))


def test_the_failures_lie_within_the_batch(partners: Partnership) -> None:
    """The batch asks for salts more often than the latest failure above, so each of them fell in its middle."""
    person, _ = a_case(partners)
    counting = EntropyThatFails(0)
    acceptor(partners, counting).accept(a_batch(partners, person))
    assert counting.calls >= max(param.values[1] for param in FAILURES)


def test_a_failure_harms_no_other_writer(partners: Partnership) -> None:
    """Batches that fail while others are accepted cost the others nothing: their feeds stay dense and verify."""
    person, _ = a_case(partners)
    others = [received(partners, POLICE, "custody.person.arrested", {**person, **an_arrest()}) for _ in range(40)]

    def fail_and_fail() -> None:
        for nth in range(1, 21):
            fails_within(partners, a_batch(partners, person), 1 + nth % 9)

    failing = threading.Thread(target=fail_and_fail)
    failing.start()
    for each in others:
        partners.hub.acceptor.accept([each])
    failing.join()
    assert on_the_feed(partners, PROBATION)[-40:] == [each.key for each in others]
    assert problems(partners) == []


def test_what_is_not_committed_is_seen_by_nobody(partners: Partnership) -> None:
    """While a unit of work is open, readers in other threads see the feeds and receipts as they were before it."""
    hub, (person, _) = partners.hub, a_case(partners)
    arrest = received(partners, POLICE, "custody.person.arrested", {**person, **an_arrest()})

    def seen() -> list[Any]:
        feeds = [(hub.feed.head(agency), len(hub.feed.read(agency, 0, 1000))) for agency in EVERYONE]
        told = [hub.feed.told(agency, 0, 1000)[-1:] for agency in EVERYONE]
        return [feeds, told, hub.store.received(arrest.key), hub.feed.wait(POLICE, hub.feed.head(POLICE)[0], 0.05)]

    before = elsewhere(seen)
    with hub.store.unit() as unit:
        hub.acceptor.accept_in(unit, [arrest])
        during = elsewhere(seen)
    assert during == before
    assert elsewhere(seen) != before


def test_views_that_are_not_committed_are_seen_by_nobody(partners: Partnership) -> None:
    """While a unit of work on a partner's view is open, other threads see the rows and the position before it."""
    views, record = partners.hub.hosted[POLICE].views, a_row().record

    def seen() -> list[Any]:
        return [views.records(), views.facts(record), views.alerts(open_only=False, limit=10), views.position("test")]

    before = elsewhere(seen)
    with views.unit() as unit:
        unit.put_fact(a_row())
        unit.move("test", 9)
        during = elsewhere(seen)
    assert during == before
    assert elsewhere(seen) == [[record], [a_row()], [], 9]


def a_row() -> FactRow:
    """A fact in a view."""
    return FactRow(UUID(int=1), "risk", UUID(int=2), 9, b"{}")


def elsewhere(look: Callable[[], Any]) -> Any:
    """What another thread sees."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(look()))
    thread.start()
    thread.join()
    return found[0]
