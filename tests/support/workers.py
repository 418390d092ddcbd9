"""`iom-hub worker` and `iom-hub serve` as processes that are asked how they are, and records for them on a broker."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from confluent_kafka import Consumer, Producer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from hub.adapters.kafka_source import GROUP
from hub.attesting import HEADER
from support.attested import header
from support.http import PROGRAM, environment, until

CUSTODY, PARTITIONS = "pathway.custody", 4


@dataclass(frozen=True)
class Working:
    """One process, and where it answers."""

    popen: subprocess.Popen[bytes]
    written: Path

    @property
    def url(self) -> str:
        """Where `/ready` and `/metrics` are; empty until it says so."""
        found = re.search(r"Metrics at (\S+)/metrics", self.written.read_text())
        return found[1] if found else ""

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Its answer, and the status; (0, {}) while it does not answer at all."""
        try:
            response = httpx.get(self.url + "/ready", timeout=10)
        except (httpx.HTTPError, httpx.UnsupportedProtocol):
            return 0, {}
        return response.status_code, response.json()

    def becomes(self, status: int, seconds: float = 30, **said: list[str]) -> None:
        """Wait until it answers so; each list of names must be exactly that."""
        until(lambda: _says(self.ready(), status, said), seconds)

    def metrics(self) -> str:
        """As Prometheus reads them."""
        return httpx.get(self.url + "/metrics", timeout=10).text

    def figure(self, name: str, **labels: str) -> float:
        """One figure."""
        families = text_string_to_metric_families(self.metrics())
        samples = [each for family in families for each in family.samples]
        [found] = [each.value for each in samples if (each.name, each.labels) == (f"iom_hub_{name}", labels)]
        return float(found)

    def kill(self) -> None:
        """SIGKILL."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, seconds: float = 10) -> int:
        """SIGTERM; how it ended."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(seconds)


def _says(found: tuple[int, dict[str, Any]], status: int, said: Mapping[str, list[str]]) -> bool:
    return found[0] == status and all(found[1][name] == names for name, names in said.items())


@contextmanager
def working(home: Path, name: str, *command: str, **settings: str) -> Iterator[Working]:
    """A process of this home, which answers on a free port; gone when the block ends."""
    written = home / f"{name}.log"
    settings = {"IOM_HUB_METRICS_PORT": "0"} | settings
    with written.open("wb") as out:
        popen = subprocess.Popen(
            [PROGRAM, *command], env=environment(home, **settings), stdout=out, stderr=subprocess.STDOUT
        )
    found = Working(popen, written)
    try:
        until(lambda: popen.poll() is not None or bool(found.url), 20)
        assert popen.poll() is None, written.read_text()
        yield found
    finally:
        found.kill()


@dataclass(frozen=True)
class Sent:
    """An update on its way: of whom, and its bytes."""

    key: str
    raw: bytes

    @property
    def id(self) -> str:
        """The update's."""
        return str(json.loads(self.raw)["id"])


def send(servers: str, agency: str, some: list[Sent]) -> None:
    """Put records on the custody topic, signed, as an agency's own producer does; each key stays in its order."""
    producer = Producer({"bootstrap.servers": servers, "linger.ms": "5"})
    for each in some:
        producer.produce(CUSTODY, each.raw, key=each.key, headers=[(HEADER, header(agency, each.raw))])
    assert producer.flush(30) == 0


def offsets(servers: str) -> dict[int, int]:
    """Up to where the group has taken each partition of the custody topic."""
    return {each.partition: max(each.offset, 0) for each in _group(servers, "committed")}


def ends(servers: str) -> dict[int, int]:
    """Where each partition ends."""
    return {each.partition: each.offset for each in _group(servers, "ends")}


def _group(servers: str, what: str) -> list[TopicPartition]:
    consumer = Consumer({"bootstrap.servers": servers, "group.id": GROUP, "enable.auto.commit": "false"})
    wanted = [TopicPartition(CUSTODY, number) for number in range(PARTITIONS)]
    try:
        if what == "committed":
            return list(consumer.committed(wanted, timeout=30))
        for each in wanted:
            each.offset = consumer.get_watermark_offsets(each, timeout=30)[1]
        return wanted
    finally:
        consumer.close()
