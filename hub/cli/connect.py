"""`iom-hub connect`: a partner's own kit, on its own machine."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from hub.cli.terminal import err, out, ruled
from hub.kit.ways import Over

if TYPE_CHECKING:
    from hub.adapters.hub_http import HubHttp
    from hub.kit.home import KitHome
    from hub.kit.opening import Kit

app = typer.Typer(
    help="A partner's own kit: its feed, its views and its alerts on its own machine.", no_args_is_help=True
)

KitPath = Annotated[
    Path | None,
    typer.Option("--home", help="Where the kit keeps its keys and its store (IOM_HUB_KIT_HOME).", show_default=False),
]


def _home(folder: Path | None) -> "KitHome":
    from hub.kit.home import KitHome, KitSettings

    return KitHome(KitSettings(home=folder) if folder else KitSettings())


@contextmanager
def plainly() -> Iterator[None]:
    """Each failure that somebody can act on as one sentence, and exit code 1."""
    from consumers.practice import UnusablePractice
    from hub.adapters.hub_http import HubRefused
    from hub.adapters.kafka_broker import UnusableBroker
    from hub.adapters.keyfile import NoKey
    from hub.adapters.revisions import UnusableStore
    from hub.adapters.sqlite import StoreInUse
    from hub.chains import Tampered
    from hub.kit.home import NotSetUp
    from hub.ports import Barred, Forked, TryLater
    from hub.sealing import CannotOpen
    from hub.wrapping import TooLarge, UnknownKey

    told = (Barred, CannotOpen, Forked, HubRefused, NoKey, NotSetUp, StoreInUse, Tampered, TooLarge, TryLater)
    try:
        yield
    except (*told, UnknownKey, UnusableBroker, UnusablePractice, UnusableStore, OSError) as failure:
        warn(str(failure))
        raise typer.Exit(1) from None


@contextmanager
def opened(folder: Path | None, *, beside: bool | None = True) -> Iterator["Kit"]:
    """The kit of a home, closed at the end; each failure told plainly. `None`: alone, or beside one that runs."""
    from hub.cli.terminal import quiet_logs
    from hub.kit.opening import open_either, open_kit

    quiet_logs()
    with plainly():
        home = _home(folder)
        kit = open_either(home) if beside is None else open_kit(home, beside=beside)
        try:
            yield kit
        finally:
            kit.close()


def warn(said: str) -> None:
    """Something that changes, in a sentence."""
    err.print(said, style="red", markup=False, soft_wrap=True)


@app.command("setup")
def setup(
    url: Annotated[str, typer.Argument(help="Where the hub is.")],
    as_agency: Annotated[str, typer.Option("--as", help="This agency, as the hub's register names it.")],
    feed: Annotated[
        UUID | None, typer.Option(help="The feed's id, where there is no token to ask for it.", show_default=False)
    ] = None,
    token: Annotated[
        Path | None, typer.Option("--token", help="A file with the hub's token; - reads it.", allow_dash=True)
    ] = None,
    kafka: Annotated[str | None, typer.Option(help="Read from these brokers, and publish to them: host:port,…")] = None,
    kafka_username: Annotated[str | None, typer.Option(help="As whom (IOM_HUB_KIT_KAFKA_PASSWORD).")] = None,
    kafka_ca: Annotated[Path | None, typer.Option(help="Whose certificates the brokers have (PEM).")] = None,
    home: KitPath = None,
) -> None:
    """Set a kit up: make its keys, fetch the hub's public keys once, and pin them.

    Compare the fingerprints with those that the hub's operator gives you by another way.

    Example: [bold]iom-hub connect setup https://hub.northshire.example --as northshire-council-housing
    --token token.txt[/bold]
    """
    from hub.adapters.hub_http import HubHttp
    from hub.kit.home import Brokers

    kept = _home(home)
    with plainly():
        _is_private(url)
        kept.make_keys()
        if token:
            kept.keep_token(typer.get_text_stream("stdin").read() if str(token) == "-" else token.read_text().strip())
        hub = HubHttp(url, kept.token)
        brokers = Brokers(servers=kafka, username=kafka_username, ca=kafka_ca) if kafka else None
        _pin(kept, hub, as_agency, feed, brokers)
        _show_keys(kept)


def _is_private(url: str) -> None:
    """A token goes over no open line, except on this machine."""
    from urllib.parse import urlsplit

    from hub.kit.home import NotSetUp

    found = urlsplit(url)
    if found.scheme != "https" and found.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise NotSetUp("the hub's address must begin with https://")


def _pin(kept: "KitHome", hub: "HubHttp", agency: str, feed: UUID | None, brokers: Any) -> None:
    """What was pinned once is not exchanged by setting up again."""
    from hub.kit.home import NotSetUp
    from hub.kit.setting_up import fetched

    found = fetched(hub, agency, feed, brokers)
    if kept.pins_file.exists():
        before = kept.pinned()
        if (before.ledger, before.feed, before.agency) != (found.ledger, found.feed, found.agency):
            raise NotSetUp(f"{kept.pins_file} pins another hub, feed or agency; begin with a new home")
    kept.pin(found)


def _show_keys(kept: "KitHome") -> None:
    from hub.kit.setting_up import for_the_register
    from hub.wrapping import key_id

    pinned = kept.pinned()
    out.print(f"This kit is {pinned.agency}'s, and reads the feed {pinned.feed}.", soft_wrap=True, highlight=False)
    out.print("The hub's keys, as they are pinned now. Compare them by another way:")
    out.print(f"  ledger    {key_id(bytes.fromhex(pinned.ledger))}  {pinned.ledger}", soft_wrap=True, highlight=False)
    for each in pinned.delivery:
        out.print(f"  delivery  {key_id(bytes.fromhex(each))}  {each}", soft_wrap=True, highlight=False)
    out.print("Your own public keys, for the hub's register (partners.yaml):")
    for line in for_the_register(kept):
        out.print(f"  {line}", soft_wrap=True, highlight=False)


@app.command("run")
def run(
    once: Annotated[bool, typer.Option("--once", help="Read all there is now, then end.")] = False,
    home: KitPath = None,
) -> None:
    """Read the feed, check it, and keep views and alerts, until stopped (SIGTERM or Ctrl-C).

    Example: [bold]iom-hub connect run[/bold]
    Example: [bold]iom-hub connect run --once[/bold]
    """
    from hub.chains import Tampered
    from hub.kit.opening import outlets
    from hub.kit.reading import Ending, Reading
    from hub.ports import Forked
    from hub.wrapping import UnknownKey

    ending = Ending()
    ending.listen()
    with opened(home, beside=False) as kit:
        ways = outlets(kit)
        reading = Reading(kit, ways, warn, ending)
        try:
            reading.once() if once else reading.run()
        except (Forked, Tampered, UnknownKey) as trouble:
            reading.stopped_by(trouble)
            raise
        finally:
            for each in ways:
                each.close()


@app.command("status")
def status(home: KitPath = None) -> None:
    """Show how far the kit has read, and what is in the way.

    Example: [bold]iom-hub connect status[/bold]
    """
    import orjson

    from hub.kit.publishing import answers, in_words

    with opened(home) as kit:
        seq, link = kit.feed.head(kit.agency)
        state = orjson.loads(kit.home.state_file.read_bytes()) if kit.home.state_file.exists() else {"state": "new"}
        table = ruled("what", "how it stands", title=kit.agency)
        table.add_row("state", " ".join(filter(None, (state["state"], state.get("why"), state.get("since")))))
        table.add_row("feed", f"{seq} records, head {link.hex()[:16]}")
        table.add_row("views", f"up to record {kit.hosted.views.position('hosted')}")
        table.add_row("open alerts", str(len(kit.hosted.views.alerts(open_only=True, limit=10_000))))
        for number, said in answers(kit, 10):
            table.add_row(f"answer {number}", in_words(said))
        out.print(table)


@app.command("publish")
def publish(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="One update each, or lines of them.")
    ],
    over: Annotated[
        Over | None,
        typer.Option(help="This way and no other; else the brokers if the kit has any, and HTTP if they are down."),
    ] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for its next answer through the brokers.")] = 30.0,
    home: KitPath = None,
) -> None:
    """Publish updates as this agency, signed with its own key; through the brokers, sealed to the hub as well.

    It ends with 1 unless each has its receipt. To send an update again, by any way, does no harm: an id counts once.

    Example: [bold]iom-hub connect publish placement.json[/bold]
    Example: [bold]iom-hub connect publish today.ndjson --over http[/bold]
    """
    from hub.kit.publishing import Publishing, as_lines

    refused = 0
    with opened(home, beside=_reads_beside(home, over)) as kit, closing(Publishing(kit, over, wait, warn)) as way:
        for file in files:
            for number, result in enumerate(way.publish(as_lines(file.read_bytes())), 1):
                refused += _told(f"{file.name}:{number}", result)
    if refused:
        raise typer.Exit(1)


def _reads_beside(folder: Path | None, over: Over | None) -> bool | None:
    """Through the brokers the answers stand on the feed, which somebody has to read."""
    with plainly():
        return None if over is not Over.HTTP and _home(folder).pinned().kafka else True


def _told(name: str, result: dict[str, Any]) -> int:
    if "receipt" in result:
        out.print(f"{name}: receipt {result['receipt']['id']}", soft_wrap=True, highlight=False)
        return 0
    if "later" in result:
        err.print(f"{name}: {result['later']}", style="yellow", markup=False, soft_wrap=True)
        return 1
    problem = result["problem"]
    errors = "; ".join(f"{e['path']} {e['message']} ({e['rule']})" for e in problem.get("errors", []))
    err.print(f"{name}: {problem['title']} {errors}", style="red", markup=False, soft_wrap=True)
    return 1
