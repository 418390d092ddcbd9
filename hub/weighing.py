"""Weighing: what every partner's words say of one update about one person."""

from access_policies.compiling import Bundle
from access_policies.words import Situation
from hub import facts as fact_rules
from hub.cases import Case
from hub.ports import UpdateKey
from hub.receiving import Received
from hub.reviewing import WORD, reviewers
from schemas.identifiers import AgencyId
from schemas.updates.trust import AccessClosed, AccessOpened, ConcernEnded, FactConfirmed


def situations_in(
    case: Case, received: Received, target: UpdateKey | None, bundle: Bundle, *, emergency: bool = False
) -> dict[AgencyId, Situation]:
    """What every partner's words say, of the person and of this update.

    An emergency tells in a record of its own, which is dropped when it ends (D13): nothing else speaks of it.
    """
    words, named = bundle.words, named_in(case, received, target, bundle)
    handling = words.situation(handling=received.update.handling.value)
    self_named = handling | words.situation(named="self")
    found = {a: s | (self_named if a in named else handling) for a, s in case.situations.items()}
    if not emergency:
        for agency in case.standing.access.keys() & found.keys():
            found[agency] = words.without(found[agency], WORD)
    return found


def named_in(case: Case, received: Received, target: UpdateKey | None, bundle: Bundle) -> frozenset[AgencyId]:
    """The agencies that the update is about; a confirmation is about those of the fact it confirms.

    Naming itself tells a publisher nothing: its own feed must not answer who is on the programme (D12, D26).
    """
    match received.update:
        case FactConfirmed() | ConcernEnded():
            named = fact_rules.agencies_named(case.facts, str(target))
        case AccessOpened():
            named = reviewers(case.standing, bundle, received.key.publisher)
        case AccessClosed() if target:
            named = reviewers(case.standing, bundle, target.publisher) | {target.publisher}
        case update:
            named = update.names_agencies()
    return named - {received.key.publisher}
