"""Awaiting: what is looked at again later because of an update, as timers that are kept with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid5

from hub.cases import settlement_of
from hub.ports import Timer
from hub.receiving import Received
from schemas.updates import Provisional
from schemas.updates.programme import AgencyInvolved, AgencyWithdrew
from schemas.updates.trust import ConsentGiven, RestrictionSet
from schemas.vocabulary import Involvement


def due_later(
    received: Received, record_id: UUID, now: datetime, settle: timedelta, retention: timedelta
) -> Iterator[Timer]:
    """The timer that an update sets, if any: its settling (D2), the end of a consent, or of an open view (D15)."""
    key = received.key
    match received.update:
        case Provisional():
            yield Timer(now + settle, settlement_of(key).update_id, key, record_id)
        case ConsentGiven(expires_on=day) if day is not None:
            midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
            yield Timer(midnight, uuid5(key.update_id, "lapsed"), key, record_id)
        case AgencyWithdrew() | AgencyInvolved(role=Involvement.NONE) | RestrictionSet():
            yield Timer(received.occurred_at + retention, uuid5(key.update_id, "closed"), key, record_id)
