"""Who is sought, a release plan that changes, and a death: what partners hear, and what stops."""

from collections.abc import Iterator

import orjson
import pytest

from hub.timers import fire_due
from support.builders import (
    a_missed_appointment,
    a_reception,
    a_release,
    a_release_plan,
    an_opening,
)
from support.custody import (
    AT_WORK,
    DIED,
    MISSED,
    SUPPORT,
    Story,
    alerts_about,
    plan_changed,
    recalled,
    views_of,
    wanted_and_cleared,
)
from support.fates import fate
from support.partnership import (
    DRUGS,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    partnership,
)


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    with partnership() as partners:
        yield Story(partners)


@pytest.mark.duty("D3")
@pytest.mark.parametrize("agency", SUPPORT)
def test_no_support_agency_hears_that_somebody_is_sought(story: Story, agency: str) -> None:
    """Recalled, wanted, cleared, and received: a support agency's feed has a reception at most, and no reason."""
    before = len(story.p.told(agency))
    recalled(story)
    wanted_and_cleared(story)
    assert len(story.p.told(agency)) == before
    story.says(PRISON, "custody.person.received", a_reception(reason="recall"))
    assert "recall" not in orjson.dumps([story.p.told(agency), views_of(story.p, agency)]).decode()


@pytest.mark.requirement("IX18")
@pytest.mark.duty("D3")
def test_whoever_is_told_that_somebody_is_sought_hears_to_keep_quiet(story: Story) -> None:
    """The alert says that nobody is to be tipped off."""
    recalled(story)
    [alert] = alerts_about(story.p, POLICE, "recall")
    assert alert["headline"].startswith("Fictional Testcase-1 is recalled to prison")
    assert "do not let the person" in alert["advice"]


def test_a_plan_is_shown_as_it_stands(story: Story) -> None:
    """After a change the view has the new day, the plan's alert says it, and another alert says that it has changed."""
    plan_changed(story)
    for agency in (PROBATION, HOUSING, HOSTEL, DRUGS):
        [plan] = [fact for fact in views_of(story.p, agency).values() if fact["kind"] == "custody.release.planned"]
        assert plan["told"]["release_on"] == "2026-03-20"
        assert list(plan["corrected"]) == ["release_on"]
        new, old = alerts_about(story.p, agency, "release_plan")
        assert old["headline"] == "Fictional Testcase-1 is due for release on 2026-03-20"
        assert new["headline"].endswith("is now due for release on 2026-03-20")


@pytest.mark.duty("D1")
def test_whose_ground_has_lapsed_hears_only_that_the_plan_has_changed(story: Story) -> None:
    """The hostel, whose consent has ended, hears no new day; its row and its alert say no more how the plan stands."""
    plan = story.says(PRISON, "custody.release.planned", a_release_plan())
    story.says(PROBATION, "trust.consent.withdrawn", {})
    story.says(PRISON, "custody.release.changed", {"plan": str(plan), "release_on": "2026-03-20"}, {})
    [said] = story.p.told(HOSTEL, "custody.release.changed")
    assert {name: said[name] for name in set(said) - {"message_id", "kind", "bundle", "record", "plan"}} == {
        "stands": "changed"
    }
    held = views_of(story.p, HOSTEL)
    assert "2026-03-20" not in orjson.dumps([story.p.told(HOSTEL), held]).decode()
    assert [each["certainty"] for each in held.values() if each["kind"].endswith("planned")] == ["withdrawn"]
    assert alerts_about(story.p, HOSTEL, "release_plan")[-1]["certainty"] == "withdrawn"


@pytest.mark.duty("D15")
def test_a_change_is_no_correction_and_cannot_be_taken_back(story: Story) -> None:
    """A change that was wrong is changed once more: a withdrawal of it is held."""
    plan = story.says(PRISON, "custody.release.planned", a_release_plan())
    changed = story.says(PRISON, "custody.release.changed", {"plan": str(plan), "release_on": "2026-03-20"}, {})
    wrong = {"update": str(changed), "reason": "recorded_in_error"}
    assert fate(story.p, PRISON, story.says(PRISON, "trust.update.withdrawn", wrong, {})) == "held: wrong_reference"


@pytest.mark.duty("D13")
def test_a_plan_that_changes_in_an_emergency_is_told_anew(story: Story) -> None:
    """Housing that broke the glass has the new day beside the address, and nothing of it when that ends."""
    story.says(PRISON, "custody.release.planned", a_release_plan(address="1 Fictional Street ZZ1 1ZZ"))
    plan = story.p.told(PRISON, "custody.release.planned")[0]["message_id"]
    opening = story.says(HOUSING, "trust.access.opened", an_opening())
    story.says(PRISON, "custody.release.changed", {"plan": plan, "release_on": "2026-03-20"}, {})
    [opened] = [each for name, each in views_of(story.p, HOUSING).items() if name.startswith("access/")]
    assert (opened["told"]["release_on"], opened["told"]["address"]) == ("2026-03-20", "1 Fictional Street ZZ1 1ZZ")
    story.says(HOUSING, "trust.access.closed", {"access": str(opening)}, {})
    assert "Fictional Street" not in orjson.dumps(views_of(story.p, HOUSING)).decode()


@pytest.mark.duty("D5")
def test_of_the_dead_nothing_is_confirmed_by_time(story: Story) -> None:
    """Released, and dead before the release has settled: the hub confirms it to nobody."""
    story.says(PRISON, "custody.person.released", a_release())
    story.p.publish(PRISON, DIED, story.someone | {"died_on": "2026-03-02"})
    story.p.clock.turn(minutes=45)
    fire_due(story.p.hub.acceptor)
    assert [story.p.told(agency, "trust.update.confirmed") for agency in AT_WORK] == [[]] * len(AT_WORK)
    assert alerts_about(story.p, PROBATION, "release")[0]["certainty"] == "provisional"


@pytest.mark.duty("D5")
def test_a_death_recorded_in_error_brings_the_alerts_back(story: Story) -> None:
    """No missed appointment raises an alert after a death; after one that is taken back it does again."""
    died = story.says(PROBATION, DIED, {"died_on": "2026-03-02"})
    story.says(PROBATION, MISSED, a_missed_appointment())
    assert alerts_about(story.p, POLICE, "missed_appointment") == []
    story.says(PROBATION, "trust.update.withdrawn", {"update": str(died), "reason": "recorded_in_error"}, {})
    story.says(PROBATION, MISSED, a_missed_appointment())
    assert len(alerts_about(story.p, POLICE, "missed_appointment")) == 1


@pytest.mark.duty("D5")
@pytest.mark.duty("D15")
def test_what_ends_somebodys_access_goes_on_after_a_death(story: Story) -> None:
    """The glass that was broken is closed by the hub in its time, dead or not."""
    story.says(DRUGS, "trust.access.opened", an_opening())
    story.says(PROBATION, DIED, {"died_on": "2026-03-02"})
    story.p.clock.turn(hours=8)
    fire_due(story.p.hub.acceptor)
    assert len(story.p.told(DRUGS, "trust.access.closed")) == 1


@pytest.mark.duty("D14")
@pytest.mark.parametrize(("first", "then", "told"), [("2026-03-03", "2026-03-20", 1), ("2026-03-20", "2026-03-03", 0)])
def test_a_plan_is_current_until_the_day_that_it_has_now(first: str, then: str, told: int) -> None:
    """Whoever joins on the fifth hears of a release that was put off until then, and of none that was put forward."""
    with partnership() as partners:
        story = Story(partners, without=HOUSING)
        plan = story.says(PRISON, "custody.release.planned", a_release_plan(release_on=first))
        story.says(PRISON, "custody.release.changed", {"plan": str(plan), "release_on": then}, {})
        partners.clock.turn(days=3)
        partners.involve(story.someone, HOUSING, ("accommodation",))
        assert len(partners.told(HOUSING, "custody.release.planned")) == told
