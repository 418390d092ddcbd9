"""The OpenAPI document, generated: `python -m hub.api.generating` writes it, `--check` fails when it is out of date."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from hub.adapters.system import SystemClock
from hub.api.app import create_app
from hub.bootstrap import open_hub
from hub.installing import try_out
from hub.settings import Settings

PAGE = Path("docs/reference/openapi.json")


def document() -> bytes:
    """The document of the application, keys sorted."""
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        try_out(settings, None, SystemClock().now())
        hub = open_hub(settings)
        try:
            found = create_app(hub).openapi()
        finally:
            hub.close()
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def main() -> int:
    """Write or check. Returns the exit code."""
    text = document()
    if "--check" not in sys.argv:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_bytes(text)
        return 0
    if PAGE.exists() and PAGE.read_bytes() == text:
        return 0
    sys.stderr.write(f"{PAGE} is out of date; run `make docs`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
