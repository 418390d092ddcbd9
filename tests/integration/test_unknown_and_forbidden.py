"""Unknown and forbidden: what an agency may not know of looks exactly like what does not exist."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest

from integration.scene import NOBODY, STRANGERS, Scene
from support.partnership import HOUSING, POLICE, PRISON, PROBATION, UNIT

PATHS = {
    "case": "/v1/cases/{}",
    "alert": "/v1/alerts/{}",
    "receipt": "/v1/receipts/{}",
    "explanation": "/v1/policies/explanations/{}",
    "case explanation": "/v1/cases/{}/explanation",
    "alert explanation": "/v1/alerts/{}/explanation",
    "own explanation": "/v1/updates/{}/explanation",
}


def ids_of(scene: Scene, arrest: UUID, asker: str) -> dict[str, list[object]]:
    """Ids that exist and are not the asker's: others' names for the case, the arrest, its messages and alerts; and
    the names that the asker itself would have for what it was not told.
    """
    others = [agency for agency in (POLICE, PROBATION, UNIT, HOUSING) if agency != asker]
    messages: list[object] = [scene.alert_of(agency, arrest) for agency in others]
    if asker in STRANGERS:
        messages.append(scene.alert_of(asker, arrest))
    return {
        "case": [scene.record_of(agency) for agency in others],
        "alert": messages,
        "receipt": [arrest],
        "explanation": messages,
        "case explanation": [scene.record_of(agency) for agency in others],
        "alert explanation": messages,
        "own explanation": [arrest],
    }


def same(one: httpx.Response, other: httpx.Response) -> None:
    """The two answers cannot be told apart."""
    assert (one.status_code, one.content, one.headers.raw) == (other.status_code, other.content, other.headers.raw)


@pytest.mark.duty("D28")
@pytest.mark.duty("D29")
@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize("asker", [*STRANGERS, HOUSING, PROBATION])
def test_what_is_another_agencys_is_as_if_it_did_not_exist(scene: Scene, asker: str, what: str) -> None:
    """An id that is another agency's, or of something withheld, is answered like one that nobody has ever used."""
    arrest = scene.arrested()
    unknown = scene.agency(asker).get(PATHS[what].format(uuid4()))
    assert unknown.status_code == 404
    for found in ids_of(scene, arrest, asker)[what]:
        same(scene.agency(asker).get(PATHS[what].format(found)), unknown)


@pytest.mark.duty("D28")
def test_each_of_those_ids_is_good_for_its_owner(scene: Scene) -> None:
    """The ids of the tests above are no fancies: the agency whose they are reads something there."""
    arrest = scene.arrested()
    for agency in (POLICE, PROBATION, UNIT, HOUSING):
        asking = scene.agency(agency)
        message = scene.alert_of(agency, arrest)
        assert asking.get(f"/v1/cases/{scene.record_of(agency)}").status_code == 200
        assert asking.get(f"/v1/policies/explanations/{message}").status_code == 200
        assert asking.get(f"/v1/alerts/{message}").status_code == 200
    assert scene.agency(POLICE).get(f"/v1/receipts/{arrest}").status_code == 200


@pytest.mark.duty("D29")
@pytest.mark.parametrize("asker", [*STRANGERS, PROBATION])
def test_another_agencys_alert_cannot_be_acknowledged(scene: Scene, asker: str) -> None:
    """Acknowledging another agency's alert is answered like acknowledging one that there is not; nothing changes."""
    arrest = scene.arrested()
    rows = scene.rows()
    unknown = scene.agency(asker).post(f"/v1/alerts/{uuid4()}/acknowledgement")
    assert unknown.status_code == 404
    for owner in (HOUSING, UNIT):
        same(scene.agency(asker).post(f"/v1/alerts/{scene.alert_of(owner, arrest)}/acknowledgement"), unknown)
    assert scene.rows() == rows


def held(scene: Scene) -> UUID:
    """An update that nobody could place."""
    update_id = uuid4()
    scene.agency(PROBATION).publish(scene.raw(PROBATION, "supervision.appointment.missed", NOBODY | MISSED, update_id))
    return update_id


def discarded(scene: Scene) -> UUID:
    """An update about somebody who is not on the programme, from a system that covers everyone."""
    update_id = uuid4()
    scene.agency(PRISON).publish(scene.raw(PRISON, "custody.person.received", NOBODY | RECEIVED, update_id))
    return update_id


MISSED = {"due_at": "2026-03-02T08:30:00Z", "activity": "programme", "enforceable": True}
RECEIVED = {"received_at": "2026-03-02T08:30:00Z", "reason": "new_custody"}


@pytest.mark.duty("D26")
@pytest.mark.parametrize(("publisher", "publish"), [(PROBATION, held), (PRISON, discarded)])
def test_no_decision_is_the_same_whatever_the_reason(
    scene: Scene, publisher: str, publish: Callable[[Scene], UUID]
) -> None:
    """For an update that was held or discarded there is no decision, and the answer does not say which it was."""
    governor = scene.agency(UNIT, "ig")
    unknown = governor.get(f"/v1/policies/decisions/{publisher}/{uuid4()}")
    assert unknown.status_code == 404
    same(governor.get(f"/v1/policies/decisions/{publisher}/{publish(scene)}"), unknown)
    same(governor.get(f"/v1/policies/decisions/nobody-at-all/{uuid4()}"), unknown)


@pytest.mark.duty("D28")
def test_without_governance_every_decision_is_refused_alike(scene: Scene) -> None:
    """An agency that may only read and publish is refused every decision, its own and those there are not."""
    arrest = scene.arrested()
    answers = [
        scene.agency(asker).get(f"/v1/policies/decisions/{POLICE}/{update_id}")
        for asker in (POLICE, PROBATION, PRISON)
        for update_id in (arrest, uuid4())
    ]
    assert answers[0].status_code == 403
    for answer in answers[1:]:
        same(answer, answers[0])


@pytest.mark.duty("D28")
def test_an_explanation_names_told_fields_only(scene: Scene) -> None:
    """Housing's explanation of an arrest lists the fields that it holds, and no other by name, count or hint."""
    arrest = scene.arrested(officer="PC Example", intelligence="Seen near an invented address.")
    message = scene.alert_of(HOUSING, arrest)
    answer = scene.agency(HOUSING).get(f"/v1/policies/explanations/{message}")
    cells = answer.json()["cells"]
    [told] = scene.p.told(HOUSING, "custody.person.arrested")
    structure = {"message_id", "kind", "bundle", "record"}
    assert {cell["field"] for cell in cells} == told.keys() - structure
    assert {cell["outcome"] for cell in cells} <= {"told", "masked"}
    for withheld in ("alleged_offence", "officer", "intelligence", "station", "withheld"):
        assert withheld not in answer.text
