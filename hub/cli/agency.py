"""`iom-hub agency`: the register of partners, and tokens for them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, out, settings_for, told_plainly

if TYPE_CHECKING:
    from hub.settings import Settings

app = typer.Typer(help="The register of partners, and tokens for them.", no_args_is_help=True)


@app.command("list")
def list_agencies(home: Home = None) -> None:
    """Show who takes part.

    Example: [bold]iom-hub agency list[/bold]
    """
    from rich.table import Table

    from access_policies.loading import load

    with told_plainly():
        partners = load(settings_for(home).policy_directory()).partners
    table = Table("agency", "name", "kind", "legal status", "statutory")
    for agency, partner in partners.items():
        statutory = "yes" if partner.statutory else "no"
        table.add_row(agency, partner.name or "", partner.kind, partner.legal_status, statutory)
    out.print(table)


@app.command("add")
def add(
    agency: Annotated[str, typer.Argument(help="Its id, for example eastshire-housing.")],
    kind: Annotated[str, typer.Option(help="Its kind, as the clauses name it.")],
    legal_status: Annotated[str, typer.Option(help="relevant_authority, acting_on_behalf or voluntary.")],
    name: Annotated[str | None, typer.Option(help="Its name in full.")] = None,
    statutory: Annotated[bool, typer.Option(help="Whether it is a statutory body.")] = False,
    home: Home = None,
) -> None:
    """Add a partner to the hub's own policies; a running hub takes it up when it is started again.

    Example: [bold]iom-hub agency add eastshire-housing --kind council_housing
    --legal-status relevant_authority --statutory[/bold]
    """
    import json

    from access_policies.loading import load

    settings = settings_for(home)
    with told_plainly():
        kinds = {clause.recipient for clause in load(settings.policy_directory()).clauses.values()}
        if kind not in kinds:
            raise typer.BadParameter(f"no clause names this kind; choose from {', '.join(sorted(kinds))}")
        register = _own_policies(settings) / "partners.yaml"
        before = register.read_text(encoding="utf-8")
        fields = [f"kind: {kind}", f"legal_status: {legal_status}", f"statutory: {str(statutory).lower()}"]
        fields += [f"name: {json.dumps(name, ensure_ascii=False)}"] if name else []
        register.write_text(f"{before.rstrip()}\n{agency}: {{{', '.join(fields)}}}\n", encoding="utf-8")
        try:
            policies = load(register.parent)
        except Exception:
            register.write_text(before, encoding="utf-8")  # a register that does not load is put back
            raise
    if kind not in {clause.recipient for clause in policies.clauses.values()}:
        err.print(f"No clause names {kind!r} yet, so this agency will be told nothing.", style="yellow")
    out.print(f"{agency} added to {register}. Undo: take its line out again.", soft_wrap=True)


def _own_policies(settings: "Settings") -> Path:
    """The policies that may be changed: the given ones, or the home's own copy of the shipped ones."""
    import shutil

    from access_policies.loading import SHIPPED

    directory = settings.policy_directory()
    if directory != SHIPPED:
        return directory
    own = settings.home / "policies"
    for file in [*SHIPPED.glob("*.yaml"), *SHIPPED.glob("*/*.yaml")]:
        target = own / file.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    err.print(f"The shipped policies were copied to {own}; they are the hub's own from now on.", soft_wrap=True)
    return own


@app.command("token")
def token(
    agency: Annotated[str, typer.Argument(help="The agency the token speaks for.")],
    sub: Annotated[str, typer.Option(help="The person or system that will hold it.")],
    scope: Annotated[list[str] | None, typer.Option(help="publish, read, ig; may be given again.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, max=1440, help="How long it is valid.")] = 15,
    home: Home = None,
) -> None:
    """Print an access token for an agency, signed with the key in the home.

    Example: [bold]iom-hub agency token northshire-police --sub custody-system --scope publish[/bold]
    """
    from datetime import UTC, datetime, timedelta

    from access_policies.loading import load
    from hub.bootstrap import open_keys, open_tokens
    from hub.tokens import SCOPES

    settings, scopes = settings_for(home), frozenset(scope or ("publish", "read"))
    if unknown := scopes - frozenset(SCOPES):
        raise typer.BadParameter(f"there is no scope {', '.join(sorted(unknown))}; choose from {', '.join(SCOPES)}")
    with told_plainly():
        if agency not in load(settings.policy_directory()).partners:
            raise typer.BadParameter("this agency is not in the register; see `iom-hub agency list`")
        issuer = open_tokens(open_keys(settings))
    typer.echo(issuer.issue(agency, sub, scopes, datetime.now(UTC), timedelta(minutes=minutes)))
