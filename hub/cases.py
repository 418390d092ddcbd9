"""A case while it is worked on: its locked record, its facts, and what these mean for every partner."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import JsonValue

from access_policies.compiling import Bundle
from access_policies.words import Situation
from hub import facts as fact_rules
from hub.facts import Facts
from hub.placing import HUB, Desk, PersonIdentity, new_identity
from hub.ports import Person, Unit, UpdateKey
from hub.receiving import Received
from hub.standing import Standing, situations
from hub.standing import standing as work_out_standing
from schemas.identifiers import AgencyId
from schemas.updates.programme import CohortDecided
from schemas.updates.trust import FactConfirmed, UpdateConfirmed, UpdateWithdrawn


@dataclass
class Case:
    """One person record, and what it has become since it was read."""

    record_id: UUID
    identity: PersonIdentity
    facts: Facts
    new: bool = False
    changed: bool = False
    added: list[tuple[str, bytes]] = field(default_factory=list)
    standing: Standing = field(init=False)
    situations: dict[AgencyId, Situation] = field(init=False)

    @classmethod
    def kept(cls, person: Person) -> "Case":
        """The case as the store holds it."""
        return cls(person.record_id, PersonIdentity.model_validate_json(person.identity), Facts.kept(person.facts))

    @classmethod
    def begun(cls, record_id: UUID, update: CohortDecided, desk: Desk) -> "Case":
        """The case of somebody who comes onto the programme."""
        return cls(record_id, new_identity(update), Facts(), new=True, added=list(desk.blinds(update).items()))

    def weigh(self, bundle: Bundle, now: datetime) -> None:
        """Work out what counts, for a start and whenever the facts have changed."""
        self.standing = work_out_standing(self.facts, bundle, self.identity.date_of_birth, now)
        self.situations = situations(self.standing, bundle)

    def fold(self, received: Received, target: UpdateKey | None, now: datetime) -> bool:
        """Take the update into the facts. Returns whether what counts must be weighed again: a movement in or out
        of custody is a fact, but no word of a rule.
        """
        update, key = received.update, received.key
        aim = str(target) if target else None
        moved = fact_rules.fold(self.facts, str(key), key.publisher, received.occurred_at, update, aim, now)
        self.changed = self.changed or moved
        return moved and str(key) not in self.facts.custody

    def learn(self, update: CohortDecided, desk: Desk) -> None:
        """A later cohort decision may bring further identifiers."""
        given, known = dict(update.identifiers.pairs()), self.identity.identifiers
        blinds = desk.blinds(update)
        self.added += [(name, blinds[name]) for name in given if name not in known]
        self.identity = self.identity.model_copy(update={"identifiers": given | known})

    def named(self, received: Received, target: UpdateKey | None) -> frozenset[AgencyId]:
        """The agencies that the update is about; a confirmation is about those of the fact it confirms.

        Naming itself tells a publisher nothing: its own feed must not answer who is on the programme (D12, D26).
        """
        if isinstance(received.update, FactConfirmed):
            named = fact_rules.agencies_named(self.facts, str(target))
        else:
            named = received.update.names_agencies()
        return named - {received.key.publisher}

    def on_record(self) -> dict[str, JsonValue]:
        """Who the record says the person is, told with an update that does not say it itself."""
        return self.identity.on_record()

    def over_for(self, agency: AgencyId, received: Received, target: UpdateKey | None) -> list[UpdateKey]:
        """What is over for a state-only partner, now that it is told this update (D1): a movement and the hub's word
        on it, or this update itself where it speaks of a state that is over.
        """
        if isinstance(received.update, UpdateConfirmed):
            shown = self.facts.shown.get(agency)
            return [] if shown and shown.key == str(target) else [received.key]
        over = None
        if isinstance(received.update, fact_rules.MOVEMENTS):
            claim = fact_rules.movement(received.key.publisher, received.occurred_at, received.update)
            over = fact_rules.show(self.facts, agency, str(received.key), claim, str(target))
        elif isinstance(received.update, UpdateWithdrawn):
            over = fact_rules.hide(self.facts, agency, str(target))
        self.changed = self.changed or over is not None
        return [key_of(over), settlement_of(key_of(over))] if over else []

    def save(self, unit: Unit) -> None:
        """Keep what has become of it."""
        person = Person(self.record_id, self.identity.content(), self.facts.content())
        if self.new:
            unit.add_person(person, self.added)
        elif self.changed or self.added:
            unit.save_person(person, self.added)


def key_of(text: str) -> UpdateKey:
    """An update's hub-wide key from its text form."""
    publisher, _, update_id = text.partition("/")
    return UpdateKey(publisher, UUID(update_id))


def settlement_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub settles a provisional one: the same whichever process makes it."""
    return UpdateKey(HUB, uuid5(key.update_id, "settled"))


def said(received: Received) -> dict[str, JsonValue]:
    """What an update says: its own content and its envelope."""
    envelope: dict[str, JsonValue] = {
        "source": received.key.publisher,
        "occurred_at": received.occurred_at.isoformat(),
    }
    return received.update.content() | envelope


def settled_at(moment: datetime) -> dict[str, JsonValue]:
    """The told field that says when a provisional update will be looked at again (D2)."""
    return {"settles_at": moment.isoformat()}
