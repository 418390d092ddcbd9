"""A hub with people on the programme, each worked by the police, probation and the IOM unit: three partners told."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from hub.bootstrap import Hub, open_hub
from hub.installing import try_out
from hub.receiving import Caller, Received, receive
from hub.running import tune_interpreter
from hub.settings import Settings
from hub.working import EVERYTHING, Role
from hub.writing import envelope

POLICE, PROBATION, UNIT = "northshire-police", "northshire-probation", "northshire-iom-unit"
PEOPLE = 60
NOW = datetime.now(UTC)

_KINDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        POLICE,
        "custody.person.arrested",
        {"arrested_at": NOW.isoformat(), "station": "Northshire Central", "alleged_offence": "burglary"},
    ),
    (
        UNIT,
        "programme.risk.reassessed",
        {"method": "staffordshire-2014", "score": 30, "band": "medium", "in_prison": False, "deselected": False,
         "wanted": False},
    ),
    (
        PROBATION,
        "supervision.appointment.missed",
        {"due_at": NOW.isoformat(), "activity": "office_appointment", "enforceable": True},
    ),
)  # fmt: skip


def _as_shipped(settings: Settings) -> None:
    try_out(settings, None, NOW)


@contextmanager
def a_hub(
    install: Callable[[Settings], object] = _as_shipped, roles: Collection[Role] = EVERYTHING, **others: Any
) -> Iterator[Hub]:
    """A hub with its people, in a temporary directory, gone when the block ends. `install` puts its policies there."""
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home), **others)
        install(settings)
        hub = open_hub(settings, roles=roles)
        try:
            for number in range(PEOPLE):
                _person(hub, number)
            hub.catch_up()
            tune_interpreter()
            yield hub
        finally:
            hub.close()


def _person(hub: Hub, number: int) -> None:
    who = {"identifiers": {"crn": f"X99{number:04d}"}}
    decision = {"person": f"Fictional Testcase-{number}", "date_of_birth": "1990-01-01", "cohort": "Fixed"}
    _publish(hub, UNIT, "programme.cohort.decided", who | decision | {"statutory": True, "decided_by": "A Coordinator"})
    for agency in (POLICE, PROBATION):
        claim = _publish(hub, UNIT, "programme.agency.involved", {**who, "agency": agency, "role": "active"})
        message = str(hub.identity.message(agency, *claim.key))
        _publish(hub, agency, "trust.fact.confirmed", {"update": message})


def _publish(hub: Hub, agency: str, kind: str, data: dict[str, Any]) -> Received:
    received = _received(hub, agency, raw(agency, kind, data))
    for result in hub.commits.accept([received]):
        if isinstance(result, Exception):
            raise result
    return received


def raw(agency: str, kind: str, data: dict[str, Any]) -> bytes:
    """The bytes of one update with an id of its own."""
    data = {"author_role": "benchmark", **data}
    return envelope(agency, kind, data, update_id=uuid4(), occurred_at=NOW)


def updates(count: int) -> list[tuple[str, bytes]]:
    """Arrests, scores and missed appointments of all people in turn, with the agency that publishes each."""
    found = []
    for number in range(count):
        agency, kind, data = _KINDS[number % len(_KINDS)]
        who = {"identifiers": {"crn": f"X99{number % PEOPLE:04d}"}}
        found.append((agency, raw(agency, kind, {**who, **data})))
    return found


def received(hub: Hub, batch: list[tuple[str, bytes]]) -> list[Received]:
    """The updates, verified."""
    return [_received(hub, agency, content) for agency, content in batch]


def _received(hub: Hub, agency: str, content: bytes) -> Received:
    return receive(content, Caller(agency, "benchmark"), hub.bundle, NOW)


def records(hub: Hub) -> int:
    """How many feed records there are."""
    return sum(hub.feed.head(agency)[0] for agency in hub.bundle.policies.partners)
