"""Postponing: what an agreement that is not in force would have told waits until it is (D16)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date

import structlog

from access_policies.compiling import NOTHING, Bundle, Plan
from access_policies.deciding import decide
from access_policies.words import Situation
from hub.ports import Postponed, Unit
from hub.standing import lapsed
from schemas.identifiers import AgencyId

log = structlog.get_logger()


def continued_on(unit: Unit, bundle: Bundle, today: date) -> frozenset[str]:
    """The expired agreements that were continued up to this day or beyond."""
    if not lapsed(bundle, today, frozenset()):
        return frozenset()
    return frozenset(name for name, each in unit.continuations().items() if today <= each.until)


def awaited(
    bundle: Bundle,
    kind: str,
    situations: Mapping[AgencyId, Situation],
    plans: Mapping[AgencyId, Plan],
    told_before: frozenset[AgencyId],
) -> frozenset[tuple[AgencyId, str]]:
    """Each agency with each agreement that would tell it more than its plan does, were it in force."""
    every = bundle.words.situation(agreement=tuple(bundle.policies.agreements))
    in_force = {agency: situation | every for agency, situation in situations.items()}
    full = decide(bundle, kind, in_force, told_before=told_before)
    found = ((agency, name) for agency in full for name in _more(bundle, full[agency], plans.get(agency, NOTHING)))
    return frozenset(found)


def _more(bundle: Bundle, full: Plan, plan: Plan) -> Iterable[str]:
    """The agreements behind what `full` tells and `plan` does not, or only masked."""
    clauses = bundle.policies.clauses
    for name, ground in full.because.items():
        told = name in plan.told or (name in plan.because and name not in full.told)
        if not told and ground in clauses:
            yield clauses[ground].agreement_id


def alarm(postponed: Collection[Postponed]) -> None:
    """Say in the log that agreements are not in force, and how much waits for them."""
    for agreement, count in sorted(Counter(each.agreement for each in postponed).items()):
        log.warning("agreement_lapsed", agreement=agreement, count=count)
