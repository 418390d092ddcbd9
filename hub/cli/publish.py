"""`iom-hub publish`: publish files as an agency."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.terminal import AsAgency, Home, err, out, quiet_logs, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from hub.cli.session import Session

LINES = 500
"""How many updates go in one request."""


class Format(StrEnum):
    """What a file holds."""

    UPDATE = "update"
    NDJSON = "ndjson"
    HMPPS = "hmpps"


def publish(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files to publish.")],
    as_agency: AsAgency,
    form: Annotated[Format, typer.Option("--format", help="What each file holds.")] = Format.UPDATE,
    home: Home = None,
) -> None:
    """Publish updates: one file each, many as lines, or HMPPS domain events as they come from SNS.

    Example: [bold]iom-hub publish arrest.json --as northshire-police[/bold]
    Example: [bold]iom-hub publish released.json --as hmp-fictional --format hmpps[/bold]
    """
    from hub.cli.session import session

    quiet_logs()
    with told_plainly(), session(settings_for(home), as_agency, the_user(), "publish") as hub:
        lines = [(name, line) for file in files for name, line in _lines(file, form, as_agency)]
        refused = _publish(hub, lines)
    if refused:
        raise typer.Exit(1)


def _lines(file: Path, form: Format, agency: str) -> Iterator[tuple[str, bytes]]:
    """What the file holds, as updates, each with a name for messages."""
    content = file.read_bytes()
    if form is Format.NDJSON:
        numbered = enumerate(content.splitlines(), 1)
        yield from ((f"{file.name}:{number}", line) for number, line in numbered if line.strip())
    elif form is Format.UPDATE:
        yield file.name, b" ".join(content.splitlines())
    else:
        yield from _understood(file.name, content, agency)


def _understood(name: str, content: bytes, agency: str) -> Iterator[tuple[str, bytes]]:
    """An HMPPS event as an update, or a word on why it is none."""
    from hub.adapters.hmpps import SetAside, read
    from hub.writing import envelope

    found = read(content)
    if isinstance(found, SetAside):
        out.print(f"{name}: set aside as [yellow]{found.name}[/yellow]: {found.why}")
        return
    yield (
        name,
        envelope(agency, found.kind, found.data, update_id=found.update_id, occurred_at=found.occurred_at),
    )


def _publish(hub: "Session", lines: list[tuple[str, bytes]]) -> int:
    """Publish in order, with a bar. Returns how many were refused."""
    from rich.progress import Progress

    refused = 0
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("Publishing", total=len(lines))
        for start in range(0, len(lines), LINES):
            chunk = lines[start : start + LINES]
            for (name, _), result in zip(chunk, send(hub, [line for _, line in chunk]), strict=True):
                refused += _report(name, result, alone=len(lines) == 1)
            progress.advance(task, len(chunk))
    out.print(f"{len(lines) - refused} of {len(lines)} acknowledged")
    return refused


def send(hub: "Session", chunk: list[bytes]) -> list[dict[str, Any]]:
    """Publish these in order; a receipt or a problem for each."""
    import orjson

    body = b"\n".join(chunk)
    answer = hub.request("POST", "/v1/updates", content=body, headers={"Content-Type": "application/x-ndjson"})
    return [orjson.loads(line) for line in answer.content.splitlines()]


def _report(name: str, result: dict[str, Any], *, alone: bool) -> int:
    from hub.cli.session import in_words

    if "problem" in result:
        err.print(f"{name}: {in_words(result['problem'])}", style="red", markup=False, soft_wrap=True)
        return 1
    if alone:
        out.print(f"{name}: receipt {result['receipt']['id']}")
    return 0
