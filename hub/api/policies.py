"""Policies: what an agency may be told in general, why it was told what it holds, and, for governance, every cell."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.access import Governor, Reader, TheHub
from hub.api.problems import NotFound
from hub.explaining import explain_held, explain_update
from hub.ports import UpdateKey
from schemas.identifiers import AgencyId
from schemas.updates import KINDS

router = APIRouter(prefix="/policies", tags=["policies"])


class PolicyList(BaseModel):
    """The bundle in force and the kinds it speaks of."""

    bundle: str
    kinds: list[str]


class Ground(BaseModel):
    """A clause under which an agency of this kind may be told these fields."""

    clause: str
    because: str
    agreement: str
    when: dict[str, list[str]]
    fields: list[str]
    masked: list[str]


class KindForPartner(BaseModel):
    """What this agency may be told of one kind of update, in general (D28)."""

    kind: str
    may_publish: bool
    grounds: list[Ground]


class CellBody(BaseModel):
    """One field and the reason."""

    field: str
    outcome: str
    reason: str


class HeldExplanation(BaseModel):
    """Why this agency was told what it holds of a message."""

    message_id: UUID
    cells: list[CellBody]


class FullExplanation(BaseModel):
    """Every field of an update for every partner, under the rules by which it was decided: those of the bundle
    `decided_under`, whichever is in force now.
    """

    decided_under: str
    partners: dict[AgencyId, list[CellBody]]


@router.get("")
def list_policies(hub: TheHub, _: Reader) -> PolicyList:
    """The bundle in force."""
    return PolicyList(bundle=hub.bundle.digest, kinds=sorted(KINDS))


@router.get("/kinds/{kind}")
def read_kind(kind: str, hub: TheHub, who: Reader) -> KindForPartner:
    """What agencies like this one may be told of a kind, and on which grounds."""
    bundle = hub.bundle
    policy, partner = bundle.policies.kinds.get(kind), bundle.policies.partners.get(who.agency)
    if policy is None or partner is None:
        raise NotFound
    clauses = bundle.policies.clauses
    grounds = [
        Ground(
            clause=name,
            because=clauses[name].because,
            agreement=bundle.policies.agreement_of(name),
            when={word: list(values) for word, values in clauses[name].when.items()},
            fields=list(share.fields),
            masked=list(share.masked),
        )
        for name, share in policy.share.items()
        if clauses[name].recipient == partner.kind
    ]
    return KindForPartner(kind=kind, may_publish=bundle.may_publish(who.agency, kind), grounds=grounds)


@router.get("/explanations/{message_id}")
def explain_message(message_id: UUID, hub: TheHub, who: Reader) -> HeldExplanation:
    """Why this agency was told each field that it holds of a message on its feed."""
    hub.recorder.consulted(who, "explanation", {"message": str(message_id)})
    with hub.store.writing() as unit:
        key = unit.update_by_message(who.agency, message_id)
        if key is None:
            raise NotFound
        cells = explain_held(unit, hub.governing.bundle_of, who.agency, message_id, key)
    return HeldExplanation(message_id=message_id, cells=[CellBody(**vars(cell)) for cell in cells])


@router.get("/decisions/{publisher}/{update_id}")
def explain_decision(publisher: str, update_id: UUID, hub: TheHub, who: Governor) -> FullExplanation:
    """Every field of an update for every partner: told, masked or withheld, and why (information governance)."""
    hub.recorder.consulted(who, "decision", {"update": f"{publisher}/{update_id}"})
    with hub.store.writing() as unit:
        found = explain_update(unit, hub.governing.bundle_of, hub.identity, UpdateKey(publisher, update_id))
    partners = {agency: [CellBody(**vars(cell)) for cell in cells] for agency, cells in found.cells.items()}
    return FullExplanation(decided_under=found.bundle, partners=partners)
