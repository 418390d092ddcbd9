"""Folding twice is folding once, and a batch is its updates one after the other."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.accepting import Acceptor
from hub.timers import fire_due
from property.happenings import BUNDLE
from property.memory import MemoryStore
from property.playing import END, SETTLE, Repeatable, World, at, begin, consumers, folded, open_at, play_in, trace_of
from property.sayings import decided
from property.stories import NOTHING, Event, stories
from support.builders import an_arrest
from support.partnership import EVERYONE, OTHER_UNIT, POLICE, UNIT, who

WORLD = World.begun()


@given(stories(2, 8))
@settings(max_examples=150)
def test_folding_a_feed_twice_gives_the_rows_of_folding_it_once(story: list[Event]) -> None:
    """A consumer that reads a partner's whole feed again, from the first record, keeps the same rows."""
    store = WORLD.store.fork()
    WORLD.play(story, store)
    for agency in EVERYONE:
        once = folded(store, agency)
        facts, alerts = dict(once.facts), dict(once.alerts)
        twice = folded(store, agency, once)
        assert (twice.facts, twice.alerts) == (facts, alerts)


@given(stories(2, 8), st.data())
@settings(max_examples=150)
def test_folding_any_record_again_changes_nothing(story: list[Event], data: st.DataObject) -> None:
    """A delivery that is repeated at once, as after a crash, leaves every row as it was."""
    store, agency = WORLD.store.fork(), data.draw(st.sampled_from(EVERYONE))
    WORLD.play(story, store)
    views = folded(MemoryStore(), agency)
    for seq, disclosure in store.disclosures(agency):
        for consumer in consumers():
            consumer.apply(views, seq, disclosure)  # type: ignore[arg-type]  # it keeps what consumers need
        facts, alerts = dict(views.facts), dict(views.alerts)
        for consumer in consumers():
            consumer.apply(views, seq, disclosure)  # type: ignore[arg-type]  # it keeps what consumers need
        assert (views.facts, views.alerts) == (facts, alerts)


def test_hosted_consumers_that_start_over_keep_the_same_rows() -> None:
    """A dozen real hubs: hosted consumers set back to the beginning of their feeds end with the rows they had."""
    seen = Counter[str]()

    @given(stories(4, 8))
    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    def start_over(story: list[Event]) -> None:
        with TemporaryDirectory() as home:
            begin(Path(home))
            hub = open_at(Path(home), 0)
            play_in(hub, story)
            hub.catch_up()
            for hosted in hub.hosted.values():
                views = hosted.views
                before = [row for record in views.records() for row in views.facts(record)]
                alerts = views.alerts(open_only=False, limit=1000)
                with views.unit() as unit:
                    for seq, disclosure in hub.feed.told(hosted.agency, 0, 1000):
                        for consumer in consumers() if disclosure else ():
                            consumer.apply(unit, seq, disclosure)  # type: ignore[arg-type]  # it is not None here
                assert [row for record in views.records() for row in views.facts(record)] == before
                assert views.alerts(open_only=False, limit=1000) == alerts
                seen.update(facts=len(before), alerts=len(alerts))
            hub.close()

    start_over()
    assert seen["facts"] > 100
    assert seen["alerts"] > 20


def _numbered() -> list[list[Event]]:
    """How a story may begin with the numbers of somebody who is not on the programme: the decision that brings them is
    held; a link brings them, and is undone.
    """
    decision = decided(0) | {"identifiers": {**who(3)["identifiers"], "crn": who(1)["identifiers"]["crn"]}}
    said = {"further": who(3)["identifiers"], "ground": "documents", "decided_by": "An Officer", "handling": "normal"}
    link = Event(91, UNIT, "trust.identity.linked", 0, said)
    undone = {"decided_by": "An Officer", "handling": "normal"}
    unlinked = Event(92, UNIT, "trust.identity.unlinked", None, undone, link.key)
    arrest = Event(93, POLICE, "custody.person.arrested", 2, an_arrest(handling="normal"))
    held = (Event(90, unit, "programme.cohort.decided", None, decision) for unit in (UNIT, OTHER_UNIT))
    return [[], [], *([each, arrest] for each in held), [link, arrest], [link, arrest, unlinked]]


NUMBERED = _numbered()


@st.composite
def at_once(draw: st.DrawFn) -> list[Event]:
    """A story told at one moment. A message on a feed can be referred to only once it was committed."""
    told = [*draw(st.sampled_from(NUMBERED)), *draw(stories(2, 6))]
    told = draw(st.permutations(told)) if draw(st.booleans()) else told  # what comes too early waits
    before = {event.key for event in told}
    return [replace(event, accepted=0, ref=_reachable(event, before)) for event in told]


def _reachable(event: Event, together: set[object]) -> object:
    by_message = event.ref in together and event.ref.publisher != event.publisher  # type: ignore[union-attr]  # a key
    return NOTHING if by_message else event.ref


@given(at_once(), st.data())
@settings(max_examples=200)
def test_a_batch_has_the_effect_of_its_updates_one_by_one(story: list[Event], data: st.DataObject) -> None:
    """However the group commit cuts a stream of updates into transactions, the same becomes of each, and everybody is
    told the same.
    """
    cuts = sorted(data.draw(st.sets(st.integers(1, len(story) - 1))))
    stores = WORLD.store.fork(), WORLD.store.fork()
    single = _accepted(stores[0], [[event] for event in story])
    batched = _accepted(stores[1], [story[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)])
    assert single == batched
    for kept in ("persons", "identifiers", "held", "joined", "timers"):
        assert getattr(stores[0], kept) == getattr(stores[1], kept)
    for agency in EVERYONE:
        assert trace_of(stores[0], agency, []) == trace_of(stores[1], agency, [])


def _accepted(store: MemoryStore, batches: list[list[Event]]) -> list[object]:
    clock = at(0)
    acceptor = Acceptor(store, lambda: BUNDLE, WORLD.identity, clock, Repeatable(), SETTLE)
    results = [r for batch in batches for r in acceptor.accept([event.received(WORLD.identity) for event in batch])]
    clock.moment = at(END).moment
    fire_due(acceptor)
    return results
