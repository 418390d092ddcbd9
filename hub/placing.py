"""Placing: whose case an update belongs to.

Exact identifiers link unless something contradicts (D27); a name and a birth date never do. What cannot be placed is
held, and from a system that covers everyone it is discarded (D26); the publisher's receipt is the same either way.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from uuid import UUID, uuid4

import orjson
from pydantic import BaseModel, ConfigDict, JsonValue

from access_policies.compiling import Bundle
from hub.identity import Identity
from hub.ports import Unit, UpdateKey
from hub.receiving import Received
from schemas.identifiers import AgencyId
from schemas.updates import Update
from schemas.updates.programme import CohortDecided
from schemas.updates.trust import DisclosureRecalled

HUB: AgencyId = "hub"
"""The publisher of what the hub itself says; no agency may be called so."""


def may_say(bundle: Bundle, publisher: AgencyId, kind: str) -> bool:
    """Whether this kind is for this agency, or for the hub itself, to publish."""
    return publisher == HUB or bundle.may_publish(publisher, kind)


@dataclass(frozen=True)
class Placed:
    """The person record, and the earlier update referred to, if any. `new` when the record is to be created."""

    record_id: UUID
    target: UpdateKey | None = None
    new: bool = False


@dataclass(frozen=True)
class Held:
    """Kept until somebody who may place it does; `reason` is a rule's name."""

    reason: str


UNKNOWN_REFERENCE = Held("unknown_reference")
"""What it names has not come. When it comes, it is looked at again."""


@dataclass(frozen=True)
class Discarded:
    """Matches nobody on the programme, from a bulk source: counted, and nothing else is kept."""


class PersonIdentity(BaseModel):
    """Who a person record is of, as the programme put it on record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: UUID
    person: str
    date_of_birth: date | None = None
    identifiers: dict[str, str] = {}

    def content(self) -> bytes:
        """Its JSON."""
        return orjson.dumps(self.model_dump(mode="json", exclude_none=True))

    def on_record(self) -> dict[str, JsonValue]:
        """Who the person is, as it may be told."""
        known: dict[str, JsonValue] = {"person": self.person}
        born = self.date_of_birth
        return known | ({"date_of_birth": born.isoformat()} if born else {})

    def is_called(self, name: str | None, born: date | None) -> bool:
        """Whether a name and a birth date are this person's, word for word: that proposes somebody, and no more."""
        known = None not in (name, born, self.date_of_birth)
        return known and born == self.date_of_birth and _name_words(name or "") == _name_words(self.person)

    def contradicts(self, update: Update, further: Collection[tuple[str, str]] = ()) -> bool:
        """Whether the update's name, birth date or an identifier cannot be this person's (D27); `further` identifiers
        are theirs, too.
        """
        born = update.date_of_birth and self.date_of_birth and update.date_of_birth != self.date_of_birth
        numbered = update.identifiers and any(
            self.identifiers.get(name, value) != value and (name, value) not in further
            for name, value in update.identifiers.pairs()
        )
        named = update.person and not (_name_words(update.person) & _name_words(self.person))
        return bool(born or named or numbered)


def _name_words(name: str) -> set[str]:
    return set(name.casefold().replace("-", " ").split())


def new_identity(update: CohortDecided) -> PersonIdentity:
    """The identity with which somebody comes onto the programme: one record, and a case of its own."""
    return PersonIdentity(
        case_id=uuid4(),
        person=update.person,
        date_of_birth=update.date_of_birth,
        identifiers=dict(update.identifiers.pairs()),
    )


@dataclass
class Desk:
    """What can be looked up while a batch is placed: the store, and what the batch itself has added."""

    unit: Unit
    identity: Identity
    bundle: Bundle
    leads: dict[bytes, UUID] = field(default_factory=dict)
    """Whose each identifier is: in the store, where it was looked up, and by what the batch has added."""
    _placed: dict[UpdateKey, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """These are written when the unit ends, so what the store says of them is asked once."""
        self._by_alias = cache(self.unit.record_by_alias)
        self._by_message = cache(self.unit.update_by_message)
        self._kept_record_of = cache(self.unit.record_of)

    def prepare(self, batch: Iterable[Received]) -> None:
        """Look up every identifier of the batch at once."""
        blinds = {blind for received in batch for blind in self.blinds(received.update).values()}
        self.leads.update(self.unit.records_by_identifier(sorted(blinds)))

    def meant(self, batch: Sequence[Received]) -> set[UUID]:
        """Every record in the store that an update of a batch, for which this desk was prepared, may be placed with."""
        keys, found = {received.key for received in batch}, {*self.leads.values()}
        for received in batch:
            publisher, update = received.key.publisher, received.update
            ref = update.refers_to()
            target = None if ref and UpdateKey(publisher, ref) in keys else self.target(received)
            alias = self._by_alias(publisher, update.record) if update.record else None
            found |= {each for each in (target and self._record_of(target), alias) if each}
        return found

    def owners(self, numbers: Iterable[tuple[str, str]]) -> set[UUID]:
        """The records that these identifiers lead to."""
        blinds = [self.identity.blind(*number) for number in numbers]
        found = self.unit.records_by_identifier(blinds)
        return {*found.values(), *(self.leads[blind] for blind in blinds if blind in self.leads)}

    def repoint(self, record_id: UUID, own: Sequence[bytes], gone: Sequence[bytes]) -> list[bytes]:
        """From now on those that are `own` lead to this record where they lead nowhere, and those that are `gone` no
        longer do. Returns those that are new.
        """
        self.unit.forget_identifiers(record_id, gone)
        for blind in gone:
            if self.leads.get(blind) == record_id:
                del self.leads[blind]
        self.leads.update(self.unit.records_by_identifier(own))
        new = [blind for blind in own if blind not in self.leads]
        self.leads.update(dict.fromkeys(new, record_id))
        return new

    def blinds(self, update: Update) -> dict[str, bytes]:
        """The update's identifiers, by type, as they are looked up."""
        pairs = update.identifiers.pairs() if update.identifiers else ()
        return {name: self.identity.blind(name, value) for name, value in pairs}

    def place(self, received: Received) -> Placed | Held | Discarded:
        """Where the update belongs, before anything of the record itself is read."""
        target = self.target(received)
        if wrong := self._misrefers(received, target):
            return Discarded() if wrong is UNKNOWN_REFERENCE and self._of_a_stranger(received) else wrong
        records = self._records(received.key.publisher, received.update, target)
        if len(records) > 1:
            return Held("contradiction")
        return self._one(received, records, target)

    def place_with(self, received: Received, record_id: UUID) -> Placed | Held:
        """The same where a named person says whose it is: name, birth date and numbers bind nobody then; what it refers
        to does, and a decision that brings numbers brings none of another record's.
        """
        target = self.target(received)
        if wrong := self._misrefers(received, target):
            return wrong
        if target and self._record_of(target) != record_id:
            return Held("wrong_reference")
        by_number = {self.leads[blind] for blind in self.blinds(received.update).values() if blind in self.leads}
        if isinstance(received.update, CohortDecided) and by_number - {record_id}:
            return Held("contradiction")
        return Placed(record_id, target)

    def _misrefers(self, received: Received, target: UpdateKey | None) -> Held | None:
        if received.update.refers_to() and target is None:
            return UNKNOWN_REFERENCE
        if target and self._inherits(received.kind) and not self._may_speak_of(received, target):
            return Held("not_its_publisher")
        return None

    def _may_speak_of(self, received: Received, target: UpdateKey) -> bool:
        """What becomes of an update is its publisher's to say, or the hub's; a unit, too, may order a recall, where
        the case is its own (`hub.holding`), and some kinds are for others to say.
        """
        publisher, update = received.key.publisher, received.update
        unit = self.bundle.agencies_of_kind("iom_unit") if isinstance(update, DisclosureRecalled) else ()
        return update.BY_OTHERS or publisher in (target.publisher, HUB, *unit)

    def _one(self, received: Received, records: set[UUID], target: UpdateKey | None) -> Placed | Held | Discarded:
        if records:
            return Placed(records.pop(), target)
        if isinstance(received.update, CohortDecided):
            return Placed(uuid4(), new=True)
        return Discarded() if self._in_bulk(received) else Held("unknown_person")

    def _in_bulk(self, received: Received) -> bool:
        """Whether it comes from a system that covers everyone in a prison or a custody suite (D26)."""
        partner = self.bundle.policies.partners.get(received.key.publisher)
        return bool(partner and received.kind in partner.bulk)

    def _of_a_stranger(self, received: Received) -> bool:
        """Whether it comes from such a system and names only numbers that nobody on the programme has: what it refers
        to was discarded before it. Without a number it may be about anybody, and is held.
        """
        update = received.update
        return bool(
            self._in_bulk(received) and update.identifiers and not self._records(received.key.publisher, update, None)
        )

    def _records(self, publisher: AgencyId, update: Update, target: UpdateKey | None) -> set[UUID]:
        """Every record that the update points at; more than one is a contradiction."""
        found = {self.leads[blind] for blind in self.blinds(update).values() if blind in self.leads}
        if target and (record := self._record_of(target)):
            found.add(record)
        if update.record and (record := self._by_alias(publisher, update.record)):
            found.add(record)
        return found

    def target(self, received: Received) -> UpdateKey | None:
        """The update meant: the publisher's own by its id, or one on its feed by message id."""
        publisher, ref = received.key.publisher, received.update.refers_to()
        if received.target or ref is None:
            return received.target
        own = UpdateKey(publisher, ref)
        return own if self._record_of(own) else self._by_message(publisher, ref)

    def _record_of(self, key: UpdateKey) -> UUID | None:
        return self._placed.get(key) or self._kept_record_of(key)

    def _inherits(self, kind: str) -> bool:
        return self.bundle.lapsed(kind) is not None

    def remember(self, received: Received, placement: Placed) -> None:
        """That it stands there: from now on it can be named, and a decision's numbers lead to the person."""
        self._placed[received.key] = placement.record_id
        if placement.new or isinstance(received.update, CohortDecided):
            blinds = self.blinds(received.update).values()
            self.leads.update((blind, placement.record_id) for blind in blinds)
