"""`iom-hub serve`: run the hub on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, settings_for, told_plainly

if TYPE_CHECKING:
    from socket import socket

    from hub.bootstrap import Hub


def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Where to listen (IOM_HUB_HOST).", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Where to listen (IOM_HUB_PORT).", show_default=False)] = None,
) -> None:
    """Run the hub until it is stopped (SIGTERM or Ctrl-C finishes what was begun).

    Example: [bold]iom-hub serve --home var/hub[/bold]
    """
    from hub import telemetry
    from hub.bootstrap import open_hub
    from hub.cli.lookout import lookout

    settings = settings_for(home)
    telemetry.configure()
    with told_plainly():
        hub = open_hub(settings)
        try:
            hub.start()
            with lookout(hub):
                listen(hub, host or settings.host, settings.port if port is None else port)
        finally:
            hub.close()


def listen(hub: "Hub", host: str, port: int) -> None:
    """Serve the API until stopped; meanwhile the home says at which URL."""
    import signal
    import sys

    import uvicorn

    from hub.api.app import create_app

    app = create_app(hub)
    # uvicorn stops on the signal and then raises it again: left to itself that would end the process, nothing closed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _listener(host, port) as listener:
        url = f"http://{host}:{listener.getsockname()[1]}"
        _announce(hub, url)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            hub.settings.address_file.unlink(missing_ok=True)


def _listener(host: str, port: int) -> "socket":
    """The socket. Raises `OSError`, which names the address and what to do."""
    import os
    import socket

    try:
        return socket.create_server((host, port))
    except OSError as failed:
        reason = os.strerror(failed.errno) if failed.errno and failed.errno > 0 else failed.strerror
        raise OSError(failed.errno, f"{reason}; choose another --host or --port", f"{host}:{port}") from None


def listening_port(host: str, port: int) -> int:
    """The port, or a free one if it is taken."""
    import socket

    for wanted in (port, 0):
        try:
            with socket.create_server((host, wanted)) as free:
                return int(free.getsockname()[1])
        except OSError:
            continue
    return port


def _announce(hub: "Hub", url: str) -> None:
    from hub.offering import in_words

    address: Path = hub.settings.address_file
    address.write_text(url, encoding="ascii")
    rules, signed_by = hub.governing.in_force, ", ".join(hub.governing.in_force.signed_by)
    err.print(f"Listening at {url}", soft_wrap=True)
    said = f"Policies version {rules.version}, {rules.bundle.digest[:12]}, signed by {signed_by}"
    err.print(said, soft_wrap=True, highlight=False)
    for line in in_words(rules.undecided):
        err.print(line, style="yellow", markup=False, soft_wrap=True)
    if hub.governing.alarm:
        err.print(hub.governing.alarm, style="red", markup=False, soft_wrap=True)
