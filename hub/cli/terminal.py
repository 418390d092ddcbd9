"""What every command shares: settings, the agency option, and failures told in one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from rich.table import Table

    from hub.settings import Settings

out = Console(emoji=False)  # a line number between colons, `:100:`, is none
err = Console(stderr=True, emoji=False)

Home = Annotated[
    Path | None,
    typer.Option(help="Where the store, the key and the signed policies lie (IOM_HUB_HOME).", show_default=False),
]
AsAgency = Annotated[str, typer.Option("--as", help="The agency to act as, for example northshire-police.")]


def settings_for(home: Path | None) -> "Settings":
    """Settings from the environment, with the home given on the command line."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from hub.settings import Settings

    try:
        return Settings(home=home) if home else Settings()
    except ValidationError as invalid:
        for error in invalid.errors(include_input=False):
            name = "_".join(("IOM_HUB", *map(str, error["loc"]))).upper()
            err.print(f"{name}: {error['msg']}", style="red", markup=False, soft_wrap=True)
    except SettingsError as unreadable:
        err.print(str(unreadable), style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the failures that a user can act on into one sentence and exit code 1."""
    try:
        yield
    except Exception as failure:  # what has no sentence of its own goes on, as it came
        sentences = _sentences(failure)
        if not sentences:
            raise
        for sentence in sentences:
            err.print(sentence, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _sentences(failure: Exception) -> list[str]:
    """None for a mistake of the hub's own. Which are told is asked once something has failed: it takes many modules."""
    from access_policies.reading import UnusablePolicies
    from consumers.practice import UnusablePractice
    from hub.adapters.copies import NotCopied
    from hub.adapters.kafka_broker import UnusableBroker
    from hub.adapters.keyfile import NoKey
    from hub.adapters.moving import NotMoved
    from hub.adapters.sqlite import StoreInUse
    from hub.adapters.store import UnusableStore
    from hub.cli.session import Refusal
    from hub.installing import NoSigningKey
    from hub.ports import TryLater
    from hub.working import UnusableRoles

    if isinstance(failure, UnusablePolicies):
        return failure.problems
    told = NoKey, NoSigningKey, NotCopied, NotMoved, StoreInUse, UnusableBroker, UnusableRoles, UnusableStore, Refusal
    return [_in_words(failure)] if isinstance(failure, (*told, UnusablePractice, TryLater, OSError)) else []


def _in_words(failure: Exception) -> str:
    """What failed, with what; the number that the system has for it helps nobody."""
    if isinstance(failure, OSError) and failure.filename is not None:
        return f"{failure.filename}: {failure.strerror}"
    return str(failure)


def ruled(*headings: str, title: str | None = None) -> "Table":
    """A table that breaks what is too long for it: an id that is cut off cannot be typed again."""
    from rich.table import Table

    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def the_user() -> str:
    """Who runs the command, for the ledger."""
    import getpass

    return f"{getpass.getuser()} at the command line"


def quiet_logs() -> None:
    """No log lines between a command's own words; failures are told plainly."""
    import logging

    from hub.telemetry import configure

    configure(logging.CRITICAL if sys.stderr.isatty() else logging.ERROR)
