"""Workers as processes of their own on a real PostgreSQL and a real broker: what they do together, and how they end."""

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr

from contract.places import evidence
from hub.adapters.kafka_source import topics
from support.attested import public_key
from support.builders import an_arrest
from support.carrying import make_topics, on_topic, receiving, topics_of, with_keys
from support.http import CLOUDEVENTS, until
from support.partnership import EVERYONE, POLICE, PROBATION, Partnership, raw_update
from support.parts import running
from support.servers import KafkaCluster, PostgresServer, new_topic
from support.workers import CUSTODY, PARTITIONS, Sent, ends, offsets, send, working

pytestmark = pytest.mark.system
ARREST, RECEIVED = "custody.person.arrested", "hub.update.received"
PEOPLE, UPDATES = 8, 120


@pytest.fixture(scope="module")
def broker() -> Iterator[KafkaCluster]:
    """A broker of these tests' own, with a topic of several partitions for what the police send."""
    with running("kafka", KafkaCluster) as cluster:
        new_topic(cluster.admin(), CUSTODY, PARTITIONS)
        make_topics(cluster.bootstrap, [each for each in topics() if each != CUSTODY])
        yield cluster


class Scene:
    """A hub on a database of its own: what workers are given, and what became of it."""

    def __init__(self, home: Path, database: str, broker: KafkaCluster) -> None:
        policies = with_keys({agency: [public_key(agency), receiving(agency)] for agency in EVERYONE})
        self.home, self.broker = home, broker
        self.database = database.replace("postgresql+psycopg://", "postgresql://")
        self.partners = Partnership(home, policies=policies, database=SecretStr(self.database))
        self.partners.clock.moment = datetime.now(UTC)
        self.people = [self.partners.person(number) for number in range(1, PEOPLE + 1)]
        for person in self.people:
            for agency in (POLICE, PROBATION):
                self.partners.involve(person, agency)
        self.before = self.partners.hub.store.last(POLICE)

    @property
    def settings(self) -> dict[str, str]:
        """What a process of this hub is given."""
        files = self.partners.settings.files
        return {
            "IOM_HUB_DATABASE": self.database,
            "IOM_HUB_KAFKA": self.broker.bootstrap,
            "IOM_HUB_BUNDLE": str(files.bundle),
            "IOM_HUB_SIGNERS": str(files.signers),
        }

    def updates(self, count: int) -> list[Sent]:
        """Arrests of all these people in turn."""
        made = []
        for number in range(count):
            update = {**self.people[number % PEOPLE], **an_arrest()}
            raw = raw_update(POLICE, ARREST, update, uuid4(), self.partners.clock.now())
            made.append(Sent(f"k{number % PEOPLE}", raw))
        return made

    def send(self, some: list[Sent]) -> None:
        """As the police's own producer does."""
        send(self.broker.bootstrap, POLICE, some)

    def told(self, agency: str, kind: str) -> list[str]:
        """The messages of one kind on a feed, in their order."""
        return [each["message_id"] for each in self.partners.told(agency, kind)]

    def messages(self, agency: str, some: list[Sent]) -> list[str]:
        """Under which ids an agency is told of these."""
        named = self.partners.hub.identity.message
        return [str(named(agency, POLICE, UUID(each.id))) for each in some]

    def receipts(self) -> Counter[str]:
        """How often the police were told that each update came."""
        return Counter(each["id"] for each in self.partners.told(POLICE, RECEIVED))

    def entries(self, verb: str) -> list[dict[str, Any]]:
        """What the ledger says under a verb."""
        with evidence(self.partners) as kept:
            records = [json.loads(entry.opening[16:]) for entry in kept.entries() if entry]
        return [record for record in records if record["verb"] == verb]


@pytest.fixture
def scene(tmp_path: Path, postgres: Callable[[], str], broker: KafkaCluster) -> Iterator[Scene]:
    """With a dozen people."""
    found = Scene(tmp_path, postgres(), broker)
    with closing(found.partners.hub):
        yield found


def settled(scene: Scene, count: int, seconds: float = 60) -> None:
    """Wait until the police were told of so many updates, and that each came."""
    until(lambda: scene.partners.hub.store.last(POLICE) >= scene.before + 2 * count, seconds)


def as_one_would_have(scene: Scene, sent: list[Sent]) -> None:
    """Each update has one effect and one receipt, each person's are in the order in which they were sent on every feed,
    as in the one partition that they went through; and the ledger is whole.
    """
    assert scene.receipts() == Counter({each.id: 1 for each in sent})
    for agency in (POLICE, PROBATION):
        told = scene.told(agency, ARREST)
        assert Counter(told) == Counter(scene.messages(agency, sent))
        for key in {each.key for each in sent}:
            own = scene.messages(agency, [each for each in sent if each.key == key])
            assert [each for each in told if each in set(own)] == own
    assert scene.partners.hub.verify().problems == []


def test_two_do_as_one_and_one_may_die(scene: Scene) -> None:
    """Two accept workers share the partitions: the state is as one would have made it, in the order of each person,
    nothing twice. One is killed under load: nothing is lost, and nothing has two effects.
    """
    sent = scene.updates(2 * UPDATES)
    with (
        working(scene.home, "one", "worker", "accept", **scene.settings) as one,
        working(scene.home, "two", "worker", "accept", **scene.settings) as two,
    ):
        for each in (one, two):
            each.becomes(200, causes=[], degraded=[])
        until(lambda: min(each.figure("rebalances_total") for each in (one, two)) > 0)
        scene.send(sent[:UPDATES])
        settled(scene, UPDATES)
        as_one_would_have(scene, sent[:UPDATES])
        shares = [each.figure("received_total") for each in (one, two)]
        assert sum(shares) == UPDATES
        assert min(shares) > 0
        sending = threading.Thread(target=lambda: [scene.send([each]) for each in sent[UPDATES:]])
        sending.start()
        settled(scene, UPDATES + random.Random(5).randint(20, 60))
        one.kill()
        sending.join()
        settled(scene, 2 * UPDATES)
        as_one_would_have(scene, sent)
        until(lambda: offsets(scene.broker.bootstrap) == ends(scene.broker.bootstrap))


def test_a_worker_drains(scene: Scene) -> None:
    """Told to end under load, a worker finishes its batch and exits with 0: the group stands where the transaction
    stands, in every partition, and whoever comes after it is given the rest, and nothing again. What the metrics say is
    what the ledger says, and they name nobody.
    """
    first, sent = ends(scene.broker.bootstrap), scene.updates(700)
    with working(scene.home, "one", "worker", "accept", **scene.settings) as one:
        one.becomes(200)
        scene.send(sent)
        settled(scene, 1)
        assert one.stop(8) == 0
    done, stands = scene.receipts().total(), offsets(scene.broker.bootstrap)
    answered = Counter(entry["partition"] for entry in scene.entries("answer"))
    assert {number: stands[number] - first[number] for number in stands} == {n: answered[n] for n in range(PARTITIONS)}
    assert 0 < done < len(sent)
    make_topics(scene.broker.bootstrap, topics_of(scene.partners))
    with working(scene.home, "two", "worker", "accept", "carry", "consume", **scene.settings) as two:
        settled(scene, len(sent))
        as_one_would_have(scene, sent)
        for role in ("accept", "carry", "consume"):
            until(lambda role=role: two.figure("lag", role=role) == 0, 30)  # type: ignore[misc]  # mypy knows no such default
        counted(scene, two.metrics(), len(sent) - done)
        assert two.stop() == 0
    carried = on_topic(scene.broker.bootstrap, scene.partners.hub.identity.topic(PROBATION))
    assert len(carried) == scene.partners.hub.store.last(PROBATION)
    views = scene.partners.hub.hosted[PROBATION].views
    raised = {str(each.alert_id) for each in views.alerts(open_only=False, limit=10_000)}
    assert raised == set(scene.messages(PROBATION, sent))


def counted(scene: Scene, text: str, count: int) -> None:
    """So many updates came, were placed and told, as the ledger has it; and the figures hold no name."""
    assert f"iom_hub_received_total {float(count)}" in text
    assert f'iom_hub_accepted_total{{outcome="placed"}} {float(count)}' in text
    assert 'iom_hub_accepted_total{outcome="repeated"} 0.0' in text
    feed = {agency: str(scene.partners.hub.identity.feed(agency)) for agency in EVERYONE}
    assert f'iom_hub_disclosed_total{{recipient="{feed[POLICE]}"}} {float(2 * count)}' in text
    assert f'iom_hub_disclosed_total{{recipient="{feed[PROBATION]}"}} {float(count)}' in text
    names = [*EVERYONE, *(word for person in scene.people for word in person["identifiers"].values()), "Fictional"]
    assert [name for name in names if name in text] == []


def test_readiness_tells_the_truth(tmp_path: Path, broker: KafkaCluster) -> None:
    """Without a broker `serve` is degraded and goes on, publishing, views and alerts; a worker that only collects is
    not ready. A database that stands still is named, and each loop that hangs in it; one that is gone is named, too.
    Each comes back by itself.
    """
    with running("postgres", PostgresServer) as server:
        scene = Scene(tmp_path, server.database(), broker)
        make_topics(broker.bootstrap, topics_of(scene.partners))
        settings = scene.settings | {"IOM_HUB_WATCHDOG_SECONDS": "3"}
        with (
            closing(scene.partners.hub),
            working(tmp_path, "serve", "serve", "--port", "0", **settings) as serve,
            working(tmp_path, "accept", "worker", "accept", **settings) as accept,
        ):
            for each in (serve, accept):
                each.becomes(200, causes=[], degraded=[])
            broker.kill()
            try:
                serve.becomes(200, causes=[], degraded=["broker"])
                accept.becomes(503, causes=["broker"])
                an_alert_comes(scene)
            finally:
                broker.again()
            serve.becomes(200, causes=[], degraded=[])
            server.pause()
            try:
                until(lambda: {"database", "loop consume"} <= set(serve.ready()[1]["causes"]), 20)
                until(lambda: '"loop": "consume", "event": "loop_silent"' in serve.written.read_text())
            finally:
                server.resume()
            serve.becomes(200, causes=[])
            until(lambda: "loop_back" in serve.written.read_text())
            server.kill()
            serve.becomes(503, causes=["database"])
            server.again()
            for each in (serve, accept):
                each.becomes(200, causes=[], degraded=[])
            assert serve.stop() == 0


def an_alert_comes(scene: Scene) -> None:
    """What is published over HTTP raises probation's alert, soon."""
    hub, url = scene.partners.hub, (scene.home / "hub.url").read_text()

    def by(agency: str) -> dict[str, str]:
        token = hub.tokens.issue(agency, "a test", frozenset({"publish", "read"}), datetime.now(UTC))
        return {"Authorization": f"Bearer {token}", "Content-Type": CLOUDEVENTS}

    [update] = scene.updates(1)
    [message] = scene.messages(PROBATION, [update])
    assert httpx.post(url + "/v1/updates", content=update.raw, headers=by(POLICE), timeout=5).is_success
    until(lambda: message in httpx.get(url + "/v1/alerts", headers=by(PROBATION), timeout=5).text, 3)
