"""Bundles are exchanged while agencies publish: every update is decided by one bundle, and the ledger says which."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from access_policies.compiling import Bundle
from hub.ports import Store, TryLater, Unit
from hub.receiving import Refused
from integration.scene import Scene
from support.http import Door
from support.partnership import HOUSING, POLICE, PROBATION, partnership
from support.signing import shipped, signed, suspended, without

ARREST = "custody.person.arrested"
NARROWED, BARRED = without(ARREST, "tenancy"), suspended(POLICE)
TURNS = 12
PUBLISHERS = 3


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A hub that looks out for bundles, with a case that police, probation and housing work."""
    with partnership() as partners, Door(partners.hub) as door:
        yield Scene.set(partners, door)


def publish_until(scene: Scene, stop: threading.Event) -> tuple[int, int]:
    """Arrests as fast as they go; how many were acknowledged, and how many refused."""
    acknowledged = refused = 0
    while not stop.is_set():
        try:
            scene.p.hub.publish(POLICE, scene.arrest(), sub="a test")
            acknowledged += 1
        except Refused:
            refused += 1
    return acknowledged, refused


def swapped_under_load(scene: Scene) -> tuple[int, int]:
    """Three publishers publish while the bundle is exchanged again and again; what came of their updates."""
    stop = threading.Event()
    with ThreadPoolExecutor(PUBLISHERS) as pool:
        publishers = [pool.submit(publish_until, scene, stop) for _ in range(PUBLISHERS)]
        try:
            for turn in range(TURNS):
                before = scene.p.hub.store.version
                scene.p.governed_by(signed(turn + 2, (NARROWED, BARRED, shipped())[turn % 3]))
                scene.p.hub.store.wait(before + 4, 0.1)
        finally:
            stop.set()
    results = [each.result() for each in publishers]
    return sum(acknowledged for acknowledged, _ in results), sum(refused for _, refused in results)


def test_no_update_is_decided_by_rules_that_were_replaced(scene: Scene) -> None:
    """From the entry of a bundle to that of the next, every decision is by it: what housing is told, who may publish,
    and the digest on every record. What was acknowledged is there, and what was refused is not.
    """
    already = len(scene.p.told(PROBATION, ARREST))
    acknowledged, refused = swapped_under_load(scene)
    as_shipped, narrowed, barred = (Bundle(each).digest for each in (shipped(), NARROWED, BARRED))
    in_force, decided = "", dict.fromkeys((as_shipped, narrowed, barred), 0)
    for record in scene.ledger():
        if record["verb"] == "policies":
            in_force = record["digest"]
        elif record["verb"] == "collection" and record["kind"] == ARREST:
            assert record["bundle"] == in_force
            assert (HOUSING in record["disclosed"]) == (in_force == as_shipped)
            decided[in_force] += 1
    assert (decided[barred], sum(decided.values())) == (0, acknowledged)
    assert refused > 0
    assert min(decided[as_shipped], decided[narrowed]) > 0
    assert len(scene.p.told(PROBATION, ARREST)) == already + acknowledged
    assert {told["bundle"] for told in scene.p.told(HOUSING, ARREST)} == {as_shipped}
    assert scene.p.hub.verify().problems == []


class Watched:
    """The store, with something that happens around the next unit of work."""

    def __init__(self, store: Store, around: Callable[[AbstractContextManager[Unit]], Iterator[Unit]]) -> None:
        self._store, self._around = store, around

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def unit(self, **how: bool) -> Iterator[Unit]:
        yield from self._around(self._store.unit(**how))


def test_whoever_waits_for_the_turn_decides_by_the_new_rules(scene: Scene) -> None:
    """A batch that waits while a bundle is entered is decided by that bundle, though it begins the moment the entry is
    committed.
    """
    arriving = threading.Thread(target=lambda: scene.p.hub.publish(POLICE, scene.arrest(), sub="a test"))

    def around(opened: AbstractContextManager[Unit]) -> Iterator[Unit]:
        with opened as unit:
            arriving.start()
            yield unit
        arriving.join()

    scene.p.hub.governing._store = Watched(scene.p.hub.store, around)
    scene.p.governed_by(signed(2, NARROWED))
    assert scene.ledger()[-1]["bundle"] == Bundle(NARROWED).digest
    assert scene.p.hub.verify().problems == []


def test_a_bundle_that_cannot_be_committed_is_in_force_for_nobody(scene: Scene) -> None:
    """When the commit fails at the last moment the old rules hold, in memory as in the store; it is tried again."""

    def around(opened: AbstractContextManager[Unit]) -> Iterator[Unit]:
        with opened as unit:
            yield unit
            raise TryLater

    governing = scene.p.hub.governing
    governing._store = Watched(scene.p.hub.store, around)
    with pytest.raises(TryLater):
        scene.p.governed_by(signed(2, NARROWED))
    assert governing.in_force.version == 1
    assert [record["version"] for record in scene.ledger() if record["verb"] == "policies"] == [1]
    governing._store = scene.p.hub.store
    governing.look()
    assert governing.in_force.version == 2
