"""The page of all kinds says of each what its schema and its policy say."""

import json
import re

import pytest

from access_policies.cataloguing import catalogue
from access_policies.loading import load
from schemas.generating import schema_of
from schemas.samples import sample
from schemas.updates import KINDS
from schemas.wording import form_of

POLICIES = load()
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", catalogue(POLICIES), re.MULTILINE | re.DOTALL))


def test_every_kind_has_its_section() -> None:
    """One for each kind, and no others."""
    assert set(SECTIONS) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_section_says_what_schema_and_policy_say(kind: str) -> None:
    """Each field once with class and mask, in the policy's order; what must be said; who publishes; the sample."""
    section, policy, model = SECTIONS[kind], POLICIES.kinds[kind], KINDS[kind]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert [row[0].strip("`") for row in rows] == list(policy.fields)
    assert [(row[-3], row[-2]) for row in rows] == [(rule.class_, rule.mask or "–") for rule in policy.fields.values()]
    needed = {row[0].strip("`") for row in rows if row[-4] == "yes"}
    assert needed == {"source", "occurred_at", *schema_of(kind, model)["required"]}
    assert all(name.replace("_", " ") in section for name in policy.publishers)
    assert {row[0].strip("`") for row in rows if row[-1] == "yes"} == model.CORRECTABLE
    [shown] = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    assert json.loads(shown) == sample(kind)["data"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"type": "string", "maxLength": 9, "minLength": 1}, "text, at most 9 characters"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "a day"),
        ({"$ref": "#/$defs/Word"}, "one of `a`, `b`"),
        ({"type": "array", "items": {"$ref": "#/$defs/Word"}}, "a list of: one of `a`, `b`"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "a whole number, at most 9"),
        ({"type": "integer", "minimum": 2}, "a whole number, at least 2"),
        ({"type": "object", "properties": {"crn": {}}}, "an object of `crn`"),
        ({"const": "x"}, "one of `x`"),
        ({"type": "boolean"}, "yes or no"),
        ({}, "any JSON"),
    ],
)
def test_a_form_in_words(said: dict[str, object], words: str) -> None:
    """What somebody types who publishes it, without reading JSON Schema."""
    assert form_of(said, {"Word": {"enum": ["a", "b"]}}) == words
