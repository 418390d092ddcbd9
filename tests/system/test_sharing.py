"""Workers that carry and consume share the partners: each has its part, and what one leaves another takes over."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest

from hub.adapters.advisory import number_of
from hub.delivering import _PATIENCE
from support.carrying import make_topics, topics_of
from support.http import until
from support.partnership import POLICE, PROBATION
from support.parts import running
from support.servers import KafkaCluster, free_port
from support.workers import Sent, working
from system.test_carrying_to_kafka import once, opened
from system.test_workers import Scene

pytestmark = pytest.mark.system
T = TypeVar("T")
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


def test_one_that_cannot_reach_the_brokers_leaves_its_partners(scene: Scene) -> None:
    """A worker that the brokers do not answer came first and has all partners; within moments they are with one that
    they do answer, and stay there, however long the first is cut off. All of it is carried. Once the brokers answer
    the first, it has its half.
    """
    make_topics(scene.broker.bootstrap, topics_of(scene.partners))
    port, hub = free_port(), scene.partners.hub
    cut_off = scene.settings | {"IOM_HUB_KAFKA": f"127.0.0.1:{port}"}
    with working(scene.home, "one", "worker", "carry", **cut_off) as one:
        until(lambda: shares(scene) == {"carry/kafka": [7]})
        with working(scene.home, "two", "worker", "carry", **scene.settings) as two:
            one.becomes(503, causes=["broker"])
            until(lambda: two.figure("lag", role="carry") == 0)
            until(lambda: shares(scene) == {"carry/kafka": [7]})
            assert {str(each) for each in always(lambda: shares(scene), 3)} == {str({"carry/kafka": [7]})}
            assert (one.figure("alarms", kind="carrying"), two.figure("alarms", kind="carrying")) == (7, 0)
            for agency in (POLICE, PROBATION):
                records = hub.feed.read(agency, 0, 10_000)
                assert once(opened(scene.partners, scene.broker.bootstrap, agency)) == records
            with answering(port, scene.broker.bootstrap):
                until(lambda: shares(scene) == {"carry/kafka": [3, 4]})
                one.becomes(200, causes=[])
                until(lambda: one.figure("alarms", kind="carrying") == 0)


def test_while_all_are_cut_off_nobody_takes_anybody(scene: Scene) -> None:
    """While no worker reaches the brokers the partners are nobody's, and do not go round. The first that they answer
    has all of them.
    """
    make_topics(scene.broker.bootstrap, topics_of(scene.partners))
    port = free_port()
    cut_off = scene.settings | {"IOM_HUB_KAFKA": f"127.0.0.1:{port}"}
    with (
        working(scene.home, "one", "worker", "carry", **cut_off) as one,
        working(scene.home, "two", "worker", "carry", **cut_off | {"IOM_HUB_KAFKA": f"127.0.0.1:{free_port()}"}) as two,
    ):
        until(lambda: shares(scene) != {})
        for each in (one, two):
            each.becomes(503, causes=["broker"])
        time.sleep(_PATIENCE)  # what one gives back the other may take in between
        until(lambda: shares(scene) == {})
        assert {str(each) for each in always(lambda: shares(scene), 5)} == {str({})}
        with answering(port, scene.broker.bootstrap):
            until(lambda: shares(scene) == {"carry/kafka": [7]})


def always(ask: Callable[[], T], seconds: float) -> Iterator[T]:
    """What it says, again and again."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        yield ask()
        time.sleep(0.1)


@contextmanager
def answering(port: int, servers: str) -> Iterator[None]:
    """As long as it lasts the brokers answer on this port, too. They name their own to whoever asks: it is a way in."""
    host, _, there = servers.partition(":")
    with ThreadPoolExecutor() as pool, ExitStack() as ends:
        listener = ends.enter_context(socket.create_server(("127.0.0.1", port)))

        def accept() -> None:
            while True:
                pair = listener.accept()[0], socket.create_connection((host, int(there)))
                for here, other in (pair, pair[::-1]):
                    ends.enter_context(here)
                    ends.callback(_end, here)
                    pool.submit(_pass_on, here, other)

        ends.callback(_end, listener)
        pool.submit(accept)
        yield


def _end(one: socket.socket) -> None:
    """Whoever waits at it is woken."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while said := here.recv(65536):
            there.sendall(said)
    _end(there)


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
