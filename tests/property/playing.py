"""Playing a story: in a hub whose store is memory, and in a real one; and what a partner has of it afterwards."""

import hashlib
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

from consumers.alerts import Alerts
from consumers.case_views import CaseViews
from hub.accepting import Acceptor
from hub.bootstrap import Hub, open_hub
from hub.chains import SALT_BYTES
from hub.identity import Identity
from hub.ports import Consumer
from hub.settings import Settings
from hub.timers import fire_due
from property.happenings import BUNDLE
from property.memory import MemoryStore, MemoryViews
from property.model import Model
from property.stories import Event, base
from support.partnership import START, TurnedClock
from support.signing import govern

SETTLE = timedelta(minutes=45)
END = 800
"""Minutes after the start when every story is over and every timer has fired."""

Trace = dict[str, Any]
"""Everything that a partner has: feed records with numbers, proofs and salts, rows of its views, its receipts."""


class Repeatable:
    """Entropy that depends on its purpose alone, so that other updates cannot shift it."""

    def salts(self, purpose: str, count: int) -> bytes:
        """As many as asked for."""
        pieces = (hashlib.sha256(f"{purpose}/{number}".encode()).digest()[:SALT_BYTES] for number in range(count))
        return b"".join(pieces)


def at(minutes: int) -> TurnedClock:
    """A clock that shows so many minutes after the start."""
    return TurnedClock(START + timedelta(minutes=minutes))


@dataclass
class World:
    """A hub in memory after `base`, from which any number of stories can begin."""

    identity: Identity
    store: MemoryStore
    model: bytes
    """The model after `base`, without its keys: copied in a sixth of the time that walking through it takes."""

    @classmethod
    def begun(cls, key: bytes = bytes(32)) -> "World":
        """A world in which the seven agencies know each other's place in the case."""
        identity = Identity(key)
        model = Model(identity).play(base(), 0)
        del model.identity
        world = cls(identity, MemoryStore(), pickle.dumps(model))
        world.play(base(), world.store)
        return world

    def play(self, story: list[Event], store: MemoryStore) -> Mapping[str, list[Any]]:
        """Publish a story, one update after the other. Each publisher's receipts, without the hub's time."""
        clock = at(-2000)
        acceptor = Acceptor(store, lambda: BUNDLE, self.identity, clock, Repeatable(), SETTLE)
        receipts = dict[str, list[Any]]()
        for event in story:
            clock.moment = at(event.accepted).moment
            fire_due(acceptor)
            [result] = acceptor.accept([event.received(self.identity)])
            receipts.setdefault(event.publisher, []).append(result)
        if story and story[0].accepted >= 0:
            clock.moment = at(END).moment
            fire_due(acceptor)
        return receipts

    def traces(self, story: list[Event], partners: Iterable[str]) -> dict[str, Trace]:
        """What these partners have after the story."""
        store = self.store.fork()
        receipts = self.play(story, store)
        return {partner: trace_of(store, partner, receipts.get(partner, [])) for partner in partners}

    def expected(self, story: list[Event]) -> Model:
        """What the model says everybody is told of the story."""
        model: Model = pickle.loads(self.model)  # our own, of a moment ago
        model.identity = self.identity
        return model.play(story, END)


def trace_of(store: MemoryStore, partner: str, receipts: list[Any]) -> Trace:
    """What one partner has in a hub in memory."""
    views = folded(store, partner)
    return {
        "feed": [record.as_json() for record in store.read(partner)],
        "facts": sorted(views.facts.values()),
        "alerts": sorted(views.alerts.values()),
        "receipts": receipts,
    }


def consumers() -> tuple[Consumer, ...]:
    """The consumers that run hosted."""
    return CaseViews(), Alerts()


def folded(store: MemoryStore, partner: str, views: MemoryViews | None = None) -> MemoryViews:
    """A partner's views after one more reading of its whole feed."""
    views = views or MemoryViews()
    for seq, disclosure in store.disclosures(partner):
        for consumer in consumers():
            consumer.apply(views, seq, disclosure)  # type: ignore[arg-type]  # it keeps what consumers need
    return views


def open_at(home: Path, minutes: int) -> Hub:
    """A real hub in a directory."""
    return open_hub(Settings(home=govern(home)), clock=at(minutes), entropy=Repeatable())


def begin(home: Path) -> None:
    """A real hub after `base`, closed again: a template to copy."""
    hub = open_at(home, -2000)
    play_in(hub, base())
    hub.close()


def play_in(hub: Hub, story: list[Event]) -> dict[str, list[Any]]:
    """Publish a story in a real hub, through its group commit, with its timers."""
    receipts = dict[str, list[Any]]()
    for event in story:
        hub.clock.moment = at(event.accepted).moment  # type: ignore[attr-defined]  # a turned clock
        fire_due(hub.acceptor)
        [result] = hub.commits.accept([event.received(hub.identity)])
        receipts.setdefault(event.publisher, []).append(result)
    return receipts


def traces_in(template: Path, home: Path, story: list[Event], partners: Iterable[str]) -> dict[str, Trace]:
    """What these partners have after the story, in a copy of a real hub with hosted consumers."""
    copytree(template, home)
    hub = open_at(home, 0)
    try:
        receipts = play_in(hub, story)
        hub.clock.moment = at(END).moment  # type: ignore[attr-defined]  # a turned clock
        fire_due(hub.acceptor)
        hub.catch_up()
        return {partner: _real_trace(hub, partner, receipts.get(partner, [])) for partner in partners}
    finally:
        hub.close()


def _real_trace(hub: Hub, partner: str, receipts: list[Any]) -> Trace:
    views = hub.hosted[partner].views
    return {
        "feed": [record.as_json() for record in hub.feed.read(partner, 0, 10_000)],
        "head": hub.feed.head(partner),
        "facts": [row for record in views.records() for row in views.facts(record)],
        "alerts": views.alerts(open_only=False, limit=1000),
        "receipts": receipts,
    }
