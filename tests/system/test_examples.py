"""What the page on publishing shows is run as it stands: the command line's keys, and programs with nothing of ours."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import orjson
import pytest

from access_policies.loading import load
from contract.places import evidence
from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_source import topics
from support.builders import an_arrest
from support.http import serving, until
from support.partnership import POLICE, Partnership, raw_update, who
from support.parts import running
from support.servers import KafkaCluster, kcat, new_topic
from system.terminal import failed, ok

pytestmark = pytest.mark.system
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
TOPIC = "pathway.custody"


class Station(NamedTuple):
    """A police station with its key and an update to publish, and the hub to which it publishes."""

    partners: Partnership
    key: Path
    update: Path
    update_id: UUID

    def attested(self) -> dict[str, str] | None:
        """How the ledger says its update was attested; None as long as it has none."""
        with evidence(self.partners) as kept:
            records = [orjson.loads(entry.opening[16:]) for entry in kept.entries() if entry and entry.opening]
        mine = f"{POLICE}/{self.update_id}"
        return next((r["attested"] for r in records if r["verb"] == "collection" and r["update"] == mine), None)


def a_station(folder: Path, **settings: str) -> Station:
    """Its key is made by the command line and comes into force with the register."""
    key, draft = folder / "police.pem", folder / "draft"
    ok(draft, "agency", "key", POLICE, "--out", str(key))
    partners = Partnership(folder / "hub", policies=load(draft / "policies"), **settings)
    partners.clock.moment = datetime.now(UTC)
    partners.person()
    update_id, update = uuid4(), folder / "update.json"
    data = {"identifiers": who()["identifiers"], **an_arrest()}
    update.write_bytes(raw_update(POLICE, "custody.person.arrested", data, update_id, partners.clock.now()))
    return Station(partners, key, update, update_id)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """With a hub that is asked over HTTP."""
    found = a_station(tmp_path)
    yield found
    found.partners.hub.close()


@pytest.fixture
def on_kafka(tmp_path: Path) -> Iterator[Station]:
    """With a running hub that is reached by a broker alone."""
    with running("kafka", KafkaCluster) as cluster:
        for topic in topics():
            new_topic(Broker(cluster.bootstrap), topic)
        found = a_station(tmp_path, kafka=cluster.bootstrap)
        found.partners.hub.start()
        yield found
        found.partners.hub.close()


def run(command: list[str], update: Path) -> str:
    """What a program says that reads the update."""
    with update.open("rb") as content:
        done = subprocess.run(command, stdin=content, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ten_lines_over_http(station: Station) -> None:
    """The example in Python publishes a signed update, with the library's own key and nothing of the hub's."""
    hub = station.partners.hub
    token = hub.tokens.issue(POLICE, "custody-system", frozenset({"publish"}), hub.clock.now())
    with serving(hub) as url:
        command = [sys.executable, str(EXAMPLES / "publish_http.py"), url, token, str(station.key)]
        assert run(command, station.update).startswith("200 ")
    said = station.attested()
    assert said
    assert (said["by"], said["sub"]) == ("signature", "custody-system")


def test_the_command_line_signs_as_the_example_does(station: Station) -> None:
    """`iom-hub sign` prints the header alone, and with a token and curl's form of it the update is taken."""
    header = ok(station.update.parent, "sign", str(station.update), "--key", str(station.key)).strip()
    hub = station.partners.hub
    token = hub.tokens.issue(POLICE, "custody-system", frozenset({"publish"}), hub.clock.now())
    with serving(hub) as url:
        command = ["curl", "-sS", f"{url}/v1/updates", "--data-binary", f"@{station.update}"]
        command += [
            "--header",
            f"Authorization: Bearer {token}",
            "--header",
            "Content-Type: application/cloudevents+json",
        ]
        assert "receipt" not in run([*command, "--header", f"iomhub-signature: {header}x"], station.update)
        assert orjson.loads(run([*command, "--header", f"iomhub-signature: {header}"], station.update))["fingerprint"]
    assert (station.attested() or {})["by"] == "signature"


def test_ten_lines_over_kafka(on_kafka: Station) -> None:
    """The example in Python puts a signed update on a topic, and the receipt stands on the station's own feed."""
    servers = str(on_kafka.partners.settings.kafka)
    run([sys.executable, str(EXAMPLES / "publish_kafka.py"), servers, TOPIC, str(on_kafka.key)], on_kafka.update)
    until(lambda: bool(on_kafka.attested()), 30)
    [receipt] = on_kafka.partners.told(POLICE, "hub.update.received")
    assert receipt["id"] == str(on_kafka.update_id)


def test_kcat_with_the_command_lines_signature(on_kafka: Station) -> None:
    """`kcat` and `iom-hub sign` are enough to publish over Kafka."""
    program, servers = running("kcat", kcat), str(on_kafka.partners.settings.kafka)
    header = ok(on_kafka.update.parent, "sign", str(on_kafka.update), "--key", str(on_kafka.key)).strip()
    run(
        [program, "-P", "-b", servers, "-t", TOPIC, "-H", f"iomhub-signature={header}", str(on_kafka.update)],
        on_kafka.update,
    )
    until(lambda: bool(on_kafka.attested()), 30)
    [receipt] = on_kafka.partners.told(POLICE, "hub.update.received")
    assert receipt["id"] == str(on_kafka.update_id)


def test_one_key_follows_the_other(tmp_path: Path) -> None:
    """Two keys of one use may stand side by side, a third is one too many; no file is written over, and a mistake
    leaves neither key nor change behind.
    """
    draft = tmp_path / "draft"
    for number in (1, 2):
        ok(draft, "agency", "key", POLICE, "--out", str(tmp_path / f"{number}.pem"))
    register = (draft / "policies" / "partners.yaml").read_text(encoding="utf-8")
    assert "more than 2 signing keys" in failed(draft, "agency", "key", POLICE, "--out", f"{tmp_path}/3.pem")
    assert not (tmp_path / "3.pem").exists()
    assert "already" in failed(draft, "agency", "key", POLICE, "--use", "receiving", "--out", str(tmp_path / "1.pem"))
    assert (draft / "policies" / "partners.yaml").read_text(encoding="utf-8") == register
    assert (tmp_path / "1.pem").stat().st_mode & 0o777 == 0o600
    ok(draft, "agency", "key", POLICE, "--use", "receiving", "--out", str(tmp_path / "r.pem"))
    keys = load(draft / "policies").partners[POLICE].keys
    assert sorted(key.use for key in keys) == ["receiving", "signing", "signing"]
