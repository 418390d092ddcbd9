"""Timers: what is due later is a durable row, and its firing publishes an update, once, whichever process leads.

An arrest or a release is provisional until its settling time; then the hub confirms it, or withdraws it because it
was undone, to exactly those who were told. An access that was opened in an emergency ends, and so does a concern.
"""

import orjson

from hub import facts as fact_rules
from hub.accepting import Acceptor
from hub.deferring import closing_of, ending_of
from hub.facts import Facts
from hub.placing import HUB
from hub.ports import Timer, Unit, UpdateKey
from hub.receiving import Received
from hub.writing import envelope
from schemas.updates import KINDS, parse
from schemas.updates.trust import AccessClosed, ConcernEnded, UpdateConfirmed, UpdateWithdrawn
from schemas.vocabulary import WithdrawalReason

BATCH = 100


def fire_due(acceptor: Acceptor) -> int:
    """Publish what is due, up to a batch. Returns how many timers fired. Raises `TryLater`.

    A crash before the commit fires them again; the update's id is fixed by the timer, so it has one effect.
    """
    now = acceptor.clock.now()
    if not acceptor.store.has_due(now):
        return 0
    with acceptor.store.unit() as unit:
        due = unit.due(now, BATCH)
        for timer in due:
            acceptor.accept_in(unit, [_fired(unit, timer)])
            unit.remove_timer(timer.update_id)
    return len(due)


def _fired(unit: Unit, timer: Timer) -> Received:
    """The update that a timer publishes, the same from whichever process it comes."""
    if timer.update_id == closing_of(timer.subject).update_id:
        return _of_hub(timer, AccessClosed.KIND, {})
    if timer.update_id == ending_of(timer.subject).update_id:
        return _of_hub(timer, ConcernEnded.KIND, {})
    return _settle(unit, timer)


def _settle(unit: Unit, timer: Timer) -> Received:
    """What becomes of a provisional update."""
    person = unit.lock_persons([timer.record_id])[timer.record_id]
    if fact_rules.undone(Facts.kept(person.facts), str(timer.subject)):
        return _of_hub(timer, UpdateWithdrawn.KIND, {"reason": WithdrawalReason.UNDONE.value})
    return _of_hub(timer, UpdateConfirmed.KIND, {})


def _of_hub(timer: Timer, kind: str, more: dict[str, str]) -> Received:
    about = {str(KINDS[kind].REFERS_TO): str(timer.subject.update_id)}
    data = about | {"author_role": "the hub"} | more
    raw = envelope(HUB, kind, data, update_id=timer.update_id, occurred_at=timer.due_at)
    attested = {"by": HUB, "subject": str(timer.subject)}
    key = UpdateKey(HUB, timer.update_id)
    return Received(raw, key, kind, timer.due_at, parse(kind, orjson.dumps(data)), attested, timer.subject)
