"""Working: what a process does by itself, by its roles. Any number of processes may have the same role.

What only one of them may do at a time, it does under a lease; whoever finds a lease free takes it. So the loss of a
process is made good by the next step of another.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import partial
from typing import Protocol

from hub.accepting import Acceptor
from hub.collecting import Collector
from hub.continuing import resume
from hub.delivering import Carrier
from hub.governing import WATCH_SECONDS, Governing
from hub.persisting import persistently
from hub.ports import Archive, Store, UpdateKey
from hub.proposing import shown
from hub.recording import Recorder
from hub.running import GATHER_SECONDS, Hosted, Loop, take_in
from hub.settings import Settings
from hub.severing import WATCH_SECONDS as SEVERING_SECONDS
from hub.severing import Severer
from hub.timers import fire_due
from hub.waiting import let_go, page
from schemas.identifiers import AgencyId

_TIMER_SECONDS = 0.25
_AGREEMENTS_SECONDS = 5.0
_HELD_SECONDS = 20.0
_STANDBY_SECONDS = 1.0
"""How soon a process looks again whether the one that leads is gone."""


class UnusableRoles(Exception):
    """What the settings say does not fit what a worker is to do, so it does not start."""


class Role(StrEnum):
    """What a worker does."""

    ACCEPT = "accept"
    """Takes in what comes by Kafka."""
    CARRY = "carry"
    """Carries what stands in the feeds outwards; takes access at the brokers away from who is suspended."""
    CONSUME = "consume"
    """Folds hosted views and raises alerts; fires timers, makes checkpoints, tells what waited for an agreement, looks
    after what is held.
    """


EVERYTHING = frozenset(Role)
"""What `iom-hub serve` does."""


def worker_roles(names: Collection[str], settings: Settings) -> frozenset[Role]:
    """The roles of a worker, held to the settings. Raises `UnusableRoles`."""
    unknown = sorted(set(names) - set(Role))
    if unknown or not names:
        raise UnusableRoles(f"a worker can do: {', '.join(Role)}; one of them, or several")
    if not settings.database:
        raise UnusableRoles(
            "only one process may open the embedded store: run `iom-hub serve`, which does everything, or give the "
            "workers a database that they share (IOM_HUB_DATABASE)"
        )
    roles = frozenset(Role(name) for name in names)
    if without := sorted(roles - {Role.CONSUME}) if settings.kafka is None else []:
        raise UnusableRoles(f"{' and '.join(without)} need brokers: IOM_HUB_KAFKA says where they are")
    return roles


class Shared(Store, Protocol):
    """A store in which one can wait for what others commit."""

    @property
    def version(self) -> int:
        """Grows with every commit that this process hears of."""

    def wait(self, seen: int, seconds: float) -> int:
        """The version, once it differs from `seen` or the time is up."""

    def check_writable(self) -> None:
        """Raises `TryLater` where it is not."""


class Parts(Protocol):
    """A hub, as far as its loops need it."""

    @property
    def settings(self) -> Settings:
        """What differs from one installation to the next."""

    @property
    def store(self) -> Shared:
        """The truth."""

    def archive(self) -> AbstractContextManager[Archive]:
        """One snapshot."""

    @property
    def acceptor(self) -> Acceptor:
        """Accepts what timers and agreements bring."""

    @property
    def recorder(self) -> Recorder:
        """Makes checkpoints."""

    @property
    def governing(self) -> Governing:
        """Looks out for bundles."""

    @property
    def hosted(self) -> Mapping[AgencyId, Hosted]:
        """The consumers of every partner."""

    @property
    def collector(self) -> Collector | None:
        """Takes in what agencies publish to Kafka, where it does."""

    @property
    def carrier(self) -> Carrier | None:
        """Carries feeds to Kafka, where it does."""

    @property
    def severer(self) -> Severer | None:
        """Takes access at the brokers away, where it may."""


def collect(hub: Parts) -> float:
    """One batch of what agencies published to the brokers; what comes next gathers a little."""
    assert hub.collector
    return hub.collector.step() or GATHER_SECONDS


def carry(hub: Parts) -> float:
    """Give a turn to each partner that has news; wait for more."""
    assert hub.carrier
    version = hub.store.version
    hub.carrier.step()
    hub.store.wait(version, 0.25)
    return GATHER_SECONDS


def sever(hub: Parts) -> float:
    """Take away at the brokers what the bundle in force no longer gives."""
    assert hub.severer
    return hub.severer.step()


def consume(hub: Parts) -> float:
    """One batch of each partner that is this process's now; wait for news when there was none."""
    version = hub.store.version
    hosted = hub.hosted
    if take_in(hosted[agency] for agency in hub.store.divide("consume", hosted)):
        return 0.0
    hub.store.wait(version, 0.5)
    return GATHER_SECONDS


def timers(hub: Parts) -> float:
    """Fire what is due."""
    if not hub.store.lease("timers"):
        return _STANDBY_SECONDS
    return 0.0 if persistently(lambda: fire_due(hub.acceptor)) else _TIMER_SECONDS


def held(hub: Parts) -> float:
    """Page who may place what is urgent, and let go what nobody placed."""
    if hub.store.lease("held"):
        persistently(lambda: page(hub.acceptor, hub.settings.held_urgent, partial(shown_to, hub)))
        persistently(lambda: let_go(hub.acceptor, hub.settings.held_retention))
    return _HELD_SECONDS


def shown_to(hub: Parts, unit: AgencyId) -> frozenset[UpdateKey]:
    """What an IOM unit is shown of all that is held."""
    with hub.archive() as archive:
        return frozenset(each.received.key for each in shown(hub.acceptor, archive, unit))


def checkpoints(hub: Parts) -> float:
    """Sign where the ledger stands."""
    if not hub.store.lease("checkpoints"):
        return _STANDBY_SECONDS
    persistently(hub.recorder.checkpoint)
    return hub.settings.checkpoint_seconds


def agreements(hub: Parts) -> float:
    """Tell what waited for an agreement that is in force anew."""
    if hub.store.lease("agreements"):
        persistently(lambda: resume(hub.acceptor))
    return _AGREEMENTS_SECONDS


def policies(hub: Parts) -> float:
    """Take up a new bundle, or what another process has entered: each process decides by itself, so each looks."""
    hub.governing.look()
    return SEVERING_SECONDS if hub.severer else WATCH_SECONDS


Step = Callable[[Parts], float]

LOOPS: Mapping[Role, tuple[Step, ...]] = {
    Role.ACCEPT: (collect,),
    Role.CARRY: (carry, sever),
    Role.CONSUME: (consume, timers, held, checkpoints, agreements),
}
"""What each role does; each step has a thread of its own."""


def loops(hub: Parts, roles: Collection[Role]) -> list[Loop]:
    """The loops of a process with these roles. Without a broker nothing is collected or carried."""
    steps = [policies, *(step for role in Role if role in roles for step in LOOPS[role])]
    ways: tuple[tuple[Step, object], ...] = ((collect, hub.collector), (carry, hub.carrier), (sever, hub.severer))
    idle = {step for step, there in ways if there is None}
    return [Loop(step.__name__, partial(step, hub)) for step in steps if step not in idle]
