"""The feed: a partner's own records, from any sequence, by long poll or as a stream."""

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel

from hub.api.access import Reader, TheHub, Token, caller
from hub.bootstrap import Hub
from hub.chains import FeedRecord
from hub.exporting import Told, as_csv
from hub.receiving import Caller
from hub.tokens import NotAuthenticated

router = APIRouter(tags=["feed"])
log = structlog.get_logger()

_STREAM, _CSV = "text/event-stream", "text/csv"
_LOOK_SECONDS = 0.02
_QUIET_SECONDS = 15.0
"""After this long without a record a stream sends a comment, so that a dead connection is noticed."""


class Form(StrEnum):
    """How a page is written: with its proofs, or as a table."""

    JSON = "json"
    CSV = "csv"


class Head(BaseModel):
    """Where the feed stands, signed: a partner that keeps it can prove later what it was sent."""

    seq: int
    link: str
    note: str


class FeedPage(BaseModel):
    """Records in order, without gaps. Elements that were dropped are absent; the chain verifies without them."""

    feed: str
    records: list[dict[str, Any]]
    head: Head
    signed: str | None = None
    """A signed note of the last record of this page: every record before it hangs on that one."""


@router.get(
    "/feed",
    response_model=FeedPage,
    responses={
        200: {"content": {_STREAM: {"schema": {"type": "string"}}, _CSV: {}}, "description": "A page, or a stream"}
    },
)
async def read_feed(
    request: Request,
    hub: TheHub,
    who: Reader,
    token: Token,
    after: Annotated[int, Query(ge=0, le=10**18, description="The last sequence that the reader has.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    wait: Annotated[float, Query(ge=0, le=30, description="Seconds to wait for a record.")] = 0,
    form: Annotated[
        Form, Query(alias="format", description="`csv`: one row for each record, without proofs.")
    ] = Form.JSON,
    accept: Annotated[str, Header()] = "application/json",
    last_event_id: Annotated[str | None, Header(pattern="^[0-9]{1,18}$")] = None,
) -> Response:
    """The agency's own feed: a page, or with `Accept: text/event-stream` every record as it comes.

    A stream starts after `Last-Event-ID`, else after `after`.
    """
    if _STREAM in accept:
        return EventSourceResponse(_events(request, hub, token, int(last_event_id or after)))
    if wait:
        await _news(hub, who.agency, after, wait)
    make, media = (_page, "application/json") if form is Form.JSON else (_table, _CSV)
    return Response(await run_in_threadpool(make, hub, who.agency, after, limit), media_type=media)


def _page(hub: Hub, agency: str, after: int, limit: int) -> bytes:
    records = hub.feed.read(agency, after, limit)
    seq, link = _head(hub, agency, after)
    feed = str(hub.identity.feed(agency))
    head = {"seq": seq, "link": link.hex(), "note": hub.recorder.signed_head(feed, seq, link)}
    last = records[-1].header if records else None
    signed = hub.recorder.signed_head(feed, last.seq, last.link()) if last else None
    page = {"feed": feed, "records": [record.as_json() for record in records], "head": head, "signed": signed}
    return orjson.dumps(page)


def _table(hub: Hub, agency: str, after: int, limit: int) -> bytes:
    """The same records, as a spreadsheet takes them in."""
    _head(hub, agency, after)
    return as_csv(Told(each.header.seq, each.values()) for each in hub.feed.read(agency, after, limit))


def _head(hub: Hub, agency: str, after: int) -> tuple[int, bytes]:
    """Where the feed ends. A reader that has more than that has what a store that was restored has lost."""
    seq, link = hub.feed.head(agency)
    if after > seq and agency not in hub.ahead:
        hub.ahead.add(agency)
        log.error("reader_is_ahead", agency=agency, count=after - seq)
    return seq, link


async def _events(request: Request, hub: Hub, token: Token, after: int) -> AsyncIterator[bytes]:
    """The stream ends when the reader goes away, its token ends or its agency may no longer read."""
    if who := _still(hub, token):
        await run_in_threadpool(_head, hub, who.agency, after)
    while not await request.is_disconnected() and (who := _still(hub, token)):
        records = await run_in_threadpool(hub.feed.read, who.agency, after, 100)
        for record in records:
            after = record.header.seq
            yield _event(record)
        if not records and not await _news(hub, who.agency, after, _QUIET_SECONDS):
            yield format_sse_event(comment="waiting")


def _still(hub: Hub, token: Token) -> Caller | None:
    try:
        return caller(hub, token)
    except NotAuthenticated:
        return None


def _event(record: FeedRecord) -> bytes:
    text = orjson.dumps(record.as_json()).decode()
    return format_sse_event(data_str=text, event="record", id=str(record.header.seq))


async def _news(hub: Hub, agency: str, after: int, seconds: float) -> bool:
    """Whether a record comes in time. Looks at a number in memory, so that many readers may wait. New policies end
    the waiting: the agency may have been suspended.
    """
    loop, bundle = asyncio.get_running_loop(), hub.bundle
    until = loop.time() + seconds
    while True:
        seen = hub.store.version
        if await run_in_threadpool(hub.feed.wait, agency, after, 0):
            return True
        while hub.store.version == seen:
            if loop.time() >= until or hub.bundle is not bundle:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
