"""Recall of a disclosure (D15): an officer's explicit, recorded order. Those named give back what they were told.

Each table says what changes for whom: on the feed, in the view of the case, among the alerts. `-` is nothing at all.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from hub.adapters.evidence import StoreEvidence
from hub.ports import UpdateKey
from support.builders import a_release, a_release_plan, an_arrest, an_outcome
from support.fates import fate
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, START, UNIT
from support.righting import ARREST, PLAN, RECALLED, arrested, corrects, ends_consent, ends_involvement, recalls
from support.seeing import NOTHING, STRUCTURE, Scene, rows, scene

ARREST_RECALLED = """
    partner                   | feed                  | view         | alerts
    --------------------------+-----------------------+--------------+------------------------
    housing, drugs            | arrest gone; recalled | custody gone | arrest gone; recall new
    iom                       | recalled              | -            | -
    police, probation, prison | -                     | -            | -
    hostel                    | -                     | -            | -
"""
"""The IOM unit orders it of housing, of the drug service, and of the prison, which was never told and so hears nothing.
The police, whose arrest it is, and the others hear nothing of the order.
"""

SETTLED_BEFORE = """
    partner           | feed                                                  | view         | alerts
    ------------------+-------------------------------------------------------+--------------+------------------------
    drugs             | arrest gone; confirmed gone; corrected gone; recalled | custody gone | arrest gone; recall new
    iom               | recalled                                              | -            | -
    police, probation | -                                                     | -            | -
    prison            | -                                                     | -            | -
    housing, hostel   | -                                                     | -            | -
"""
"""What the hub said of it, and what was put right of it, goes with it."""

RELEASE = "custody.person.released"

SETTLED_AFTERWARDS = """
    partner                | feed      | view              | alerts
    -----------------------+-----------+-------------------+-----------------
    police, probation, iom | confirmed | custody confirmed | arrest confirmed
    hostel                 | confirmed | custody confirmed | arrest confirmed
    prison, housing, drugs | -         | -                 | -
"""
"""Whoever gave it back hears nothing more of it."""

WITHOUT_A_GROUND = """
    partner                   | feed                  | view         | alerts
    --------------------------+-----------------------+--------------+------------------------
    hostel, housing           | arrest gone; recalled | custody gone | arrest gone; recall new
    iom                       | recalled              | -            | -
    police, probation, prison | -                     | -            | -
    drugs                     | -                     | -            | -
"""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        yield found


@pytest.mark.duty("D15")
@pytest.mark.duty("D6")
def test_those_named_who_were_told_give_it_back(here: Scene) -> None:
    """Feeds keep the header and lose what it said; view and alerts forget it; they hear so, and nobody else does."""
    arrest = arrested(here)
    assert here.changes(recalls(here, POLICE, arrest, HOUSING, DRUGS, PRISON)) == rows(ARREST_RECALLED)
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
def test_what_followed_goes_with_it(here: Scene) -> None:
    """A confirmation and two corrections of a recalled arrest say what it said, so they are given back, too."""
    arrest = arrested(here)
    here.turn(hours=1)
    corrects(here, arrest, station="Northshire North")()
    assert here.changes(recalls(here, POLICE, arrest, DRUGS)) == rows(SETTLED_BEFORE)
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
@pytest.mark.duty("D1")
def test_what_becomes_of_it_later_is_told_to_the_others(here: Scene) -> None:
    """That it settled, what is right of it and how it ended reaches whoever still has it."""
    arrest = arrested(here)
    recalls(here, POLICE, arrest, HOUSING, DRUGS)()
    assert here.changes(lambda: here.turn(hours=1)) == rows(SETTLED_AFTERWARDS)
    ended = an_outcome(arrest, "charged")
    for act in (
        corrects(here, arrest, expected_until="2026-03-04T08:30:00Z"),
        lambda: here.says(POLICE, "custody.person.left", ended, alone=True),
    ):
        changes = here.changes(act)
        assert changes["housing"] == changes["drugs"] == NOTHING
        assert changes["hostel"] != NOTHING


@pytest.mark.duty("D15")
def test_it_is_given_back_whatever_the_ground_now(here: Scene) -> None:
    """The hostel's consent has ended, and housing works the case no longer: both give back, and hear so."""
    arrest = arrested(here)
    ends_consent(here)()
    ends_involvement(here, HOUSING)()
    here.turn(minutes=1)
    assert here.changes(recalls(here, POLICE, arrest, HOUSING, HOSTEL)) == rows(WITHOUT_A_GROUND)
    [told] = here.partners.told(HOSTEL, RECALLED)
    assert set(told) - STRUCTURE == {"update", "stands"}


@pytest.mark.duty("D15")
@pytest.mark.duty("D6")
def test_the_notice_names_neither_officer_nor_others(here: Scene) -> None:
    """Housing hears which of its messages is meant, about whom, and that it no longer stands."""
    recalls(here, POLICE, arrested(here), HOUSING, DRUGS)()
    [told] = here.partners.told(HOUSING, RECALLED)
    assert set(told) - STRUCTURE == {"update", "stands", "person", "recorded_as", "occurred_at", "date_of_birth"}
    assert DRUGS not in str(told)


@pytest.mark.duty("D15")
def test_the_order_is_on_record(here: Scene) -> None:
    """The ledger says who ordered it, of whom, and exactly which messages lost what they held."""
    arrest = arrested(here)
    order = recalls(here, POLICE, arrest, HOUSING)()
    with here.hub.archive() as archive:
        entered = archive.entry_of(UpdateKey(UNIT, order))
        kept = orjson.loads(orjson.loads(archive.content_of(UpdateKey(UNIT, order)) or b"{}")["raw"])
    assert entered
    entry = orjson.loads(entered.record)
    assert [HOUSING, f"{POLICE}/{arrest}"] in entry["dropped"]
    assert {agency for agency, _ in entry["dropped"]} == {HOUSING}
    assert (kept["data"]["ordered_by"], kept["data"]["recipients"]) == ("A Coordinator", [HOUSING])


@pytest.mark.duty("D15")
def test_the_same_order_twice_is_one(here: Scene) -> None:
    """Whoever gave it back has nothing more to give: a second order reaches only those whom the first did not name."""
    arrest = arrested(here)
    recalls(here, POLICE, arrest, HOUSING)()
    changes = here.changes(recalls(here, POLICE, arrest, HOUSING, DRUGS))
    assert changes["housing"] == NOTHING
    assert changes["drugs"] != NOTHING


@pytest.mark.duty("D15")
def test_its_publisher_may_order_it_too_and_keeps_its_own(here: Scene) -> None:
    """The prison recalls its plan from housing, and still has it itself."""
    plan = here.says(PRISON, PLAN, a_release_plan())
    changes = here.changes(recalls(here, PRISON, plan, HOUSING, PRISON, by=PRISON))
    assert changes["prison"] == ("recalled", "-", "-")
    assert changes["housing"][1] == "plan gone"
    assert changes["iom"] == changes["probation"] == NOTHING


@pytest.mark.duty("D15")
def test_nobody_else_orders_it(here: Scene) -> None:
    """Probation would have housing give back what the police told it: held, and told to nobody."""
    arrest, held = arrested(here), []
    changes = here.changes(lambda: held.append(recalls(here, POLICE, arrest, HOUSING, by=PROBATION)()))
    assert set(changes.values()) == {NOTHING}
    assert fate(here.partners, PROBATION, held[0]) == "held: not_its_publisher"


@pytest.mark.duty("D15")
def test_an_order_is_neither_recalled_nor_taken_back(here: Scene) -> None:
    """What is gone is gone: whoever is to know it is told anew."""
    order = recalls(here, POLICE, arrested(here), HOUSING)()
    again = recalls(here, UNIT, order, HOUSING)()
    back = here.says(UNIT, "trust.update.withdrawn", {"update": str(order), "reason": "undone"}, alone=True)
    assert fate(here.partners, UNIT, again) == fate(here.partners, UNIT, back) == "held: wrong_reference"


@pytest.mark.duty("D15")
def test_a_view_that_is_read_anew_is_the_view_there_was(here: Scene) -> None:
    """Whoever folds its feed once more, after the elements are gone, has the same facts and alerts."""
    arrest = arrested(here)
    corrects(here, arrest, expected_until="2026-03-04T08:30:00Z")()
    plan = here.says(PRISON, PLAN, a_release_plan())
    here.sight(HOUSING)
    recalls(here, PRISON, plan, *EVERYONE)()
    ends_consent(here)()
    for agency in EVERYONE:
        before = here.sight(agency)
        assert _without_plans(before.facts) == before.facts or agency in (PRISON, UNIT)
        forget(here, agency)
        assert here.sight(agency) == before


def forget(here: Scene, agency: str) -> None:
    """Take every row out of a partner's views, and begin anew."""
    views = here.hub.hosted[agency].views
    facts = [(row.record, row.fact) for record in views.records() for row in views.facts(record)]
    alerts = [row.alert_id for row in views.alerts(open_only=False, limit=500)]
    with views.unit() as unit:
        for record, fact in facts:
            unit.drop_fact(record, fact)
        for alert in alerts:
            unit.drop_alert(alert)
        unit.move("hosted", 0)
    here.hub.hosted[agency].position = 0


def _without_plans(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if fact["kind"] != PLAN}


@pytest.mark.duty("D15")
def test_a_state_that_was_recalled_is_over(here: Scene) -> None:
    """Housing gave the arrest back; of the next one it hears as if there had been none before."""
    recalls(here, POLICE, arrested(here), HOUSING)()
    here.turn(hours=1)
    changes = here.changes(lambda: here.says(POLICE, ARREST, an_arrest()))
    assert changes["housing"] == ("arrest", "custody new", "arrest new")


@pytest.mark.duty("D15")
def test_what_was_recalled_is_no_state_that_hides_another(here: Scene) -> None:
    """Housing hears late of a release, when it has given the arrest after it back: that is the state it has."""
    recalls(here, POLICE, arrested(here), HOUSING)()
    before = START - timedelta(hours=2)
    changes = here.changes(lambda: here.says(PRISON, RELEASE, a_release(), at=before))
    assert changes["housing"] == ("person released", "custody new", "release new")


@pytest.mark.duty("D15")
def test_nothing_of_it_is_left_in_the_store(here: Scene) -> None:
    """Opened with every key, housing's feed has no element of the arrest, and the tree still verifies."""
    arrest = arrested(here)
    recalls(here, POLICE, arrest, HOUSING)()
    with closing(StoreEvidence(here.hub.store)) as evidence:
        kept = [each for each in evidence.records(HOUSING) if each and each.key == UpdateKey(POLICE, arrest)]
    assert [each.record.elements for each in kept if each.record] == [()]
    assert isinstance(arrest, UUID)
