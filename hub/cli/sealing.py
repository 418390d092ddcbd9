"""`iom-hub seal`: make an envelope, or lines of them, readable for the hub alone before it goes to a broker."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.terminal import err, told_plainly


def seal(
    hub: Annotated[str | None, typer.Option(help="The hub's URL: its key is fetched.", show_default=False)] = None,
    key: Annotated[
        str | None, typer.Option(help="The hub's inbound key in hexadecimal (GET /v1/keys).", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the sealed bytes here, and print the header.", show_default=False)
    ] = None,
) -> None:
    """Seal what comes on standard input to the hub, for a Kafka record. Sign first: a signature covers what is inside.

    Example: [bold]iom-hub seal --hub https://hub.northshire.example --out sealed.bin < arrest.json[/bold]
    """
    from hub.cli.session import Refusal
    from hub.wrapping import SEALED_HEADER, TooLarge, key_id, seal_to_hub

    with told_plainly():
        if (hub is None) == (key is None):
            raise Refusal("name either the hub or its key: --hub URL, or --key HEX")
        try:
            public = bytes.fromhex(key) if key is not None else _fetched(str(hub))
            sealed = seal_to_hub(public, sys.stdin.buffer.read())
        except TooLarge as large:
            raise Refusal(f"{large}; send fewer lines at once") from large
        except ValueError as wrong:
            raise Refusal("a public key is 64 hexadecimal digits") from wrong
    header = f"{SEALED_HEADER}={key_id(public)}"
    if out is None:
        sys.stdout.buffer.write(sealed)
        err.print(header, soft_wrap=True, highlight=False)
    else:
        out.write_bytes(sealed)
        typer.echo(header)


def _fetched(url: str) -> bytes:
    """Over TLS, from the hub that the address names."""
    import httpx

    from hub.cli.session import Refusal

    try:
        found = httpx.get(f"{url.rstrip('/')}/v1/keys", timeout=10.0).raise_for_status().json()["keys"]
        return bytes.fromhex(next(each["public"] for each in found if each["use"] == "inbound" and each["current"]))
    except (httpx.HTTPError, KeyError, StopIteration, ValueError) as failed:
        raise Refusal(f"no key could be fetched from {url}: {type(failed).__name__}") from failed
