"""Publishing: one update, or many as NDJSON; and the receipt of any update that this agency published."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Request, Response

from hub.answering import Result, receipt
from hub.api.access import Publisher, TheHub
from hub.api.problems import NotFound, body, status_of
from hub.attesting import split
from hub.bootstrap import Hub
from hub.ports import UpdateKey
from hub.receiving import MAX_BYTES, Caller, Problem, Received, Rejected, Voucher, receive
from hub.vouching import vouchers
from schemas.receipts import Receipt

router = APIRouter(tags=["updates"])

MAX_BATCH_BYTES = 8 * 1024 * 1024
_LINES = "application/x-ndjson"
_ONE = ("application/json", "application/cloudevents+json")
Signature = Annotated[
    str | None, Header(description="The publisher's signature of the body, or of its lines; docs/formats.md.")
]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A CloudEvents 1.0 envelope, or one on each line.",
        "content": {
            _ONE[1]: {"schema": {"type": "object"}},
            _ONE[0]: {"schema": {"type": "object"}},
            _LINES: {"schema": {"type": "string"}},
        },
    }
}


@router.post(
    "/updates",
    openapi_extra=_BODY,
    response_model=Receipt,
    responses={200: {"content": {_LINES: {"schema": {"type": "string"}}}, "description": "A receipt, or one a line"}},
)
async def publish(request: Request, hub: TheHub, who: Publisher, iomhub_signature: Signature = None) -> Any:
    """Publish. The receipt is the same whether the update was placed, held, discarded or had come before.

    NDJSON is answered 200 with one result a line, in order: `{"receipt": …}` or `{"problem": …}`.
    """
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media == _LINES:
        return await _publish_lines(await _body(request, MAX_BATCH_BYTES), hub, who, iomhub_signature)
    if media not in _ONE:
        return Response(orjson.dumps(body(415)), 415, media_type="application/problem+json")
    content = await _body(request, MAX_BYTES)
    [voucher] = _vouchers(iomhub_signature, [content], hub, who)
    received = receive(content, who, hub.bundle, hub.clock.now(), voucher)
    [result] = await _accept(hub, [received])
    if isinstance(result, Exception):
        raise result
    return result


async def _body(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise Rejected([Problem("(body)", "too_large", f"has at most {limit} bytes")])
        pieces.append(piece)
    return b"".join(pieces)


async def _accept(hub: Hub, received: list[Received]) -> list[Result | BaseException]:
    futures = [asyncio.wrap_future(future) for future in hub.commits.submit(received)]
    return list(await asyncio.gather(*futures, return_exceptions=True))


def _vouchers(signature: str | None, lines: list[bytes], hub: Hub, who: Caller) -> Sequence[Voucher | None]:
    """None for each line where nothing is signed. Raises `Refused`."""
    if signature is None:
        return [None] * len(lines)
    return vouchers(signature, lines, who.agency, hub.bundle, hub.clock.now().date())


async def _publish_lines(content: bytes, hub: Hub, who: Caller, signature: str | None) -> Response:
    lines = split(content)
    vouched = _vouchers(signature, lines, hub, who)
    checked = [entry async for entry in _checked(zip(lines, vouched, strict=True), hub, who)]
    good = [each for each in checked if isinstance(each, Received)]
    results = iter(await _accept(hub, good))
    answers = [_answer(next(results) if isinstance(each, Received) else each) for each in checked]
    return Response(b"".join(answers), media_type=_LINES)


async def _checked(
    lines: Iterable[tuple[bytes, Voucher | None]], hub: Hub, who: Caller
) -> AsyncIterator[Received | Exception]:
    for number, (line, voucher) in enumerate(lines):
        if number % 100 == 0:
            await asyncio.sleep(0)  # a long batch lets others in
        try:
            yield receive(line, who, hub.bundle, hub.clock.now(), voucher)
        except Exception as failure:  # noqa: BLE001  # each line has its own answer
            yield failure


def _answer(result: Result | BaseException) -> bytes:
    if isinstance(result, Receipt):
        return orjson.dumps({"receipt": result.model_dump(mode="json")}, option=orjson.OPT_APPEND_NEWLINE)
    assert isinstance(result, Exception)
    return orjson.dumps({"problem": body(*status_of(result))}, option=orjson.OPT_APPEND_NEWLINE)


@router.get("/receipts/{update_id}")
def read_receipt(update_id: UUID, hub: TheHub, who: Publisher) -> Receipt:
    """The receipt of an update that this agency published, by the update's id."""
    kept = hub.store.received(UpdateKey(who.agency, update_id))
    if kept is None:
        raise NotFound
    return receipt(kept)
