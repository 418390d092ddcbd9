"""Reminding: which partners were told of what cannot wait, and have not said that they take it from here."""

from datetime import datetime

from access_policies.compiling import Bundle
from hub.cases import Case
from hub.gathering import Gathering
from hub.identity import Identity
from hub.placing import Desk
from hub.ports import Timer, Unit, UpdateKey
from hub.presenting import over
from hub.recollecting import Recollection
from schemas.identifiers import AgencyId


def silent(unit: Unit, timer: Timer, bundle: Bundle, identity: Identity, now: datetime) -> list[AgencyId]:
    """Those that were told, still work the case, and have not answered; nobody, once what they were told is over."""
    case = Gathering.of(unit, bundle, now, [timer.record_id]).cases[timer.record_id]
    if str(timer.subject) in over(case.facts):
        return []
    told = Recollection(unit, Desk(unit, identity, bundle)).told(timer.subject)
    hears = case.standing.home | {timer.subject.publisher}
    return sorted(agency for agency in told - hears if _is_expected(case, agency, timer.subject))


def _is_expected(case: Case, agency: AgencyId, subject: UpdateKey) -> bool:
    return case.standing.works(agency) and f"{agency} {subject}" not in case.facts.acknowledged
