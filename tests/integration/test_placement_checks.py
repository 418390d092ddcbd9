"""Placement checks over HTTP (D10): two words, the same whoever lives there, and the ledger's entry first."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from hub.timers import fire_due
from integration.scene import Scene
from support.builders import a_limit, a_placement
from support.http import JSON
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, UNIT

CHECK = "/v1/placements/check"
LIMIT, STARTED = "accommodation.placement.limited", "accommodation.placement.started"


def question(scene: Scene, **more: Any) -> dict[str, Any]:
    """Housing asks about the person of the scene."""
    scene.p.hub.catch_up()
    lines = scene.agency(HOUSING).get("/v1/cases").json()["cases"]
    [record] = [str(line["record"]) for line in lines if line["person"] == "Fictional Testcase-1"]
    return {"record": record, "place": "flat-7", "postcode": "ZZ1 1ZZ"} | more


def ask(scene: Scene, agency: str = HOUSING, **more: Any) -> Any:
    """The answer to an agency's question, as it comes."""
    return scene.agency(agency).post(CHECK, orjson.dumps(question(scene, **more)), JSON)


def answer(scene: Scene, **more: Any) -> tuple[str, str]:
    """The two words."""
    found = ask(scene, **more)
    assert found.status_code == 200, found.text
    assert found.json().keys() == {"placing", "address"}
    return found.json()["placing"], found.json()["address"]


@pytest.mark.requirement("CV15")
@pytest.mark.duty("D10")
def test_the_words_follow_the_limit(scene: Scene) -> None:
    """With a limit the coordinator is asked and an address in the area is not suitable, until it is taken back."""
    assert answer(scene) == ("suitable", "suitable")
    limit = scene.p.publish(UNIT, LIMIT, scene.person | a_limit())
    assert answer(scene) == ("ask_the_coordinator", "suitable")
    assert answer(scene, postcode="ZZ9 1ZZ") == ("ask_the_coordinator", "not_suitable")
    scene.p.publish(UNIT, "trust.update.withdrawn", {"update": str(limit), "reason": "recorded_in_error"})
    assert answer(scene, postcode="ZZ9 1ZZ") == ("suitable", "suitable")


@pytest.mark.duty("D10")
@pytest.mark.duty("D19")
@pytest.mark.parametrize("limited", [False, True])
def test_it_is_the_same_whoever_lives_there_and_when_nobody_does(scene: Scene, limited: bool) -> None:
    """Two people who must be kept apart each have a limit of their own. Whether the other is placed there, placed
    elsewhere or not placed at all, the answer about this one is byte for byte the same, and names and counts nobody.
    """
    other = scene.p.person(2)
    scene.p.involve(other, HOUSING, ("accommodation",))
    if limited:
        scene.p.publish(UNIT, LIMIT, scene.person | a_limit())
    empty = ask(scene)
    scene.p.publish(UNIT, LIMIT, other | a_limit())
    scene.p.publish(HOUSING, STARTED, other | a_placement(place="flat-7"))
    full = ask(scene)
    assert (full.content, full.headers.raw) == (empty.content, empty.headers.raw)
    assert b"Testcase" not in full.content


@pytest.mark.duty("D10")
def test_who_houses_people_is_never_told_the_limit(scene: Scene) -> None:
    """Neither the fact nor the area reaches housing's feed: it asks, and hears two words."""
    scene.p.publish(UNIT, LIMIT, scene.person | a_limit())
    assert scene.p.told(HOUSING, LIMIT) == []
    [told] = scene.p.told(POLICE, LIMIT)
    assert told["not_within"] == ["ZZ9"]


@pytest.mark.duty("D15")
def test_a_closed_case_changes_no_answer(scene: Scene) -> None:
    """A restriction that shuts housing out is not to be learned by asking: the limit goes on answering."""
    scene.p.publish(UNIT, LIMIT, scene.person | a_limit())
    before = ask(scene)
    closed = {"restriction": "victim_safety", "open_to": [POLICE, UNIT], "set_by": "A Detective"}
    scene.p.publish(POLICE, "trust.restriction.set", scene.person | closed | {"review_on": "2026-06-01"})
    after = ask(scene)
    assert (after.status_code, after.content) == (before.status_code, before.content)


@pytest.mark.duty("D28")
@pytest.mark.duty("D29")
def test_somebody_elses_people_are_as_if_they_did_not_exist(scene: Scene) -> None:
    """A record that is another agency's is answered like one that nobody has; so is one of a person unknown to it."""
    scene.p.publish(UNIT, LIMIT, scene.person | a_limit())
    scene.arrested()
    nobodys = ask(scene, record=str(UUID(int=7)))
    others = ask(scene, record=scene.record_of(POLICE))
    strangers = ask(scene, HOSTEL)
    assert nobodys.status_code == 404
    for found in (others, strangers):
        assert (found.status_code, found.content) == (404, nobodys.content)


@pytest.mark.duty("D15")
def test_once_its_view_is_closed_there_is_nothing_to_ask_about(scene: Scene) -> None:
    """An agency that left the case may ask as long as its view shows the person, and no longer."""
    record = question(scene)["record"]
    scene.p.publish(UNIT, "programme.agency.withdrew", scene.person | {"agency": HOUSING})
    asked = orjson.dumps({"record": record, "place": "flat-7", "postcode": "ZZ1 1ZZ"})
    assert scene.agency(HOUSING).post(CHECK, asked, JSON).status_code == 200
    scene.p.clock.turn(days=31)
    fire_due(scene.p.hub.acceptor)
    scene.p.hub.catch_up()
    assert scene.agency(HOUSING).post(CHECK, asked, JSON).status_code == 404


@pytest.mark.parametrize("agency", [POLICE, UNIT, DRUGS])
def test_only_who_houses_people_asks(scene: Scene, agency: str) -> None:
    """Nobody else has a reason to, and is refused whoever it asks about."""
    assert ask(scene, agency).status_code == 403
    assert ask(scene, agency, record=str(UUID(int=7))).status_code == 403


@pytest.mark.requirement("TR1")
@pytest.mark.parametrize("known", [True, False])
def test_a_check_has_its_entry_with_what_was_answered(scene: Scene, known: bool) -> None:
    """One entry says which agency and which person asked about whom and where, and what they heard."""
    scene.p.publish(UNIT, LIMIT, scene.person | a_limit())
    asked = question(scene, **({} if known else {"record": str(UUID(int=7))}))
    before = scene.ledger()
    scene.agency(HOUSING, sub="an officer").post(CHECK, orjson.dumps(asked), JSON)
    [entry] = scene.ledger()[len(before) :]
    heard = {"placing": "ask_the_coordinator", "address": "suitable"} if known else {}
    assert entry == {
        "verb": "consultation",
        "agency": HOUSING,
        "by": "an officer",
        "what": "placement check",
        "about": asked | heard,
    }


def test_where_the_ledger_takes_no_entry_nothing_is_answered(scene: Scene) -> None:
    """With a store that is full the answer is 503, and says nothing of the person."""
    asked = question(scene)
    with scene.full():
        found = scene.agency(HOUSING).post(CHECK, orjson.dumps(asked), JSON)
    assert found.status_code == 503
    assert b"suitable" not in found.content


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"postcode": "somewhere"}, "body.postcode"),
        ({"place": "room 7, the blue one"}, "body.place"),
        ({"landlord": "Somebody"}, "body.landlord"),
    ],
)
def test_a_question_has_its_form(scene: Scene, more: dict[str, str], path: str) -> None:
    """What is no postcode, no number of a place, or of somebody else, is refused by path, never by value."""
    found = ask(scene, **more)
    assert found.status_code == 422
    assert [each["path"] for each in found.json()["errors"]] == [path]


@pytest.mark.duty("D10")
@pytest.mark.duty("D12")
def test_a_limit_on_another_record_of_the_person_holds_from_the_first_word_on(scene: Scene) -> None:
    """A link that nobody has confirmed opens nothing; what the other record says against an address counts at once."""
    other = scene.p.person(2)
    scene.p.publish(UNIT, LIMIT, other | a_limit())
    assert answer(scene, postcode="ZZ9 1ZZ") == ("suitable", "suitable")
    said = {"further": other["identifiers"], "ground": "documents", "decided_by": "A Clerk"}
    scene.p.publish(POLICE, "trust.identity.linked", scene.person | said)
    assert answer(scene, postcode="ZZ9 1ZZ") == ("ask_the_coordinator", "not_suitable")
