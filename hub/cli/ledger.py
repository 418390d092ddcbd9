"""`iom-hub ledger`: what the hub can prove."""

import typer

from hub.cli.terminal import Home, err, out, quiet_logs, settings_for, the_user, told_plainly

app = typer.Typer(help="What the hub can prove of itself.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `verify` a command of its own."""


@app.command("verify")
def verify(home: Home = None) -> None:
    """Check every ledger entry, every feed and every update against each other and against the signatures.

    Example: [bold]iom-hub ledger verify --home var/hub[/bold]
    """
    from hub.cli.session import governance

    quiet_logs()
    with told_plainly(), governance(settings_for(home), the_user()) as hub, err.status("Verifying …"):
        verdict = hub.get("/v1/ledger/verdict")
    for problem in verdict["problems"]:
        out.print(problem, style="red", markup=False, soft_wrap=True)
    counts = ", ".join(f"{verdict[name]} {name}" for name in ("entries", "records", "updates", "checkpoints"))
    out.print(f"{'[green]Sound[/green]' if verdict['sound'] else '[red]Not sound[/red]'}: {counts}")
    if not verdict["sound"]:
        raise typer.Exit(1)
