"""Pairs of stories that tell a partner the same, and whether it has the same of both."""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from property.playing import World
from property.sayings import said_of
from property.stories import Event, base, events, stories
from property.taken import Projection
from support.partnership import BOTH_AREAS, EVERYONE, HOUSING, UNIT

Story = list[Event]


class Pair(NamedTuple):
    """Two stories, and the partners whom both tell the same: one at least."""

    partner: str
    one: Story
    other: Story
    unaffected: list[str]

    def differing(self) -> list[str]:
        """The partners who have something else of one story than of the other, in a hub in memory."""
        mine, theirs = (world().traces(story, self.unaffected) for story in (self.one, self.other))
        return [each for each in self.unaffected if mine[each] != theirs[each]]


Told = dict[str, tuple[list[Projection], Story]]


@cache
def world() -> World:
    """The hub in memory from which every story begins."""
    return World.begun()


def told(story: Story) -> Told:
    """For every partner what the story tells it, and what it says itself."""
    feeds = world().expected(story).feeds
    return {agency: (feeds[agency], [event for event in story if event.publisher == agency]) for agency in BOTH_AREAS}


def unaffected(one: Story, other: Story) -> list[str]:
    """The partners whom both stories tell the same."""
    return _alike(told(one), told(other))


def _alike(one: Told, other: Told) -> list[str]:
    return [agency for agency in BOTH_AREAS if one[agency] == other[agency]]


QUIET = frozenset(
    {
        "programme.agency.involved",
        "programme.agency.withdrew",
        "programme.cohort.decided",
        "trust.access.closed",
        "trust.access.opened",
        "trust.concern.disclosed",
        "trust.consent.given",
        "trust.consent.withdrawn",
        "trust.fact.confirmed",
        "trust.identity.linked",
        "trust.identity.unlinked",
        "trust.restriction.lifted",
        "trust.restriction.set",
    }
)
"""The kinds that set what a word of a rule reads, and that hardly anybody is told of."""


RESTRICTION = {
    "restriction": "victim_safety",
    "open_to": list(EVERYONE),
    "set_by": "A Detective",
    "review_on": "2026-06-01",
    "handling": "normal",
}
PRELUDE = [
    Event(90, UNIT, "trust.restriction.set", 0, RESTRICTION),
    Event(91, HOUSING, "trust.access.opened", 0, {"opened_by": "A Worker", "reason": "at night", "handling": "normal"}),
]
"""What quiet stories begin with, so that there is something to lift and something to close."""


@st.composite
def pairs(draw: st.DrawFn, of: frozenset[str] | None = None) -> Pair:
    """A partner, a story, and another one that differs in up to three things of which the partner hears nothing:
    updates of these kinds (of any), what some of them say, how they are to be handled.
    """
    partner, story = draw(st.sampled_from(BOTH_AREAS)), [*(PRELUDE if of else []), *draw(stories(2, 6))]
    other, same = story, told(story)
    latest, left = same, draw(st.integers(1, 3))
    changes = [_inserted, _inserted, _said_otherwise, _left_out] if of is None else [_inserted, _inserted, _marked]
    for number in range(8):
        changed = draw(st.sampled_from(changes))(draw, partner, other, number, of)
        if changed != other and (now := told(changed))[partner] == same[partner]:
            other, latest, left = changed, now, left - 1
        if not left:
            break
    assume(other != story)
    return Pair(partner, story, other, _alike(same, latest))


def _inserted(draw: st.DrawFn, partner: str, story: Story, number: int, of: frozenset[str] | None) -> Story:
    """One more update, by somebody else: placed, held or discarded, about anybody."""
    place = draw(st.integers(0, len(story)))
    accepted = (story[place - 1].accepted if place else 0) + 3 + number
    new = draw(events(500 + number, [*base(), *story[:place]], accepted, not_by=partner, of=of))
    return sorted([*story, new], key=lambda event: event.accepted)


def _said_otherwise(draw: st.DrawFn, partner: str, story: Story, *_: object) -> Story:
    """Somebody else's update says other things, or is marked restricted."""
    place = _others_place(draw, partner, story)
    if place is None:
        return story
    event = story[place]
    name = {"person": event.said["person"]} if "person" in event.said and event.person is not None else {}
    return _with(story, place, draw(said_of(event.kind)) | name)


def _marked(draw: st.DrawFn, partner: str, story: Story, *_: object) -> Story:
    """Somebody else's update is to be handled otherwise."""
    place = _others_place(draw, partner, story)
    if place is None or story[place].kind == "trust.access.opened":  # nobody hides one from those who review it
        return story
    said = story[place].said
    return _with(story, place, {**said, "handling": "normal" if said["handling"] == "restricted" else "restricted"})


def _left_out(draw: st.DrawFn, partner: str, story: Story, *_: object) -> Story:
    """Somebody else's update was never published."""
    place = _others_place(draw, partner, story)
    return story if place is None else [*story[:place], *story[place + 1 :]]


def _others_place(draw: st.DrawFn, partner: str, story: Story) -> int | None:
    places = [place for place, event in enumerate(story) if event.publisher != partner]
    return draw(st.sampled_from(places)) if places else None


def _with(story: Story, place: int, said: dict[str, object]) -> Story:
    return [*story[:place], replace(story[place], said=said), *story[place + 1 :]]
