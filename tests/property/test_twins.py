"""Twins never merge (D27): whatever is said of two people of one name and one birth date, each keeps what is theirs."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.builders import a_missed_appointment
from support.fates import fate
from support.partnership import PROBATION, UNIT, Partnership, partnership

MISSED, DECIDED = "supervision.appointment.missed", "programme.cohort.decided"
NAMED: dict[str, Any] = {"person": "Fictional Twin", "date_of_birth": "1990-01-01"}
NUMBERS = [{"crn": "X990001"}, {"crn": "X990002"}, {"noms": "Z0001ZZ"}, {"noms": "Z0002ZZ"}]
"""The first of each kind is the elder twin's, the second the younger's."""
SAID = st.lists(st.tuples(st.sampled_from([MISSED, DECIDED]), st.sampled_from([None, *NUMBERS])), max_size=8)


def says(partners: Partnership, kind: str, numbers: dict[str, str] | None) -> str:
    """What becomes of an update that names a twin, by name and birth date, and perhaps by a number."""
    about = NAMED | ({"identifiers": numbers} if numbers else {})
    if kind == MISSED:
        return fate(partners, PROBATION, partners.publish(PROBATION, MISSED, about | a_missed_appointment()))
    decided = about | {"cohort": "Flex", "statutory": False, "decided_by": "A Coordinator"}
    return fate(partners, UNIT, partners.publish(UNIT, DECIDED, decided))


@pytest.mark.duty("D27")
@settings(max_examples=25, deadline=None)
@given(SAID)
def test_twins_never_merge(said: list[tuple[str, dict[str, str] | None]]) -> None:
    """There are two records at the end as at the beginning, or more where a number came that was nobody's; none has
    both twins' numbers, and what named no number was placed with neither.
    """
    with partnership() as partners:
        for numbers in NUMBERS[:2]:
            says(partners, DECIDED, numbers)
        fates = [(kind, numbers, says(partners, kind, numbers)) for kind, numbers in said if numbers or kind == MISSED]
        with partners.hub.archive() as archive:
            people = [identity for _, identity in archive.people()]
        assert all(sum(str(each).count(numbers) for numbers in ("X99000", "Z000")) == 1 for each in people)
        assert {found for _, numbers, found in fates if numbers is None} <= {"held: unknown_person"}
        assert partners.hub.verify().problems == []
