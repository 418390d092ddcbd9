"""A hub that carries to a real Kafka: the broker sees nothing, nothing is lost, and without it the hub goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from architecture.test_columns import forms, the_story
from hub.chains import FeedRecord
from hub.crashpoints import CARRYING
from hub.wrapping import SIZES, Unwrapper
from schemas.updates import KINDS
from support.builders import a_score, an_arrest
from support.canaries import Canaries
from support.carrying import everyone, make_topics, on_topic, raw_segments, topics_of, unwrapper, with_keys
from support.http import Door
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, UNIT, Partnership, who
from support.parts import running
from support.servers import KafkaCluster
from support.signing import signed

pytestmark = pytest.mark.system

TESTS = Path(__file__).resolve().parents[1]
SCORE = "programme.risk.reassessed"


@pytest.fixture(scope="module")
def broker() -> Iterator[KafkaCluster]:
    """A broker of these tests' own, whose disk they may read and which they may kill."""
    found = running("kafka", KafkaCluster)
    yield found
    found.remove()


def opened(partners: Partnership, servers: str, agency: str, kit: Unwrapper | None = None) -> list[FeedRecord]:
    """What a partner's kit opens from its topic, repeats included."""
    kit = kit or unwrapper(partners, agency)
    return [kit.unwrap(each).record for each in on_topic(servers, partners.hub.identity.topic(agency))]


def once(records: list[FeedRecord]) -> list[FeedRecord]:
    """The records without repeats, which a partner knows by their sequence; a gap or an inversion fails the test."""
    found: list[FeedRecord] = []
    for record in records:
        assert record.header.seq <= len(found) + 1
        if record.header.seq == len(found) + 1:
            found.append(record)
    return found


def wait_for(what: Callable[[], object], seconds: float = 40.0) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)


def a_hub(home: Path, servers: str) -> Partnership:
    """A hub that carries to this broker, with topics for everybody and somebody on the programme."""
    partners = Partnership(home, policies=with_keys(everyone()), kafka=servers)
    make_topics(servers, topics_of(partners))
    person = partners.person()
    for agency in (POLICE, PROBATION):
        partners.involve(person, agency)
    partners.involve(person, HOUSING, ("accommodation",))
    return partners


def test_the_broker_sees_nothing(tmp_path: Path, broker: KafkaCluster) -> None:
    """With a canary in every field of every kind, no word of it, no kind and no agency's name stands on the broker's
    disk in any topic; records have no key and no header and only the allowed lengths; and each partner opens its own.
    """
    partners, canaries = Partnership(tmp_path, policies=with_keys(everyone()), kafka=broker.bootstrap), Canaries()
    with closing(partners.hub):
        make_topics(broker.bootstrap, topics_of(partners))
        the_story(partners, canaries)
        assert partners.hub.carrier
        partners.hub.carrier.catch_up()
        assert partners.hub.carrier.alarms() == {}
        carried = 0
        for agency in EVERYONE:
            values = on_topic(broker.bootstrap, partners.hub.identity.topic(agency))
            assert {len(each) for each in values} <= {*SIZES}
            kit, raw = unwrapper(partners, agency), raw_segments(broker.folder, partners.hub.identity.topic(agency))
            assert all(each in raw for each in values)
            assert [kit.unwrap(each).record for each in values] == partners.hub.feed.read(agency, 0, 10_000)
            words = [*canaries.texts, *KINDS, *EVERYONE, "elements", "commitments"]
            assert [text for text in words if any(form in raw for form in forms(text))] == []
            carried += len(values)
        assert carried > 100


def test_a_hub_carries_by_itself(tmp_path: Path, broker: KafkaCluster) -> None:
    """A running hub carries what is published within a second, without being asked."""
    partners = a_hub(tmp_path, broker.bootstrap)
    with closing(partners.hub):
        partners.hub.start()
        wait_for(lambda: opened(partners, broker.bootstrap, POLICE))
        before = partners.hub.feed.head(POLICE)[0]
        wait_for(lambda: len(opened(partners, broker.bootstrap, POLICE)) == before)
        partners.publish(POLICE, "custody.person.arrested", {"identifiers": who()["identifiers"], **an_arrest()})
        began = time.monotonic()
        wait_for(lambda: len(opened(partners, broker.bootstrap, POLICE)) > before)
        assert time.monotonic() - began < 5


def test_keys_are_changed_under_load(tmp_path: Path, broker: KafkaCluster) -> None:
    """While updates are published without a pause the partners' receiving keys are exchanged and the hub's delivery key
    is changed: a kit that has its keys and fetched the hub's once opens every record, and none is missing.
    """
    partners = a_hub(tmp_path, broker.bootstrap)
    kits = {agency: unwrapper(partners, agency) for agency in (POLICE, PROBATION, UNIT)}
    stop = threading.Event()

    def publish() -> None:
        while not stop.wait(0.005):
            partners.publish(UNIT, SCORE, {"identifiers": who()["identifiers"], **a_score()})

    for number in (1, 2):
        publishing = threading.Thread(target=publish)
        partners.hub.start()
        publishing.start()
        time.sleep(1)
        partners.governed_by(signed(number + 1, with_keys(everyone(number + 1))))
        time.sleep(1)
        stop.set()
        publishing.join()
        stop.clear()
        if number == 1:
            partners.hub.close()
            partners = Partnership(tmp_path, kafka=broker.bootstrap, key_number=2)
    with closing(partners.hub):
        carrier = partners.hub.carrier
        assert carrier
        for agency, kit in kits.items():
            head = partners.hub.feed.head(agency)[0]
            wait_for(lambda agency=agency, head=head: positions(partners, agency) == head)
            values = on_topic(broker.bootstrap, partners.hub.identity.topic(agency))
            assert once([kit.unwrap(each).record for each in values]) == partners.hub.feed.read(agency, 0, 10_000)
            assert len({each[73:81] for each in values}) == 3
            assert len({each[81:89] for each in values}) == 2


def positions(partners: Partnership, agency: str) -> int:
    """Up to where a feed was carried."""
    assert partners.hub.carrier
    return partners.hub.carrier.position(agency)


def test_the_broker_is_gone(tmp_path: Path, broker: KafkaCluster) -> None:
    """With the broker killed the hub is degraded and says so; publishing, feeds and views go on. Once it is back
    everything is carried, without anybody doing anything.
    """
    partners = a_hub(tmp_path, broker.bootstrap)
    with closing(partners.hub), Door(partners.hub) as door:
        partners.hub.start()
        anybody = door.agency(POLICE)
        wait_for(lambda: anybody.get("/health").json()["broker"] == "ok")
        broker.kill()
        try:
            wait_for(lambda: anybody.get("/health").json()["status"] == "degraded")
            before = partners.hub.feed.head(POLICE)[0]
            partners.publish(POLICE, "custody.person.arrested", {"identifiers": who()["identifiers"], **an_arrest()})
            assert partners.hub.feed.head(POLICE)[0] == before + 1
            wait_for(lambda: partners.hub.hosted[HOUSING].position == partners.hub.feed.head(HOUSING)[0])
            health = anybody.get("/health")
            assert (health.status_code, health.json()["broker"]) == (200, "out of reach")
        finally:
            broker.again()
        wait_for(lambda: anybody.get("/health").json()["status"] == "ok")
        head = partners.hub.feed.head(POLICE)[0]
        wait_for(lambda: positions(partners, POLICE) == head)
        assert once(opened(partners, broker.bootstrap, POLICE)) == partners.hub.feed.read(POLICE, 0, 1000)


@pytest.mark.parametrize("point", CARRYING)
def test_killed_between_send_and_position(tmp_path: Path, broker: KafkaCluster, point: str) -> None:
    """Killed before a send nothing of it stands on the topic; killed between the send and the position it is carried
    again, and known by its sequence. Either way no record is missing and none is out of its order.
    """
    partners = a_hub(tmp_path, broker.bootstrap)
    partners.hub.close()
    rounds = 4
    for number in range(rounds):
        command = [sys.executable, "-m", "support.carrying_on", str(tmp_path), broker.bootstrap]
        environment = os.environ | {"PYTHONPATH": str(TESTS), "IOM_HUB_CRASH_AT": f"{point}:{2 + 3 * number}"}
        done = subprocess.run(command, env=environment, cwd=TESTS.parent, capture_output=True, check=False, timeout=120)
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    partners = Partnership(tmp_path, kafka=broker.bootstrap)
    with closing(partners.hub):
        carrier = partners.hub.carrier
        assert carrier
        carrier.catch_up()
        repeats = 0
        for agency in (POLICE, PROBATION, UNIT, HOUSING):
            records = opened(partners, broker.bootstrap, agency)
            assert once(records) == partners.hub.feed.read(agency, 0, 10_000)
            repeats += len(records) - len(once(records))
        assert repeats >= rounds if point == "after_carry" else partners.hub.feed.head(POLICE)[0] > 10
