"""Opening: break-glass (D13). An officer opens what the policies list as openable; it ends by itself, and the side
that owns the data reviews it. What was told on it is told apart from everything else, so that it can be dropped.
"""

from collections.abc import Mapping

from access_policies.compiling import Plan
from hub import presenting
from hub.cases import Case
from hub.correcting import wordings
from hub.disclosing import Reason
from hub.ports import UpdateKey, key_of
from hub.receiving import Received
from hub.retelling import Reteller, Retold
from hub.reviewing import WORD
from schemas.identifiers import AgencyId
from schemas.updates.custody import ReleaseChanged
from schemas.updates.trust import AccessOpened, UpdateCorrected


def lent(
    later: Reteller, case: Case, received: Received, target: UpdateKey | None, plans: Mapping[AgencyId, Plan]
) -> list[Retold]:
    """What is told in an emergency because of this update, remembered so that it can be dropped."""
    if isinstance(received.update, AccessOpened):
        retold = _on_opening(later, case, received.key.publisher)
    elif isinstance(received.update, UpdateCorrected | ReleaseChanged) and target:
        retold = _as_it_is_right(later, case, received, target)
    else:
        retold = _while_open(later, case, received, plans)
    for each in retold:
        _lend(later, case, each)
    return retold


def _on_opening(later: Reteller, case: Case, opener: AgencyId) -> list[Retold]:
    """What is current and openable, told to whoever has just broken the glass."""
    if opener not in case.standing.access:
        return []
    states = presenting.current(case.facts, later.now.date()).values()
    return [each for keys in states for each in later.latest(case, opener, keys, Reason.ACCESS, WORD)]


def _while_open(later: Reteller, case: Case, received: Received, plans: Mapping[AgencyId, Plan]) -> list[Retold]:
    """What an emergency tells of this new update, beside what it tells on any other ground; to nobody who did not work
    the case when it opened it, for such a one does not hear that it is open, and would not hear that it is over.
    """
    return [
        retold
        for agency, opening in sorted(case.standing.access.items())
        if agency != received.key.publisher and agency in later.past.told(key_of(opening))
        for retold in later.retell(case, received.key, agency, Reason.ACCESS, WORD)
        if not _within(retold.draft.plan, plans.get(agency, Plan()))
    ]


def _as_it_is_right(later: Reteller, case: Case, received: Received, wrong: UpdateKey) -> list[Retold]:
    """What was wrong or has changed, told once more to those who were told it in an emergency, where it is not what
    they have. Their correction is no message of its own: it goes with the rest when the emergency ends.
    """
    if isinstance(received.update, ReleaseChanged):
        changed = frozenset(later.past.disclosed(wrong, lent=True))
    else:
        _, changed = wordings(case, received.key, wrong, later.past, later.bundle, lent=True)
    opened = sorted(changed & case.standing.access.keys())
    return [each for agency in opened for each in later.retell(case, wrong, agency, Reason.ACCESS, WORD)]


def _within(less: Plan, more: Plan) -> bool:
    return set(less.told) <= set(more.told) and set(less.names) <= set(more.names)


def _lend(later: Reteller, case: Case, retold: Retold) -> None:
    """Remember what was told on an access, to be dropped when it ends."""
    access, update = case.standing.access[retold.agency], str(retold.earlier.key)
    case.facts.emergencies.setdefault(access, {})[retold.draft.row.root.hex()] = update
    if retold.agency not in later.past.holding(retold.earlier.key):
        case.lend(retold.agency, retold.earlier.key)
    case.changed = True


def give_back(case: Case, opening: UpdateKey) -> list[tuple[UpdateKey, bytes]]:
    """The feed records that the end of an access drops: each by its update and its root."""
    told = case.facts.emergencies.pop(str(opening), {})
    case.changed = case.changed or bool(told)
    return [(key_of(update), bytes.fromhex(root)) for root, update in sorted(told.items())]
