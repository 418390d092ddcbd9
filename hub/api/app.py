"""The HTTP door: one application over one hub."""

import time
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel

from consumers import practice
from hub.api import (
    agreements,
    alerts,
    cases,
    catalogue,
    explanations,
    feed,
    held,
    keys,
    ledger,
    placements,
    policies,
    problems,
    replays,
    updates,
)
from hub.api.access import TheHub
from hub.bootstrap import Hub
from hub.continuing import lapsed_now

log = structlog.get_logger()

_DESCRIPTION = (
    "Agencies publish updates; each partner reads what it needs to know, field by field. "
    "Unknown and forbidden look the same."
)


ALARM = "the bundle in the file is refused and the one before stays in force: `iom-hub policy status` says why"


class Health(BaseModel):
    """Whether the hub can take an update now, and under which policies."""

    status: str
    policies: str
    policies_alarm: str | None = None
    """That the bundle in the file is refused. Anybody may ask for the health of a hub, so why is not said here."""
    broker: str | None = None
    """`ok` or `out of reach`; none where the hub has none. Meanwhile publishing, reading and alerts go on."""
    refused: int = 0
    """Records on the broker that nobody stood behind, or on which the hub failed, since it started: look at its log."""
    ahead: int = 0
    """Partners that asked for what comes after a record that their feeds do not have, since it started: the store was
    restored from a copy, and lost its end.
    """
    parted: int = 0
    """Partners whose topics end with a record that their feeds do not have: nothing is carried to them. As above, or
    somebody else wrote there.
    """
    lapsed: list[str]
    """Agreements that have expired and were not continued: what rests on them is held (D16)."""


health = APIRouter(tags=["health"])


@health.get("/health")
def read_health(hub: TheHub) -> Health:
    """Answers 503 when the store cannot write; `degraded` when only the broker is out of reach."""
    hub.store.check_writable()
    bundle, alarm = hub.bundle, ALARM if hub.governing.alarm else None
    lapsed = lapsed_now(hub.store, bundle, hub.clock.now().date())
    broker = None if hub.carrier is None else "out of reach" if hub.carrier.out_of_reach else "ok"
    status = "degraded" if broker == "out of reach" else "ok"
    refused = hub.collector.alarms if hub.collector else 0
    return Health(
        status=status,
        policies=bundle.digest,
        policies_alarm=alarm,
        broker=broker,
        refused=refused,
        ahead=len(hub.ahead),
        parted=hub.carrier.parted if hub.carrier else 0,
        lapsed=sorted(lapsed),
    )


def create_app(hub: Hub) -> FastAPI:
    """The application. It neither opens nor closes the hub. Raises `UnusablePractice`."""
    pack = practice.load(hub.settings.practice)
    app = FastAPI(
        title="IOM Hub",
        version="1",
        description=_DESCRIPTION,
        responses=problems.RESPONSES,
        telemetry=None,
        redirect_slashes=False,
    )
    app.state.hub, app.state.practice = hub, pack
    v1 = APIRouter(prefix="/v1")
    for module in (
        updates,
        feed,
        cases,
        placements,
        alerts,
        held,
        policies,
        explanations,
        replays,
        agreements,
        ledger,
        keys,
        catalogue,
    ):
        v1.include_router(module.router)
    app.include_router(v1)
    app.include_router(health)
    problems.install(app)
    app.middleware("http")(_logged)
    return app


async def _logged(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """One line for each request: the route's template, never the path, which holds ids."""
    started = time.monotonic()
    try:
        response = await answer(request)
    except Exception as failure:  # noqa: BLE001  # raised further, the server would log it with the values in its text
        response = problems.problem(*problems.status_of(failure))
    route = request.scope.get("route")
    took = round((time.monotonic() - started) * 1000, 1)
    log.info(
        "request",
        method=request.method,
        route=getattr(route, "path", "(none)"),
        status=response.status_code,
        duration_ms=took,
    )
    return response
