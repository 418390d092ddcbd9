"""A request to an application without server and client: what a server would tell it, and what it sends back."""

import asyncio
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI


class Answer(NamedTuple):
    """A status, headers and a body, as they were sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def scope(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """What a server tells an application of a request."""
    url = httpx.URL("http://hub" + path)
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": url.path,
        "raw_path": url.raw_path,
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("hub", 80),
        "state": {},
    }


async def bare(app: FastAPI, method: str, path: str, headers: dict[str, str], content: bytes) -> Answer:
    """Ask, and wait for the whole answer."""
    start: dict[str, Any] = {}
    body, sent = bytearray(), asyncio.Event()
    requests = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in requests:
            return message
        await sent.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        body.extend(message.get("body", b""))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            sent.set()

    await app(scope(method, path, headers), receive, send)  # type: ignore[arg-type]  # plain dictionaries
    return Answer(start["status"], start["headers"], bytes(body))
