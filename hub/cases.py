"""A case while it is worked on: its locked record, its facts, and what these mean for every partner."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import JsonValue

from access_policies.compiling import Bundle
from access_policies.words import Situation
from hub import facts as fact_rules
from hub import homing, linking, presenting
from hub.claims import MOVEMENTS, movement
from hub.facts import Facts
from hub.linking import Number, Record
from hub.placing import HUB, Desk, PersonIdentity, new_identity
from hub.ports import Person, Unit, UpdateKey, key_of
from hub.receiving import Received
from hub.standing import Standing, situations
from hub.standing import standing as work_out_standing
from schemas.identifiers import AgencyId
from schemas.updates import Update
from schemas.updates.answers import AlertUnacknowledged
from schemas.updates.court import HearingConcluded, HearingListed
from schemas.updates.custody import (
    Charged,
    Died,
    ReleaseCancelled,
    ReleaseChanged,
    ReleasePlanned,
    WantedCleared,
)
from schemas.updates.programme import CohortDecided
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.updates.reviews import ReviewCalled, ReviewConcluded, ReviewMoved
from schemas.updates.supervision import StaffRiskLifted
from schemas.updates.trust import AlertAcknowledged, ConsentLapsed, UpdateConfirmed, UpdateWithdrawn

NO_WORD = (
    *MOVEMENTS,
    *(ReleasePlanned, ReleaseChanged, ReleaseCancelled),
    *(Charged, HearingListed, HearingConcluded, WantedCleared, Died),
    *(ReviewCalled, ReviewMoved, ReviewConcluded, AlertAcknowledged, UpdateReaffirmed),
    *homing.NO_WORD,
)
"""Kinds without a `STATE` that set a fact which no word of a rule speaks of."""


@dataclass
class Case:
    """One person record, and what it has become since it was read."""

    record_id: UUID
    identity: PersonIdentity
    facts: Facts
    new: bool = False
    changed: bool = False
    added: list[tuple[str, bytes]] = field(default_factory=list)
    others: list["Case"] = field(default_factory=list, compare=False, repr=False)
    """The records with which a link has ever made it one case, whether or not it still does."""
    own: Standing = field(init=False)
    """What counts by this record alone."""
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

    def weigh(self, bundle: Bundle, now: datetime, continued: frozenset[str]) -> None:
        """Work out what counts, for a start and whenever the facts have changed; `continued` are agreements (D16)."""
        self.own = self.standing = work_out_standing(self.facts, bundle, self.identity.date_of_birth, now, continued)
        self.situations = situations(self.standing, bundle)

    def weigh_with(self, others: Collection[Record], bundle: Bundle, now: datetime, continued: frozenset[str]) -> None:
        """The same with the other records that may be of one case with this one: what is linked surely, and what is
        linked perhaps (D12).
        """
        perhaps = linking.joined(self.as_record(), others, sure=False)
        sure = linking.joined(self.as_record(), others, sure=True)
        facts = linking.together(self.facts, [each.facts for each in sure], [each.facts for each in perhaps])
        born = linking.born(self.identity, [each.identity for each in perhaps])
        units = self.own.backers.units.with_joined(each.backers.units for each in sure)
        self.standing = work_out_standing(facts, bundle, born, now, continued, units)
        self.situations = situations(self.standing, bundle)

    def as_record(self) -> Record:
        """As one record of what may be a case of several."""
        return Record(self.record_id, self.identity, self.facts, self.own.backers)

    @property
    def links(self) -> frozenset[str]:
        """The links of this record that count in it."""
        return linking.counting(self.facts, self.own.backers)

    def linked_numbers(self) -> frozenset[Number]:
        """The numbers of every link that nobody has undone."""
        return linking.claimed(self.facts, linking.standing_links(self.facts))

    def fold(self, received: Received, target: UpdateKey | None, now: datetime) -> bool:
        """Take the update into the facts. Returns whether what counts must be weighed again: a movement in or out
        of custody, a plan or a score is a fact, but no word of a rule.
        """
        update, key = received.update, received.key
        aim = str(target) if target else None
        moved = fact_rules.fold(self.facts, str(key), key.publisher, received.occurred_at, update, aim, now)
        self.changed = self.changed or moved
        return moved and not (update.STATE or isinstance(update, NO_WORD))

    def vouch(self, key: UpdateKey, agency: AgencyId) -> None:
        """By placing what another decided of this person, an agency confirms it."""
        self.facts.confirmations.setdefault(str(key), {})[f"{agency}/{key.update_id}"] = agency

    def learn(self, update: CohortDecided, desk: Desk) -> None:
        """A later cohort decision may bring further identifiers."""
        given, known = dict(update.identifiers.pairs()), self.identity.identifiers
        blinds = {name: blind for name, blind in desk.blinds(update).items() if blind not in desk.leads}
        self.added += [(name, blinds[name]) for name in blinds if name not in known]
        self.identity = self.identity.model_copy(update={"identifiers": given | known})

    def contradicts(self, update: Update) -> bool:
        """Whether the update cannot be about this person (D27)."""
        return linking.contradicts(self.identity, self.facts, self.links, update)

    def repoint(self, desk: Desk) -> None:
        """Let exactly those numbers lead here that are the person's, on record or by links that count (D12)."""
        own, gone = (
            {desk.identity.blind(*number): number[0] for number in found(self.identity, self.facts, self.links)}
            for found in (linking.numbers, linking.doubtful)
        )
        self.added = [each for each in self.added if each[1] not in gone]
        waiting = {blind for _, blind in self.added}
        new = desk.repoint(self.record_id, [blind for blind in own if blind not in waiting], list(gone))
        self.added += [(own[blind], blind) for blind in new]

    def on_record(self) -> dict[str, JsonValue]:
        """Who the record says the person is, told with an update that does not say it itself."""
        return self.identity.on_record()

    def over_for(
        self, agency: AgencyId, received: Received, target: UpdateKey | None, now: datetime
    ) -> list[UpdateKey]:
        """What is over for a state-only partner, now that it is told this update (D1): a movement and the hub's word
        on it, a measure for its staff, or this update itself where it speaks of a state that is over.
        """
        update, key, about = received.update, str(received.key), str(target)
        if isinstance(update, UpdateConfirmed):
            return [] if presenting.is_shown(self.facts, agency, about) else [received.key]
        if isinstance(update, Charged | HearingConcluded) and target:
            return self._over_by_outcome(agency, received.key, about, clears=update.clears)
        if isinstance(update, StaffRiskLifted):
            return self._with_what_followed(about)
        over = None
        if isinstance(update, MOVEMENTS):
            claim = movement(received.key.publisher, received.occurred_at, update, now)
            over = presenting.show(self.facts, agency, key, claim, about)
        elif isinstance(update, UpdateWithdrawn):
            over = presenting.hide(self.facts, agency, about)
        self.changed = self.changed or over is not None
        return self._all_of(over) if over else []

    def _over_by_outcome(self, agency: AgencyId, key: UpdateKey, arrest: str, *, clears: bool) -> list[UpdateKey]:
        """A charge or a conviction says something of a state that is shown, or nothing; what came to nothing goes."""
        movements = presenting.movements_of(self.facts, arrest)
        if not clears:
            return [] if presenting.is_shown(self.facts, agency, *movements) else [key]
        over = presenting.hide(self.facts, agency, *movements)
        self.changed = self.changed or over is not None
        return [each for each in self._all_of(over or arrest) if each != key]

    def _all_of(self, over: str) -> list[UpdateKey]:
        """Everything that a partner hears of a movement: itself, what was said of it, and of the arrest."""
        return [*self._with_what_followed(over), *map(key_of, presenting.outcomes_beside(self.facts, over))]

    def recall(self, agency: AgencyId, target: UpdateKey) -> list[UpdateKey]:
        """Everything that `agency` gives back with an update: itself, the hub's word on it, its corrections."""
        hidden = presenting.hide(self.facts, agency, str(target))
        self.changed = self.changed or hidden is not None
        return self._with_what_followed(str(target))

    def _with_what_followed(self, over: str) -> list[UpdateKey]:
        corrections = map(key_of, fact_rules.corrections_of(self.facts, over))
        return [key_of(over), settlement_of(key_of(over)), *corrections]

    def nothing_left(self, received: Received, target: UpdateKey | None) -> bool:
        """Whether what the hub was to say has been settled otherwise: a withdrawal, an outcome or a closing came first,
        the consent was ended, or another process fired the same timer.
        """
        if received.key.publisher != HUB or target is None or isinstance(received.update, AlertUnacknowledged):
            return False
        if isinstance(received.update, UpdateConfirmed) and fact_rules.dead(self.facts):
            return True  # of the dead nothing is confirmed by time (D5)
        ended = isinstance(received.update, ConsentLapsed) and fact_rules.consent_ended(self.facts, str(target))
        return ended or str(target) in self.facts.settled | self.facts.closed

    def lend(self, agency: AgencyId, key: UpdateKey) -> None:
        """Remember that the agency was told this update in an emergency, and on no other ground (D13)."""
        self.facts.borrowed.add(f"{agency} {key}")
        self.changed = True

    def keeps(self, agency: AgencyId, key: UpdateKey) -> None:
        """The agency is told this update on a ground of its own."""
        self.facts.borrowed.discard(f"{agency} {key}")
        self.changed = True

    def borrows(self, agency: AgencyId, key: UpdateKey) -> bool:
        """Whether the agency was told this update in an emergency only."""
        return f"{agency} {key}" in self.facts.borrowed

    def has_heard(self, agency: AgencyId, key: UpdateKey, *, emergency: bool) -> bool:
        """Of the updates on its feed: whether what became of this one is the agency's to hear. An emergency leaves
        nothing behind: what became of something that it told alone is heard in the `emergency` as well, or never.
        """
        return (emergency and agency in self.standing.access) or not self.borrows(agency, key)

    def parts(self, agencies: Collection[AgencyId], restrictions: Collection[str], by: UpdateKey) -> None:
        """These agencies worked the case only by a record joined to it, and do so no longer; these restrictions, which
        were set in such a record, hold in this one, too.
        """
        self.facts.parted |= dict.fromkeys(agencies, str(by))
        self.facts.shut_by |= dict.fromkeys(restrictions, str(by))
        self.changed = True

    def shut_at(self, restrictions: frozenset[str]) -> list[datetime]:
        """When these restrictions of other records were set, and when the records were linked."""
        facts = [each.facts for each in (self, *self.others) if restrictions]
        links = (each.links[key].at for each in facts for key in linking.standing_links(each))
        return [
            *links,
            *(each.restrictions[key].at for each in facts for key in restrictions & each.restrictions.keys()),
        ]

    def loses_sight(self, agencies: Collection[AgencyId]) -> None:
        """The views of these agencies are closed (D15)."""
        self.facts.views_closed.update(agencies)
        self.changed = True

    def sees_again(self, agency: AgencyId) -> None:
        """The agency was told anew how things stand."""
        self.changed = self.changed or agency in self.facts.views_closed
        self.facts.views_closed.discard(agency)

    def save(self, unit: Unit) -> None:
        """Keep what has become of it."""
        person = Person(self.record_id, self.identity.content(), self.facts.content())
        if self.new:
            unit.add_person(person, self.added)
        elif self.changed or self.added:
            unit.save_person(person, self.added)


def of_hub(key: UpdateKey, word: str) -> UpdateKey:
    """What the hub itself says of an update has an id that follows from it: the same whichever process makes it, and
    another where two publishers gave their updates one id.
    """
    return UpdateKey(HUB, uuid5(key.update_id, f"{key.publisher}/{word}"))


def settlement_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub settles a provisional one."""
    return of_hub(key, "settled")


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
