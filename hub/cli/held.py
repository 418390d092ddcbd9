"""`iom-hub held`: what waits to be placed, and what a named person orders (D27)."""

from typing import Annotated, Any

import typer

from hub.cli.terminal import AsAgency, Home, out, quiet_logs, ruled, settings_for, the_user, told_plainly

app = typer.Typer(help="What could not be placed, for the IOM units.", no_args_is_help=True)

Publisher = Annotated[str, typer.Argument(help="Who published it, as the list says.")]
UpdateId = Annotated[str, typer.Argument(help="Its id, as the list says.")]
By = Annotated[str, typer.Option(help="The officer who decides.", show_default=False)]
Because = Annotated[str, typer.Option(help="Why; it stands in the ledger.", show_default=False)]


@app.command("list")
def list_held(as_agency: AsAgency, home: Home = None) -> None:
    """Show what waits, why, who is meant, and who is proposed; nothing is chosen.

    Example: [bold]iom-hub held list --as northshire-iom-unit[/bold]
    """
    from hub.cli.session import session

    quiet_logs()
    with told_plainly(), session(settings_for(home), as_agency, the_user(), "read") as hub:
        held = hub.get("/v1/held")["held"]
    table = ruled("publisher", "id", "kind", "held since", "reason", "who is meant", "proposed")
    for each in held:
        reason = f"{each['reason']} (urgent)" if each["urgent"] else each["reason"]
        meant, proposed = _meant(each), "\n".join(map(_proposed, each["proposed"]))
        table.add_row(each["publisher"], each["id"], each["kind"], each["held_since"], reason, meant, proposed)
    out.print(table)


@app.command("place")
def place(
    publisher: Publisher,
    update_id: UpdateId,
    record: Annotated[str, typer.Option(help="With which record, as this agency knows it.", show_default=False)],
    by: By,
    because: Because,
    as_agency: AsAgency,
    home: Home = None,
) -> None:
    """Place a held update: every partner is told then what it would have been told.

    Example: [bold]iom-hub held place northshire-police 0190f0c4-0000-7000-8000-000000000001 --record
    a0461c54-c6e8-854a-97a5-f5170c911332 --by "A Coordinator" --because "custody confirmed the number"
    --as northshire-iom-unit[/bold]
    """
    _ordered(home, as_agency, f"{publisher}/{update_id}/placing", {"by": by, "because": because, "record": record})


@app.command("discard")
def discard(
    publisher: Publisher, update_id: UpdateId, by: By, because: Because, as_agency: AsAgency, home: Home = None
) -> None:
    """Discard a held update: its content is gone, its receipt and its ledger entry stay.

    Example: [bold]iom-hub held discard northshire-police 0190f0c4-0000-7000-8000-000000000001 --by "A Coordinator"
    --because "nobody of ours" --as northshire-iom-unit[/bold]
    """
    _ordered(home, as_agency, f"{publisher}/{update_id}/discarding", {"by": by, "because": because})


def _ordered(home: Home, agency: str, what: str, order: dict[str, str]) -> None:
    from hub.cli.session import session

    quiet_logs()
    with told_plainly(), session(settings_for(home), agency, the_user(), "publish") as hub:
        done = hub.post(f"/v1/held/{what}", order)
    out.print(f"{done['publisher']} {done['id']}: {done['outcome']}", highlight=False)


def _meant(held: dict[str, Any]) -> str:
    numbers = (f"{name} {value}" for name, value in held["identifiers"].items())
    return "\n".join(filter(None, (held["person"], held["date_of_birth"], *numbers)))


def _proposed(each: dict[str, Any]) -> str:
    grounds = ", ".join(ground.replace("_", " ") for ground in each["grounds"])
    return f"{each['record']} {each['person']} ({grounds})"
