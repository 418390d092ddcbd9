"""Its publisher says that an update still stands: who hears so, and what that does."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from consumers.rows import shown
from support.builders import a_contact_level, a_need
from support.fates import fate
from support.partnership import HOSTEL, HOUSING, POLICE, PRISON, PROBATION, partnership
from support.righting import ends_consent, ends_involvement
from support.seeing import NOTHING, Scene, scene

LEVEL, NEED, STILL_SO = "supervision.contact.stepped_up", "accommodation.need.assessed", "trust.update.reaffirmed"


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        found.turn(minutes=1)
        yield found


def hear(here: Scene, publisher: str, update: object) -> set[str]:
    """Who hears that it is still so; in a view it changes when the fact was last confirmed, and it alarms nobody."""
    changes = here.changes(lambda: here.says(publisher, STILL_SO, {"update": str(update)}, alone=True))
    heard = {name: change for name, change in changes.items() if change != NOTHING}
    assert all(change[2] == "-" for change in heard.values())
    return set(heard)


@pytest.mark.requirement("IX14")
def test_who_was_told_hears_that_it_still_stands(here: Scene) -> None:
    """The level of contact reached police, prison and the IOM unit beside probation: these hear, and nobody else."""
    level = here.says(PROBATION, LEVEL, a_contact_level())
    here.turn(days=29)
    assert hear(here, PROBATION, level) == {"probation", "police", "prison", "iom"}
    [told] = here.partners.told(POLICE, STILL_SO)
    assert told.keys() == {"message_id", "kind", "bundle", "record", "update", "occurred_at", "recorded_as"}


@pytest.mark.duty("D15")
@pytest.mark.parametrize(
    ("act", "partner"),
    [(lambda here: ends_involvement(here, HOUSING), "housing"), (lambda here: ends_consent(here, HOSTEL), "hostel")],
    ids=["involvement ended", "consent ended"],
)
def test_who_has_no_ground_any_more_hears_nothing(
    here: Scene, act: Callable[[Scene], Callable[[], object]], partner: str
) -> None:
    """Housing and the hostel hear that somebody still needs a home, unless they no longer work the case, or the consent
    on which they were told has ended.
    """
    need = here.says(PROBATION, NEED, a_need())
    here.turn(days=15)
    assert partner in hear(here, PROBATION, need)
    act(here)()
    here.turn(days=14)
    assert partner not in hear(here, PROBATION, need)


@pytest.mark.duty("D12")
@pytest.mark.parametrize("kind", ["trust.consent.given", "programme.agency.involved", "custody.person.arrested"])
def test_what_opens_something_or_happened_is_not_reaffirmed(here: Scene, kind: str) -> None:
    """A claim waits for a second agency whatever its publisher says of it, and an event is as it was: it is held."""
    samples = {
        "trust.consent.given": {
            "purposes": ["treatment"],
            "recipients": [PROBATION],
            "form_version": "2026-01",
            "taken_by": "A Practitioner",
        },
        "programme.agency.involved": {"agency": PROBATION, "role": "lead"},
        "custody.person.arrested": {"arrested_at": "2026-03-02T08:30:00Z", "station": "X", "alleged_offence": "theft"},
    }
    publisher = POLICE if kind.startswith("custody") else PROBATION
    said = here.says(publisher, kind, samples[kind])
    again = here.says(publisher, STILL_SO, {"update": str(said)}, alone=True)
    assert fate(here.partners, publisher, again) == "held: wrong_reference"


TOLD_TO_THE_PRISON = """
    probation says, day by day     | the prison then hears of | last confirmed
    -------------------------------+--------------------------+---------------
    level                          | level                    | 2026-03-02
    level, still so                | level, still so          | 2026-03-03
    level, still so, still so      | level, still so          | 2026-03-04
    level, still so, still so, not | level, still so          | 2026-03-03
    level, still so, not           | level                    | 2026-03-02
    level, still so, restricted    | level, still so          | 2026-03-03
    level, still so, level         | level                    | 2026-03-04
    level, restricted              | level                    | 2026-03-02
"""


@pytest.mark.requirement("IX14")
@pytest.mark.duty("D14")
@pytest.mark.parametrize("row", TOLD_TO_THE_PRISON.strip().splitlines()[2:])
def test_who_comes_later_is_told_the_last_word_that_it_still_stands(row: str) -> None:
    """A prison that newly works the case hears how things stand, and when that was last said to stand: by the last such
    word that it may know of and that nobody took back, and by no earlier one.
    """
    said, heard, confirmed = ([each.strip() for each in cell.split(",")] for cell in row.split("|"))
    with partnership() as partners:
        someone = partners.person(1)
        partners.involve(someone, PROBATION)
        told = dict[str, str]()
        for word in said:
            told[word] = str(partners.publish(PROBATION, **saying(word, told, someone)))
            partners.clock.turn(days=1)
        partners.involve(someone, PRISON)
        about = [SHORT[each["kind"]] for each in partners.told(PRISON) if each["kind"] in SHORT]
        partners.hub.catch_up()
        views = partners.hub.hosted[PRISON].views
        facts = [fact for record in views.records() for fact in shown(views.facts(record))]
        assert about == heard
        assert [fact.stood_on for fact in facts if fact.fact == "contact"] == confirmed


SHORT = {LEVEL: "level", STILL_SO: "still so"}


def saying(word: str, told: Mapping[str, str], someone: Mapping[str, Any]) -> dict[str, Any]:
    """What probation publishes."""
    if word == "level":
        return {"kind": LEVEL, "data": {**someone, **a_contact_level()}}
    if word == "not":
        return {"kind": "trust.update.withdrawn", "data": {"update": told["still so"], "reason": "recorded_in_error"}}
    restricted = {"handling": "restricted"} if word == "restricted" else {}
    return {"kind": STILL_SO, "data": {"update": told["level"], **restricted}}
