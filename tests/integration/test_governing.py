"""Governing: which rules are in force, from when, what is done about a bundle that may not be, and what stays."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from access_policies.compiling import Bundle
from hub.api.app import ALARM
from hub.bootstrap import last_bundle
from hub.governing import NoSuchBundle
from hub.installing import past
from hub.ports import TryLater
from hub.receiving import Caller, Refused, receive
from hub.telemetry import ALLOWED
from integration.scene import Scene
from support.partnership import HOSTEL, HOUSING, POLICE, PROBATION, UNIT
from support.signing import (
    GOVERNANCE,
    OWNER,
    govern,
    joined,
    reworded,
    shipped,
    signed,
    suspended,
    without,
)

ARREST = "custody.person.arrested"
NARROWED = without(ARREST, "tenancy")
"""Housing is told no arrests any more."""
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)
TAMPERED = signed(2, NARROWED).replace("A", "B", 1)


def version(scene: Scene) -> int:
    """The version in force."""
    return scene.p.hub.governing.in_force.version


def verbs(scene: Scene) -> list[str]:
    """What the ledger is about, entry by entry."""
    return [record["verb"] for record in scene.ledger()]


def test_a_bundle_is_entered_before_anything_is_decided_by_it(scene: Scene) -> None:
    """The ledger begins with the policies: version, digest, time and signers; then come the decisions by them."""
    first = scene.ledger()[0]
    assert (first["verb"], first["version"], first["digest"]) == ("policies", 1, scene.p.hub.bundle.digest)
    assert first["effective_from"] == "2020-01-01T00:00:00Z"
    assert [name.partition("/")[0] for name in first["signed_by"]] == [GOVERNANCE, OWNER]
    assert verbs(scene).count("policies") == 1


@pytest.mark.duty("D14")
def test_the_next_update_is_decided_by_the_new_rules(scene: Scene) -> None:
    """A narrowed rule holds from the next update on: housing keeps what it was told and is told no more."""
    scene.arrested()
    scene.p.governed_by(signed(2, NARROWED))
    scene.arrested()
    assert version(scene) == 2
    assert len(scene.p.told(HOUSING, ARREST)) == 1
    assert [told["bundle"] for told in scene.p.told(PROBATION, ARREST)] == [
        Bundle(shipped()).digest,
        Bundle(NARROWED).digest,
    ]
    assert scene.p.hub.verify().problems == []


def test_a_refused_bundle_raises_an_alarm_and_changes_nothing(scene: Scene) -> None:
    """The last good bundle stays in force; the hub knows in a sentence what is wrong, health tells anybody no more than
    that something is, the log has listed keys only; a good bundle ends the alarm.
    """
    with capture_logs() as lines:
        scene.p.governed_by(TAMPERED)
        scene.p.hub.governing.look()
    health = scene.door.request("GET", "/health").json()
    assert health["policies"] == Bundle(shipped()).digest
    assert "policies.jws.json: the signature" in str(scene.p.hub.governing.alarm)
    assert health["policies_alarm"] == ALARM
    [line] = [line for line in lines if line["event"] == "policies_refused"]
    assert set(line) - {"log_level"} <= ALLOWED
    scene.arrested()
    assert len(scene.p.told(HOUSING, ARREST)) == 1
    scene.p.governed_by(signed(2, NARROWED))
    assert scene.door.request("GET", "/health").json()["policies_alarm"] is None


def test_a_file_that_goes_away_changes_nothing(scene: Scene) -> None:
    """What is in force is kept in the store: without the file it stays, and nobody is alarmed."""
    (scene.p.settings.home / "policies.jws.json").unlink()
    scene.p.hub.governing.look()
    assert (version(scene), scene.p.hub.governing.alarm) == (1, None)


def test_a_file_that_cannot_be_read_is_alarming(scene: Scene) -> None:
    """A folder in the place of the file, or a signers' file that is spoiled, is told, not passed over."""
    file = scene.p.settings.home / "policies.jws.json"
    file.unlink()
    file.mkdir()
    scene.p.hub.governing.look()
    assert "may not read it" in str(scene.p.hub.governing.alarm)
    file.rmdir()
    govern(scene.p.settings.home, signed(1))
    (scene.p.settings.home / "signers.yaml").write_text("needs: 0\nroles: {}\n")
    scene.p.hub.governing.look()
    assert "signers.yaml:1: needs is a number" in str(scene.p.hub.governing.alarm)


def test_it_waits_for_its_time(scene: Scene) -> None:
    """A bundle that holds from noon is taken up at noon, without anybody touching the file; a changed mind counts."""
    noon = scene.p.clock.now() + timedelta(hours=3)
    scene.p.governed_by(signed(2, NARROWED, noon))
    assert (version(scene), scene.p.hub.governing.alarm) == (1, None)
    scene.p.clock.turn(hours=2, minutes=59)
    scene.p.hub.governing.look()
    assert version(scene) == 1
    scene.p.clock.turn(minutes=1)
    scene.p.hub.governing.look()
    assert version(scene) == 2


def test_the_look_out_runs_by_itself(scene: Scene) -> None:
    """A running hub takes a bundle up within seconds, and nobody has to tell it."""
    scene.p.hub.start()
    until = scene.p.hub.store.version
    govern(scene.p.settings.home, signed(2, NARROWED))
    for _ in range(20):
        if version(scene) == 2:
            break
        until = scene.p.hub.store.wait(until, 0.5)
    assert version(scene) == 2


def test_a_lower_version_is_never_taken_back(scene: Scene) -> None:
    """The file of an earlier day, put back, is refused, even one that was in force and is signed by all."""
    scene.p.governed_by(signed(2, NARROWED))
    scene.p.governed_by(signed(1))
    assert version(scene) == 2
    assert "its version 1 is lower than 2" in str(scene.p.hub.governing.alarm)


def test_the_undo_is_a_new_version(scene: Scene) -> None:
    """The rules of version 1 come back as version 3, signed like any other; decisions have the digest of the first."""
    scene.p.governed_by(signed(2, NARROWED))
    row = last_bundle(scene.p.settings, 1)
    assert row is not None
    unsigned = past(row, 3, scene.p.clock.now())
    scene.p.governed_by(unsigned)
    assert version(scene) == 2
    scene.p.governed_by(signed(3, shipped(), scene.p.clock.now()))
    scene.arrested()
    assert len(scene.p.told(HOUSING, ARREST)) == 1
    assert scene.p.told(HOUSING, ARREST)[0]["bundle"] == row.digest
    assert scene.p.hub.verify().problems == []


def test_what_was_received_before_is_decided_by_the_new_rules(scene: Scene) -> None:
    """An update that was received under the old bundle and is accepted under the new one is told by the new."""
    early = receive(scene.arrest(), Caller(POLICE, "a test"), scene.p.hub.bundle, scene.p.clock.now())
    scene.p.governed_by(signed(2, NARROWED))
    scene.p.hub.acceptor.accept([early])
    assert scene.p.told(HOUSING, ARREST) == []
    assert scene.p.told(PROBATION, ARREST)[-1]["bundle"] == Bundle(NARROWED).digest


def test_who_may_no_longer_publish_is_refused_though_received_before(scene: Scene) -> None:
    """An update of an agency that was suspended between receiving and accepting is refused; nothing of it is kept, and
    the others of its batch stand.
    """
    now, hub = scene.p.clock.now(), scene.p.hub
    early = receive(scene.arrest(), Caller(POLICE, "a test"), hub.bundle, now)
    score = {"method": "staffordshire-2014", "score": 24, "band": "medium", "in_prison": False, "deselected": False}
    raw = scene.raw(UNIT, "programme.risk.reassessed", {**scene.person, **score, "wanted": False})
    other = receive(raw, Caller(UNIT, "a test"), hub.bundle, now)
    scene.p.governed_by(signed(2, suspended(POLICE)))
    refused, receipt = hub.commits.accept([early, other])
    assert isinstance(refused, Refused)
    assert not isinstance(receipt, Exception)
    assert hub.store.received(early.key) is None
    assert hub.store.received(other.key) is not None
    assert hub.verify().problems == []


def test_a_partner_that_joins_is_served_at_once(scene: Scene) -> None:
    """A partner that a later bundle adds has its feed, its views and its door without a restart."""
    joining = "eastshire-housing"
    scene.p.hub.catch_up()
    assert scene.agency(joining).get("/v1/cases").status_code == 401
    scene.p.governed_by(signed(2, joined(joining, HOUSING)))
    assert scene.agency(joining).get("/v1/cases").json() == {"cases": []}
    scene.p.involve(scene.person, joining, ("accommodation",))
    scene.arrested()
    [case] = scene.agency(joining).get("/v1/cases").json()["cases"]
    assert case["record"]
    scene.p.governed_by(signed(3, shipped()))
    assert scene.agency(joining).get("/v1/cases").status_code == 401


@pytest.mark.duty("D28")
def test_a_decision_is_explained_under_its_own_rules(scene: Scene) -> None:
    """After the rules have changed, what was decided before is explained by the clause that decided it, and what comes
    after by the new rules; so is what a partner holds.
    """
    changed = reworded("tenancy", "Another reason.", without(ARREST, "housing-agreed-charity-hostel"))
    updates = [scene.arrested()]
    scene.p.governed_by(signed(2, changed))
    held = [_held_by_housing(scene, updates[0])]
    scene.p.clock.turn(minutes=1)
    updates.append(scene.arrested())
    held.append(_held_by_housing(scene, updates[1]))
    reasons = ("tenancy: A tenancy is kept", "tenancy: Another reason.")
    for update, rules, reason in zip(updates, (shipped(), changed), reasons, strict=True):
        said = scene.agency(UNIT, "ig").get(f"/v1/policies/decisions/{POLICE}/{update}").json()
        assert said["decided_under"] == Bundle(rules).digest
        told, withheld = (_person_of(said["partners"][agency]) for agency in (HOUSING, HOSTEL))
        assert (told["outcome"], withheld["outcome"]) == ("told", "withheld")
        assert told["reason"].startswith(reason)
        assert ("housing-agreed-charity-hostel" in withheld["reason"]) == (rules is not changed)
        assert all(cell["reason"].startswith(reason) for cell in held.pop(0))


def _person_of(cells: list[dict[str, str]]) -> dict[str, str]:
    return next(cell for cell in cells if cell["field"] == "person")


def _held_by_housing(scene: Scene, update: UUID) -> list[dict[str, str]]:
    answer = scene.agency(HOUSING).get(f"/v1/policies/explanations/{scene.alert_of(HOUSING, update)}")
    cells: list[dict[str, str]] = answer.json()["cells"]
    return cells


def test_a_bundle_of_the_past_is_found_by_its_digest(scene: Scene) -> None:
    """Every bundle that was in force opens by its digest, and no other does."""
    scene.p.governed_by(signed(2, NARROWED))
    for rules in (shipped(), NARROWED):
        assert scene.p.hub.governing.bundle_of(Bundle(rules).digest).policies.model_dump() == rules.model_dump()
    with pytest.raises(NoSuchBundle):
        scene.p.hub.governing.bundle_of("0" * 64)


def test_a_full_disk_keeps_the_old_rules(scene: Scene) -> None:
    """When the bundle cannot be kept it is not in force either; once there is room it is taken up, even when it had
    waited for its time before.
    """
    scene.p.governed_by(signed(2, NARROWED, scene.p.clock.now() + timedelta(minutes=1)))
    scene.p.clock.turn(minutes=2)
    with scene.full(), pytest.raises(TryLater):
        scene.p.hub.governing.look()
    assert version(scene) == 1
    scene.p.hub.governing.look()
    assert version(scene) == 2
