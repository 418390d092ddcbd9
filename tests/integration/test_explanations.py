"""Why, over HTTP (D28): information governance may ask of everything, a partner of kinds and of what it holds."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from integration.scene import Scene
from support.builders import a_consent, a_release_plan, an_arrest, an_opening, an_outcome
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT
from support.signing import besides, shipped, signed, suspended

ARREST = "custody.person.arrested"

TABLE = """
    partner                    | field           | outcome  | reason                            | because of
    ---------------------------+-----------------+----------+-----------------------------------+----------------------
    northshire-council-housing | person          | told     | tenancy: A tenancy is kept        | pathway accommodation
    northshire-council-housing | arrested_at     | masked   | tenancy: A tenancy is kept        | involvement active
    northshire-council-housing | station         | withheld | no rule tells it                  | -
    northshire-council-housing | alleged_offence | withheld | never offence-stays-with-justice: | -
    northshire-council-housing | expected_until  | withheld | not in this update                | -
    open-door-hostel           | person          | withheld | housing-agreed-charity-hostel needs involvement a | -
    northshire-police          | station         | told     | it published this update          | -
    northshire-probation       | alleged_offence | told     | probation-supervises: The supervi | cohort Fixed
    hmp-fictional              | person          | withheld | no rule tells it                  | -
"""
"""An arrest of somebody whom police, probation and housing work with, as information governance sees it."""


def rows(table: str) -> list[list[str]]:
    """The lines of a table below its heading, cell by cell."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]


def decision(scene: Scene, update: UUID, publisher: str = POLICE) -> Any:
    return scene.agency(UNIT, "ig").get(f"/v1/policies/decisions/{publisher}/{update}").json()


def cell(cells: list[dict[str, Any]], field: str) -> dict[str, Any]:
    [found] = [each for each in cells if each["field"] == field]
    return found


@pytest.mark.duty("D28")
def test_governance_sees_every_cell_and_because_of_what(scene: Scene) -> None:
    """Each field for each partner: which clause told it, on which ground, because of what; or what forbade it, or what
    was missing; or that no rule tells it.
    """
    found = decision(scene, scene.arrested())
    assert (found["kind"], found["decided_under"]) == (ARREST, scene.p.hub.bundle.digest)
    assert found["partners"].keys() == shipped().partners.keys()
    for agency, field, outcome, reason, met in rows(TABLE):
        said = cell(found["partners"][agency], field)
        assert said["outcome"] == outcome, (agency, field)
        assert said["reason"].startswith(reason), (agency, field, said["reason"])
        words = [f"{word} {value}" for word, values in said["met"].items() for value in values]
        assert (met in words) if met != "-" else not words, (agency, field, words)


@pytest.mark.duty("D28")
def test_what_was_missing_is_said_with_what_would_have_met_it(scene: Scene) -> None:
    """The hostel works the case and the person took the consent back: that word alone was unmet, and what would meet it
    is said; once it is given again, the next arrest is told because of it.
    """
    scene.p.publish(PROBATION, "trust.consent.given", {**scene.person, **a_consent(HOSTEL)})
    scene.p.involve(scene.person, HOSTEL, ("accommodation",))
    scene.p.publish(PROBATION, "trust.consent.withdrawn", scene.person)
    scene.p.clock.turn(minutes=1)
    before = cell(decision(scene, scene.arrested())["partners"][HOSTEL], "person")
    agreed = {"clause": "housing-agreed-charity-hostel", "needs": {"consent": ["accommodation/whereabouts"]}}
    assert agreed in before["unmet"]
    scene.p.publish(PROBATION, "trust.consent.given", {**scene.person, **a_consent(HOSTEL)})
    after = cell(decision(scene, scene.arrested())["partners"][HOSTEL], "person")
    assert (after["outcome"], after["clause"]) == ("told", "housing-agreed-charity-hostel")
    assert after["met"]["consent"] == ["accommodation/whereabouts"]


@pytest.mark.duty("D18")
def test_a_rule_that_bars_says_what_could_not_be_ruled_out(scene: Scene) -> None:
    """Of somebody whose birth date nobody knows, housing is told nothing, because they may be under 18."""
    nameless = scene.p.person(2, born=None)
    scene.p.involve(nameless, HOUSING, ("accommodation",))
    arrest = scene.p.publish(POLICE, ARREST, {**nameless, **an_arrest()})
    said = cell(decision(scene, arrest)["partners"][HOUSING], "person")
    assert (said["never"], said["met"]) == ("under-18", {"age": ["youth"]})


def test_who_was_not_told_of_the_arrest_is_not_told_how_it_ended(scene: Scene) -> None:
    """The outcome goes to those who were told of the arrest: for anybody else that is the reason, not some word."""
    arrest = scene.arrested()
    scene.p.involve(scene.person, DRUGS, ("drugs_alcohol",), role="referred")  # active, it would be told of it now
    outcome = scene.p.publish(POLICE, "custody.person.left", an_outcome(arrest))
    partners = decision(scene, outcome)["partners"]
    assert cell(partners[DRUGS], "stands")["reason"].startswith("goes only to those who were told")
    assert cell(partners[PROBATION], "stands")["outcome"] == "told"
    since = decision(scene, arrest)["since"]
    assert list(since) == [HOUSING], "the state that is over left the feed of the partner that keeps no history"
    assert since[HOUSING] == [f"it left the feed with custody.person.left {POLICE}/{outcome}"]


def test_a_suspended_partner_is_said_to_be_suspended(scene: Scene) -> None:
    """A partner that was suspended when the update came is in the answer, and told nothing for that reason."""
    scene.p.governed_by(signed(2, suspended(HOUSING)))
    cells = decision(scene, scene.arrested())["partners"][HOUSING]
    assert {(each["outcome"], each["reason"]) for each in cells} == {("withheld", "this partner was suspended")}


@pytest.mark.parametrize(
    ("asked", "outcome", "reason"),
    [
        ({"field": "person"}, "withheld", "tenancy needs involvement active or lead, pathway accommodation"),
        ({"involvement": "lead", "pathways": "accommodation", "field": "person"}, "told", "tenancy: "),
        (
            {"involvement": "lead", "pathways": "accommodation", "lapsed": "northshire-1", "field": "person"},
            "withheld",
            "tenancy needs agreement northshire-1",
        ),
        ({"safeguarding": "true", "field": "person"}, "told", "safeguarding-council-housing: "),
        ({"restrictions": "victim_safety", "safeguarding": "true", "field": "person"}, "withheld", "never restricted-"),
        (
            {"cohort": "unknown", "involvement": "lead", "pathways": "accommodation", "field": "person"},
            "withheld",
            "tenancy needs cohort Fixed or Flex or Free",
        ),
    ],
)
def test_governance_asks_about_any_situation(scene: Scene, asked: dict[str, str], outcome: str, reason: str) -> None:
    """Any cell of the rules in force, in any situation that the words can say."""
    path = f"/v1/policies/cells/{ARREST}"
    found = scene.agency(UNIT, "ig").get(path, recipient="council_housing", **asked).json()
    [said] = found["cells"]
    assert (said["outcome"], said["reason"][: len(reason)]) == (outcome, reason)
    assert found["bundle"] == scene.p.hub.bundle.digest


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("no.such.kind", {"recipient": "council_housing"}, 404),
        (ARREST, {"recipient": "nobody"}, 404),
        (ARREST, {"recipient": "council_housing", "field": "shoe_size"}, 404),
        (ARREST, {"recipient": "council_housing", "handling": "secret"}, 422),
        (ARREST, {"recipient": "council_housing", "colour": "red"}, 422),
        (ARREST, {}, 422),
    ],
)
def test_a_question_outside_the_words_is_refused(scene: Scene, path: str, asked: dict[str, str], status: int) -> None:
    """A kind, a partner or a field that there is not is not found; a value outside the vocabulary is refused by its
    word, and not repeated.
    """
    answer = scene.agency(UNIT, "ig").get(f"/v1/policies/cells/{path}", **asked)
    assert answer.status_code == status
    assert "secret" not in answer.text


@pytest.mark.duty("D28")
def test_governance_traces_a_view_and_an_alert_to_their_clauses(scene: Scene) -> None:
    """Each fact in a partner's view, and each alert, goes back to its message, that to its update, and each field to
    the clause and the words by which it was told.
    """
    arrest = scene.arrested()
    governor, record = scene.agency(UNIT, "ig"), scene.record_of(HOUSING)
    facts = governor.get(f"/v1/policies/views/{HOUSING}/{record}").json()["facts"]
    [custody] = [fact for fact in facts if fact["fact"] == "custody"]
    assert custody["update"] == f"{POLICE}/{arrest}"
    assert custody["message_id"] == str(scene.alert_of(HOUSING, arrest))
    assert cell(custody["cells"], "arrested_at")["met"]["pathway"] == ["accommodation"]
    alert = governor.get(f"/v1/policies/alerts/{HOUSING}/{custody['message_id']}").json()
    assert alert["update"] == custody["update"]
    for traced in (custody, alert):
        assert {each["outcome"] for each in traced["cells"]} == {"told", "masked"}
        assert {each["clause"] for each in traced["cells"]} == {"tenancy"}


@pytest.mark.duty("D28")
def test_a_partner_asks_why_it_holds_a_fact_and_hears_of_nothing_else(scene: Scene) -> None:
    """For each fact in its view, and for an alert, a partner reads the clause of each field that it holds; neither what
    was withheld, nor who published it where that was withheld, nor on which facts it rests.
    """
    arrest = scene.arrested(officer="PC Example")
    housing, record = scene.agency(HOUSING), scene.record_of(HOUSING)
    case = housing.get(f"/v1/cases/{record}").json()["facts"]
    explained = housing.get(f"/v1/cases/{record}/explanation")
    alert = housing.get(f"/v1/alerts/{scene.alert_of(HOUSING, arrest)}/explanation")
    assert [fact["fact"] for fact in explained.json()["facts"]] == [fact["fact"] for fact in case]
    for fact, why in zip(case, explained.json()["facts"], strict=True):
        headings = {name for name in ("source", "author_role", "recorded_as", "occurred_at") if fact[name]}
        assert {each["field"] for each in why["cells"]} == {*fact["told"], *headings}
    for answer in (explained, alert):
        for word in ("station", "alleged_offence", "officer", "withheld", "met", "involvement active", str(arrest)):
            assert word not in answer.text, word


@pytest.mark.duty("D1")
def test_what_was_dropped_is_no_longer_explained_to_its_partner(scene: Scene) -> None:
    """When a state is over housing holds nothing of it, and asking why is answered as if there had been no message."""
    arrest = scene.arrested()
    message = scene.alert_of(HOUSING, arrest)
    path = f"/v1/policies/explanations/{message}"
    assert scene.agency(HOUSING).get(path).status_code == 200
    scene.p.publish(POLICE, "custody.person.left", an_outcome(arrest))
    gone, unknown = scene.agency(HOUSING).get(path), scene.agency(HOUSING).get(f"/v1/policies/explanations/{uuid4()}")
    assert (gone.status_code, gone.content) == (404, unknown.content)
    assert scene.agency(PROBATION).get(f"/v1/policies/explanations/{scene.alert_of(PROBATION, arrest)}").is_success


@pytest.mark.duty("D28")
def test_a_partner_reads_the_rules_for_its_kind(scene: Scene) -> None:
    """Of a kind in general a partner reads its grounds with their review dates, what it is never told, who publishes
    it; the publisher also who is entitled. Nothing of this depends on any person.
    """
    housing = scene.agency(HOUSING).get(f"/v1/policies/kinds/{ARREST}").json()
    assert {ground["recipient"] for ground in housing["grounds"]} == {"council_housing"}
    [tenancy] = [ground for ground in housing["grounds"] if ground["clause"] == "tenancy"]
    assert (tenancy["review"], tenancy["purpose"]) == ("2027-05-01", "accommodation")
    assert tenancy["agreement"] == "Northshire agreement 1, schedule B"
    assert {bar["rule"] for bar in housing["nevers"]} >= {"offence-stays-with-justice", "under-18", "live-operation"}
    assert (housing["publishers"], housing["entitled"]) == (["police"], [])
    police = scene.agency(POLICE).get(f"/v1/policies/kinds/{ARREST}").json()
    assert "under-18" not in {bar["rule"] for bar in police["nevers"]}
    assert {ground["recipient"] for ground in police["entitled"]} >= {"probation", "charity_hostel", "drug_service"}
    plan = scene.agency(HOSTEL).get("/v1/policies/kinds/custody.release.planned").json()
    assert any(ground["signpost"] for ground in plan["grounds"])
    assert scene.agency(PRISON).get("/v1/policies/kinds/no.such.kind").status_code == 404


@pytest.mark.duty("D28")
@pytest.mark.duty("D13")
def test_what_an_emergency_adds_to_a_message_is_explained_too(scene: Scene) -> None:
    """Housing holds a plan on its own ground and its address in an emergency: it reads why for both."""
    said = scene.person | a_release_plan(address="1 Invented Street, ZZ1 1ZZ")
    plan = scene.p.publish(PRISON, "custody.release.planned", said)
    scene.p.publish(HOUSING, "trust.access.opened", scene.person | an_opening())
    message = scene.alert_of(HOUSING, plan, PRISON)
    found = scene.agency(HOUSING).get(f"/v1/policies/explanations/{message}").json()["cells"]
    assert cell(found, "release_on")["reason"].startswith("tenancy")
    assert cell(found, "address")["reason"].startswith("told in an emergency; emergency-housing")


@pytest.mark.duty("D28")
@pytest.mark.duty("D14")
def test_governance_sees_whoever_joined_later_and_was_told(scene: Scene) -> None:
    """A second housing agency joins the partnership, then the case, and is told of the arrest that was before it."""
    arrest = scene.arrested()
    scene.p.governed_by(signed(2, besides(HOUSING, "southshire-council-housing")))
    scene.p.involve(scene.person, "southshire-council-housing", ("accommodation",))
    cells = decision(scene, arrest)["partners"]["southshire-council-housing"]
    assert cell(cells, "person")["reason"].startswith("told when it came to the case; tenancy")
    assert cell(cells, "station")["reason"] == "this partner had not joined yet"
