"""Reaching: whom an update about earlier ones is for, and what each of them alone hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub import facts as fact_rules
from hub.cases import Case
from hub.correcting import superseded, wordings
from hub.identity import Identity
from hub.locking import Locks, locks, notice
from hub.ports import UpdateKey
from hub.receiving import Received
from hub.recollecting import Recollection
from schemas.identifiers import AgencyId
from schemas.updates.trust import (
    ConsentLapsed,
    ConsentWithdrawn,
    DisclosureRecalled,
    UpdateCorrected,
)


@dataclass(frozen=True)
class Reach:
    """Whom an update is for."""

    told_before: frozenset[AgencyId]
    """Those who hear what became of an earlier update."""
    named: frozenset[AgencyId]
    """Those whom it is about (the policy word `named`)."""
    alone: Mapping[AgencyId, Mapping[str, JsonValue]] = field(default_factory=dict)
    """What is said to one partner only."""
    locks: Locks = field(default_factory=dict)


class Reaching:
    """Works out whom an update reaches, once its case has taken it in, and what leaves their feeds."""

    def __init__(self, bundle: Bundle, identity: Identity, past: Recollection) -> None:
        """`past` is what was said and told before."""
        self._bundle, self._identity, self._past = bundle, identity, past

    def of(self, case: Case, received: Received, target: UpdateKey | None) -> Reach:
        """Whom this update reaches."""
        update, told = received.update, self._told(case, received, target)
        named = case.named(received, target)
        match update:
            case UpdateCorrected() if target:
                alone, changed = wordings(case, received.key, target, self._past, self._bundle)
                return Reach(changed - self._recalled(case, target), named, alone)
            case DisclosureRecalled():
                return Reach(told & named, told & named)
            case ConsentWithdrawn() | ConsentLapsed():
                locked = locks(case, received.occurred_at, target, self._past, self._bundle)
                alone = {agency: notice(each, agency, self._identity) for agency, each in locked.items()}
                return Reach(told, frozenset(locked), alone, locked)
        return Reach(told, named)

    def _told(self, case: Case, received: Received, target: UpdateKey | None) -> frozenset[AgencyId]:
        """Those who were told the earlier update, and were not made to give it back."""
        if target is None:
            return frozenset()
        return self._past.told(target) - self._recalled(case, target, but=str(received.key))

    def _recalled(self, case: Case, target: UpdateKey, but: str = "") -> frozenset[AgencyId]:
        return fact_rules.recalled_from(case.facts, str(target), but=but)

    def afterwards(
        self, case: Case, received: Received, target: UpdateKey | None, reach: Reach, told: frozenset[AgencyId]
    ) -> None:
        """Now that these partners are `told`: what leaves their feeds, and what no longer rests on a consent."""
        for agency in sorted(told):
            if self._bundle.policies.partners[agency].state_only:
                for over in case.over_for(agency, received, target):
                    self._past.drop(agency, over)
                self._put_right(case, received, target, reach, agency)
            if isinstance(received.update, DisclosureRecalled) and target and agency in reach.told_before:
                for key in case.recall(agency, target):
                    self._past.drop(agency, key)
            for key, _ in reach.locks.get(agency, ()):
                self._past.rests_no_longer(case.record_id, agency, key)

    def _put_right(
        self, case: Case, received: Received, target: UpdateKey | None, reach: Reach, agency: AgencyId
    ) -> None:
        """A partner that keeps no history keeps nothing of what was wrong (D1)."""
        if isinstance(received.update, UpdateCorrected) and target and agency in reach.told_before:
            corrected = reach.alone[agency]["corrected"]
            assert isinstance(corrected, dict)
            said = self._past.disclosed(target)[agency]["because"]
            self._past.drop(agency, target, tuple(name for name in corrected if name in said))
            for key in superseded(case, received.key, target):
                self._past.drop(agency, key)
