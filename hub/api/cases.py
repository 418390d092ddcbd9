"""Case views: what this agency was told of the people it works with. Every read has its ledger entry first."""

from itertools import islice
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Query
from pydantic import BaseModel

from consumers.cohorts import COHORT, on_programme
from consumers.rows import from_row, grows_old, shown
from consumers.supervision import supervised
from hub.api.access import Practice, Publisher, Reader, TheHub
from hub.api.problems import NotFound
from hub.api.saying import say_once
from hub.bootstrap import Hub
from hub.receiving import Caller
from schemas.receipts import Receipt
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.views import AgedFact, CaseView, Fact, OnProgramme, Supervised

router = APIRouter(tags=["cases"])


class CaseLine(BaseModel):
    """One person in the list."""

    record: UUID
    person: str | None
    programme: OnProgramme
    supervision: Supervised


class CaseList(BaseModel):
    """People this agency was told of, in the order of their ids."""

    cases: list[CaseLine]


@router.get("/cases")
def list_cases(
    hub: TheHub,
    who: Reader,
    after: Annotated[UUID | None, Query(description="The last record of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cohort: Annotated[str | None, Query(max_length=120, description="Only who is in this cohort.")] = None,
) -> CaseList:
    """The people whose cases this agency holds something of, each with its place on the programme in a few words."""
    hub.recorder.consulted(who, "cases", {})
    records = hub.hosted[who.agency].views.records() if cohort is None else _in_cohort(hub, who, cohort)
    page = ((each, _facts(hub, who, each)) for each in records if after is None or each > after)
    return CaseList(cases=[*islice((_line(hub, each, facts) for each, facts in page if facts), limit)])


def _in_cohort(hub: Hub, who: Caller, cohort: str) -> list[UUID]:
    """By the one fact that says so, of everybody."""
    today, rows = hub.clock.now().date(), hub.hosted[who.agency].views.named([COHORT])
    return [row.record for row in rows if on_programme([from_row(row)], today).cohort == cohort]


def _line(hub: Hub, record: UUID, facts: tuple[Fact, ...]) -> CaseLine:
    now = hub.clock.now()
    return CaseLine(
        record=record,
        person=_person(facts),
        programme=on_programme(facts, now.date()),
        supervision=supervised(facts, now),
    )


@router.get("/cases/{record}")
def read_case(record: UUID, hub: TheHub, who: Reader, practice: Practice) -> CaseView:
    """Everything this agency's view holds of one person."""
    hub.recorder.consulted(who, "case", {"record": str(record)})
    facts = _facts(hub, who, record)
    if not facts:
        raise NotFound
    now = hub.clock.now()
    today = now.date()
    return CaseView(
        record=record,
        programme=on_programme(facts, today),
        supervision=supervised(facts, now),
        facts=[
            AgedFact(
                **dict(fact),
                age_days=fact.age_on(today),
                last_confirmed=fact.stood_on,
                past_age=practice.past_age(fact, today),
            )
            for fact in facts
        ],
    )


@router.post("/cases/{record}/facts/{message_id}/reaffirmation")
def reaffirm(record: UUID, message_id: UUID, hub: TheHub, who: Publisher) -> Receipt:
    """Say that what this agency said of how something stands still stands: an update like any other. Saying it twice a
    day is once.
    """
    facts = _facts(hub, who, record)
    if not any(fact.message_id == message_id and fact.stands and grows_old(fact, who.agency) for fact in facts):
        raise NotFound
    data = {"update": str(message_id), "author_role": "reader of the case"}
    update_id = uuid5(message_id, f"reaffirmed/{hub.clock.now().date()}")
    return say_once(hub, who, UpdateReaffirmed.KIND, update_id, data)


def _facts(hub: Hub, who: Caller, record: UUID) -> tuple[Fact, ...]:
    return shown(hub.hosted[who.agency].views.facts(record))


def _person(facts: tuple[Fact, ...]) -> str | None:
    """The name as it was last told."""
    names = [str(fact.told["person"]) for fact in facts if "person" in fact.told]
    return names[-1] if names else None
