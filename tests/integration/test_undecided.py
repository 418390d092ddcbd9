"""A bundle that is older than a kind or a field: the hub starts, and both stay closed until somebody decides."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from access_policies.reading import UnusablePolicies
from hub.bootstrap import open_hub
from hub.cli.lookout import answer
from hub.telemetry import ALLOWED
from integration.scene import Scene
from support.http import Door
from support.partnership import POLICE, PROBATION, Partnership
from support.signing import before_field, before_kind, shipped, signed

ARREST, CHARGED = "custody.person.arrested", "custody.person.charged"
CHARGE = {"author_role": "custody sergeant", "charged_at": "2026-02-06T10:30:00Z", "charge": "burglary"}
"""By post: it follows no arrest."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A hub whose bundle was signed before anybody could be charged."""
    partners = Partnership(tmp_path, policies=before_kind(CHARGED))
    with Door(partners.hub) as door:
        yield Scene.set(partners, door)
    partners.hub.close()


def charged(scene: Scene) -> bytes:
    """The person of the scene is charged."""
    return scene.raw(POLICE, CHARGED, scene.person | CHARGE)


def degraded(scene: Scene) -> list[str]:
    """What `/ready` says of a hub that is ready."""
    status, _, said = answer(scene.p.hub, "/ready")
    assert status == 200
    return list(json.loads(said)["degraded"])


def test_a_kind_without_a_policy_is_published_by_nobody(scene: Scene) -> None:
    """Its publisher hears which rule is broken and where, as anybody does; nothing is kept, and nobody told."""
    rows = scene.rows()
    for agency in (POLICE, PROBATION):
        refused = scene.agency(agency).publish(scene.raw(agency, CHARGED, scene.person | CHARGE))
        assert refused.status_code == 422
        [problem] = refused.json()["errors"]
        assert (problem["path"], problem["rule"]) == ("type", "no_policy")
        assert "nobody may publish it yet" in problem["message"]
    assert scene.rows() == rows


def test_everything_else_works(scene: Scene) -> None:
    """An arrest is told and raises its alert as ever, in the same batch as what is refused."""
    results = scene.agency(POLICE).publish_lines([charged(scene), scene.arrest()])
    assert [*results[0], *results[1]] == ["problem", "receipt"]
    scene.p.hub.catch_up()
    assert len(scene.p.told(PROBATION, ARREST)) == 1
    assert scene.agency(PROBATION).get("/v1/alerts").json()["alerts"]
    assert scene.p.hub.verify().problems == []


def test_the_hub_says_what_nobody_has_decided_on(scene: Scene) -> None:
    """Its log, `/ready` and its figures say so; the API lists only kinds that somebody may be told of."""
    scene.p.hub.close()
    with capture_logs() as logs:
        again = open_hub(scene.p.settings, clock=scene.p.clock)
    [said] = [line for line in logs if line["event"] == "policies_undecided"]
    assert (said["log_level"], said["path"]) == ("warning", CHARGED)
    assert said.keys() - {"log_level"} <= ALLOWED
    scene.p.hub = scene.door.hub = scene.door.app.state.hub = again
    assert degraded(scene) == ["undecided"]
    assert b'iom_hub_alarms{kind="undecided"} 1.0' in again.meters.text()
    kinds = scene.agency(POLICE).get("/v1/policies").json()["kinds"]
    assert CHARGED not in kinds
    assert ARREST in kinds
    assert scene.agency(POLICE).get(f"/v1/policies/kinds/{CHARGED}").status_code == 404


def test_the_next_bundle_mends_it_without_a_restart(scene: Scene) -> None:
    """Once a bundle that decides on the kind is in force, it is published and told like any other."""
    scene.p.governed_by(signed(2, shipped()))
    assert degraded(scene) == []
    assert scene.agency(POLICE).publish(charged(scene)).status_code == 200
    assert [told["charge"] for told in scene.p.told(PROBATION, CHARGED)] == ["burglary"]


def test_what_was_decided_on_stays_decided(scene: Scene) -> None:
    """A newer bundle that forgets a kind is refused, and the one before stays in force: those who were told of such an
    update hear what becomes of it. One that leaves open what was open before will do.
    """
    scene.p.governed_by(signed(2, shipped()))
    scene.p.governed_by(signed(3, before_kind(CHARGED)))
    governing = scene.p.hub.governing
    assert governing.in_force.version == 2
    assert governing.alarm == (
        f"policies.jws.json: it does not decide on {CHARGED}, as version 2 does; mend the draft, then make, sign and "
        "install a bundle anew: `iom-hub policy bundle`"
    )


def test_a_bundle_may_leave_open_what_the_one_before_left_open(scene: Scene) -> None:
    """An agency can be suspended at once, with the tools of before, while a new kind waits for its policy."""
    older = before_kind(CHARGED)
    partners = older.partners | {POLICE: older.partners[POLICE].model_copy(update={"suspended": True})}
    scene.p.governed_by(signed(2, older.model_copy(update={"partners": partners})))
    assert (scene.p.hub.governing.in_force.version, scene.p.hub.governing.alarm) == (2, None)
    assert scene.agency(POLICE).publish(scene.arrest()).status_code == 401


def test_a_field_that_came_later_is_withheld_from_everybody(tmp_path: Path) -> None:
    """It may be sent, and nobody is told it, not even by its publisher's own copy, until a bundle decides on it."""
    partners = Partnership(tmp_path, policies=before_field(ARREST, "station"))
    with Door(partners.hub) as door:
        scene = Scene.set(partners, door)
        assert degraded(scene) == ["undecided"]
        scene.arrested()
        told = [record for agency in (POLICE, PROBATION) for record in partners.told(agency, ARREST)]
        assert [(len(told), "station" in record) for record in told] == [(2, False), (2, False)]
        partners.governed_by(signed(2, shipped()))
        scene.arrested()
        told = [partners.told(agency, ARREST)[-1] for agency in (POLICE, PROBATION)]
        assert all("station" in record for record in told)
        assert partners.hub.verify().problems == []
    partners.hub.close()


@pytest.mark.parametrize("unknown", ["kind", "field"])
def test_a_bundle_of_a_newer_hub_starts_no_older_one(tmp_path: Path, unknown: str) -> None:
    """Rules for a kind or a field that this hub does not have are rules that it cannot keep."""
    policy = shipped().kinds[ARREST]
    if unknown == "kind":
        more = {"custody.person.counted": policy.model_copy(update={"kind": "custody.person.counted"})}
    else:
        fields = {**policy.fields, "cell": policy.fields["station"]}
        more = {ARREST: policy.model_copy(update={"fields": fields})}
    newer = shipped().model_copy(update={"kinds": shipped().kinds | more})
    with pytest.raises(UnusablePolicies, match=f"no {unknown} '"):
        Partnership(tmp_path, policies=newer)
