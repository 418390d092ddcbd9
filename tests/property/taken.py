"""What the model keeps of updates, and what each of them says by now."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hub.facts import Facts
from hub.ports import UpdateKey
from hub.receiving import Received
from hub.standing import Standing
from property.happenings import POLICIES
from schemas.updates import Provisional
from schemas.updates.trust import AccessOpened
from support.partnership import BOTH_AREAS, who

SETTLE = timedelta(minutes=45)
BORN = {0: date(1990, 1, 1), 1: None, 2: date(1990, 1, 1), 3: date(1990, 1, 1)}


@dataclass
class Projection:
    """What one partner is told of one update; `told` is empty once it is over for it (D1, D13)."""

    key: UpdateKey
    kind: str
    told: dict[str, Any]
    at_first: dict[str, Any]
    """What it told before any of it was dropped: views were made of that."""
    access: UpdateKey | None = None
    """The opening on which alone it was told (D13)."""
    cells: dict[str, tuple[str, str]] = field(default_factory=dict, compare=False)
    """How each field was told, and on which ground."""
    locked: bool = field(default=False, compare=False)


@dataclass
class Taken:
    """An update as the model keeps it."""

    received: Received
    target: UpdateKey | None
    person: int
    at: datetime


def content_of(taken: Taken, facts: Facts) -> dict[str, Any]:
    """Everything that an update says, with how certain it is by now."""
    received = taken.received
    content = received.update.content()
    content |= {"source": received.key.publisher, "occurred_at": received.occurred_at.isoformat()}
    if isinstance(received.update, Provisional) and str(received.key) in facts.settled:
        content["certainty"] = "confirmed"
    elif isinstance(received.update, Provisional):
        content["settles_at"] = (taken.at + SETTLE).isoformat()
    if isinstance(received.update, AccessOpened):
        hours = timedelta(hours=POLICIES.vocabulary.access_hours)
        content |= {"until": (taken.at + hours).isoformat(), "reviewer": reviewing(received.key.publisher)}
    return content


def on_record(person: int) -> dict[str, Any]:
    """Told to all but the publisher, whose own feed says what it said and does not answer who somebody is."""
    born = {"date_of_birth": str(BORN[person])} if BORN[person] else {}
    return {"person": who(person + 1)["person"], **born}


def reviewing(opener: str) -> list[str]:
    """The side of what an emergency clause shows the opener; else the IOM unit."""
    mine = POLICIES.partners[opener].kind
    shown = {name for name, clause in POLICIES.clauses.items() if clause.recipient == mine and "access" in clause.when}
    owners = {kind.owner for kind in POLICIES.kinds.values() if shown & set(kind.share)} - {mine}
    return sorted(owners) or ["iom_unit"]


def reviewers(standing: Standing, opener: str) -> set[str]:
    """Who of that side works the case; where nobody does, the home unit."""
    kinds = reviewing(opener)
    there = {agency for agency in BOTH_AREAS if POLICIES.partners[agency].kind in kinds and standing.works(agency)}
    return there - {opener} or set(standing.home) - {opener}
