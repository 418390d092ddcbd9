"""Suspending an agency that reads its busy topic, time and again: when does its last record come?

As a program, `python -m support.suspending 100`, it tries that often on a broker of its own, and prints the figures.
"""

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from hub.adapters.kafka_admin import KafkaAdmin
from hub.adapters.kafka_broker import Broker
from support.carrying import everyone, with_keys
from support.guarding import account, emptied, said, topics
from support.http import until
from support.partnership import HOUSING, Partnership
from support.servers import KafkaCluster
from support.signing import govern, signed

BOUND = 0.5
"""So many seconds after its suspension an agency gets nothing any more."""


@dataclass
class Place:
    """A hub, its guarded broker, and every agency's account there."""

    partners: Partnership
    cluster: KafkaCluster
    admin: KafkaAdmin

    def topic(self, agency: str) -> str:
        return self.partners.hub.identity.topic(agency)

    def broker(self, agency: str) -> Broker:
        return account(self.cluster, self.partners.settings.home, agency)

    def apply(self) -> None:
        done = topics(self.partners.settings.home, "apply", "--yes", **said(self.cluster))
        assert done.exit_code == 0, done.output


@contextmanager
def provisioned(home: Path, cluster: KafkaCluster) -> Iterator[Place]:
    """With everybody in the register; the hub does not work in the background yet."""
    partners = Partnership(home, policies=with_keys(everyone()), **said(cluster))
    with closing(partners.hub):
        found = Place(partners, cluster, emptied(cluster))
        found.apply()
        yield found


class Reader:
    """A partner's consumer that is connected and waits at the broker for the next record."""

    def __init__(self, broker: Broker, topic: str, wait: int = 500) -> None:
        patient = {"fetch.wait.max.ms": wait, "socket.timeout.ms": wait + 60_000}
        quiet = {"log_level": 0, "error_cb": lambda _: None}
        own = {"group.id": f"{topic}.reader", "enable.auto.commit": False}
        self._consumer = Consumer({**broker.confluent(), **patient, **quiet, **own})
        self._consumer.assign([TopicPartition(topic, 0, 0)])
        self.last, self.count, self.refused = 0.0, 0, False
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._ends.is_set():
            message = self._consumer.poll(0.05)
            if message is None:
                continue
            error = message.error()
            if error is None:
                self.last, self.count = time.monotonic(), self.count + 1
            elif error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                self.refused = True

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self._consumer.close()


class Writer:
    """Somebody whom nothing holds up, and who writes to a topic all the time: two hundred records a second."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self._producer, self._topic = Producer({**broker.confluent(), "linger.ms": 0}), topic
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self) -> None:
        while not self._ends.wait(0.005):
            self._producer.produce(self._topic, b"fictional", partition=0)
            self._producer.poll(0)

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self._producer.flush(10)


def suspensions(place: Place, trials: int) -> list[float]:
    """How many seconds after the suspension was in force the last record came, each time, with a hub at work."""
    place.partners.hub.start()
    return [a_suspension(place, 2 * number) for number in range(1, trials + 1)]


def a_suspension(place: Place, version: int) -> float:
    """How long after it the last record came."""
    topic, reads, right = place.topic(HOUSING), place.broker(HOUSING), place.admin.found()
    assert reads.password
    with closing(Reader(reads, topic)) as reader, closing(Writer(place.cluster.admin(), topic)):
        until(lambda: reader.count > 20)
        in_force(place, version, HOUSING)
        suspended = time.monotonic()
        until(lambda: reader.refused)
        time.sleep(0.1)
        last = reader.last - suspended
    in_force(place, version + 1)
    place.admin.admit(topic, reads.password.get_secret_value())
    place.admin.allow(right.rules - place.admin.found().rules)
    until(lambda: place.admin.found() == right)
    return last


def in_force(place: Place, version: int, *suspended: str) -> None:
    """Install a bundle beside the running hub, and wait until it decides by it."""
    bundle = signed(version, with_keys(everyone(), **dict.fromkeys(suspended, True)))
    govern(place.partners.settings.home, bundle)
    until(lambda: place.partners.hub.governing.in_force.version == version)


def in_words(late: list[float]) -> str:
    middle, most = statistics.median(late) * 1000, max(late) * 1000
    return f"last record after the suspension, {len(late)} trials: median {middle:.0f} ms, max {most:.0f} ms"


def main() -> int:
    """Measure, print, and fail when it took too long."""
    with TemporaryDirectory() as home, KafkaCluster(mode="scram") as cluster, provisioned(Path(home), cluster) as place:
        late = suspensions(place, int(sys.argv[1]))
    print(in_words(late))  # noqa: T201  # this is what it is for
    return 1 if max(late) > BOUND else 0


if __name__ == "__main__":
    sys.exit(main())
