"""`iom-hub connect alerts` and `iom-hub connect case`: what a partner's own kit holds, and what it is asked."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from hub.cli.connect import KitPath, opened
from hub.cli.reading import HEAD, line, past, programme, supervision
from hub.cli.terminal import err, out, ruled

if TYPE_CHECKING:
    from hub.kit.opening import Kit
    from schemas.views import Fact


def alerts(
    all_of_them: Annotated[bool, typer.Option("--all", help="Those that were acknowledged, too.")] = False,
    acknowledge: Annotated[UUID | None, typer.Option(help="Say that somebody has seen this alert.")] = None,
    still_so: Annotated[UUID | None, typer.Option(help="Answer this prompt: what it asks about still stands.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    home: KitPath = None,
) -> None:
    """Show the alerts and what this agency is asked, or answer one: the hub then tells it back on the feed.

    Example: [bold]iom-hub connect alerts[/bold]
    Example: [bold]iom-hub connect alerts --acknowledge 7a1c…[/bold]
    Example: [bold]iom-hub connect alerts --still-so 52d0…[/bold]
    """
    with opened(home) as kit:
        if acknowledge:
            _receipt("acknowledged", kit.hub.acknowledge(acknowledge))
        elif still_so:
            _still_so(kit, still_so)
        else:
            _show(kit, open_only=not all_of_them, limit=limit)


def _receipt(what: str, receipt: dict[str, str]) -> None:
    out.print(f"{what}: receipt {receipt['id']}", soft_wrap=True)


def _still_so(kit: "Kit", prompt_id: UUID) -> None:
    asked = {each.prompt_id: each for each in kit.prompts(_now().date(), 10_000)}
    if prompt_id not in asked:
        err.print("this kit asks no such thing: see `iom-hub connect alerts`", style="red")
        raise typer.Exit(1)
    _receipt("still so", kit.hub.reaffirm(asked[prompt_id].record, asked[prompt_id].message_id))


def _show(kit: "Kit", *, open_only: bool, limit: int) -> None:
    from consumers.alerts import shown

    table = ruled("alert", "about", "what", "stands", "seen")
    for row in kit.hosted.views.alerts(open_only=open_only, limit=limit):
        alert = shown(row)
        what = "\n".join(filter(None, (alert.headline, alert.advice)))
        table.add_row(str(row.alert_id), alert.about, what, alert.certainty or "", "yes" if row.acknowledged else "")
    for each in kit.prompts(_now().date(), limit):
        table.add_row(str(each.prompt_id), "is it still so", each.question, "", "")
    out.print(table)


def case(
    record: Annotated[UUID | None, typer.Argument(help="A record id from the list; all when left out.")] = None,
    cohort: Annotated[str | None, typer.Option(help="Only who is in this cohort.")] = None,
    home: KitPath = None,
) -> None:
    """Show what this kit's view holds: everybody, or one person fact by fact.

    Example: [bold]iom-hub connect case[/bold]
    Example: [bold]iom-hub connect case --cohort Fixed[/bold]
    """
    with opened(home) as kit:
        if record:
            _one(kit, _facts(kit, record))
            return
        table = ruled(*HEAD, "facts")
        for each in kit.hosted.views.records():
            facts = _facts(kit, each)
            head = _head(each, facts)
            if facts and cohort in (None, head["programme"]["cohort"]):
                table.add_row(*line(head), str(len(facts)))
        out.print(table)


def _head(record: UUID, facts: "list[Fact]") -> dict[str, Any]:
    """As the hub's own list says it."""
    from consumers.cohorts import on_programme
    from consumers.supervision import supervised

    names = [str(fact.told["person"]) for fact in facts if "person" in fact.told]
    return {
        "record": str(record),
        "person": names[-1] if names else None,
        "programme": on_programme(facts, _now().date()).model_dump(),
        "supervision": supervised(facts, _now()).model_dump(),
    }


def _one(kit: "Kit", facts: "list[Fact]") -> None:
    if facts:
        head = _head(facts[0].record, facts)
        out.print(f"{programme(head['programme'])}\n{supervision(head['supervision'])}".strip(), highlight=False)
    table = ruled("fact", "when", "last confirmed", "from", "stands", "told")
    for fact in facts:
        told = "\n".join(f"{name}: {value}" for name, value in fact.told.items())
        past_age = kit.practice.past_age(fact, _now().date())
        last = (fact.stood_on or "") + past(past_age.model_dump() if past_age else None)
        table.add_row(fact.kind, fact.occurred_at or "", last, fact.source or "", fact.certainty or "", told)
    out.print(table)


def _facts(kit: "Kit", record: UUID) -> "list[Fact]":
    from consumers.rows import shown

    return [*shown(kit.hosted.views.facts(record))]


def _now() -> datetime:
    return datetime.now(UTC)
