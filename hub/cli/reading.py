"""`iom-hub case` and `iom-hub feed`: read and ask as a partner does; a case has its ledger entry first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import exports
from hub.cli.terminal import AsAgency, Home, err, out, quiet_logs, ruled, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from hub.cli.session import Session

case_app = typer.Typer(help="What an agency's view holds of a person.", no_args_is_help=True)
feed_app = typer.Typer(invoke_without_command=True)
feed_app.command("export")(exports.export)

_STRUCTURE = ("message_id", "kind", "bundle", "record")


@case_app.command("show")
def show(
    as_agency: AsAgency,
    record: Annotated[str | None, typer.Argument(help="A record id from the list; all people when left out.")] = None,
    cohort: Annotated[str | None, typer.Option(help="Only who is in this cohort.")] = None,
    home: Home = None,
) -> None:
    """Show what this agency holds: everybody, or one person fact by fact.

    Example: [bold]iom-hub case show --as northshire-council-housing[/bold]
    Example: [bold]iom-hub case show --as northshire-probation --cohort Fixed[/bold]
    """
    from hub.cli.session import session

    quiet_logs()
    with told_plainly(), session(settings_for(home), as_agency, the_user(), "read") as hub:
        if record:
            _one(hub.get(f"/v1/cases/{record}"))
        else:
            _all(hub, {"cohort": cohort} if cohort else {})


@case_app.command("check")
def check(
    record: Annotated[str, typer.Argument(help="The record id, as the agency knows the person.")],
    as_agency: AsAgency,
    place: Annotated[str, typer.Option(help="The place, as the agency numbers it.", show_default=False)],
    postcode: Annotated[str, typer.Option(help="Where the place is.", show_default=False)],
    home: Home = None,
) -> None:
    """Ask whether a person may be placed somewhere; the answer is the same whoever lives there.

    Example: [bold]iom-hub case check a0461c54-c6e8-854a-97a5-f5170c911332 --as open-door-hostel --place room-7
    --postcode "ZZ1 1ZZ"[/bold]
    """
    from hub.cli.session import session

    quiet_logs()
    with told_plainly(), session(settings_for(home), as_agency, the_user(), "read") as hub:
        asked = {"record": record, "place": place, "postcode": postcode}
        for what, answer in hub.post("/v1/placements/check", asked).items():
            out.print(f"{what}: {answer.replace('_', ' ')}", highlight=False)


HEAD = ("record", "person", "programme", "supervision")
"""What a list of people says of each."""


def line(case: dict[str, Any]) -> list[str]:
    """One person in such a list; of what this agency was not told nothing is said."""
    return [case["record"], case["person"] or "", programme(case["programme"]), supervision(case["supervision"])]


def programme(said: dict[str, Any]) -> str:
    """Somebody's place on the programme, in a few words."""
    place = "left" if said["left"] else said["cohort"]
    since = f"since {said['since'][:10]}" if said["since"] else ""
    standing = {True: "statutory", False: "not statutory"}.get(said["statutory"], "")
    return ", ".join(filter(None, (place, since, standing, said["age_group"])))


def supervision(said: dict[str, Any]) -> str:
    """How closely somebody is supervised, in a few words."""
    of = (("contact", "contact"), ("licence to", "licence_ends_on"), ("breach", "breach"), ("next", "next_appointment"))
    return ", ".join(f"{word} {said[name]}" for word, name in of if said[name])


def _all(hub: "Session", wanted: dict[str, str]) -> None:
    table, after = ruled(*HEAD), None
    while page := hub.get("/v1/cases", **wanted, **({"after": after} if after else {}))["cases"]:
        for case in page:
            table.add_row(*line(case))
        after = page[-1]["record"]
    out.print(table)


def _one(view: dict[str, Any]) -> None:
    out.print(f"{programme(view['programme'])}\n{supervision(view['supervision'])}".strip(), highlight=False)
    table = ruled("fact", "when", "days old", "last confirmed", "from", "as", "stands", "told")
    for fact in view["facts"]:
        told = "\n".join(f"{name}: {_short(value)}" for name, value in fact["told"].items())
        who = " · ".join(filter(None, (fact["source"], fact["author_role"])))
        stands = fact["certainty"] or ""
        age = "" if fact["age_days"] is None else str(fact["age_days"])
        last = (fact["last_confirmed"] or "") + past(fact["past_age"])
        table.add_row(fact["kind"], fact["occurred_at"] or "", age, last, who, fact["recorded_as"] or "", stands, told)
    out.print(table)


def past(age: dict[str, Any] | None) -> str:
    """Which pack says that it is past its age."""
    return f" (over {age['days']} days: {age['pack']} {age['version']})" if age else ""


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@feed_app.callback()
def feed(
    context: typer.Context,
    as_agency: Annotated[
        str | None, typer.Option("--as", help="The agency to act as, for example northshire-police.")
    ] = None,
    after: Annotated[int, typer.Option(min=0, help="The last sequence already seen.")] = 0,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for more until stopped with Ctrl-C.")] = False,
    home: Home = None,
) -> None:
    """Print an agency's feed, one record a line, its proofs checked.

    Example: [bold]iom-hub feed --as northshire-probation --follow[/bold]
    """
    from hub.cli.session import session

    if context.invoked_subcommand:
        return
    if as_agency is None:
        raise typer.BadParameter("is required", param_hint="--as")
    quiet_logs()
    with told_plainly(), session(settings_for(home), as_agency, the_user(), "read") as hub:
        for record in pages(hub, after, follow=follow):
            _print_record(record)


def pages(hub: "Session", after: int = 0, *, follow: bool = False) -> Iterator[dict[str, Any]]:
    """The records of the feed after one, in order, their proofs checked. Exits where they do not hold."""
    link = None
    while True:
        page = hub.get("/v1/feed", after=after, wait=20 if follow else 0)
        for record in page["records"]:
            link = _checked(record, link)
            yield record
            after = record["seq"]
        if not page["records"] and not follow:
            return


def _checked(record: dict[str, Any], link: bytes | None) -> bytes:
    """The record's own link, once its proofs hold and it follows the record before it. Exits where they do not."""
    from hub.chains import FeedRecord, Tampered

    try:
        found = FeedRecord.from_json(record)
        found.verify()
    except Tampered as tampered:
        err.print(str(tampered), style="red", markup=False)
        raise typer.Exit(1) from None
    if link is not None and found.header.prev != link:
        err.print(f"feed record {found.header.seq}: it does not follow the record before it", style="red")
        raise typer.Exit(1)
    return found.header.link()


def _print_record(record: dict[str, Any]) -> None:
    values = {element["name"]: element["value"] for element in record["elements"]}
    told = ", ".join(f"{name}={_short(value)}" for name, value in values.items() if name not in _STRUCTURE)
    kind = values.get("kind", "(its elements were dropped; the chain goes on)")
    out.print(f"[bold]{record['seq']}[/bold] {kind} {told}", soft_wrap=True, highlight=False)
