"""Where a source of one kind gets its records from, so that a contract test can put some there and open it again."""

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from hub.adapters.files import SIGNATURE, FileSource
from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_source import KafkaSource
from hub.ports import Brought, Source

PARTITIONS = 4
SESSION_SECONDS = 6.0
"""The shortest that a broker takes by default."""

Note = tuple[str, bytes, bytes]
"""What is put: its key, its value, its signature."""


class SourcePlace(Protocol):
    """One place from which sources of a kind bring."""

    kind: str

    def put(self, notes: Sequence[Note]) -> None:
        """Put these there, in order."""

    def open(self, **settings: Any) -> Source:
        """A source on this place, of the same group as the others."""

    def close(self) -> None:
        """Close every source that was opened."""


class FilesPlace:
    """A folder."""

    kind = "files"

    def __init__(self, folder: Path) -> None:
        self.folder, self._count, self._opened = folder, 0, list[Source]()

    def put(self, notes: Sequence[Note]) -> None:
        self.folder.mkdir(exist_ok=True)
        for _, value, signature in notes:
            self._count += 1
            path = self.folder / f"{self._count:06}.ndjson"
            path.write_bytes(value)
            os.utime(path, ns=(self._count * 1000, self._count * 1000))
            path.with_name(path.name + ".sig").write_bytes(signature)

    def open(self, **_: Any) -> FileSource:
        self._opened.append(source := FileSource(self.folder))
        return source

    def close(self) -> None:
        for source in self._opened:
            source.close()


class KafkaPlace:
    """A topic of its own with several partitions, on a real broker."""

    kind = "kafka"

    def __init__(self, servers: str) -> None:
        self.servers, name = servers, uuid4().hex[:12]
        self.topic, self.group = f"pathway.custody-{name}", f"iom-hub.accept-{name}"
        self._opened: list[Source] = []
        asyncio.run(self._create())

    async def _create(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(self.topic, PARTITIONS, 1)])
        finally:
            await admin.close()

    def put(self, notes: Sequence[Note]) -> None:
        asyncio.run(self._put(notes))

    async def _put(self, notes: Sequence[Note]) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.servers, acks="all", linger_ms=5) as producer:
            sent = [
                await producer.send(self.topic, value, key=key.encode(), headers=[(SIGNATURE, signature)])
                for key, value, signature in notes
            ]
            await asyncio.gather(*sent)

    def open(self, **settings: Any) -> KafkaSource:
        usual = {"subscribed": [self.topic], "session_seconds": SESSION_SECONDS} | settings
        self._opened.append(source := KafkaSource(Broker(self.servers), self.group, **usual))
        return source

    def close(self) -> None:
        for source in self._opened:
            source.close()


def all_of(source: Source, count: int, seconds: float = 30.0, limit: int = 500) -> list[Brought]:
    """Everything that a source brings, each batch taken, until there are `count` or the time is up."""
    found: list[Brought] = []
    until = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        brought = source.bring(limit, 0.2)
        if brought:
            source.taken(brought)
        found += brought
    return found


def first_of(source: Source, limit: int = 500, seconds: float = 30.0) -> list[Brought]:
    """The first batch that a source brings."""
    until = time.monotonic() + seconds
    while not (brought := source.bring(limit, 0.2)):
        assert time.monotonic() < until, "nothing came"
    return brought


def notes(count: int, keys: int = 7, size: int = 0) -> list[Note]:
    """Notes of several keys, each with its number among those of its key."""
    numbered: dict[str, int] = {}
    choose, found = random.Random(count), list[Note]()
    for _ in range(count):
        key = f"k{choose.randrange(keys)}"
        numbered[key] = numbered.get(key, -1) + 1
        found.append((key, f"{key} {numbered[key]}".encode().ljust(size), b"sig"))
    return found


def by_key(brought: Sequence[Brought]) -> dict[str, list[int]]:
    """The numbers that came of each key, in the order in which they came."""
    found: dict[str, list[int]] = {}
    for each in brought:
        key, number = each.value.split()
        found.setdefault(key.decode(), []).append(int(number))
    return found


def until_true(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def places(tmp_path: Path, kind: str, servers: Callable[[], str]) -> Iterator[SourcePlace]:
    """A place of this kind, its sources closed at the end."""
    found: SourcePlace = FilesPlace(tmp_path / "inbox") if kind == "files" else KafkaPlace(servers())
    yield found
    found.close()
