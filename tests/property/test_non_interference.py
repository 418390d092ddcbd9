"""Arrival is a disclosure: what a partner has follows from what it is told, and from nothing that is withheld from it.

Two stories that tell a partner the same give it byte-equal traces: feed records with their numbers, hashes and salts,
the rows of its case views and alerts, and the receipts for what it published itself. A thousand pairs run in a hub
whose store is memory; a hundred in real hubs, each with its own files, its group commit and its hosted consumers.
"""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from property.playing import World, begin, traces_in
from property.stories import Event, base, events, said_of, stories
from property.taken import Projection
from support.partnership import EVERYONE, HOUSING

Pair = tuple[str, list[Event], list[Event]]

PAIRS, REAL_PAIRS = 1000, 100


@cache
def world() -> World:
    """The hub in memory from which every story begins."""
    return World.begun()


def told(story: list[Event]) -> dict[str, tuple[list[Projection], list[Event]]]:
    """For every partner what the story tells it, and what it says itself."""
    feeds = world().expected(story).feeds
    return {agency: (feeds[agency], [event for event in story if event.publisher == agency]) for agency in EVERYONE}


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """A partner, a story, and another one that differs in up to three things of which the partner hears nothing."""
    partner, story = draw(st.sampled_from(EVERYONE)), draw(stories(2, 6))
    other, same = story, told(story)[partner]
    left = draw(st.integers(1, 3))
    for number in range(8):
        changed = draw(st.sampled_from([_inserted, _inserted, _said_otherwise, _left_out]))(
            draw, partner, other, number
        )
        if changed != other and told(changed)[partner] == same:
            other, left = changed, left - 1
        if not left:
            break
    return partner, story, other


def _inserted(draw: st.DrawFn, partner: str, story: list[Event], number: int) -> list[Event]:
    """One more update, by somebody else: of any kind, placed, held or discarded, about anybody."""
    place = draw(st.integers(0, len(story)))
    accepted = (story[place - 1].accepted if place else 0) + 3 + number
    new = draw(events(500 + number, [*base(), *story[:place]], accepted, not_by=partner))
    return sorted([*story, new], key=lambda event: event.accepted)


def _said_otherwise(draw: st.DrawFn, partner: str, story: list[Event], number: int) -> list[Event]:
    """Somebody else's update says other things, or is marked restricted."""
    places = [place for place, event in enumerate(story) if event.publisher != partner]
    if not places:
        return story
    place = draw(st.sampled_from(places))
    event = story[place]
    name = {"person": event.said["person"]} if "person" in event.said and event.person is not None else {}
    said = draw(said_of(event.kind)) | name
    return [*story[:place], replace(event, said=said), *story[place + 1 :]]


def _left_out(draw: st.DrawFn, partner: str, story: list[Event], number: int) -> list[Event]:
    """Somebody else's update was never published."""
    places = [place for place, event in enumerate(story) if event.publisher != partner]
    place = draw(st.sampled_from(places)) if places else len(story)
    return [*story[:place], *story[place + 1 :]]


def unaffected(one: list[Event], other: list[Event]) -> list[str]:
    """The partners whom both stories tell the same."""
    told_one, told_other = told(one), told(other)
    return [agency for agency in EVERYONE if told_one[agency] == told_other[agency]]


@pytest.mark.duty("D29")
def test_what_is_withheld_leaves_no_trace_in_memory() -> None:
    """A thousand pairs of stories that tell a partner the same give it the same bytes, whatever else happened."""
    seen = Counter[str]()

    @given(pairs())
    @settings(max_examples=PAIRS, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(pair: Pair) -> None:
        partner, one, other = pair
        partners = unaffected(one, other)
        assert partner in partners
        mine, theirs = (world().traces(story, partners) for story in (one, other))
        for each in partners:
            assert mine[each] == theirs[each]
        seen.update(pairs=1, different=one != other, compared=len(partners), records=len(mine[partner]["feed"]))

    compare()
    assert seen["pairs"] >= PAIRS
    assert seen["different"] > PAIRS * 0.9
    assert seen["compared"] > PAIRS * 4
    assert seen["records"] > PAIRS * 4


@pytest.mark.duty("D29")
def test_what_is_withheld_leaves_no_trace_in_a_real_hub() -> None:
    """A hundred pairs through the store on disk, the group commit, the timers and the hosted views are equal too."""
    seen = Counter[str]()

    @given(pairs())
    @settings(max_examples=REAL_PAIRS, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(pair: Pair) -> None:
        partner, one, other = pair
        partners = unaffected(one, other)
        with TemporaryDirectory() as home:
            first = traces_in(template(), Path(home) / "one", one, partners)
            second = traces_in(template(), Path(home) / "other", other, partners)
        assert first == second
        seen.update(pairs=1, different=one != other, alerts=len(first[partner]["alerts"]))

    compare()
    assert seen["pairs"] >= REAL_PAIRS
    assert seen["different"] > REAL_PAIRS * 0.9
    assert seen["alerts"] > REAL_PAIRS * 0.5


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
    for agency in EVERYONE:
        assert [_said(each) for each in expected.feeds[agency]] == [
            {name: value for name, value in record.values().items() if name not in ("message_id", "bundle", "record")}
            for record in store.read(agency)
        ]


def _said(each: Projection) -> dict[str, object]:
    return {"kind": each.kind, **each.told} if each.told else {}


def test_a_partner_notices_what_it_is_told() -> None:
    """The comparison can fail: one more update that housing is told changes what housing has."""
    [story] = [[Event(100, "northshire-police", "custody.person.arrested", 0, said_of_an_arrest(), None, 0)]]
    assert HOUSING not in unaffected([], story)
    assert world().traces([], [HOUSING]) != world().traces(story, [HOUSING])


def said_of_an_arrest() -> dict[str, str]:
    """An arrest."""
    return {"arrested_at": "2026-03-02T08:30:00Z", "station": "Northshire Central", "alleged_offence": "burglary"}
