"""A guarded broker for tests: emptied, provisioned by the command, and asked by agencies in Kafka's own words."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.commit import OffsetCommitRequest, OffsetFetchRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import JoinGroupRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.types import Array, Schema
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from click.testing import Result
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner

from hub.adapters.kafka_admin import KafkaAdmin
from hub.adapters.kafka_broker import Broker
from hub.cli.main import app
from hub.cli.terminal import err, out
from hub.provisioning import Layout
from support.http import until
from support.servers import KafkaCluster

HUB, HUBS_PASSWORD = "iom-hub", "fictional-password-of-the-hub"
DENIED = {29: "TOPIC_AUTHORIZATION_FAILED", 30: "GROUP_AUTHORIZATION_FAILED"}


def emptied(cluster: KafkaCluster) -> KafkaAdmin:
    """The administration of a broker that has nothing but its administrator."""
    admin = KafkaAdmin(cluster.admin())
    found = admin.found()
    admin.forbid(found.rules)
    admin.dismiss(each for each in found.accounts if each.name != "admin")
    if found.topics:
        client = AdminClient(cluster.admin().confluent())
        for done in client.delete_topics(list(found.topics)).values():
            done.result(20)
    until(lambda: is_empty(admin.found()))
    return admin


def is_empty(layout: Layout) -> bool:
    return not layout.topics and not layout.rules and {each.name for each in layout.accounts} == {"admin"}


def said(cluster: KafkaCluster) -> dict[str, Any]:
    """The settings of a hub at this broker, with an account of its own and the administrator's."""
    password = (cluster.folder / "admin-password").read_text(encoding="utf-8")
    return {
        "kafka": cluster.bootstrap,
        "kafka_username": HUB,
        "kafka_password": HUBS_PASSWORD,
        "kafka_admin_username": "admin",
        "kafka_admin_password": password,
    }


def topics(home: Path, *words: str, **settings: str) -> Result:
    """Type `iom-hub topics …`, in this process: what came of it."""
    plain = {name: None for name in os.environ if name.startswith("IOM_HUB_")}
    given = {f"IOM_HUB_{name.upper()}": value for name, value in {"home": str(home), **settings}.items()}
    with quiet_width():
        return CliRunner().invoke(app, ["topics", *words], env=plain | given)


@contextmanager
def quiet_width() -> Iterator[None]:
    """Lines as long as they are, as on a wide terminal."""
    before = out.width, err.width
    out.width = err.width = 240
    yield
    out.width, err.width = before


def account(cluster: KafkaCluster, home: Path, agency: str) -> Broker:
    """How an agency speaks to the broker, by the file that `topics apply` wrote for it."""
    lines = (home / "broker-accounts" / f"{agency}.env").read_text(encoding="ascii").splitlines()
    found = dict(line.split("=", 1) for line in lines)
    return cluster.account(found["IOM_HUB_KAFKA_USERNAME"], found["IOM_HUB_KAFKA_PASSWORD"])


class Asking:
    """An account's connection, on which it asks the broker what no decent client would: it needs no metadata first."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def __aenter__(self) -> Self:
        self._client = AIOKafkaClient(**self._broker.aiokafka())
        await self._client.bootstrap()
        [self._node] = [broker.nodeId for broker in self._client.cluster.brokers()]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def ask(self, request: Any) -> Any:
        return await asyncio.wait_for(self._client.send(self._node, request), 10)

    async def everything(self, topic: str, group: str) -> dict[str, set[int]]:
        """Each way to get at a topic or a group, with the error codes of the broker's answer; 0 is none."""
        fetch = FetchRequest(100, 0, 1 << 20, 0, [(topic, [(0, 0, 1 << 20)])])
        commit = OffsetCommitRequest(group, -1, "", -1, [(topic, [(0, 0, "")])])
        join = JoinGroupRequest(group, 6000, 6000, "", None, "consumer", [("range", b"")])
        asked = {
            "metadata": MetadataRequest([topic], allow_auto_topic_creation=True),
            "fetch": fetch,
            "list offsets": OffsetRequest(-1, 0, [(topic, [(0, -1)])]),
            "read offsets": OffsetFetchRequest(group, [(topic, [0])]),
            "commit offsets": commit,
            "join group": join,
            "write": a_record(topic),
        }
        answers = {name: await self.ask(request) for name, request in asked.items()}
        return {name: set(codes(each.SCHEMA, fields_of(each))) for name, each in answers.items()}

    async def listed(self) -> set[str]:
        """The topics that a list of all shows."""
        return {each[1] for each in (await self.ask(MetadataRequest(None))).topics}


def a_record(topic: str) -> ProduceRequest:
    batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 16)
    batch.append(0, 0, None, b"fictional", [])
    return ProduceRequest(
        transactional_id=None, required_acks=-1, timeout=5000, topics=[(topic, [(0, bytes(batch.build()))])]
    )


def fields_of(answer: Any) -> list[Any]:
    return [answer.get_item(name) for name in answer.SCHEMA.names]


def codes(schema: Schema, values: Any) -> Iterator[int]:
    """Every error code in an answer."""
    for name, kind, value in zip(schema.names, schema.fields, values, strict=True):
        if name == "error_code":
            yield value
        elif isinstance(kind, Array) and isinstance(kind.array_of, Schema):
            for each in value or ():
                yield from codes(kind.array_of, each)


def shows(broker: Broker, topic: str) -> bool:
    """Whether the broker shows the account this topic."""
    with suppress(KafkaException):
        return topic in AdminClient({**broker.confluent(), "log_level": 0}).list_topics(timeout=5).topics
    return False
