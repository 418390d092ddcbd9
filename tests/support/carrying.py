"""Carrying for tests: partners with receiving keys, what stands on a topic, and a channel in memory."""

import base64
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from access_policies.keys import AgencyKey
from access_policies.model import Policies
from hub.adapters.positions import StorePositions
from hub.delivering import Carriage, Carrier
from hub.ports import Carried, Channel, NotCarried
from hub.wrapping import FRAMING, LARGEST, Unwrapper, key_id
from support.partnership import EVERYONE, Partnership
from support.signing import shipped

FROM, UNTIL = date(2026, 1, 1), date(2029, 12, 31)


def private(agency: str, number: int = 1) -> X25519PrivateKey:
    """A partner's own receiving key of a number, always the same."""
    return X25519PrivateKey.from_private_bytes(sha256(f"{agency} {number}".encode()).digest())


def receiving(agency: str, number: int = 1, since: date | None = None, until: date = UNTIL) -> AgencyKey:
    """Its public half, as the register has it; of a higher number, from a later day."""
    public = base64.b64encode(private(agency, number).public_key().public_bytes_raw()).decode()
    first = since or FROM + timedelta(days=number)
    return AgencyKey(use="receiving", public=public, since=first, until=until)


def with_keys(keys: Mapping[str, Iterable[AgencyKey]], **suspended: bool) -> Policies:
    """The shipped policies, with these keys in the register; agencies named `suspended` are."""
    partners = {
        agency: partner.model_copy(
            update={"keys": tuple(keys.get(agency, ())), "suspended": suspended.get(agency, False)}
        )
        for agency, partner in shipped().partners.items()
    }
    return shipped().model_copy(update={"partners": partners})


def everyone(number: int = 1) -> dict[str, list[AgencyKey]]:
    """Every partner with its key of a number, and the one before."""
    return {agency: [receiving(agency, each) for each in range(max(1, number - 1), number + 1)] for agency in EVERYONE}


def unwrapper(partners: Partnership, agency: str, numbers: int = 3, feed_of: str | None = None) -> Unwrapper:
    """A partner's kit: its own private keys, and the hub's public ones as `GET /v1/keys` gives them."""
    own = [private(agency, number) for number in range(1, numbers + 1)]
    presented = partners.hub.keys.presented(partners.hub.recorder.key)
    delivery = {
        each.id: Ed25519PublicKey.from_public_bytes(each.public) for each in presented if each.use == "delivery"
    }
    feed = partners.hub.identity.feed(feed_of or agency)
    return Unwrapper(feed, {key_id(key.public_key().public_bytes_raw()): key for key in own}, delivery)


class Memory:
    """A channel in memory that can refuse a recipient, stand still for one, or do something before a send."""

    def __init__(self) -> None:
        """Everything is taken."""
        self.taken: dict[str, list[Carried]] = {}
        self.refuses: set[str] = set()
        self.stands_still: dict[str, threading.Event] = {}
        self.refuses_from: dict[str, int] = {}
        """Refuses a recipient this sequence, and so all that would come after it."""
        self.gone = False
        self.lies: dict[str, bytes | None] = {}
        """What lies last where a recipient reads, where it is not what was taken last."""
        self.before: Callable[[str], object] = lambda _: None

    def carry(self, recipient: str, records: Sequence[Carried]) -> None:
        """Keep them, unless told otherwise."""
        self.before(recipient)
        if recipient in self.stands_still:
            self.stands_still[recipient].wait(30)
        if recipient in self.refuses or self.gone:
            raise NotCarried("refused by a test")
        taken = [each for each in records if each.seq < self.refuses_from.get(recipient, each.seq + 1)]
        self.taken.setdefault(recipient, []).extend(taken)
        if len(taken) < len(records):
            raise NotCarried("one was refused by a test", len(taken))

    def last(self, recipient: str) -> bytes | None:
        """What was taken last, or what a test put there."""
        if self.gone:
            raise NotCarried("gone")
        taken = self.taken.get(recipient)
        return self.lies.get(recipient, taken[-1].content if taken else None)

    def check(self) -> None:
        """Out of reach once it is gone."""
        if self.gone:
            raise NotCarried("gone")

    def close(self) -> None:
        """Nothing to release."""

    def seqs(self, recipient: str) -> list[int]:
        """The sequences that were taken."""
        return [each.seq for each in self.taken.get(recipient, ())]


def carriage(partnership: Partnership, channel: Channel, **other: Any) -> Carriage:
    """What the bootstrap makes, with another channel."""
    hub = partnership.hub
    parts: dict[str, Any] = {
        "name": "kafka",
        "channel": channel,
        "feed": hub.feed,
        "positions": StorePositions(hub.store),
        "identity": hub.identity,
        "recorder": hub.recorder,
        "delivery": lambda: hub.keys.delivery,
        "partners": lambda: hub.bundle.policies.partners,
        "clock": hub.clock,
    }
    return Carriage(**parts | other)


def settle(carrier: Carrier, seconds: float = 20.0, until: Callable[[], bool] | None = None) -> None:
    """Step until nothing is left to do, or until something is so."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        carrier.catch_up()
        if until is None or until():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


def make_topics(servers: str, names: Iterable[str], **config: str) -> None:
    """Topics of one partition, as `iom-hub topics apply` would make them."""
    admin = AdminClient({"bootstrap.servers": servers})
    limits = {"max.message.bytes": str(LARGEST + FRAMING)} | {
        key.replace("_", "."): each for key, each in config.items()
    }
    made = admin.create_topics([NewTopic(name, 1, 1, config=limits) for name in names], operation_timeout=30)
    for done in made.values():
        done.result()


def topics_of(partners: Partnership, agencies: Iterable[str] = EVERYONE) -> list[str]:
    """The names of their topics."""
    return [partners.hub.identity.topic(agency) for agency in agencies]


def on_topic(servers: str, topic: str) -> list[bytes]:
    """Every record that stands on a topic now, in order; no record has a key or a header."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "tests", "enable.auto.commit": "false"})
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)
        consumer.assign([TopicPartition(topic, 0, 0)])
        found: list[bytes] = []
        while len(found) < end and (message := consumer.poll(30)) is not None:
            assert message.error() is None
            assert (message.key(), message.headers()) == (None, None)
            found.append(message.value() or b"")
        return found
    finally:
        consumer.close()


def raw_segments(folder: Path, topic: str) -> bytes:
    """The bytes of a topic as they lie on the broker's disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob(f"{topic}-0/*.log")))
