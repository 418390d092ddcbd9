"""Replays at the command line: page by page, with a bar, and the counts as a table."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from hub.cli.terminal import err, ruled

if TYPE_CHECKING:
    from rich.table import Table

    from access_policies.compiling import Bundle
    from hub.cli.session import Session

_DAYS = re.compile(r"([1-9][0-9]{0,3})d")
Replayed = tuple[int, Counter[tuple[str, ...]]]
"""How many updates were decided anew, and how often each field would go otherwise: by partner, kind, field and how."""

HOW = ("newly told", "no longer told", "told more of", "told less of")


def days(text: str) -> int:
    """`30d` as days."""
    found = _DAYS.fullmatch(text)
    if found is None or int(found[1]) > 3660:
        raise typer.BadParameter("say how many days back, for example 30d")
    return int(found[1])


def pages(hub: "Session", path: str, content: dict[str, Any], what: str) -> Iterator[dict[str, Any]]:
    """Every page of a replay, with a bar on the terminal that moves on with each."""
    from rich.progress import Progress

    with Progress(console=err, transient=True) as progress:
        task, part = progress.add_task(what, total=None), None
        while True:
            page = hub.post(path, {**content, "part": part})
            first, until = page["window"]
            part = page["part"]
            progress.update(task, total=until - first, completed=(part["next"] if part else until) - first)
            yield page
            if part is None:
                return


def replay(hub: "Session", old: "Bundle", new: "Bundle", back: int) -> Replayed:
    """How many updates were decided anew, and how often each field of each kind would go otherwise, by partner."""
    from hub.cli.editions import canonical_of

    content = {"old": canonical_of(old.policies), "new": canonical_of(new.policies), "days": back}
    updates, found = 0, Counter[tuple[str, ...]]()
    for page in pages(hub, "/v1/policies/replays", content, "Deciding anew"):
        updates += page["updates"]
        for row in page["rows"]:
            found[row["agency"], row["kind"], row["field"], row["how"]] += row["count"]
    return updates, found


def table_of(found: Counter[tuple[str, ...]]) -> "Table":
    """The counts, one line for each partner, kind and field; only columns in which something stands."""
    shown = [how for how in HOW if any(key[3] == how for key in found)]
    table = ruled("partner", "kind", "field")
    for how in shown:
        table.add_column(how, justify="right")
    for agency, kind, name in dict.fromkeys(key[:3] for key in sorted(found)):
        table.add_row(agency, kind, name, *(str(found[agency, kind, name, how] or "") for how in shown))
    return table
