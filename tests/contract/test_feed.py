"""The feed: one partner's records in order, dense, to be read again from anywhere; and somebody who waits is woken."""

import threading
import time
from collections.abc import Sequence

import pytest

from contract.places import Place, a_case
from hub.chains import FeedRecord
from support.builders import a_missed_appointment, an_arrest
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PROBATION, UNIT, Partnership

ARREST, MISSED = "custody.person.arrested", "supervision.appointment.missed"


def follow(genesis: bytes, records: Sequence[FeedRecord]) -> bytes:
    """Check every record and the chain from `genesis`; the link of the last one."""
    link = genesis
    for seq, record in enumerate(records, start=1):
        record.verify()
        assert (record.header.seq, record.header.prev) == (seq, link)
        link = record.header.link()
    return link


def a_busy_day(partners: Partnership) -> None:
    """A case, and ten things that happen."""
    person, _ = a_case(partners)
    for number in range(5):
        partners.publish(POLICE, ARREST, {**person, **an_arrest(officer=f"Officer {number}")})
        partners.publish(PROBATION, MISSED, {**person, **a_missed_appointment()})


def test_order_and_density(partners: Partnership) -> None:
    """A feed starts at its own genesis, has every sequence once, and ends at its head; each feed is its own chain."""
    genesis = {agency: partners.hub.feed.head(agency) for agency in (POLICE, UNIT, HOUSING, DRUGS)}
    a_busy_day(partners)
    for agency, (none, start) in genesis.items():
        records = partners.hub.feed.read(agency, 0, 1000)
        assert none == 0
        assert partners.hub.feed.head(agency) == (len(records), follow(start, records))
    assert len(set(genesis.values())) == len(genesis)
    assert partners.hub.feed.read(DRUGS, 0, 10) == []
    officers = [each["officer"] for each in partners.told(POLICE, ARREST)]
    assert officers == [f"Officer {number}" for number in range(5)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_reading_again_from_anywhere(place: Place, limit: int) -> None:
    """From whichever sequence, in whichever portions and however often a feed is read, it says the same."""
    a_busy_day(place.open())
    for opened in (lambda: place.partners, place.again):  # one after the other: the second closes the first
        partners = opened()
        assert partners
        feed = partners.hub.feed
        whole, told = feed.read(POLICE, 0, 1000), feed.told(POLICE, 0, 1000)
        for after in range(len(whole) + 2):
            assert feed.read(POLICE, after, limit) == whole[after : after + limit]
            assert feed.told(POLICE, after, limit) == told[after : after + limit]


def test_both_readings_agree(partners: Partnership) -> None:
    """With its proofs or without them, a record says the same."""
    a_busy_day(partners)
    for agency in (POLICE, UNIT, HOUSING, HOSTEL):
        for record, (seq, disclosure) in zip(
            partners.hub.feed.read(agency, 0, 100), partners.hub.feed.told(agency, 0, 100), strict=True
        ):
            assert seq == record.header.seq
            assert (dict(disclosure.elements()) if disclosure else {}) == record.values()


@pytest.mark.duty("D1")
def test_dropped_elements(partners: Partnership) -> None:
    """What is over for a partner that keeps a state only is gone from its feed; headers and commitments stay as they
    were, so the chain verifies as before.
    """
    genesis = partners.hub.feed.head(HOUSING)[1]
    person, _ = a_case(partners)
    partners.publish(POLICE, ARREST, {**person, **an_arrest()})
    before = partners.hub.feed.read(HOUSING, 0, 100)
    partners.clock.turn(hours=1)
    partners.publish(POLICE, ARREST, {**person, **an_arrest()})
    after = partners.hub.feed.read(HOUSING, 0, 100)
    assert before[-1].elements
    assert after[-2].elements == ()
    assert [(r.header, r.commitments) for r in after[:-1]] == [(r.header, r.commitments) for r in before]
    assert follow(genesis, after) == partners.hub.feed.head(HOUSING)[1]
    assert [disclosure is None for _, disclosure in partners.hub.feed.told(HOUSING, 0, 100)][-2:] == [True, False]
    assert len(partners.told(POLICE, ARREST)) == 2


def test_every_head_by_one_look(partners: Partnership) -> None:
    """The last sequence of every feed is that of its last record, and a feed without records has none."""
    a_case(partners)
    feed, agencies = partners.hub.feed, partners.hub.bundle.policies.partners
    last = {agency: feed.head(agency)[0] for agency in agencies}
    assert feed.heads() == {agency: seq for agency, seq in last.items() if seq}
    assert 0 < len(feed.heads()) < len(last)


def test_waiting_for_what_is_there(partners: Partnership) -> None:
    """Nobody waits for a record that is there already."""
    a_case(partners)
    head, _ = partners.hub.feed.head(POLICE)
    began = time.monotonic()
    assert partners.hub.feed.wait(POLICE, head - 1, 10)
    assert time.monotonic() - began < 0.5


def test_waiting_is_woken(partners: Partnership) -> None:
    """Whoever waits learns of a commit within half a second, and then finds the record."""
    person, _ = a_case(partners)
    head, _ = partners.hub.feed.head(POLICE)
    woken: list[tuple[bool, float, int]] = []

    def wait() -> None:
        there = partners.hub.feed.wait(POLICE, head, 20)
        woken.append((there, time.monotonic(), len(partners.hub.feed.read(POLICE, head, 10))))

    waiting = [threading.Thread(target=wait) for _ in range(4)]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)
    assert woken == []
    partners.publish(POLICE, ARREST, {**person, **an_arrest()})
    committed = time.monotonic()
    for thread in waiting:
        thread.join()
    assert [(there, records) for there, _, records in woken] == [(True, 1)] * 4
    assert max(moment for _, moment, _ in woken) - committed < 0.5


@pytest.mark.duty("D29")
def test_waiting_in_vain(partners: Partnership) -> None:
    """Without a record of its own a partner waits its time out, however much is committed for others."""
    person, _ = a_case(partners)
    head, _ = partners.hub.feed.head(HOUSING)
    stop = threading.Event()

    def others() -> None:
        while not stop.wait(0.02):
            partners.publish(PROBATION, MISSED, {**person, **a_missed_appointment()})

    publishing = threading.Thread(target=others)
    publishing.start()
    began = time.monotonic()
    there = partners.hub.feed.wait(HOUSING, head, 0.4)
    waited = time.monotonic() - began
    stop.set()
    publishing.join()
    assert not there
    assert 0.4 <= waited < 0.9
    assert len(partners.told(POLICE, MISSED)) > 2
