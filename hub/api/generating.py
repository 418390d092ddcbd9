"""What is said to programs, generated: OpenAPI for HTTP, AsyncAPI for brokers. `python -m hub.api.generating` writes
both, `--check` fails when one is out of date.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from hub.adapters.system import SystemClock
from hub.api import asyncapi
from hub.api.app import create_app
from hub.bootstrap import open_hub
from hub.installing import try_out
from hub.settings import Settings

REFERENCE = Path("docs/reference")


def documents() -> Mapping[str, bytes]:
    """Each document by its name, keys sorted."""
    return {"openapi.json": _text(openapi()), "asyncapi.json": _text(asyncapi.document())}


def _text(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def openapi() -> dict[str, Any]:
    """The document of the application."""
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        try_out(settings, None, SystemClock().now())
        hub = open_hub(settings)
        try:
            return create_app(hub).openapi()
        finally:
            hub.close()


def main() -> int:
    """Write or check. Returns the exit code."""
    wanted = documents()
    stale = [name for name, text in wanted.items() if _there(name) != text]
    if "--check" not in sys.argv:
        REFERENCE.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (REFERENCE / name).write_bytes(wanted[name])
        return 0
    for name in stale:
        sys.stderr.write(f"{REFERENCE / name} is out of date; run `make docs`\n")
    return 1 if stale else 0


def _there(name: str) -> bytes | None:
    return (REFERENCE / name).read_bytes() if (REFERENCE / name).exists() else None


if __name__ == "__main__":
    sys.exit(main())
