"""The channel: one partner's records outwards, in order, at least once; after one that was refused nothing is sent."""

import time
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from confluent_kafka import OFFSET_END, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from hub.adapters.kafka import BATCH_BYTES, KafkaChannel
from hub.adapters.kafka_broker import Broker
from hub.ports import Carried, NotCarried, TryLater
from hub.wrapping import LARGEST
from support.carrying import make_topics, on_topic
from support.servers import KafkaCluster

pytestmark = pytest.mark.system

ONE, OTHER = "northshire-police", "open-door-hostel"


class Place:
    """A channel and the topics that it carries to."""

    def __init__(self, servers: str, **config: str) -> None:
        self.servers, self.names = servers, {agency: f"partner.{uuid4()}" for agency in (ONE, OTHER)}
        make_topics(servers, [self.names[ONE]], **config)
        make_topics(servers, [self.names[OTHER]])
        self.channel = KafkaChannel(Broker(servers), self.names.__getitem__, seconds=4.5)

    def stands(self, agency: str = ONE) -> list[bytes]:
        return on_topic(self.servers, self.names[agency])

    def deletes(self) -> None:
        """What stands there grew too old."""
        admin = AdminClient({"bootstrap.servers": self.servers})
        for done in admin.delete_records([TopicPartition(self.names[ONE], 0, OFFSET_END)]).values():
            done.result(30)


@pytest.fixture
def place(kafka: str) -> Iterator[Place]:
    found = Place(kafka)
    with closing(found.channel):
        yield found


def carried(*contents: bytes, first: int = 1) -> list[Carried]:
    return [Carried(seq, content) for seq, content in enumerate(contents, first)]


def numbered(count: int, length: int = 1024, first: int = 1) -> list[bytes]:
    """Contents that differ in their first bytes."""
    return [number.to_bytes(8, "big") + bytes(length - 8) for number in range(first, first + count)]


def test_order(place: Place) -> None:
    """Whatever was carried stands on the topic in its order, one by one or many at once, and none of it elsewhere."""
    sent = numbered(700, 4096)
    for content in sent[:5]:
        place.channel.carry(ONE, carried(content))
    place.channel.carry(ONE, carried(*sent[5:]))
    place.channel.carry(OTHER, carried(b"another partner's"))
    assert place.stands() == sent
    assert place.stands(OTHER) == [b"another partner's"]
    assert place.channel.rebuilds == 0


def test_bytes_come_as_they_were(place: Place) -> None:
    """Unicode and any bytes arrive as they were sent."""
    sent = ["Zoë Fictional 🙂 \u202e".encode(), bytes(range(256)), b"\0", "\ud800".encode("utf-16-le", "surrogatepass")]
    place.channel.carry(ONE, carried(*sent))
    assert place.stands() == sent


def test_a_repeat_is_a_repeat(place: Place) -> None:
    """What is carried again stands there again, after what was there: it is known by its sequence, not removed."""
    sent = numbered(4)
    place.channel.carry(ONE, carried(*sent))
    place.channel.carry(ONE, carried(*sent[2:], first=3))
    assert place.stands() == [*sent, *sent[2:]]


def test_the_largest(place: Place) -> None:
    """The largest sealed record is carried, alone in its request, between others."""
    sent = [*numbered(3), bytes(LARGEST), *numbered(3)]
    assert LARGEST > BATCH_BYTES
    place.channel.carry(ONE, carried(*sent))
    assert place.stands() == sent


def test_one_over_the_limit(kafka: str) -> None:
    """A record over the topic's limit in the middle: those before it are carried and counted, nothing after it stands
    on the topic, and what comes later stands after it. Records in the same request as it are no exception.
    """
    place = Place(kafka, max_message_bytes="20000")
    small = numbered(40)
    with closing(place.channel):
        with pytest.raises(NotCarried) as stopped:
            place.channel.carry(ONE, carried(*small[:23], bytes(32768), *small[23:]))
        assert stopped.value.acknowledged == 23
        assert place.stands() == small[:23]
        assert place.channel.rebuilds > 0
        place.channel.carry(ONE, carried(*small[23:], first=25))
        assert place.stands() == small


def test_what_lies_last(place: Place) -> None:
    """Of an empty topic nothing lies last; then what was put there last, by whomever, a repeat like anything else and
    the largest too. Nothing of another partner's, and nothing once the broker has deleted all of it.
    """
    assert place.channel.last(ONE) is None
    place.channel.carry(ONE, carried(*numbered(3)))
    assert (place.channel.last(ONE), place.channel.last(OTHER)) == (numbered(3)[-1], None)
    place.channel.carry(ONE, carried(numbered(2)[-1], first=2))
    assert place.channel.last(ONE) == numbered(2)[-1]
    new = Producer({"bootstrap.servers": place.servers})
    new.produce(place.names[ONE], b"a stranger's")
    assert new.flush(30) == 0
    assert place.channel.last(ONE) == b"a stranger's"
    place.channel.carry(ONE, carried(bytes(LARGEST)))
    assert place.channel.last(ONE) == bytes(LARGEST)
    place.deletes()
    assert place.channel.last(ONE) is None
    assert place.channel.rebuilds == 0


def test_a_topic_that_is_not_there(place: Place) -> None:
    """A topic that nobody made is not made by carrying; the other partner's goes on."""
    place.names[ONE] = f"partner.{uuid4()}"
    with pytest.raises(NotCarried) as stopped:
        place.channel.carry(ONE, carried(b"a record"))
    assert stopped.value.acknowledged == 0
    with pytest.raises(TryLater):
        place.channel.last(ONE)
    place.channel.carry(OTHER, carried(b"a record"))
    make_topics(place.servers, [place.names[ONE]])
    place.channel.carry(ONE, carried(b"a record"))
    assert place.stands() == place.stands(OTHER) == [b"a record"]


@pytest.mark.parametrize("how", ["kill", "pause"])
def test_the_broker_is_gone(how: str, request: pytest.FixtureRequest) -> None:
    """Gone or standing still, the broker is out of reach within the limit and nothing is lost silently; once it is
    back, the same channel carries, and what was not acknowledged is not sent late.
    """
    request.getfixturevalue("kafka")  # says why where no broker can be had
    broker = KafkaCluster()
    try:
        place = Place(broker.bootstrap)
        with closing(place.channel):
            _goes_and_comes(place, broker, how)
    finally:
        broker.remove()


def _goes_and_comes(place: Place, broker: KafkaCluster, how: str) -> None:
    place.channel.check()
    place.channel.carry(ONE, carried(b"before"))
    getattr(broker, how)()
    began = time.monotonic()
    with pytest.raises(TryLater):
        place.channel.check()
    with pytest.raises(NotCarried):
        place.channel.carry(ONE, carried(b"meanwhile", first=2))
    with pytest.raises(TryLater):
        place.channel.last(ONE)
    assert time.monotonic() - began < 3 * (4.5 + 5)
    {"kill": broker.again, "pause": broker.resume}[how]()
    place.channel.check()
    place.channel.carry(ONE, carried(b"after", first=3))
    assert place.channel.last(ONE) == b"after"
    time.sleep(1.5)
    stands = place.stands()
    assert [each for each in stands if each != b"meanwhile"] == [b"before", b"after"]
    assert stands[-1] == b"after"
