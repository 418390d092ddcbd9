"""Telling: who is told of an update, at once and later; what that drops; and what the ledger says of all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pydantic import JsonValue

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub.cases import Case, said, settled_at
from hub.disclosing import Discloser, Draft, subject_of
from hub.opening import give_back, lent
from hub.placing import Desk
from hub.ports import Entropy, UpdateKey
from hub.postponing import alarm
from hub.reaching import Reach, Reaching
from hub.receiving import Received
from hub.recollecting import Recollection
from hub.retelling import Reteller, Retold
from hub.reviewing import terms
from hub.standing import Standing
from hub.weighing import situations_in
from schemas.identifiers import AgencyId
from schemas.updates import Provisional
from schemas.updates.trust import AccessClosed, AccessOpened, UpdateWithdrawn

Plans = Mapping[AgencyId, Plan]


@dataclass
class Told:
    """What one update made the hub tell."""

    at_once: Sequence[Draft]
    later: Sequence[Retold]
    more: dict[str, list[JsonValue]]
    """What the ledger says beside the disclosures: what was told later, what is held, what was dropped."""
    situations: Mapping[AgencyId, Situation] | None = None
    """What every partner's words said; None where nothing was decided."""

    @property
    def drafts(self) -> list[Draft]:
        """Every feed record, in order."""
        return [*self.at_once, *(each.draft for each in self.later)]

    @property
    def says_anything(self) -> bool:
        """Whether there is anything to be entered."""
        return bool(self.drafts) or any(self.more.values())

    def entered(self) -> dict[str, JsonValue]:
        """What the ledger says: the situations, too, so that the decision can be explained as it was made."""
        disclosed: dict[str, JsonValue] = {each.disclosure.recipient: each.record() for each in self.at_once}
        weighed: dict[str, JsonValue] = {a: [each.known, each.possible] for a, each in (self.situations or {}).items()}
        said: dict[str, JsonValue] = {"disclosed": disclosed}
        said |= {"situations": weighed} if self.situations is not None else {}
        return said | {name: more for name, more in self.more.items() if more}


def collection(received: Received, outcome: str, bundle: Bundle) -> dict[str, JsonValue]:
    """What the ledger says of an accepted update (DPA 2018 s.62: collection and disclosure)."""
    return {
        "verb": "collection",
        "outcome": outcome,
        "update": str(received.key),
        "kind": received.kind,
        "digest": sha256(received.raw).hexdigest(),
        "attested": dict(received.attested),
        "bundle": bundle.digest,
    }


class Telling:
    """Within one unit of work: what it tells, at once and later, and what leaves the feeds because of it."""

    def __init__(self, desk: Desk, entropy: Entropy, settle: timedelta, now: datetime) -> None:
        """On the unit of work and under the bundle of the `desk`; `settle` as for `Acceptor`."""
        self._bundle: Bundle = desk.bundle
        self.past = Recollection(desk.unit, desk)
        self._reaching = Reaching(desk.bundle, self.past)
        self._discloser = Discloser(desk.bundle, desk.identity, entropy)
        self.later = Reteller(self.past, self._reaching, self._discloser, settle, now)

    def tell(self, case: Case, received: Received, target: UpdateKey | None, before: Standing) -> Told:
        """Tell an update that its case has taken in, and what is told later because of it. `before`: what counted."""
        self.past.keep(received, target)
        reach = self._reaching.of(case, received, target)
        situations = situations_in(case, received, reach.named, self._bundle)
        plans = self._plans(case, received, reach, situations)
        subject = subject_of(received, case.record_id, target)
        content = self._content(received)
        drafts = self._discloser.drafts(self.past.unit, subject, content, case.on_record(), plans, reach.alone)
        for draft in drafts:
            self.past.tell(draft)
            self._show(case, draft.disclosure.recipient, received, target)
        told = frozenset(draft.disclosure.recipient for draft in drafts)
        self._reaching.afterwards(case, received, target, reach, told)
        self.later.hold_back(case, received, target, situations, plans, reach.told_before)
        summed_up = self.summed_up(drafts, self._tell_later(case, received, target, before, plans))
        summed_up.situations = situations
        return summed_up

    def _content(self, received: Received) -> dict[str, JsonValue]:
        content = said(received)
        if isinstance(received.update, Provisional):
            content |= settled_at(self.later.now + self.later.settle)
        elif isinstance(received.update, AccessOpened):
            content |= terms(self._bundle, received.key.publisher, self.later.now)
        return content

    def tell_newcomers(self, case: Case, before: Standing) -> Told:
        """Tell how things stand in a record because of what came to another of the same case."""
        return self.summed_up([], self._staying(case, self.later.snapshots(case, before)))

    def _plans(
        self, case: Case, received: Received, reach: Reach, situations: Mapping[AgencyId, Situation]
    ) -> dict[AgencyId, Plan]:
        publisher = received.key.publisher
        own = publisher if case.standing.works(publisher) else None
        return decide(self._bundle, received.kind, situations, own=own, told_before=reach.told_before)

    def summed_up(self, drafts: Sequence[Draft], retold: Sequence[Retold]) -> Told:
        """What the next ledger entry answers for."""
        said: list[JsonValue] = [each.entered() for each in retold]
        return Told(drafts, retold, {"retold": said, "held": self.later.held(), "dropped": self.past.dropping.said()})

    def _tell_later(
        self, case: Case, received: Received, target: UpdateKey | None, before: Standing, plans: Plans
    ) -> list[Retold]:
        """Earlier updates that are told because of this one, and what is told in an emergency."""
        retold = self._staying(case, self.later.because_of(case, received, before))
        if target and isinstance(received.update, AccessClosed | UpdateWithdrawn):
            for key, root in give_back(case, target):
                self.past.drop_record(target.publisher, key, root)
        return retold + lent(self.later, case, received, target, plans)

    def _staying(self, case: Case, retold: list[Retold]) -> list[Retold]:
        for each in retold:
            self.stays(case, each)
        return retold

    def stays(self, case: Case, retold: Retold) -> None:
        """What is told later has the effect of what is told at once."""
        self._show(case, retold.agency, retold.earlier, retold.target)
        reach = self._reaching.of(case, retold.earlier, retold.target)
        self._reaching.afterwards(case, retold.earlier, retold.target, reach, frozenset({retold.agency}))

    def _show(self, case: Case, agency: AgencyId, received: Received, target: UpdateKey | None) -> None:
        """A partner that keeps a state and no history is shown this, and what is over for it is dropped (D1)."""
        if self._bundle.policies.partners[agency].state_only:
            for over in case.over_for(agency, received, target, self.later.now):
                self.past.drop(agency, over)

    def finish(self) -> None:
        """Once everything is written: drop what is over, and keep what waits for an agreement."""
        self.past.carry_out()
        self.past.unit.postpone(self.later.postponed)
        alarm(self.later.postponed)
