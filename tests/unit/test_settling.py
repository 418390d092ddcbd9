"""Settling: an arrest or a release is provisional, and what becomes of it reaches exactly those who were told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from hub.timers import fire_due
from support.builders import a_consent, a_reception, a_release, an_arrest, an_outcome
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
)

ARREST, RELEASE = "custody.person.arrested", "custody.person.released"
CONFIRMED, WITHDRAWN = "trust.update.confirmed", "trust.update.withdrawn"
STRUCTURE = {"message_id", "kind", "bundle", "record"}


@pytest.fixture(name="scene")
def _scene() -> Iterator[tuple[Partnership, dict[str, Any]]]:
    """One person, worked by everybody; the hostel by consent."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL))
        for agency in (POLICE, PROBATION, PRISON):
            partners.involve(someone, agency)
        for agency, pathway in ((HOUSING, "accommodation"), (HOSTEL, "accommodation"), (DRUGS, "drugs_alcohol")):
            partners.involve(someone, agency, (pathway,))
        yield partners, someone


def settled(partners: Partnership, minutes: float = 45) -> None:
    partners.clock.turn(minutes=minutes)
    fire_due(partners.hub.acceptor)


def alerts(partners: Partnership, agency: str) -> list[dict[str, Any]]:
    """An agency's open alerts, the newest first."""
    partners.hub.catch_up()
    return [orjson.loads(row.body) for row in partners.hub.hosted[agency].views.alerts(open_only=True, limit=50)]


def facts(partners: Partnership, agency: str) -> dict[str, dict[str, Any]]:
    """Everything an agency's view holds of its one person, by the name of the fact."""
    partners.hub.catch_up()
    views = partners.hub.hosted[agency].views
    return {row.fact: orjson.loads(row.body) for record in views.records() for row in views.facts(record)}


def told_of(partners: Partnership, kind: str) -> set[str]:
    return {agency for agency in EVERYONE if partners.told(agency, kind)}


@pytest.mark.duty("D2")
def test_an_alert_is_provisional_and_says_what_not_to_do(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Everyone who is told of an arrest hears that it is provisional, and when it will be looked at again."""
    partners, someone = scene
    partners.publish(POLICE, ARREST, someone | an_arrest())
    for agency in (PROBATION, HOUSING, HOSTEL, DRUGS):
        [alert] = alerts(partners, agency)
        assert (alert["about"], alert["certainty"]) == ("arrest", "provisional")
        assert "do not re-let" in alert["advice"]
        assert alert["told"]["settles_at"] == (partners.clock.now() + timedelta(minutes=45)).isoformat()


@pytest.mark.duty("D2")
def test_the_hub_confirms_once_to_exactly_those_who_were_told(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Nothing before the settling time; then one confirmation for each that was told of the arrest, and no more."""
    partners, someone = scene
    partners.publish(POLICE, ARREST, someone | an_arrest())
    settled(partners, minutes=44)
    assert told_of(partners, CONFIRMED) == set()
    for _ in range(3):
        settled(partners, minutes=1)
    assert told_of(partners, CONFIRMED) == told_of(partners, ARREST) == set(EVERYONE) - {PRISON}
    for agency in told_of(partners, CONFIRMED):
        assert len(partners.told(agency, CONFIRMED)) == 1
    [alert] = alerts(partners, HOUSING)
    assert (alert["certainty"], alert["advice"]) == ("confirmed", None)


@pytest.mark.duty("D1")
def test_where_the_ground_has_lapsed_it_says_only_that_it_stands(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """The hostel, whose consent was withdrawn meanwhile, hears that the arrest stands, and not one field more."""
    partners, someone = scene
    partners.publish(POLICE, ARREST, someone | an_arrest())
    partners.publish(PROBATION, "trust.consent.withdrawn", someone)
    settled(partners)
    [confirmed] = partners.told(HOSTEL, CONFIRMED)
    assert set(confirmed) - STRUCTURE == {"update", "stands"}
    assert confirmed["stands"] == "confirmed"


@pytest.mark.duty("D2")
def test_a_release_that_is_undone_is_withdrawn(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Released, and in prison again twenty minutes later: the alert no longer stands, for exactly those who had it."""
    partners, someone = scene
    partners.publish(PRISON, RELEASE, someone | a_release())
    partners.clock.turn(minutes=20)
    partners.publish(PRISON, "custody.person.received", someone | a_reception())
    told = told_of(partners, RELEASE) | {HOUSING, HOSTEL}  # these keep no history: theirs was dropped by the reception
    settled(partners, minutes=25)
    assert told_of(partners, WITHDRAWN) == told
    assert told_of(partners, CONFIRMED) == set()
    withdrawn = [alert for alert in alerts(partners, PROBATION) if alert["about"] == "release"]
    assert [(alert["certainty"], alert["told"]) for alert in withdrawn] == [("withdrawn", {})]


def test_a_recall_on_the_day_does_not_undo_the_release(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """Recalled twenty minutes after a release: the release was real."""
    partners, someone = scene
    partners.publish(PRISON, RELEASE, someone | a_release())
    partners.clock.turn(minutes=20)
    partners.publish(PRISON, "custody.person.received", someone | a_reception(reason="recall"))
    settled(partners, minutes=25)
    assert PROBATION in told_of(partners, CONFIRMED)
    assert told_of(partners, WITHDRAWN) == set()


def test_what_its_publisher_withdrew_is_not_confirmed(scene: tuple[Partnership, dict[str, Any]]) -> None:
    """The police take an arrest back within the time: everyone told hears so, and the hub confirms nothing."""
    partners, someone = scene
    arrest = partners.publish(POLICE, ARREST, someone | an_arrest())
    partners.publish(POLICE, WITHDRAWN, {"update": str(arrest), "reason": "recorded_in_error"})
    settled(partners)
    assert told_of(partners, CONFIRMED) == set()
    assert told_of(partners, WITHDRAWN) == set(EVERYONE) - {PRISON}


@pytest.mark.duty("D1")
def test_no_further_action_leaves_no_trace_with_those_who_keep_no_history(
    scene: tuple[Partnership, dict[str, Any]],
) -> None:
    """Housing's feed keeps the header and its view nothing; police and probation keep how it ended."""
    partners, someone = scene
    arrest = partners.publish(POLICE, ARREST, someone | an_arrest())
    for agency in (HOUSING, PROBATION):
        assert facts(partners, agency)["custody"]["kind"] == ARREST
    partners.publish(POLICE, "custody.person.left", an_outcome(arrest))
    assert partners.told(HOUSING, ARREST) == []
    assert "custody" not in facts(partners, HOUSING)
    assert facts(partners, PROBATION)["custody"]["told"]["outcome"] == "no_further_action"
    assert partners.hub.verify().sound


@pytest.mark.duty("D1")
def test_a_charge_tells_the_charge_to_justice_and_the_state_to_the_others(
    scene: tuple[Partnership, dict[str, Any]],
) -> None:
    """Probation hears the charge and the court's date; housing only whether custody goes on."""
    partners, someone = scene
    arrest = partners.publish(POLICE, ARREST, someone | an_arrest())
    partners.publish(
        POLICE, "custody.person.left", an_outcome(arrest, "remanded", charge="theft", court_on="2026-03-09")
    )
    probation, housing = (facts(partners, agency)["custody"]["told"] for agency in (PROBATION, HOUSING))
    assert (probation["outcome"], probation["charge"], probation["court_on"]) == ("remanded", "theft", "2026-03-09")
    assert housing["in_custody"] is True
    assert not {"outcome", "charge", "court_on"} & set(housing)


@pytest.mark.requirement("IX8")
@pytest.mark.duty("D6")
def test_an_acknowledgement_closes_the_alert_and_reaches_the_iom_unit_only(
    scene: tuple[Partnership, dict[str, Any]],
) -> None:
    """Housing acknowledges: its alert closes, the IOM unit is told by whom, and nobody else hears of it."""
    partners, someone = scene
    partners.publish(POLICE, ARREST, someone | an_arrest())
    [alert] = alerts(partners, HOUSING)
    partners.publish(HOUSING, "trust.alert.acknowledged", {"alert": alert["alert_id"], "by": "A Housing Officer"})
    assert alerts(partners, HOUSING) == []
    assert told_of(partners, "trust.alert.acknowledged") == {HOUSING, UNIT}
    assert len(alerts(partners, DRUGS)) == 1


@pytest.mark.duty("D29")
@pytest.mark.parametrize("handling", ["normal", "restricted"])
def test_no_number_of_arrests_hides_that_a_release_was_undone(
    scene: tuple[Partnership, dict[str, Any]], handling: str
) -> None:
    """A release, a reception a minute later, a dozen arrests, told to housing or not: the release is withdrawn."""
    partners, someone = scene
    partners.publish(PRISON, RELEASE, someone | a_release())
    partners.clock.turn(minutes=1)
    partners.publish(PRISON, "custody.person.received", someone | a_reception())
    for _ in range(12):
        partners.clock.turn(minutes=1)
        partners.publish(POLICE, ARREST, someone | an_arrest(handling=handling))
    partners.clock.turn(minutes=32)
    fire_due(partners.hub.acceptor)
    assert [each["stands"] for each in partners.told(HOUSING, WITHDRAWN)] == ["no_longer_stands"]
    assert partners.told(HOUSING, CONFIRMED) == []
