"""A server that says it is the hub: it fetches the hub's own pages and gives them on as somebody has changed them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Twist = Callable[[dict[str, Any]], Any]
"""What it makes of a page; bytes go out as they are."""


@contextmanager
def lying(hub: str, twist: Twist) -> Iterator[str]:
    """The server's address."""

    class Liar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the library calls
            asked = {"Authorization": self.headers.get("Authorization", "")}
            answer = httpx.get(hub + self.path, headers=asked, timeout=60)
            page = answer.json()
            if self.path.startswith("/v1/feed") and answer.is_success:
                page = twist(page)
            body = page if isinstance(page, bytes) else json.dumps(page).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
