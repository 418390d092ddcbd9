"""A publisher asks about its own update (D28) and learns nothing of who else works the case (D6)."""

import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.bootstrap import open_hub
from hub.settings import Settings
from integration.scene import NOBODY, Scene
from support.builders import a_consent, a_reception, an_arrest
from support.http import Door
from support.partnership import (
    DRUGS,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    TurnedClock,
    raw_update,
)

INVOLVED, CONFIRMED = "programme.agency.involved", "trust.fact.confirmed"
ARREST_ID = UUID(int=4711, version=4)


def asked(door: Door, update_id: UUID, asker: str = POLICE) -> Any:
    return door.agency(asker).get(f"/v1/updates/{update_id}/explanation")


@pytest.mark.duty("D28")
def test_a_publisher_sees_itself_and_the_general_rule(scene: Scene) -> None:
    """The police, who were told of nobody else on the case, see their own cells; of all others who is entitled and on
    which conditions, and what is never told.
    """
    found = asked(scene.door, scene.arrested()).json()
    assert list(found["partners"]) == [POLICE]
    assert {cell["reason"] for cell in found["partners"][POLICE]} == {
        "it published this update",
        "not in this update",
    }
    rules = {(each["recipient"], each["clause"]) for each in found["entitled"]}
    assert rules >= {("council_housing", "tenancy"), ("charity_hostel", "housing-agreed-charity-hostel")}
    [tenancy] = [each for each in found["entitled"] if each["clause"] == "tenancy"]
    assert tenancy["when"]["pathway"] == ["accommodation"]
    assert "under-18" in {bar["rule"] for bar in found["nevers"]}


def _nobody(p: Partnership, person: dict[str, Any]) -> None:
    """Nobody else."""


def _housing(p: Partnership, person: dict[str, Any]) -> None:
    p.involve(person, HOUSING, ("accommodation",))


def _drugs(p: Partnership, person: dict[str, Any]) -> None:
    p.involve(person, DRUGS, ("drugs_alcohol",))


def _everybody(p: Partnership, person: dict[str, Any]) -> None:
    p.publish(PROBATION, "trust.consent.given", {**person, **a_consent(HOSTEL)})
    p.involve(person, HOSTEL, ("accommodation",))
    _housing(p, person)
    _drugs(p, person)
    p.involve(person, PRISON)


WORLDS = (_nobody, _housing, _drugs, _everybody)


class _Repeatable:
    """The promise of `hub.ports.Entropy`, for worlds that must not differ by chance."""

    def salts(self, purpose: str, count: int) -> bytes:
        return b"".join(hmac.digest(b"salt", f"{purpose}/{n}".encode(), "sha256")[:16] for n in range(count))


def _world(home: Path, others: Callable[[Partnership, dict[str, Any]], None], claims: bool) -> bytes:
    """What the police are answered in a world in which these others work the case, whether or not they claim so."""
    p = Partnership(home)
    p.hub.close()
    p.hub = open_hub(Settings(home=home), clock=TurnedClock(), entropy=_Repeatable())
    try:
        person = p.person()
        for agency in (POLICE, PROBATION):
            p.involve(person, agency)
        others(p, person)
        if claims:
            _claim_and_confirm(p, person)
        p.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()}, update_id=ARREST_ID)
        p.hub.catch_up()
        with Door(p.hub) as door:
            answer = asked(door, ARREST_ID)
        assert answer.status_code == 200
        return answer.content
    finally:
        p.hub.close()


def _claim_and_confirm(p: Partnership, person: dict[str, Any]) -> None:
    """The police say of everybody that they work the case, and stand behind their own word."""
    for number, agency in enumerate((HOUSING, HOSTEL, DRUGS, PRISON), 1):
        claim = {**person, "agency": agency, "role": "active", "pathways": ["accommodation"]}
        update_id = p.publish(POLICE, INVOLVED, claim, update_id=UUID(int=number, version=4))
        p.publish(POLICE, CONFIRMED, {"update": str(update_id)}, update_id=UUID(int=100 + number, version=4))


@pytest.mark.duty("D6")
@pytest.mark.duty("D28")
@pytest.mark.parametrize("claims", [False, True], ids=["asking", "claiming first, then asking"])
def test_who_else_works_the_case_moves_no_byte_of_the_answer(tmp_path: Path, claims: bool) -> None:
    """In worlds that differ in who else works the case, of which the police were told nothing, the police get equal
    explanations, byte for byte; also after they claimed that the others do, and confirmed it themselves (D12).
    """
    answers = {_world(tmp_path / others.__name__, others, claims) for others in WORLDS}
    assert len(answers) == 1


@pytest.mark.duty("D6")
def test_whoever_was_told_of_an_involvement_sees_that_partners_cells(scene: Scene) -> None:
    """The IOM unit was told who works the case: of its own update it sees how each of these fared; of the hostel and
    the prison, who do not, nothing but the general rule.
    """
    decided = scene.p.publish(UNIT, "programme.risk.reassessed", {**scene.person, **SCORE})
    found = asked(scene.door, decided, UNIT).json()
    assert found["partners"].keys() == {UNIT, POLICE, PROBATION, HOUSING}
    assert {cell["outcome"] for cell in found["partners"][PROBATION]} >= {"told"}
    assert all(cell["reason"] for cell in found["partners"][HOUSING])


SCORE = {
    "method": "staffordshire-2014",
    "score": 24,
    "band": "medium",
    "in_prison": False,
    "deselected": False,
    "wanted": False,
}


@pytest.mark.duty("D12")
def test_a_claim_of_ones_own_counts_once_one_is_told_that_another_confirmed_it(scene: Scene) -> None:
    """The IOM unit says that the drug service works the case. Its word alone shows it nothing; once it is told that the
    drug service confirmed it, it sees how the drug service fared.
    """
    claim = {**scene.person, "agency": DRUGS, "role": "active", "pathways": ["drugs_alcohol"]}
    claimed = scene.p.publish(UNIT, INVOLVED, claim)
    before = scene.p.publish(UNIT, "programme.risk.reassessed", {**scene.person, **SCORE})
    assert DRUGS not in asked(scene.door, before, UNIT).json()["partners"]
    scene.p.confirm(DRUGS, UNIT, claimed)
    assert DRUGS in asked(scene.door, before, UNIT).json()["partners"]


@pytest.mark.duty("D26")
def test_a_publisher_outside_the_case_cannot_find_out_who_is_on_the_programme(scene: Scene) -> None:
    """The prison, which does not work the case, publishes of somebody on the programme, of somebody who is not, and of
    nobody: asking why is answered alike, as for an id that nobody ever used.
    """
    unknown = asked(scene.door, uuid4(), PRISON)
    assert unknown.status_code == 404
    for person in (scene.person, NOBODY):
        update_id = uuid4()
        raw = raw_update(PRISON, "custody.person.received", {**person, **a_reception()}, update_id, scene.p.clock.now())
        assert scene.agency(PRISON).publish(raw).status_code == 200
        answer = asked(scene.door, update_id, PRISON)
        assert (answer.status_code, answer.content) == (404, unknown.content)


def test_nobody_asks_about_anothers_update(scene: Scene) -> None:
    """Probation, which was told of the arrest, asks about it as if it were its own: there is nothing there for it."""
    arrest = scene.arrested()
    answer = asked(scene.door, arrest, PROBATION)
    assert (answer.status_code, answer.content) == (404, asked(scene.door, uuid4(), PROBATION).content)
