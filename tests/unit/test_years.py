"""The two years of the demonstration: how much happens, to whom, and where people are at the end."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from hub.demonstration import years
from hub.demonstration.programme import PEOPLE, young

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEPS = list(years.history(NOW))


@pytest.mark.requirement("IX9")
def test_it_is_a_programme_of_the_size_that_was_evaluated() -> None:
    """360 people and two years make at least 36,000 updates, in the order in which they happened week by week."""
    assert len(STEPS) >= 36_000
    assert {step.moment <= NOW for step in STEPS} == {True}
    assert len({step.id for step in STEPS}) == len(STEPS)
    assert Counter(step.kind for step in STEPS)["custody.person.arrested"] > 100


@pytest.mark.requirement("RP14")
def test_about_a_third_is_in_prison_at_the_end() -> None:
    """Received and not released since: between three and four in ten; nobody under 18 is among them."""
    inside = set[str]()
    for step in STEPS:
        who = step.data["identifiers"]["crn"]
        if step.kind == "custody.person.received":
            inside.add(who)
        elif step.kind == "custody.person.released":
            inside.discard(who)
    assert 0.28 < len(inside) / PEOPLE < 0.4
    assert not [who for who in inside if young(int(who[-4:]))]
