"""The whole way over a real broker: a signed, sealed update comes in by one topic, and each partner's part goes out by
its own, where it can read it and nobody else can.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from hub.adapters.kafka_source import topics
from hub.attesting import HEADER, sign_envelope
from hub.wrapping import SEALED_HEADER, seal_to_hub
from support.attested import public_key, signing_key
from support.builders import an_arrest
from support.carrying import make_topics, on_topic, receiving, topics_of, unwrapper, with_keys
from support.http import Door, until
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, Partnership, raw_update
from support.parts import running
from support.servers import KafkaCluster

pytestmark = pytest.mark.system
ARRESTS = "pathway.custody"


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partnership]:
    """A running hub on a broker of its own; everybody has a signing and a receiving key, and the police must seal."""
    with running("kafka", KafkaCluster) as cluster:
        policies = with_keys({agency: [public_key(agency), receiving(agency)] for agency in EVERYONE})
        police = policies.partners[POLICE].model_copy(update={"seals": True})
        policies = policies.model_copy(update={"partners": policies.partners | {POLICE: police}})
        found = Partnership(tmp_path, policies=policies, kafka=cluster.bootstrap)
        make_topics(cluster.bootstrap, [*topics(), *topics_of(found)])
        found.hub.start()
        yield found
        found.hub.close()


def a_case(partners: Partnership) -> dict[str, Any]:
    """Somebody whom police, probation and housing work with."""
    person = partners.person()
    for agency, pathways in ((POLICE, ()), (PROBATION, ()), (HOUSING, ("accommodation",))):
        partners.involve(person, agency, pathways)
    return person


def send(partners: Partnership, value: bytes, headers: dict[str, str]) -> None:
    """Put a record on the topic, as an agency's own producer does."""
    producer = Producer({"bootstrap.servers": partners.settings.kafka})
    producer.produce(ARRESTS, value, headers=list(headers.items()))
    assert producer.flush(30) == 0


def opened(partners: Partnership, agency: str) -> list[dict[str, Any]]:
    """What an agency's kit opens from its own topic."""
    kit = unwrapper(partners, agency)
    records = on_topic(str(partners.settings.kafka), partners.hub.identity.topic(agency))
    return [kit.unwrap(each).record.values() for each in records]


def told(partners: Partnership, agency: str, kind: str) -> list[dict[str, Any]]:
    """Those of one kind."""
    return [each for each in opened(partners, agency) if each.get("kind") == kind]


def test_an_arrest_goes_all_the_way(partners: Partnership) -> None:
    """The police seal and sign an arrest; housing opens its part from its topic and has its alert, without the offence;
    the police find the receipt on their own; unsealed, it is rejected to them; unsigned, it is refused and counted.
    """
    person = a_case(partners)
    raw = raw_update(POLICE, "custody.person.arrested", {**person, **an_arrest()}, uuid4(), partners.clock.now())
    inbound = next(k for k in partners.hub.keys.presented(partners.hub.recorder.key) if k.use == "inbound")
    signature = sign_envelope(signing_key(POLICE), raw).header()
    send(partners, seal_to_hub(inbound.public, raw), {HEADER: signature, SEALED_HEADER: inbound.id})
    until(lambda: told(partners, HOUSING, "custody.person.arrested"))
    [arrest] = told(partners, HOUSING, "custody.person.arrested")
    assert "arrested_at" in arrest
    assert "alleged_offence" not in arrest
    [receipt] = told(partners, POLICE, "hub.update.received")
    assert receipt["id"] == json.loads(raw)["id"]
    with Door(partners.hub) as door:
        until(lambda: door.agency(HOUSING).get("/v1/alerts").json()["alerts"])
        send(partners, raw, {HEADER: signature})
        until(lambda: told(partners, POLICE, "hub.update.rejected"))
        [rejected] = told(partners, POLICE, "hub.update.rejected")
        assert [problem["rule"] for problem in rejected["problems"]] == ["not_sealed"]
        before = door.request("GET", "/health").json()["refused"]
        send(partners, raw, {})
        until(lambda: door.request("GET", "/health").json()["refused"] == before + 1)
    assert partners.hub.verify().problems == []
