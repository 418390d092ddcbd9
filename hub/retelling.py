"""Retelling: an earlier update told later, to one agency, decided anew under today's rules and in today's situation.

Four things make the hub tell later, and each goes through `Reteller.retell`: an agency newly works the case (D14), an
officer breaks the glass (D13), a concern is disclosed, an agreement is continued (D16).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import NOTHING, TOLD_BEFORE, Bundle, Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub import facts as fact_rules
from hub.cases import Case, said, settled_at
from hub.disclosing import Discloser, Draft, subject_of
from hub.placing import Desk
from hub.ports import Postponed, Unit, UpdateKey, key_of
from hub.postponing import awaited
from hub.receiving import Received
from hub.reviewing import WORD
from hub.standing import Standing
from hub.weighing import situations_in
from schemas.identifiers import AgencyId
from schemas.updates import Provisional, parse
from schemas.updates.custody import LeftPoliceCustody
from schemas.updates.trust import ConcernDisclosed
from schemas.vocabulary import Certainty


class Reason(StrEnum):
    """Why an earlier update is told later."""

    SNAPSHOT = "snapshot"
    ACCESS = "access"
    CONCERN = "concern"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Retold:
    """One earlier update on its way to one agency."""

    draft: Draft
    earlier: Received
    target: UpdateKey | None
    reason: Reason

    @property
    def agency(self) -> AgencyId:
        """Who is told."""
        return self.draft.disclosure.recipient

    def entered(self) -> JsonValue:
        """What the ledger says of it, in the entry of what caused it."""
        told: dict[str, JsonValue] = {"agency": self.agency, "update": str(self.earlier.key)}
        return told | {"reason": self.reason.value} | self.draft.record()


@dataclass
class Reteller:
    """Tells earlier updates within one unit of work, and knows what this one has told so far."""

    unit: Unit
    desk: Desk
    discloser: Discloser
    settle: timedelta
    now: datetime
    postponed: list[Postponed] = field(default_factory=list)
    """What would have been told, were its agreement in force (D16)."""
    _fresh: dict[UpdateKey, tuple[Received, UpdateKey | None]] = field(default_factory=dict)
    _told: set[tuple[AgencyId, UpdateKey]] = field(default_factory=set)
    _said: int = 0
    """How many of the postponed the ledger entries so far speak of."""

    @property
    def bundle(self) -> Bundle:
        """The rules that decide."""
        return self.desk.bundle

    def remember(self, received: Received, target: UpdateKey | None, told: frozenset[AgencyId]) -> None:
        """An update that this unit of work keeps, and who was told of it."""
        self._fresh[received.key] = received, target
        self._told |= {(agency, received.key) for agency in told}

    def because_of(self, case: Case, received: Received, before: Standing) -> list[Retold]:
        """What is told later because this update came."""
        found = [each for agency in newcomers(before, case.standing) for each in self.snapshot(case, agency)]
        if isinstance(received.update, ConcernDisclosed):
            for agency in sorted(case.standing.safeguarding & set(received.update.recipients)):
                custody = fact_rules.current(case.facts, self.now.date()).get("custody", [])
                found += self.latest(case, agency, custody, Reason.CONCERN, "safeguarding")
        return found

    def snapshot(self, case: Case, agency: AgencyId) -> list[Retold]:
        """How things stand, for an agency that newly works the case: what is current, and not the history (D14)."""
        states = fact_rules.current(case.facts, self.now.date()).values()
        return [each for keys in states for each in self.latest(case, agency, keys, Reason.SNAPSHOT)]

    def latest(
        self, case: Case, agency: AgencyId, keys: list[str], reason: Reason, word: str | None = None
    ) -> list[Retold]:
        """The first of these that the agency may know, if its feed does not hold one of them already.

        What it may not know is passed over, as if it were not there.
        """
        for key in map(key_of, keys):
            if reason is not Reason.ACCESS and self.holds(case, agency, key):
                break
            received, target = self.earlier(key)
            plan = self._plan(case, received, target, agency, word, anew=True)
            if not _has_ground(plan):
                if word is None and self._waits(case, received, target, agency, plan):
                    break
                continue
            if isinstance(received.update, LeftPoliceCustody) and case.facts.custody[str(key)].place == "free":
                break  # the arrest is over: there is nothing of the present to tell
            return [told] if (told := self._told_later(case, received, target, agency, plan, reason)) else []
        return []

    def retell(
        self, case: Case, key: UpdateKey, agency: AgencyId, reason: Reason, word: str | None = None
    ) -> list[Retold]:
        """Decide an earlier update anew for one agency, by those clauses alone whose condition has the `word`."""
        received, target = self.earlier(key)
        plan = self._plan(case, received, target, agency, word, anew=False)
        told = self._told_later(case, received, target, agency, plan, reason) if plan.names else None
        return [told] if told else []

    def earlier(self, key: UpdateKey) -> tuple[Received, UpdateKey | None]:
        """A placed update as it was published, and the earlier one that it is about."""
        if key not in self._fresh:
            content = self.unit.content_of(key)
            assert content is not None  # facts name only updates that were kept
            received = restored(key, content)
            self._fresh[key] = received, self.desk.target(received)
        return self._fresh[key]

    def _plan(
        self,
        case: Case,
        received: Received,
        target: UpdateKey | None,
        agency: AgencyId,
        word: str | None,
        *,
        anew: bool,
    ) -> Plan:
        """`anew`: as if the agency had been there when the update came."""
        situation = self._situation(case, received, target, agency, word)
        if situation is None:
            return NOTHING
        before = frozenset({agency}) if target and (anew or self._was_told(case, agency, target)) else frozenset()
        own = agency if word is None and agency == received.key.publisher and case.standing.works(agency) else None
        plans = decide(self.bundle, received.kind, {agency: situation}, own=own, told_before=before, word=word)
        return plans.get(agency, NOTHING)

    def _situation(
        self, case: Case, received: Received, target: UpdateKey | None, agency: AgencyId, word: str | None
    ) -> Situation | None:
        return situations_in(case, received, target, self.bundle, emergency=word == WORD).get(agency)

    def _waits(self, case: Case, received: Received, target: UpdateKey | None, agency: AgencyId, plan: Plan) -> bool:
        situation = self._situation(case, received, target, agency, None)
        situations = {agency: situation} if situation else {}
        return self.hold_back(case, received, target, situations, {agency: plan}, frozenset({agency}))

    def hold_back(
        self,
        case: Case,
        received: Received,
        target: UpdateKey | None,
        situations: Mapping[AgencyId, Situation],
        plans: Mapping[AgencyId, Plan],
        told_before: frozenset[AgencyId],
    ) -> bool:
        """What agreements that are not in force would tell beside these plans waits for them (D16), and so does what
        became of an update that waits itself. Returns whether anything does.
        """
        if len(case.standing.agreements) == len(self.bundle.policies.agreements):
            return False
        missing = awaited(self.bundle, received.kind, situations, plans, told_before)
        if target and self.bundle.lapsed(received.kind):
            missing |= self._awaiting(target)
        self.postponed += [Postponed(name, agency, received.key, case.record_id) for agency, name in sorted(missing)]
        return bool(missing)

    def _awaiting(self, key: UpdateKey) -> frozenset[tuple[AgencyId, str]]:
        here = {(each.recipient, each.agreement) for each in self.postponed if each.key == key}
        return self.unit.awaiting(key) | here

    def held(self) -> list[JsonValue]:
        """What the next ledger entry says is held: for which agency, which update, under which agreement."""
        said = self.postponed[self._said :]
        self._said = len(self.postponed)
        return [[each.recipient, str(each.key), each.agreement] for each in said]

    def _told_later(
        self, case: Case, received: Received, target: UpdateKey | None, agency: AgencyId, plan: Plan, reason: Reason
    ) -> Retold | None:
        access = key_of(case.standing.access[agency]) if reason is Reason.ACCESS else None
        subject = subject_of(received, case.record_id, target, access)
        content = self._content(case, received)
        drafts = self.discloser.drafts(self.unit, subject, content, case.on_record(), {agency: plan})
        if not drafts:
            return None
        if access is None:
            self._told.add((agency, received.key))
            case.keeps(agency, received.key)
        return Retold(drafts[0], received, target, reason)

    def _content(self, case: Case, received: Received) -> dict[str, JsonValue]:
        """What it says, and how certain it is by now."""
        content, claim = said(received), case.facts.custody.get(str(received.key))
        if not isinstance(received.update, Provisional):
            return content
        if str(received.key) in case.facts.settled or claim is None or claim.since is None:
            return content | {"certainty": Certainty.CONFIRMED.value}
        return content | settled_at(claim.since + self.settle)

    def holds(self, case: Case, agency: AgencyId, key: UpdateKey) -> bool:
        """Whether the agency's feed holds this update, otherwise than for the length of an emergency."""
        if case.borrows(agency, key):
            return False
        return (agency, key) in self._told or self.unit.holds(agency, self._message(agency, key))

    def _was_told(self, case: Case, agency: AgencyId, key: UpdateKey) -> bool:
        """Whether its feed ever held it, and what becomes of it is its to hear."""
        told = (agency, key) in self._told or self.unit.told({agency: self._message(agency, key)})
        return bool(told) and case.has_heard(agency, key)

    def _message(self, agency: AgencyId, key: UpdateKey) -> UUID:
        return self.desk.identity.message(agency, *key)


def newcomers(before: Standing, after: Standing) -> list[AgencyId]:
    """The agencies whose involvement starts to count: they did not work the case, or were only referred to it."""
    worked = {agency for agency in before.involvement if before.works(agency)}
    works = {agency for agency in after.involvement if after.works(agency)}
    return sorted((works - worked) | (after.engaged() - before.engaged()))


def restored(key: UpdateKey, content: bytes) -> Received:
    """A kept update as it was received."""
    kept = orjson.loads(content)
    raw: str = kept["raw"]
    envelope = orjson.loads(raw)
    update = parse(kept["kind"], orjson.dumps(envelope["data"]))
    at, attested = datetime.fromisoformat(envelope["time"]), kept["attested"]
    subject = key_of(attested["subject"]) if "subject" in attested else None
    return Received(raw.encode(), key, kept["kind"], at, update, attested, subject)


def _has_ground(plan: Plan) -> bool:
    """Whether a clause tells any of it; having been told before is no ground for what is told anew."""
    return any(clause != TOLD_BEFORE for clause in plan.because.values())
