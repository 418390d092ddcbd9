"""Timers: what is due later is a durable row, and its firing publishes an update, once, whichever process leads.

An arrest or a release is provisional until its settling time; then the hub confirms it, or withdraws it because it was
undone, to exactly those who were told; later it says who has not answered. A consent with a last day lapses after it;
an access that was opened in an emergency ends, and so do a concern and a measure for the safety of staff. Of somebody
who has died nothing is confirmed any more (D5); what ends somebody's ground goes on. What is told to nobody is no
update: a view that closes leaves an entry in the ledger and nothing else.
"""

from collections.abc import Mapping

import orjson
from pydantic import JsonValue

from hub import presenting
from hub.accepting import Acceptor
from hub.closing import close
from hub.deferring import reminder_of
from hub.facts import Facts
from hub.gathering import with_joined
from hub.placing import HUB
from hub.ports import Timer, Unit, UpdateKey
from hub.receiving import Received
from hub.reminding import silent
from hub.writing import envelope
from schemas.updates import KINDS, Provisional, Update, parse
from schemas.updates.answers import AlertUnacknowledged
from schemas.updates.supervision import StaffRiskLifted, StaffRiskSet
from schemas.updates.trust import (
    AccessClosed,
    AccessOpened,
    ConcernDisclosed,
    ConcernEnded,
    ConsentGiven,
    ConsentLapsed,
    UpdateConfirmed,
    UpdateWithdrawn,
)
from schemas.vocabulary import WithdrawalReason

BATCH = 100

ENDED_BY: dict[type[Update], type[Update]] = {
    AccessOpened: AccessClosed,
    ConcernDisclosed: ConcernEnded,
    ConsentGiven: ConsentLapsed,
    StaffRiskSet: StaffRiskLifted,
}
"""By which update the hub says that the time of an earlier one is over."""


def fire_due(acceptor: Acceptor) -> int:
    """Do what is due, up to a batch. Returns how many timers fired. Raises `TryLater`.

    A crash before the commit fires them again; the update's id is fixed by the timer, so it has one effect.
    """
    now = acceptor.clock.now()
    if not acceptor.store.has_due(now):
        return 0
    with acceptor.store.unit() as unit:
        due = unit.due(now, BATCH)
        records, _ = with_joined(unit, {timer.record_id for timer in due})
        unit.lock_persons(records)  # all of them before the first takes a number
        for timer in due:
            _fire(acceptor, unit, timer)
            unit.remove_timer(timer.update_id)
    return len(due)


def _fire(acceptor: Acceptor, unit: Unit, timer: Timer) -> None:
    """What a timer does follows from the kind of update that set it."""
    if timer.update_id == reminder_of(timer.subject).update_id:
        _remind(acceptor, unit, timer)
        return
    subject = KINDS[orjson.loads(unit.content_of(timer.subject) or b"")["kind"]]
    if issubclass(subject, Provisional):
        acceptor.accept_in(unit, [_settle(unit, timer)])
    elif ended_by := ENDED_BY.get(subject):
        acceptor.accept_in(unit, [_of_hub(timer, ended_by, {})])
    else:
        close(unit, timer, acceptor.in_force(), acceptor.identity, acceptor.clock, acceptor.entropy)


def _remind(acceptor: Acceptor, unit: Unit, timer: Timer) -> None:
    """Say who has not answered; where everybody has, there is nothing to say."""
    bundle, now = acceptor.in_force(), acceptor.clock.now()
    agencies: list[JsonValue] = [*silent(unit, timer, bundle, acceptor.identity, now)]
    if agencies:
        acceptor.accept_in(unit, [_of_hub(timer, AlertUnacknowledged, {"silent": agencies})])


def _settle(unit: Unit, timer: Timer) -> Received:
    """What becomes of a provisional update, the same from whichever process it comes."""
    person = unit.lock_persons([timer.record_id])[timer.record_id]
    if presenting.undone(Facts.kept(person.facts), str(timer.subject)):
        return _of_hub(timer, UpdateWithdrawn, {"reason": WithdrawalReason.UNDONE.value})
    return _of_hub(timer, UpdateConfirmed, {})


def _of_hub(timer: Timer, model: type[Update], more: Mapping[str, JsonValue]) -> Received:
    data: dict[str, JsonValue] = {str(model.REFERS_TO): str(timer.subject.update_id), "author_role": "the hub", **more}
    raw = envelope(HUB, model.KIND, data, update_id=timer.update_id, occurred_at=timer.due_at)
    attested = {"by": HUB, "subject": str(timer.subject)}
    key, update = UpdateKey(HUB, timer.update_id), parse(model.KIND, orjson.dumps(data))
    return Received(raw, key, model.KIND, timer.due_at, update, attested, timer.subject)
