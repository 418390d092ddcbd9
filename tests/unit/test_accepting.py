"""Accepting: one update has one effect, whoever sends it how often, and nothing is disclosed without its leaf."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.ports import UpdateKey
from hub.receiving import Caller, Rejected, receive
from schemas.receipts import Receipt
from support.builders import a_consent, an_arrest, an_outcome
from support.fates import fate
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    POLICE,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
    raw_update,
    who,
)

ARREST = "custody.person.arrested"


@pytest.fixture(name="partners")
def _partners() -> Iterator[Partnership]:
    """Probation and housing work with one person."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.involve(someone, PROBATION)
        partners.involve(someone, HOUSING, ("accommodation",))
        yield partners


def arrest(partners: Partnership, update_id: UUID | None = None, **more: Any) -> bytes:
    """The bytes of an arrest of that person."""
    data = {"identifiers": who(1)["identifiers"], **an_arrest(**more)}
    return raw_update(POLICE, ARREST, data, update_id or uuid4(), partners.clock.now())


def test_the_same_update_again_has_no_effect(partners: Partnership) -> None:
    """A repeated update gets the receipt of the first, later, and nobody is told anything again."""
    raw = arrest(partners)
    first = partners.hub.publish(POLICE, raw, sub="a test")
    heads = {agency: partners.hub.feed.head(agency) for agency in EVERYONE}
    partners.clock.turn(days=2)
    assert partners.hub.publish(POLICE, raw, sub="somebody else") == first
    assert {agency: partners.hub.feed.head(agency) for agency in EVERYONE} == heads


def test_an_id_is_used_once(partners: Partnership) -> None:
    """An id that comes again with other bytes is refused by name, and the first update stands."""
    update_id = uuid4()
    partners.hub.publish(POLICE, arrest(partners, update_id), sub="a test")
    with pytest.raises(Rejected) as rejected:
        partners.hub.publish(POLICE, arrest(partners, update_id, station="Elsewhere"), sub="a test")
    assert [(problem.path, problem.rule) for problem in rejected.value.problems] == [("id", "already_used")]
    assert len(partners.told(PROBATION, ARREST)) == 1


def test_two_agencies_may_choose_the_same_id(partners: Partnership) -> None:
    """Ids are each publisher's own, so nobody can take an id away from somebody else."""
    update_id, someone = uuid4(), {"identifiers": who(1)["identifiers"]}
    for agency in (PROBATION, HOUSING):
        partners.publish(agency, "trust.consent.given", someone | a_consent(DRUGS), update_id=update_id)
    assert [fate(partners, agency, update_id) for agency in (PROBATION, HOUSING)] == ["placed", "placed"]


def test_a_batch_that_repeats_itself_tells_once(partners: Partnership) -> None:
    """The same update twice in one transaction has one effect and two equal receipts."""
    raw, now = arrest(partners), partners.clock.now()
    update = receive(raw, Caller(POLICE, "a test"), partners.hub.bundle, now)
    first, second = partners.hub.acceptor.accept([update, update])
    assert isinstance(first, Receipt)
    assert first == second
    assert len(partners.told(PROBATION, ARREST)) == 1


def test_a_batch_may_begin_a_case_and_go_on_with_it(partners: Partnership) -> None:
    """Somebody's decision, consent and arrest in one transaction come to the same as one after the other."""
    now = partners.clock.now()
    decision = who(7) | {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}
    someone = {"identifiers": who(7)["identifiers"]}
    said = [
        (UNIT, "programme.cohort.decided", decision),
        (UNIT, "trust.consent.given", someone | a_consent(HOSTEL)),
        (POLICE, ARREST, someone | an_arrest()),
    ]
    raws = [(agency, raw_update(agency, kind, data, uuid4(), now)) for agency, kind, data in said]
    batch = [receive(raw, Caller(agency, "a test"), partners.hub.bundle, now) for agency, raw in raws]
    assert all(isinstance(result, Receipt) for result in partners.hub.acceptor.accept(batch))
    assert [fate(partners, *received.key) for received in batch] == ["placed"] * 3
    assert len(partners.told(UNIT, ARREST)) == 1


def test_an_outcome_in_the_same_batch_as_its_arrest_reaches_who_was_told(partners: Partnership) -> None:
    """Who was told of an arrest a moment ago, in the same transaction, hears how it ended."""
    update_id, now = uuid4(), partners.clock.now()
    raws = [arrest(partners, update_id), raw_update(POLICE, "custody.person.left", an_outcome(update_id), uuid4(), now)]
    partners.hub.acceptor.accept([receive(raw, Caller(POLICE, "x"), partners.hub.bundle, now) for raw in raws])
    for agency in (PROBATION, HOUSING, UNIT):
        assert len(partners.told(agency, "custody.person.left")) == 1


def test_many_publishers_at_once_lose_nothing(partners: Partnership) -> None:
    """Four publishers at once: every update is told once, the feeds are dense, and everything verifies."""
    raws = [arrest(partners) for _ in range(60)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda raw: partners.hub.publish(POLICE, raw, sub="a test"), raws))
    assert len(partners.told(PROBATION, ARREST)) == 60
    records = partners.hub.feed.read(PROBATION, 0, 1000)
    assert [record.header.seq for record in records] == list(range(1, len(records) + 1))
    assert partners.hub.verify().problems == []


@pytest.mark.duty("D29")
def test_what_a_partner_is_not_told_moves_no_number_of_its_feed(partners: Partnership) -> None:
    """Held, discarded, restricted and others' updates leave a partner's feed where it stood."""
    head, someone = partners.hub.feed.head(HOUSING), {"identifiers": who(1)["identifiers"]}
    said = [
        partners.publish(POLICE, ARREST, someone | an_arrest(handling="restricted")),
        partners.publish(POLICE, ARREST, who(9) | an_arrest()),
        partners.publish(POLICE, ARREST, someone | an_arrest(person="Somebody Else")),
    ]
    partners.publish(PROBATION, "trust.consent.given", someone | a_consent(DRUGS, HOSTEL))
    partners.hub.recorder.checkpoint()
    assert [fate(partners, POLICE, update_id) for update_id in said] == ["placed", "discarded", "held: contradiction"]
    assert partners.hub.feed.head(HOUSING) == head


def test_nothing_is_disclosed_without_its_leaf(partners: Partnership) -> None:
    """The entry of an update names every recipient whose feed holds it, and each field's clause."""
    update_id = partners.publish(POLICE, ARREST, {"identifiers": who(1)["identifiers"], **an_arrest()})
    with partners.hub.archive() as archive:
        entered = archive.entry_of(UpdateKey(POLICE, update_id))
    assert entered
    for agency in EVERYONE:
        assert (f'"{agency}":{{"because"' in entered.record.decode()) == bool(partners.told(agency, ARREST))
