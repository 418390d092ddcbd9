"""The words: each kind of update has one sample and one published schema, and no field goes undecided."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any
from uuid import UUID, uuid5

import pytest
from jsonschema import Draft202012Validator

from access_policies import linting
from access_policies.compiling import Bundle
from access_policies.loading import SHIPPED, UnusablePolicies, load
from hub.adapters.evidence import StoreEvidence
from hub.placing import HUB
from hub.ports import UpdateKey
from hub.receiving import Caller, receive
from hub.timers import fire_due
from schemas import generating
from schemas.updates import KINDS, parse
from schemas.updates.custody import Arrested
from support.builders import a_consent
from support.partnership import EVERYONE, HOUSING, POLICE, PRISON, PROBATION, START, UNIT, Partnership, partnership

EXAMPLES = Path(generating.__file__).parent / "examples"
BUNDLE = Bundle(load())
ARREST = "custody.person.arrested"
CANARY = "Canary Police Station"

of_each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


def sample(kind: str) -> dict[str, Any]:
    """The sample of a kind, as an envelope."""
    return json.loads((EXAMPLES / f"{kind}.v1.json").read_text(encoding="utf-8"))


def publisher(envelope: dict[str, Any]) -> str:
    """The agency that a sample is from."""
    return envelope["source"].removeprefix("urn:iomhub:agency:")


SAMPLES = {kind: sample(kind) for kind in KINDS}
STORY = sorted(SAMPLES, key=lambda kind: SAMPLES[kind]["time"])
FROM = {envelope["id"]: publisher(envelope) for envelope in SAMPLES.values()}
PUBLISHERS = set(FROM.values())


def as_known_to_its_publisher(p: Partnership, kind: str) -> dict[str, Any]:
    """The sample with its reference as its publisher reads it: another agency's update by the message on its feed."""
    envelope, field = SAMPLES[kind], KINDS[kind].REFERS_TO
    ref = envelope["data"].get(field)
    if ref is None or FROM[ref] == publisher(envelope):
        return envelope
    message = p.hub.identity.message(publisher(envelope), FROM[ref], UUID(ref))
    return envelope | {"data": envelope["data"] | {field: str(message)}}


@pytest.fixture(scope="module")
def told_story() -> Iterator[Partnership]:
    """A partnership in which every sample was published at its own time, and the timers did the rest."""
    with partnership(answer_hours=24) as p:
        for kind in STORY:
            envelope = as_known_to_its_publisher(p, kind)
            p.clock.moment = datetime.fromisoformat(envelope["time"])
            fire_due(p.hub.acceptor)
            if publisher(envelope) != HUB:
                p.hub.publish(publisher(envelope), json.dumps(envelope).encode(), sub="a test")
            if kind == "programme.cohort.decided":
                person = {"identifiers": envelope["data"]["identifiers"]}
                p.publish(
                    PROBATION,
                    "trust.consent.given",
                    person | a_consent(*sorted(PUBLISHERS - {HUB}), purposes=("resettlement",)),
                )
                for agency in sorted(PUBLISHERS - {HUB, UNIT, HOUSING}):
                    p.involve(person, agency)
            if kind == "programme.person.rereferred":  # and taken on again, so that the hub's own words reach the unit
                p.person()
        yield p


@pytest.mark.parametrize(("directory", "suffix"), [(EXAMPLES, ".v1.json"), (generating.DIRECTORY, generating.SUFFIX)])
def test_every_kind_has_one_and_there_are_no_others(directory: Path, suffix: str) -> None:
    """One sample and one schema for each kind; none is left over from a kind that is gone."""
    assert {path.name for path in directory.iterdir()} == {kind + suffix for kind in KINDS}


def test_the_published_schemas_say_what_the_models_say() -> None:
    """The schemas in the repository are those that the models make today."""
    assert generating.main(["--check"]) == 0


def test_a_schema_that_drifted_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A schema that is missing, edited by hand or left over fails the check by name, and writing mends it."""
    generating.main([], tmp_path)
    missing, edited = (tmp_path / (kind + generating.SUFFIX) for kind in sorted(KINDS)[:2])
    missing.unlink()
    edited.write_text("{}", encoding="utf-8")
    (tmp_path / "left.over.v1.schema.json").write_text("{}", encoding="utf-8")
    assert generating.main(["--check"], tmp_path) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in (missing.name, edited.name, "left.over.v1.schema.json"))
    generating.main([], tmp_path)
    assert generating.main(["--check"], tmp_path) == 0


@of_each_kind
def test_the_schema_of_a_kind_is_closed_and_names_it(kind: str) -> None:
    """A published schema is valid JSON Schema 2020-12, has an id of its own, and lets nothing unknown through."""
    schema = generating.schema_of(kind, KINDS[kind])
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["x-kind"] == kind
    assert kind in schema["$id"]
    assert schema["title"] == KINDS[kind].__name__
    assert set(schema["properties"]) == set(KINDS[kind].model_fields)


@of_each_kind
def test_the_sample_fits_its_schema_and_a_stray_field_does_not(kind: str) -> None:
    """A supplier who checks against the published schema hears what the hub would say."""
    validator = Draft202012Validator(json.loads((generating.DIRECTORY / (kind + generating.SUFFIX)).read_text()))
    data = SAMPLES[kind]["data"]
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors(data | {"stray": "x"})) != []
    assert list(validator.iter_errors({name: said for name, said in data.items() if name != "author_role"})) != []


@of_each_kind
def test_the_sample_is_received_from_the_agency_that_it_is_from(kind: str) -> None:
    """Each sample passes the front door, for an agency that may publish it; the hub's own has no door."""
    envelope = SAMPLES[kind]
    raw, agency = json.dumps(envelope).encode(), publisher(envelope)
    if agency == HUB:
        assert BUNDLE.policies.kinds[kind].publishers == (HUB,)
        assert str(parse(kind, json.dumps(envelope["data"]).encode()).refers_to()) in FROM
        return
    received = receive(raw, Caller(agency, "a test"), BUNDLE, START)
    assert (received.kind, received.key) == (kind, (agency, UUID(envelope["id"])))


@of_each_kind
def test_the_sample_is_of_somebody_visibly_fake(kind: str) -> None:
    """No sample could be mistaken for a real person's: the identifiers and the name are of the reserved test forms."""
    data = SAMPLES[kind]["data"]
    identifiers = data.get("identifiers", {})
    assert set(identifiers) <= {"crn", "noms"}
    assert re.fullmatch(r"X99\d{4}", identifiers.get("crn", "X990001"))
    assert re.fullmatch(r"Z\d{4}ZZ", identifiers.get("noms", "Z0001ZZ"))
    assert data.get("person", "Fictional Testcase-1").startswith("Fictional Testcase-")


@of_each_kind
def test_the_sample_refers_to_another_sample(kind: str) -> None:
    """The samples tell one story: what one refers to is an earlier one, of a kind it may refer to."""
    model, envelope = KINDS[kind], SAMPLES[kind]
    if not model.REFERS_TO:
        return
    earlier = {other["id"]: name for name, other in SAMPLES.items() if other["time"] < envelope["time"]}
    name = earlier[envelope["data"][model.REFERS_TO]]
    assert not model.REFERS_TO_KINDS or name in model.REFERS_TO_KINDS


@of_each_kind
def test_a_sample_published_in_order_is_placed_and_returns_to_its_publisher(told_story: Partnership, kind: str) -> None:
    """The hub places each sample, so an agency that works the case finds its own update whole on its own feed."""
    envelope = SAMPLES[kind]
    agency, update_id = publisher(envelope), UUID(envelope["id"])
    if agency == HUB:
        agency = UNIT
    message = str(told_story.hub.identity.message(agency, publisher(envelope), update_id))
    [told] = [each for each in told_story.told(agency, kind) if each["message_id"] == message]
    assert set(as_known_to_its_publisher(told_story, kind)["data"]) - {"record"} <= set(told)


def test_none_of_the_samples_is_held(told_story: Partnership) -> None:
    """The whole story lies with one person record: nothing waits to be placed."""
    updates = list(StoreEvidence(told_story.hub.store).updates())
    assert {str(each.key.update_id) for each in updates} >= {envelope["id"] for envelope in SAMPLES.values()}
    with told_story.hub.store.unit() as unit:
        records = {unit.record_of(each.key) for each in updates}
    assert None not in records
    assert len(records) == 1


def test_the_hubs_own_sample_is_what_the_hub_says(told_story: Partnership) -> None:
    """The sample of a confirmation is word for word what the hub's timer published about the sample arrest."""
    envelope = SAMPLES["trust.update.confirmed"]
    assert envelope["id"] == str(uuid5(UUID(SAMPLES[ARREST]["id"]), f"{POLICE}/settled"))
    with told_story.hub.store.unit() as unit:
        kept = unit.content_of(UpdateKey(HUB, UUID(envelope["id"])))
    assert kept is not None
    assert json.loads(json.loads(kept)["raw"]) == envelope


class ArrestedInACell(Arrested):
    """An arrest, one day, with a field that nobody has decided on."""

    cell: str | None = None


def test_a_field_that_nobody_decided_on_stops_the_load() -> None:
    """A new field of a schema is a finding until its policy lists it, so it cannot be told by oversight."""
    found = [each.finding for each in linting.undecided(load(), {ARREST: ArrestedInACell})]
    assert [finding.path for finding in found] == [("fields",)]
    assert "'cell'" in found[0].sentence


def policies_without(tmp_path: Path, pattern: str, text: str = "") -> Path:
    """A copy of the shipped policies in which the arrest's file says something else."""
    copytree(SHIPPED, tmp_path / "policies", ignore=ignore_patterns("*.py", "__pycache__"))
    file = tmp_path / "policies" / "custody" / "person.arrested.yaml"
    changed, count = re.subn(pattern, text, file.read_text(encoding="utf-8"))
    assert count
    file.write_text(changed, encoding="utf-8")
    return tmp_path / "policies"


def test_a_policy_that_forgets_a_field_does_not_load(tmp_path: Path) -> None:
    """Taking a field out of the policy of a kind is no way to have it told: the hub does not start."""
    with pytest.raises(UnusablePolicies, match=r"custody/person\.arrested\.yaml:6: the field 'officer'") as unusable:
        load(policies_without(tmp_path, r"  officer: .*\n"))
    assert any("there is no field 'officer'" in problem for problem in unusable.value.problems)


def test_a_field_that_is_listed_and_not_shared_reaches_nobody(tmp_path: Path) -> None:
    """What no clause names is withheld from every partner, however closely it works the case."""
    directory = policies_without(tmp_path, r"\bstation,\s*", "")
    with partnership(policies=load(directory)) as p:
        person = p.person()
        for agency in (POLICE, PROBATION, PRISON, HOUSING):
            p.involve(person, agency, ("accommodation", "drugs_alcohol"), "lead")
        data = {**person, "arrested_at": "2026-03-02T08:30:00Z", "station": CANARY, "alleged_offence": "burglary"}
        p.publish(POLICE, ARREST, data)
        told = {agency: p.told(agency, ARREST) for agency in EVERYONE}
        assert {agency for agency in EVERYONE if told[agency]} == {POLICE, PROBATION, UNIT, HOUSING}
        assert {agency for agency in EVERYONE if CANARY in str(told[agency])} == {POLICE}
