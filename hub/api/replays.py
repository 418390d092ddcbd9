"""Replays, for information governance: real traffic decided anew, under other rules, or for a partner that may come.

Nothing is changed. A replay goes page by page, so that no request takes long; each page has its ledger entry first.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, JsonValue, ValidationError

from access_policies.compiling import Bundle
from access_policies.joining import Assumed
from access_policies.model import Policies
from hub.api.access import Governor, TheHub
from hub.bootstrap import Hub
from hub.identity import Identity
from hub.ports import Archive
from hub.receiving import Caller, Problem, Rejected
from hub.replaying import Newcomer, Occasions, Window, World, as_recorded, differences, received_by
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId

router = APIRouter(prefix="/policies", tags=["replays"])

PAGE = 500
"""Ledger entries to a page."""

Rules = Annotated[dict[str, JsonValue], Field(description="Policies in their canonical form.")]
Days = Annotated[int, Field(ge=1, le=3660, description="How far back, in days.")]


class Part(BaseModel):
    """Which part of the traffic: the window that the first answer gave, and where the next page begins."""

    first: int = Field(ge=0)
    until: int = Field(ge=0)
    next: int = Field(ge=0)


class Replay(BaseModel):
    """Two editions of the rules, and the traffic to decide by both."""

    old: Rules
    new: Rules
    days: Days = 30
    part: Part | None = None


class Row(BaseModel):
    """How often a field of a kind would have been told otherwise to a partner."""

    agency: AgencyId
    kind: str
    field: str
    how: str
    count: int


class Page(BaseModel):
    """One page. `part` asks for the next; with none the replay is done."""

    window: tuple[int, int]
    part: Part | None
    updates: int
    """How many updates were decided anew."""


class ReplayPage(Page):
    """What would have gone otherwise."""

    rows: list[Row]


class DryRun(BaseModel):
    """A partner that may come (it is in the register of these rules), what is to be assumed of it, and the traffic."""

    rules: Rules
    agency: AgencyId
    assume: Assumed
    key: str = Field(pattern="^[0-9a-f]{64}$", description="Names ids in this dry run and nothing else; throw it away.")
    days: Days = 30
    disclosures: bool = False
    part: Part | None = None


class ToldRow(BaseModel):
    """How often a field of a kind would have been told, clear or by which mask."""

    kind: str
    field: str
    how: str
    count: int


class DryRunPage(Page):
    """What the partner would have received, counted; and itself, where that was asked for."""

    received: int
    rows: list[ToldRow]
    disclosures: list[dict[str, JsonValue]]


@router.post("/replays")
def replay(asked: Replay, hub: TheHub, who: Governor) -> ReplayPage:
    """What real traffic would newly tell, or no longer tell, under other rules."""
    old, new = _bundle(asked.old, "old"), _bundle(asked.new, "new")
    with hub.archive() as archive:
        occasions, part = _begun(hub, archive, asked.days, asked.part)
        _enter(hub, who, "replay", part, {"old": old.digest, "new": new.digest})
        was, now = (World(bundle, occasions, part.first, as_recorded(bundle)) for bundle in (old, new))
        found, updates = Counter[tuple[str, ...]](), 0
        for occasion in occasions.within(part.next, _end(part)):
            found.update(tuple(each) for each in differences(was, now, occasion))
            updates += 1
    rows = [Row(agency=a, kind=k, field=f, how=how, count=count) for (a, k, f, how), count in found.items()]
    return ReplayPage(**_page(part, updates), rows=rows)


@router.post("/dry-runs")
def dry_run(asked: DryRun, hub: TheHub, who: Governor) -> DryRunPage:
    """What a partner that may come would have received of real traffic, to the field."""
    bundle, newcomer = _bundle(asked.rules, "rules"), Newcomer(asked.agency, asked.assume)
    throw_away = Identity(bytes.fromhex(asked.key))
    with hub.archive() as archive:
        occasions, part = _begun(hub, archive, asked.days, asked.part)
        about: dict[str, JsonValue] = {"agency": asked.agency, "rules": bundle.digest, "disclosures": asked.disclosures}
        _enter(hub, who, "dry run", part, about)
        world = World(bundle, occasions, part.first, _situations(newcomer, bundle))
        found, sent, updates = Counter[tuple[str, ...]](), list[Disclosure](), 0
        for occasion in occasions.within(part.next, _end(part)):
            updates += 1
            plan = world.plans(occasion).get(newcomer.agency)
            disclosure = received_by(newcomer, world, throw_away, occasion)
            if plan and disclosure:
                kind = occasion.received.kind
                found.update((kind, name, how) for name, how in occasion.told(newcomer.agency, plan).items())
                sent.append(disclosure)
    rows = [ToldRow(kind=k, field=f, how=how, count=count) for (k, f, how), count in found.items()]
    shown = [dict(each.elements()) for each in sent] if asked.disclosures else []
    return DryRunPage(**_page(part, updates), received=len(sent), rows=rows, disclosures=shown)


def _bundle(rules: Mapping[str, Any], where: str) -> Bundle:
    """The rules that were sent. Whoever asks may ask about rules that no hub would take; they must only be readable."""
    content = {name: said for name, said in rules.items() if name != "masks_version"}
    try:
        return Bundle(Policies.model_validate(content))
    except (ValidationError, LookupError) as broken:
        problem = Problem(where, "policies", "are no policies that hold together; try `iom-hub policy check`")
        raise Rejected([problem]) from broken


def _situations(newcomer: Newcomer, bundle: Bundle) -> Any:
    try:
        return newcomer.situations_in(bundle)
    except LookupError as unknown:
        raise Rejected([Problem("assume", "vocabulary", "names what these rules do not have")]) from unknown


def _begun(hub: Hub, archive: Archive, days: int, part: Part | None) -> tuple[Occasions, Part]:
    """The traffic, and which part of it is asked for: what an earlier page said, or the beginning of the window."""
    occasions = Occasions(archive, hub.governing.bundle_of, hub.settings.settle)
    if part is None:
        window: Window = occasions.window(hub.clock.now() - timedelta(days=days))
        part = Part(first=window.first, until=window.until, next=window.first)
    return occasions, part


def _enter(hub: Hub, who: Caller, what: str, part: Part, about: Mapping[str, JsonValue]) -> None:
    hub.recorder.consulted(who, what, {**about, "entries": [part.next, _end(part)]})


def _end(part: Part) -> int:
    return min(part.next + PAGE, part.until)


def _page(part: Part, updates: int) -> dict[str, Any]:
    following = part.model_copy(update={"next": _end(part)}) if _end(part) < part.until else None
    return {"window": (part.first, part.until), "part": following, "updates": updates}
