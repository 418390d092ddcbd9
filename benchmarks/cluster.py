"""A hub on a real PostgreSQL and a real broker: an accept worker and a carry worker, and either three partners' kits or
a worker that keeps their views at the hub, each a process of its own.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from confluent_kafka import Producer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from benchmarks import scenario
from hub.adapters.kafka_source import topics
from hub.attesting import HEADER
from hub.bootstrap import Hub
from hub.kit.home import Brokers, KitHome, KitSettings, Pinned
from hub.running import POSITION, Hosted
from support.attested import public_key
from support.carrying import make_topics, private, receiving, with_keys
from support.servers import KafkaCluster, PostgresServer, new_topic
from support.signing import govern, signed
from support.workers import working

PARTNERS = (scenario.POLICE, scenario.PROBATION, scenario.UNIT)
WORKERS = ("accept", "carry")
HOSTING = "consume"
"""The worker that keeps views and raises alerts at the hub."""
LOOKS = 0.02
"""Seconds after which hosted views are looked at again: their worker tells nobody how far it is."""
PARTITIONS = 6
"""Of each strand's topic, as the settings have it where nobody says otherwise."""


class Reader:
    """A partner's kit at work, and what it has said."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.kit", str(home)]
        self._popen = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.positions: list[int] = []
        self.moments: list[float] = []
        self._hearing = threading.Thread(target=self._hear, daemon=True)

    def __enter__(self) -> Self:
        self._hearing.start()
        return self

    @property
    def pid(self) -> int:
        """Its process."""
        return self._popen.pid

    def __exit__(self, *_: object) -> None:
        self._popen.terminate()
        self._popen.wait(30)
        self._hearing.join()

    def _hear(self) -> None:
        assert self._popen.stdout
        for line in self._popen.stdout:
            position, moment = line.split()
            self.moments.append(float(moment))  # first: who sees a position finds its moment
            self.positions.append(int(position))

    def has(self, seq: int) -> bool:
        """Whether it has taken in everything up to there. Raises `RuntimeError` when it has ended."""
        if self._popen.poll() is not None:
            raise RuntimeError("a kit has ended by itself; what it said stands above")
        return bool(self.positions) and self.positions[-1] >= seq


class HostedView:
    """A partner's view at the hub, and how far it had come at which moment."""

    def __init__(self, hosted: Hosted) -> None:
        self._views = hosted.views
        self.positions: list[int] = []
        self.moments: list[float] = []
        self._ending = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._ending.wait(LOOKS):
            position = self._views.position(POSITION)
            if not self.positions or position > self.positions[-1]:
                self.positions.append(position)
                self.moments.append(time.perf_counter())

    def has(self, seq: int) -> bool:
        """Whether everything up to there was folded."""
        return bool(self.positions) and self.positions[-1] >= seq


class Cluster:
    """The hub as its people see it, and the partners' readers."""

    def __init__(self, hub: Hub, broker: KafkaCluster, postgres: PostgresServer) -> None:
        self.hub, self.servers = hub, broker.bootstrap
        self._postgres, self._broker = postgres.folder / "data/postmaster.pid", broker.folder / "1/pid"
        self.readers: dict[str, Reader | HostedView] = {}
        self.workers: dict[str, int] = {}
        self._producer = Producer({"bootstrap.servers": self.servers, "linger.ms": "0", "log_level": 0})

    def send(self, topic: str, value: bytes, signature: bytes, key: str | None = None) -> None:
        """Put a record on a topic, as an agency's own producer does; `flush` waits for the broker."""
        self._producer.produce(topic, value, key=key, headers=[(HEADER, signature)])
        self._producer.poll(0)

    def flush(self) -> None:
        """Until the broker has everything."""
        if self._producer.flush(30):
            raise TimeoutError("the broker did not take everything")

    def leaves(self) -> int:
        """How many entries the ledger has."""
        with self.hub.archive() as archive:
            return archive.size()

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time that each worker and all kits together have had, and the servers beside them."""
        kits = [_cpu(reader.pid) for reader in self.readers.values() if isinstance(reader, Reader)]
        servers = {
            "PostgreSQL": _cpu_of_all(_first_line(self._postgres)),
            "the broker": _cpu(_first_line(self._broker)),
        }
        workers = {role: _cpu(pid) for role, pid in self.workers.items()}
        return workers | ({"the kits": sum(kits)} if kits else {}) | servers

    def arrived(self, seconds: float = 120) -> float:
        """When everything that the feeds have by now was folded, of every partner."""
        heads = {agency: self.hub.feed.head(agency)[0] for agency in self.readers}
        until(lambda: all(reader.has(heads[agency]) for agency, reader in self.readers.items()), seconds)
        return max(reader.moments[-1] for reader in self.readers.values())


def until(so: Callable[[], bool], seconds: float) -> None:
    """Look twenty times a second, which costs next to nothing."""
    ends = time.monotonic() + seconds
    while not so():
        if time.monotonic() > ends:
            raise TimeoutError("it did not come about in time")
        time.sleep(0.05)


def _stat(pid: int) -> list[str]:
    """What the machine says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _cpu_of_all(parent: int) -> float:
    """A server, its children, and those that have ended."""
    fields, children = _stat(parent), 0.0
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            children += _cpu(int(each.name)) if _stat(int(each.name))[1] == str(parent) else 0.0
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return _cpu(parent) + children + ended


def _first_line(file: Path) -> int:
    return int(file.read_text(encoding="ascii").split()[0])


@contextmanager
def a_cluster(*, hosted: bool = False) -> Iterator[Cluster]:
    """Everything up and idle: with the partners' kits, or with their views `hosted`. Raises `NotRun` where a server
    cannot be had.
    """
    with PostgresServer() as postgres, KafkaCluster() as broker:
        database = postgres.database().replace("postgresql+psycopg://", "postgresql://")
        policies = signed(1, with_keys({each: [public_key(each), receiving(each)] for each in PARTNERS}))
        with scenario.a_hub(lambda s: govern(s.home, policies), (), database=SecretStr(database)) as hub:
            for topic in topics():
                new_topic(broker.admin(), topic, PARTITIONS)
            make_topics(broker.bootstrap, [hub.identity.topic(agency) for agency in PARTNERS])
            with _at_work(Cluster(hub, broker, postgres), database, hosted) as cluster:
                yield cluster


@contextmanager
def _at_work(cluster: Cluster, database: str, hosted: bool) -> Iterator[Cluster]:
    settings = cluster.hub.settings
    given = {
        "IOM_HUB_DATABASE": database,
        "IOM_HUB_KAFKA": cluster.servers,
        "IOM_HUB_BUNDLE": str(settings.files.bundle),
        "IOM_HUB_SIGNERS": str(settings.files.signers),
    }
    roles = (*WORKERS, HOSTING) if hosted else WORKERS
    with ExitStack() as stack:
        workers = [stack.enter_context(working(settings.home, role, "worker", role, **given)) for role in roles]
        cluster.workers = {role: worker.popen.pid for role, worker in zip(roles, workers, strict=True)}
        for agency in PARTNERS:
            reader = (
                HostedView(cluster.hub.hosted[agency])
                if hosted
                else Reader(_kit(settings.home / agency, cluster, agency))
            )
            cluster.readers[agency] = stack.enter_context(reader)
        for worker in workers:
            worker.becomes(200, 60)
        cluster.arrived()
        yield cluster


def _kit(folder: Path, cluster: Cluster, agency: str) -> Path:
    """A kit's home, as `iom-hub connect setup` makes it; it reads its topic, and nothing over HTTP."""
    home, keys = KitHome(KitSettings(home=folder)), cluster.hub.keys
    home._keep("receiving", private(agency))  # noqa: SLF001  # the key that the register has
    home.make_keys()
    pinned = Pinned(
        agency=agency,
        hub="http://127.0.0.1:9",
        feed=cluster.hub.identity.feed(agency),
        ledger=_public(cluster.hub.recorder.key),
        delivery=(_public(keys.delivery),),
        kafka=Brokers(servers=cluster.servers),
    )
    home.pin(pinned)
    return folder


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()
