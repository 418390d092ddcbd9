"""`iom-hub ledger`: what the hub can prove."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, out, quiet_logs, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from hub.settings import Settings

app = typer.Typer(help="What the hub can prove of itself.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `verify` a command of its own."""


@app.command("verify")
def verify(
    seen: Annotated[
        list[Path] | None,
        typer.Option(help="A page of a feed, a signed head or a checkpoint that somebody kept; may be given again."),
    ] = None,
    home: Home = None,
) -> None:
    """Check every ledger entry, every feed and every update against each other and against the signatures; and against
    what somebody else saw, which alone shows what a restored store has lost.

    Example: [bold]iom-hub ledger verify --home var/hub[/bold]
    """
    from hub.cli.session import governance

    quiet_logs()
    settings = settings_for(home)
    with told_plainly(), err.status("Verifying …"):
        with governance(settings, the_user()) as hub:
            verdict = hub.get("/v1/ledger/verdict")
        verdict["problems"] += against(settings, seen) if seen else []
        verdict["sound"] = not verdict["problems"]
    for problem in verdict["problems"]:
        out.print(problem, style="red", markup=False, soft_wrap=True)
    counts = ", ".join(f"{verdict[name]} {name}" for name in ("entries", "records", "updates", "checkpoints"))
    out.print(f"{'[green]Sound[/green]' if verdict['sound'] else '[red]Not sound[/red]'}: {counts}")
    if not verdict["sound"]:
        raise typer.Exit(1)


def against(settings: "Settings", seen: list[Path]) -> list[str]:
    """What others saw, and the store does not have. Raises what opening the hub raises."""
    from contextlib import closing

    from hub.adapters.evidence import StoreEvidence
    from hub.bootstrap import open_hub
    from hub.witnessing import contradictions

    with closing(open_hub(settings)) as hub, closing(StoreEvidence(hub.store)) as evidence:
        key = hub.recorder.key.public_key()
        found = [(file, contradictions(file.read_bytes(), evidence, hub.identity, key)) for file in seen]
        return [f"{file}: {each}" for file, sentences in found for each in sentences]
