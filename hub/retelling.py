"""Retelling: an earlier update told later, to one agency, decided anew under today's rules and in today's situation.

Four things make the hub tell later, and each goes through `Reteller.retell`: an agency newly works the case (D14), an
officer breaks the glass (D13), a concern is disclosed, an agreement is continued (D16).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue

from access_policies.compiling import NOTHING, TOLD_BEFORE, Bundle, Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub import facts as fact_rules
from hub import presenting
from hub.cases import Case, said, settled_at
from hub.correcting import put_right
from hub.disclosing import Discloser, Draft, Reason, subject_of
from hub.ports import Postponed, Unit, UpdateKey, key_of
from hub.postponing import awaited
from hub.reaching import Reaching
from hub.receiving import Received
from hub.recollecting import Recollection
from hub.reviewing import WORD
from hub.standing import Standing
from hub.weighing import situations_in
from schemas.identifiers import AgencyId
from schemas.updates import Provisional
from schemas.updates.custody import LeftPoliceCustody
from schemas.updates.trust import ConcernDisclosed, DisclosureRecalled, UpdateCorrected
from schemas.vocabulary import Certainty

NEVER_RETOLD = (UpdateCorrected, DisclosureRecalled)
"""What they say is about what was told before them; what is told after them is told as it is right by now."""


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
    """Tells earlier updates within one unit of work."""

    past: Recollection
    reaching: Reaching
    discloser: Discloser
    settle: timedelta
    now: datetime
    postponed: list[Postponed] = field(default_factory=list)
    """What would have been told, were its agreement in force (D16)."""
    _said: int = 0
    """How many of the postponed the ledger entries so far speak of."""

    @property
    def bundle(self) -> Bundle:
        """The rules that decide."""
        return self.past.desk.bundle

    @property
    def unit(self) -> Unit:
        """The unit of work."""
        return self.past.unit

    def because_of(self, case: Case, received: Received, before: Standing) -> list[Retold]:
        """What is told later because this update came."""
        found = self.snapshots(case, before)
        if isinstance(received.update, ConcernDisclosed):
            for agency in sorted(case.standing.safeguarding & set(received.update.recipients)):
                custody = presenting.current(case.facts, self.now.date()).get("custody", [])
                found += self.latest(case, agency, custody, Reason.CONCERN, "safeguarding")
        return found

    def snapshots(self, case: Case, before: Standing) -> list[Retold]:
        """How things stand, for everybody whose involvement starts to count, in this record or by one joined to it."""
        return [each for agency in newcomers(before, case.standing) for each in self.snapshot(case, agency)]

    def snapshot(self, case: Case, agency: AgencyId) -> list[Retold]:
        """How things stand, for an agency that newly works the case: what is current, and not the history (D14)."""
        states = presenting.current(case.facts, self.now.date()).values()
        found = [each for keys in states for each in self.latest(case, agency, keys, Reason.SNAPSHOT)]
        case.sees_again(agency)
        return found

    def latest(
        self, case: Case, agency: AgencyId, keys: list[str], reason: Reason, word: str | None = None
    ) -> list[Retold]:
        """The first of these that the agency may know, if its feed does not hold one of them already.

        What it may not know is passed over, as if it were not there.
        """
        for key in map(key_of, keys):
            if reason is not Reason.ACCESS and self._needs_no(case, agency, key, reason):
                break
            received, target = self.past.earlier(key)
            plan = self._plan(case, received, target, agency, word, anew=True)
            if not _has_ground(plan):
                if word is None and self._waits(case, received, target, agency, plan):
                    break
                continue
            if isinstance(received.update, LeftPoliceCustody) and case.facts.custody[str(key)].place == "free":
                break  # the arrest is over: there is nothing of the present to tell
            told = self._told_later(case, received, target, agency, plan, reason)
            return [told, *self._still_so(case, key, agency, reason)] if told else []
        return []

    def _still_so(self, case: Case, key: UpdateKey, agency: AgencyId, reason: Reason) -> list[Retold]:
        """With how things stand goes the last word that they still do, of those that the agency may hear (IX14)."""
        words = presenting.said_again(case.facts, str(key)) if reason is Reason.SNAPSHOT else []
        found = (self.retell(case, key_of(each), agency, reason) for each in words)
        return next(filter(None, found), [])

    def retell(
        self, case: Case, key: UpdateKey, agency: AgencyId, reason: Reason, word: str | None = None
    ) -> list[Retold]:
        """Decide an earlier update anew for one agency, by those clauses alone whose condition has the `word`.

        What was taken back is not told again, and neither is what put something right: what was wrong is told as it is
        right by now.
        """
        received, target = self.past.earlier(key)
        if str(key) in case.facts.withdrawn or isinstance(received.update, NEVER_RETOLD):
            return []
        plan = self._plan(case, received, target, agency, word, anew=False)
        told = self._told_later(case, received, target, agency, plan, reason) if plan.names else None
        return [told] if told else []

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
        reached = anew or agency in self.reaching.of(case, received, target, emergency=word == WORD).told_before
        before = frozenset({agency}) if reached else frozenset()
        own = agency if word is None and agency == received.key.publisher and case.standing.works(agency) else None
        plans = decide(self.bundle, received.kind, {agency: situation}, own=own, told_before=before, word=word)
        return plans.get(agency, NOTHING)

    def _situation(
        self, case: Case, received: Received, target: UpdateKey | None, agency: AgencyId, word: str | None
    ) -> Situation | None:
        """None where the agency was made to give the update back: no later ground tells it again (D15)."""
        if agency in fact_rules.recalled_from(case.facts, str(received.key)):
            return None
        named = self.reaching.of(case, received, target).named
        return situations_in(case, received, named, self.bundle, emergency=word == WORD).get(agency)

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
        in_force = len(case.standing.agreements) == len(self.bundle.policies.agreements)
        if in_force or isinstance(received.update, NEVER_RETOLD):
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
        content, alone = self._content(case, received), self.reaching.of(case, received, target).alone
        drafts = self.discloser.drafts(self.unit, subject, content, case.on_record(), {agency: plan}, alone)
        if not drafts:
            return None
        self.past.tell(drafts[0], lent=access is not None)
        if access is None:
            case.keeps(agency, received.key)
        return Retold(drafts[0], received, target, reason)

    def _content(self, case: Case, received: Received) -> dict[str, JsonValue]:
        """What it says, as far as it was put right, and how certain it is by now."""
        content = said(received) | put_right(case, received.key, self.past)
        claim = case.facts.custody.get(str(received.key))
        if not isinstance(received.update, Provisional):
            return content
        if str(received.key) in case.facts.settled or claim is None or claim.since is None:
            return content | {"certainty": Certainty.CONFIRMED.value}
        return content | settled_at(claim.since + self.settle)

    def _needs_no(self, case: Case, agency: AgencyId, key: UpdateKey, reason: Reason) -> bool:
        """Whether the agency has this update: not for an emergency, not locked, and not in a view that was closed."""
        view_is_gone = reason is Reason.SNAPSHOT and agency in case.facts.views_closed
        return not view_is_gone and agency in self.past.usable_by(case.record_id, key)


def newcomers(before: Standing, after: Standing) -> list[AgencyId]:
    """The agencies whose involvement starts to count: they did not work the case, or were only referred to it. Where
    somebody comes back to the programme, all that work the case do.
    """
    works = {agency for agency in after.involvement if after.works(agency)}
    if before.left and after.cohort:
        return sorted(works)
    worked = {agency for agency in before.involvement if before.works(agency)}
    return sorted((works - worked) | (after.engaged() - before.engaged()))


def leavers(before: Standing, after: Standing) -> list[AgencyId]:
    """The agencies whose involvement counts no longer."""
    return sorted(agency for agency in before.involvement if before.works(agency) and not after.works(agency))


def _has_ground(plan: Plan) -> bool:
    """Whether a clause tells any of it; having been told before is no ground for what is told anew."""
    return any(clause != TOLD_BEFORE for clause in plan.because.values())
