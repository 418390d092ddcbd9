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
        rates, relays = [], []
        for _ in range(ROUNDS):
            rates.append(_in_batches(hub))
            relays.append(_relay())
        before = scenario.records(hub)
        single = _one_by_one(hub)
        told = (scenario.records(hub) - before) / ONE_BY_ONE
    print(f"accept → feed × {told:.0f} partners, verify to alert, batches of {BATCH}: {median(rates):,.0f} updates/s")
    print(f"  a bare relay (parse, copy ×{_RECIPIENTS}, insert, commit): {median(relays):,.0f}/s; ", end="")
    print(f"ours is {median(rates) / median(relays):.2f} of that, and decides, seals, chains, folds and proves")
    print(f"one by one, each durable before the next: {single:,.0f} updates/s")
    return []


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


def _relay() -> float:
    """What is left when nothing is decided, sealed or proved: SQLite, WAL, synchronous=FULL, one commit a batch."""
    batches = [scenario.updates(BATCH) for _ in range(BATCHES)]
    with TemporaryDirectory() as home:
        database = sqlite3.connect(Path(home) / "relay.sqlite", isolation_level=None)
        database.executescript("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        database.execute("CREATE TABLE feed (recipient TEXT, seq INTEGER, content BLOB, PRIMARY KEY (recipient, seq))")
        started, seq = time.perf_counter(), 0
        for batch in batches:
            database.execute("BEGIN IMMEDIATE")
            rows = []
            for _, raw in batch:
                seq += 1
                content = orjson.dumps(orjson.loads(raw)["data"])
                rows += [(recipient, seq, content) for recipient in range(_RECIPIENTS)]
            database.executemany("INSERT INTO feed VALUES (?, ?, ?)", rows)
            database.execute("COMMIT")
        took = time.perf_counter() - started
        database.close()
    return BATCH * BATCHES / took
