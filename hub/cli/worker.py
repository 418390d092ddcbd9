"""`iom-hub worker`: one process of several on one database, for what its roles are."""

import signal
import threading
from typing import Annotated

import typer

from hub.cli.terminal import Home, err, settings_for, told_plainly


def worker(
    roles: Annotated[list[str], typer.Argument(help="accept, carry, consume: one of them, or several.")],
    home: Home = None,
) -> None:
    """Take in from the brokers, carry to them, or fold views and raise alerts, until stopped.

    Any number of these run on one PostgreSQL (IOM_HUB_DATABASE). SIGTERM or Ctrl-C finishes what was begun; a second
    one ends at once.

    Example: [bold]iom-hub worker accept carry --home var/hub[/bold]
    """
    from hub import telemetry
    from hub.adapters.systemd import tell
    from hub.bootstrap import open_hub
    from hub.cli.lookout import lookout
    from hub.working import worker_roles

    asked = _asked_to_stop()
    settings = settings_for(home)
    telemetry.configure()
    with told_plainly():
        hub = open_hub(settings, roles=worker_roles(roles, settings))
        try:
            hub.watchdog.on_good = lambda: tell("WATCHDOG=1")
            hub.start()
            with lookout(hub):
                err.print(f"Working: {', '.join(sorted(hub.roles))}", soft_wrap=True, highlight=False)
                tell("READY=1")
                asked.wait()
                tell("STOPPING=1")
                hub.close()
        finally:
            hub.close()


def _asked_to_stop() -> threading.Event:
    """Set by the first signal; the second is the system's again."""
    asked = threading.Event()

    def stop(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return asked
