"""A version that was released is kept; a new one reads what was sent in the old. Tables say what may change."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
from pydantic import JsonValue, ValidationError

from schemas import compatibility, generating
from schemas.samples import sample
from schemas.updates import KINDS, Update, parse, versions
from schemas.updates.base import Line
from schemas.updates.custody import Arrested
from schemas.vocabulary import DrugTest

ARREST = Arrested.KIND
RELEASED = generating.schema_of(ARREST, Arrested)


class ArrestedAnew(Arrested):
    """An arrest as a second version would say it: the station is a place and its force, and the officer is no more."""

    VERSION: ClassVar[int] = 2
    EARLIER: ClassVar[type[Update] | None] = Arrested

    station: None = None  # type: ignore[assignment]  # left out
    officer: None = None  # type: ignore[assignment]  # left out
    place: Line
    force: Line | None = None

    @classmethod
    def lifted(cls, earlier: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """The station is the place; which force it belongs to was never said."""
        kept = {name: said for name, said in earlier.items() if name not in ("station", "officer")}
        return {**kept, "place": earlier["station"]}


LATER = {**KINDS, ARREST: ArrestedAnew}


def changed(change: Callable[[Any], object]) -> list[str]:
    """What is found when this is done to today's schema."""
    today = json.loads(json.dumps(RELEASED))
    change(today)
    return compatibility.breaks(RELEASED, today)


ALLOWED: dict[str, Callable[[Any], object]] = {
    "nothing": lambda _: None,
    "words": lambda s: s.update(title="Another", description="Said better.") or s["properties"]["station"].pop("title"),
    "the order of fields and of a list": lambda s: s["$defs"]["DrugTest"]["enum"].reverse() or s["required"].reverse(),
    "a field that nobody has to send": lambda s: s["properties"].update(force={"type": "string"}),
    "the same within a field": lambda s: s["$defs"]["Identifiers"]["properties"].update(pnd={"type": "string"}),
    "another name for a definition": lambda s: (
        s["$defs"].update(Test=s["$defs"].pop("DrugTest"))
        or s["properties"]["drug_test"]["anyOf"][0].update({"$ref": "#/$defs/Test"})
    ),
}
REFUSED: dict[str, tuple[Callable[[Any], object], str]] = {
    "a field is gone": (lambda s: s["properties"].pop("officer"), "data.officer is gone"),
    "a new field must be sent": (
        lambda s: s["properties"].update(force={"type": "string"}) or s["required"].append("force"),
        "data.force is new and must be sent",
    ),
    "a field must be sent now": (lambda s: s["required"].append("officer"), "data.officer must be sent now"),
    "a field need not be sent now": (lambda s: s["required"].remove("station"), "data.station need not be sent now"),
    "a list grows": (lambda s: s["$defs"]["DrugTest"]["enum"].append("spoiled"), "data.drug_test"),
    "a list shrinks": (lambda s: s["$defs"]["DrugTest"]["enum"].pop(), "data.drug_test"),
    "a text may be longer": (lambda s: s["properties"]["station"].update(maxLength=200), "data.station: 120"),
    "a text is shorter": (lambda s: s["properties"]["station"].update(maxLength=10), "data.station: 120"),
    "another form": (lambda s: s["properties"]["arrested_at"].update(format="date"), "data.arrested_at"),
    "another type": (lambda s: s["properties"]["station"].update(type="integer"), "data.station"),
    "what is meant when nothing is said": (lambda s: s["properties"]["handling"].update(default="x"), "data.handling"),
    "an open door": (lambda s: s.update(additionalProperties=True), "data: false became true"),
    "a field within a field": (lambda s: s["$defs"]["Identifiers"]["properties"].pop("crn"), "data.identifiers.crn"),
}


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_a_version_may_change(change: Callable[[Any], object]) -> None:
    """Words, order, and a field that nobody has to send: old data are read as before, and no old value means more."""
    assert changed(change) == []


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED)
def test_what_a_version_may_not_change(change: Callable[[Any], object], says: str) -> None:
    """Everything else is found, by the place where it stands: wider and narrower alike."""
    found = changed(change)
    assert any(each.startswith(says) for each in found), found


def test_every_released_version_is_kept(tmp_path: Path) -> None:
    """What `schemas/released` promises holds today; nothing promised is written again, and what is new is promised."""
    assert compatibility.findings() == []
    assert len(list(compatibility.RELEASED.glob("*.json"))) > 20
    assert len(compatibility.release(tmp_path)) == len(generating.files())
    assert compatibility.release(tmp_path) == []
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == generating.files()


def test_a_broken_promise_fails_the_build_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kind that is gone, a version that is read no more and a changed schema are named; then nothing is promised."""
    compatibility.release(tmp_path)
    (tmp_path / "custody.person.vanished.v1.schema.json").write_text("{}", encoding="utf-8")
    narrower = json.loads(json.dumps(RELEASED))
    narrower["properties"]["station"]["maxLength"] = 200
    (tmp_path / f"{ARREST}.v1.schema.json").write_text(json.dumps(narrower), encoding="utf-8")
    (tmp_path / "custody.person.left.v1.schema.json").unlink()
    assert compatibility.main(["--release"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "custody.person.vanished.v1.schema.json: this version is read no more" in said
    assert f"{ARREST}.v1.schema.json: data.station: 200 became 120" in said
    assert not (tmp_path / "custody.person.left.v1.schema.json").exists()


def test_a_new_version_keeps_the_promise_of_the_old(tmp_path: Path) -> None:
    """With a second version the first is still read and held to what was released; without it, it would be named."""
    compatibility.release(tmp_path)
    assert compatibility.findings(tmp_path, LATER) == []
    assert compatibility.release(tmp_path, LATER) == [f"{ARREST}.v2.schema.json"]
    assert compatibility.findings(tmp_path, LATER) == []
    assert compatibility.findings(tmp_path) == [f"{ARREST}.v2.schema.json: this version is read no more"]
    assert list(versions(ArrestedAnew)) == [2, 1]


def test_what_was_sent_in_the_old_version_is_read_in_the_new() -> None:
    """The sample of the first version, lifted: nothing that was said is lost but what the new version says no more."""
    said = sample(ARREST)["data"]
    update = parse(ARREST, orjson.dumps(said), version=1, kinds=LATER)
    assert isinstance(update, ArrestedAnew)
    now = update.content()
    assert now["place"] == said["station"]
    assert {*said} - {*now} == {"station", "officer"}
    assert {name: now[name] for name in said if name in now} == {name: said[name] for name in said if name in now}
    assert parse(ARREST, orjson.dumps(said), version=1) == parse(ARREST, orjson.dumps(said))


def test_each_version_is_held_to_its_own_schema() -> None:
    """The old one knows no word of the new, nor the new of the old; a version that nobody knows is refused."""
    old = sample(ARREST)["data"]
    new = {name: said for name, said in old.items() if name not in ("station", "officer")} | {"place": "Fictional"}
    assert parse(ARREST, orjson.dumps(new), kinds=LATER).content()["place"] == "Fictional"
    for version, said in ((1, new), (1, old | {"force": "x"}), (2, old)):
        with pytest.raises(ValidationError):
            parse(ARREST, orjson.dumps(said), version=version, kinds=LATER)
    with pytest.raises(KeyError):
        parse(ARREST, orjson.dumps(old), version=3, kinds=LATER)


def test_a_moment_and_a_list_come_through_the_lift_unchanged() -> None:
    """Zones and closed lists are said in the new version as in the old."""
    said = sample(ARREST)["data"] | {"arrested_at": "2026-02-05T20:40:00+01:00", "drug_test": "refused"}
    update = parse(ARREST, orjson.dumps(said), version=1, kinds=LATER)
    assert isinstance(update, ArrestedAnew)
    assert update.arrested_at.isoformat() == "2026-02-05T20:40:00+01:00"
    assert update.drug_test is DrugTest.REFUSED
