"""`iom-hub demo`: a day in Northshire, on the embedded default."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import out, quiet_logs, told_plainly

if TYPE_CHECKING:
    from rich.console import Console

    from hub.bootstrap import Hub
    from hub.demonstration.day import Day
    from hub.demonstration.programme import Step
    from hub.settings import Settings
    from hub.verifying import Verdict

_SETTLE_MINUTES = 0.05
_WIDTH = 124
_BATCH = 500
_CATCH_UP_SECONDS = 30.0


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the summary instead of serving.")] = False,
    home: Annotated[Path, typer.Option(help="The demonstration's own folder; made anew each time.")] = Path("var/demo"),
    port: Annotated[int, typer.Option(help="Where to serve afterwards; another if it is taken.")] = 8700,
    record: Annotated[Path | None, typer.Option(help="Also write the short of it as an SVG picture.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The day alone, without the two years before it.")] = False,
) -> None:
    """360 fake people, twenty agencies, two years and one day: see what each is told, and why.

    Example: [bold]iom-hub demo --once[/bold]
    """
    from rich.console import Console

    from hub.bootstrap import open_hub

    quiet_logs()
    console = Console(width=max(out.width, _WIDTH))
    with told_plainly():
        settings = _fresh(home)
        hub = open_hub(settings)
        try:
            hub.start()
            sound = _summary(console, hub, record, quick=quick)
            if not once:
                _serve(console, hub, port)
        finally:
            hub.close()
    if not sound:
        raise typer.Exit(1)


def _fresh(home: Path) -> "Settings":
    """An empty home: the demonstration's own files are removed, nothing else. It signs its policies itself."""
    from datetime import UTC, datetime

    from hub.installing import TRYING_OUT, key_for_trying_out, try_out
    from hub.settings import Settings

    settings = Settings(home=home, settle_minutes=_SETTLE_MINUTES, database=None)
    made = [settings.store_file.with_name(settings.store_file.name + end) for end in ("", "-wal", "-shm")]
    made += [settings.files.bundle, settings.files.signers, *(key_for_trying_out(home, role) for role in TRYING_OUT)]
    for file in [*made, settings.key_file, settings.address_file]:
        file.unlink(missing_ok=True)
    try_out(settings, None, datetime.now(UTC))
    return settings


def _summary(console: "Console", hub: "Hub", record: Path | None, *, quick: bool) -> bool:
    """Set the scene, play the day, tell it. Returns whether the ledger is sound."""
    from hub.demonstration import day, telling

    _set_the_scene(console, hub, quick=quick)
    with console.status("Playing the day …"):
        played = day.play(hub)
    telling.tell(console, hub, played)
    hub.recorder.checkpoint()
    found = hub.verify()
    telling.verdict(console, found)
    if record:
        _record(record, hub, played, found)
    return found.sound


def _record(file: Path, hub: "Hub", played: "Day", found: "Verdict") -> None:
    """The short of it as a picture that loads nothing from elsewhere."""
    import io
    import re

    from rich.console import Console

    from hub.demonstration import telling

    picture = Console(width=_WIDTH, record=True, file=io.StringIO())
    telling.tell(picture, hub, played, brief=True)
    telling.verdict(picture, found)
    text = picture.export_svg(title="iom-hub demo --once")
    file.write_text(re.sub(r"@font-face \{.*?\}", "", text, flags=re.DOTALL), encoding="utf-8")


def _set_the_scene(console: "Console", hub: "Hub", *, quick: bool) -> None:
    from rich.progress import Progress

    from hub.demonstration import programme, years

    long_ago = programme.a_while_ago(hub, weeks=years.WEEKS + 1)
    history = [] if quick else list(years.history(programme.a_while_ago(hub, days=1), often=2))
    with Progress(console=console, transient=True) as progress:
        _take(hub, progress.track(list(programme.decisions(long_ago)), description=f"{programme.PEOPLE} people"))
        before = hub.feed.head(programme.UNIT)[0]
        _take(hub, progress.track(list(programme.involvement(long_ago)), description="Who works with whom"))
        _take(hub, progress.track(list(programme.confirmations(hub, before)), description="Confirmed (D12)"))
        _take(hub, progress.track(list(programme.consents(long_ago)), description="Consents"))
        _take(hub, progress.track(list(programme.histories()), description="Thirty real histories"))
        _take(hub, progress.track(history, description="Two years, week by week"))
    with console.status("Views take in the last of it …"):
        _let_views_catch_up(hub)
    console.print(
        f"{programme.PEOPLE} fake people, 30 real risk histories of five scores each, "
        f"{len(hub.bundle.policies.partners)} agencies, two years in {len(history):,} updates; policies "
        f"{hub.bundle.digest[:12]}, signed with keys of its own",
        highlight=False,
    )


def _let_views_catch_up(hub: "Hub") -> None:
    """What is measured on the day is the day's, and not what two years in a minute left behind."""
    end = time.monotonic() + _CATCH_UP_SECONDS
    while time.monotonic() < end:
        if all(hosted.position == hub.feed.head(agency)[0] for agency, hosted in hub.hosted.items()):
            return
        time.sleep(0.02)


def _take(hub: "Hub", steps: Iterable["Step"]) -> None:
    from hub.demonstration.programme import ready

    for batch in _batches(steps):
        for result in hub.commits.accept([ready(hub, step) for step in batch]):
            if isinstance(result, Exception):
                raise result


def _batches(steps: Iterable["Step"]) -> Iterator[list["Step"]]:
    batch = []
    for step in steps:
        batch.append(step)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _serve(console: "Console", hub: "Hub", port: int) -> None:
    from hub.cli.serve import listen, listening_port

    port = listening_port(hub.settings.host, port)
    _invite(console, hub, f"http://{hub.settings.host}:{port}")
    listen(hub, hub.settings.host, port)


def _invite(console: "Console", hub: "Hub", url: str) -> None:
    """Three lines to try in another terminal: one follows a feed live, one publishes, one reads the alerts."""
    import sys

    from hub.demonstration.programme import HOUSING, POLICE

    program = f"{Path(sys.argv[0])} agency token"
    update = _an_update_to_try(hub)
    after = hub.feed.head(HOUSING)[0]

    def bearer(agency: str) -> str:
        return f'-H "Authorization: Bearer $({program} {agency} --sub you --minutes 60 --home {hub.settings.home})"'

    console.rule("[bold]Try it, in another terminal")
    stream, json = '-H "Accept: text/event-stream"', '-H "Content-Type: application/cloudevents+json"'
    lines = {
        "Follow the housing feed live": f'curl -N {stream} {bearer(HOUSING)} "{url}/v1/feed?after={after}"',
        "Publish an arrest as the police": f"curl {json} {bearer(POLICE)} --data-binary @{update} {url}/v1/updates",
        "Read the alerts of housing": f"curl {bearer(HOUSING)} {url}/v1/alerts",
    }
    for what, line in lines.items():
        console.print(f"\n[bold]{what}[/bold]")
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    console.print(f"\nServing at {url}, described at {url}/openapi.json; Ctrl-C stops.", highlight=False)


def _an_update_to_try(hub: "Hub") -> Path:
    from hub.demonstration.programme import POLICE, Step, a_while_ago, person, ready

    at = a_while_ago(hub, minutes=1)
    data = {"arrested_at": at.isoformat(), "station": "Northshire Central", "alleged_offence": "criminal damage"}
    file = hub.settings.home / "arrest.json"
    file.write_bytes(ready(hub, Step(POLICE, "custody.person.arrested", {**person(10), **data}, at)).raw)
    return file
