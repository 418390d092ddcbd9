"""`iom-hub policy diff` and `policy approve`: what a change of the rules would newly tell, and who answers for it."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.editions import EDITION
from hub.cli.replays import days
from hub.cli.terminal import Home, err, out, quiet_logs, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from access_policies.approving import Verdict
    from access_policies.compiling import Bundle
    from hub.cli.replays import Replayed
    from hub.settings import Settings

_COLOURS = {"WIDER": "red", "NARROWER": "green", "GROUND": "yellow", "CHANGED": "cyan"}
_ROW = ("agency", "kind", "field", "how")


def diff(
    old: Annotated[str, typer.Argument(help=EDITION)],
    new: Annotated[str, typer.Argument(help="The same, as it would be.")],
    approved: Annotated[Path | None, typer.Option(help="The widening lines that somebody answers for.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_notes: Annotated[bool, typer.Option("--notes", help="Print a note in plain English for each partner.")] = False,
    replay: Annotated[
        str | None, typer.Option(help="Also decide the real traffic of so many days anew, for example 30d.")
    ] = None,
    home: Home = None,
) -> None:
    """Show what NEW tells that OLD did not, and what it no longer tells, in every situation.

    Ends with 1 when something widens that --approved does not name, or when it names what does not occur.

    With --replay it also counts for each partner what real traffic would newly have told, or no longer, with a note.

    Nothing is changed; the ledger says who asked for a replay.

    Example: [bold]iom-hub policy diff in-force draft --replay 30d[/bold]
    """
    from access_policies.approving import approvals, judge
    from hub.cli.editions import edition_named

    settings, back = settings_for(home), days(replay) if replay else None
    with told_plainly():
        before, after = edition_named(old, settings), edition_named(new, settings)
        verdict = judge(before, after, approvals(approved) if approved else ())
        replayed = _replayed(settings, before, after, back) if back else None
    if as_json:
        typer.echo(_json(verdict, replayed))
    elif as_notes and not back:
        typer.echo(_notes(before, after))
    else:
        _print(verdict)
        _print_replay(replayed, back, _notes(before, after))
    if not verdict.passed:
        raise typer.Exit(1)


def _replayed(settings: "Settings", before: "Bundle", after: "Bundle", back: int) -> "Replayed":
    from hub.cli.replays import replay
    from hub.cli.session import governance

    quiet_logs()
    with governance(settings, the_user()) as hub:
        return replay(hub, before, after, back)


def _notes(before: "Bundle", after: "Bundle") -> str:
    from access_policies.noting import notes

    return notes(before, after) or "Nothing changes for any partner."


def _print_replay(replayed: "Replayed | None", back: int | None, notes: str) -> None:
    from hub.cli.replays import table_of

    if replayed is None:
        return
    updates, found = replayed
    out.print(f"\nOf the {updates} updates of the last {back} days:", highlight=False)
    out.print(table_of(found) if found else "Nothing would have been told otherwise.")
    typer.echo(f"\n{notes.rstrip()}")


def approve(home: Home = None) -> None:
    """Make the draft the baseline that later changes are compared with, and empty its approvals.

    Refused while anything widens that the approvals do not name. The rules in force stay as they are.

    Example: [bold]IOM_HUB_POLICIES=access_policies iom-hub policy approve[/bold]
    """
    from access_policies.approving import APPROVED, BASELINE, move_baseline

    directory = settings_for(home).policy_directory()
    with told_plainly():
        verdict = move_baseline(directory)
    if not verdict.passed:
        _print(verdict)
        raise typer.Exit(1)
    out.print(f"{directory / BASELINE} holds the draft now; {directory / APPROVED} is empty.", soft_wrap=True)


def _print(verdict: "Verdict") -> None:
    for change in verdict.changes:
        out.print(str(change), style=_COLOURS[change.direction], markup=False, highlight=False, soft_wrap=True)
    for line in verdict.unnamed:
        err.print(f"not approved: {line}", style="red", markup=False, highlight=False, soft_wrap=True)
    for line in verdict.stale:
        err.print(f"approved, but does not occur: {line}", style="red", markup=False, highlight=False, soft_wrap=True)
    counts = Counter[str](change.direction for change in verdict.changes)
    summary = ", ".join(f"{counts[direction]} {direction}" for direction in _COLOURS)
    out.print(f"{summary}; {len(verdict.unnamed)} not approved", highlight=False)


def _json(verdict: "Verdict", replayed: "Replayed | None") -> str:
    import json
    from dataclasses import asdict

    changes = [{**asdict(change), "line": str(change)} for change in verdict.changes]
    for change in changes:
        change.pop("cases", None)
    content: dict[str, Any] = {
        "changes": changes,
        "not_approved": verdict.unnamed,
        "does_not_occur": verdict.stale,
    }
    if replayed:
        rows = [dict(zip((*_ROW, "count"), (*key, count), strict=True)) for key, count in sorted(replayed[1].items())]
        content["replay"] = {"updates": replayed[0], "rows": rows}
    return json.dumps(content, indent=2, ensure_ascii=False)
