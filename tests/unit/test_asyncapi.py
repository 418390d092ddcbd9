"""AsyncAPI: the document is valid by the official schema, complete, and true of every sample."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from hub.adapters.kafka_source import topics
from hub.api import asyncapi
from hub.attesting import HEADER
from hub.wrapping import SEALED_HEADER
from schemas.samples import sample
from schemas.updates import KINDS

DOCUMENT = asyncapi.document()
OFFICIAL = Draft7Validator(
    json.loads((Path(__file__).parents[1] / "fixtures" / "asyncapi" / "3.0.0.schema.json").read_text(encoding="utf-8"))
)


def references(node: Any) -> set[str]:
    """Every reference in the document."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def test_the_document_is_valid() -> None:
    """The document is AsyncAPI 3.0 by the official schema."""
    assert [error.message[:200] for error in OFFICIAL.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.pop("info"),
        lambda found: found.update(asyncapi="2.6.0"),
        lambda found: found["operations"]["send.partner"].update(action="publish"),
        lambda found: found["channels"]["partner"].update(adress="x"),
        lambda found: found["components"]["schemas"]["envelope"].update(type="thing"),
        lambda found: found["components"]["securitySchemes"]["scram"].update(type="password"),
    ],
)
def test_the_check_can_fail(spoil: Callable[[Any], object]) -> None:
    """The official schema finds what is spoiled."""
    found = copy.deepcopy(DOCUMENT)
    spoil(found)
    assert not OFFICIAL.is_valid(found)


def test_every_reference_leads_somewhere() -> None:
    """A parser finds everything within the document."""
    for reference in references(DOCUMENT):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_topic_and_every_kind_has_its_place() -> None:
    """One channel for each strand's topic with exactly its kinds, one for a partner's own; each is used once."""
    channels = DOCUMENT["channels"]
    assert sorted(found["address"] for found in channels.values()) == ["partner.{feed}", *topics()]
    said = {kind: found["address"] for found in channels.values() for kind in found["messages"] if kind != "sealed"}
    assert said == {kind: f"pathway.{kind.partition('.')[0]}" for kind in KINDS}
    used = [found["channel"]["$ref"].rpartition("/")[2] for found in DOCUMENT["operations"].values()]
    assert sorted(used) == sorted(channels)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_message_describes_its_sample(kind: str) -> None:
    """The sample's envelope fits the message of its kind, and no other kind's would."""
    payload = DOCUMENT["components"]["messages"][kind]["payload"] | {"components": DOCUMENT["components"]}
    validator, shown = Draft202012Validator(payload), sample(kind)
    if shown["source"].startswith("urn:iomhub:agency:"):
        assert list(validator.iter_errors(shown)) == []
    assert not validator.is_valid(shown | {"type": "uk.iomhub.custody.person.vanished.v1"})
    assert not validator.is_valid(shown | {"data": shown["data"] | {"stray": "x"}})


def test_the_headers_are_those_that_the_hub_reads() -> None:
    """A signature of the printed form fits; the names are the code's own."""
    said = DOCUMENT["components"]["schemas"]["headers"]["properties"]
    assert set(said) == {HEADER, SEALED_HEADER}
    assert re.search(said[HEADER]["pattern"], f"ed25519;key={'0' * 16};sig={'a' * 86};batch")
