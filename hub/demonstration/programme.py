"""Visibly fake people on the programme, who works with whom, and thirty real histories of risk scores."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from hub.bootstrap import Hub
from hub.ports import UpdateKey
from hub.receiving import Caller, Received, receive
from hub.writing import envelope
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId
from schemas.receipts import Receipt

POLICE = "northshire-police"
PROBATION = "northshire-probation"
PRISON = "hmp-fictional"
UNIT = "northshire-iom-unit"
HOUSING = "northshire-council-housing"
HOSTEL = "open-door-hostel"
DRUGS = "northshire-drug-service"
NEIGHBOURHOOD = "northshire-neighbourhood-team"
PROVIDER = "fictional-rehabilitation"
WOMENS_PRISON = "hmp-invented"
YOUTH = "northshire-youth-service"
SOCIAL_CARE = "northshire-social-care"
ASSOCIATION = "homely-housing-association"
HEALTH = "northshire-health"
TRAINING = "new-start-training"
MENTORS = "walk-along-mentors"
OTHER_UNIT = "lower-northshire-iom-unit"
"""Of the other area of the county."""

PEOPLE = 360
METHOD = "staffordshire-2014"


class Step(NamedTuple):
    """One update to publish: by whom, of which kind, its data, when it happened; its id, where others refer to it."""

    agency: AgencyId
    kind: str
    data: dict[str, Any]
    moment: datetime
    id: UUID | None = None


def person(number: int) -> dict[str, Any]:
    """Whom an update is about: a visibly fake person."""
    return {"identifiers": {"crn": f"X99{number:04d}"}}


def name(number: int) -> str:
    """What the person is called, in every place the same."""
    return f"Fictional Testcase-{number:02d}"


def young(number: int) -> bool:
    """Whether the person is under 18, so that support agencies hear nothing (D18)."""
    return number % 40 == 39


def in_prison(number: int) -> bool:
    """Whether the person is in prison today: about a third are, as in the programme that was evaluated."""
    return number % 3 == 0 and number > 12 and not young(number)


def _born(number: int) -> date:
    return date(2010 if young(number) else 1970 + number % 30, 1, 1)


def provider(number: int) -> AgencyId:
    """Which of the two probation providers supervises the person."""
    return PROVIDER if number > 12 and number % 4 == 3 else PROBATION


def prison(number: int) -> AgencyId:
    """Which prison, where it comes to that."""
    return WOMENS_PRISON if number > 12 and number % 12 == 6 else PRISON


def decisions(moment: datetime) -> Iterator[Step]:
    """Everybody comes onto the programme, the identifiers and the name with them."""
    for number in range(1, PEOPLE + 1):
        data = {
            "identifiers": {"crn": f"X99{number:04d}", "noms": f"Z{number:04d}ZZ"},
            "person": name(number),
            "date_of_birth": _born(number).isoformat(),
            "cohort": ("Fixed", "Flex", "Free")[number % 3],
            "statutory": number % 3 != 2,
            "decided_by": "A Coordinator",
        }
        yield Step(UNIT, "programme.cohort.decided", data, moment)


def involvement(moment: datetime) -> Iterator[Step]:
    """Each agency says for itself that it works a case; none of it counts until the IOM unit confirms it (D12)."""
    for number in range(1, PEOPLE + 1):
        for agency, pathways in _working(number):
            claim = {**person(number), "agency": agency, "role": "active", "pathways": pathways}
            yield Step(agency, "programme.agency.involved", claim, moment)


def _working(number: int) -> Iterator[tuple[AgencyId, list[str]]]:
    yield POLICE, []
    yield provider(number), []
    if number == 2 or number % 3 == 0:
        yield prison(number), []
    if young(number):
        yield YOUTH, []
        return
    if number <= 2 or number % 2 == 0:
        yield HOUSING, ["accommodation"]
    if number == 1 or number % 5 == 0:
        yield HOSTEL, ["accommodation"]
    if number <= 2 or number % 4 == 0:
        yield DRUGS, ["drugs_alcohol"]
    if number > 12:
        yield from ((agency, pathways) for every, agency, pathways in _OTHERS if number % every == 0)


_OTHERS: tuple[tuple[int, AgencyId, list[str]], ...] = (
    (4, NEIGHBOURHOOD, []),
    (7, ASSOCIATION, ["accommodation"]),
    (8, HEALTH, ["health"]),
    (9, TRAINING, ["ete"]),
    (11, MENTORS, ["attitudes"]),
    (13, SOCIAL_CARE, ["families"]),
)
"""Who else works with every so manieth person."""


def works_with(number: int) -> frozenset[AgencyId]:
    """The agencies that work with the person."""
    return frozenset(agency for agency, _ in _working(number))


def consents(moment: datetime) -> Iterator[Step]:
    """Probation takes consents: for a hostel about a bed, for the drug service about treatment, for who trains or walks
    along about life after prison.
    """
    for number in range(1, PEOPLE + 1, 4):
        for agency, purpose in _AGREED:
            data = {
                "purposes": [purpose],
                "recipients": [agency],
                "form_version": "2026-01",
                "taken_by": "A Practitioner",
            }
            yield Step(provider(number), "trust.consent.given", {**person(number), **data}, moment)


_AGREED = (
    (HOSTEL, "accommodation"),
    (ASSOCIATION, "accommodation"),
    (DRUGS, "treatment"),
    (TRAINING, "resettlement"),
    (MENTORS, "resettlement"),
)


def histories() -> Iterator[Step]:
    """The thirty histories of the 2014 evaluation's Appendix 3: five scores each, prison as its own state."""
    text = files("hub.demonstration").joinpath("histories.csv").read_text(encoding="ascii")
    for row in csv.DictReader(text.splitlines()):
        data = {
            "method": METHOD,
            "score": int(row["score"]),
            "band": row["band"],
            **{flag: row[flag] == "true" for flag in ("in_prison", "deselected", "wanted")},
        }
        moment = datetime.fromisoformat(row["date"]).replace(hour=12, tzinfo=UTC)
        yield Step(UNIT, "programme.risk.reassessed", {**person(int(row["person"])), **data}, moment)


def confirmations(hub: Hub, after: int) -> Iterator[Step]:
    """The IOM unit confirms every claim that it reads on its own feed after `after`."""
    for _, disclosure in hub.feed.told(UNIT, after, 100_000):
        if disclosure and disclosure.kind == "programme.agency.involved":
            confirmed = {"update": str(disclosure.message_id)}
            yield Step(UNIT, "trust.fact.confirmed", confirmed, hub.clock.now())


def ready(hub: Hub, step: Step) -> Received:
    """A step as a verified update."""
    data = {"author_role": _AUTHORS[step.agency], **step.data}
    raw = envelope(step.agency, step.kind, data, update_id=step.id or uuid4(), occurred_at=step.moment)
    return receive(raw, Caller(step.agency, "the demonstration"), hub.bundle, hub.clock.now())


def publish(hub: Hub, step: Step) -> UpdateKey:
    """Publish one step, as its agency does."""
    received = ready(hub, step)
    accept(hub, received)
    return received.key


def accept(hub: Hub, received: Received) -> None:
    """Into the hub, durably."""
    [result] = hub.commits.accept([received])
    assert isinstance(result, Receipt), result


def reached(hub: Hub, agency: AgencyId, key: UpdateKey) -> bool:
    """Whether an agency was told an update."""
    message_id = hub.identity.message(agency, *key)
    return any(disclosure.message_id == message_id for disclosure in lately(hub, agency))


def lately(hub: Hub, agency: AgencyId) -> Iterator[Disclosure]:
    """What an agency was told of the day: the end of its feed, not the years before it."""
    after = max(hub.feed.head(agency)[0] - _A_DAY, 0)
    return (disclosure for _, disclosure in hub.feed.told(agency, after, _A_DAY) if disclosure)


_A_DAY = 1_000
"""Feed records: more than any agency is told in the day that is played."""


_AUTHORS = {
    NEIGHBOURHOOD: "neighbourhood officer",
    PROVIDER: "probation practitioner",
    WOMENS_PRISON: "resettlement worker",
    YOUTH: "youth worker",
    SOCIAL_CARE: "social worker",
    ASSOCIATION: "housing officer",
    HEALTH: "nurse",
    TRAINING: "trainer",
    MENTORS: "peer mentor",
    POLICE: "offender manager",
    PROBATION: "probation practitioner",
    PRISON: "resettlement worker",
    UNIT: "coordinator",
    HOUSING: "housing officer",
    HOSTEL: "key worker",
    DRUGS: "key worker",
}


def a_while_ago(hub: Hub, **by: float) -> datetime:
    """A moment before now."""
    return hub.clock.now() - timedelta(**by)
