"""Held updates, for those who may place them: the IOM units, each those of its own cases, and of people whom nobody
knows where the publisher works in its area. To everybody else there is nothing here.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from consumers.rows import shown
from hub import proposing
from hub.api.access import Publisher, Reader, TheHub
from hub.api.problems import NotFound
from hub.bootstrap import Hub
from hub.ports import UpdateKey
from hub.proposing import Candidate, Ground, Order, Waiting, may_place
from hub.receiving import Caller
from schemas.identifiers import AgencyId

router = APIRouter(prefix="/held", tags=["held"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Proposal(BaseModel):
    """Somebody whom the update may be about, by this agency's own record id, and why."""

    record: UUID
    person: str
    date_of_birth: date | None
    grounds: list[Ground]


class HeldUpdate(BaseModel):
    """An update that waits, and who is meant; what it says of them is not shown. Nothing is chosen among `proposed`."""

    publisher: AgencyId
    id: UUID
    kind: str
    occurred_at: datetime
    held_since: datetime
    reason: str
    urgent: bool
    """An arrest or a release: look at it, and ask its publisher, within minutes (D27)."""
    person: str | None
    date_of_birth: date | None
    identifiers: dict[str, str]
    proposed: list[Proposal]


class HeldList(BaseModel):
    """Everything that waits, the urgent first, and then in the order in which it came."""

    held: list[HeldUpdate]


class DiscardingOrder(BaseModel):
    """Who decides, and why."""

    model_config = ConfigDict(extra="forbid")

    by: Text
    because: Text


class PlacingOrder(DiscardingOrder):
    """With which record it is placed, as this agency knows it."""

    record: UUID


class Done(BaseModel):
    """What became of the update."""

    publisher: AgencyId
    id: UUID
    outcome: str


@router.get("")
def list_held(hub: TheHub, who: Reader) -> HeldList:
    """What waits to be placed: an update that points to nobody, to two records, or contradicts a record (D27). A unit
    sees what may be about the person of a case of its own; and where it may be about nobody, what agencies of its area
    publish, or of no area.
    """
    _check(hub, who)
    hub.recorder.consulted(who, "held", {})
    return HeldList(held=[_said(hub, who, each) for each in sorted(_shown(hub, who), key=lambda each: not each.urgent)])


@router.post("/{publisher}/{update_id}/placing")
def place_held(publisher: str, update_id: UUID, order: PlacingOrder, hub: TheHub, who: Publisher) -> Done:
    """Place a held update with a record. Every partner is told then what it would have been told."""
    proposing.place(hub.acceptor, _theirs(hub, who, publisher, update_id), order.record, _order(who, order))
    return Done(publisher=publisher, id=update_id, outcome="placed")


@router.post("/{publisher}/{update_id}/discarding")
def discard_held(publisher: str, update_id: UUID, order: DiscardingOrder, hub: TheHub, who: Publisher) -> Done:
    """Discard a held update. Its content is gone; its receipt stays."""
    proposing.discard(hub.acceptor, _theirs(hub, who, publisher, update_id), _order(who, order))
    return Done(publisher=publisher, id=update_id, outcome="discarded")


def _check(hub: Hub, who: Caller) -> None:
    if not may_place(hub.bundle, who.agency):
        raise NotFound


def _theirs(hub: Hub, who: Caller, publisher: str, update_id: UUID) -> UpdateKey:
    """A held update that this unit is shown; of any other there is nothing here."""
    _check(hub, who)
    key = UpdateKey(publisher, update_id)
    if key not in [each.received.key for each in _shown(hub, who)]:
        raise NotFound
    return key


def _order(who: Caller, order: DiscardingOrder) -> Order:
    return Order(who.agency, order.by, order.because, who.sub)


def _shown(hub: Hub, who: Caller) -> list[Waiting]:
    with hub.archive() as archive:
        return proposing.shown(hub.acceptor, archive, who.agency)


def _said(hub: Hub, who: Caller, waiting: Waiting) -> HeldUpdate:
    received, update = waiting.received, waiting.received.update
    proposals = (_proposal(hub, who, candidate) for candidate in waiting.candidates)
    return HeldUpdate(
        publisher=received.key.publisher,
        id=received.key.update_id,
        kind=received.kind,
        occurred_at=received.occurred_at,
        held_since=waiting.since,
        reason=waiting.reason,
        urgent=waiting.urgent,
        person=update.person,
        date_of_birth=update.date_of_birth,
        identifiers=dict(update.identifiers.pairs()) if update.identifiers else {},
        proposed=[proposal for proposal in proposals if proposal],
    )


def _proposal(hub: Hub, who: Caller, candidate: Candidate) -> Proposal | None:
    """Only somebody of whom this agency's view holds something: what is held opens no case."""
    record, identity = hub.identity.record(who.agency, candidate.record_id), candidate.identity
    if not shown(hub.hosted[who.agency].views.facts(record)):
        return None
    return Proposal(
        record=record, person=identity.person, date_of_birth=identity.date_of_birth, grounds=list(candidate.grounds)
    )
