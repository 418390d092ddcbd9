"""Telling: who is told of an update, at once and later; what that drops; and what the ledger says of all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from access_policies.compiling import Plan
from access_policies.words import Situation
from hub.cases import Case
from hub.disclosing import Draft, subject_of
from hub.dropping import Dropping
from hub.opening import give_back, lent
from hub.ports import UpdateKey
from hub.postponing import alarm
from hub.receiving import Received
from hub.retelling import Reteller, Retold
from hub.standing import Standing
from schemas.identifiers import AgencyId
from schemas.updates.trust import AccessClosed, UpdateWithdrawn

Situations = Mapping[AgencyId, Situation]
Plans = Mapping[AgencyId, Plan]


@dataclass
class Told:
    """What one update made the hub tell."""

    at_once: Sequence[Draft]
    later: Sequence[Retold]
    more: dict[str, list[JsonValue]]
    """What the ledger says beside the disclosures: what was told later, what is held, what was dropped."""

    @property
    def drafts(self) -> list[Draft]:
        """Every feed record, in order."""
        return [*self.at_once, *(each.draft for each in self.later)]

    def entered(self) -> dict[str, JsonValue]:
        """What the ledger says."""
        disclosed: dict[str, JsonValue] = {each.disclosure.recipient: each.record() for each in self.at_once}
        return {"disclosed": disclosed, **{name: said for name, said in self.more.items() if said}}


@dataclass
class Telling:
    """Within one unit of work: what it tells, and what it knows of what was told."""

    later: Reteller
    _dropping: Dropping = field(default_factory=Dropping)
    _told: dict[UpdateKey, frozenset[AgencyId]] = field(default_factory=dict)

    def told_before(self, case: Case, target: UpdateKey | None) -> frozenset[AgencyId]:
        """Those who were told the earlier update, and what became of it is theirs to hear."""
        if target is None:
            return frozenset()
        return frozenset(agency for agency in self._told_of(target) if case.has_heard(agency, target))

    def _told_of(self, key: UpdateKey) -> frozenset[AgencyId]:
        """Those on whose feeds an update stands."""
        if key not in self._told:
            desk = self.later.desk
            messages = {agency: desk.identity.message(agency, *key) for agency in desk.bundle.policies.partners}
            self._told[key] = self.later.unit.told(messages)
        return self._told[key]

    def tell(
        self,
        case: Case,
        received: Received,
        target: UpdateKey | None,
        content: Mapping[str, JsonValue],
        decided: tuple[Situations, Plans],
        before: Standing,
    ) -> Told:
        """Tell an update as it was `decided`, and what is told later because of it. `before` it, this counted."""
        situations, plans = decided
        told_before = self.told_before(case, target)
        subject = subject_of(received, case.record_id, target)
        drafts = self.later.discloser.drafts(self.later.unit, subject, content, case.on_record(), plans)
        told = frozenset(draft.disclosure.recipient for draft in drafts)
        self._told[received.key] = told
        self.later.remember(received, target, told)
        for agency in told:
            self.show(case, agency, received, target)
        self.later.hold_back(case, received, target, situations, plans, told_before)
        retold = self._tell_later(case, received, target, before, plans)
        return self.summed_up(drafts, retold)

    def summed_up(self, drafts: Sequence[Draft], retold: Sequence[Retold]) -> Told:
        """What the next ledger entry answers for."""
        said: list[JsonValue] = [each.entered() for each in retold]
        return Told(drafts, retold, {"retold": said, "held": self.later.held(), "dropped": self._dropping.said()})

    def _tell_later(
        self, case: Case, received: Received, target: UpdateKey | None, before: Standing, plans: Plans
    ) -> list[Retold]:
        """Earlier updates that are told because of this one, and what is told in an emergency."""
        retold = self.later.because_of(case, received, before)
        for each in retold:
            self.stays(case, each)
        if target and isinstance(received.update, AccessClosed | UpdateWithdrawn):
            for key, root in give_back(case, target):
                self._dropping.record(target.publisher, key, root)
        retold += lent(self.later, case, received, plans)
        for each in retold:
            self._told[each.earlier.key] = self._told_of(each.earlier.key) | {each.agency}
        return retold

    def stays(self, case: Case, retold: Retold) -> None:
        """What is told later stays, as if it had been told at once."""
        self._dropping.told_anew(retold.agency, retold.earlier.key, retold.draft.row.root)
        self.show(case, retold.agency, retold.earlier, retold.target)

    def show(self, case: Case, agency: AgencyId, received: Received, target: UpdateKey | None) -> None:
        """A partner that keeps a state and no history is shown this, and what is over for it is dropped (D1)."""
        if self.later.bundle.policies.partners[agency].state_only:
            self._dropping.over(agency, case.over_for(agency, received, target, self.later.now))

    def finish(self) -> None:
        """Once everything is written: drop what is over, and keep what waits for an agreement."""
        self._dropping.apply(self.later.unit, self.later.desk.identity)
        self.later.unit.postpone(self.later.postponed)
        alarm(self.later.postponed)
