"""Case views: what this agency was told of the people it works with. Every read has its ledger entry first."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.api.access import Reader, TheHub
from hub.api.problems import NotFound
from hub.bootstrap import Hub
from hub.receiving import Caller
from schemas.views import AgedFact, CaseView, Fact

router = APIRouter(tags=["cases"])


class CaseLine(BaseModel):
    """One person in the list."""

    record: UUID
    person: str | None


class CaseList(BaseModel):
    """People this agency was told of, in the order of their ids."""

    cases: list[CaseLine]


@router.get("/cases")
def list_cases(
    hub: TheHub,
    who: Reader,
    after: Annotated[UUID | None, Query(description="The last record of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CaseList:
    """The people whose cases this agency holds something of."""
    hub.recorder.consulted(who, "cases", {})
    records = [record for record in hub.hosted[who.agency].views.records() if after is None or record > after]
    return CaseList(cases=[CaseLine(record=r, person=_person(_facts(hub, who, r))) for r in records[:limit]])


@router.get("/cases/{record}")
def read_case(record: UUID, hub: TheHub, who: Reader) -> CaseView:
    """Everything this agency's view holds of one person."""
    hub.recorder.consulted(who, "case", {"record": str(record)})
    facts = _facts(hub, who, record)
    if not facts:
        raise NotFound
    today = hub.clock.now().date()
    return CaseView(record=record, facts=[AgedFact(**dict(fact), age_days=fact.age_on(today)) for fact in facts])


def _facts(hub: Hub, who: Caller, record: UUID) -> tuple[Fact, ...]:
    rows = hub.hosted[who.agency].views.facts(record)
    return tuple(Fact.model_validate_json(row.body) for row in rows)


def _person(facts: tuple[Fact, ...]) -> str | None:
    """The name as it was last told."""
    names = [str(fact.told["person"]) for fact in facts if "person" in fact.told]
    return names[-1] if names else None
