"""Two records that were one case for a while: afterwards nobody is told more than if nobody had ever linked them."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from property.pairs import world
from property.stories import JOINS, Event, stories
from support.partnership import EVERYONE, UNIT

UNLINKED = "trust.identity.unlinked"
WORD_ON_EARLIER = ("trust.consent.withdrawn",)
"""What is about what was told before, also where it names nothing."""


def parted(link: Event) -> list[Event]:
    """A link that counts at once, and is undone a minute later, before the story begins."""
    said = {"decided_by": "An Officer", "handling": "normal"}
    made = replace(link, accepted=-3)
    return [made, Event(98, UNIT, UNLINKED, None, said, made.key, -2)]


def told(story: list[Event]) -> dict[str, set[str]]:
    """Which of the updates that are about nothing earlier each agency is told."""
    store = world().store.fork()
    world().play(story, store)
    free = {str(event.key) for event in story if event.ref is None and event.kind not in WORD_ON_EARLIER}
    rows = store.messages.values()
    return {agency: free & {str(row.key) for row in rows if row.recipient == agency} for agency in EVERYONE}


@pytest.mark.duty("D12")
@pytest.mark.duty("D15")
def test_linking_and_unlinking_leaves_nobody_who_is_told_more() -> None:
    """Of what is published after that, each agency is told exactly what it would have been told without."""
    seen = Counter[str]()

    @given(stories(2, 8, joined=False), st.sampled_from(JOINS))
    @settings(max_examples=120, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(story: list[Event], link: Event) -> None:
        without, after = told(story), told([*parted(link), *story])
        for agency in EVERYONE:
            assert after[agency] - {str(link.key)} == without[agency]
            seen.update(told=len(without[agency]))

    compare()
    assert seen["told"] > 200
