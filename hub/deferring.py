"""Deferring: what is looked at again later, when, and by which update of the hub's own.

The update's id follows from the earlier one's, so it is the same whichever process makes it, and has one effect.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from access_policies.compiling import Bundle
from hub.cases import settlement_of
from hub.placing import HUB
from hub.ports import Timer, UpdateKey
from hub.receiving import Received
from hub.reviewing import ends_at
from schemas.updates import Provisional
from schemas.updates.trust import AccessOpened, ConcernDisclosed


def closing_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub closes an access whose time has run out (D13)."""
    return UpdateKey(HUB, uuid5(key.update_id, "closed"))


def ending_of(key: UpdateKey) -> UpdateKey:
    """The update by which the hub says that the time of a concern has passed."""
    return UpdateKey(HUB, uuid5(key.update_id, "ended"))


def timer_for(received: Received, record_id: UUID, bundle: Bundle, now: datetime, settle: timedelta) -> Timer | None:
    """When an update that was accepted `now` is looked at again, if it is."""
    key = received.key
    match received.update:
        case Provisional():
            return Timer(now + settle, settlement_of(key).update_id, key, record_id)
        case AccessOpened():
            return Timer(ends_at(bundle, now), closing_of(key).update_id, key, record_id)
        case ConcernDisclosed(until=until):
            return Timer(until, ending_of(key).update_id, key, record_id)
        case _:
            return None
