"""Deferring: what is looked at again later, when, and by which update of the hub's own.

The update's id follows from the earlier one's, so it is the same whichever process makes it, and has one effect.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from access_policies.compiling import Bundle
from hub.cases import of_hub, settlement_of
from hub.ports import Timer, UpdateKey
from hub.receiving import Received
from hub.reviewing import ends_at
from schemas.updates import Provisional
from schemas.updates.custody import Arrested, Released
from schemas.updates.programme import AgencyInvolved, AgencyWithdrew, CaseTransferred
from schemas.updates.selection import PersonDeselected
from schemas.updates.supervision import StaffRiskSet
from schemas.updates.trust import AccessOpened, ConcernDisclosed, ConsentGiven, RestrictionSet
from schemas.vocabulary import Involvement

CANNOT_WAIT = (Arrested, Released)
"""The kinds of which it is looked whether every partner that was told has answered."""


def closing_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub closes an access whose time has run out (D13). A view closes under the same id,
    though by no update.
    """
    return of_hub(key, "closed")


def parting_timer(received: Received, record_id: UUID, since: Iterable[datetime], retention: timedelta) -> Timer:
    """When the view of a record closes for those who worked it by another only, from which this update parted it, and
    for those whom a restriction of another shuts out; counted from the last of what that took.
    """
    closing = of_hub(received.key, f"closed/{record_id}").update_id
    return Timer(max([received.occurred_at, *since]) + retention, closing, received.key, record_id)


def ending_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub says that the time of a concern has passed, or of a measure for staff (D17)."""
    return of_hub(key, "ended")


def reminder_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub says who was told and has not answered."""
    return of_hub(key, "unacknowledged")


def reminder_for(received: Received, record_id: UUID, now: datetime, within: timedelta | None) -> Timer | None:
    """When somebody must have answered what cannot wait, an arrest or a release, if the partnership says `within` what
    time.
    """
    if within is None or not isinstance(received.update, CANNOT_WAIT):
        return None
    return Timer(now + within, reminder_of(received.key).update_id, received.key, record_id)


def _lapse_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub says that a consent has run out."""
    return of_hub(key, "lapsed")


def timer_for(
    received: Received, record_id: UUID, bundle: Bundle, now: datetime, settle: timedelta, retention: timedelta
) -> Timer | None:
    """When an update that was accepted `now` is looked at again, if it is: to be settled (D2), as the end of an access
    (D13), of a concern, of a measure for staff (D17), of a consent, or of a view that stays open for its `retention`
    (D15).
    """
    key = received.key
    match received.update:
        case Provisional():
            return Timer(now + settle, settlement_of(key).update_id, key, record_id)
        case AccessOpened():
            return Timer(ends_at(bundle, now), closing_of(key).update_id, key, record_id)
        case ConcernDisclosed(until=until) | StaffRiskSet(until=until):
            return Timer(until, ending_of(key).update_id, key, record_id)
        case ConsentGiven(expires_on=day) if day is not None:
            return Timer(_midnight_after(day), _lapse_of(key).update_id, key, record_id)
        case (
            AgencyInvolved(role=Involvement.NONE)
            | AgencyWithdrew()
            | CaseTransferred()
            | PersonDeselected()
            | RestrictionSet()
        ):
            return Timer(received.occurred_at + retention, closing_of(key).update_id, key, record_id)
        case _:
            return None


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
