"""Reminding: which partners were told of what cannot wait, and have not said that they take it from here."""

from collections.abc import Mapping
from datetime import datetime

from access_policies.compiling import Bundle
from hub.cases import Case
from hub.identity import Identity
from hub.placing import Desk
from hub.ports import Timer, Unit, UpdateKey
from hub.postponing import continued_on
from hub.recollecting import Recollection
from schemas.identifiers import AgencyId


def silent(unit: Unit, timer: Timer, bundle: Bundle, identity: Identity, now: datetime) -> list[AgencyId]:
    """Those that were told, still work the case, and have not answered; nobody, once what they were told is over."""
    case = Case.kept(unit.lock_persons([timer.record_id])[timer.record_id])
    case.weigh(bundle, now, continued_on(unit, bundle, now.date()))
    if _is_over(case, timer.subject):
        return []
    told = Recollection(unit, Desk(unit, identity, bundle)).told(timer.subject)
    hears = bundle.agencies_of_kind("iom_unit") | {timer.subject.publisher}
    return sorted(agency for agency in told - hears if _is_expected(case, agency, timer.subject))


def _is_over(case: Case, subject: UpdateKey) -> bool:
    ends: Mapping[str, str] = case.facts.ends
    over = {target for by, target in ends.items() if by not in case.facts.withdrawn}
    return str(subject) in case.facts.withdrawn | over


def _is_expected(case: Case, agency: AgencyId, subject: UpdateKey) -> bool:
    return case.standing.works(agency) and f"{agency} {subject}" not in case.facts.acknowledged
