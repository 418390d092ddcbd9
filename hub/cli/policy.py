"""`iom-hub policy`: check the draft of the rules, compare it, render the pages people sign, explain a cell."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from hub.cli.comparing import approve, diff
from hub.cli.terminal import Home, err, out, quiet_logs, settings_for, the_user, told_plainly

app = typer.Typer(help="The need-to-know rules: check, compare, render, explain, sign, install.", no_args_is_help=True)
app.command("diff")(diff)
app.command("approve")(approve)


@app.command("check")
def check(home: Home = None) -> None:
    """Load the policies strictly, hold them to what their signatories expect, and look for errors in every situation.

    Example: [bold]IOM_HUB_POLICIES=our/policies iom-hub policy check[/bold]
    """
    from access_policies.compiling import Bundle
    from access_policies.explaining import broken_expectations
    from access_policies.loading import load
    from access_policies.proving import prove

    directory = settings_for(home).policy_directory()
    with told_plainly():
        bundle = Bundle(load(directory))
    broken, found = broken_expectations(bundle), prove(bundle)
    errors = [str(finding) for finding in found if finding.level == "error"]
    for line in [*broken, *errors]:
        err.print(line, style="red", markup=False, soft_wrap=True)
    for finding in found:
        if finding.level == "note":
            out.print(f"note: {finding}", style="dim", markup=False, highlight=False, soft_wrap=True)
    rows = sum(len(policy.expect) for policy in bundle.policies.kinds.values())
    out.print(
        f"{directory}: {len(bundle.policies.kinds)} kinds, {len(bundle.policies.clauses)} clauses,", soft_wrap=True
    )
    out.print(f"{rows} expectations, {len(broken)} not kept; digest {bundle.digest}", highlight=False, soft_wrap=True)
    out.print(f"over every situation: {len(errors)} errors, {len(found) - len(errors)} notes", highlight=False)
    if broken or errors:
        raise typer.Exit(1)


@app.command("render")
def render(
    into: Annotated[Path, typer.Option(help="The folder for the pages.")] = Path("docs/reference"),
    compare: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a page is out of date.")] = False,
    home: Home = None,
) -> None:
    """Write the pages that people sign.

    They are: every kind with its fields, the rules by kind and by partner, what named situations tell, the words that
    read what a partner is not told, which update sets which fact, agreements, record of processing, notice.

    Example: [bold]iom-hub policy render --into docs/reference[/bold]
    """
    with told_plainly():
        wanted = _pages(settings_for(home).policy_directory())
    stale = _stale(into, wanted)
    if compare and stale:
        err.print(f"out of date: {', '.join(map(str, stale))}; run `iom-hub policy render`", style="red")
        raise typer.Exit(1)
    if not compare:
        _write(into, wanted)


def _pages(directory: Path) -> dict[str, str]:
    """Every page that is made from the policies, by its name."""
    from access_policies.charting import disclosure_matrix
    from access_policies.compiling import Bundle
    from access_policies.documenting import pages
    from access_policies.loading import load
    from access_policies.revealing import words_not_told
    from access_policies.situating import read_situations
    from hub.listing import facts_page

    policies = load(directory)
    bundle = Bundle(policies)
    return {
        **pages(policies),
        "facts.md": facts_page(policies),
        "disclosure-matrix.md": disclosure_matrix(bundle, read_situations(directory, bundle)),
        "words-not-told.md": words_not_told(bundle),
    }


def _stale(into: Path, wanted: dict[str, str]) -> list[Path]:
    """The pages that are missing, say something else, or are of an agreement that is no more."""
    stale = [name for name, text in wanted.items() if not _says(into / name, text)]
    from access_policies.documenting import AGREEMENTS

    gone = [page for page in into.glob(f"{AGREEMENTS}/*.md") if str(page.relative_to(into)) not in wanted]
    return [*(into / name for name in stale), *gone]


def _says(page: Path, text: str) -> bool:
    return page.exists() and page.read_text(encoding="utf-8") == text


def _write(into: Path, wanted: dict[str, str]) -> None:
    for page in _stale(into, wanted):
        text = wanted.get(str(page.relative_to(into)))
        if text is None:
            page.unlink()
        else:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        out.print(f"{'removed' if text is None else 'wrote'} {page}", soft_wrap=True)


@app.command("explain")
def explain(
    kind: Annotated[str, typer.Argument(help="A kind of update, for example custody.person.arrested.")],
    to: Annotated[str, typer.Option(help="A kind of partner, for example council_housing.")],
    field: Annotated[str | None, typer.Option(help="One field; all when left out.")] = None,
    involvement: Annotated[str, typer.Option(help="none, referred, active or lead.")] = "active",
    pending: Annotated[
        list[str] | None, typer.Option(help="An involvement that is claimed and not confirmed; may be given again.")
    ] = None,
    pathway: Annotated[list[str] | None, typer.Option(help="A pathway it works on; may be given again.")] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(help="A purpose consented to, perhaps with its scope: treatment/health; may be given again."),
    ] = None,
    handling: Annotated[str, typer.Option(help="normal or restricted.")] = "normal",
    age: Annotated[str, typer.Option(help="adult, youth or unknown.")] = "adult",
    named: Annotated[bool, typer.Option(help="Whether the update names this partner.")] = False,
    standing: Annotated[str, typer.Option(help="statutory, non_statutory or unknown.")] = "statutory",
    cohort: Annotated[str | None, typer.Option(help="A cohort, or unknown; the first when left out.")] = None,
    restriction: Annotated[
        list[str] | None,
        typer.Option(help="A restriction on the case that shuts this partner out; may be given again."),
    ] = None,
    safeguarding: Annotated[bool, typer.Option(help="Whether a concern that it was told of is open.")] = False,
    access: Annotated[bool, typer.Option(help="Whether it opened access in an emergency.")] = False,
    lapsed: Annotated[
        list[str] | None, typer.Option(help="An agreement that is no longer in force; may be given again.")
    ] = None,
    in_force: Annotated[bool, typer.Option("--in-force", help="Ask the hub, by the rules in force, not the draft.")] = (
        False
    ),
    home: Home = None,
) -> None:
    """Say why each field of a kind is told, masked or withheld in one situation; what is withheld, what would tell it.

    Example: [bold]iom-hub policy explain custody.person.arrested --to council_housing --pathway accommodation[/bold]
    """
    from hub.cli.cells import by_the_draft, by_the_rules_in_force

    given = {
        "recipient": to,
        "involvement": involvement,
        "pending": pending,
        "pathways": pathway,
        "consents": consent,
        "handling": handling,
        "age": age,
        "named": named,
        "standing": standing,
        "cohort": cohort,
        "restrictions": restriction,
        "safeguarding": safeguarding,
        "access": access,
        "lapsed": lapsed,
    }
    said = {word: value for word, value in given.items() if value is not None}
    explained = by_the_rules_in_force if in_force else by_the_draft
    with told_plainly():
        table = explained(settings_for(home), kind, field, said)
    table.title = f"{kind} → {to}"
    out.print(table)


@app.command("continue")
def continue_agreement(
    agreement: Annotated[str, typer.Argument(help="The agreement that has expired, as agreements.yaml names it.")],
    by: Annotated[str, typer.Option(help="The officer of information governance who decides.")],
    because: Annotated[str, typer.Option(help="Why it goes on; the ledger keeps it.")],
    home: Home = None,
) -> None:
    """Let an expired agreement go on for fourteen days, once, and tell what was held since.

    Example: [bold]iom-hub policy continue northshire-1 --by "A Governor" --because "Signed on Friday."[/bold]
    """
    from hub.cli.session import governance

    quiet_logs()
    order = {"by": by, "because": because}
    with told_plainly(), governance(settings_for(home), the_user()) as hub:
        done = hub.post(f"/v1/agreements/{quote(agreement, safe='')}/continuation", order)
    out.print(
        f"{agreement} goes on up to and including {done['until']}; {done['told']} held disclosures were made",
        soft_wrap=True,
    )
