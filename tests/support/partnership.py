"""A simulated partnership: a real hub in a temporary directory, with verbs that read like the story of a test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from access_policies.model import Policies
from hub.bootstrap import Hub, open_hub
from hub.settings import Settings
from hub.writing import envelope
from support.signing import govern, signed

POLICE = "northshire-police"
PROBATION = "northshire-probation"
PRISON = "hmp-fictional"
UNIT = "northshire-iom-unit"
HOUSING = "northshire-council-housing"
HOSTEL = "open-door-hostel"
DRUGS = "northshire-drug-service"
OTHER_UNIT = "lower-northshire-iom-unit"
OTHER_HOUSING = "lower-northshire-council-housing"
OTHER_TEAM = "lower-northshire-neighbourhood-team"
"""Of the other area of the county, where the unit, the council and the team of each have their own."""
EVERYONE = (POLICE, PROBATION, PRISON, UNIT, HOUSING, HOSTEL, DRUGS)
BOTH_AREAS = (*EVERYONE, OTHER_UNIT)
"""And the unit of the other area, whose case it may become."""

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class TurnedClock:
    """A clock that moves only when a test turns it."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Partnership:
    """A hub and its partners."""

    def __init__(self, home: Path, *, policies: Policies | None = None, **settings: Any) -> None:
        """The policies are signed; without any, the home's own bundle, else the shipped ones, are in force."""
        self.clock = TurnedClock()
        self.settings = Settings(home=govern(home, signed(1, policies) if policies else None), **settings)
        self.hub: Hub = open_hub(self.settings, clock=self.clock)

    def publish(
        self,
        agency: str,
        kind: str,
        data: Mapping[str, Any],
        *,
        update_id: UUID | None = None,
        at: datetime | None = None,
    ) -> UUID:
        """Publish as an agency; the id of the update."""
        update_id = update_id or uuid4()
        self.hub.publish(agency, raw_update(agency, kind, data, update_id, at or self.clock.now()), sub="a test")
        return update_id

    def person(self, number: int = 1, *, born: str | None = "1990-01-01") -> dict[str, Any]:
        """Somebody on the programme; returns what names them in an update."""
        person = who(number, born=born)
        decision = {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}
        self.publish(UNIT, "programme.cohort.decided", {**person, **decision})
        return {"identifiers": person["identifiers"]}

    def involve(
        self, person: Mapping[str, Any], agency: str, pathways: tuple[str, ...] = (), role: str = "active"
    ) -> UUID:
        """The IOM unit says that an agency works the case, and the agency confirms it (D12)."""
        claim = {**person, "agency": agency, "role": role, "pathways": list(pathways)}
        update_id = self.publish(UNIT, "programme.agency.involved", claim)
        self.confirm(agency, UNIT, update_id)
        return update_id

    def confirm(self, agency: str, publisher: str, update_id: UUID) -> UUID:
        """An agency confirms another's fact, by the message id under which it was (or would be) told of it."""
        message = str(self.hub.identity.message(agency, publisher, update_id))
        return self.publish(agency, "trust.fact.confirmed", {"update": message})

    def governed_by(self, bundle: str) -> None:
        """This bundle is put into the home, and the hub looks at it."""
        govern(self.settings.home, bundle)
        self.hub.governing.look()

    def told(self, agency: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Everything an agency's feed holds (of one kind), proofs checked."""
        records = self.hub.feed.read(agency, 0, 100_000)
        for record in records:
            record.verify()
        values = [record.values() for record in records]
        return [each for each in values if kind in (None, each.get("kind"))]


def who(number: int = 1, *, born: str | None = "1990-01-01") -> dict[str, Any]:
    """A visibly fake person."""
    person: dict[str, Any] = {
        "identifiers": {"crn": f"X99{number:04d}", "noms": f"Z{number:04d}ZZ"},
        "person": f"Fictional Testcase-{number}",
    }
    return person | ({"date_of_birth": born} if born else {})


def raw_update(agency: str, kind: str, data: Mapping[str, Any], update_id: UUID, at: datetime) -> bytes:
    """The bytes of an update."""
    return envelope(agency, kind, {"author_role": "test officer", **data}, update_id=update_id, occurred_at=at)


@contextmanager
def partnership(**settings: Any) -> Iterator[Partnership]:
    """A partnership that is gone when the block ends."""
    with TemporaryDirectory() as home:
        found = Partnership(Path(home), **settings)
        try:
            yield found
        finally:
            found.hub.close()
