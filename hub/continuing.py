"""Continuing: an agreement that has expired may go on for fourteen days, by a named officer's decision (D16).

What was held since it expired is told then, in order; so it is when a new bundle gives the agreement a later date.
"""

from datetime import date, timedelta

from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub import ledger
from hub.accepting import Acceptor
from hub.cases import Case
from hub.disclosing import Reason
from hub.gathering import Gathering
from hub.numbering import Entry, number
from hub.placing import Desk
from hub.ports import Continuation, Postponed, Store, Unit
from hub.postponing import continued_on
from hub.receiving import Problem, Rejected
from hub.retelling import Retold
from hub.standing import lapsed
from hub.telling import Telling

LASTS = timedelta(days=14)
"""How long a continuation lasts: the day on which it is made is the first."""


class NoSuchAgreement(Exception):
    """The bundle in force has no agreement of this name."""


def continue_agreement(acceptor: Acceptor, agreement: str, by: str, because: str, sub: str) -> tuple[date, int]:
    """Let an expired agreement go on, and tell what was held for it. Returns the last day, and how much was told.

    `by` is the officer who decides, `sub` who asked the hub. Raises `NoSuchAgreement`, `Rejected` for one that has
    not expired or was continued before, or `TryLater`.
    """
    now = acceptor.clock.now()
    with acceptor.store.unit() as unit:
        _check(unit, acceptor.in_force(), agreement, now.date())
        until = (now + LASTS - timedelta(days=1)).date()
        unit.continue_agreement(agreement, Continuation(now, until))
        said = {"by": by, "because": because, "asked_by": sub, "until": until.isoformat()}
        return until, _tell(acceptor, unit, agreement, {"verb": "continuation", **said})


def _check(unit: Unit, bundle: Bundle, agreement: str, today: date) -> None:
    if agreement not in bundle.policies.agreements:
        raise NoSuchAgreement
    if agreement in unit.continuations():
        raise _rejected("already_continued", "was continued before; a new bundle with a new date is the way")
    if agreement not in lapsed(bundle, today, frozenset()):
        raise _rejected("in_force", "has not expired")


def _rejected(rule: str, message: str) -> Rejected:
    return Rejected([Problem("agreement", rule, message)])


def resume(acceptor: Acceptor) -> int:
    """Tell what waits for agreements that are in force anew, by a later date. Returns how many. Raises `TryLater`."""
    waiting, bundle = acceptor.store.postponed(), acceptor.in_force()
    gone = lapsed_now(acceptor.store, bundle, acceptor.clock.now().date()) if waiting else ()
    ready = [name for name in sorted(waiting) if name not in gone and name in bundle.policies.agreements]
    for agreement in ready:
        with acceptor.store.unit() as unit:
            _tell(acceptor, unit, agreement, {"verb": "resumption"})
    return len(ready)


def lapsed_now(store: Store, bundle: Bundle, today: date) -> frozenset[str]:
    """The agreements that are not in force."""
    if not lapsed(bundle, today, frozenset()):
        return frozenset()
    with store.unit() as unit:
        return lapsed(bundle, today, continued_on(unit, bundle, today))


def _tell(acceptor: Acceptor, unit: Unit, agreement: str, record: dict[str, JsonValue]) -> int:
    """Tell what waits for an agreement, in the order in which it came, under one ledger entry."""
    bundle, now = acceptor.in_force(), acceptor.clock.now()
    rows = unit.take_postponed(agreement)
    cases = Gathering.of(unit, bundle, now, {row.record_id for row in rows}).cases
    telling = Telling(Desk(unit, acceptor.identity, bundle), acceptor.entropy, acceptor.settle, now)
    retold = [told for row in rows for told in _retell(telling, cases[row.record_id], row)]
    told = telling.summed_up([], retold)
    record["waited"] = [[row.recipient, str(row.key)] for row in rows]
    record |= {"agreement": agreement, "bundle": bundle.digest} | told.entered()
    leaf, opening = ledger.leaf(now, acceptor.entropy.salts(agreement, 1), record)
    for case in cases.values():
        case.save(unit)
    number(unit, [Entry(leaf, opening, None, told.drafts)], acceptor.identity)
    telling.finish()
    return len(retold)


def _retell(telling: Telling, case: Case, row: Postponed) -> list[Retold]:
    retold = telling.later.retell(case, row.key, row.recipient, Reason.AGREEMENT)
    for each in retold:
        telling.stays(case, each)
    return retold
