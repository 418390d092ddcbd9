"""`iom-hub migrate-store`, `backup` and `restore`: the store as a whole, moved, copied and brought back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import Home, err, out, quiet_logs, settings_for, told_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.settings import Settings
    from hub.verifying import Verdict

_WITH_IT = ("signers.yaml", "policies.jws.json", "policies")


def migrate_store(
    database: Annotated[
        str | None,
        typer.Argument(
            help="A postgresql:// URL (IOM_HUB_DATABASE). Others on this machine can read a password that stands here.",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
) -> None:
    """Move the store from its file in the home into an empty PostgreSQL database, verify it there, then commit.

    Example: [bold]IOM_HUB_DATABASE=postgresql://hub@db.example/hub iom-hub migrate-store --home var/hub[/bold]
    """
    from hub.adapters.moving import move
    from hub.bootstrap import open_keys

    settings = settings_for(home)
    url = database or (settings.database.get_secret_value() if settings.database else "")
    if not url.startswith("postgresql://"):
        raise typer.BadParameter("give a URL that begins with postgresql://, or set IOM_HUB_DATABASE")
    with told_plainly(), _counting() as counted:
        verdict = move(settings.store_file, url, open_keys(settings, beginning=False), counted)
    _say(f"Moved and verified: {_counts(verdict)}.")
    _say("Next: set IOM_HUB_DATABASE to that URL for every process of the hub, keep the home with its key, and start.")
    _say(f"Never start a hub on {settings.store_file} again: it would go on from here without what comes after.")


def backup(
    to: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    home: Home = None,
) -> None:
    """Copy one moment of the store, and the policies beside it, while a hub runs or not. The key is not in it.

    Example: [bold]iom-hub backup /backup/2026-03-02 --home var/hub[/bold]
    """
    from hub.adapters.copies import back_up

    settings = settings_for(home)
    _only_a_file(settings, "pg_dump")
    with told_plainly(), err.status("Copying …"):
        to.mkdir(mode=0o700, parents=True)
        back_up(settings.store_file, to / settings.store_file.name)
        for name in _WITH_IT:
            _copy(settings.home / name, to / name)
    _say(f"Copied to {to}.")
    _say(f"The key is not in it. Keep a copy of {settings.key_file} in another place, and its passphrase in a third.")


def restore(
    copy: Annotated[Path, typer.Argument(metavar="FROM", help="The folder that `iom-hub backup` made.")],
    home: Home = None,
) -> None:
    """Begin again from a copy, in a home that has its key and no store. The copy is verified first.

    Example: [bold]iom-hub restore /backup/2026-03-02 --home var/hub[/bold]
    """
    from hub.adapters import copies
    from hub.bootstrap import open_keys

    settings = settings_for(home)
    _only_a_file(settings, "pg_restore")
    quiet_logs()
    with told_plainly(), err.status("Verifying …"):
        keys, file = open_keys(settings, beginning=False), copy / settings.store_file.name
        verdict = copies.restore(file, settings.store_file, keys)
        for name in _WITH_IT:
            if not (settings.home / name).exists():
                _copy(copy / name, settings.home / name)
    _say(f"Restored, and sound in itself: {_counts(verdict)}.")
    _say("What was acknowledged after the copy is lost, and nothing in it says how much. What partners kept does:")
    _say("iom-hub ledger verify --seen FILE, before the hub starts.")


def _say(sentence: str) -> None:
    out.print(sentence, soft_wrap=True, highlight=False, markup=False)


def _only_a_file(settings: "Settings", instead: str) -> None:
    if settings.database:
        err.print(f"The store is in PostgreSQL: use {instead}, see docs/operating/backup-and-restore.md.", style="red")
        raise typer.Exit(1)


def _copy(source: Path, target: Path) -> None:
    import shutil

    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)


@contextmanager
def _counting() -> "Iterator[Callable[[str, int], None]]":
    """One line for each table, with the rows that have gone over."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    quiet_logs()
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:,.0f} rows"))
    with Progress(*columns, console=err) as shown:
        known = {}

        def counted(what: str, rows: int) -> None:
            if what not in known:
                known[what] = shown.add_task(what, total=None)
            shown.advance(known[what], rows)

        yield counted


def _counts(verdict: "Verdict") -> str:
    counted = ("entries", "records", "updates", "checkpoints")
    return ", ".join(f"{getattr(verdict, name)} {name}" for name in counted)
