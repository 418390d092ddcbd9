"""The form of the compose file. Its broker's guard is the one that `kafka.sh` runs in mode `scram`."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import yaml

from support.servers import DEPLOY

pytestmark = pytest.mark.system

TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MOUNTS = [mount for service in SERVICES.values() for mount in service["volumes"]]


def test_it_has_the_two_servers_and_no_word_that_compose_does_not_know() -> None:
    """A misspelt key would be refused by Docker, or worse, ignored."""
    assert set(COMPOSE) == {"name", "services", "volumes"}
    assert set(SERVICES) == {"postgres", "kafka"}
    known = {"image", "entrypoint", "command", "environment", "ports", "volumes", "restart"}
    assert {key for service in SERVICES.values() for key in service} <= known


def test_it_has_no_password_of_its_own() -> None:
    """Every secret comes from the environment, and compose refuses to start without it."""
    secret = [
        (name, value)
        for service in SERVICES.values()
        for name, value in service["environment"].items()
        if "PASSWORD" in name or name.endswith("_ID")
    ]
    assert len(secret) == 3
    assert all(value == f"${{{name}:?set {name}}}" for name, value in secret)
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT)) == {name for name, _ in secret}


def test_it_listens_on_this_machine_only() -> None:
    """Nobody reaches the servers from outside by default."""
    ports = [port for service in SERVICES.values() for port in service["ports"]]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_it_mounts_what_exists() -> None:
    """Each mount is a file of the repository, read only, or a volume that the file declares; no volume is idle."""
    files = [mount for mount in MOUNTS if mount.startswith("./")]
    assert files
    assert all((DEPLOY / mount.split(":")[0]).is_file() and mount.endswith(":ro") for mount in files)
    assert {mount.split(":")[0] for mount in MOUNTS if mount not in files} == set(COMPOSE["volumes"])


def test_its_broker_keeps_its_records_in_the_volume() -> None:
    """Where the broker writes is where the volume is; a folder above it would be another volume of the image's."""
    [volume] = [mount for mount in SERVICES["kafka"]["volumes"] if mount.startswith("kafka:")]
    assert f"log.dirs={volume.split(':')[1]}\n" in (DEPLOY / "kafka" / "compose.properties").read_text(encoding="utf-8")


def test_its_command_reads_what_is_mounted() -> None:
    """The broker's settings are put together from the two files that are mounted, the guard among them."""
    [script] = SERVICES["kafka"]["command"]
    inside = {mount.split(":")[1] for mount in SERVICES["kafka"]["volumes"] if mount.startswith("./")}
    assert set(re.findall(r"/etc/iom-hub/\S+", script)) == inside
    assert "/etc/iom-hub/guarded.properties" in inside


def test_its_broker_is_the_one_that_the_tests_run() -> None:
    """The image has the version of the jars."""
    versions = [each.text for each in ET.parse(DEPLOY / "kafka" / "pom.xml").iter() if each.tag.endswith("version")]
    assert SERVICES["kafka"]["image"].partition(":")[2] in versions
