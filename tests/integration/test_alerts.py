"""Alerts over HTTP: open until somebody has seen them, and who has seen them is the IOM unit's to know."""

from typing import Any

import pytest

from integration.scene import Scene
from support.builders import a_recall, a_reception
from support.partnership import EVERYONE, HOUSING, POLICE, PRISON, PROBATION, UNIT

KIND = "trust.alert.acknowledged"


def open_alerts(scene: Scene, agency: str) -> list[str]:
    """The ids of an agency's open alerts."""
    return [alert["alert_id"] for alert in scene.agency(agency).get("/v1/alerts").json()["alerts"]]


@pytest.mark.requirement("IX4")
def test_an_arrest_is_an_open_alert_of_those_who_were_told(scene: Scene) -> None:
    """An arrest is an open alert at each partner that was told, and says what not to do on it alone (D2)."""
    arrest = scene.arrested()
    for agency in (PROBATION, UNIT, HOUSING):
        assert open_alerts(scene, agency) == [str(scene.alert_of(agency, arrest))]
        [alert] = scene.agency(agency).get("/v1/alerts").json()["alerts"]
        assert (alert["about"], alert["certainty"], alert["acknowledged"]) == ("arrest", "provisional", False)
        assert "do not re-let" in alert["advice"]
        assert scene.agency(agency).get(f"/v1/alerts/{alert['alert_id']}").json() == alert


@pytest.mark.requirement("IX5")
def test_an_acknowledged_alert_leaves_the_open_list(scene: Scene) -> None:
    """Acknowledging gives a receipt; the alert is open no longer, stays readable, and others' stay open."""
    arrest = scene.arrested()
    alert = scene.alert_of(HOUSING, arrest)
    answer = scene.agency(HOUSING).post(f"/v1/alerts/{alert}/acknowledgement")
    assert answer.status_code == 200
    assert answer.json().keys() == {"v", "id", "fingerprint", "received_at"}
    scene.p.hub.catch_up()
    assert open_alerts(scene, HOUSING) == []
    assert scene.agency(HOUSING).get(f"/v1/alerts/{alert}").json()["acknowledged"] is True
    assert len(scene.agency(HOUSING).get("/v1/alerts", open=False).json()["alerts"]) == 1
    for other in (PROBATION, UNIT):
        assert open_alerts(scene, other) == [str(scene.alert_of(other, arrest))]


def test_acknowledging_twice_is_once(scene: Scene) -> None:
    """The second acknowledgement, by another person and an hour later, has the first one's receipt and no effect."""
    alert = scene.alert_of(HOUSING, scene.arrested())
    first = scene.agency(HOUSING).post(f"/v1/alerts/{alert}/acknowledgement")
    scene.p.hub.catch_up()
    rows = scene.rows()
    scene.p.clock.turn(hours=1)
    again = scene.agency(HOUSING, sub="somebody else").post(f"/v1/alerts/{alert}/acknowledgement")
    assert (again.status_code, again.content) == (200, first.content)
    assert scene.rows() == rows
    receipt = scene.agency(HOUSING).get(f"/v1/receipts/{first.json()['id']}")
    assert receipt.content == first.content


@pytest.mark.duty("D6")
def test_the_unit_is_told_who_acknowledged_and_nobody_else_is(scene: Scene) -> None:
    """The IOM unit hears which agency and which person; the agency keeps its own word; no other feed grows."""
    alert = scene.alert_of(HOUSING, scene.arrested())
    lengths = {agency: len(scene.p.told(agency)) for agency in EVERYONE}
    scene.agency(HOUSING, sub="H. Officer").post(f"/v1/alerts/{alert}/acknowledgement")
    grown = {agency for agency in EVERYONE if len(scene.p.told(agency)) > lengths[agency]}
    assert grown == {UNIT, HOUSING}
    [told] = scene.p.told(UNIT, KIND)
    assert (told["source"], told["by"]) == (HOUSING, "H. Officer")
    arrest_at_the_unit = scene.p.told(UNIT, "custody.person.arrested")[0]["message_id"]
    assert told["alert"] == arrest_at_the_unit, "the unit knows the alert by its own message"


def test_the_publisher_of_an_arrest_has_an_alert_of_its_own_words(scene: Scene) -> None:
    """The police, who work the case, have the alert whole: their own update came back on their own feed."""
    arrest = scene.arrested()
    [alert] = scene.agency(POLICE).get("/v1/alerts").json()["alerts"]
    assert alert["alert_id"] == str(scene.alert_of(POLICE, arrest))
    assert alert["told"]["alleged_offence"] == "burglary"


def test_alerts_come_newest_first_and_no_more_than_asked(scene: Scene) -> None:
    """The list gives the newest first, cut at the limit."""
    arrests = []
    for minute in range(4):
        scene.p.clock.turn(minutes=minute)
        arrests.append(str(scene.alert_of(PROBATION, scene.arrested())))
    assert open_alerts(scene, PROBATION) == arrests[::-1]
    newest = scene.agency(PROBATION).get("/v1/alerts", limit=2).json()["alerts"]
    assert [alert["alert_id"] for alert in newest] == arrests[:1:-1]


def test_an_acknowledgement_needs_the_right_to_publish(scene: Scene) -> None:
    """A token that may only read acknowledges nothing."""
    alert = scene.alert_of(HOUSING, scene.arrested())
    assert scene.agency(HOUSING, "read").post(f"/v1/alerts/{alert}/acknowledgement").status_code == 403
    assert open_alerts(scene, HOUSING) == [str(alert)]


@pytest.mark.duty("D3")
@pytest.mark.parametrize("seen", [False, True])
def test_somebody_is_sought_again_once_a_reception_is_taken_back(scene: Scene, seen: bool) -> None:
    """A recall that a reception ended is told no more by its alert, its case view or the explanations of either. Once
    the reception is withdrawn, all of it is there again; whoever had seen the alert sees it anew, and says so anew.
    """
    scene.p.involve(scene.person, PRISON)
    recall = scene.p.publish(PROBATION, "custody.person.recalled", scene.person | a_recall())
    alert = str(scene.alert_of(POLICE, recall, PROBATION))
    said = read(scene, alert)
    if seen:
        scene.agency(POLICE).post(f"/v1/alerts/{alert}/acknowledgement")
    reception = scene.p.publish(PRISON, "custody.person.received", scene.person | a_reception(reason="recall"))
    over, fact, cells = read(scene, alert)
    assert (over["headline"], over["told"], fact) == ("No longer sought (recall): Fictional Testcase-1", {}, None)
    assert cells < said[2]
    scene.p.publish(PRISON, "trust.update.withdrawn", {"update": str(reception), "reason": "recorded_in_error"})
    again = read(scene, alert)
    assert again == ({**said[0], "resumed": over["over"]}, *said[1:])
    assert alert in open_alerts(scene, POLICE)
    scene.agency(POLICE).post(f"/v1/alerts/{alert}/acknowledgement")
    scene.p.hub.catch_up()
    assert alert not in open_alerts(scene, POLICE)


def read(scene: Scene, alert: str) -> tuple[Any, Any, set[str]]:
    """What the police read: the alert, the fact that somebody is recalled, and of which fields they may ask why."""
    scene.p.hub.catch_up()
    police = scene.agency(POLICE)
    [case] = police.get("/v1/cases").json()["cases"]
    facts = police.get(f"/v1/cases/{case['record']}").json()["facts"]
    cells = police.get(f"/v1/alerts/{alert}/explanation").json()["cells"]
    fact = next((each for each in facts if each["fact"] == "recall"), None)
    return police.get(f"/v1/alerts/{alert}").json(), fact, {cell["field"] for cell in cells}
