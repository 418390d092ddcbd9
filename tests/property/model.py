"""What each partner should be told of a story, worked out the slow and obvious way, with no store and no chains."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from access_policies.masking import MASKS
from hub import facts as fact_rules
from hub import standing as standing_rules
from hub.cases import key_of, settlement_of
from hub.facts import Facts
from hub.identity import Identity
from hub.ports import Timer, UpdateKey
from hub.receiving import Received
from hub.timers import _of_hub
from property.happenings import BUNDLE, POLICIES
from property.oracle import Said
from property.remembering import told
from property.stories import Event
from schemas.updates import Provisional, Update
from schemas.updates.programme import CohortDecided
from schemas.updates.trust import FactConfirmed, UpdateConfirmed, UpdateWithdrawn
from schemas.vocabulary import Involvement
from support.partnership import EVERYONE, START, who

SETTLE = timedelta(minutes=45)
BORN = {0: date(1990, 1, 1), 1: None, 2: date(1990, 1, 1)}


@dataclass
class Projection:
    """What one partner is told of one update; `told` is empty once the state that it told is over (D1)."""

    key: UpdateKey
    kind: str
    told: dict[str, Any]
    at_first: dict[str, Any] = field(default_factory=dict)
    """What it told before any of it was dropped: views were made of that."""


@dataclass
class Model:
    """The world as the duties describe it."""

    identity: Identity
    facts: dict[int, Facts] = field(default_factory=dict)
    person: dict[UpdateKey, int] = field(default_factory=dict)
    kinds: dict[UpdateKey, str] = field(default_factory=dict)
    feeds: dict[str, list[Projection]] = field(default_factory=lambda: {agency: [] for agency in EVERYONE})
    due: list[tuple[datetime, UpdateKey, int]] = field(default_factory=list)

    def play(self, story: Iterable[Event], until: int) -> "Model":
        """Every event at its time, with what the hub settles in between."""
        for event in story:
            now = START + timedelta(minutes=event.accepted)
            self._settle(now)
            self._take(event.received(self.identity), event.person, now)
        self._settle(START + timedelta(minutes=until))
        return self

    def _settle(self, now: datetime) -> None:
        for each in sorted((each for each in self.due if each[0] <= now), key=lambda each: each[0]):
            self.due.remove(each)
            due, key, person = each
            undone = fact_rules.undone(self.facts[person], str(key))
            self._hub_says(key, person, due, UpdateWithdrawn if undone else UpdateConfirmed)

    def _hub_says(self, key: UpdateKey, person: int, due: datetime, model: type[Update]) -> None:
        if str(key) in self.facts[person].settled:
            return
        timer = Timer(due, uuid5(key.update_id, "settled"), key, UUID(int=0))
        received = _of_hub(timer, model.KIND, {"reason": "undone"} if model is UpdateWithdrawn else {})
        self._disclose(received, person, key, due)

    def _take(self, received: Received, person: int | None, now: datetime) -> None:
        update, publisher = received.update, received.key.publisher
        target = self._target(publisher, update.refers_to())
        if update.refers_to() and target is None:
            return
        if target and POLICIES.kinds[received.kind].inherits and target.publisher != publisher:
            return
        if target and type(update).REFERS_TO_KINDS and self.kinds[target] not in type(update).REFERS_TO_KINDS:
            return
        if isinstance(update, CohortDecided):
            person = next(n for n in BORN if update.identifiers.crn == who(n + 1)["identifiers"]["crn"])
        about = {each for each in (person, self.person.get(target) if target else None) if each is not None}
        if len(about) > 1 or not (about & set(self.facts) or isinstance(update, CohortDecided)):
            return
        [person] = about
        if update.person == "Somebody Else":
            return
        if isinstance(update, CohortDecided):
            self.facts.setdefault(person, Facts())
        self._disclose(received, person, target, now)

    def _target(self, publisher: str, ref: Any) -> UpdateKey | None:
        own = UpdateKey(publisher, ref)
        if own in self.person:
            return own
        mine = self.feeds[publisher]
        return next((each.key for each in mine if self.identity.message(publisher, *each.key) == ref), None)

    def _disclose(self, received: Received, person: int, target: UpdateKey | None, now: datetime) -> None:
        facts, update, key = self.facts[person], received.update, received.key
        aim = str(target) if target else None
        fact_rules.fold(facts, str(key), key.publisher, received.occurred_at, update, aim, now)
        self.person[key], self.kinds[key] = person, received.kind
        if isinstance(update, Provisional):
            self.due.append((now + SETTLE, key, person))
        standing = standing_rules.standing(facts, BUNDLE, BORN[person], now)
        said, on_record = self._content(received, now), self._on_record(person)
        for agency, partner in POLICIES.partners.items():
            content = said if agency == key.publisher else on_record | said
            words = self._words(standing, agency, received, facts, target)
            before = any(each.key == target for each in self.feeds[agency])
            own = agency == key.publisher and standing.works(agency)
            cells = told(POLICIES, received.kind, partner.kind, words, own=own, told_before=before)
            values = {name: how if how != "clear" else None for name, (how, _) in cells.items()}
            told_now = {n: MASKS[m](content[n]) if m else content[n] for n, m in values.items() if n in content}
            told_now = {n: value for n, value in told_now.items() if value is not None}
            if post := cells.get("signpost"):
                told_now["signpost"] = POLICIES.kinds[received.kind].share[post[1]].signpost
            reference = type(update).REFERS_TO
            if reference in told_now and target:
                told_now[reference] = str(self.identity.message(agency, *target))
            if told_now:
                self.feeds[agency].append(Projection(key, received.kind, told_now, told_now))
                if partner.state_only:
                    self._keep_state(agency, facts, received, target)

    def _keep_state(self, agency: str, facts: Facts, received: Received, target: UpdateKey | None) -> None:
        over = None
        if isinstance(received.update, fact_rules.MOVEMENTS):
            claim = fact_rules.movement(received.key.publisher, received.occurred_at, received.update)
            over = fact_rules.show(facts, agency, str(received.key), claim, str(target))
        elif isinstance(received.update, UpdateWithdrawn):
            over = fact_rules.hide(facts, agency, str(target))
        elif isinstance(received.update, UpdateConfirmed):
            shown = facts.shown.get(agency)
            over = None if shown and shown.key == str(target) else str(received.key)
        words_on_it = str(settlement_of(key_of(over))) if over else None
        for each in self.feeds[agency]:
            if str(each.key) in (over, words_on_it):
                each.told = {}

    def _content(self, received: Received, now: datetime) -> dict[str, Any]:
        content = received.update.content()
        content |= {"source": received.key.publisher, "occurred_at": received.occurred_at.isoformat()}
        if isinstance(received.update, Provisional):
            content["settles_at"] = (now + SETTLE).isoformat()
        return content

    def _on_record(self, person: int) -> dict[str, Any]:
        """Told to all but the publisher, whose own feed says what it said and does not answer who somebody is."""
        born = {"date_of_birth": str(BORN[person])} if BORN[person] else {}
        return {"person": who(person + 1)["person"], **born}

    def _words(self, standing: Any, agency: str, received: Received, facts: Facts, target: UpdateKey | None) -> Said:
        claim = standing.involvement.get(agency)
        update = received.update
        if isinstance(update, FactConfirmed):
            named = fact_rules.agencies_named(facts, str(target))
        else:
            named = update.names_agencies()
        return Said(
            involvement=(claim.role if claim else Involvement.NONE,),
            pathway=claim.pathways if claim else (),
            consent=standing.consents.get(agency, ()),
            handling=(update.handling,),
            age=None if standing.age == "unknown" else (standing.age,),
            named=("self",) if agency in named and agency != received.key.publisher else (),
            pending=standing.pending.get(agency, ()),
            cohort=(standing.cohort.cohort,) if standing.cohort else None,
            restriction=[each.restriction for each in standing.restrictions if agency not in each.open_to],
            safeguarding=("open",) if agency in standing.safeguarding else (),
            access=("open",) if agency in standing.access else (),
        )
