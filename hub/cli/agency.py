"""`iom-hub agency`: the register of partners, and tokens for them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import agency_keys
from hub.cli.dry_run import dry_run
from hub.cli.terminal import Home, err, out, ruled, settings_for, told_plainly

if TYPE_CHECKING:
    from access_policies.model import Partner
    from hub.settings import Settings

app = typer.Typer(help="The register of partners, and tokens for them.", no_args_is_help=True)
app.command("dry-run")(dry_run)
app.command("key")(agency_keys.key)


@app.command("list")
def list_agencies(home: Home = None) -> None:
    """Show who takes part: the register of the draft, and of the bundle in force.

    Example: [bold]iom-hub agency list[/bold]
    """
    from access_policies.loading import load

    settings = settings_for(home)
    with told_plainly():
        draft, now = load(settings.policy_directory()).partners, _in_force(settings)
    table = ruled("agency", "name", "kind", "area", "legal status", "statutory", "in force")
    for agency, partner in (draft | now).items():
        statutory, governs = "yes" if partner.statutory else "no", _governs(now.get(agency), draft.get(agency))
        area = partner.area or "all"
        table.add_row(agency, partner.name or "", partner.kind, area, partner.legal_status, statutory, governs)
    out.print(table)


def _in_force(settings: "Settings") -> "dict[str, Partner]":
    """The register in force; of nobody before a first bundle."""
    from access_policies.reading import UnusablePolicies
    from hub.bootstrap import bundle_in_force

    try:
        return bundle_in_force(settings).policies.partners
    except UnusablePolicies:
        return {}


def _governs(now: "Partner | None", draft: "Partner | None") -> str:
    if now is None:
        return "not yet"
    return "yes" if now == draft else "yes; the draft says otherwise"


@app.command("add")
def add(
    agency: Annotated[str, typer.Argument(help="Its id, for example eastshire-housing.")],
    kind: Annotated[str, typer.Option(help="Its kind, as the clauses name it.")],
    legal_status: Annotated[str, typer.Option(help="relevant_authority, acting_on_behalf, court or voluntary.")],
    name: Annotated[str | None, typer.Option(help="Its name in full.")] = None,
    area: Annotated[str | None, typer.Option(help="The area in which it works; in all when left out.")] = None,
    statutory: Annotated[bool, typer.Option(help="Whether it is a statutory body.")] = False,
    home: Home = None,
) -> None:
    """Add a partner to the draft of the policies; it takes part once the draft is bundled, signed and installed.

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
        register = own_policies(settings) / "partners.yaml"
        before = register.read_text(encoding="utf-8")
        fields = [f"kind: {kind}", f"legal_status: {legal_status}", f"statutory: {str(statutory).lower()}"]
        fields += [f"area: {json.dumps(area)}"] if area else []
        fields += [f"name: {json.dumps(name, ensure_ascii=False)}"] if name else []
        register.write_text(f"{before.rstrip()}\n{agency}: {{{', '.join(fields)}}}\n", encoding="utf-8")
        try:
            load(register.parent)
        except Exception:  # whatever is wrong with it, a register that does not load is put back
            register.write_text(before, encoding="utf-8")
            raise
    out.print(f"{agency} added to {register}. Undo: take its line out again.", soft_wrap=True)
    out.print("What this draft would change: iom-hub policy diff in-force draft", soft_wrap=True)
    out.print("It takes part once the draft is in force. Next: iom-hub policy bundle -o next.jws.json", soft_wrap=True)
    out.print("Then `iom-hub policy sign` for each role, and `iom-hub policy install`.", soft_wrap=True)


def own_policies(settings: "Settings") -> Path:
    """The policies that may be changed: the given ones, or the home's own copy of the shipped ones."""
    import shutil

    from access_policies.approving import BASELINE
    from access_policies.loading import SHIPPED

    directory = settings.policy_directory()
    if directory != SHIPPED:
        return directory
    own = settings.home / "policies"
    for file in [*SHIPPED.glob("*.yaml"), *SHIPPED.glob("*/*.yaml"), SHIPPED / BASELINE]:
        target = own / file.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    err.print(f"The shipped policies were copied to {own}; they are the draft from now on.", soft_wrap=True)
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

    from hub.bootstrap import bundle_in_force, open_keys, open_tokens
    from hub.tokens import SCOPES

    settings, scopes = settings_for(home), frozenset(scope or ("publish", "read"))
    if unknown := scopes - frozenset(SCOPES):
        raise typer.BadParameter(f"there is no scope {', '.join(sorted(unknown))}; choose from {', '.join(SCOPES)}")
    with told_plainly():
        if agency not in bundle_in_force(settings).policies.partners:
            raise typer.BadParameter("this agency is not in the register; see `iom-hub agency list`")
        issuer = open_tokens(open_keys(settings))
    typer.echo(issuer.issue(agency, sub, scopes, datetime.now(UTC), timedelta(minutes=minutes)))
