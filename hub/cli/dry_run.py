"""`iom-hub agency dry-run`: exactly what a partner that may come would have received of real traffic."""

import json
import os
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from dataclasses import field as made_by
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.editions import EDITION
from hub.cli.terminal import Home, err, out, quiet_logs, ruled, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from rich.table import Table

    from access_policies.joining import Joining
    from access_policies.model import Policies
    from hub.cli.session import Session


@dataclass
class _Received:
    """What the partner would have received, so far."""

    updates: int = 0
    disclosures: int = 0
    told: Counter[tuple[str, str, str]] = made_by(default_factory=Counter)

    def take(self, page: dict[str, Any]) -> None:
        """One page more."""
        self.updates += page["updates"]
        self.disclosures += page["received"]
        for row in page["rows"]:
            self.told[row["kind"], row["field"], row["how"]] += row["count"]

    def table(self, agency: str) -> "Table":
        """Kind, field, how it is told, how often."""
        table = ruled("kind", "field", "how", "times", title=f"What {agency} would have received")
        for (kind, name, how), count in sorted(self.told.items()):
            table.add_row(kind, name, how if how == "told" else f"masked ({how})", str(count))
        return table


def dry_run(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The partner that may come (YAML).")],
    replay: Annotated[str, typer.Option(help="How far back, in days.")] = "30d",
    into: Annotated[Path | None, typer.Option(help="Also write each disclosure here, one a line.")] = None,
    rules: Annotated[str, typer.Option(help=EDITION)] = "in-force",
    home: Home = None,
) -> None:
    """Show what a partner that is not there yet would have received, had it been.

    Nothing is changed but for the ledger entry that says so.

    Example: [bold]iom-hub agency dry-run eastshire-hostel.yaml --replay 30d --into received.ndjson[/bold]
    """
    from access_policies.compiling import Bundle
    from access_policies.joining import read_joining, with_partner
    from access_policies.noting import notes
    from hub.cli.editions import edition_named
    from hub.cli.replays import days
    from hub.cli.session import governance

    quiet_logs()
    settings, back, found = settings_for(home), days(replay), _Received()
    with told_plainly():
        joining, now = read_joining(file), edition_named(rules, settings)
        then = with_partner(now.policies, joining, file.name)
        with governance(settings, the_user()) as hub, _opened(into) as lines:
            _run(hub, _asked(then, joining, back), found, lines)
    typer.echo(notes(now, Bundle(then)) or "No clause tells partners of this kind anything.\n")
    out.print(found.table(joining.agency))
    out.print(
        f"{found.disclosures} of the {found.updates} updates of the last {back} days would have reached it.",
        highlight=False,
    )
    if into:
        err.print(f"They stand in {into}, which holds data of real people: delete it afterwards.", soft_wrap=True)


def _asked(then: "Policies", joining: "Joining", back: int) -> dict[str, Any]:
    """The question, with a key for its ids that nobody keeps."""
    from secrets import token_hex

    from hub.cli.editions import canonical_of

    return {
        "rules": canonical_of(then),
        "agency": joining.agency,
        "assume": joining.assume.model_dump(mode="json"),
        "key": token_hex(32),
        "days": back,
    }


def _run(hub: "Session", asked: dict[str, Any], found: _Received, lines: IO[str] | None) -> None:
    from hub.cli.replays import pages

    for page in pages(hub, "/v1/policies/dry-runs", asked | {"disclosures": lines is not None}, "Deciding"):
        found.take(page)
        if lines:
            lines.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in page["disclosures"])


def _opened(into: Path | None) -> AbstractContextManager[IO[str] | None]:
    """The file, for its owner only."""
    if into is None:
        return nullcontext()
    return os.fdopen(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
