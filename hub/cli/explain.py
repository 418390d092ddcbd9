"""`iom-hub explain`: why something was told, or was not, for whoever may ask (D28)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.terminal import Home, out, quiet_logs, ruled, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.table import Table

    from hub.cli.session import Session

app = typer.Typer(help="Why something was told, or was not.", no_args_is_help=True)

AsPartner = Annotated[
    str | None,
    typer.Option("--as", help="Ask as this agency about what it holds itself.", show_default=False),
]
Of = Annotated[
    str | None,
    typer.Option("--of", help="Ask as information governance about what this agency holds.", show_default=False),
]


@app.command("update")
def update(
    update_id: Annotated[str, typer.Argument(help="PUBLISHER/ID as the ledger names it; its own ID with --as.")],
    as_agency: Annotated[
        str | None, typer.Option("--as", help="Ask as the agency that published it.", show_default=False)
    ] = None,
    partner: Annotated[str | None, typer.Option("--for", help="Show only this partner.", show_default=False)] = None,
    field: Annotated[str | None, typer.Option(help="Show only this field.", show_default=False)] = None,
    home: Home = None,
) -> None:
    """Show what became of an update: every field for every partner, and why.

    Its publisher, with --as, is shown those of whom it was told that they work the case; of all others, the rule.

    Example: [bold]iom-hub explain update northshire-police/6b1d2f5e-0c7a-4b7e-9a64-2f1f0f7b9c01[/bold]
    """
    if not as_agency and "/" not in update_id:
        raise typer.BadParameter("say PUBLISHER/ID, for example northshire-police/ID; or ask --as its publisher")
    path = f"/v1/updates/{update_id}/explanation" if as_agency else f"/v1/policies/decisions/{update_id}"
    with told_plainly(), _asking(home, as_agency) as hub:
        found = hub.get(path)
    out.print(f"{found['kind']}, decided under {found['decided_under'][:12]}", highlight=False)
    out.print(_by_partner({a: cells for a, cells in found["partners"].items() if partner in (None, a)}, field))
    for agency, lines in found["since"].items():
        for line in lines:
            out.print(f"{agency}: {line}", highlight=False, soft_wrap=True)
    if as_agency:
        _print_general(found)


@app.command("case")
def case(
    record: Annotated[str, typer.Argument(help="The record id, as the agency knows the person.")],
    as_agency: AsPartner = None,
    of: Of = None,
    home: Home = None,
) -> None:
    """Show why each fact stands in an agency's view of a person.

    Example: [bold]iom-hub explain case a0461c54-c6e8-854a-97a5-f5170c911332 --of northshire-council-housing[/bold]
    """
    path = _path(as_agency, of, f"/v1/cases/{record}/explanation", f"/v1/policies/views/{of}/{record}")
    with told_plainly(), _asking(home, as_agency) as hub:
        facts = hub.get(path)["facts"]
    for fact in facts:
        _print_message(fact)


@app.command("alert")
def alert(
    alert_id: Annotated[str, typer.Argument(help="The alert.")],
    as_agency: AsPartner = None,
    of: Of = None,
    home: Home = None,
) -> None:
    """Show why an agency was told what one of its alerts says.

    Example: [bold]iom-hub explain alert a254ee41-18d1-883d-89e7-cf1fccd66bad --as northshire-council-housing[/bold]
    """
    path = _path(as_agency, of, f"/v1/alerts/{alert_id}/explanation", f"/v1/policies/alerts/{of}/{alert_id}")
    with told_plainly(), _asking(home, as_agency) as hub:
        _print_message(hub.get(path))


@app.command("message")
def message(
    message_id: Annotated[str, typer.Argument(help="The message on the agency's feed.")],
    as_agency: Annotated[str, typer.Option("--as", help="The agency whose feed it is on.")],
    home: Home = None,
) -> None:
    """Show why an agency was told each field that it holds of a message.

    Example: [bold]iom-hub explain message a254ee41-18d1-883d-89e7-cf1fccd66bad --as northshire-council-housing[/bold]
    """
    with told_plainly(), _asking(home, as_agency) as hub:
        _print_message(hub.get(f"/v1/policies/explanations/{message_id}"))


def _path(as_agency: str | None, of: str | None, for_partner: str, for_governance: str) -> str:
    """A partner asks of itself, information governance of a partner: one of the two."""
    if bool(as_agency) == bool(of):
        raise typer.BadParameter("say who asks: --as AGENCY of itself, or --of AGENCY for information governance")
    return for_partner if as_agency else for_governance


def _asking(home: "Path | None", as_agency: str | None) -> "AbstractContextManager[Session]":
    from hub.cli.session import governance, session

    quiet_logs()
    settings = settings_for(home)
    return session(settings, as_agency, the_user(), "read") if as_agency else governance(settings, the_user())


def _by_partner(partners: dict[str, list[dict[str, Any]]], field: str | None) -> "Table":
    from access_policies.explaining import in_words

    table = ruled("partner", "field", "outcome", "why", "because of")
    for agency, cells in partners.items():
        for row, cell in enumerate(each for each in cells if field in (None, each["field"])):
            table.add_row("" if row else agency, cell["field"], cell["outcome"], cell["reason"], in_words(cell["met"]))
        table.add_section()
    return table


def _print_message(found: dict[str, Any]) -> None:
    traced = f", from {found['update']}, decided under {found['decided_under'][:12]}" if "update" in found else ""
    name = found.get("fact") or found.get("kind") or "message"
    out.print(f"{name}, message {found['message_id']}{traced}", highlight=False, soft_wrap=True)
    out.print(cells_table(found["cells"]))


def cells_table(cells: list[dict[str, Any]]) -> "Table":
    """Field, outcome and reason; and because of what, for whoever may know."""
    from access_policies.explaining import in_words

    full = any("met" in cell for cell in cells)
    table = ruled("field", "outcome", "why", *(["because of"] if full else []))
    for cell in cells:
        met = [in_words(cell["met"])] if full else []
        table.add_row(cell["field"], cell["outcome"], cell["reason"], *met)
    return table


def _print_general(found: dict[str, Any]) -> None:
    """Who is entitled, whoever works the case: the same whomever it is about."""
    from access_policies.explaining import in_words

    table = ruled("entitled", "clause", "told", "masked", "where", title="The partners entitled, in general")
    for each in found["entitled"]:
        told, masked = ", ".join(each["fields"]), ", ".join(each["masked"])
        table.add_row(each["recipient"], f"{each['clause']}: {each['because']}", told, masked, in_words(each["when"]))
    out.print(table)
    for each in found["nevers"]:
        fields, where = ", ".join(each["fields"]), in_words(each["when"]) or "always"
        out.print(f"never {each['rule']} ({fields}; {where}): {each['because']}", highlight=False, soft_wrap=True)
