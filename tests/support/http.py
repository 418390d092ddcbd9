"""HTTP for tests: an agency's program as a small synchronous client, in process or over a real socket.

Every answer is held to the OpenAPI document: a status, a media type or a body that it does not declare fails the test.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx
import orjson
import uvicorn
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from hub.api.app import create_app
from hub.bootstrap import Hub
from support.bare import Answer, bare, scope
from support.signing import elsewhere

CLOUDEVENTS, JSON, LINES = "application/cloudevents+json", "application/json", "application/x-ndjson"
PROBLEM, STREAM = "application/problem+json", "text/event-stream"
SCOPES = ("publish", "read")


_applications: list[FastAPI] = []


def _application(hub: Hub) -> FastAPI:
    """The application over this hub. It takes long to make and keeps nothing but its hub, so it is made once."""
    if not _applications:
        _applications.append(create_app(hub))
    _applications[0].state.hub = hub
    return _applications[0]


class Door:
    """The application over a hub, asked in process; one at a time. Its loop runs as long as the door is open, so that
    the threads that answer are not started anew for each request.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub, self.app = hub, _application(hub)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://hub")
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._portal = self._open.enter_context(start_blocking_portal())
        self._open.callback(self._portal.call, self._client.aclose)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def request(self, method: str, path: str, *, documented: bool = True, **more: Any) -> httpx.Response:
        """Ask, and hold the answer to the document."""
        response = self._portal.call(partial(self._client.request, method, path, **more))
        if documented:
            check_documented(self.app, method, path.partition("?")[0], response)
        return response

    def bare(self, method: str, path: str, headers: dict[str, str], content: bytes = b"") -> Answer:
        """Ask without a client in between, where thousands of requests are made: what came back, byte for byte."""
        return self._portal.call(bare, self.app, method, path, headers, content)

    def agency(self, agency: str, *scopes: str, sub: str = "a test") -> "Agency":
        """The program of one agency, with fresh tokens of these scopes."""
        return Agency(self, agency, frozenset(scopes or SCOPES), sub)

    def stream(self, path: str, headers: dict[str, str], count: int, seconds: float = 5.0) -> "Stream":
        """A stream's answer, read until `count` events have come or the time is up; then the reader goes away."""
        return self._portal.call(_stream, self.app, path, headers, count, seconds)


@dataclass(frozen=True)
class Agency:
    """One agency's program."""

    door: Door
    name: str
    scopes: frozenset[str]
    sub: str

    def headers(self) -> dict[str, str]:
        """A token of this moment."""
        token = self.door.hub.tokens.issue(self.name, self.sub, self.scopes, self.door.hub.clock.now())
        return {"Authorization": f"Bearer {token}"}

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        """GET with a token."""
        return self.door.request("GET", path, params=params or None, headers=self.headers() | (headers or {}))

    def post(self, path: str, content: Any = b"", media: str = CLOUDEVENTS) -> httpx.Response:
        """POST with a token."""
        return self.door.request("POST", path, content=content, headers=self.headers() | {"Content-Type": media})

    def publish(self, raw: bytes) -> httpx.Response:
        """Publish one update."""
        return self.post("/v1/updates", raw)

    def publish_lines(self, lines: Iterable[bytes]) -> list[dict[str, Any]]:
        """Publish many as NDJSON; one result for each."""
        answer = self.post("/v1/updates", b"\n".join(lines), LINES)
        assert answer.status_code == 200, answer.text
        return [orjson.loads(line) for line in answer.content.splitlines()]

    def stream(self, count: int, headers: dict[str, str] | None = None, **params: Any) -> "Stream":
        """The feed as a stream, up to `count` events."""
        path = str(httpx.URL("/v1/feed", params=params))
        return self.door.stream(path, self.headers() | {"Accept": STREAM} | (headers or {}), count)


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    id: str
    name: str
    data: Any


@dataclass(frozen=True)
class Stream:
    """What came of a stream. `ended` when the hub ended it, and not its reader."""

    status: int
    headers: dict[str, str]
    events: list[Event]
    body: bytes
    ended: bool


async def _stream(app: FastAPI, path: str, headers: dict[str, str], count: int, seconds: float) -> Stream:
    gone = asyncio.Event()
    start: dict[str, Any] = {}
    body = bytearray()
    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in requests:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        body.extend(message.get("body", b""))
        if count and len(events_in(body)) >= count:
            gone.set()

    answering = asyncio.ensure_future(app(scope("GET", path, headers), receive, send))
    leaving = asyncio.ensure_future(gone.wait())
    await asyncio.wait({answering, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    ended = answering.done()
    gone.set()
    await asyncio.gather(answering, leaving)
    found = {name.decode(): value.decode() for name, value in start.get("headers", [])}
    return Stream(start["status"], found, events_in(body), bytes(body), ended)


def events_in(body: bytes | bytearray) -> list[Event]:
    """The complete events of a stream; comments are left out."""
    blocks = bytes(body).decode().replace("\r\n", "\n").split("\n\n")[:-1]
    fields = [dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":") for block in blocks]
    return [Event(each["id"], each["event"], orjson.loads(each["data"])) for each in fields if "data" in each]


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    """The application on a free port of this machine; its address."""
    config = uvicorn.Config(create_app(hub), log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


PROGRAM = str(Path(sys.executable).with_name("iom-hub"))


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a hub's process has in its environment: nothing of the hub's settings but what a test says."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("IOM_HUB_")}
    return plain | {"IOM_HUB_HOME": str(home)} | elsewhere() | more


@dataclass(frozen=True)
class Process:
    """`iom-hub serve`, running."""

    popen: subprocess.Popen[bytes]
    url: str
    seconds: float
    """From its start to its first answer."""
    written: Path
    """Everything it has written, to either stream."""

    def stop(self, seconds: float = 10.0) -> int:
        """Ask it to end (SIGTERM), as an operating system does; its exit code."""
        self.popen.terminate()
        return self.popen.wait(seconds)


@contextmanager
def running(home: Path, **more: str) -> Iterator[Process]:
    """A hub in a process of its own, on a free port; gone when the block ends."""
    home.mkdir(parents=True, exist_ok=True)
    address, started = home / "hub.url", time.monotonic()
    with (home / "written").open("wb") as out:
        popen = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0"], env=environment(home, **more), stdout=out, stderr=subprocess.STDOUT
        )
        try:
            until(lambda: popen.poll() is not None or (address.exists() and _answers(address)))
            assert popen.poll() is None, (home / "written").read_text()
            yield Process(popen, address.read_text(), time.monotonic() - started, home / "written")
        finally:
            popen.kill()
            popen.wait()


def _answers(address: Path) -> bool:
    try:
        return httpx.get(address.read_text() + "/health").is_success
    except (httpx.HTTPError, httpx.InvalidURL, httpx.UnsupportedProtocol):
        return False


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until it holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def check_documented(app: FastAPI, method: str, path: str, response: httpx.Response) -> None:
    """The answer's status, media type and body are those that the document declares for this operation."""
    operation = _operation(app.openapi(), method, path)
    if operation is None:
        return
    status = str(response.status_code)
    assert status in operation["responses"], f"{method} {path}: {status} is not declared"
    if status == "304":
        assert response.content == b""
        return
    media, content = response.headers["content-type"].partition(";")[0], operation["responses"][status]["content"]
    assert media in content, f"{method} {path}: {media} is not declared for {status}"
    if media != LINES and "schema" in content[media]:
        schema = {**content[media]["schema"], "components": app.openapi()["components"]}
        Draft202012Validator(schema).validate(response.json())


def _operation(found: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for template, operations in found["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return operations.get(method.lower())
    return None
