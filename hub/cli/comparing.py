"""`iom-hub policy diff` and `policy approve`: what a change of the rules would newly tell, and who answers for it."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, out, settings_for, told_plainly

if TYPE_CHECKING:
    from access_policies.approving import Verdict

_COLOURS = {"WIDER": "red", "NARROWER": "green", "GROUND": "yellow", "CHANGED": "cyan"}


def diff(
    old: Annotated[Path, typer.Argument(help="A directory of policies, or a file in canonical form.")],
    new: Annotated[Path, typer.Argument(help="The same, as it would be.")],
    approved: Annotated[Path | None, typer.Option(help="The widening lines that somebody answers for.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_notes: Annotated[bool, typer.Option("--notes", help="Print a note in plain English for each partner.")] = False,
) -> None:
    """Show what NEW tells that OLD did not, and what it no longer tells, in every situation. Ends with 1 when
    something widens that --approved does not name, or when it names what does not occur.

    Example: [bold]iom-hub policy diff access_policies/baseline.json access_policies
    --approved access_policies/approved.yaml[/bold]
    """
    from access_policies.approving import approvals, edition, judge
    from access_policies.noting import notes

    with told_plainly():
        before, after = edition(old), edition(new)
        verdict = judge(before, after, approvals(approved) if approved else ())
    if as_notes:
        typer.echo(notes(before.bundle, after.bundle) or "Nothing changes for any partner.")
    elif as_json:
        typer.echo(_json(verdict))
    else:
        _print(verdict)
    if not verdict.passed:
        raise typer.Exit(1)


def approve(home: Home = None) -> None:
    """Make the policies in force the baseline that later changes are compared with, and empty the approvals. Refused
    while anything widens that the approvals do not name.

    Example: [bold]IOM_HUB_POLICIES=access_policies iom-hub policy approve[/bold]
    """
    from access_policies.approving import APPROVED, BASELINE, move_baseline

    directory = settings_for(home).policy_directory()
    with told_plainly():
        verdict = move_baseline(directory)
    if not verdict.passed:
        _print(verdict)
        raise typer.Exit(1)
    out.print(f"{directory / BASELINE} holds the policies now; {directory / APPROVED} is empty.", soft_wrap=True)


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


def _json(verdict: "Verdict") -> str:
    import json
    from dataclasses import asdict

    changes = [{**asdict(change), "line": str(change)} for change in verdict.changes]
    for change in changes:
        change.pop("cases", None)
    content = {"changes": changes, "not_approved": verdict.unnamed, "does_not_occur": verdict.stale}
    return json.dumps(content, indent=2, ensure_ascii=False)
