"""`iom-hub import`: what an agency has in a spreadsheet, published row by row."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import AsAgency, Home, err, out, quiet_logs, ruled, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from hub.adapters.imports import Draft, Entry, Wrong
    from hub.cli.session import Session
    from hub.settings import Settings

    Reading = Callable[[bytes, str], list[Entry]]

app = typer.Typer(
    help="Publish what stands in a spreadsheet, saved as CSV UTF-8: each row as updates of the agency that runs it.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The spreadsheet, saved as CSV UTF-8.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Publish nothing; say of every row what it would.")]


@app.command("caseload")
def caseload(file: File, as_agency: AsAgency, dry_run: DryRun = False, home: Home = None) -> None:
    """Import today's caseload: cohorts, scores, who works with whom, consents. Running it again is harmless.

    The columns are in docs/publishing.md. A row with anything wrong is named by row, column and rule, and the others
    are published.

    Example: [bold]iom-hub import caseload caseload.csv --as northshire-iom-unit --dry-run[/bold]
    """
    from hub.adapters.caseload import read

    _import(file, as_agency, dry_run, home, read)


@app.command("custody-log")
def custody_log(file: File, as_agency: AsAgency, dry_run: DryRun = False, home: Home = None) -> None:
    """Import a custody log: arrests, and how they ended. Import the whole log as often as you like.

    The columns are in docs/publishing.md. Whoever is not on the programme is counted and discarded. A row with anything
    wrong is named by row, column and rule, and the others are published.

    Example: [bold]iom-hub import custody-log log.csv --as northshire-police[/bold]
    """
    from hub.adapters.custody_log import read

    _import(file, as_agency, dry_run, home, read)


def _import(file: Path, agency: str, dry_run: bool, home: Path | None, read: "Reading") -> None:
    from hub.cli.session import session

    quiet_logs()
    settings = settings_for(home)
    with told_plainly():
        entries = _checked(_read(file, agency, read), agency, settings)
        wrong = [each for entry in entries for each in entry.wrong]
        if dry_run:
            _show(entries)
        else:
            with session(settings, agency, the_user(), "publish") as hub:
                wrong += _publish(hub, entries)
    for each in wrong:
        _report(each)
    if wrong:
        raise typer.Exit(1)


def _read(file: Path, agency: str, read: "Reading") -> "list[Entry]":
    from hub.adapters.spreadsheets import Unreadable

    try:
        return read(file.read_bytes(), agency)
    except Unreadable as unreadable:
        err.print(f"{file.name}: {unreadable}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _checked(entries: "list[Entry]", agency: str, settings: "Settings") -> "list[Entry]":
    """Held to the rules in force, as the hub will hold them."""
    from hub.adapters.imports import checked
    from hub.bootstrap import bundle_in_force
    from hub.cli.session import held_to_register
    from hub.receiving import Caller

    bundle = bundle_in_force(settings)
    held_to_register(bundle, agency)
    return checked(entries, Caller(agency, the_user()), bundle, datetime.now(UTC))


def _show(entries: "Sequence[Entry]") -> None:
    """What every row would publish. Nothing of what it says is repeated."""
    table = ruled("Row", "Would publish")
    for entry in entries:
        kinds = ", ".join(draft.kind for draft in entry.drafts)
        table.add_row(str(entry.row), kinds or entry.passed_over or "nothing: see below")
    out.print(table)
    updates, rows = sum(len(entry.drafts) for entry in entries), sum(bool(entry.drafts) for entry in entries)
    out.print(f"{updates} updates from {rows} of {len(entries)} rows; nothing was published")


def _publish(hub: "Session", entries: "Sequence[Entry]") -> "list[Wrong]":
    """Publish every good row in order, with a bar. Returns what the hub found wrong."""
    from rich.progress import Progress

    from hub.cli.publish import LINES

    drafts = [(entry.row, draft) for entry in entries for draft in entry.drafts]
    wrong: list[Wrong] = []
    acknowledged = 0
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("Publishing", total=len(drafts))
        for start in range(0, len(drafts), LINES):
            chunk = drafts[start : start + LINES]
            refused = [*_refused(hub, chunk)]
            acknowledged += len(chunk) - len(refused)
            wrong += [each for said in refused for each in said]
            progress.advance(task, len(chunk))
    passed = sum(entry.passed_over is not None for entry in entries)
    out.print(f"{acknowledged} of {len(drafts)} updates acknowledged; rows passed over: {passed}")
    return wrong


def _refused(hub: "Session", chunk: "Sequence[tuple[int, Draft]]") -> "Iterator[list[Wrong]]":
    """For each update that the hub refused, what is wrong with it."""
    from hub.adapters.imports import problems_in, told
    from hub.cli.publish import send

    for (row, draft), result in zip(chunk, send(hub, [draft.raw for _, draft in chunk]), strict=True):
        if "problem" in result:
            yield [*told(row, draft, problems_in(result["problem"]))]


def _report(wrong: "Wrong") -> None:
    said = f"row {wrong.row}, column {wrong.column}: {wrong.message} ({wrong.rule})"
    err.print(said, style="red", markup=False, soft_wrap=True)
