"""A view that has closed answers like one that there never was: in the list, by its id, and for its alerts."""

from uuid import uuid4

import pytest

from hub.timers import fire_due
from integration.scene import Scene
from support.partnership import HOUSING, PROBATION, UNIT


@pytest.mark.duty("D15")
@pytest.mark.duty("D29")
def test_a_closed_case_is_answered_like_an_unknown_one(scene: Scene) -> None:
    """Thirty days after housing left the case it has neither the case nor its alert, and probation has both."""
    arrest = scene.arrested()
    record, alert = scene.record_of(HOUSING), scene.alert_of(HOUSING, arrest)
    scene.p.publish(UNIT, "programme.agency.withdrew", {**scene.person, "agency": HOUSING})
    housing = scene.agency(HOUSING)
    assert housing.get(f"/v1/cases/{record}").status_code == 200
    scene.p.clock.turn(days=31)
    while fire_due(scene.p.hub.acceptor):
        pass
    scene.p.hub.catch_up()
    housing = scene.agency(HOUSING)
    assert housing.get("/v1/cases").json() == {"cases": []}
    assert housing.get("/v1/alerts?open=false").json() == {"alerts": [], "prompts": []}
    for closed, unknown in (("/v1/cases/{}", record), ("/v1/alerts/{}", alert)):
        there, nowhere = housing.get(closed.format(unknown)), housing.get(closed.format(uuid4()))
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
        assert there.status_code == 404
    assert len(scene.agency(PROBATION).get("/v1/cases").json()["cases"]) == 1
