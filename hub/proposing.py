"""Proposing: what is held, for whom it may be, and the orders of a named person who places it or discards it (D27).

An identifier, or name and birth date together, propose somebody and never link: whoever places says with which record.
Where several people fit, all are proposed and none is chosen. Only those who may place see any of it; every look, every
placing and every discarding has its ledger entry.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub.accepting import Acceptor
from hub.belonging import area_of
from hub.explaining import NoSuchUpdate
from hub.gathering import Gathering
from hub.identity import Identity
from hub.placing import PersonIdentity, may_say
from hub.ports import Archive, Unit, UpdateKey, Waits
from hub.receiving import NOT_THIS_KIND, Received, Refused
from hub.restoring import restored, target_of
from hub.taking import Batch
from hub.waiting import PLACERS, forget
from schemas.identifiers import AgencyId
from schemas.updates import Update


class Ground(StrEnum):
    """Why somebody is proposed for a held update."""

    REFERENCE = "reference"
    IDENTIFIER = "identifier"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a held update may be about."""

    record_id: UUID
    identity: PersonIdentity
    grounds: tuple[Ground, ...]


@dataclass(frozen=True)
class Waiting:
    """A held update, as far as whoever places it must know it: who is meant, never what is said of them."""

    received: Received
    since: datetime
    reason: str
    urgent: bool
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Order:
    """Who decides, for which agency, why, and who asked the hub."""

    agency: AgencyId
    by: str
    because: str
    asked_by: str

    def entered(self) -> dict[str, JsonValue]:
        """What the ledger says of it."""
        return {"agency": self.agency, "by": self.by, "because": self.because, "asked_by": self.asked_by}


def may_place(bundle: Bundle, agency: AgencyId) -> bool:
    """Whether the agency sees what is held, and places it."""
    return agency in bundle.agencies_of_kind(PLACERS)


def shown(acceptor: Acceptor, archive: Archive, unit: AgencyId) -> list[Waiting]:
    """What a unit is shown of what is held: of another's cases nothing, not even that there is one (D26)."""
    found = waiting(archive, acceptor.identity)
    mine = _of_unit(acceptor, unit, frozenset(each.record_id for every in found for each in every.candidates))
    ours = (replace(each, candidates=tuple(c for c in each.candidates if c.record_id in mine)) for each in found)
    publishes = partial(_concerns, acceptor.in_force(), unit)
    return [
        its
        for each, its in zip(found, ours, strict=True)
        if its.candidates or (not each.candidates and publishes(each.received.key.publisher))
    ]


def _of_unit(acceptor: Acceptor, agency: AgencyId, records: frozenset[UUID]) -> frozenset[UUID]:
    """Those of these records whose case belongs to this unit."""
    if not records:
        return records
    with acceptor.store.unit() as unit:
        cases = Gathering.of(unit, acceptor.in_force(), acceptor.clock.now(), records).cases
        return frozenset(each for each in records if agency in cases[each].standing.home)


def _concerns(bundle: Bundle, unit: AgencyId, publisher: AgencyId) -> bool:
    """Whether what this publisher says of people whom nobody knows is for this unit: the one of its area; for every
    unit, where it works in all areas, or in one that has no unit.
    """
    area = area_of(bundle, publisher)
    units = {each for each in bundle.agencies_of_kind(PLACERS) if area_of(bundle, each) in (None, area)}
    return area is None or not units or unit in units


def waiting(archive: Archive, identity: Identity) -> list[Waiting]:
    """Everything that is held and that today's hub can read, in the order in which it came."""
    held = [(each, received) for each in archive.waiting() if (received := _kept(archive, each.key))]
    people = _people(archive) if held else {}
    return [_waiting(archive, identity, each, received, people) for each, received in held]


def _people(archive: Archive) -> dict[UUID, PersonIdentity]:
    return {record: PersonIdentity.model_validate_json(identity) for record, identity in archive.people()}


def _kept(store: Archive | Unit, key: UpdateKey) -> Received | None:
    """A kept update; None where there is none, or its kind is no more."""
    content = store.content_of(key)
    try:
        return restored(key, content) if content else None
    except (ValueError, LookupError):
        return None


def _waiting(
    archive: Archive, identity: Identity, waits: Waits, received: Received, people: Mapping[UUID, PersonIdentity]
) -> Waiting:
    entered, update = archive.entry_of(waits.key), received.update
    assert entered is not None  # nothing is held without its entry
    pointed = {Ground.REFERENCE: _meant(archive, received), Ground.IDENTIFIER: _numbered(archive, identity, update)}
    found = [(record, person, tuple(_grounds(update, record, person, pointed))) for record, person in people.items()]
    candidates = tuple(Candidate(*each) for each in found if each[2])
    return Waiting(received, entered.time, orjson.loads(entered.record)["because"], waits.urgent, candidates)


def _meant(archive: Archive, received: Received) -> frozenset[UUID]:
    target = target_of(archive, received)
    record = archive.record_of(target) if target else None
    return frozenset({record} if record else ())


def _numbered(archive: Archive, identity: Identity, update: Update) -> frozenset[UUID]:
    given = update.identifiers.pairs() if update.identifiers else ()
    return frozenset(archive.records_by_identifier([identity.blind(*number) for number in given]).values())


def _grounds(
    update: Update, record: UUID, person: PersonIdentity, pointed: Mapping[Ground, frozenset[UUID]]
) -> Iterator[Ground]:
    yield from (ground for ground, records in pointed.items() if record in records)
    if person.is_called(update.person, update.date_of_birth):
        yield Ground.NAME_AND_BIRTH_DATE


def place(acceptor: Acceptor, key: UpdateKey, record: UUID, order: Order) -> None:
    """Place a held update with the record that the ordering agency knows by this id. Raises `NoSuchUpdate` where
    nobody holds it, the agency knows no such record, or the case is another unit's; `Rejected` where it cannot stand
    there; or `TryLater`.
    """
    bundle = acceptor.in_force()
    with acceptor.store.unit() as unit:
        received, record_id = _kept(unit, key), unit.record_by_alias(order.agency, record)
        if received is None or record_id is None or unit.record_of(key):
            raise NoSuchUpdate
        if not may_say(bundle, key.publisher, received.kind):
            raise Refused(NOT_THIS_KIND)
        if not Batch(acceptor, unit, acceptor.clock.now(), bundle).take_held(received, record_id, order.entered()):
            raise NoSuchUpdate


def discard(acceptor: Acceptor, key: UpdateKey, order: Order) -> None:
    """Keep nothing more of a held update than of any that is discarded (D26), and what the ledger says of it. Raises
    `NoSuchUpdate` where nobody holds it, or `TryLater`.
    """
    if not forget(acceptor, key, order.entered()):
        raise NoSuchUpdate
