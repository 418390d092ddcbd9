"""A partner's kit publishes through a real broker, and goes on over HTTP while that is down: nothing counts twice."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition

from hub.adapters.kafka_complaints import Complaints
from hub.adapters.kafka_source import topics
from hub.adapters.kafka_strands import StrandTopics
from hub.answering import one_by_one
from hub.attesting import HEADER
from hub.kit.home import Brokers, KitHome
from hub.kit.publishing import Publishing
from hub.ports import Barred, Coordinates
from hub.wrapping import SEALED_HEADER
from support.attested import public_key, signing_key
from support.builders import a_missed_appointment, an_arrest
from support.carrying import make_topics, receiving, topics_of, with_keys
from support.guarding import account
from support.http import serving, until
from support.kits import opened, set_up
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, Partnership, raw_update, who
from support.parts import running
from support.servers import KafkaCluster, new_topic
from support.suspending import provisioned
from system.test_kit_process import a_kit_runs, connect

pytestmark = pytest.mark.system
ARRESTS, PROGRAMME = "pathway.custody", "pathway.programme"
INSTEAD = "Publishing over HTTP instead"


@dataclass
class Place:
    """A hub, its broker, and the kit of the police, who must seal."""

    partners: Partnership
    cluster: KafkaCluster
    folder: Path
    home: KitHome

    def publish(self, lines: Sequence[bytes], *more: str, code: int = 0) -> str:
        """`iom-hub connect publish`; everything it said."""
        file = self.folder / f"{uuid4().hex}.ndjson"
        file.write_bytes(b"\n".join(lines))
        return connect("publish", str(file), "--home", str(self.folder / "kit"), *more, code=code)

    def told(self, agency: str, kind: str) -> list[dict[str, Any]]:
        """What an agency's feed holds of a kind."""
        return [each for each in one_by_one(self.partners.told(agency)) if each["kind"] == kind]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A hub on a broker of its own, serving over HTTP; its sources do not run yet."""
    with running("kafka", KafkaCluster) as cluster:
        policies = with_keys({agency: [public_key(agency), receiving(agency)] for agency in EVERYONE})
        police = policies.partners[POLICE].model_copy(update={"seals": True})
        policies = policies.model_copy(update={"partners": policies.partners | {POLICE: police}})
        partners = Partnership(tmp_path / "hub", policies=policies, kafka=cluster.bootstrap)
        with closing(partners.hub):
            make_topics(cluster.bootstrap, topics_of(partners))
            for each in topics():
                new_topic(cluster.admin(), each, partitions=4)
            person = partners.person()
            for agency in (POLICE, PROBATION):
                partners.involve(person, agency)
            with serving(partners.hub) as url:
                home = set_up(tmp_path / "kit", partners, url, POLICE, Brokers(servers=cluster.bootstrap))
                home._keep("signing", signing_key(POLICE))
                yield Place(partners, cluster, tmp_path, home)


def an_update(partners: Partnership, kind: str, **data: Any) -> bytes:
    """About the one person, by the police."""
    about = {"identifiers": who()["identifiers"]}
    return raw_update(POLICE, kind, {**about, **data}, uuid4(), partners.clock.now())


def arrests(partners: Partnership, count: int) -> list[bytes]:
    """So many."""
    return [an_update(partners, "custody.person.arrested", **an_arrest()) for _ in range(count)]


def a_claim(partners: Partnership) -> bytes:
    """That housing works the case: of another strand."""
    return an_update(partners, "programme.agency.involved", agency=HOUSING, role="active", pathways=["accommodation"])


def ids(lines: Sequence[bytes]) -> list[str]:
    """Of these updates."""
    return [json.loads(line)["id"] for line in lines]


def on_strand(cluster: KafkaCluster, topic: str) -> list[Any]:
    """Every record on a topic of four partitions."""
    consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": "t", "enable.auto.commit": "false"})
    with closing(consumer):
        parts = [TopicPartition(topic, number, 0) for number in range(4)]
        count = sum(consumer.get_watermark_offsets(each, timeout=30)[1] for each in parts)
        consumer.assign(parts)
        return [consumer.poll(30) for _ in range(count)]


def test_through_the_brokers_each_line_has_its_answer(place: Place) -> None:
    """Lines of two strands go through the brokers, signed, sealed and in order, without a running kit; each has its
    receipt or what to change, as over HTTP. On the topics no word of them is readable, and of each strand they lie in
    one partition. The hub takes in nothing before what stands above it in the file.
    """
    place.partners.hub.start()
    first = arrests(place.partners, 700)
    claim = a_claim(place.partners)
    forbidden = an_update(place.partners, "supervision.appointment.missed", **a_missed_appointment())
    wrong = an_update(place.partners, "custody.person.arrested", **an_arrest(station=7))
    unknown = b'{"id": "1", "type": "uk.iomhub.custody.person.vanished.v1"}'
    last = arrests(place.partners, 1)
    lines = [*first, claim, wrong, *last, forbidden, unknown]
    said = place.publish(lines, code=1)
    for number, each in enumerate(ids(first) + ids([claim]), 1):
        assert f":{number}: receipt {each}" in said
    assert ":702: This breaks a rule; nothing was stored data.station" in said
    assert f":703: receipt {ids(last)[0]}" in said
    assert ":704: This breaks a rule; nothing was stored (envelope) this agency may not publish this kind" in said
    assert ":705: This breaks a rule; nothing was stored type" in said
    assert len(said.splitlines()) == len(lines)
    received = [each["id"] for each in place.told(POLICE, "hub.update.received")]
    assert received == ids([*first, claim, *last])
    custody = on_strand(place.cluster, ARRESTS)
    assert len(custody) == 3
    assert len({record.partition() for record in custody}) == 1
    for record in [*custody, *on_strand(place.cluster, PROGRAMME)]:
        assert {name for name, _ in record.headers()} == {HEADER, SEALED_HEADER}
        assert b"uk.iomhub" not in record.value()
        assert record.key() == str(place.partners.hub.identity.feed(POLICE)).encode()


def test_the_broker_is_killed_and_comes_back(place: Place) -> None:
    """With the broker killed, a running kit reads on over HTTP and says so once, and what is published goes over HTTP,
    aloud, unless only the brokers were asked for. Once the broker is there again both go over it again.
    """
    place.partners.hub.start()
    kit = place.folder / "kit"
    with a_kit_runs(kit):
        until(place.home.state_file.exists)
        assert "receipt" in place.publish(arrests(place.partners, 1))
        place.cluster.kill()
        during = arrests(place.partners, 2)
        said = place.publish(during)
        assert said.count(INSTEAD) == 1
        assert all(f"receipt {each}" in said for each in ids(during))
        assert "out of reach" in place.publish(arrests(place.partners, 1), "--over", "kafka", code=1)
        assert "receipt" in place.publish([a_claim(place.partners)], "--over", "http")
        until(lambda: has_read_all(place), 60)
        assert "Reading over HTTP" in connect("status", "--home", str(kit))
        assert (kit / "said").read_text().count("Reading over HTTP") == 1
        place.cluster.again()
        until(lambda: "from there again" in (kit / "said").read_text(), 60)
        after = arrests(place.partners, 1)
        assert INSTEAD not in place.publish(after, "--wait", "60")
        until(lambda: has_read_all(place), 60)
        assert "Reading over HTTP" not in connect("status", "--home", str(kit))
    assert ids(after)[0] in [each["id"] for each in place.told(POLICE, "hub.update.received")]
    assert len(place.told(PROBATION, "custody.person.arrested")) == 4


def has_read_all(place: Place) -> bool:
    """Whether the running kit has everything that its feed has."""
    seq, _ = place.partners.hub.feed.head(POLICE)
    return f"{seq} records" in connect("status", "--home", str(place.folder / "kit"))


def test_what_the_brokers_have_counts_once_over_http_too(place: Place) -> None:
    """While the hub reads no broker, receipts are still to come, what could overtake is not sent, and the command says
    so and ends with 1. The same file over HTTP has its receipts at once; when the hub comes to the brokers' copy that
    has no second effect, and `status` shows its answer.
    """
    lines = arrests(place.partners, 2)
    claim = a_claim(place.partners)
    said = place.publish([*lines, claim], "--wait", "1", code=1)
    assert said.count("receipt is still to come") == 2
    assert said.count(":3: not sent") == 1
    assert on_strand(place.cluster, PROGRAMME) == []
    said = place.publish([*lines, claim], "--over", "http")
    assert said.count("receipt") == 3
    place.partners.hub.start()
    until(lambda: len(place.told(POLICE, "hub.update.received")) == 2)
    assert len(place.told(PROBATION, "custody.person.arrested")) == 2
    connect("run", "--once", "--home", str(place.folder / "kit"))
    assert f"{ids(lines)[0]} received" in connect("status", "--home", str(place.folder / "kit"))


def test_what_the_broker_did_not_confirm_goes_over_http(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that stands still while it is handed a record confirms nothing: the record goes over HTTP as well,
    aloud. When the broker goes on and has it after all, the hub hears it twice and it counts once.
    """
    place.partners.hub.start()
    lines, said, asked = arrests(place.partners, 2), list[str](), Complaints.ask

    def and_then_it_stands_still(self: Complaints, client: Any, topic: str) -> None:
        asked(self, client, topic)
        place.cluster.pause()

    with opened(place.home) as kit, closing(Publishing(kit, None, 30, said.append)) as way:
        assert next(way.publish(lines[0]))["receipt"]["id"] == ids(lines)[0]
        with monkeypatch.context() as then:
            then.setattr(Complaints, "ask", and_then_it_stands_still)
            [result] = way.publish(lines[1])
    assert result["receipt"]["id"] == ids(lines)[1]
    assert ["has not confirmed" in each and INSTEAD in each for each in said] == [True]
    place.cluster.resume()
    until(lambda: ids(lines) == [each["id"] for each in place.told(POLICE, "hub.update.received")], 60)
    assert len(place.told(PROBATION, "custody.person.arrested")) == 2


def test_the_broker_refuses_to_be_written_to(tmp_path: Path, guarded_kafka: KafkaCluster) -> None:
    """With the access that the register gives, an agency writes to a strand of what it may publish, and is told by name
    that it may not write to another, before anything was handed over.
    """
    with provisioned(tmp_path, guarded_kafka) as place:
        broker = account(guarded_kafka, place.partners.settings.home, HOUSING)
        with closing(StrandTopics(broker, b"fictional")) as strands:
            put = strands.put("pathway.accommodation", b"anything", {})
            assert put == Coordinates("pathway.accommodation", put.partition, 0)
            with pytest.raises(Barred, match=f"may not write to {ARRESTS}"):
                strands.put(ARRESTS, b"anything", {})
