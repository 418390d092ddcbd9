"""Alerts: what an agency should act on, and its word that somebody has."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Query
from pydantic import BaseModel

from consumers.alerts import shown
from consumers.freshness import prompts
from hub.api.access import Practice, Publisher, Reader, TheHub
from hub.api.problems import NotFound
from hub.api.saying import say_once
from hub.bootstrap import Hub
from hub.receiving import Caller
from schemas.receipts import Receipt
from schemas.updates.trust import AlertAcknowledged
from schemas.views import Alert, Prompt

router = APIRouter(tags=["alerts"])


class AlertList(BaseModel):
    """Alerts, the newest first; and what this agency is asked, having said it long ago: whether it is still so."""

    alerts: list[Alert]
    prompts: list[Prompt]


@router.get("/alerts")
def list_alerts(
    hub: TheHub,
    who: Reader,
    practice: Practice,
    open_only: Annotated[bool, Query(alias="open", description="Leave out acknowledged alerts.")] = True,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AlertList:
    """List the alerts of the agency that asks. Saying that its fact still stands, or what does, answers a prompt."""
    hub.recorder.consulted(who, "alerts", {})
    views = hub.hosted[who.agency].views
    rows = views.alerts(open_only=open_only, limit=limit)
    asked = prompts(views, practice, hub.clock.now().date(), limit)
    return AlertList(alerts=[*map(shown, rows)], prompts=asked)


@router.get("/alerts/{alert_id}")
def read_alert(alert_id: UUID, hub: TheHub, who: Reader) -> Alert:
    """One alert."""
    hub.recorder.consulted(who, "alert", {"alert": str(alert_id)})
    return _found(hub, who, alert_id)


@router.post("/alerts/{alert_id}/acknowledgement")
def acknowledge(alert_id: UUID, hub: TheHub, who: Publisher) -> Receipt:
    """Say that somebody at this agency has seen the alert: an update like any other. Saying it twice is once. What was
    over and is so no longer is to be seen anew.
    """
    resumed = map(str, _found(hub, who, alert_id).resumed)
    data = {"alert": str(alert_id), "by": who.sub[:120], "author_role": "reader of the alert"}
    return say_once(hub, who, AlertAcknowledged.KIND, uuid5(alert_id, "/".join(("acknowledged", *resumed))), data)


def _found(hub: Hub, who: Caller, alert_id: UUID) -> Alert:
    row = hub.hosted[who.agency].views.alert(alert_id)
    if row is None:
        raise NotFound
    return shown(row)
