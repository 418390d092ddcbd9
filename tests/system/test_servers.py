"""The servers that `deploy/` runs are real: what they acknowledged outlives a kill, and three brokers elect anew."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from hub.adapters.kafka_broker import Broker
from support.parts import running
from support.servers import DEPLOY, KafkaCluster, PostgresServer, new_topic, once_it_answers

pytestmark = pytest.mark.system

SCRIPTS = ["kafka/kafka.sh", "postgres/postgres.sh"]


async def _send(broker: Broker, topic: str, value: bytes) -> None:
    # By default a client waits 40 s for a broker that took the request and hears nothing.
    settings = {**broker.aiokafka(), "request_timeout_ms": 5000}
    async with AIOKafkaProducer(**settings, acks="all", enable_idempotence=True) as producer:
        await asyncio.wait_for(producer.send_and_wait(topic, value), 30)


def send(broker: Broker, topic: str, value: bytes) -> None:
    """Returns once it is acknowledged."""
    asyncio.run(asyncio.wait_for(_send(broker, topic, value), 40))


async def _stored(broker: Broker, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(topic, **broker.aiokafka(), auto_offset_reset="earliest")
    async with consumer:
        return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]


def stored(broker: Broker, topic: str, count: int) -> list[bytes]:
    """The first `count` values of a topic."""
    return asyncio.run(asyncio.wait_for(_stored(broker, topic, count), 40))


def leader(cluster: KafkaCluster, topic: str) -> int:
    """Which broker takes the records of a topic."""
    found = AdminClient(cluster.admin().confluent()).list_topics(topic, timeout=10).topics[topic]
    return int(found.partitions[0].leader)


def plainly(url: str) -> str:
    """A database's URL as psycopg itself takes it."""
    return url.replace("+psycopg", "")


def numbers(url: str) -> list[int]:
    """What the table of these tests holds."""
    with psycopg.connect(plainly(url), connect_timeout=3) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


def keep(url: str, number: int) -> None:
    """Returns once it is committed."""
    with psycopg.connect(plainly(url)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL to do harm to."""
    with running("postgres", PostgresServer) as started:
        yield started


@pytest.fixture(scope="module")
def three() -> Iterator[KafkaCluster]:
    """Three brokers to do harm to."""
    with running("kafka", lambda: KafkaCluster(3)) as started:
        yield started


def test_a_killed_postgres_keeps_what_it_committed(server: PostgresServer) -> None:
    """A committed row is there after the server was killed; until it is started again, nobody answers."""
    url = server.database()
    keep(url, 7)
    server.kill()
    with pytest.raises(psycopg.OperationalError):
        numbers(url)
    server.again()
    assert numbers(url) == [7]


def test_a_paused_postgres_answers_once_it_goes_on(server: PostgresServer) -> None:
    """While it is stopped nobody answers, and afterwards all is as before."""
    url = server.database()
    keep(url, 8)
    server.pause()
    with pytest.raises(psycopg.OperationalError):
        numbers(url)
    server.resume()
    assert once_it_answers(lambda: numbers(url)) == [8]


def test_postgres_is_as_durable_as_in_service(server: PostgresServer) -> None:
    """The tests of durability run on a server that writes to the disk before it says so."""
    with psycopg.connect(server.url) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)


def test_each_database_is_empty_and_its_own(postgres: Callable[[], str]) -> None:
    """What one test writes, the next does not find."""
    first, second = postgres(), postgres()
    keep(first, 1)
    with psycopg.connect(plainly(second)) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT number FROM kept")


def test_the_plain_broker_takes_records(kafka: str) -> None:
    """The broker that all tests share carries records, and makes no topic that nobody asked for."""
    broker = Broker(kafka)
    topic = new_topic(broker, f"test.{os.urandom(4).hex()}")
    send(broker, topic, b"fictional")
    assert stored(broker, topic, 1) == [b"fictional"]
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(_send(broker, f"{topic}.never", b"x"), 2))
    assert f"{topic}.never" not in AdminClient(broker.confluent()).list_topics(timeout=10).topics


def test_a_killed_broker_keeps_what_it_acknowledged() -> None:
    """An acknowledged record is there after the only broker was killed and started again, and its accounts, too."""
    with running("kafka", lambda: KafkaCluster(mode="scram")) as cluster:
        topic = new_topic(cluster.admin(), "test.killed")
        send(cluster.admin(), topic, b"fictional")
        cluster.kill()
        cluster.again()
        assert stored(cluster.admin(), topic, 1) == [b"fictional"]


def test_three_brokers_elect_anew(three: KafkaCluster) -> None:
    """When a broker is killed, the other two take records; it comes back, and nothing is lost."""
    topic = new_topic(three.admin(), "test.elect", copies=3)
    send(three.admin(), topic, b"with all")
    killed = leader(three, topic)
    three.kill(killed)
    send(three.admin(), topic, b"without its leader")
    three.again(killed)
    assert stored(three.admin(), topic, 2) == [b"with all", b"without its leader"]


def test_three_brokers_go_on_while_one_is_paused(three: KafkaCluster) -> None:
    """One that hears nothing for a while holds nobody up for long, and takes part again afterwards."""
    topic = new_topic(three.admin(), "test.pause", copies=3)
    send(three.admin(), topic, b"before")
    paused = leader(three, topic)
    servers = three.bootstrap.split(",")
    three.pause(paused)
    send(Broker(",".join(servers[: paused - 1] + servers[paused:])), topic, b"meanwhile")
    three.resume(paused)
    assert stored(three.admin(), topic, 2) == [b"before", b"meanwhile"]


def test_a_guarded_broker_knows_its_administrator_and_nobody_else() -> None:
    """Both kinds of client get in as the administrator, with the hub's own settings; a wrong password does not, nor
    does nobody in particular.
    """
    with running("kafka", lambda: KafkaCluster(mode="tls")) as cluster:
        topic = new_topic(cluster.admin(), "test.guarded")
        send(cluster.admin(), topic, b"fictional")
        assert stored(cluster.admin(), topic, 1) == [b"fictional"]
        for stranger in (Broker(cluster.bootstrap, ca=cluster.ca), cluster.account("admin", "wrong")):
            with pytest.raises(KafkaException):
                AdminClient({**stranger.confluent(), "log_level": "0"}).list_topics(timeout=2)


STARTS = """
import sys, time
sys.path.insert(0, "tests")
from support.servers import PostgresServer
server = PostgresServer()
print(server.folder, (server.folder / "data" / "postmaster.pid").read_text().split()[0], flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_the_tests(how: signal.Signals, server: PostgresServer) -> None:
    """However a test run is ended, the server that it started ends, and its folder is gone."""
    command = [sys.executable, "-c", STARTS]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=DEPLOY.parent, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout
        folder, pid = run.stdout.readline().split()
        os.kill(int(pid), 0)
        run.send_signal(how)

    def gone() -> None:
        if Path(folder).exists() or Path(f"/proc/{pid}").exists():
            raise ConnectionError("it is there still")

    once_it_answers(gone, 20)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_say_what_is_missing(script: str, tmp_path: Path) -> None:
    """On a machine without the server, a script names what to install and ends with an error."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "dirname", "mkdir", "sort", "tail"):
        (tools / tool).symlink_to(Path("/usr/bin") / tool)
    environment = {"PATH": str(tools), "IOM_HUB_POSTGRES_BIN": str(tmp_path)}
    command = [str(DEPLOY / script), "start", str(tmp_path / "there"), "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "missing (Debian: " in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_explain_themselves(script: str) -> None:
    """`--help` names every verb that the script takes."""
    text = (DEPLOY / script).read_text(encoding="utf-8")
    shown = subprocess.run([str(DEPLOY / script), "--help"], capture_output=True, text=True, check=True).stdout
    assert all(verb in shown for verb in ("start", "kill", "again", "pause", "resume", "stop"))
    assert "set -euo" in text
    assert "set -euo" not in shown
