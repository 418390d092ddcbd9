"""Workers that carry and consume share the partners: each has its part, and what one leaves another takes over."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.adapters.advisory import number_of
from support.carrying import make_topics, topics_of
from support.http import until
from support.partnership import POLICE, PROBATION
from support.parts import running
from support.servers import KafkaCluster
from support.workers import Sent, working
from system.test_carrying_to_kafka import once, opened
from system.test_workers import Scene

pytestmark = pytest.mark.system
MOST = 4000
"""Updates that are ready to be published while processes come and go."""


@pytest.fixture
def scene(tmp_path: Path, postgres: Callable[[], str]) -> Iterator[Scene]:
    """People, a database and a broker."""
    with running("kafka", KafkaCluster) as broker:
        found = Scene(tmp_path, postgres(), broker)
        with closing(found.partners.hub):
            yield found


def test_two_share_the_partners_and_one_may_die(scene: Scene) -> None:
    """Two workers that carry and consume have half of the partners each; a third that comes later relieves them, until
    none has more than a third. One is killed under load, another is told to end: within seconds their partners are with
    who is left. No topic lacks a record or has one out of its order, and every view has all its alerts, once.
    """
    make_topics(scene.broker.bootstrap, topics_of(scene.partners))
    sent, over, hub = list[Sent](), threading.Event(), scene.partners.hub
    roles = ("worker", "carry", "consume")

    def publish() -> None:
        for each in scene.updates(MOST):
            hub.publish(POLICE, each.raw, sub="a test")
            sent.append(each)
            if over.wait(0.03):
                break

    publishing = threading.Thread(target=publish)
    with (
        working(scene.home, "one", *roles, **scene.settings) as one,
        working(scene.home, "two", *roles, **scene.settings) as two,
    ):
        until(lambda: shares(scene) == {"carry/kafka": [3, 4], "consume": [10, 10]})
        publishing.start()
        with working(scene.home, "three", *roles, **scene.settings) as three:
            until(lambda: shares(scene) == {"carry/kafka": [1, 3, 3], "consume": [6, 7, 7]})
            one.kill()
            until(lambda: shares(scene) == {"carry/kafka": [3, 4], "consume": [10, 10]}, 10)
            assert three.stop() == 0
        until(lambda: shares(scene) == {"carry/kafka": [7], "consume": [20]}, 10)
        until(lambda: len(sent) > 100)
        over.set()
        publishing.join()
        assert len(sent) < MOST
        for role in ("carry", "consume"):
            until(lambda role=role: two.figure("lag", role=role) == 0, 30)  # type: ignore[misc]  # mypy knows no such default
    for agency in (POLICE, PROBATION):
        records = hub.feed.read(agency, 0, 10_000)
        assert once(opened(scene.partners, scene.broker.bootstrap, agency)) == records
    alerts = [str(each.alert_id) for each in hub.hosted[PROBATION].views.alerts(open_only=False, limit=10_000)]
    assert Counter(alerts) == Counter(scene.messages(PROBATION, sent))
    assert hub.verify().problems == []


def shares(scene: Scene) -> dict[str, list[int]]:
    """How many partners each process has, by work, as the database's locks say."""
    partners = scene.partners.hub.bundle.policies.partners
    keys = {number_of(f"lease/{work}/{agency}"): work for work in ("carry/kafka", "consume") for agency in partners}
    with scene.partners.hub.store.reading() as connection:
        locks = connection.exec_driver_sql(
            "select pid, (classid::bigint << 32) | objid::bigint from pg_locks where locktype = 'advisory'"
            " and database = (select oid from pg_database where datname = current_database()) and granted"
        ).all()
    held = Counter((keys[key], pid) for pid, key in locks if key in keys)
    found: dict[str, list[int]] = {}
    for (work, _), count in sorted(held.items(), key=lambda each: each[1]):
        found.setdefault(work, []).append(count)
    return dict(sorted(found.items()))
