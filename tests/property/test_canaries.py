"""Canaries: in every field of every kind a value that stands nowhere else. Each partner, after opening everything it
can get, has those that it is told, and no other; and where one value of a field is exchanged for another, only those
who are told it notice. A kind that is added is taken in by itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, get_args

import orjson
import pytest

from hub.bootstrap import Hub
from hub.receiving import Rejected
from hub.timers import fire_due
from property.asking import Asking
from property.pairs import Pair, Story, unaffected, world
from property.playing import END, at, begin, open_at, play_in
from property.stories import Event
from schemas.updates import KINDS
from support.canaries import BY_HUB, Canaries, about, data, in_order, published_by
from support.http import Door
from support.partnership import EVERYONE, who

DECIDED = "programme.cohort.decided"
NOBODY = 2
"""A person who is not on the programme."""
FIRST = 2000
"""Where the labels of these events begin: those before it are taken."""
NAMED = ("identifiers", "person", "date_of_birth")
Turns = Mapping[str, int]


def chain(canaries: Canaries, kind: str, first: int, person: int = 0, turns: Turns | None = None) -> Story:
    """An update of this kind, full of canaries, after what it is about; `turns` choose other values of its fields."""
    before = chain(canaries, about(kind), first, person) if about(kind) else []
    number = first + len(before)
    named = who(person + 1) if kind == DECIDED else {}
    said = data(canaries, kind, named, turns=turns)
    ref = before[-1].key if before else None
    return [*before, Event(FIRST + number, published_by(kind), kind, None if named else person, said, ref, 2 * number)]


def everything(canaries: Canaries) -> Story:
    """An update of every kind about somebody whom everybody works with, and again about nobody on the programme."""
    story = Story()
    for kind in in_order():
        story += chain(canaries, kind, len(story))
        if kind != DECIDED:
            story += chain(canaries, kind, len(story), NOBODY)
    return story


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, Story, Canaries]]:
    """A hub that has lived through everything, and refused some more."""
    home, canaries = tmp_path_factory.mktemp("canaries") / "home", Canaries()
    story = everything(canaries)
    begin(home)
    with closing(open_at(home, 0)) as hub:
        play_in(hub, story)
        hub.clock.moment = at(END).moment  # type: ignore[attr-defined]  # a turned clock
        fire_due(hub.acceptor)
        hub.catch_up()
        yield hub, story, canaries


def told(story: Story, canaries: Canaries) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For every partner the canaries that it is told and still has, and those that it was told at some time."""
    parts = [_told(story[:length], canaries) for length in range(len(story) + 1)]
    return parts[-1], {agency: set().union(*(part[agency] for part in parts)) for agency in EVERYONE}


@pytest.fixture(scope="module")
def tellings(lived: tuple[Hub, Story, Canaries]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """What every partner of that hub is told, worked out once for all of them."""
    _, story, canaries = lived
    return told(story, canaries)


def _told(story: Story, canaries: Canaries) -> dict[str, set[str]]:
    feeds = world().expected(story).feeds
    texts = {agency: orjson.dumps([each.told for each in feeds[agency]]).decode() for agency in EVERYONE}
    return {agency: found(texts[agency], canaries) for agency in EVERYONE}


def found(text: str, canaries: Canaries) -> set[str]:
    """The canaries in a text."""
    return {canary for canary in canaries.texts if canary in text}


def opened(hub: Hub, partner: str, story: Story, canaries: Canaries) -> str:
    """Everything that a partner can get: each route, the stream, what is refused to it; and the rows of its views."""
    with Door(hub) as door:
        asking = Asking(door, partner)
        for event in (event for event in story if event.publisher == partner):
            asking.publish(orjson.dumps(_spoilt(event.received(hub.identity).raw, canaries)))
        asking.pry([event.key for event in story], hub.identity)
        asking.read_everything([event.key.update_id for event in story if event.publisher == partner])
    views = hub.hosted[partner].views
    rows = [views.facts(record) for record in views.records()]
    said = [b"%r %r %s" % (name.encode(), headers, body) for name, _, headers, body in asking.trace]
    return b"\n".join(said).decode() + repr([rows, views.alerts(open_only=False, limit=1000)])


def _spoilt(raw: bytes, canaries: Canaries) -> dict[str, Any]:
    """The same update, refused for a field that no schema knows and whose name is a canary."""
    envelope: dict[str, Any] = orjson.loads(raw)
    return envelope | {"data": envelope["data"] | {canaries.text(): canaries.text()}}


@pytest.mark.duty("D28")
@pytest.mark.requirement("TR1")
@pytest.mark.parametrize("partner", EVERYONE)
def test_a_partner_has_what_it_is_told_and_nothing_else(
    lived: tuple[Hub, Story, Canaries],
    tellings: tuple[dict[str, set[str]], dict[str, set[str]]],
    partner: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Of the canaries in every field of every kind a partner finds, wherever it looks, those that it is told; no other
    is there, nor in any error, address or log line.
    """
    hub, story, canaries = lived
    now, ever = tellings
    seen = found(opened(hub, partner, story, canaries), canaries)
    assert seen - ever[partner] == set()
    assert now[partner] - seen == set()
    assert len(now[partner]) > 5
    assert len(canaries.texts) - len(ever[partner]) > 50
    assert found("".join(capfd.readouterr()), canaries) == set()


def test_every_kind_has_its_canaries(lived: tuple[Hub, Story, Canaries]) -> None:
    """No kind is left out: each was placed and told to somebody, save what only the hub says when its time comes."""
    _, story, canaries = lived
    kinds = {each.kind for feed in world().expected(story).feeds.values() for each in feed}
    assert kinds - {*BY_HUB} == {*KINDS} - {*BY_HUB}
    assert len(canaries.texts) > 200


def exchanges() -> list[tuple[str, str]]:
    """Every field of every kind in which an agency can say one thing or another."""
    left_out = {"record", *NAMED}
    return [
        (kind, name)
        for kind in in_order()
        for name in KINDS[kind].model_fields
        if name not in left_out | {KINDS[kind].REFERS_TO, "of_kind"}
    ]


def values(kind: str, name: str) -> int:
    """How many values of a field are tried: each word of a closed list; of anything else two."""
    form = KINDS[kind].model_fields[name].annotation
    words = [len(each) for each in (form, *get_args(form)) if isinstance(each, type) and hasattr(each, "__members__")]
    return max(words, default=2)


def exchanged(kind: str, name: str) -> Iterator[tuple[Story, Story]]:
    """Pairs of stories that differ in the value of this field and in nothing else."""
    for turn in range(1, values(kind, name)):
        canaries = Canaries()
        *before, last = chain(canaries, kind, 0)
        said = {**last.said, name: data(canaries, kind, {}, turns={name: turn})[name]}
        yield [*before, last], [*before, replace(last, said=said)]


NEVER_OTHERWISE = "trust.access.opened handling"
"""The one value that cannot be another: nobody hides an opening from its reviewers (D13)."""


@pytest.mark.duty("D29")
def test_only_those_who_are_told_a_value_notice_that_it_is_another() -> None:
    """In every field of every kind each value is exchanged for another: who is told the same has the same, byte for
    byte; who is told otherwise has something else.
    """
    seen = Counter[str]()
    for kind, name in exchanges():
        for one, other in exchanged(kind, name):
            try:
                same = unaffected(one, other)
            except Rejected:  # a value that does not go with the others
                continue
            assert one != other
            assert Pair("", one, other, list(EVERYONE)).differing() == [a for a in EVERYONE if a not in same], name
            seen.update(pairs=1, compared=len(same), noticed=len(EVERYONE) - len(same), **{f"{kind} {name}": 1})
    assert {f"{kind} {name}" for kind, name in exchanges()} - seen.keys() == {NEVER_OTHERWISE}
    assert seen["pairs"] > 150
    assert min(seen["compared"], seen["noticed"]) > 150
