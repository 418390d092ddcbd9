"""Alerts: what an agency should act on, and its word that somebody has."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.api.access import Publisher, Reader, TheHub
from hub.api.problems import NotFound
from hub.bootstrap import Hub
from hub.ports import AlertRow, UpdateKey
from hub.receiving import Caller
from hub.taking import receipt
from hub.writing import envelope
from schemas.receipts import Receipt
from schemas.views import Alert

router = APIRouter(tags=["alerts"])
_KIND = "trust.alert.acknowledged"


class AlertList(BaseModel):
    """Alerts, the newest first."""

    alerts: list[Alert]


@router.get("/alerts")
def list_alerts(
    hub: TheHub,
    who: Reader,
    open_only: Annotated[bool, Query(alias="open", description="Leave out acknowledged alerts.")] = True,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AlertList:
    """List the alerts of the agency that asks."""
    hub.recorder.consulted(who, "alerts", {})
    rows = hub.hosted[who.agency].views.alerts(open_only=open_only, limit=limit)
    return AlertList(alerts=[_alert(row) for row in rows])


@router.get("/alerts/{alert_id}")
def read_alert(alert_id: UUID, hub: TheHub, who: Reader) -> Alert:
    """One alert."""
    hub.recorder.consulted(who, "alert", {"alert": str(alert_id)})
    return _alert(_found(hub, who, alert_id))


@router.post("/alerts/{alert_id}/acknowledgement")
def acknowledge(alert_id: UUID, hub: TheHub, who: Publisher) -> Receipt:
    """Say that somebody at this agency has seen the alert: an update like any other. Saying it twice is once."""
    _found(hub, who, alert_id)
    update_id = uuid5(alert_id, "acknowledged")
    if before := hub.store.received(UpdateKey(who.agency, update_id)):
        return receipt(before)
    data = {"alert": str(alert_id), "by": who.sub[:120], "author_role": "reader of the alert"}
    raw = envelope(who.agency, _KIND, data, update_id=update_id, occurred_at=hub.clock.now())
    return hub.publish(who.agency, raw, sub=who.sub)


def _found(hub: Hub, who: Caller, alert_id: UUID) -> AlertRow:
    row = hub.hosted[who.agency].views.alert(alert_id)
    if row is None:
        raise NotFound
    return row


def _alert(row: AlertRow) -> Alert:
    return Alert.model_validate_json(row.body).model_copy(update={"acknowledged": row.acknowledged})
