"""Reaching: whom an update about earlier ones is for, and what each of them alone hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub import facts as fact_rules
from hub.cases import Case
from hub.correcting import superseded, wordings
from hub.locking import Locks, locks, notice
from hub.ports import UpdateKey
from hub.receiving import Received
from hub.recollecting import Recollection
from hub.weighing import named_in
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
    """Works out whom an update reaches, once its case has taken it in, and what it puts right on their feeds."""

    def __init__(self, bundle: Bundle, past: Recollection) -> None:
        """`past` is what was said and told before."""
        self._bundle, self._past = bundle, past

    def of(self, case: Case, received: Received, target: UpdateKey | None, *, emergency: bool = False) -> Reach:
        """Whom this update reaches; `emergency`: with whoever was told the earlier one in one that lasts."""
        update = received.update
        told = self._told(case, received, target, emergency=emergency or isinstance(update, DisclosureRecalled))
        named = named_in(case, received, target, self._bundle)
        match update:
            case UpdateCorrected() if target:
                alone, changed = wordings(case, received.key, target, self._past, self._bundle)
                return Reach(changed - self._recalled(case, target), named, alone)
            case DisclosureRecalled():
                return Reach(told & named, told & named)
            case ConsentWithdrawn() | ConsentLapsed():
                locked = locks(case, received.occurred_at, target, self._past, self._bundle)
                identity = self._past.desk.identity
                alone = {agency: notice(each, agency, identity) for agency, each in locked.items()}
                return Reach(told, frozenset(locked), alone, locked)
        return Reach(told, named)

    def _told(
        self, case: Case, received: Received, target: UpdateKey | None, *, emergency: bool
    ) -> frozenset[AgencyId]:
        """Those who were told the earlier update, were not made to give it back, and may still hear of it. What could
        be about an earlier one, and is about none, is for anybody who has a ground.
        """
        if target is None:
            return frozenset(self._bundle.policies.partners)
        told = self._past.told(target) - self._recalled(case, target, but=str(received.key))
        return frozenset(agency for agency in told if case.has_heard(agency, target, emergency=emergency))

    def _recalled(self, case: Case, target: UpdateKey, but: str = "") -> frozenset[AgencyId]:
        return fact_rules.recalled_from(case.facts, str(target), but=but)

    def afterwards(
        self, case: Case, received: Received, target: UpdateKey | None, reach: Reach, told: frozenset[AgencyId]
    ) -> None:
        """Now that these partners are `told`: what leaves their feeds, and what no longer rests on a consent."""
        for agency in sorted(told):
            if target and agency in reach.told_before:
                self._put_right(case, received, target, reach, agency)
            for key, _ in reach.locks.get(agency, ()):
                for record in (case, *case.others):
                    self._past.rests_no_longer(record.record_id, agency, key)

    def _put_right(self, case: Case, received: Received, target: UpdateKey, reach: Reach, agency: AgencyId) -> None:
        """What was recalled goes; a partner that keeps no history keeps nothing of what was wrong either (D1)."""
        if isinstance(received.update, DisclosureRecalled):
            for key in case.recall(agency, target):
                self._past.drop(agency, key)
        elif isinstance(received.update, UpdateCorrected) and self._bundle.policies.partners[agency].state_only:
            corrected = reach.alone[agency]["corrected"]
            assert isinstance(corrected, dict)
            had = self._past.disclosed(target)[agency].because
            self._past.drop_fields(agency, target, frozenset(corrected) & had.keys())
            for key in superseded(case, received.key, target):
                self._past.drop(agency, key)
