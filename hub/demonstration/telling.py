"""Telling the day: side by side what each partner received of one update, and why."""

import re
from collections import defaultdict
from collections.abc import Mapping

from pydantic import JsonValue
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hub.bootstrap import Hub
from hub.demonstration.day import Day, message_ids
from hub.demonstration.programme import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, lately
from hub.explaining import Cell, explain_update
from hub.ports import UpdateKey
from hub.verifying import Verdict

SHORT = {
    POLICE: "Police",
    PROBATION: "Probation",
    PRISON: "Prison",
    UNIT: "IOM unit",
    HOUSING: "Housing",
    HOSTEL: "Hostel",
    DRUGS: "Drugs",
}
_HEADINGS = frozenset({"source", "occurred_at", "author_role", "recorded_as", "handling", "identifiers"})
_WIDEST = 14


def tell(out: Console, hub: Hub, day: Day, *, brief: bool = False) -> None:
    """The whole summary but the verdict; `brief` leaves out why."""
    out.rule("[bold]The day")
    for sentence in day.told:
        out.print(f" • {sentence}", soft_wrap=True, highlight=False)
    for title, key in (("The same arrest", day.arrest), ("The same release plan", day.plan)):
        out.rule(f"[bold]{title}, as each partner received it")
        _side_by_side(out, hub, key)
        if not brief:
            _why(out, hub, key)
    _latency(out, day)


def _side_by_side(out: Console, hub: Hub, key: UpdateKey) -> None:
    told, cells = _told(hub, key), _cells(hub, key)
    present = dict.fromkeys(name for values in told.values() for name in values)
    order = [cell.field for cell in next(iter(cells.values()))]
    table = Table(padding=(0, 1), box=SIMPLE_HEAD, show_edge=False)
    table.add_column("field", no_wrap=True)
    for title in SHORT.values():
        table.add_column(title, no_wrap=True, overflow="ellipsis", min_width=len(title), max_width=_WIDEST)
    for name in (each for each in order if each in present and each not in _HEADINGS):
        outcomes = {agency: _outcome(cells[agency], name) for agency in SHORT}
        table.add_row(name, *(_shown(told[agency].get(name), outcomes[agency]) for agency in SHORT))
    out.print(table)
    out.print("[yellow]yellow[/yellow]: masked · –: nothing · envelope fields and identifiers are left out here\n")


def _told(hub: Hub, key: UpdateKey) -> dict[str, Mapping[str, JsonValue]]:
    """What stands on each partner's feed. A state that was dropped since stands there no more."""
    found: dict[str, Mapping[str, JsonValue]] = {agency: {} for agency in SHORT}
    for agency, message_id in message_ids(hub, key).items():
        for disclosure in lately(hub, agency):
            if disclosure.message_id == message_id:
                found[agency] = disclosure.told
    return found


def _cells(hub: Hub, key: UpdateKey) -> dict[str, list[Cell]]:
    with hub.archive() as archive:
        found = explain_update(archive, hub.governing.bundle_of, key)
    return {agency: told.cells for agency, told in found.partners.items()}


def _outcome(cells: list[Cell], name: str) -> str:
    return next(cell.outcome for cell in cells if cell.field == name)


def _shown(value: JsonValue, outcome: str) -> str:
    if value is None:
        return "[dim]–[/dim]"
    text = _short(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return f"[yellow]{text}[/yellow]" if outcome == "masked" else text


def _short(text: str) -> str:
    """A time without its seconds; a name without what all names here begin with."""
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", text):
        return f"{text[5:10]} {text[11:16]}"
    return text.removeprefix("Fictional ")


def _why(out: Console, hub: Hub, key: UpdateKey) -> None:
    cells = _cells(hub, key)
    table = Table("partner", "", "fields", "why", padding=(0, 1), box=SIMPLE_HEAD, show_edge=False)
    for agency, name in SHORT.items():
        for row, ((outcome, reason), fields) in enumerate(sorted(_grouped(cells[agency]).items())):
            style = "red" if outcome == "withheld" else "green"
            shown = f"[{style}]{outcome}[/{style}]"
            table.add_row("" if row else f"[bold]{name}", shown, ", ".join(fields), reason)
        table.add_section()
    out.print("[bold]Why, for information governance[/bold]")
    out.print(table)


def _grouped(cells: list[Cell]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in cells:
        if cell.reason != "not in this update":
            groups["told" if cell.outcome == "masked" else cell.outcome, cell.reason].append(cell.field)
    return groups


def _latency(out: Console, day: Day) -> None:
    out.rule("[bold]From publishing the arrest to the partner's alert")
    for agency, seconds in day.latency.items():
        out.print(f" • {SHORT[agency]}: {seconds * 1000:.0f} ms", highlight=False)


def verdict(out: Console, found: Verdict) -> None:
    """The ledger's verdict."""
    out.rule("[bold]The ledger")
    word = "[green]sound[/green]" if found.sound else "[red]NOT SOUND[/red]"
    out.print(
        f" • {word}: {found.entries} entries, {found.records} feed records, {found.updates} updates, "
        f"{found.checkpoints} signed checkpoints checked",
        highlight=False,
    )
    for problem in found.problems:
        out.print(f"   {problem}", markup=False)
