"""Publish → alert at a steady rate: from handing the bytes over until the partner's alert is durable, open loop."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from statistics import quantiles
from typing import Any

from benchmarks import scenario
from hub.bootstrap import Hub

RATE, SECONDS = 200, 8


def measure() -> list[str]:
    """Print the row. The background of a running hub does the work."""
    with scenario.a_hub() as hub:
        seen = _watch(hub)
        hub.start()
        due = _publish(hub, scenario.updates(RATE * SECONDS))
        time.sleep(1.0)
        tell(f"publish → alert at {RATE}/s × 3 partners", latencies(hub, due, seen))
    return []


def tell(what: str, found: list[float]) -> float:
    """Print the row. Returns the 99th percentile, in milliseconds."""
    cut = quantiles(found, n=100)
    p50, p99, worst = (seconds * 1000 for seconds in (cut[49], cut[98], max(found)))
    print(f"{what}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {worst:.0f} ms ({len(found):,} alerts)")
    return p99


def appointed(count: int, rate: int = RATE) -> Iterator[tuple[int, float]]:
    """Each number at its appointed time, whether or not the one before is done, and that time."""
    started = time.perf_counter() + 0.1
    for number in range(count):
        moment = started + number / rate
        time.sleep(max(0.0, moment - time.perf_counter()))
        yield number, moment


def _watch(hub: Hub) -> dict[str, tuple[list[int], list[float]]]:
    """For each partner the positions its consumers reached, and when (after the commit)."""
    seen: dict[str, tuple[list[int], list[float]]] = {agency: ([], []) for agency in hub.hosted}
    for agency, hosted in hub.hosted.items():
        hosted.catch_up = _watched(hosted, seen[agency])  # type: ignore[method-assign]  # a stop-watch around it
    return seen


def _watched(hosted: Any, seen: tuple[list[int], list[float]]) -> Any:
    catch_up = hosted.catch_up

    def watched() -> int:
        read = int(catch_up())
        if read:
            seen[0].append(hosted.position)
            seen[1].append(time.perf_counter())
        return read

    return watched


def _publish(hub: Hub, updates: list[tuple[str, bytes]]) -> dict[str, float]:
    """Returns when each was due."""
    due: dict[str, float] = {}
    futures: list[Future[Any]] = []
    for number, moment in appointed(len(updates)):
        [received] = scenario.received(hub, [updates[number]])
        futures += hub.commits.submit([received])
        due[str(received.key)] = moment
    for future in futures:
        future.result()
    return due


def latencies(hub: Hub, due: dict[str, float], seen: Mapping[str, tuple[list[int], list[float]]]) -> list[float]:
    """For each update and each partner that was told of it: from when it was due until what told of it was taken in.
    `seen` says for each partner which positions it reached, and when.
    """
    found = []
    for agency, (positions, moments) in seen.items():
        for seq, key in _told(hub, agency):
            if key in due:
                found.append(moments[bisect_left(positions, seq)] - due[key])
    return found


def _told(hub: Hub, agency: str) -> list[tuple[int, str]]:
    """The updates on an agency's feed, by sequence."""
    with hub.store.writing() as unit:
        records = hub.feed.told(agency, 0, 1_000_000)
        keys = [(seq, unit.update_by_message(agency, d.message_id)) for seq, d in records if d]
    return [(seq, str(key)) for seq, key in keys if key]
