"""`iom-hub feed export` and `iom-hub connect export`: what an agency was told, as its own systems take it in (IX7)."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.terminal import AsAgency, Home, err, quiet_logs, settings_for, the_user, told_plainly

if TYPE_CHECKING:
    from hub.cli.session import Session
    from hub.exporting import Told


class Form(StrEnum):
    """What a feed is exported as."""

    CSV = "csv"
    JSON = "json"
    CONTACTS = "contacts"


AsForm = Annotated[Form, typer.Option("--format", help="For a spreadsheet, another system, or probation's contacts.")]
After = Annotated[int, typer.Option(min=0, help="The last record that was exported before.")]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", exists=True, dir_okay=False, help="Your names for our fields; for contacts, your codes for kinds."
    ),
]
Into = Annotated[Path | None, typer.Option("-o", "--out", help="The file to write; standard output when left out.")]


def export(
    as_agency: AsAgency,
    form: AsForm,
    after: After = 0,
    mapping: MappingFile = None,
    into: Into = None,
    home: Home = None,
) -> None:
    """Export an agency's own feed as CSV, as JSON, or as contacts of the probation system.

    Example: [bold]iom-hub feed export --as northshire-probation --format contacts
    --mapping docs/examples/contact_codes.yaml -o contacts.csv[/bold]
    """
    from hub.cli.session import session

    quiet_logs()
    with told_plainly(), session(settings_for(home), as_agency, the_user(), "read") as hub:
        write(list(_feed(hub, begin(form, after))), as_agency, form, after, mapping, into)


def begin(form: Form, after: int) -> int:
    """After which record to read: contacts follow what they are about, however long ago that was entered."""
    return 0 if form is Form.CONTACTS else after


def _feed(hub: "Session", after: int) -> Iterator["Told"]:
    from hub.cli.reading import pages
    from hub.exporting import Told

    for record in pages(hub, after):
        yield Told(record["seq"], {each["name"]: each["value"] for each in record["elements"]})


def write(records: list["Told"], agency: str, form: Form, after: int, mapping: Path | None, into: Path | None) -> None:
    """Write the records that come after one. Exits where the mapping is unusable."""
    from hub.exporting import UnusableMapping

    try:
        made = _made(records, agency, form, after, mapping.read_text(encoding="utf-8") if mapping else None)
    except UnusableMapping as unusable:
        err.print(str(unusable), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if into:
        into.write_bytes(made)
    else:
        typer.get_binary_stream("stdout").write(made)
    last = max((told.seq for told in records), default=0)
    err.print(f"up to record {max(last, after)}; the next time: --after {max(last, after)}", soft_wrap=True)


def _made(records: list["Told"], agency: str, form: Form, after: int, mapping: str | None) -> bytes:
    from hub import exporting

    if form is Form.CONTACTS:
        if mapping is None:
            raise exporting.UnusableMapping("contacts need --mapping: a table of your codes for kinds of update")
        return exporting.as_contacts(records, exporting.contact_codes(mapping), agency, after)
    words = None if mapping is None else exporting.field_mapping(mapping)
    make = exporting.as_csv if form is Form.CSV else exporting.as_json
    return make(records, words)


def export_kit(
    form: AsForm,
    after: After = 0,
    mapping: MappingFile = None,
    into: Into = None,
    home: Annotated[Path | None, typer.Option("--home", help="The kit's home (IOM_HUB_KIT_HOME).")] = None,
) -> None:
    """Export what this kit has read, without asking the hub.

    Example: [bold]iom-hub connect export --format csv -o feed.csv[/bold]
    """
    from hub.cli.connect import opened
    from hub.exporting import Told

    with opened(home) as kit:
        last, _ = kit.feed.head(kit.agency)
        found = kit.feed.read(kit.agency, begin(form, after), last)
        records = [Told(each.header.seq, each.values()) for each in found]
        write(records, kit.agency, form, after, mapping, into)
