"""What each partner should be told of a story, worked out the slow and obvious way, with no store and no chains."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from access_policies.masking import MASKS
from hub import facts as fact_rules
from hub import standing as standing_rules
from hub.cases import settlement_of
from hub.claims import MOVEMENTS, movement
from hub.facts import Facts
from hub.identity import Identity
from hub.ports import Timer, UpdateKey, key_of
from hub.receiving import Received
from hub.standing import Standing
from hub.timers import _of_hub
from property.happenings import BUNDLE, POLICIES
from property.oracle import Said, tells_more
from property.remembering import told
from property.stories import Event
from property.taken import BORN, SETTLE, Projection, Taken, content_of, on_record, reviewers
from schemas.updates import Provisional, Update
from schemas.updates.custody import LeftPoliceCustody
from schemas.updates.programme import CohortDecided
from schemas.updates.trust import (
    AccessClosed,
    AccessOpened,
    ConcernDisclosed,
    ConcernEnded,
    FactConfirmed,
    UpdateConfirmed,
    UpdateWithdrawn,
)
from schemas.vocabulary import Involvement
from support.partnership import EVERYONE, START, who


@dataclass
class Model:
    """The world as the duties describe it."""

    identity: Identity
    facts: dict[int, Facts] = field(default_factory=dict)
    taken: dict[UpdateKey, Taken] = field(default_factory=dict)
    feeds: dict[str, list[Projection]] = field(default_factory=lambda: {agency: [] for agency in EVERYONE})
    due: list[tuple[datetime, UpdateKey]] = field(default_factory=list)
    borrowed: set[tuple[str, UpdateKey]] = field(default_factory=set)
    """What an agency was told in an emergency and otherwise never."""

    def play(self, story: Iterable[Event], until: int) -> "Model":
        """Every event at its time, with what the hub says in between."""
        for event in story:
            now = START + timedelta(minutes=event.accepted)
            self._let_time_pass(now)
            self._take(event.received(self.identity), event.person, now)
        self._let_time_pass(START + timedelta(minutes=until))
        return self

    def _let_time_pass(self, now: datetime) -> None:
        for each in sorted((each for each in self.due if each[0] <= now), key=lambda each: each[0]):
            self.due.remove(each)
            due, key = each
            person, about = self.taken[key].person, self.taken[key].received.update
            facts = self.facts[person]
            if str(key) in facts.settled | facts.closed:
                continue
            if isinstance(about, AccessOpened):
                self._hub_says(key, due, now, "closed", AccessClosed, {})
            elif isinstance(about, ConcernDisclosed):
                self._hub_says(key, due, now, "ended", ConcernEnded, {})
            elif fact_rules.undone(facts, str(key)):
                self._hub_says(key, due, now, "settled", UpdateWithdrawn, {"reason": "undone"})
            else:
                self._hub_says(key, due, now, "settled", UpdateConfirmed, {})

    def _hub_says(
        self, key: UpdateKey, due: datetime, now: datetime, name: str, model: type[Update], said: dict[str, str]
    ) -> None:
        timer = Timer(due, uuid5(key.update_id, name), key, UUID(int=0))
        self._disclose(_of_hub(timer, model.KIND, said), self.taken[key].person, key, now)

    def _take(self, received: Received, person: int | None, now: datetime) -> None:
        update, publisher = received.update, received.key.publisher
        target = self._target(publisher, update.refers_to())
        if update.refers_to() and target is None:
            return
        inherits, closes = POLICIES.kinds[received.kind].inherits, isinstance(update, AccessClosed)
        if target and inherits and not closes and target.publisher != publisher:
            return
        allowed = type(update).REFERS_TO_KINDS
        if target and allowed and self.taken[target].received.kind not in allowed:
            return
        if isinstance(update, CohortDecided):
            person = next(n for n in BORN if update.identifiers.crn == who(n + 1)["identifiers"]["crn"])
        about = {each for each in (person, self.taken[target].person if target else None) if each is not None}
        if len(about) > 1 or not (about & set(self.facts) or isinstance(update, CohortDecided)):
            return
        [person] = about
        if update.person == "Somebody Else":
            return
        if target and closes and publisher not in self._may_close(person, target.publisher, now):
            return
        if isinstance(update, CohortDecided):
            self.facts.setdefault(person, Facts())
        self._disclose(received, person, target, now)

    def _may_close(self, person: int, opener: str, now: datetime) -> set[str]:
        return {opener, *reviewers(self._standing(person, now), opener)}

    def _target(self, publisher: str, ref: Any) -> UpdateKey | None:
        own = UpdateKey(publisher, ref)
        if own in self.taken:
            return own
        mine = self.feeds[publisher]
        return next((each.key for each in mine if self.identity.message(publisher, *each.key) == ref), None)

    def _standing(self, person: int, now: datetime) -> Standing:
        return standing_rules.standing(self.facts[person], BUNDLE, BORN[person], now)

    def _disclose(self, received: Received, person: int, target: UpdateKey | None, now: datetime) -> None:
        facts, update, key = self.facts[person], received.update, received.key
        before = self._standing(person, now)
        fact_rules.fold(
            facts, str(key), key.publisher, received.occurred_at, update, str(target) if target else None, now
        )
        standing = self._standing(person, now)
        self.taken[key] = Taken(received, target, person, now)
        if isinstance(update, Provisional):
            self.due.append((now + SETTLE, key))
        if isinstance(update, AccessOpened):
            self.due.append((now + timedelta(hours=POLICIES.vocabulary.access_hours), key))
        if isinstance(update, ConcernDisclosed):
            self.due.append((update.until, key))
        for agency in POLICIES.partners:
            self._tell(agency, key, standing, told_before=self._has_heard(agency, target, standing))
        self._tell_what_is_current(before, standing, key, person, now)
        if target and isinstance(update, AccessClosed | UpdateWithdrawn):
            for each in self.feeds[target.publisher]:
                if each.access == target:
                    each.told = {}
        self._tell_in_an_emergency(standing, key, person, now)

    def _tell_what_is_current(
        self, before: Standing, standing: Standing, key: UpdateKey, person: int, now: datetime
    ) -> None:
        """To whoever newly works the case (D14), and to whoever a concern is disclosed to."""
        current, update = fact_rules.current(self.facts[person], now.date()), self.taken[key].received.update
        close = {Involvement.ACTIVE, Involvement.LEAD}
        for agency in sorted(EVERYONE):
            was, now_is = (s.involvement.get(agency) for s in (before, standing))
            role, earlier = (each.role if each else Involvement.NONE for each in (now_is, was))
            if role is not Involvement.NONE and (
                earlier is Involvement.NONE or (role in close and earlier not in close)
            ):
                for keys in current.values():
                    self._tell_first(agency, keys, standing, "")
        if isinstance(update, ConcernDisclosed):
            for agency in sorted(standing.safeguarding & set(update.recipients)):
                self._tell_first(agency, current.get("custody", []), standing, "safeguarding")

    def _tell_in_an_emergency(self, standing: Standing, key: UpdateKey, person: int, now: datetime) -> None:
        """To whoever has broken the glass: what is current when it does so, and afterwards what comes (D13)."""
        update, publisher = self.taken[key].received.update, key.publisher
        if isinstance(update, AccessOpened) and publisher in standing.access:
            for keys in fact_rules.current(self.facts[person], now.date()).values():
                self._tell_first(publisher, keys, standing, "access")
        elif not isinstance(update, AccessOpened):
            for agency in sorted(set(standing.access) - {publisher}):
                base = self._cells(agency, key, standing, told_before=self._heard_of(agency, key, standing))
                more = self._cells(
                    agency, key, standing, told_before=self._heard_of(agency, key, standing), word="access"
                )
                if tells_more(more, base):
                    self._tell(agency, key, standing, told_before=self._heard_of(agency, key, standing), word="access")

    def _tell_first(self, agency: str, keys: list[str], standing: Standing, word: str) -> None:
        """The latest of these that it may know, unless it has one of them."""
        for key in map(key_of, keys):
            if word != "access" and self._holds(agency, key):
                return
            cells = self._cells(agency, key, standing, told_before=True, word=word)
            if any(ground != "told-before" for _, ground in cells.values()):
                update = self.taken[key].received.update
                if not isinstance(update, LeftPoliceCustody) or update.outcome == "remanded":
                    self._tell(agency, key, standing, told_before=True, word=word)
                return

    def _holds(self, agency: str, key: UpdateKey) -> bool:
        has = any(each.key == key and each.told for each in self.feeds[agency])
        return has and (agency, key) not in self.borrowed

    def _heard_of(self, agency: str, key: UpdateKey, standing: Standing) -> bool:
        return self._has_heard(agency, self.taken[key].target, standing)

    def _has_heard(self, agency: str, key: UpdateKey | None, standing: Standing) -> bool:
        told = any(each.key == key for each in self.feeds[agency])
        return told and ((agency, key) not in self.borrowed or agency in standing.access)

    def _cells(
        self, agency: str, key: UpdateKey, standing: Standing, *, told_before: bool, word: str = ""
    ) -> dict[str, tuple[str, str]]:
        own = not word and agency == key.publisher and standing.works(agency)
        said, kind = self._words(standing, agency, key, word), self.taken[key].received.kind
        recipient = POLICIES.partners[agency].kind
        return told(POLICIES, kind, recipient, said, own=own, told_before=told_before, word=word)

    def _tell(self, agency: str, key: UpdateKey, standing: Standing, *, told_before: bool, word: str = "") -> None:
        taken = self.taken[key]
        cells = self._cells(agency, key, standing, told_before=told_before, word=word)
        content = content_of(taken, self.facts[taken.person])
        if agency != key.publisher:
            content = on_record(taken.person) | content
        values = {name: how if how != "clear" else None for name, (how, _) in cells.items()}
        told_now = {n: MASKS[m](content[n]) if m else content[n] for n, m in values.items() if n in content}
        told_now = {n: value for n, value in told_now.items() if value is not None}
        if post := cells.get("signpost"):
            told_now["signpost"] = POLICIES.kinds[taken.received.kind].share[post[1]].signpost
        reference = type(taken.received.update).REFERS_TO
        if reference in told_now and taken.target:
            told_now[reference] = str(self.identity.message(agency, *taken.target))
        if told_now:
            self._append(agency, key, told_now, standing, word)

    def _append(self, agency: str, key: UpdateKey, told_now: dict[str, Any], standing: Standing, word: str) -> None:
        taken, access = self.taken[key], None
        if word == "access":
            access = key_of(standing.access[agency])
            told_now["on_access"] = str(self.identity.message(agency, *access))
            if not self._holds(agency, key):
                self.borrowed.add((agency, key))
        else:
            self.borrowed.discard((agency, key))
        self.feeds[agency].append(Projection(key, taken.received.kind, told_now, told_now, access))
        if not access and POLICIES.partners[agency].state_only:
            self._keep_state(agency, taken)

    def _keep_state(self, agency: str, taken: Taken) -> None:
        over, received, facts = None, taken.received, self.facts[taken.person]
        if isinstance(received.update, MOVEMENTS):
            claim = movement(received.key.publisher, received.occurred_at, received.update, taken.at)
            over = fact_rules.show(facts, agency, str(received.key), claim, str(taken.target))
        elif isinstance(received.update, UpdateWithdrawn):
            over = fact_rules.hide(facts, agency, str(taken.target))
        elif isinstance(received.update, UpdateConfirmed):
            shown = facts.shown.get(agency)
            over = None if shown and shown.key == str(taken.target) else str(received.key)
        words_on_it = str(settlement_of(key_of(over))) if over else None
        for each in self.feeds[agency]:
            if str(each.key) in (over, words_on_it):
                each.told = {}

    def _words(self, standing: Standing, agency: str, key: UpdateKey, word: str) -> Said:
        claim, taken = standing.involvement.get(agency), self.taken[key]
        named = self._named(standing, taken) - {key.publisher}
        return Said(
            involvement=(claim.role if claim else Involvement.NONE,),
            pathway=claim.pathways if claim else (),
            consent=standing.consents.get(agency, ()),
            handling=(taken.received.update.handling,),
            age=None if standing.age == "unknown" else (standing.age,),
            named=("self",) if agency in named else (),
            pending=standing.pending.get(agency, ()),
            cohort=(standing.cohort.cohort,) if standing.cohort else None,
            restriction=[each.restriction for each in standing.restrictions if agency not in each.open_to],
            safeguarding=("open",) if agency in standing.safeguarding else (),
            access=("open",) if word == "access" and agency in standing.access else (),
        )

    def _named(self, standing: Standing, taken: Taken) -> set[str]:
        update, target = taken.received.update, taken.target
        if isinstance(update, FactConfirmed | ConcernEnded):
            return set(fact_rules.agencies_named(self.facts[taken.person], str(target)))
        if isinstance(update, AccessOpened):
            return reviewers(standing, taken.received.key.publisher)
        if isinstance(update, AccessClosed) and target:
            return reviewers(standing, target.publisher) | {target.publisher}
        return set(update.names_agencies())
