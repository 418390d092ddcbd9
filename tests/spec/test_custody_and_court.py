"""Custody and court, each told as a short story: what each partner ends with in its view and as alerts."""

from collections.abc import Iterator

import orjson
import pytest

from support.builders import (
    a_recall,
    a_sentence,
    a_verdict,
)
from support.custody import AT_WORK, COURT, LOCAL, NAMED, STORIES, Story, has_now, views_of
from support.fates import fate
from support.later import PATHWAYS, rows
from support.partnership import (
    DRUGS,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    partnership,
)


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    with partnership() as partners:
        yield Story(partners)


GROUPS = {"managing": ["police", "probation", "iom", "local"]}
"""Who manages a case has the same."""

ENDS = """
    story        | who                       | view                       | alerts
    -------------+---------------------------+----------------------------+---------------------------------------
    acquitted    | managing                  | outcome, verdict           | court_outcome, custody_outcome
    discontinued | managing                  | outcome, verdict           | court_outcome, custody_outcome
    convicted    | managing                  | outcome, sentence, verdict | arrest, court_outcome, custody_outcome
    convicted    | prison, court             | sentence                   | court_outcome
    convicted    | drugs                     | outcome                    | arrest, custody_outcome
    convicted    | housing, hostel           | outcome                    | arrest, custody_outcome
    summoned     | managing                  | charge, hearing, verdict   | court_outcome, custody_outcome, hearing
    summoned     | prison, court             | hearing, verdict           | court_outcome, hearing
    recalled     | managing, prison          | recall                     | recall
    received     | managing, prison          | reception                  | -
    received     | housing, hostel           | reception                  | -
    received     | drugs, court              | reception                  | -
    wanted       | managing, court           | wanted                     | wanted_marker
    cleared      | managing, court           | -                          | wanted_marker
    changed      | managing, prison          | plan                       | release_plan
    changed      | housing, hostel, drugs    | plan                       | release_plan
    dead         | managing                  | death, missed              | death
    dead         | court                     | death                      | death
    dead         | prison                    | death                      | death
    dead         | housing, hostel, drugs    | death                      | death
    dead         | health, mentors           | death                      | death
"""
"""What they end with; who is not named ends with nothing. All of them look after each update."""


def ends(story: str) -> dict[str, list[str]]:
    """What everybody should end with."""
    found = {name: ["-", "-"] for name in NAMED}
    for of, who, *cells in rows(ENDS):
        for name in who.split(", ") if of == story else []:
            found |= dict.fromkeys(GROUPS.get(name, [name]), cells)
    return found


@pytest.mark.duty("D1")
@pytest.mark.duty("D3")
@pytest.mark.duty("D5")
@pytest.mark.parametrize("name", STORIES)
def test_each_partner_ends_with_what_the_table_says(story: Story, name: str) -> None:
    """A story of custody or court leaves each partner the view and the alerts that stand beside its name, no more."""
    STORIES[name](story)
    assert {each: has_now(story.p, agency) for each, agency in NAMED.items()} == ends(name)
    assert story.p.hub.verify().problems == []


@pytest.mark.duty("D1")
@pytest.mark.parametrize("outcome", ["acquitted", "discontinued", "quashed", "convicted"])
def test_an_outcome_at_court_reaches_exactly_those_who_were_told_of_the_arrest(story: Story, outcome: str) -> None:
    """Each hears whether the arrest stands, whoever says so; support hears that alone, and not what the court found."""
    arrest = story.arrested()
    story.concluded(arrest, outcome)
    told = {agency: story.p.told(agency, "court.hearing.concluded") for agency in AT_WORK}
    assert {agency for agency in AT_WORK if told[agency]} == {POLICE, PROBATION, UNIT, LOCAL, HOUSING, HOSTEL, DRUGS}
    for agency in (HOUSING, HOSTEL, DRUGS):
        [said] = told[agency]
        assert set(said) - {"message_id", "kind", "bundle", "record"} == {"arrest", "stands"}
        assert said["stands"] == ("confirmed" if outcome == "convicted" else "no_longer_stands")


@pytest.mark.duty("D1")
def test_nobody_keeps_an_alert_of_an_arrest_that_came_to_nothing_at_court(story: Story) -> None:
    """A support agency that read of the arrest, and of how it ended, ends with nothing that says so."""
    arrest = story.arrested()
    story.p.hub.catch_up()
    story.left(arrest, "remanded")
    assert {has_now(story.p, agency)[1] for agency in (HOUSING, HOSTEL, DRUGS)} == {"arrest, custody_outcome"}
    story.concluded(arrest, "acquitted")
    for agency in (HOUSING, HOSTEL, DRUGS):
        assert has_now(story.p, agency) == ["-", "-"]
    assert [story.p.told(HOUSING, f"custody.person.{what}") for what in ("arrested", "left")] == [[], []]


@pytest.mark.duty("D2")
def test_how_long_custody_lasts_is_told_where_somebody_knows(story: Story) -> None:
    """Nothing says when a sentence or a recall ends unless whoever published it did."""
    story.says(COURT, "court.person.sentenced", a_sentence("custody"))
    story.says(PROBATION, "custody.person.recalled", a_recall(recall_type="fixed_term"))
    said = orjson.dumps([story.p.told(PROBATION), views_of(story.p, PROBATION)]).decode()
    assert "ends_on" not in said
    story.says(COURT, "court.person.sentenced", a_sentence("custody", ends_on="2026-09-01"))
    assert views_of(story.p, PROBATION)["sentence"]["told"]["ends_on"] == "2026-09-01"


LATE = """
    story        | who     | view
    -------------+---------+--------------------------
    acquitted    | housing | -
    discontinued | housing | -
    discontinued | local   | -
    convicted    | local   | sentence
    summoned     | local   | hearing
    recalled     | local   | recall
    received     | local   | reception
    received     | housing | reception
    wanted       | local   | wanted
    wanted       | housing | -
    cleared      | local   | -
    changed      | housing | plan
    dead         | local   | death
    dead         | housing | death
"""


@pytest.mark.duty("D14")
@pytest.mark.parametrize(("name", "who", "view"), rows(LATE))
def test_who_joins_late_is_told_what_is_current(name: str, who: str, view: str) -> None:
    """What came to nothing, was cleared or is over, a newly involved partner never hears."""
    with partnership() as partners:
        agency = NAMED[who]
        story = Story(partners, without=agency)
        STORIES[name](story)
        partners.involve(story.someone, agency, PATHWAYS.get(agency, ()))
        assert has_now(partners, agency)[0] == view
        if name != "recalled":
            assert partners.told(agency, "custody.person.recalled") == []
        if name == "changed":
            [plan] = [each for each in views_of(partners, agency).values() if each["kind"].endswith("planned")]
            assert plan["told"]["release_on"] == "2026-03-20"


@pytest.mark.requirement("IX16")
def test_a_court_concludes_only_what_it_was_told_of(story: Story) -> None:
    """A court that was never told of an arrest cannot say what became of it; what it says of none is for justice."""
    arrest = story.arrested()
    guess = story.as_known_to(COURT, POLICE, arrest)
    said = story.says(COURT, "court.hearing.concluded", a_verdict(guess), {})
    assert fate(story.p, COURT, said) == "held: unknown_reference"
    assert fate(story.p, COURT, story.says(COURT, "court.hearing.concluded", a_verdict())) == "placed"
    told = {agency for agency in AT_WORK if story.p.told(agency, "court.hearing.concluded")}
    assert told == {POLICE, PROBATION, PRISON, UNIT, LOCAL, COURT}
