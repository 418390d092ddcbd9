"""Topic → accept → feed × 3 partners → sealed topic, and views and alerts: in the partners' own kits, or hosted at the
hub; on PostgreSQL and one Kafka broker, all on one machine. Beside it relays, in the same run.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

import orjson

from benchmarks import latency, relays, scenario
from benchmarks.cluster import Cluster, a_cluster, until
from hub.receiving import Received
from support.attested import header
from support.parts import required
from support.servers import NotRun

COUNT, LINES, ROUNDS = 6000, 100, 3
"""Updates in a round, and lines in a record: an agency that has many to tell signs them together."""
LEAST, P99 = 1000, 250
"""What is to be reached: updates/s in batches, and milliseconds. Absolute, so they are told and fail nothing."""
OF_RELAY = 0.005
"""What must be left of the bare relay's rate, at least: a third of what was measured on a busy machine."""
QUIET = 20
"""Updates a second of several areas together, in their busy hour."""
Updates = list[tuple[str, bytes]]


class Record(NamedTuple):
    """What an agency puts on a topic."""

    topic: str
    value: bytes
    signature: bytes
    key: str | None = None


def measure() -> list[str]:
    """Print the rows; fail where too little is left of the bare relay's rate, or where a part that is required is
    missing.
    """
    try:
        with a_cluster() as cluster:
            failures = _measured(cluster)
        with a_cluster(hosted=True) as cluster:
            _measured_hosted(cluster)
    except NotRun as why:
        print(f"PostgreSQL + Kafka: NOT RUN: {why}")
        missing = {"postgres", "kafka"} & set(required())
        return [f"required, and not run: {why}"] if missing else []
    return failures


def _measured(cluster: Cluster) -> list[str]:
    print("PostgreSQL + Kafka, one broker: topic → accept → feed × 3 partners → sealed topic → kit and its alerts")
    whole, bare, faststream = _rounds(cluster, lambda updates: _relays(cluster.servers, updates))
    print(f"  a bare aiokafka relay of the same updates to 3 topics: {bare:,.0f}/s; ours is {whole / bare:.3f} of that")
    print(f"  a FastStream relay, in batches: {faststream:,.0f}/s; ours is {whole / faststream:.3f} of that")
    _at_rates(cluster)
    if whole < OF_RELAY * bare:
        return [f"the whole way is {whole / bare:.4f} of a bare relay, not {OF_RELAY}"]
    return []


def _measured_hosted(cluster: Cluster) -> None:
    """The same load, while a worker of the hub keeps the views and no partner reads its topic."""
    print("The same with the views and alerts hosted at the hub (worker consume) instead of three kits")
    _rounds(cluster)
    _at_rates(cluster)


def _rounds(cluster: Cluster, beside: Callable[[Updates], tuple[float, ...]] = lambda _: ()) -> list[float]:
    """Print the rate in batches and what it costs. One after the other, so that each has the machine: ours until the
    last alert, and what is measured `beside` it. Returns the medians of both.
    """
    _in_batches(cluster, scenario.updates(COUNT))  # not counted: servers and workers are cold before
    rounds, spent = [], Counter[str]()
    for _ in range(ROUNDS):
        updates, before = scenario.updates(COUNT), cluster.cpu()
        ours = _in_batches(cluster, updates)
        spent.update({part: seconds - before[part] for part, seconds in cluster.cpu().items()})
        rounds.append(ours + beside(updates))
    whole, accepting, *beside = (median(each) for each in zip(*rounds, strict=True))
    print(f"  in records of {LINES} signed lines: {whole:,.0f} updates/s ({_said(whole >= LEAST, f'{LEAST:,}')})")
    print(
        f"    in the feeds {accepting:,.0f}/s; CPU for each, in ms:",
        *(f"{part} {seconds / (COUNT * ROUNDS) * 1000:.2f}" for part, seconds in spent.items()),
    )
    return [whole, *beside]


def _at_rates(cluster: Cluster) -> None:
    _publish_to_alert(cluster, QUIET)
    p99 = _publish_to_alert(cluster, latency.RATE)
    print(f"    p99 {_said(p99 <= P99, f'{P99} ms')}")


def _said(reached: bool, bar: str) -> str:
    return f"to reach: {bar}: {'reached' if reached else 'NOT reached'}"


def _relays(servers: str, updates: Updates) -> tuple[float, float]:
    values = [raw for _, raw in updates]
    return relays.rate(relays.bare, servers, values), relays.rate(relays.faststream, servers, values)


def _in_batches(cluster: Cluster, updates: Updates) -> tuple[float, ...]:
    """Updates a second until the last alert, and until the feeds have them all."""
    records, before = [*_batches(scenario.received(cluster.hub, updates))], cluster.leaves()
    started = time.perf_counter()
    for record in records:
        cluster.send(*record)
    cluster.flush()
    until(lambda: cluster.leaves() >= before + len(updates) + len(records), 300)  # each record is answered
    accepted = time.perf_counter()
    return len(updates) / (cluster.arrived(300) - started), len(updates) / (accepted - started)


def _batches(updates: list[Received]) -> Iterator[Record]:
    """Each agency's updates of a strand, a hundred to a record."""
    of: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for each in updates:
        of[each.key.publisher, _topic(each)].append(each.raw)
    for (agency, topic), lines in of.items():
        for first in range(0, len(lines), LINES):
            value = b"\n".join(lines[first : first + LINES])
            yield Record(topic, value, header(agency, value))


def _topic(received: Received) -> str:
    return f"pathway.{received.kind.partition('.')[0]}"


def _publish_to_alert(cluster: Cluster, rate: int) -> float:
    """One update in a record, each at its appointed time, from then until it was folded and its alert raised. Returns
    the 99th percentile, in milliseconds.
    """
    updates = scenario.received(cluster.hub, scenario.updates(rate * latency.SECONDS))
    records = [_single(each) for each in updates]
    before, due = cluster.leaves(), {}
    for number, moment in latency.appointed(len(records), rate):
        cluster.send(*records[number])
        due[str(updates[number].key)] = moment
    cluster.flush()
    until(lambda: cluster.leaves() >= before + len(updates) + len(records), 60)
    cluster.arrived(60)
    seen = {agency: (reader.positions, reader.moments) for agency, reader in cluster.readers.items()}
    return latency.tell(f"  publish → alert at {rate}/s", latency.latencies(cluster.hub, due, seen))


def _single(update: Received) -> Record:
    """Under a key, so that what is said of one person stays in its order."""
    person = str(orjson.loads(update.raw)["data"]["identifiers"]["crn"])
    return Record(_topic(update), update.raw, header(update.key.publisher, update.raw), person)
