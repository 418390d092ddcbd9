"""Arrival is a disclosure: what a partner has follows from what it is told, and from nothing that is withheld from it.

Two stories that tell a partner the same give it byte-equal traces: feed records with their numbers, hashes and salts,
the rows of its case views and alerts, and the receipts for what it published itself. Six hundred pairs run in a hub
whose store is memory (`make prove`: ten thousand); sixty in real hubs, each with its own files, its group commit
and its hosted consumers.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from property.pairs import QUIET, Pair, pairs, unaffected, world
from property.playing import begin, traces_in
from property.prove import Tally
from property.stories import Event, stories
from property.taken import Projection
from support.builders import an_arrest
from support.partnership import BOTH_AREAS, HOUSING, POLICE

PAIRS, REAL_PAIRS, QUIET_PAIRS = 600, 60, 300


@pytest.mark.duty("D29")
def test_what_is_withheld_leaves_no_trace_in_memory() -> None:
    """Six hundred pairs of stories that tell a partner the same give it the same bytes, whatever else happened."""
    seen = Counter[str]()

    @given(pairs())
    @settings(max_examples=PAIRS, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(pair: Pair) -> None:
        assert pair.differing() == []
        seen.update(pairs=1, compared=len(pair.unaffected))

    compare()
    assert seen["pairs"] >= PAIRS
    assert seen["compared"] > PAIRS * 4


@pytest.mark.duty("D29")
@pytest.mark.requirement("TR1")
def test_a_fact_that_a_rule_reads_leaves_no_trace_where_it_is_not_told() -> None:
    """Restrictions, concerns, consent to others, cohorts, who works the case, who broke the glass, how an update is to
    be handled: where they change nothing that a partner is told, they change nothing that it has.
    """
    seen = Counter[str]()

    @given(pairs(QUIET))
    @settings(max_examples=QUIET_PAIRS, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(pair: Pair) -> None:
        assert pair.differing() == []
        before = {event.key: event for event in pair.one}
        seen.update(event.kind for event in pair.other if event.key not in before)
        seen["marked"] += any(before.get(event.key, event).said != event.said for event in pair.other)

    compare()
    assert {*seen} == {*QUIET, "marked"}


@pytest.mark.duty("D29")
def test_what_is_withheld_leaves_no_trace_in_a_real_hub() -> None:
    """Sixty pairs through the store on disk, the group commit, the timers and the hosted views are equal too."""
    seen = Counter[str]()

    @given(pairs())
    @settings(max_examples=REAL_PAIRS, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(pair: Pair) -> None:
        with TemporaryDirectory() as home:
            first = traces_in(template(), Path(home) / "one", pair.one, pair.unaffected)
            second = traces_in(template(), Path(home) / "other", pair.other, pair.unaffected)
        assert first == second
        seen.update(pairs=1, alerts=len(first[pair.partner]["alerts"]))

    compare()
    assert seen["pairs"] >= REAL_PAIRS
    assert seen["alerts"] > REAL_PAIRS * 0.3


@cache
def _kept() -> TemporaryDirectory[str]:
    return TemporaryDirectory()


def template() -> Path:
    """The directory of a closed hub after `base`."""
    home = Path(_kept().name) / "template"
    if not home.exists():
        begin(home)
    return home


@given(stories())
@settings(max_examples=250)
def test_every_partner_is_told_what_the_page_says(story: list[Event]) -> None:
    """Update by update and field by field, each feed holds what the naive reading of duties and policies expects."""
    expected, store = world().expected(story), world().store.fork()
    world().play(story, store)
    for agency in BOTH_AREAS:
        assert [_said(each) for each in expected.feeds[agency]] == [
            {name: value for name, value in record.values().items() if name not in ("message_id", "bundle", "record")}
            for record in store.read(agency)
        ]


def _said(each: Projection) -> dict[str, object]:
    return {"kind": each.kind, **each.told} if each.told else {}


def test_a_partner_notices_what_it_is_told() -> None:
    """The comparison can fail: one more update that housing is told changes what housing has."""
    story = [Event(100, POLICE, "custody.person.arrested", 0, an_arrest(), None, 0)]
    assert HOUSING not in unaffected([], story)
    assert Pair(HOUSING, [], story, [HOUSING]).differing() == [HOUSING]


def test_a_pair_that_differs_is_counted_and_written_out() -> None:
    """What `make prove` says of a partner that has something else: which partner, and both stories."""
    arrest, tally = Event(100, POLICE, "custody.person.arrested", 0, an_arrest()), Tally()
    tally.take(Pair(HOUSING, [], [arrest], [HOUSING]))
    tally.take(Pair(HOUSING, [arrest], [arrest], [HOUSING]))
    [fault] = tally.faults
    assert fault.startswith(f"not the same for {HOUSING}\none:\n\nother:\n  Event(label=100")
    assert tally.line(2) == "2 pairs, 2 partners compared, 3 updates, 2 s: 1 different"
