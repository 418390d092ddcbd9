"""`iom-hub agency key` and `iom-hub sign`: an agency's keys, and its signature under what it publishes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, out, settings_for, told_plainly

if TYPE_CHECKING:
    from access_policies.model import Policies

_DAYS = {"signing": 365, "receiving": 90}


def key(
    agency: Annotated[str, typer.Argument(help="Whose key it is, for example northshire-police.")],
    file: Annotated[Path, typer.Option("--out", help="The file for the private key; it stays with the agency.")],
    use: Annotated[str, typer.Option(help="signing (updates) or receiving (sealed records).")] = "signing",
    days: Annotated[int | None, typer.Option(min=1, help="How long it is valid; a year, or 90 days.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only for this kind of update; may be given again.")] = None,
    home: Home = None,
) -> None:
    """Make a key for an agency, and put its public half into the draft of the register, beside the one before.

    Example: [bold]iom-hub agency key northshire-police --out police.pem[/bold]
    """
    from datetime import UTC, datetime, timedelta

    from access_policies.loading import load
    from hub.cli.agency import own_policies
    from hub.installing import make_agency_key

    if use not in _DAYS:
        raise typer.BadParameter("a key is for signing or for receiving", param_hint="--use")
    settings = settings_for(home)
    with told_plainly():
        policies = load(settings.policy_directory())
        _known(policies, agency)
        today = datetime.now(UTC).date()
        until = today + timedelta(days=days or _DAYS[use])
        register = own_policies(settings) / "partners.yaml"
        made = make_agency_key(file, use, today, until, tuple(kind or ()))
        try:
            _add(register, agency, made.model_dump(mode="json", exclude_defaults=True))
        except Exception:  # whatever went wrong, no private key is left that no register has
            file.unlink()
            raise
    out.print(f"The private key {made.id} is in {file}: it stays with {agency}.", soft_wrap=True, highlight=False)
    out.print(f"Its public half is in {register}; it counts once that draft is in force.", soft_wrap=True)


def _known(policies: "Policies", agency: str) -> None:
    if agency not in policies.partners:
        raise typer.BadParameter("this agency is not in the register; see `iom-hub agency list`")


def _add(register: Path, agency: str, entry: dict[str, object]) -> None:
    """One more key in the register; what stands there is left as it is, and put back if it does not load any more."""
    import json

    import yaml

    from access_policies.loading import load

    before = register.read_text(encoding="utf-8")
    lines = before.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{agency}:"))
    line = "    - " + json.dumps(entry)
    if lines[start].rstrip() != f"{agency}:":  # written on one line
        fields = yaml.safe_load(lines[start])[agency]
        lines[start : start + 1] = [f"{agency}:", *(f"  {name}: {json.dumps(said)}" for name, said in fields.items())]
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith(" ")), len(lines))
    there = next((n for n in range(start, end) if lines[n].rstrip() == "  keys:"), None)
    if there is None:
        lines[end:end] = ["  keys:", line]
    else:
        lines.insert(there + 1, line)
    register.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        load(register.parent)
    except Exception:  # whatever is wrong with it, a register that does not load is put back
        register.write_text(before, encoding="utf-8")
        raise


def sign(
    file: Annotated[str, typer.Argument(help="The file to sign, or - for standard input.")],
    key_file: Annotated[Path, typer.Option("--key", help="The agency's private key.")],
    batch: Annotated[bool, typer.Option("--batch", help="Sign the lines of the file as one batch.")] = False,
) -> None:
    """Print the header under which the file is published, over HTTP and to a broker alike.

    Example: [bold]curl -H "iomhub-signature: $(iom-hub sign arrest.json --key police.pem)" ...[/bold]
    """
    from hub.attesting import sign_batch, sign_envelope, split
    from hub.installing import read_key

    with told_plainly():
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        private = read_key(key_file, None)
        lines = split(content)
        if batch and not lines:
            raise typer.BadParameter("there is no line to sign")
        made = sign_batch(private, lines) if batch else sign_envelope(private, content)
    typer.echo(made.header())
