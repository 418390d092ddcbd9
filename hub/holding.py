"""Holding: why an update cannot stand where it was placed, and what is kept of one that waits for somebody (D27)."""

from collections.abc import Collection, Sequence

import structlog

from access_policies.compiling import Bundle
from hub.cases import Case
from hub.correcting import breaks_its_schema
from hub.deferring import CANNOT_WAIT
from hub.placing import HUB, UNKNOWN_REFERENCE, Held
from hub.ports import Collided, Stored, Unit, UpdateKey, Waits
from hub.receiving import Received
from hub.recollecting import Recollection
from hub.reviewing import may_close
from schemas.updates import KINDS
from schemas.updates.programme import CohortDecided
from schemas.updates.selection import PersonDeselected
from schemas.updates.supervision import AppointmentMissed, BreachStarted
from schemas.updates.trust import AccessClosed, DisclosureRecalled, UpdateCorrected, UpdateWithdrawn

log = structlog.get_logger()


def misfit(case: Case, received: Received, target: UpdateKey, bundle: Bundle, past: Recollection) -> Held | None:
    """Why this update cannot be about the earlier one that it names, if it cannot."""
    match received.update:
        case UpdateCorrected(of_kind=kind) as update:
            fits = past.kind(target) == kind
            if fits and breaks_its_schema(update, target, past):
                return Held("schema")
        case DisclosureRecalled() if received.key.publisher not in {HUB, target.publisher, *case.standing.home}:
            return Held("not_its_publisher")
        case UpdateWithdrawn() | DisclosureRecalled():
            fits = not KINDS[past.kind(target)].FINAL
        case AccessClosed() if not may_close(case.standing, bundle, target.publisher, received.key.publisher):
            return Held("not_its_reviewer")
        case BreachStarted():  # what nobody marked enforceable is no evidence (D7)
            earlier = past.earlier(target)[0].update
            fits = isinstance(earlier, AppointmentMissed) and earlier.enforceable
        case update:
            fits = not update.REFERS_TO_KINDS or past.kind(target) in update.REFERS_TO_KINDS
    return None if fits else Held("wrong_reference")


def decides_for_another(case: Case, received: Received) -> bool:
    """Whether a unit decides on the place of somebody whose case is another's: it waits for that one's named person, so
    that nobody is told what does not count.
    """
    return isinstance(received.update, CohortDecided | PersonDeselected) and (
        received.key.publisher not in case.standing.home
    )


def waits(received: Received, held: Held) -> Waits:
    """What is kept of it: which earlier update of its publisher it waits for, and whether it is urgent."""
    awaited = received.update.refers_to() if held == UNKNOWN_REFERENCE else None
    return Waits(received.key, awaited or received.key.update_id, isinstance(received.update, CANNOT_WAIT))


def missed_nothing(unit: Unit, stored: Sequence[Stored], looked_at: Collection[UpdateKey]) -> None:
    """Two processes may take an update and one that names it at once, and neither finds the other's. Called where the
    counter is locked, and all that was committed is seen. Raises `Collided`: who comes second begins anew, and finds
    it. `looked_at` is what the store held and this unit found.
    """
    placed = {each.key for each in stored if each.record_id}
    known = {each.key for each in stored} | {*looked_at}
    waiting = [each.waits for each in stored if each.waits and each.waits.awaits != each.key.update_id]
    awaited = {UpdateKey(each.key.publisher, each.awaits) for each in waiting} - placed
    if {*unit.awaiting_any([*placed])} - known or unit.any_placed([*awaited]):
        raise Collided("another process has just taken in what belongs to one of these; send it again later")


def alarm(held: Held, waiting: Waits) -> None:
    """Say in the log that an arrest or a release waits for somebody, and for which reason; not whose it is."""
    if waiting.urgent:
        log.warning("urgent_update_held", agency=waiting.key.publisher, rule=held.reason)
