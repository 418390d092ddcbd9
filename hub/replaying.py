"""Replaying: what was said in the last weeks, decided anew under other rules, or for a partner that is not there yet.

It reads the situations that the ledger recorded and the updates that the store keeps. Nothing is written.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.changing import TOLD, WITHHELD, direction
from access_policies.compiling import Bundle, Plan
from access_policies.deciding import decide, project
from access_policies.joining import Assumed
from access_policies.recoding import recoded
from access_policies.words import Situation
from hub.cases import said as content_of
from hub.cases import settled_at
from hub.explaining import BundleOf
from hub.identity import Identity
from hub.placing import PersonIdentity, may_say
from hub.ports import Archive, Entered, UpdateKey, key_of
from hub.receiving import Received
from hub.restoring import restored, target_of
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId
from schemas.updates import Provisional
from schemas.vocabulary import Involvement

OF_A_PARTNER = ("involvement", "pending", "pathway", "consent", "named", "safeguarding", "access")
"""The words that say something of one partner; the others say the same of the person or the update to everybody."""


class Window(NamedTuple):
    """Entries of the ledger: from number `first` up to but not with `until`."""

    first: int
    until: int


@dataclass(frozen=True)
class Occasion:
    """One decision of the past: what was said, of whom, and what was known of every partner then."""

    entered: Entered
    received: Received
    target: UpdateKey | None
    decided_under: Bundle
    said: Mapping[str, JsonValue]
    on_record: Mapping[str, JsonValue]

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What the ledger says of it."""
        return orjson.loads(self.entered.record)  # type: ignore[no-any-return]  # an object, as the hub wrote it

    @cached_property
    def situations(self) -> dict[AgencyId, Situation]:
        """As they were recorded, in the words of the rules of that time."""
        return {agency: Situation(*bits) for agency, bits in self.record["situations"].items()}

    def works(self, agency: AgencyId) -> bool:
        """Whether the agency's involvement was confirmed then."""
        known = self.situations.get(agency, Situation(0, 0)).known
        return bool(set(self.decided_under.words.said("involvement", known)) - {Involvement.NONE.value})

    def content_for(self, agency: AgencyId) -> Mapping[str, JsonValue]:
        """What could be told to an agency: to the publisher what it said, to others also what is on record."""
        return self.said if agency == self.received.key.publisher else {**self.on_record, **self.said}

    def told(self, agency: AgencyId, plan: Plan) -> dict[str, str]:
        """How each field is told that this plan tells: clear, or by which mask."""
        told = project(plan, self.content_for(agency))
        alone = self.record["disclosed"].get(agency, {"because": ()})["because"]  # said to this partner only
        names = [name for name in plan.because if name in told or name in alone]
        return {name: dict(plan.masked).get(name, TOLD) for name in names}


class Occasions:
    """The decisions of the past, one snapshot long."""

    def __init__(self, archive: Archive, bundle_of: BundleOf, settle: timedelta) -> None:
        """`settle` is how long an arrest or a release stays provisional."""
        self.archive, self._bundle_of, self._settle = archive, bundle_of, settle
        self._people: dict[UUID, Mapping[str, JsonValue]] = {}

    def window(self, since: datetime) -> Window:
        """Everything since a moment."""
        return Window(self.archive.first_since(since), self.archive.size())

    def within(self, first: int, until: int) -> Iterator[Occasion]:
        """Every update that was placed in these entries and that today's hub can read, in order."""
        for entered in self.archive.entries(first, until):
            if occasion := self._occasion(entered):
                yield occasion

    def of(self, key: UpdateKey) -> Occasion | None:
        """The decision on one update."""
        entered = self.archive.entry_of(key)
        return self._occasion(entered) if entered else None

    def _occasion(self, entered: Entered) -> Occasion | None:
        record = orjson.loads(entered.record)
        if record.get("outcome") != "placed" or entered.record_id is None:
            return None
        key = key_of(record["update"])
        content = self.archive.content_of(key)
        if content is None:
            return None
        try:
            received = restored(key, content)
        except (ValueError, LookupError):
            return None  # a kind of the past
        bundle, target = self._bundle_of(record["bundle"]), target_of(self.archive, received)
        return Occasion(entered, received, target, bundle, self._said(entered, received), self._on_record(entered))

    def _said(self, entered: Entered, received: Received) -> Mapping[str, JsonValue]:
        more = settled_at(entered.time + self._settle) if isinstance(received.update, Provisional) else {}
        return content_of(received) | more

    def _on_record(self, entered: Entered) -> Mapping[str, JsonValue]:
        assert entered.record_id is not None
        if entered.record_id not in self._people:
            identity = PersonIdentity.model_validate_json(self.archive.identity_of(entered.record_id))
            self._people[entered.record_id] = identity.on_record()
        return self._people[entered.record_id]


SituationsOf = Callable[[Occasion], Mapping[AgencyId, Situation]]
"""What was known of each partner, in the words of the rules that decide anew."""


@dataclass
class World:
    """How it would have gone from entry `first` on, had these rules held; before it, it went as the ledger says."""

    bundle: Bundle
    occasions: Occasions
    first: int
    situations_of: SituationsOf
    _told: dict[UpdateKey, frozenset[AgencyId]] = field(default_factory=dict)

    def plans(self, occasion: Occasion) -> Mapping[AgencyId, Plan]:
        """Who would have been told what; nobody anything, where the update would have been refused."""
        kind, publisher = occasion.received.kind, occasion.received.key.publisher
        if kind not in self.bundle.policies.kinds or not may_say(self.bundle, publisher, kind):
            return {}
        situations = self.situations_of(occasion)
        own = publisher if occasion.works(publisher) and publisher in situations else None
        return decide(self.bundle, kind, situations, own=own, told_before=self._told_before(occasion.target))

    def _told_before(self, target: UpdateKey | None) -> frozenset[AgencyId]:
        if target is None:
            return frozenset(self.bundle.policies.partners)
        if target not in self._told:
            earlier = self.occasions.of(target)
            self._told[target] = self._told_of(earlier) if earlier else frozenset()
        return self._told[target]

    def _told_of(self, occasion: Occasion) -> frozenset[AgencyId]:
        if occasion.entered.number < self.first:
            return frozenset(occasion.record["disclosed"])
        return frozenset(a for a, plan in self.plans(occasion).items() if occasion.told(a, plan))


def as_recorded(bundle: Bundle) -> SituationsOf:
    """Every partner of these rules in the situation that was recorded for it."""

    def situations(occasion: Occasion) -> Mapping[AgencyId, Situation]:
        partners = bundle.policies.partners
        return {
            agency: _recoded(occasion, situation, bundle)
            for agency, situation in occasion.situations.items()
            if agency in partners and not partners[agency].suspended
        }

    return situations


def _recoded(occasion: Occasion, situation: Situation, bundle: Bundle) -> Situation:
    """In the words of `bundle`. Whether an agreement is in force follows from its date, not from what was recorded,
    where its dates differ from those of that time.
    """
    was = occasion.decided_under
    found, before, after = recoded(situation, was.words, bundle.words), was.policies, bundle.policies
    if before.agreements == after.agreements:
        return found
    dated = tuple(name for name, each in after.agreements.items() if occasion.entered.time.date() <= each.expires)
    return bundle.words.without(found, "agreement") | bundle.words.situation(agreement=dated)


@dataclass(frozen=True)
class Newcomer:
    """A partner that is not there yet: it is in the register of the bundle that decides, and this is assumed of it."""

    agency: AgencyId
    assumed: Assumed

    def situations_in(self, bundle: Bundle) -> SituationsOf:
        """The person and the update as recorded for the others, and the partner as assumed."""
        said = self.assumed
        assumed = bundle.words.situation(
            involvement=said.involvement.value, pathway=said.pathways, consent=said.consents
        )

        def situations(occasion: Occasion) -> Mapping[AgencyId, Situation]:
            others = [_recoded(occasion, each, bundle) for each in occasion.situations.values()]
            if not others or (said.worked_by and not occasion.works(said.worked_by)):
                return {}
            known, possible = reduce(and_, (s.known for s in others)), reduce(or_, (s.possible for s in others))
            return {self.agency: bundle.words.without(Situation(known, possible), *OF_A_PARTNER) | assumed}

        return situations


class Difference(NamedTuple):
    """One field of one kind that a partner would have been told otherwise."""

    agency: AgencyId
    kind: str
    field: str
    how: str
    """newly told, no longer told, told more of, told less of."""


def differences(old: World, new: World, occasion: Occasion) -> Iterator[Difference]:
    """What would have gone otherwise under `new` than under `old`."""
    before, after = old.plans(occasion), new.plans(occasion)
    for agency in dict.fromkeys([*before, *after]):
        was = occasion.told(agency, before[agency]) if agency in before else {}
        now = occasion.told(agency, after[agency]) if agency in after else {}
        for name in dict.fromkeys([*was, *now]):
            if how := _how(was.get(name, WITHHELD), now.get(name, WITHHELD)):
                yield Difference(agency, occasion.received.kind, name, how)


def _how(before: str, after: str) -> str | None:
    if before == after:
        return None
    if before == WITHHELD:
        return "newly told"
    if after == WITHHELD:
        return "no longer told"
    return "told more of" if direction(before, after) == "WIDER" else "told less of"


def received_by(newcomer: Newcomer, world: World, throw_away: Identity, occasion: Occasion) -> Disclosure | None:
    """The disclosure that the newcomer would have received; every id in it is of a key that is thrown away."""
    plan = world.plans(occasion).get(newcomer.agency)
    told = project(plan, occasion.content_for(newcomer.agency)) if plan else {}
    if not told:
        return None
    reference, key = type(occasion.received.update).REFERS_TO, occasion.received.key
    if reference in told and occasion.target:
        told[reference] = str(throw_away.message(newcomer.agency, *occasion.target))
    assert occasion.entered.record_id is not None
    return Disclosure(
        recipient=newcomer.agency,
        message_id=throw_away.message(newcomer.agency, *key),
        kind=occasion.received.kind,
        bundle=world.bundle.digest,
        record=throw_away.record(newcomer.agency, occasion.entered.record_id),
        told=told,
    )
