"""Through the doors: who is asked whether something is still so, what the answer reaches, and cases in a few words."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from typer.testing import CliRunner

from consumers.freshness import prompts
from consumers.practice import UnusablePractice
from hub.api.app import create_app
from hub.cli import terminal
from hub.cli.main import app as command
from hub.kit.opening import Kit
from integration.scene import Scene
from support.builders import a_contact_level, a_licence, a_score, an_appointment
from support.http import serving
from support.kits import opened, read_all, set_up, token
from support.partnership import DRUGS, HOUSING, POLICE, PROBATION, START, UNIT, Partnership, partnership

A_TEST = {"taken_on": "2026-03-01", "substance": "opiates", "result": "negative"}
LEVEL, RISK = "supervision.contact.stepped_up", "programme.risk.reassessed"


def levelled(scene: Scene) -> UUID:
    """Probation says how often the person is seen, and every view knows it; the message on probation's own feed."""
    update_id = uuid4()
    answer = scene.agency(PROBATION).publish(scene.raw(PROBATION, LEVEL, scene.person | a_contact_level(), update_id))
    assert answer.status_code == 200
    scene.p.hub.catch_up()
    return scene.alert_of(PROBATION, update_id, PROBATION)


def asked(scene: Scene, agency: str) -> list[dict[str, Any]]:
    """What an agency is asked."""
    found: list[dict[str, Any]] = scene.agency(agency).get("/v1/alerts").json()["prompts"]
    return found


def level(scene: Scene, agency: str) -> dict[str, Any]:
    """The level of contact in an agency's view."""
    facts = scene.agency(agency).get(f"/v1/cases/{scene.record_of(agency)}").json()["facts"]
    [found] = [fact for fact in facts if fact["fact"] == "contact"]
    return found


@pytest.mark.requirement("IX14")
def test_the_owner_is_asked_and_answers_with_one_click(scene: Scene) -> None:
    """28 days after probation set a level of contact it is asked, and nobody else is; that it is still so is an update
    that the police hear, whose view then says when the level was last confirmed. 28 days later probation is asked anew.
    """
    message = levelled(scene)
    scene.p.clock.turn(days=28)
    assert [asked(scene, agency) for agency in (PROBATION, POLICE, UNIT, HOUSING)] == [[], [], [], []]
    scene.p.clock.turn(days=1)
    [prompt] = asked(scene, PROBATION)
    assert [asked(scene, agency) for agency in (POLICE, UNIT, HOUSING)] == [[], [], []]
    assert prompt["past_age"] == {"days": 28, "pack": "staffordshire-2014", "version": 1}
    assert prompt["message_id"] == str(message)
    assert level(scene, POLICE)["past_age"] == prompt["past_age"]
    path = f"/v1/cases/{prompt['record']}/facts/{prompt['message_id']}/reaffirmation"
    answer = scene.agency(PROBATION).post(path)
    assert answer.status_code == 200
    assert scene.agency(PROBATION, sub="somebody else").post(path).json() == answer.json()
    scene.p.hub.catch_up()
    assert asked(scene, PROBATION) == []
    today = scene.p.clock.now().date().isoformat()
    for agency in (PROBATION, POLICE, UNIT):
        found = level(scene, agency)
        assert (found["last_confirmed"], found["past_age"], found["age_days"]) == (today, None, 29)
    assert [len(scene.p.told(each, "trust.update.reaffirmed")) for each in (PROBATION, POLICE, UNIT, HOUSING)] == [
        *(1, 1, 1, 0)
    ]
    scene.p.clock.turn(days=29)
    [again] = asked(scene, PROBATION)
    assert again["prompt_id"] != prompt["prompt_id"]


@pytest.mark.requirement("IX14")
def test_saying_it_anew_answers_too(scene: Scene) -> None:
    """A new level takes the place of the old one, and nothing is left to ask."""
    levelled(scene)
    scene.p.clock.turn(days=29)
    assert len(asked(scene, PROBATION)) == 1
    levelled(scene)
    assert asked(scene, PROBATION) == []


@pytest.mark.duty("D29")
@pytest.mark.parametrize("agency", [PROBATION, POLICE])
def test_what_it_is_not_told_changes_nothing_of_what_it_is_asked(scene: Scene, agency: str) -> None:
    """What is withheld from an agency, about this person and another, moves no byte of what it is asked."""
    levelled(scene)
    scene.p.clock.turn(days=29)
    before = scene.agency(agency).get("/v1/alerts").content
    other = scene.p.person(2)
    for who in (other, scene.person):
        scene.p.involve(who, DRUGS, ("drugs_alcohol",))
        scene.p.publish(DRUGS, "drugs_alcohol.test.taken", who | A_TEST)
    scene.p.hub.catch_up()
    assert scene.p.told(DRUGS, "drugs_alcohol.test.taken")
    assert scene.agency(agency).get("/v1/alerts").content == before


def test_a_pack_without_figures_asks_nobody(tmp_path: Path) -> None:
    """Which pack holds is a setting; one that cannot be used does not start the door, and says why."""
    with partnership(practice="fixed-flex-free") as p:
        app = create_app(p.hub)
        assert app.state.practice.pack == "fixed-flex-free"
    with partnership(practice="nowhere-1066") as p, pytest.raises(UnusablePractice, match="there is no such pack"):
        create_app(p.hub)


@pytest.mark.duty("D28")
def test_only_its_own_fact_is_an_agencys_to_reaffirm(scene: Scene) -> None:
    """Another's fact, an event of one's own and what does not exist are answered alike, and nothing is published."""
    levelled(scene)
    scene.p.clock.turn(days=29)
    arrest, rows = scene.arrested(), scene.rows()
    record = scene.record_of(POLICE)
    wrong = [level(scene, POLICE)["message_id"], scene.alert_of(POLICE, arrest), uuid4()]
    answers = [scene.agency(POLICE).post(f"/v1/cases/{record}/facts/{each}/reaffirmation") for each in wrong]
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert len({each.content for each in answers}) == 1
    elsewhere = scene.agency(POLICE).post(f"/v1/cases/{uuid4()}/facts/{wrong[0]}/reaffirmation")
    assert elsewhere.content == answers[0].content
    assert scene.rows()["received"] == rows["received"]
    reading = scene.agency(PROBATION, "read")
    own = level(scene, PROBATION)["message_id"]
    path = f"/v1/cases/{scene.record_of(PROBATION)}/facts/{own}/reaffirmation"
    assert reading.post(path).status_code == 403


@pytest.mark.duty("D12")
def test_nobody_reaffirms_what_another_said(scene: Scene) -> None:
    """Whoever sends such an update about another agency's word finds it held, and nobody hears of it."""
    levelled(scene)
    said = {"update": level(scene, POLICE)["message_id"], "author_role": "an officer"}
    assert scene.agency(POLICE).publish(scene.raw(POLICE, "trust.update.reaffirmed", said)).status_code == 200
    assert scene.p.told(PROBATION, "trust.update.reaffirmed") == []
    assert scene.p.told(POLICE, "trust.update.reaffirmed") == []


@pytest.mark.requirement("CV8")
def test_a_case_in_a_few_words(scene: Scene) -> None:
    """At the head of a case and in the list stand cohort, standing, age group, contact, licence and what is next, each
    as far as the agency was told; a list can be had of one cohort.
    """
    levelled(scene)
    licence, appointment = a_licence(ends_on="2026-12-24"), an_appointment()
    scene.p.publish(PROBATION, "supervision.licence.varied", scene.person | licence)
    scene.p.publish(PROBATION, "supervision.appointment.made", scene.person | appointment)
    scene.p.hub.catch_up()
    asking = scene.agency(PROBATION)
    case = asking.get(f"/v1/cases/{scene.record_of(PROBATION)}").json()
    decided = START.isoformat()
    assert case["programme"] == {
        "cohort": "Fixed",
        "since": decided,
        "statutory": True,
        "age_group": "adult",
        "left": False,
    }
    supervision = case["supervision"]
    assert (supervision["contact"], supervision["breach"]) == ("intensive", None)
    assert supervision["licence_ends_on"] == "2026-12-24"
    assert datetime.fromisoformat(supervision["next_appointment"]) == datetime.fromisoformat(appointment["starts_at"])
    [line] = asking.get("/v1/cases?cohort=Fixed").json()["cases"]
    assert (line["programme"], line["supervision"]) == (case["programme"], supervision)
    assert asking.get("/v1/cases?cohort=Free").json() == {"cases": []}
    [told] = scene.agency(HOUSING).get("/v1/cases").json()["cases"]
    assert told["supervision"]["contact"] is None


@pytest.fixture
def kit_says(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """What a command of the kit prints, on a wide screen."""

    def says(kit: Kit, *arguments: str) -> str:
        said = CliRunner().invoke(command, ["connect", *arguments, "--home", str(kit.home.folder)])
        assert said.exit_code == 0, said.output
        return said.output

    monkeypatch.setattr(terminal.out, "width", 400)
    yield says
    structlog.reset_defaults()  # the command line logs to what was its standard error


@pytest.mark.requirement("IX14")
def test_a_kit_asks_as_the_hub_does(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """A partner's own kit, which has folded the feed anew, asks word for word what the hub's own view would have it
    asked, and sends the answer.
    """
    partners.publish(PROBATION, LEVEL, person | a_contact_level())
    partners.publish(UNIT, RISK, person | a_score())
    partners.hub.catch_up()
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, PROBATION)
        with opened(home) as kit:
            read_all(kit)
            partners.clock.turn(days=29)
            home.keep_token(token(partners, PROBATION))
            [prompt] = kit.prompts(partners.clock.now().date(), 10)
            hosted = partners.hub.hosted[PROBATION].views
            assert prompts(hosted, kit.practice, partners.clock.now().date(), 10) == [prompt]
            assert "you last said how the level of contact stands" in prompt.question
            assert kit.hub.reaffirm(prompt.record, prompt.message_id)["id"]
            read_all(kit)
            assert kit.prompts(partners.clock.now().date(), 10) == []


def test_a_kit_shows_whom_it_asks(
    tmp_path: Path, partners: Partnership, person: dict[str, Any], kit_says: Callable[..., str]
) -> None:
    """The commands of the kit show the question, and each person's cohort and supervision."""
    partners.publish(PROBATION, LEVEL, person | a_contact_level())
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, PROBATION)
        with opened(home) as kit:
            read_all(kit)
        assert "Is it still so?" in kit_says(kit, "alerts")
        listed = kit_says(kit, "case", "--cohort", "Fixed")
        assert "Fixed, since 2026-03-02, statutory, adult" in listed
        assert "contact intensive" in listed
        assert "Fictional" not in kit_says(kit, "case", "--cohort", "Free")
        [record] = kit.hosted.views.records()
        assert "over 28 days: staffordshire-2014 1" in kit_says(kit, "case", str(record))
