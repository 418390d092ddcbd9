"""Real servers for the tests: PostgreSQL and Apache Kafka, from the environment, from Docker, or from `deploy/`.

`IOM_HUB_TEST_POSTGRES` (a URL) and `IOM_HUB_TEST_KAFKA` (bootstrap servers, plain text) name servers that are there
already. Else testcontainers start them where Docker runs, else the scripts under `deploy/`. A part that cannot be had
here is *not run*, with its reason.
"""

import atexit
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import make_url

from hub.adapters.kafka_broker import Broker

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


class NotRun(Exception):
    """This part cannot run here; the message says why."""


class _Scripted:
    """A server that a script under `deploy/` runs, in a folder of its own, until this process ends however it may."""

    script: Path

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="iom-hub-server-"))
        self.folder.chmod(0o755)  # as root, another account runs PostgreSQL
        script, folder = shlex.quote(str(self.script)), shlex.quote(str(self.folder))
        end = f"cat; {script} kill {folder}; rm -rf {folder}"
        # Its input ends when this process does, by SIGKILL, too.
        self._guard = subprocess.Popen(
            ["bash", "-c", end],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        atexit.register(self.remove)

    def run(self, verb: str, *more: object) -> str:
        """What the script prints. Raises `NotRun` with its own words when it fails."""
        command = [str(self.script), verb, str(self.folder), *map(str, more)]
        # Files, not pipes: the server may hold them, and lives on.
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaints:
            done = subprocess.run(command, stdout=said, stderr=complaints, check=False, start_new_session=True)
            said.seek(0)
            complaints.seek(0)
            if done.returncode:
                raise NotRun("; ".join(complaints.read().strip().splitlines()[-3:]))
            return said.read().strip()

    def stop(self) -> None:
        """End it in good order, whatever state it is in; what it holds stays."""
        self.run("stop")

    def remove(self) -> None:
        """End it and delete what it holds; twice does no harm."""
        atexit.unregister(self.remove)
        self._guard.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class PostgresServer(_Scripted):
    """One PostgreSQL."""

    script = DEPLOY / "postgres" / "postgres.sh"

    def __init__(self) -> None:
        """Start it. Raises `NotRun`."""
        super().__init__()
        with _removed_on_failure(self):
            self.url = self.run("start", free_port())

    def kill(self) -> None:
        """SIGKILL the server and its children; they are gone once this returns."""
        self.run("kill")

    def again(self) -> None:
        """Start it again; it answers once this returns."""
        self.run("again")

    def pause(self) -> None:
        """SIGSTOP the server and its children."""
        self.run("pause")

    def resume(self) -> None:
        """SIGCONT them."""
        self.run("resume")

    def database(self) -> str:
        """The URL of a new, empty database."""
        return new_database(self.url)


class KafkaCluster(_Scripted):
    """One broker or three. In the modes `scram` and `tls` nobody but the administrator may do anything yet."""

    script = DEPLOY / "kafka" / "kafka.sh"

    def __init__(self, brokers: int = 1, mode: str = "plain") -> None:
        """Start it. Raises `NotRun`."""
        super().__init__()
        self.brokers, self.mode = brokers, mode
        self._running = set(range(1, brokers + 1))
        with _removed_on_failure(self):
            self.bootstrap = self.run("start", free_port(10 + brokers), brokers, mode)
            self._wait_for_all()

    def kill(self, broker: int = 1) -> None:
        """SIGKILL; it is gone once this returns."""
        self.run("kill", broker)
        self._running.discard(broker)

    def again(self, broker: int = 1) -> None:
        """Start it again; it takes part once this returns."""
        self.run("again", broker)
        self._running.add(broker)
        self._wait_for_all()

    def pause(self, broker: int = 1) -> None:
        """SIGSTOP."""
        self.run("pause", broker)

    def resume(self, broker: int = 1) -> None:
        """SIGCONT."""
        self.run("resume", broker)

    @property
    def ca(self) -> Path | None:
        """The authority of its certificates, in mode `tls`."""
        return self.folder / "ca.pem" if self.mode == "tls" else None

    def admin(self) -> Broker:
        """How the administrator speaks to it."""
        if self.mode == "plain":
            return Broker(self.bootstrap)
        return self.account("admin", (self.folder / "admin-password").read_text(encoding="utf-8"))

    def account(self, username: str, password: str) -> Broker:
        """How an account of its own speaks to it."""
        return Broker(self.bootstrap, username, SecretStr(password), self.ca)

    def _wait_for_all(self) -> None:
        """A broker that listens is not in the cluster yet: only then does it get partitions."""
        admin = AdminClient(self.admin().confluent())
        once_it_answers(lambda: _all_of(self._running, admin.list_topics(timeout=5).brokers), 60)


def _all_of(expected: set[int], found: Any) -> None:
    if not expected <= set(found):
        raise ConnectionError(f"brokers {sorted(found)} of {sorted(expected)}")


@contextmanager
def _removed_on_failure(server: _Scripted) -> Iterator[None]:
    try:
        yield
    except BaseException:  # interrupted, too: nothing goes on running
        server.remove()
        raise


def free_port(count: int = 1) -> int:
    """The first of `count` neighbouring ports that nobody listens on, below those that the machine gives to clients."""
    for _ in range(200):
        first = 20000 + secrets.randbelow(12000)
        try:
            for port in range(first, first + count):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise NotRun("no free ports")


def once_it_answers(ask: Callable[[], Any], seconds: float = 30) -> Any:
    """The answer of a server, as soon as there is one."""
    until = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (OSError, KafkaException, psycopg.OperationalError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def new_topic(broker: Broker, name: str, partitions: int = 1, copies: int = 1, **settings: str) -> str:
    """Make a topic; nothing makes one by itself. Returns its name."""
    topic = NewTopic(name, num_partitions=partitions, replication_factor=copies, config=settings)
    admin = AdminClient(broker.confluent() | {"log_level": "0"})  # kept: its futures fail once it is collected
    admin.create_topics([topic])[name].result(timeout=30)
    return name


def new_database(server: str) -> str:
    """The URL of a new, empty database on a server."""
    name = f"hub_{secrets.token_hex(6)}"
    _on(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(server).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Delete a database, though somebody may still be connected to it."""
    name = make_url(url).database or ""
    server = make_url(url).set(database="postgres").render_as_string(hide_password=False)
    _on(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _on(server: str, statement: sql.Composed) -> None:
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)


@cache
def postgres_server() -> str:
    """The URL of the session's PostgreSQL. Raises `NotRun`."""
    return os.environ.get("IOM_HUB_TEST_POSTGRES") or _container("postgres") or PostgresServer().url


@cache
def kafka_servers() -> str:
    """The bootstrap servers of the session's broker, in plain text. Raises `NotRun`."""
    return os.environ.get("IOM_HUB_TEST_KAFKA") or _container("kafka") or KafkaCluster().bootstrap


def kcat() -> str:
    """Where this program is, with which an agency may publish. Raises `NotRun`."""
    if found := shutil.which("kcat"):
        return found
    raise NotRun("kcat is not installed (Debian: kcat)")


def node() -> str:
    """Where this program is, for clients in its language. Raises `NotRun`."""
    found = shutil.which("node")
    if not found:
        raise NotRun("Node is not installed (Debian: nodejs)")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    if int(said.strip("v\n").partition(".")[0] or 0) < 18:
        raise NotRun(f"Node {said.strip()} has no fetch: it takes 18 or newer")
    return found


@cache
def docker_runs() -> bool:
    """Whether there is a Docker engine, not only its client."""
    client = shutil.which("docker")
    try:
        asked = client and subprocess.run([client, "info"], capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return False
    return bool(asked) and asked.returncode == 0


def _container(part: str) -> str | None:
    if not docker_runs():
        return None
    from support import containers  # noqa: PLC0415  # only where Docker runs

    return containers.start(part)
