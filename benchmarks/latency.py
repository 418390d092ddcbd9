"""Publish → alert at a steady rate: from handing the bytes over until the partner's alert is durable, open loop."""

import time
from bisect import bisect_left
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
        sent = _publish(hub, scenario.updates(RATE * SECONDS))
        time.sleep(1.0)
        latencies = sorted(_latencies(hub, sent, seen))
    cut = quantiles(latencies, n=100)
    print(
        f"publish → alert at {RATE}/s × 3 partners: p50 {cut[49] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms, ", end=""
    )
    print(f"worst {latencies[-1] * 1000:.0f} ms ({len(latencies):,} alerts)")
    return []


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
    """Each at its appointed time, whether or not the one before is done. Returns when each was due."""
    due: dict[str, float] = {}
    futures: list[Future[Any]] = []
    started = time.perf_counter() + 0.1
    for number, update in enumerate(updates):
        moment = started + number / RATE
        time.sleep(max(0.0, moment - time.perf_counter()))
        [received] = scenario.received(hub, [update])
        futures += hub.commits.submit([received])
        due[str(received.key)] = moment
    for future in futures:
        future.result()
    return due


def _latencies(hub: Hub, due: dict[str, float], seen: dict[str, tuple[list[int], list[float]]]) -> list[float]:
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
