"""Waiting: what becomes of a held update that nobody places. After some minutes an urgent one pages those who may
(D27); after some weeks any is let go, as if by hand (D25, D26).

A page names a kind and nothing of anybody: not the person, the publisher, or why it is held. It stands on the feeds of
the IOM units alone that see it in the list anyway; so nobody's count moves by what is withheld from them (D29).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

import orjson
import structlog
from pydantic import JsonValue

from hub.accepting import Acceptor
from hub.answering import Answering, Page, page_of
from hub.numbering import entry, number
from hub.ports import HeldSince, Unit, UpdateKey
from schemas.identifiers import AgencyId

PLACERS = "iom_unit"
"""The kind of partner that places what is held."""
Shown = Callable[[AgencyId], Collection[UpdateKey]]
"""What of all that is held a unit is shown."""
_BATCH = 100

log = structlog.get_logger()


def forget(acceptor: Acceptor, key: UpdateKey, said: Mapping[str, JsonValue]) -> bool:
    """Keep nothing more of a held update than of any that is discarded (D26), and what the ledger says of it. False
    where nobody holds it now. Raises `TryLater`.
    """
    with acceptor.store.unit() as unit:
        if not unit.take_held(key):
            return False
        record = {"verb": "discarding", "update": str(key), "bundle": acceptor.in_force().digest, **said}
        made = entry(acceptor.clock.now(), acceptor.entropy.salts(str(key), 1), record)
        number(unit, [made], acceptor.identity)
    return True


def let_go(acceptor: Acceptor, after: timedelta) -> int:
    """Discard what was held that long and nobody has placed; its publisher hears of it as little as of any order.
    Returns how many. Raises `TryLater`.
    """
    old = acceptor.store.held_before(acceptor.clock.now() - after)
    count = sum(forget(acceptor, each.key, {"because": "retention"}) for each in old[:_BATCH])
    if count:
        log.warning("held_let_go", count=count)
    return count


def page(acceptor: Acceptor, after: timedelta, shown: Shown) -> int:
    """Tell each IOM unit on its own feed, once, that something urgent which it is `shown` has waited that long. Returns
    how many pages were told. Raises `TryLater`.
    """
    now, units = acceptor.clock.now(), sorted(acceptor.in_force().agencies_of_kind(PLACERS))
    urgent = acceptor.store.held_before(now - after, urgent=True)
    due = [(unit, each) for unit in units for each in _unpaged(acceptor, unit, urgent, shown)]
    if not due:
        return 0
    with acceptor.store.unit() as unit:
        desk = Answering(unit, acceptor.in_force(), acceptor.identity, acceptor.entropy, now)
        pages = [
            Page(agency, each.key, kind, _minutes(each, now)) for agency, each in due if (kind := _kind(unit, each))
        ]
        told = [made for each in pages if desk.takes_part(each.agency) and (made := desk.page(each))]
        number(unit, told, acceptor.identity)
    return len(told)


def _unpaged(acceptor: Acceptor, unit: AgencyId, urgent: Iterable[HeldSince], shown: Shown) -> list[HeldSince]:
    new = [each for each in urgent if not _paged(acceptor, unit, each.key)]
    its = shown(unit) if new else ()
    return [each for each in new if each.key in its]


def _paged(acceptor: Acceptor, agency: AgencyId, key: UpdateKey) -> bool:
    return acceptor.store.received(page_of(acceptor.identity, agency, key)) is not None


def _kind(unit: Unit, held: HeldSince) -> str | None:
    """None where it was placed or discarded since the look."""
    content = unit.content_of(held.key)
    return None if content is None or unit.record_of(held.key) else str(orjson.loads(content)["kind"])


def _minutes(held: HeldSince, now: datetime) -> int:
    return int((now - held.since).total_seconds() // 60)
