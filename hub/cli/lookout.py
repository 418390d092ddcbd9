"""The lookout of a process: `/ready` and `/metrics`, on this machine alone, on a port of their own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

from hub.cli.terminal import err

if TYPE_CHECKING:
    from hub.bootstrap import Hub

LOOPBACK = "127.0.0.1"
Answer = tuple[int, str, bytes]


@contextmanager
def lookout(hub: "Hub") -> Iterator[None]:
    """Answers until the block ends, where the settings name a port. Raises `OSError` when it is taken."""
    if hub.settings.metrics_port is None:
        yield
        return
    server = ThreadingHTTPServer((LOOPBACK, hub.settings.metrics_port), _handler(hub))
    err.print(f"Metrics at http://{LOOPBACK}:{server.server_port}/metrics", soft_wrap=True, highlight=False)
    threading.Thread(target=server.serve_forever, name="lookout", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def answer(hub: "Hub", path: str) -> Answer:
    """Status, media type and content."""
    match path.partition("?")[0]:
        case "/ready":
            found = hub.attending.found()
            said = {"status": found.status, "causes": found.causes, "degraded": found.degraded}
            return 503 if found.causes else 200, "application/json", json.dumps(said).encode()
        case "/metrics":
            return 200, "text/plain; version=0.0.4; charset=utf-8", hub.meters.text()
        case _:
            return 404, "text/plain", b"only /ready and /metrics\n"


def _handler(hub: "Hub") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout: ClassVar[float] = 10.0
        server_version, sys_version = "iom-hub", ""

        def do_GET(self) -> None:
            status, media, content = answer(hub, self.path)
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Whoever asks every few seconds is not worth a line."""

    return Handler
