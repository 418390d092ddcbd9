"""Explanations: why, for whoever may ask (D28): a partner of what it holds, a publisher of its own update, information
governance of everything. Every such read has its ledger entry first.
"""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from access_policies.model import Given
from consumers import alerts, rows
from hub.api.access import Governor, Originator, Reader, TheHub
from hub.api.policies import Bar, Ground, bar, grounds_of
from hub.api.problems import NotFound
from hub.bootstrap import Hub
from hub.explaining import Cell, Held, Told, explain_cells, explain_held, explain_update
from hub.originating import explain_own
from hub.ports import UpdateKey
from hub.receiving import Problem, Rejected
from schemas.identifiers import AgencyId
from schemas.views import Fact

router = APIRouter(tags=["explanations"])


class CellBody(BaseModel):
    """One field and the reason, in words."""

    field: str
    outcome: str
    reason: str


class UnmetBody(BaseModel):
    """A clause that would have told the field, and what it would have taken: of each word one of these values."""

    clause: str
    needs: dict[str, list[str]]


class FullCell(CellBody):
    """One field, the reason in words, and what it rests on: `met` are the words by which the clause told it, or the
    rule barred it, as they were.
    """

    clause: str | None = None
    met: dict[str, list[str]] = {}
    never: str | None = None
    unmet: list[UnmetBody] = []


class HeldExplanation(BaseModel):
    """Why this agency was told what it holds of a message."""

    message_id: UUID
    cells: list[CellBody]


class HeldFact(HeldExplanation):
    """Why this agency was told a fact in its view."""

    fact: str
    kind: str


class HeldView(BaseModel):
    """Why this agency was told each fact that it holds of one person."""

    record: UUID
    facts: list[HeldFact]


class TracedMessage(BaseModel):
    """Something that a partner holds, back to its message, the update and the clause of every field."""

    message_id: UUID
    kind: str
    update: str
    decided_under: str
    cells: list[FullCell]


class TracedFact(TracedMessage):
    """A fact in a partner's view, traced."""

    fact: str


class TracedView(BaseModel):
    """Every fact that a partner holds of one person, traced."""

    record: UUID
    facts: list[TracedFact]


class FullExplanation(BaseModel):
    """Every field of an update for every partner, under the rules by which it was decided: those of the bundle
    `decided_under`, whichever is in force now. `since` says what left a partner's feed again, and by which update.
    """

    kind: str
    decided_under: str
    partners: dict[AgencyId, list[FullCell]]
    since: dict[AgencyId, list[str]]


class OwnExplanation(BaseModel):
    """What became of this agency's own update: in full for itself and those of whom it was told that they work the
    case, and for all others the general rule, whether or not there are any.
    """

    kind: str
    decided_under: str
    partners: dict[AgencyId, list[FullCell]]
    since: dict[AgencyId, list[str]]
    entitled: list[Ground]
    nevers: list[Bar]


class Asked(Given):
    """One situation of a kind of partner, as `expect` rows say it, and perhaps one field."""

    field: str | None = None


class CellsBody(BaseModel):
    """What the rules in force say of a kind in one situation."""

    bundle: str
    cells: list[FullCell]


@router.get("/policies/explanations/{message_id}")
def explain_message(message_id: UUID, hub: TheHub, who: Reader) -> HeldExplanation:
    """Why this agency was told each field that it holds of a message on its feed."""
    hub.recorder.consulted(who, "explanation", {"message": str(message_id)})
    with hub.archive() as archive:
        names = archive.held(who.agency, message_id)
    return HeldExplanation(message_id=message_id, cells=_plain(_held(hub, who.agency, message_id, names)))


@router.get("/cases/{record}/explanation")
def explain_case(record: UUID, hub: TheHub, who: Reader) -> HeldView:
    """Why this agency was told each fact that it holds of one person."""
    hub.recorder.consulted(who, "case explanation", {"record": str(record)})
    facts = [
        HeldFact(message_id=fact.message_id, cells=_plain(held), fact=fact.fact, kind=fact.kind)
        for fact, held in _facts(hub, who.agency, record, for_partner=True)
    ]
    return HeldView(record=record, facts=facts)


@router.get("/alerts/{alert_id}/explanation")
def explain_alert(alert_id: UUID, hub: TheHub, who: Reader) -> HeldExplanation:
    """Why this agency was told what an alert says."""
    hub.recorder.consulted(who, "alert explanation", {"alert": str(alert_id)})
    names = _alert_names(hub, who.agency, alert_id)
    return HeldExplanation(message_id=alert_id, cells=_plain(_held(hub, who.agency, alert_id, names)))


@router.get("/updates/{update_id}/explanation")
def explain_own_update(update_id: UUID, hub: TheHub, who: Originator) -> OwnExplanation:
    """What became of an update that this agency published, and why. Only a publisher that works the case, and so got
    its update back on its own feed, is told; to any other it is as if there were none.
    """
    key = UpdateKey(who.agency, update_id)
    hub.recorder.consulted(who, "own decision", {"update": str(key)})
    with hub.archive() as archive:
        found = explain_own(archive, hub.governing.bundle_of, hub.identity, key)
    bundle = hub.governing.bundle_of(found.bundle)
    return OwnExplanation(
        kind=found.kind,
        decided_under=found.bundle,
        **_partners(found.partners),
        entitled=list(grounds_of(bundle, found.kind)),
        nevers=[bar(name, never) for name, never in bundle.policies.kinds[found.kind].never.items()],
    )


@router.get("/policies/decisions/{publisher}/{update_id}")
def explain_decision(publisher: str, update_id: UUID, hub: TheHub, who: Governor) -> FullExplanation:
    """Every field of an update for every partner: told, masked, held or withheld, and why (information governance)."""
    hub.recorder.consulted(who, "decision", {"update": f"{publisher}/{update_id}"})
    with hub.archive() as archive:
        found = explain_update(archive, hub.governing.bundle_of, UpdateKey(publisher, update_id))
    return FullExplanation(kind=found.kind, decided_under=found.bundle, **_partners(found.partners))


@router.get("/policies/cells/{kind}")
def explain_situation(kind: str, hub: TheHub, who: Governor, asked: Annotated[Asked, Query()]) -> CellsBody:
    """What the rules in force tell a kind of partner in one situation, and why (information governance)."""
    bundle, recipient = hub.bundle, asked.recipient
    hub.recorder.consulted(who, "cells", {"kind": kind, "recipient": recipient})
    policy = bundle.policies.kinds.get(kind)
    if policy is None or not bundle.agencies_of_kind(recipient) or asked.field not in (None, *policy.fields):
        raise NotFound
    try:
        situation = bundle.words.of(asked)
    except KeyError as unknown:
        word = unknown.args[0][0]
        raise Rejected([Problem(word, "vocabulary", "is no value of this word in the rules in force")]) from unknown
    cells = explain_cells(bundle, kind, recipient, situation)
    return CellsBody(bundle=bundle.digest, cells=[_full(c) for c in cells if asked.field in (None, c.field)])


@router.get("/policies/views/{agency}/{record}")
def trace_view(agency: str, record: UUID, hub: TheHub, who: Governor) -> TracedView:
    """Every fact that a partner holds of one person (by the partner's own record id), back to its clause (information
    governance).
    """
    hub.recorder.consulted(who, "view", {"agency": agency, "record": str(record)})
    facts = [
        TracedFact(**_traced(held), fact=fact.fact) for fact, held in _facts(hub, agency, record, for_partner=False)
    ]
    return TracedView(record=record, facts=facts)


@router.get("/policies/alerts/{agency}/{alert_id}")
def trace_alert(agency: str, alert_id: UUID, hub: TheHub, who: Governor) -> TracedMessage:
    """What a partner's alert says, back to its clause (information governance)."""
    hub.recorder.consulted(who, "alert of a partner", {"agency": agency, "alert": str(alert_id)})
    names = _alert_names(hub, agency, alert_id)
    return TracedMessage(**_traced(_held(hub, agency, alert_id, names, for_partner=False)))


def _held(hub: Hub, agency: AgencyId, message_id: UUID, names: Collection[str], *, for_partner: bool = True) -> Held:
    with hub.archive() as archive:
        return explain_held(archive, hub.governing.bundle_of, agency, message_id, names, for_partner=for_partner)


def _facts(hub: Hub, agency: AgencyId, record: UUID, *, for_partner: bool) -> list[tuple[Fact, Held]]:
    if agency not in hub.hosted:
        raise NotFound
    facts = rows.shown(hub.hosted[agency].views.facts(record))
    if not facts:
        raise NotFound
    return [(fact, _held(hub, agency, fact.message_id, fact.names(), for_partner=for_partner)) for fact in facts]


def _alert_names(hub: Hub, agency: AgencyId, alert_id: UUID) -> Collection[str]:
    row = hub.hosted[agency].views.alert(alert_id) if agency in hub.hosted else None
    if row is None:
        raise NotFound
    alert = alerts.shown(row)
    return {*alert.told, *(["person"] if alert.person else [])}


def _plain(held: Held) -> list[CellBody]:
    return [CellBody(field=cell.field, outcome=cell.outcome, reason=cell.reason) for cell in held.cells]


def _traced(held: Held) -> dict[str, Any]:
    return {
        "message_id": held.message_id,
        "kind": held.kind,
        "update": str(held.key),
        "decided_under": held.bundle,
        "cells": [_full(cell) for cell in held.cells],
    }


def _partners(partners: dict[AgencyId, Told]) -> dict[str, Any]:
    return {
        "partners": {agency: [_full(cell) for cell in told.cells] for agency, told in partners.items()},
        "since": {agency: told.since for agency, told in partners.items() if told.since},
    }


def _full(cell: Cell) -> FullCell:
    return FullCell(
        field=cell.field,
        outcome=cell.outcome,
        reason=cell.reason,
        clause=cell.clause,
        met={word: list(values) for word, values in cell.met.items()},
        never=cell.never,
        unmet=[
            UnmetBody(clause=each.clause, needs={word: list(values) for word, values in each.needs.items()})
            for each in cell.unmet
        ],
    )
