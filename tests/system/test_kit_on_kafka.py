"""A partner's kit on a real Kafka: gaps, repeats, strangers' records and refusals, each named; and nothing is lost."""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from hub.chains import Tampered
from hub.delivering import Carrier
from hub.kit.home import Brokers, KitHome
from hub.kit.opening import Kit, outlets
from hub.kit.reading import Ending, Reading
from hub.ports import Barred, Forked, TryLater
from hub.wrapping import UnknownKey
from support.accounts import account, allow
from support.builders import a_score, an_arrest
from support.carrying import Memory, carriage, everyone, make_topics, topics_of, with_keys
from support.http import serving
from support.kits import held, opened, read_all, set_up, with_password
from support.partnership import POLICE, PROBATION, UNIT, Partnership
from support.servers import KafkaCluster, new_topic

pytestmark = pytest.mark.system


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partnership]:
    """A hub with somebody on the programme, whose partners have receiving keys."""
    found = Partnership(tmp_path / "hub", policies=with_keys(everyone()))
    person = found.person()
    for agency in (POLICE, PROBATION):
        found.involve(person, agency)
    for _ in range(6):
        found.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
        found.publish(UNIT, "programme.risk.reassessed", {**person, **a_score()})
    found.hub.catch_up()
    yield found
    found.hub.close()


@pytest.fixture
def sealed(partners: Partnership) -> list[bytes]:
    """The police's records as they are carried, in order."""
    return sealed_for(partners, POLICE)


def sealed_for(partners: Partnership, agency: str) -> list[bytes]:
    """A partner's records as they are carried, in order."""
    memory = Memory()
    Carrier(carriage(partners, memory, name=secrets.token_hex(4))).catch_up()
    return [each.content for each in memory.taken[agency]]


def produce(servers: str, topic: str, values: list[bytes]) -> None:
    """Put these on a topic, one after the other."""
    producer = Producer({"bootstrap.servers": servers})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(30) == 0


def a_kit(folder: Path, partners: Partnership, url: str, servers: str, *, over_http: bool = False) -> KitHome:
    """The police's kit, which reads from these brokers, and over HTTP only where it may."""
    home = set_up(folder, partners, url, POLICE, Brokers(servers=servers))
    if not over_http:
        home.token_file.unlink()
    return home


@pytest.fixture
def topic(partners: Partnership, kafka: str) -> str:
    """The police's topic."""
    [name] = topics_of(partners, [POLICE])
    make_topics(kafka, [name])
    return name


def equals(kit: Kit, partners: Partnership) -> bool:
    """Whether the kit has everything that the hub's own views have."""
    same = held(kit.hosted.views) == held(partners.hub.hosted[POLICE].views)
    return same and kit.feed.read(POLICE, 0, 1000) == partners.hub.feed.read(POLICE, 0, 1000)


def test_a_kit_reads_its_topic(tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any) -> None:
    """A kit without a token reads all of its feed from its topic, and its views equal the hosted ones."""
    produce(kafka, topic, sealed)
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
    with opened(home) as kit:
        assert read_all(kit) == []
        assert equals(kit, partners)


def test_a_record_is_taken_in_as_soon_as_it_comes(
    tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any
) -> None:
    """A kit that waits for news has a record at once, whatever it might still wait for: an alert is no second late."""
    produce(kafka, topic, sealed[:1])
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
    with opened(home) as kit, closing(outlets(kit)[0]) as way:
        reading, waits = Reading(kit, [way], print, Ending()), list[float]()
        while reading.step(1):
            pass
        for each in sealed[1:6]:
            produce(kafka, topic, [each])
            began = time.monotonic()
            assert reading.step(20) == 1
            waits.append(time.monotonic() - began)
    assert sorted(waits)[2] < 0.5


def test_repeats_are_dropped(tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any) -> None:
    """What was carried twice, in batches that overlap, is taken in once; started again, the kit goes on."""
    produce(kafka, topic, [*sealed[:5], *sealed[2:9], *sealed[2:9]])
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
    with opened(home) as kit:
        read_all(kit)
        assert kit.feed.head(POLICE)[0] == 9
    produce(kafka, topic, sealed)
    with opened(home) as kit:
        assert read_all(kit) == []
        assert equals(kit, partners)


def test_a_gap_is_named_and_asked_for(
    tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any
) -> None:
    """A gap is reported by its numbers. What stands further on or comes later closes it; what was lost on the topic is
    asked for over HTTP, and where there is no token the kit waits and says so.
    """
    produce(kafka, topic, [*sealed[:4], *sealed[6:]])
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
        with opened(home) as kit, pytest.raises(TryLater, match=r"feed records 5\.\.6 are missing"):
            read_all(kit)
        with_token = a_kit(tmp_path / "with token", partners, url, kafka, over_http=True)
        with opened(with_token) as kit:
            assert read_all(kit) == ["feed records 5..6 are missing"]
            assert equals(kit, partners)
    produce(kafka, topic, sealed[4:6])
    produce(kafka, topic, sealed)
    with opened(home) as kit:
        read_all(kit)
        assert equals(kit, partners)


def test_what_came_too_late_leads_back(
    tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any
) -> None:
    """When what was missing comes behind what was read already, the kit goes back for that."""
    produce(kafka, topic, [*sealed[:4], *sealed[6:]])
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
    with opened(home) as kit, closing(outlets(kit)[0]) as way:
        said: list[str] = []
        reading = Reading(kit, [way], said.append, Ending())
        while not said:
            reading.step(0.5)
        produce(kafka, topic, sealed[4:6])
        reading.once()
        assert equals(kit, partners)


def changed(sealed: bytes) -> bytes:
    """One bit is another."""
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda all_of_them, _: [*all_of_them[:3], changed(all_of_them[3])], "sealed record 4 was changed"),
        (lambda all_of_them, _: [*all_of_them[:3], all_of_them[3][:-512]], "no sealed record"),
        (lambda all_of_them, _: [*all_of_them[:3], b"anything"], "no sealed record"),
    ],
)
def test_what_is_not_the_hubs_is_named(
    tmp_path: Path,
    partners: Partnership,
    kafka: str,
    topic: str,
    sealed: Any,
    spoil: Callable[[Any, Any], list[bytes]],
    named: str,
) -> None:
    """A record that somebody changed, cut or made up stops the kit with its number, once all before it was taken in."""
    produce(kafka, topic, spoil(sealed, None))
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
    with opened(home) as kit:
        with pytest.raises(Tampered, match=named):
            read_all(kit)
        assert kit.feed.read(POLICE, 0, 100) == partners.hub.feed.read(POLICE, 0, 3)


def test_another_partners_record_needs_a_key_that_is_not_here(
    tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any
) -> None:
    """A record that was sealed to another, and one to a key that was lost, stop the kit with the key's id."""
    others = sealed_for(partners, PROBATION)
    produce(kafka, topic, [*sealed[:2], others[2]])
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
        with opened(home) as kit, pytest.raises(UnknownKey, match=others[2][73:81].hex()):
            read_all(kit)
        (tmp_path / "kit" / "receiving.pem").unlink()
        home.make_keys()
        with opened(home) as kit:
            kit.taking.take([])
        (tmp_path / "kit" / "kit.sqlite").unlink()
        with opened(home) as kit, pytest.raises(UnknownKey, match=sealed[0][73:81].hex()):
            read_all(kit)


def test_a_fork_on_the_topic(tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any) -> None:
    """A second record of a number that came before, with other content, stops the kit and names the number."""
    shutil.copytree(tmp_path / "hub", tmp_path / "older", ignore=shutil.ignore_patterns("*.lock"))
    older = Partnership(tmp_path / "older")
    with closing(older.hub):
        person = {"identifiers": {"crn": "X990001", "noms": "Z0001ZZ"}}
        partners.publish(UNIT, "programme.risk.reassessed", {**person, **a_score()})
        older.publish(UNIT, "programme.risk.reassessed", {**person, **a_score()})
        mine, theirs = sealed_for(partners, POLICE), sealed_for(older, POLICE)
        produce(kafka, topic, [*mine, theirs[-1]])
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
    with opened(home) as kit, pytest.raises(Forked, match=f"feed record {len(mine)} came before with other content"):
        read_all(kit)


def test_a_new_delivery_key_is_taken_on_the_hubs_word(
    tmp_path: Path, partners: Partnership, kafka: str, topic: str, sealed: Any
) -> None:
    """Records under a delivery key that the kit has not seen make it fetch the hub's keys anew, once."""
    produce(kafka, topic, sealed)
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, kafka)
        home.pin(home.pinned().model_copy(update={"delivery": ()}))
        with opened(home) as kit:
            read_all(kit)
            assert equals(kit, partners)
    assert home.pinned().delivery


def test_a_refusal_is_named_within_two_seconds(
    tmp_path: Path, partners: Partnership, guarded_kafka: KafkaCluster, sealed: Any
) -> None:
    """Where the broker refuses the topic or the password the kit says so within two seconds; once it may read, it
    reads.
    """
    [topic] = topics_of(partners, [POLICE])
    new_topic(guarded_kafka.admin(), topic)
    producer = Producer(guarded_kafka.admin().confluent())
    for each in sealed:
        producer.produce(topic, each)
    producer.flush(30)
    password = account(guarded_kafka, "kit-of-a-test")
    with serving(partners.hub) as url:
        brokers = Brokers(servers=guarded_kafka.bootstrap, username="kit-of-a-test")
        home = set_up(tmp_path / "kit", partners, url, POLICE, brokers)
        home.token_file.unlink()
    for secret, named in ((password, "TOPIC_AUTHORIZATION_FAILED"), ("wrong", "AUTHENTICATION")):
        with opened(with_password(home, secret)) as kit:
            [way] = outlets(kit)
            began = time.monotonic()
            with pytest.raises(Barred, match=named):
                way.offer(0, 1)
            assert time.monotonic() - began < 2
            way.close()
    allow(guarded_kafka, "kit-of-a-test", topic)
    with opened(with_password(home, password)) as kit:
        read_all(kit)
        assert equals(kit, partners)


def test_nobody_there(tmp_path: Path, partners: Partnership) -> None:
    """A broker that is not there is waited for, within limits, with a word on it."""
    with serving(partners.hub) as url:
        home = a_kit(tmp_path / "kit", partners, url, "127.0.0.1:1")
    with opened(home) as kit:
        began = time.monotonic()
        with pytest.raises(TryLater, match="out of reach"):
            read_all(kit)
        assert time.monotonic() - began < 5
