"""Which faults, how many, and in which order: shuffled by a fixed seed, so that a run can be repeated."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from faults.counting import Result, drained
from faults.load import OverHttp, OverKafka
from faults.machines import Machine, Process
from hub.crashpoints import CARRYING, IN_A_KIT, POINTS
from support.servers import KafkaCluster, PostgresServer

ANYWHERE = "SIGKILL of a process of the hub or a kit, wherever it was"
NAMED = "SIGKILL of a process of the hub or a kit, at a named crash point"
BROKER, DATABASE = "SIGKILL of a broker", "SIGKILL of PostgreSQL"
_STILL_SECONDS = 10.0
Fault = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Schedule:
    """How many of each, beside load."""

    brokers: int
    crashes: int
    """At named points, in turn; before each of them the process is killed where it happens to be."""
    broker_kills: int
    database_kills: int
    stops: int
    still_seconds: float = _STILL_SECONDS
    down_seconds: float = 2.0
    """How long a server stays down."""
    long_seconds: float = 0.0
    """How long every broker stays down at the end of it all; 0 for not at all."""
    pause: float = 0.05
    """Seconds between two records of the police's."""


FULL = (
    Schedule(brokers=1, crashes=12, broker_kills=10, database_kills=6, stops=3, long_seconds=120.0),
    Schedule(brokers=3, crashes=12, broker_kills=6, database_kills=5, stops=3),
)
SHORT = (Schedule(brokers=1, crashes=4, broker_kills=1, database_kills=1, stops=1, still_seconds=3.0),)


@dataclass
class Table:
    """What was done, and what came of it."""

    schedule: Schedule
    done: Counter[str] = field(default_factory=Counter)
    published: int = 0
    later: int = 0
    found: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How much of it should not be."""
        return sum(self.found.values())

    def lines(self) -> list[str]:
        """For people."""
        brokers = f"{self.schedule.brokers} broker{'s' if self.schedule.brokers > 1 else ''}"
        rows = {f"done: {name}": count for name, count in sorted(self.done.items())}
        rows |= {"acknowledged updates": self.published, "requests that were told to come again": self.later}
        width = max(map(len, [*rows, *self.found]))
        lines = [f"{name:<{width}}  {count:>7}" for name, count in (rows | self.found).items()]
        return [f"Faults with {brokers}", *lines, ""]


def run(
    schedule: Schedule,
    folder: Path,
    postgres: PostgresServer,
    kafka: KafkaCluster,
    say: Callable[[str], object] = lambda _: None,
) -> Table:
    """All faults of a schedule under load, one after the other; then rest, and the count."""
    machine = Machine(folder, postgres, kafka)
    try:
        police, probation = OverKafka(machine, schedule.pause), OverHttp(machine, schedule.pause * 4)
        try:
            for name, fault in _shuffled(machine, schedule):
                say(f"  {name}")
                fault()
                time.sleep(1)
        finally:
            probation.end()
            police.end()
        say("  draining")
        at_rest = drained(machine, police.sent)
        for each in machine.processes:
            each.end()
        result = Result(machine, police.sent, probation.sent)
        found = {"not drained in time": int(not at_rest)} | result.rows()
        return Table(schedule, machine.faults, result.published, probation.later, found)
    finally:
        machine.close()


def _shuffled(machine: Machine, schedule: Schedule) -> list[Fault]:
    faults = [*_crashes(machine, schedule), *_kills(machine, schedule), *_stops(machine, schedule)]
    random.Random(7).shuffle(faults)
    return [*faults, *_outage(machine, schedule)]


def _crashes(machine: Machine, schedule: Schedule) -> Iterator[Fault]:
    """Each is two SIGKILLs: one anywhere, and one at a named point."""
    places = [(point, machine.accept) for point in (*POINTS, "before_taken")]
    places += [(point, machine.outward) for point in CARRYING]
    places += [(point, kit) for kit in machine.kits.values() for point in IN_A_KIT]
    for number in range(schedule.crashes):
        point, process = places[(number * 3) % len(places)]
        name = f"{process.name} killed anywhere, and again at the crash point {point}"
        yield name, partial(_crash, machine, process, point)


def _crash(machine: Machine, process: Process, point: str) -> None:
    """What is carried is carried by whoever has the lease: so for these points there is only one who can have it."""
    killed = [process, machine.serve] if point in CARRYING else [process]
    for each in killed:
        each.kill()
    process.start(f"{point}:3")
    process.dies()
    for each in killed:
        each.start_and_work()
    machine.faults[ANYWHERE] += len(killed)
    machine.faults[NAMED] += 1


def _kills(machine: Machine, schedule: Schedule) -> Iterator[Fault]:
    for number in range(schedule.broker_kills):
        which = number % schedule.brokers + 1
        kill, again = partial(machine.kafka.kill, which), partial(machine.kafka.again, which)
        yield BROKER, partial(machine.did, BROKER, partial(_for, schedule.down_seconds, kill, again))
    for _ in range(schedule.database_kills):
        down = partial(_for, schedule.down_seconds, machine.postgres.kill, machine.postgres.again)
        yield DATABASE, partial(machine.did, DATABASE, down)


def _outage(machine: Machine, schedule: Schedule) -> Iterator[Fault]:
    """Updates over HTTP go on meanwhile, and what the police's producer could not send waits there."""
    if schedule.long_seconds:
        name = f"no broker for {schedule.long_seconds:g} s"
        down = partial(_for, schedule.long_seconds, machine.kafka.kill, machine.kafka.again)
        yield name, partial(machine.did, name, down)


def _stops(machine: Machine, schedule: Schedule) -> Iterator[Fault]:
    seconds = schedule.still_seconds
    stand_still = [
        partial(machine.accept.stand_still, seconds),
        partial(_for, seconds, machine.postgres.pause, machine.postgres.resume),
        partial(_for, seconds, machine.kafka.pause, machine.kafka.resume),
        partial(machine.outward.stand_still, seconds),
    ]
    name = f"SIGSTOP for {seconds:g} s"
    for number in range(schedule.stops):
        yield name, partial(machine.did, name, stand_still[number % len(stand_still)])


def _for(seconds: float, begin: Callable[[], None], end: Callable[[], None]) -> None:
    begin()
    time.sleep(seconds)
    end()
