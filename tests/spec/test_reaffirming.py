"""Its publisher says that an update still stands: who hears so, and what that does."""

from collections.abc import Callable, Iterator

import pytest

from support.builders import a_contact_level, a_need
from support.fates import fate
from support.partnership import HOSTEL, HOUSING, POLICE, PROBATION
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
