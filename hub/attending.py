"""Attending: what an operator may ask of a process: whether it is ready, and how much waits in it and since when."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

from hub.delivering import is_carried_to
from hub.metering import Standing
from hub.ports import Clock
from hub.probing import Ask, Found, Probe, Question, answers
from hub.ticking import Watchdog
from hub.working import Parts, Role
from schemas.identifiers import AgencyId

BEHIND_SECONDS = 60.0
"""Older than this nothing may wait, or the process is behind."""


class Waiting(NamedTuple):
    """How many records wait, and when the first of them was told."""

    records: int = 0
    since: datetime | None = None


class Backlog(Protocol):
    """What waits in the store."""

    def folding(self) -> Waiting:
        """For hosted consumers."""

    def carrying(self, channel: str, agencies: Collection[AgencyId]) -> Waiting:
        """To be carried to these agencies."""

    def held(self, *, urgent: bool = False) -> Waiting:
        """For somebody who places it; or only what is `urgent`."""

    def due(self) -> datetime | None:
        """When the next timer is due, or was."""


class Intake(Protocol):
    """The way in from the brokers."""

    rebalances: int
    rebuilds: int

    @property
    def assigned(self) -> bool:
        """Whether it is known which partitions are its own."""

    def lag(self) -> int:
        """How many records wait. Raises `TryLater`."""


class Outlet(Protocol):
    """The way out to the brokers."""

    rebuilds: int


class Attended(Parts, Protocol):
    """A hub, as far as somebody asks about it."""

    roles: frozenset[Role]
    stopping: bool

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def watchdog(self) -> Watchdog:
        """Knows what has fallen silent."""

    @property
    def backlog(self) -> Backlog:
        """What waits in the store."""

    @property
    def source(self) -> Intake | None:
        """The way in, where there is one."""

    @property
    def channel(self) -> Outlet | None:
        """The way out, where there is one."""


class Attending:
    """Answers about one process. Nothing here holds it up, and no part that hangs holds up an answer."""

    def __init__(self, hub: Attended) -> None:
        """Nothing is asked yet."""
        self._hub = hub
        self._waits = {name: Question(waiting) for name, waiting in (self._waiting() | self._held()).items()}
        needed: dict[str, Ask] = {"database": self._writes, "policies": lambda: hub.governing.decides}
        wished: dict[str, Ask] = {
            "bundle": lambda: hub.governing.alarm is None,
            "undecided": lambda: not hub.governing.in_force.undecided,
            "behind": self._keeps_up,
            "parted": lambda: not (hub.carrier and hub.carrier.parted),
        }
        # views, alerts and what comes over HTTP go on without brokers; who only moves records cannot
        (wished if Role.CONSUME in hub.roles else needed).update(self._brokers())
        self._probe = Probe(needed, wished)

    def found(self) -> Found:
        """Whether the process is ready, and what stands against it."""
        found = self._probe.ask()
        silent = tuple(f"loop {name}" for name in self._hub.watchdog.silent())
        stopping = ("stopping",) if self._hub.stopping else ()
        return Found((*stopping, *found.causes, *silent), found.degraded)

    def standing(self) -> Standing:
        """The figures that are read and not counted."""
        hub, now = self._hub, self._hub.clock.now()
        waits = {role: waiting for role, waiting in answers(self._waits).items() if waiting}
        return Standing(
            lag={role: waiting.records for role, waiting in waits.items()},
            oldest={role: _age(waiting.since, now) for role, waiting in waits.items() if role != Role.ACCEPT},
            alarms=_alarms(hub),
            rebalances=hub.source.rebalances if hub.source else 0,
            client_rebuilds=sum(client.rebuilds for client in (hub.source, hub.channel) if client),
            ready=not self.found().causes,
        )

    def _writes(self) -> bool:
        self._hub.store.check_writable()
        return True

    def _brokers(self) -> Mapping[str, Ask]:
        hub = self._hub
        asks: list[Ask] = []
        if source := hub.source:
            asks.append(lambda: source.assigned and source.lag() >= 0)
        if carrier := hub.carrier:
            asks.append(lambda: not carrier.out_of_reach)
        return {"broker": lambda: all(ask() for ask in asks)} if asks else {}

    def _waiting(self) -> dict[str, Callable[[], Waiting]]:
        hub = self._hub
        found: dict[str, Callable[[], Waiting]] = {}
        if source := hub.source:
            found[Role.ACCEPT] = lambda: Waiting(source.lag())
        if carrier := hub.carrier:
            found[Role.CARRY] = lambda: hub.backlog.carrying(carrier.name, _carried_to(hub))
        if Role.CONSUME in hub.roles:
            found[Role.CONSUME] = hub.backlog.folding
        return found

    def _held(self) -> dict[str, Callable[[], Waiting]]:
        """What waits for a person, and keeps no process from being ready (D27)."""
        hub = self._hub
        urgent = partial(hub.backlog.held, urgent=True)
        return {"held": hub.backlog.held, "held_urgent": urgent} if Role.CONSUME in hub.roles else {}

    def _keeps_up(self) -> bool:
        """Only what waits in the store has an age; what waits at the brokers has a number."""
        return all(age <= BEHIND_SECONDS for age in self._ages())

    def _ages(self) -> Iterable[float]:
        hub, now = self._hub, self._hub.clock.now()
        for role, waiting in self._waiting().items():
            if role != Role.ACCEPT:
                yield _age(waiting().since, now)
        if Role.CONSUME in hub.roles:
            yield _age(hub.backlog.due(), now)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _carried_to(hub: Parts) -> frozenset[AgencyId]:
    """The partners of the bundle in force to which something is carried."""
    partners = hub.governing.bundle.policies.partners
    return frozenset(agency for agency, partner in partners.items() if is_carried_to(partner))


def _alarms(hub: Attended) -> dict[str, float]:
    """How many there are, of each kind that this process could have."""
    found: dict[str, float] = {
        "bundle": hub.governing.alarm is not None,
        "undecided": len(hub.governing.in_force.undecided),
        "silent": len(hub.watchdog.silent()),
    }
    if hub.collector:
        found["refused"] = hub.collector.alarms
    if hub.carrier:
        found["carrying"] = len(hub.carrier.alarms())
        found["parted"] = hub.carrier.parted
    return found
