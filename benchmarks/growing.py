"""Two years of a programme of 360 people, replayed; and what an update costs once many are stored.

The replay is of the demonstration's history, into a hub with its consumers beside. Growth is measured in processor
time, so that what else the machine does matters little: some updates with few stored, and the same with many.
"""

import os
import time

from benchmarks import scenario
from hub.bootstrap import Hub
from hub.demonstration import programme, years

MOST_SECONDS, MOST_GROWTH = 60.0, 1.3
FEW, MANY = 10_000, 300_000
_BATCH, _ROUNDS = 500, 10


def measure() -> list[str]:
    """Print the rows. A cost that grows fails; the seconds are absolute, so they are printed only."""
    with scenario.a_hub() as hub:
        _the_scene(hub)
        steps = [programme.ready(hub, step) for step in years.history(programme.a_while_ago(hub, days=1))]
        started = time.perf_counter()
        for first in range(0, len(steps), _BATCH):
            hub.acceptor.accept(steps[first : first + _BATCH])
            hub.catch_up()
        took = time.perf_counter() - started
    print(
        f"two years of {programme.PEOPLE} people, {len(steps):,} updates: {took:.0f} s (to reach: {MOST_SECONDS:.0f})"
    )
    return _growth()


def _the_scene(hub: Hub) -> None:
    """Everybody on the programme, who works with whom, and what they agreed to."""
    long_ago = programme.a_while_ago(hub, weeks=105)
    before = hub.feed.head(programme.UNIT)[0]
    for steps in (programme.decisions(long_ago), programme.involvement(long_ago)):
        hub.acceptor.accept([programme.ready(hub, step) for step in steps])
    for steps in (programme.confirmations(hub, before), programme.consents(long_ago)):
        hub.acceptor.accept([programme.ready(hub, step) for step in steps])


def _growth() -> list[str]:
    """In turn, so that both meet the same machine. `IOM_HUB_BENCH_MANY` is how many updates are many; less for a quick
    look.
    """
    many = int(os.environ.get("IOM_HUB_BENCH_MANY", MANY))
    with scenario.a_hub() as small, scenario.a_hub() as large:
        _take(small, FEW)
        _take(large, many)
        spent = [(_spent(small), _spent(large)) for _ in range(_ROUNDS)]
    few, grown = (sum(each) for each in zip(*spent, strict=True))
    growth, cost = grown / few, f"{few / (_ROUNDS * _BATCH) * 1000:.2f} ms"
    print(
        f"an update with {many:,} stored: {growth:.2f} × one with {FEW:,}, which costs {cost} of a core "
        f"(bar {MOST_GROWTH} ×)"
    )
    return [f"the cost of an update grew {growth:.2f} times"] if growth > MOST_GROWTH else []


def _take(hub: Hub, count: int) -> None:
    for _ in range(0, count, _BATCH):
        hub.acceptor.accept(scenario.received(hub, scenario.updates(_BATCH)))
        hub.catch_up()


def _spent(hub: Hub) -> float:
    """Seconds of processor time for one more batch, views and alerts included."""
    started = time.process_time()
    _take(hub, _BATCH)
    return time.process_time() - started
