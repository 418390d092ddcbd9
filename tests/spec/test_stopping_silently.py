"""Involvement ended, a case restricted, a rule narrowed (D15): told no more, nor of that; later the view closes.

Each table says what changes for whom: on the feed, in the view of the case, among the alerts. `-` is nothing at all.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree, ignore_patterns

import orjson
import pytest

from access_policies.loading import SHIPPED, load
from hub.adapters.evidence import StoreEvidence
from property.playing import World
from property.stories import Event
from support.builders import an_arrest
from support.partnership import DRUGS, EVERYONE, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership
from support.righting import ARREST, WITHDREW, Act, arrested, ends_involvement, restricts
from support.seeing import NOTHING, Scene, rows, scene
from support.signing import signed

INVOLVED = "programme.agency.involved"

ENDED_BY_THE_UNIT = """
    partner                 | feed            | view                | alerts
    ------------------------+-----------------+---------------------+-------
    iom                     | agency withdrew | agency withdrew new | -
    police, probation       | -               | -                   | -
    prison, housing, hostel | -               | -                   | -
    drugs                   | -               | -                   | -
"""
"""The IOM unit says that the drug service no longer works the case. Not even the drug service hears so."""

ENDED_AS_A_ROLE = """
    partner                   | feed        | view            | alerts
    --------------------------+-------------+-----------------+-------
    iom                       | involvement | involvement new | -
    police, probation, prison | -           | -               | -
    housing, hostel, drugs    | -           | -               | -
"""

RESTRICTED = """
    partner                | feed            | view                | alerts
    -----------------------+-----------------+---------------------+-------
    police, probation      | restriction set | restriction set new | -
    iom, prison            | -               | -                   | -
    housing, hostel, drugs | -               | -                   | -
"""
"""The police close the case to all but probation and themselves."""

ARRESTED_AFTER_THE_END = """
    partner           | feed                | view        | alerts
    ------------------+---------------------+-------------+-----------
    police, probation | arrest              | custody new | arrest new
    iom               | arrest              | custody new | arrest new
    housing, hostel   | arrest gone; arrest | custody new | arrest new
    prison, drugs     | -                   | -           | -
"""

ARRESTED_WHILE_RESTRICTED = """
    partner                | feed   | view        | alerts
    -----------------------+--------+-------------+-----------
    police, probation      | arrest | custody new | arrest new
    iom, prison            | -      | -           | -
    housing, hostel, drugs | -      | -           | -
"""

CLOSED_AFTER_THIRTY_DAYS = """
    partner                        | feed | view                               | alerts
    -------------------------------+------+------------------------------------+------------
    drugs                          | -    | consent, custody, involvement gone | arrest gone
    police, probation, prison, iom | -    | -                                  | -
    housing, hostel                | -    | -                                  | -
"""
"""The feed keeps what was said; the view of the case, and the alerts that stood on it, are gone."""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        arrested(found)
        yield found


def role_none(here: Scene, agency: str) -> Act:
    """The IOM unit says the same in the older way."""
    return lambda: here.says(UNIT, INVOLVED, {"agency": agency, "role": "none", "pathways": []})


@pytest.mark.duty("D15")
@pytest.mark.duty("D29")
@pytest.mark.parametrize(
    ("act", "stopped", "arrested_again"),
    [
        (lambda here: ends_involvement(here, DRUGS), ENDED_BY_THE_UNIT, ARRESTED_AFTER_THE_END),
        (lambda here: role_none(here, DRUGS), ENDED_AS_A_ROLE, ARRESTED_AFTER_THE_END),
        (lambda here: restricts(here, POLICE, PROBATION), RESTRICTED, ARRESTED_WHILE_RESTRICTED),
    ],
    ids=["withdrew", "role none", "restricted"],
)
def test_whoever_is_told_no_more_notices_nothing(here: Scene, act: object, stopped: str, arrested_again: str) -> None:
    """Nothing on its feed, no count that moves, no retraction; and of the next arrest it hears nothing."""
    assert here.changes(act(here)) == rows(stopped)  # type: ignore[operator]  # one of the above
    assert here.changes(lambda: here.says(POLICE, ARREST, an_arrest())) == rows(arrested_again)
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
@pytest.mark.duty("D25")
def test_the_view_closes_after_thirty_days(here: Scene) -> None:
    """Nothing happens for twenty-nine days; then the case is gone from the drug service's list, and its alerts too."""
    here.turn(hours=1)
    ends_involvement(here, DRUGS)()
    assert set(here.changes(lambda: here.turn(days=29, hours=23)).values()) == {NOTHING}
    assert here.changes(lambda: here.turn(hours=2)) == rows(CLOSED_AFTER_THIRTY_DAYS)
    assert here.hub.hosted[DRUGS].views.records() == []
    assert set(here.changes(lambda: here.turn(days=60)).values()) == {NOTHING}
    assert closings(here.partners) == [[DRUGS]]
    assert here.hub.verify().problems == []


def closings(partners: Partnership) -> list[list[str]]:
    """Whose views were closed, as the ledger has it."""
    with closing(StoreEvidence(partners.hub.store)) as evidence:
        said = [orjson.loads(kept.opening[16:]) for kept in evidence.entries() if kept and kept.opening]
    return [each["views"] for each in said if each["verb"] == "closing"]


@pytest.mark.duty("D15")
def test_the_views_of_all_who_are_shut_out_close(here: Scene) -> None:
    """Thirty days after a restriction was set only those to whom the case is open still see it."""
    restricts(here, POLICE, PROBATION)()
    here.turn(days=31)
    seen = {agency for agency in EVERYONE if here.sight(agency).facts}
    assert seen == {POLICE, PROBATION}
    everyone = here.hub.bundle.policies.partners
    assert closings(here.partners) == [sorted(set(everyone) - {POLICE, PROBATION})]


@pytest.mark.duty("D15")
@pytest.mark.parametrize("days", [1, 400])
def test_how_long_is_a_setting(days: int) -> None:
    """`IOM_HUB_VIEW_RETENTION_DAYS` holds for every partner."""
    with scene(view_retention_days=days) as here:
        ends_involvement(here, HOUSING)()
        here.turn(days=days, minutes=-1)
        assert here.sight(HOUSING).facts
        here.turn(minutes=2)
        assert here.sight(HOUSING).facts == {}


@pytest.mark.duty("D15")
@pytest.mark.duty("D14")
@pytest.mark.parametrize(("after_days", "told_anew"), [(20, False), (40, True)], ids=["before", "after"])
def test_an_agency_that_is_involved_again(here: Scene, after_days: int, told_anew: bool) -> None:
    """Before its view has closed it keeps it. Afterwards it begins anew: how things stand is told once more (D14)."""
    ends_involvement(here, HOUSING)()
    here.turn(days=after_days)
    here.partners.involve(here.someone, HOUSING, ("accommodation",))
    for _ in range(2):
        sight = here.sight(HOUSING)
        assert "custody" in sight.facts
        assert [row.get("kind") for row in sight.feed.values()].count(ARREST) == 1 + told_anew
        here.turn(days=60)


@pytest.mark.duty("D15")
def test_an_involvement_that_ends_again_has_its_thirty_days_again(here: Scene) -> None:
    """Ended on day 0, again involved on day 10, ended on day 20: the view closes on day 50 and not on day 30."""
    ends_involvement(here, HOUSING)()
    here.turn(days=10)
    here.partners.involve(here.someone, HOUSING, ("accommodation",))
    here.turn(days=10)
    ends_involvement(here, HOUSING)()
    here.turn(days=29)
    assert "custody" in here.sight(HOUSING).facts
    here.turn(days=2)
    assert here.sight(HOUSING).facts == {}


@pytest.mark.duty("D12")
def test_the_end_that_somebody_has_no_say_in_closes_nothing(here: Scene) -> None:
    """The prison says that housing has left the case; nobody who may has said so, so nothing ends."""
    here.says(PRISON, WITHDREW, {"agency": HOUSING})
    here.turn(days=31)
    assert "custody" in here.sight(HOUSING).facts


@pytest.mark.duty("D15")
def test_a_view_closes_once_across_restarts(tmp_path: Path) -> None:
    """The hub is down when the time comes: the view closes at the next start, and not again at the one after."""
    partners = Partnership(tmp_path)
    here = Scene(partners)
    arrested(here)
    ends_involvement(here, HOUSING)()
    for days in (31, 1, 1):
        partners.hub.close()
        clock = partners.clock
        partners = Partnership(tmp_path)
        partners.clock.moment = clock.moment
        here.partners, here.hub = partners, partners.hub
        here.turn(days=days)
        assert here.sight(HOUSING).facts == {}
    assert closings(partners) == [[HOUSING]]
    assert partners.hub.verify().problems == []
    partners.hub.close()


@pytest.mark.duty("D15")
def test_a_consumer_that_lags_behind_opens_nothing_again(here: Scene) -> None:
    """What housing's consumers had not read yet when its view closed does not come back when they do."""
    ends_involvement(here, HOUSING)()
    here.hub.hosted[HOUSING].position = 0
    with here.hub.hosted[HOUSING].views.unit() as unit:
        unit.move("hosted", 0)
    here.partners.clock.turn(days=31)
    here.turn()
    assert here.sight(HOUSING).facts == {}
    assert here.sight(HOUSING).alerts == {}


@pytest.mark.duty("D15")
@pytest.mark.duty("D29")
@pytest.mark.parametrize("agency", [agency for agency in EVERYONE if agency not in (POLICE, PROBATION)])
def test_a_restriction_is_told_by_nothing_but_what_is_not_told(agency: str) -> None:
    """The same world with the restriction, and without it and what it keeps from a partner: byte for byte the same."""
    somebody = {"handling": "normal"}
    closed = {"restriction": "sensitive_operation", "open_to": [POLICE, PROBATION], "set_by": "A Detective"}
    before = [Event(100, POLICE, ARREST, 0, somebody | an_arrest(), None, 0)]
    restriction = [Event(101, POLICE, "trust.restriction.set", 0, closed | {"review_on": "2026-06-01"}, None, 60)]
    kept_back = [Event(102, POLICE, ARREST, 0, somebody | an_arrest(station="Northshire North"), None, 70)]
    world = World.begun()
    with_it = world.traces([*before, *restriction, *kept_back], [agency])
    assert with_it == world.traces(before, [agency])
    assert with_it != world.traces([*before, *kept_back], [agency]) or agency == PRISON


@pytest.mark.duty("D15")
def test_a_rule_that_is_narrowed_stops_silently(tmp_path: Path) -> None:
    """Housing is to hear of arrests no longer: what it was told stays, nothing moves, and the next one passes it by."""
    with scene() as here:
        arrested(here)
        before = here.sight(HOUSING)
        here.partners.governed_by(signed(2, load(narrowed(tmp_path / "policies"))))
        here.says(POLICE, ARREST, an_arrest())
        assert here.sight(HOUSING) == before
        assert here.hub.verify().problems == []


def narrowed(directory: Path) -> Path:
    """The shipped policies, without what housing is told of an arrest and of what became of it."""
    copytree(SHIPPED, directory, ignore=ignore_patterns("*.py", "__pycache__"))
    file = directory / "custody" / "person.arrested.yaml"
    changed, count = re.subn(r"  tenancy:\n    fields:.*\n    masked:.*\n", "", file.read_text(encoding="utf-8"))
    assert count == 1
    file.write_text(changed, encoding="utf-8")
    return directory
