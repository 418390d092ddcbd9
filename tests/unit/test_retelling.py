"""Retelling: what was told later is verified and explained like everything else; a concern keeps its own rules."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub.explaining import explain_held, explain_update
from hub.ports import UpdateKey
from hub.receiving import Caller, Rejected, receive
from hub.timers import fire_due
from support.builders import a_concern, a_release_plan, an_opening
from support.partnership import HOSTEL, HOUSING, PRISON, PROBATION, START, UNIT, Partnership, raw_update, who
from unit.tampering import Row, Scene, name_of

PLANNED, CONCERN = "custody.release.planned", "trust.concern.disclosed"
ADDRESS = "1 Invented Street, ZZ1 1ZZ"


@pytest.fixture(name="scene", scope="module")
def _scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Housing came to the case after a plan was made, broke the glass twice, and the first time is over."""
    partners = Partnership(Path(tmp_path_factory.mktemp("retold")))
    someone = partners.person(1)
    partners.involve(someone, PRISON)
    partners.publish(PRISON, PLANNED, someone | a_release_plan(address=ADDRESS))
    partners.involve(someone, HOUSING, ("accommodation",))
    partners.publish(HOUSING, "trust.access.opened", someone | an_opening())
    partners.clock.turn(hours=8)
    fire_due(partners.hub.acceptor)
    partners.publish(HOUSING, "trust.access.opened", someone | an_opening())
    partners.hub.recorder.checkpoint()
    with closing(Scene(partners)) as found, closing(partners.hub):
        yield found


def plans(rows: list[Row]) -> list[Row]:
    """Housing's records of the plan: the snapshot, what was lent and is dropped, what is lent now."""
    told = [row for row in rows if row["recipient"] == HOUSING and row["publisher"] == PRISON]
    return sorted(told, key=lambda row: row["seq"])


def test_what_was_told_later_verifies(scene: Scene) -> None:
    """Three records of one message, each by its own ledger entry, and nothing is wrong."""
    assert scene.partners.hub.verify().problems == []
    snapshot, over, lent = plans(scene.rows("feed"))
    assert len({row["message_id"] for row in (snapshot, over, lent)}) == 1
    assert len({row["entry"] for row in (snapshot, over, lent)}) == 3
    assert (bool(snapshot["boxes"]), bool(over["boxes"]), bool(lent["boxes"])) == (True, False, True)


CHANGES: dict[str, tuple[int, dict[str, Any], str]] = {
    "what may stay was dropped": (0, {"boxes": b""}, "the ledger does not say that elements were dropped"),
    "what is lent was dropped early": (2, {"boxes": b""}, "the ledger does not say that elements were dropped"),
    "it names the entry of another telling": (0, {"entry": 3}, "it names another ledger entry"),
    "it has another root": (2, {"root": bytes(32)}, "the ledger has no such disclosure"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_record_that_was_told_later_and_changed_is_named(scene: Scene, what: str) -> None:
    """Whatever is done to a record that was told later is found, and the record named."""
    place, change, sentence = CHANGES[what]
    rows = scene.rows("feed")
    changed = plans(rows)[place] | change
    with scene.tables(feed=[changed if row == plans(rows)[place] else row for row in rows]) as problems:
        mine = [problem for problem in problems if problem.startswith(name_of("feed", changed))]
        assert any(sentence in problem for problem in mine), problems


def test_a_record_that_was_told_later_and_taken_away_is_named(scene: Scene) -> None:
    """What the ledger says was told later must lie on the feed."""
    rows = scene.rows("feed")
    gone = plans(rows)[0]
    with scene.tables(feed=[row for row in rows if row != gone]) as problems:
        assert (
            f"update {PRISON}/{UUID(bytes=gone['update_id'])}: the ledger says {HOUSING} was told, its feed does not"
            in (problems)
        )


def test_both_tellings_are_explained(scene: Scene) -> None:
    """Governance and housing hear of each field on which ground it was told, and why later than the plan came."""
    partners = scene.partners
    row = plans(scene.rows("feed"))[0]
    key, message = UpdateKey(PRISON, UUID(bytes=row["update_id"])), UUID(bytes=row["message_id"])
    bundle_of = partners.hub.governing.bundle_of
    with partners.hub.archive() as archive:
        names = {"release_on", "address"}
        found = explain_held(archive, bundle_of, HOUSING, message, names, for_partner=False)
        cells = explain_update(archive, bundle_of, key).partners[HOUSING].cells
    held = {cell.field: cell.reason for cell in found.cells}
    assert held["release_on"].startswith("told when it came to the case; tenancy: ")
    assert held["address"].startswith("told in an emergency; emergency-housing: ")
    said = {cell.field: (cell.outcome, cell.reason) for cell in cells}
    assert said["release_on"] == ("told", held["release_on"])
    assert said["prison"] == ("withheld", "no rule tells it")


REFUSED = [
    ({"until": "2026-03-30T09:00:01Z"}, "data.until", "too_far_ahead"),
    ({"reviewer": "nobody-of-northshire"}, "data.reviewer", "unknown_agency"),
    ({"reviewer": PROBATION}, "data.reviewer", "reviews_itself"),
]


@pytest.mark.parametrize(("more", "path", "rule"), REFUSED)
def test_a_concern_that_breaks_its_rules_is_refused(more: dict[str, str], path: str, rule: str) -> None:
    """It ends within 28 days, and another agency in the register reviews it."""
    with pytest.raises(Rejected) as refused:
        receive(a_raw_concern(**more), Caller(PROBATION, "a test"), Bundle(load()), START)
    assert [(problem.path, problem.rule) for problem in refused.value.problems] == [(path, rule)]


def test_a_concern_may_last_four_weeks() -> None:
    """28 days to the second are within the rule."""
    received = receive(a_raw_concern(until="2026-03-30T09:00:00Z"), Caller(PROBATION, "a test"), Bundle(load()), START)
    assert received.kind == CONCERN


def a_raw_concern(**more: str) -> bytes:
    """A concern that probation tells the hostel."""
    data = {"identifiers": who()["identifiers"]} | a_concern(HOSTEL, reviewer=UNIT) | more
    return raw_update(PROBATION, CONCERN, data, uuid4(), START)


def test_the_ledger_says_why(scene: Scene) -> None:
    """Each retold disclosure stands in the entry of what caused it: agency, update, root, grounds, masks, reason."""
    with scene.partners.hub.store.writing() as unit:
        messages = {HOUSING: UUID(bytes=plans(scene.rows("feed"))[0]["message_id"])}
        entries = [orjson.loads(entry) for entry in unit.entries_telling(messages)]
    retold = [said for entry in entries for said in entry["retold"] if said["update"].startswith(PRISON)]
    assert [said["reason"] for said in retold] == ["snapshot", "access", "access"]
    assert all(set(said) == {"agency", "update", "root", "because", "masked", "reason"} for said in retold)
    assert [entry["kind"] for entry in entries] == [
        "trust.fact.confirmed",
        "trust.access.opened",
        "trust.access.opened",
    ]
