"""What each partner should be told of a story, worked out the slow and obvious way, with no store and no chains."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hub import facts as fact_rules
from hub import presenting
from hub.cases import of_hub
from hub.facts import Facts
from hub.ports import Timer, UpdateKey, key_of
from hub.receiving import Received
from hub.standing import Standing
from hub.timers import _of_hub
from property.happenings import POLICIES
from property.joining import ever_one_with, standing_of
from property.oracle import tells_more
from property.stories import Event
from property.taken import BORN, SETTLE, Taken, reviewers
from property.teller import Teller
from schemas.updates import Provisional, Update
from schemas.updates.custody import LeftPoliceCustody, ReleaseChanged
from schemas.updates.programme import CohortDecided
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.updates.selection import PersonDeselected
from schemas.updates.supervision import StaffRiskLifted, StaffRiskSet
from schemas.updates.trust import (
    AccessClosed,
    AccessOpened,
    ConcernDisclosed,
    ConcernEnded,
    ConsentGiven,
    ConsentLapsed,
    DisclosureRecalled,
    UpdateConfirmed,
    UpdateCorrected,
    UpdateWithdrawn,
)
from schemas.vocabulary import Involvement
from support.partnership import BOTH_AREAS, OTHER_UNIT, START, UNIT, who


def _may_speak_of(received: Received, target: UpdateKey) -> tuple[str, ...]:
    """Whose it is to say what becomes of an update. Who may close an access, and whether a unit may order that
    something is given back, is asked later.
    """
    if received.update.BY_OTHERS:
        return BOTH_AREAS
    of_units = (UNIT, OTHER_UNIT) if isinstance(received.update, DisclosureRecalled) else ()
    return (target.publisher, *of_units)


@dataclass
class Model(Teller):
    """The world as the duties describe it."""

    due: list[tuple[datetime, UpdateKey]] = field(default_factory=list)

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
            lapses = isinstance(about, ConsentGiven)
            if str(key) in facts.settled | facts.closed or (lapses and fact_rules.consent_ended(facts, str(key))):
                continue
            if lapses:
                self._hub_says(key, due, now, "lapsed", ConsentLapsed, {})
            elif isinstance(about, AccessOpened):
                self._hub_says(key, due, now, "closed", AccessClosed, {})
            elif isinstance(about, ConcernDisclosed):
                self._hub_says(key, due, now, "ended", ConcernEnded, {})
            elif isinstance(about, StaffRiskSet):
                self._hub_says(key, due, now, "ended", StaffRiskLifted, {})
            elif presenting.undone(facts, str(key)):
                self._hub_says(key, due, now, "settled", UpdateWithdrawn, {"reason": "undone"})
            elif not fact_rules.dead(facts):
                self._hub_says(key, due, now, "settled", UpdateConfirmed, {})

    def _hub_says(
        self, key: UpdateKey, due: datetime, now: datetime, name: str, model: type[Update], said: dict[str, str]
    ) -> None:
        timer = Timer(due, of_hub(key, name).update_id, key, UUID(int=0))
        self._disclose(_of_hub(timer, model, said), self.taken[key].person, key, now)

    def _take(self, received: Received, person: int | None, now: datetime) -> None:
        update, publisher = received.update, received.key.publisher
        target = self._target(publisher, update.refers_to())
        if update.refers_to() and target is None:
            return
        closes = isinstance(update, AccessClosed)
        if target and POLICIES.kinds[received.kind].inherits and publisher not in _may_speak_of(received, target):
            return
        if target and not self.remedies.may_be_about(update, target):
            return
        if isinstance(update, CohortDecided):
            person = next(n for n in BORN if update.identifiers.crn == who(n + 1)["identifiers"]["crn"])
        about = {each for each in (person, self.taken[target].person if target else None) if each is not None}
        if len(about) > 1 or not (about & set(self.facts) or isinstance(update, CohortDecided)):
            return
        [person] = about
        if update.person == "Somebody Else" or not self._is_its_to_decide(received, person, target, now):
            return
        if target and closes and publisher not in self._may_close(person, target.publisher, now):
            return
        if isinstance(update, CohortDecided):
            self.facts.setdefault(person, Facts())
        self._disclose(received, person, target, now)

    def _is_its_to_decide(self, received: Received, person: int, target: UpdateKey | None, now: datetime) -> bool:
        """In a case a unit decides on the place on the programme, or gives back what another said, if it is its own."""
        publisher, update = received.key.publisher, received.update
        if isinstance(update, DisclosureRecalled) and target and publisher == target.publisher:
            return True
        asked = isinstance(update, CohortDecided | PersonDeselected | DisclosureRecalled) and person in self.facts
        return not asked or publisher in self.standing_of(person, now).home

    def _may_close(self, person: int, opener: str, now: datetime) -> set[str]:
        return {opener, *reviewers(self.standing_of(person, now), opener)}

    def _target(self, publisher: str, ref: Any) -> UpdateKey | None:
        own = UpdateKey(publisher, ref)
        if own in self.taken:
            return own
        mine = self.feeds[publisher]
        return next((each.key for each in mine if self.identity.message(publisher, *each.key) == ref), None)

    def standing_of(self, person: int, now: datetime) -> Standing:
        return standing_of(self.facts, person, now)

    def _disclose(self, received: Received, person: int, target: UpdateKey | None, now: datetime) -> None:
        facts, update, key = self.facts[person], received.update, received.key
        before = {each: self.standing_of(each, now) for each in self.facts}
        fact_rules.fold(
            facts, str(key), key.publisher, received.occurred_at, update, str(target) if target else None, now
        )
        standing = self.standing_of(person, now)
        self.taken[key] = Taken(received, target, person, now)
        self._set_timers(key, update, now)
        remedy = self.remedies.of(self.taken[key], standing)
        lasting = standing if isinstance(update, DisclosureRecalled) else None
        for agency in POLICIES.partners:
            heard = self.heard_of(agency, key, lasting) and agency in (remedy.reached or BOTH_AREAS)
            if self.tell(agency, key, standing, told_before=heard, remedy=remedy):
                self.remedies.afterwards(agency, self.taken[key], remedy)
        self._tell_what_is_current(before[person], standing, key, person, now)
        if target and isinstance(update, AccessClosed | UpdateWithdrawn):
            for each in self.feeds[target.publisher]:
                if each.access == target:
                    each.told = {}
        self._tell_in_an_emergency(standing, key, person, now)
        for each in ever_one_with(self.facts, person):
            self._tell_newcomers(before[each], self.standing_of(each, now), each, now)

    def _set_timers(self, key: UpdateKey, update: Update, now: datetime) -> None:
        if isinstance(update, Provisional):
            self.due.append((now + SETTLE, key))
        if isinstance(update, AccessOpened):
            self.due.append((now + timedelta(hours=POLICIES.vocabulary.access_hours), key))
        if isinstance(update, ConcernDisclosed | StaffRiskSet):
            self.due.append((update.until, key))
        if isinstance(update, ConsentGiven) and update.expires_on:
            self.due.append((datetime.combine(update.expires_on + timedelta(days=1), time(), UTC), key))

    def _tell_what_is_current(
        self, before: Standing, standing: Standing, key: UpdateKey, person: int, now: datetime
    ) -> None:
        """To whoever newly works the case (D14), and to whoever a concern is disclosed to."""
        self._tell_newcomers(before, standing, person, now)
        current, update = presenting.current(self.facts[person], now.date()), self.taken[key].received.update
        if isinstance(update, ConcernDisclosed):
            for agency in sorted(standing.safeguarding & set(update.recipients)):
                self._tell_first(agency, current.get("custody", []), standing, "safeguarding")

    def _tell_newcomers(self, before: Standing, standing: Standing, person: int, now: datetime) -> None:
        """Whoever works the case now and did not before, or not as closely, is told what is current."""
        current = presenting.current(self.facts[person], now.date())
        close = {Involvement.ACTIVE, Involvement.LEAD}
        for agency in sorted(BOTH_AREAS):
            was, now_is = (s.involvement.get(agency) for s in (before, standing))
            role, earlier = (each.role if each else Involvement.NONE for each in (now_is, was))
            comes_back = before.left is not None and standing.cohort is not None
            if role is not Involvement.NONE and (
                comes_back or earlier is Involvement.NONE or (role in close and earlier not in close)
            ):
                for keys in current.values():
                    self._tell_first(agency, keys, standing, "")

    def _tell_in_an_emergency(self, standing: Standing, key: UpdateKey, person: int, now: datetime) -> None:
        """To whoever has broken the glass: what is current when it does so, and afterwards what comes (D13)."""
        update, publisher = self.taken[key].received.update, key.publisher
        if isinstance(update, AccessOpened) and publisher in standing.access:
            for keys in presenting.current(self.facts[person], now.date()).values():
                self._tell_first(publisher, keys, standing, "access")
        elif isinstance(update, UpdateCorrected | ReleaseChanged):
            self._put_right_in_an_emergency(standing, key)
        elif not isinstance(update, AccessOpened | DisclosureRecalled):
            for agency in sorted(set(standing.access) - {publisher}):
                if not any(each.key == key_of(standing.access[agency]) for each in self.feeds[agency]):
                    continue  # it did not work the case when it opened it, and so does not hear that it is open
                base = self.cells(agency, key, standing, told_before=self.heard_of(agency, key))
                more = self.cells(
                    agency, key, standing, told_before=self.heard_of(agency, key, standing), word="access"
                )
                if tells_more(more, base):
                    self.tell(agency, key, standing, told_before=self.heard_of(agency, key, standing), word="access")

    def _put_right_in_an_emergency(self, standing: Standing, key: UpdateKey) -> None:
        wrong = self.taken[key].target
        assert wrong is not None
        for agency in sorted(standing.access):
            if self.remedies.changed(agency, self.taken[key], lent=True):
                heard = self.heard_of(agency, wrong, standing)
                self.tell(agency, wrong, standing, told_before=heard, word="access")

    def _tell_first(self, agency: str, keys: list[str], standing: Standing, word: str) -> None:
        """The latest of these that it may know, unless it has one of them."""
        for key in map(key_of, keys):
            if word != "access" and self.has_use_of(agency, key):
                return
            cells = self.cells(agency, key, standing, told_before=True, word=word)
            if any(ground != "told-before" for _, ground in cells.values()):
                update = self.taken[key].received.update
                if not isinstance(update, LeftPoliceCustody) or update.outcome == "remanded":
                    told = self.tell(agency, key, standing, told_before=True, word=word)
                    if told and not word:
                        self._tell_that_it_still_stands(agency, key, standing)
                return

    def _tell_that_it_still_stands(self, agency: str, key: UpdateKey, standing: Standing) -> None:
        """The last word that says so, of those that nobody took back and the agency may hear."""
        withdrawn = self.facts[self.taken[key].person].withdrawn
        said = [(t.received.occurred_at, str(each), each) for each, t in self.taken.items() if t.target == key]
        for _, name, each in sorted(said, reverse=True):
            again = isinstance(self.taken[each].received.update, UpdateReaffirmed) and name not in withdrawn
            if again and self.tell(agency, each, standing, told_before=True):
                return
