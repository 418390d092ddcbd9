"""`iom-hub topics`: what the brokers should have by the register, and making it so."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, out, ruled, settings_for, told_plainly

if TYPE_CHECKING:
    from hub.provisioning import Difference, Layout, Rule, Terms
    from hub.settings import Settings

app = typer.Typer(help="Topics, access rules and accounts at the brokers, by the register.", no_args_is_help=True)

Passwords = Annotated[
    Path | None,
    typer.Option(help="The folder for new passwords; else broker-accounts in the home.", show_default=False),
]
_SETTLES = 5.0


@app.command("plan")
def plan(home: Home = None) -> None:
    """Show how the brokers differ from what the register in force asks for; nothing is changed. Ends with 1 if they do.

    Example: [bold]iom-hub topics plan[/bold]
    """
    with told_plainly():
        brokers = _Brokers(settings_for(home))
        found = brokers.difference()
    _show(found, brokers)
    if found.is_drift:
        raise typer.Exit(1)


@app.command("apply")
def apply(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    passwords: Passwords = None,
    home: Home = None,
) -> None:
    """Show the difference, ask, and make the brokers what the register in force asks for. Ends with 1 if any is left.

    The password of each new account is written to a file of its own, which only you can read: hand it over, delete it.

    Example: [bold]iom-hub topics apply --yes[/bold]
    """
    with told_plainly():
        settings = settings_for(home)
        brokers = _Brokers(settings)
        found = brokers.difference()
        _show(found, brokers)
        if not found.is_drift:
            return
        if not yes:
            typer.confirm("Make it so?", abort=True)
            _hold_to_what_was_shown(settings, found)
        _carry_out(found, brokers, passwords or _folder(settings))
        brokers = _Brokers(settings)  # an agency may have been suspended meanwhile
        left = brokers.settled()
    if left.is_drift:
        err.print("Not everything could be done. What is left:", style="red")
        _show(left, brokers)
        raise typer.Exit(1)
    out.print("Done: the brokers have what the register asks for.")


@app.command("password")
def password(
    agency: Annotated[str, typer.Argument(help="Whose account gets a new password.")],
    passwords: Passwords = None,
    home: Home = None,
) -> None:
    """Give an agency's account a new password, and write it to a file that only you can read. The old one ends at once.

    The hub's own account, named as the settings name it, gets the password that they say.

    Example: [bold]iom-hub topics password northshire-police[/bold]
    """
    from hub.cli.session import Refusal

    with told_plainly():
        settings = settings_for(home)
        brokers = _Brokers(settings)
        named = {whose: name for name, whose in brokers.whose.items()} | {str(brokers.terms.hub): brokers.terms.hub}
        account = named.get(agency)
        if account is None or account not in {each.name for each in brokers.should.accounts}:
            raise Refusal("no agency of this name has access at the brokers; see `iom-hub agency list`")
        _admit(brokers, account, passwords or _folder(settings))


class _Brokers:
    """The brokers, and what the register in force asks of them."""

    def __init__(self, settings: "Settings") -> None:
        from hub.adapters.kafka_admin import KafkaAdmin
        from hub.adapters.kafka_broker import administrator, broker
        from hub.bootstrap import bundle_in_force, open_keys
        from hub.cli.session import Refusal
        from hub.identity import Identity
        from hub.provisioning import wanted

        where = administrator(settings) or broker(settings)
        if where is None:
            raise Refusal("IOM_HUB_KAFKA is not set: it says where the brokers are")
        bundle = bundle_in_force(settings)
        identity = Identity(open_keys(settings).derive("identity"))
        self.whose = {identity.topic(agency): agency for agency in bundle.policies.partners}
        self.terms = _terms(settings)
        self.should: Layout = wanted(bundle, identity, self.terms)
        self.admin: KafkaAdmin = KafkaAdmin(where)
        self.password = settings.kafka_password.get_secret_value() if settings.kafka_password else None

    def difference(self) -> "Difference":
        """Between what is there and what should be."""
        from hub.provisioning import difference

        return difference(self.admin.found(), self.should, self.terms)

    def settled(self) -> "Difference":
        """The same, once the brokers have told each other what was changed."""
        import time

        ends = time.monotonic() + _SETTLES
        while (left := self.difference()).is_work and time.monotonic() < ends:
            time.sleep(0.1)
        return left


def _hold_to_what_was_shown(settings: "Settings", found: "Difference") -> None:
    """Somebody took their time to answer: an agency that was suspended meanwhile must not get its access back."""
    from hub.cli.session import Refusal

    if _Brokers(settings).difference() != found:
        raise Refusal("the register or the brokers have changed meanwhile, and nothing was done; look again")


def _terms(settings: "Settings") -> "Terms":
    from datetime import timedelta

    from hub.provisioning import Terms

    administrator = settings.kafka_admin_username or settings.kafka_username
    return Terms(
        partitions=settings.kafka_partitions,
        retention=timedelta(days=settings.kafka_retention_days),
        guarded=administrator is not None,
        hub=settings.kafka_username if settings.kafka_username != administrator else None,
        administrator=administrator,
    )


def _folder(settings: "Settings") -> Path:
    return settings.home / "broker-accounts"


def _carry_out(found: "Difference", brokers: _Brokers, folder: Path) -> None:
    """Less access first, then topics, then more access."""
    admin = brokers.admin
    admin.forbid(found.rules_removed)
    admin.dismiss(found.accounts_removed)
    admin.make(found.topics)
    admin.resize(found.partitions)
    admin.reset(found.settings)
    for account in found.accounts:
        _admit(brokers, account.name, folder)
    admin.allow(found.rules)


def _admit(brokers: _Brokers, account: str, folder: Path) -> None:
    """The file comes first: a password that nobody has would be of no use. The hub's own is in its settings."""
    import secrets

    if account == brokers.terms.hub:
        brokers.admin.admit(account, str(brokers.password))
        return
    new = secrets.token_urlsafe(32)
    file = folder / f"{brokers.whose[account]}.env"
    _write(file, f"IOM_HUB_KAFKA_USERNAME={account}\nIOM_HUB_KAFKA_PASSWORD={new}\n")
    brokers.admin.admit(account, new)
    out.print(f"{brokers.whose[account]}: account and password are in {file}", highlight=False, soft_wrap=True)


def _write(file: Path, text: str) -> None:
    """Whole or not at all, and readable by nobody else at any moment."""
    import os
    import tempfile

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)  # its mode is 0600
    with os.fdopen(handle, "w", encoding="ascii") as new:
        new.write(text)
    Path(name).replace(file)


def _show(found: "Difference", brokers: _Brokers) -> None:
    if found.is_drift:
        table = ruled("", "what", "of", "which")
        for row in _rows(found, brokers):
            table.add_row(*row)
        out.print(table)
    else:
        out.print("The brokers have what the register asks for.")
    if not brokers.terms.guarded:
        err.print("These brokers ask nobody who they are: only topics are looked after.", style="yellow")
    for rule in found.reaching:
        err.print(f"somebody else's rule also holds here: {_in_words(rule)}", style="yellow", markup=False)
    left = ", ".join(f"{count} {what}" for what, count in found.unknown.items() if count)
    out.print(f"Left alone: {left}." if left else "There is nothing else.", highlight=False)


def _rows(found: "Difference", brokers: _Brokers) -> Iterator[tuple[str, str, str, str]]:
    def of(name: str) -> str:
        return brokers.whose.get(name, "the hub" if name == brokers.terms.hub else name)

    for topic in found.topics:
        yield "+", "topic", of(topic.name), f"{topic.name}, {topic.partitions} partitions"
    for each in found.partitions:
        yield "~", "partitions", of(each.name), f"{each.found} → {each.wanted}"
    for reset in found.settings:
        yield "~", "setting", of(reset.topic), f"{reset.setting}: {reset.found or '–'} → {reset.wanted}"
    for resized in found.stuck:
        yield "!", "partitions", of(resized.name), f"{resized.found}, must be 1: delete the topic; it is carried anew"
    for sign, rules in (("+", found.rules), ("-", found.rules_removed)):
        yield from ((sign, "rule", of(rule.account), _in_words(rule)) for rule in rules)
    for sign, accounts in (("+", found.accounts), ("-", found.accounts_removed)):
        yield from (
            (sign, "account", of(account.name), f"{account.name} ({account.mechanism})") for account in accounts
        )


def _in_words(rule: "Rule") -> str:
    begins = "…" if rule.pattern == "PREFIXED" else ""
    return f"{rule.account}: {rule.permission} {rule.operation} {rule.resource} {rule.name}{begins}".lower()
