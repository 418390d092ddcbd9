"""A case that every kind of partner works, for the tables of supervision and of the safety of staff."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from support.partnership import (
    DRUGS,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
)

LOCAL, COURT, CARE = "northshire-neighbourhood-team", "northshire-court", "northshire-social-care"
MENTORS = "walk-along-mentors"
AGENCIES = {
    "police": POLICE,
    "local": LOCAL,
    "probation": PROBATION,
    "prison": PRISON,
    "court": COURT,
    "iom": UNIT,
    "housing": HOUSING,
    "hostel": HOSTEL,
    "drugs": DRUGS,
    "care": CARE,
    "mentors": MENTORS,
}
PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}

Story = tuple[Partnership, dict[str, Any]]


def works(partners: Partnership, someone: Mapping[str, Any], agency: str, role: str = "active") -> None:
    """An agency says that it works the case, and the IOM unit confirms it: no consent of the person is in it."""
    claim = {"agency": agency, "role": role, "pathways": PATHWAYS.get(agency, ())}
    partners.confirm(UNIT, agency, partners.publish(agency, "programme.agency.involved", {**someone, **claim}))


@contextmanager
def worked() -> Iterator[Story]:
    """Everybody works with one person, who has agreed to nothing."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency in AGENCIES.values():
            if agency != UNIT:
                works(partners, someone, agency)
        yield partners, someone


def shared(story: Story, publisher: str, kind: str, said: Mapping[str, Any]) -> dict[str, set[str]]:
    """What each agency but the publisher is told of an update, by its short name."""
    partners, someone = story
    partners.publish(publisher, kind, someone | said)
    others = {short: agency for short, agency in AGENCIES.items() if agency != publisher}
    return {short: {name for told in partners.told(agency, kind) for name in told} for short, agency in others.items()}
