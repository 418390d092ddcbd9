"""Accept → feed × 3 partners, hosted views and alerts included; beside it a bare relay with the same durability."""

import sqlite3
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from benchmarks import scenario
from hub.bootstrap import Hub

BATCH, BATCHES, ROUNDS, ONE_BY_ONE = 500, 4, 3, 300
_RECIPIENTS = 3


def measure() -> list[str]:
    """Print the rows. Nothing here fails: the relay tells nobody what it may not know, and proves nothing."""
    with scenario.a_hub() as hub:
        before = scenario.records(hub)
        rounds = [(_in_batches(hub), _relay(BATCH, BATCH * BATCHES)) for _ in range(ROUNDS)]
        told = (scenario.records(hub) - before) / (BATCH * BATCHES * ROUNDS)
        single = (_one_by_one(hub), _relay(1, ONE_BY_ONE))
    batches = (median(ours for ours, _ in rounds), median(relay for _, relay in rounds))
    _print(f"accept → feed × {told:.0f} partners, verify to alert, batches of {BATCH}", *batches)
    _print("the same one by one, each durable before the next", *single)
    return []


def _print(what: str, ours: float, relay: float) -> None:
    print(f"{what}: {ours:,.0f} updates/s")
    print(f"  a relay that only copies and commits: {relay:,.0f}/s; ours is {ours / relay:.2f} of that")


def _in_batches(hub: Hub) -> float:
    batches = [scenario.updates(BATCH) for _ in range(BATCHES)]
    started = time.perf_counter()
    for batch in batches:
        hub.acceptor.accept(scenario.received(hub, batch))
        hub.catch_up()
    return BATCH * BATCHES / (time.perf_counter() - started)


def _one_by_one(hub: Hub) -> float:
    """Until every alert of the last one is durable; consumers run beside, as in a running hub."""
    updates = scenario.updates(ONE_BY_ONE)
    hub.start()
    started = time.perf_counter()
    for update in updates:
        hub.acceptor.accept(scenario.received(hub, [update]))
    while any(hosted.position != hub.feed.head(agency)[0] for agency, hosted in hub.hosted.items() if hosted.position):
        time.sleep(0.002)
    return ONE_BY_ONE / (time.perf_counter() - started)


def _relay(batch_size: int, count: int) -> float:
    """What is left when nothing is decided, sealed or proved: SQLite, WAL, synchronous=FULL, one commit a batch."""
    updates = scenario.updates(count)
    with TemporaryDirectory() as home:
        database = sqlite3.connect(Path(home) / "relay.sqlite", isolation_level=None)
        database.executescript("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        database.execute("CREATE TABLE feed (recipient TEXT, seq INTEGER, content BLOB, PRIMARY KEY (recipient, seq))")
        started = time.perf_counter()
        for first in range(0, count, batch_size):
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO feed VALUES (?, ?, ?)", _copies(first, updates[first:][:batch_size]))
            database.execute("COMMIT")
        took = time.perf_counter() - started
        database.close()
    return count / took


def _copies(first: int, batch: list[tuple[str, bytes]]) -> list[tuple[int, int, bytes]]:
    contents = (orjson.dumps(orjson.loads(raw)["data"]) for _, raw in batch)
    return [(who, seq, content) for seq, content in enumerate(contents, first) for who in range(_RECIPIENTS)]
