"""`iom-hub policy …`: from a draft to the rules in force: keys, bundles, signatures, installing, and the undo."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, out, settings_for, told_plainly

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from access_policies.bundling import Content

Output = Annotated[Path, typer.Option("-o", "--output", help="Where to write the bundle, which nobody has signed yet.")]
From = Annotated[
    datetime | None,
    typer.Option(
        "--effective-from",
        help="When it takes effect, UTC; at once when left out.",
        formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"],
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Put these commands beside those of the draft."""
    for command in (key, bundle, sign, install, status, rollback):
        app.command(command.__name__)(command)
    app.command("try-out")(try_out)


def key(
    role: Annotated[str, typer.Argument(help="Whose key it is, for example information_governance.")],
    file: Annotated[Path, typer.Option("--out", help="The file for the private key; it stays with the signer.")],
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for a passphrase to seal it with.")] = False,
) -> None:
    """Make a key to sign policies with, and print the lines for the signers' file.

    Example: [bold]iom-hub policy key information_governance --out ig.pem --passphrase[/bold]
    """
    from access_policies.signers import NAME, signers_file
    from hub.installing import make_key

    if not NAME.fullmatch(role):
        raise typer.BadParameter("a role is called by small letters, digits, - and _")
    secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True) if passphrase else None
    with told_plainly():
        public = make_key(file, secret)
    err.print(f"The private key is in {file}: keep it apart from the hub. For signers.yaml:", soft_wrap=True)
    typer.echo(signers_file(1, {role: public}).partition("\n")[2], nl=False)


def bundle(
    output: Output,
    version: Annotated[int | None, typer.Option(min=1, help="Its version; the next one when left out.")] = None,
    effective_from: From = None,
    home: Home = None,
) -> None:
    """Make a bundle of the draft, to be signed. Nothing changes until it is installed.

    Example: [bold]iom-hub policy bundle -o next.jws.json[/bold]
    """
    from access_policies.bundling import Content
    from access_policies.compiling import Bundle
    from access_policies.explaining import broken_expectations
    from access_policies.loading import load
    from access_policies.reading import UnusablePolicies
    from access_policies.signing import unsigned
    from hub.bootstrap import last_bundle
    from hub.installing import next_version

    settings = settings_for(home)
    with told_plainly():
        policies = load(settings.policy_directory())
        if broken := broken_expectations(Bundle(policies)):
            raise UnusablePolicies(broken)
        number = version or next_version(settings.files, last_bundle(settings))
        content = Content(number, _moment(effective_from), policies)
        output.write_text(unsigned(content), encoding="utf-8")
    _describe(output, content)
    out.print(f"Next, each role: iom-hub policy sign {output} --key KEYFILE --as ROLE", soft_wrap=True)


def _moment(given: datetime | None) -> datetime:
    """What was given is UTC."""
    return given.replace(tzinfo=UTC) if given else datetime.now(UTC).replace(microsecond=0)


def _describe(file: Path, content: "Content") -> None:
    from access_policies.bundling import moment
    from access_policies.compiling import Bundle

    kinds, clauses = len(content.policies.kinds), len(content.policies.clauses)
    out.print(f"{file}: version {content.version}, {kinds} kinds, {clauses} clauses,", soft_wrap=True)
    digest, since = Bundle(content.policies).digest, moment(content.effective_from)
    out.print(f"digest {digest}, in force from {since} if it is signed", highlight=False, soft_wrap=True)


def sign(
    file: Annotated[Path, typer.Argument(help="The bundle.")],
    keyfile: Annotated[Path, typer.Option("--key", help="Your private key.")],
    role: Annotated[str, typer.Option("--as", help="The role that you sign for.")],
    home: Home = None,
) -> None:
    """Sign a bundle for one role. Compare its digest first with that of the pages you have read.

    Example: [bold]iom-hub policy sign next.jws.json --key ig.pem --as information_governance[/bold]
    """
    from access_policies.signing import content_of
    from hub.installing import put, signed_as

    with told_plainly():
        text = file.read_text(encoding="utf-8")
        content = content_of(text, file.name)
        text = signed_as(text, file.name, role, _private(keyfile), settings_for(home).files.signers)
        put(file, text, keep=False)
    _describe(file, content)
    out.print(f"Signed as {role}. When enough roles have: iom-hub policy install {file}", soft_wrap=True)


def _private(keyfile: Path) -> "Ed25519PrivateKey":
    from hub.installing import read_key

    try:
        return read_key(keyfile, None)
    except TypeError:  # it is sealed
        return read_key(keyfile, typer.prompt("Passphrase", hide_input=True))


def install(
    file: Annotated[Path, typer.Argument(help="The signed bundle.")],
    home: Home = None,
) -> None:
    """Check a bundle as the hub would, and put it into the home. The one before is kept beside it.

    Example: [bold]iom-hub policy install next.jws.json[/bold]
    """
    from access_policies.bundling import moment
    from hub.bootstrap import last_bundle
    from hub.installing import put
    from hub.offering import offered

    settings = settings_for(home)
    with told_plainly():
        offer = offered(file.read_bytes(), settings.files, last_bundle(settings), datetime.now(UTC), name=file.name)
        put(settings.files.bundle, offer.text)
    version = f"Version {offer.offered.version} ({offer.offered.bundle.digest[:12]})"
    if offer.known:
        out.print(f"{version} is in force already; nothing changes.", highlight=False)
    elif offer.waits:
        since = moment(offer.offered.effective_from)
        out.print(f"{version} is installed and takes effect at {since}.", highlight=False)
    else:
        out.print(f"{version} is installed: a running hub takes it up within seconds, else the next start.")
    out.print("iom-hub policy status says what is in force; iom-hub policy rollback is the undo.", highlight=False)


def status(home: Home = None) -> None:
    """Say which rules are in force, what lies in the file, and why it is refused if it is. Ends with 1 if it is.

    Example: [bold]iom-hub policy status[/bold]
    """
    from access_policies.bundling import moment
    from access_policies.reading import UnusablePolicies
    from hub.bootstrap import last_bundle
    from hub.offering import begin, in_words, offered

    settings, now = settings_for(home), datetime.now(UTC)
    last, files = last_bundle(settings), settings.files
    with told_plainly():
        rules, taken = begin(last, files, now)
    which = "is taken up next" if taken and not taken.known else "is in force"
    out.print(f"Version {rules.version} {which}, from {moment(rules.effective_from)}", highlight=False)
    out.print(f"digest {rules.bundle.digest}, signed by {', '.join(rules.signed_by)}", highlight=False, soft_wrap=True)
    for line in in_words(rules.undecided):
        err.print(line, style="yellow", markup=False, soft_wrap=True)
    try:
        offer = offered(files.bundle.read_bytes(), files, last, now) if files.bundle.exists() else None
    except UnusablePolicies as refused:
        for problem in refused.problems:
            err.print(problem, style="red", markup=False, soft_wrap=True)
        err.print("The file is refused; the version above stays in force.", style="red")
        raise typer.Exit(1) from None
    if offer and offer.waits:
        out.print(
            f"Version {offer.offered.version} waits until {moment(offer.offered.effective_from)}", highlight=False
        )


def rollback(
    version: Annotated[int, typer.Argument(min=1, help="The version whose rules are to hold again.")],
    output: Output,
    effective_from: From = None,
    home: Home = None,
) -> None:
    """Make a bundle with the rules of an earlier version, to be signed and installed like any other: the undo.

    Example: [bold]iom-hub policy rollback 3 -o undo.jws.json[/bold]
    """
    from access_policies.signing import content_of
    from hub.bootstrap import last_bundle
    from hub.installing import next_version, past

    settings = settings_for(home)
    with told_plainly():
        last, row = last_bundle(settings), last_bundle(settings, version)
        if row is None:
            known = f"the last one is {last.version}" if last else "none was in force yet"
            raise typer.BadParameter(f"version {version} was never in force here; {known}")
        text = past(row, next_version(settings.files, last), _moment(effective_from))
        output.write_text(text, encoding="utf-8")
    _describe(output, content_of(text, output.name))
    out.print(f"Next, each role: iom-hub policy sign {output} --key KEYFILE --as ROLE", soft_wrap=True)


def try_out(home: Home = None) -> None:
    """Sign the draft with two keys made in the home, and install it: to try things out, never for real people.

    Example: [bold]iom-hub policy try-out --home var/hub[/bold]
    """
    from hub import installing
    from hub.bootstrap import last_bundle

    settings = settings_for(home)
    with told_plainly():
        changed = installing.try_out(settings, last_bundle(settings), datetime.now(UTC))
    said = "signed and installed" if changed else "in force already"
    out.print(f"The policies in {settings.policy_directory()} are {said}.", soft_wrap=True, highlight=False)
    err.print(
        "Both keys lie in the home: whoever may write there decides who is told what. Not for data of real people.",
        style="yellow",
        soft_wrap=True,
    )
