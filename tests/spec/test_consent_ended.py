"""Consent withdrawn or lapsed (D15): stop, one notice, lock. What was told on the consent is kept and used no more.

Each table says what changes for whom: on the feed, in the view of the case, among the alerts. `-` is nothing at all.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest

from support.builders import a_consent, an_arrest, an_outcome
from support.fates import fate
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, POLICE, PROBATION, UNIT, partnership
from support.righting import ARREST, ENDED, arrested, corrects, ends_consent, recalls, restricts
from support.seeing import CONSENT, NOTHING, STRUCTURE, Scene, rows, scene

LAPSED = "trust.consent.lapsed"

FOR_THE_HOSTEL = """
    partner                 | feed                          | view                                 | alerts
    ------------------------+-------------------------------+--------------------------------------+--------------
    hostel                  | consent withdrawn: 3 messages | consent, custody, involvement locked | arrest locked
    iom                     | consent withdrawn             | consent withdrawn                    | -
    probation               | consent withdrawn             | -                                    | -
    police, prison, housing | -                             | -                                    | -
    drugs                   | -                             | -                                    | -
"""
"""Everything that a charity is told rests on consent. Probation took the withdrawal, and gets its own update back."""

FOR_THE_DRUG_SERVICE = """
    partner                         | feed                         | view              | alerts
    --------------------------------+------------------------------+-------------------+---------------
    drugs                           | consent withdrawn: 1 message | locked: drug_test | less drug_test
    iom                             | consent withdrawn            | consent withdrawn | -
    probation                       | consent withdrawn            | -                 | -
    police, prison, housing, hostel | -                            | -                 | -
"""
"""Treatment goes on without consent; only the result of the test rested on it."""

FOR_ALL = """
    partner                 | feed                          | view                                 | alerts
    ------------------------+-------------------------------+--------------------------------------+---------------
    hostel                  | consent withdrawn: 3 messages | consent, custody, involvement locked | arrest locked
    drugs                   | consent withdrawn: 1 message  | locked: drug_test                    | less drug_test
    iom                     | consent withdrawn             | -                                    | -
    probation               | consent withdrawn             | -                                    | -
    police, prison, housing | -                             | -                                    | -
"""
"""A withdrawal that names no consent ends them all."""

BY_DATE = """
    partner                   | feed                       | view                    | alerts
    --------------------------+----------------------------+-------------------------+--------------
    hostel                    | consent lapsed: 3 messages | consent, custody locked | arrest locked
    iom                       | consent lapsed             | consent withdrawn       | -
    police, probation, prison | -                          | -                       | -
    housing, drugs            | -                          | -                       | -
"""

SETTLED_AFTERWARDS = """
    partner                | feed      | view              | alerts
    -----------------------+-----------+-------------------+-----------------
    police, probation, iom | confirmed | custody confirmed | arrest confirmed
    housing, drugs         | confirmed | custody confirmed | arrest confirmed
    hostel                 | confirmed | -                 | -
    prison                 | -         | -                 | -
"""
"""The hostel hears that the arrest stands, for it was told of it (D1); what is locked stays as it was."""

AGREED_ANEW = """
    partner                 | feed    | view        | alerts
    ------------------------+---------+-------------+-------
    hostel                  | consent | consent new | -
    iom, probation          | consent | consent new | -
    police, prison, housing | -       | -           | -
    drugs                   | -       | -           | -
"""
"""A new consent tells new facts from now on; what is locked stays locked (D14)."""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        arrested(found)
        yield found


@pytest.mark.duty("D15")
@pytest.mark.duty("D6")
@pytest.mark.parametrize(
    ("agency", "table"),
    [(HOSTEL, FOR_THE_HOSTEL), (DRUGS, FOR_THE_DRUG_SERVICE), (None, FOR_ALL)],
    ids=["the hostel's", "the drug service's", "every consent"],
)
def test_who_was_told_on_the_consent_hears_once_what_is_locked(here: Scene, agency: str | None, table: str) -> None:
    """One notice to whoever was told something on it, about that and nothing else; everybody else notices nothing."""
    assert here.changes(ends_consent(here, agency)) == rows(table)
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
def test_a_consent_that_lapses_by_its_date_is_like_one_that_was_withdrawn(here: Scene) -> None:
    """The day after the last day of the hostel's second form, a timer says so, once."""
    ends_consent(here, HOSTEL)()
    here.says(PROBATION, CONSENT, a_consent(HOSTEL, expires_on="2026-03-02"))
    here.turn(minutes=60)
    here.says(POLICE, ARREST, an_arrest())
    here.turn(minutes=60)
    assert set(here.changes(lambda: here.turn(hours=11)).values()) == {NOTHING}
    assert here.changes(lambda: here.turn(hours=3)) == rows(BY_DATE)
    assert set(here.changes(lambda: here.turn(days=2)).values()) == {NOTHING}
    assert len(here.partners.told(HOSTEL, LAPSED)) == 1


@pytest.mark.duty("D15")
def test_the_notice_says_which_messages_and_fields_in_the_partners_own_ids(here: Scene) -> None:
    """Beside that it says when, and not a word of who took it, who else was named or whom it is about by name (D6)."""
    ends_consent(here, DRUGS)()
    [notice] = here.partners.told(DRUGS, ENDED)
    [arrest] = here.partners.told(DRUGS, ARREST)
    assert set(notice) - STRUCTURE == {"occurred_at", "recorded_as", "locked"}
    assert notice["locked"] == [{"message": arrest["message_id"], "fields": ["drug_test"]}]


@pytest.mark.duty("D15")
def test_what_is_locked_is_kept_and_says_so(here: Scene) -> None:
    """The hostel's view still holds the arrest, marked; the alert that stood on it says only not to use it."""
    before = here.sight(HOSTEL).facts["custody"]
    ends_consent(here)()
    seen = here.sight(HOSTEL)
    assert seen.facts["custody"]["told"] == before["told"]
    assert set(seen.facts["custody"]["locked"]) >= {*before["told"]}
    [alert] = seen.alerts.values()
    assert (alert["told"], alert["person"]) == ({}, None)
    assert "Fictional" not in str(alert)


@pytest.mark.duty("D15")
@pytest.mark.duty("D1")
def test_what_is_locked_stays_as_it_was(here: Scene) -> None:
    """That the arrest has settled leaves it as it is, though the hostel hears so."""
    ends_consent(here)()
    assert here.changes(lambda: here.turn(minutes=60)) == rows(SETTLED_AFTERWARDS)


@pytest.mark.duty("D15")
def test_what_is_locked_is_corrected(here: Scene) -> None:
    """The hostel holds a day that was wrong; it stays locked, and says the right one."""
    arrest = arrested(here)
    ends_consent(here)()
    corrects(here, arrest, expected_until="2026-03-04T08:30:00Z")()
    fact = here.sight(HOSTEL).facts["custody"]
    assert fact["told"]["expected_until"] == "2026-03-04"
    assert "expected_until" in fact["locked"]


@pytest.mark.duty("D15")
@pytest.mark.duty("D1")
def test_no_further_action_leaves_nothing_of_what_is_locked(here: Scene) -> None:
    """A hostel keeps no trace of an arrest that came to nothing, locked or not."""
    arrest = arrested(here)
    ends_consent(here)()
    here.says(POLICE, "custody.person.left", an_outcome(arrest), alone=True)
    assert "custody" not in here.sight(HOSTEL).facts


@pytest.mark.duty("D14")
def test_a_new_consent_unlocks_nothing(here: Scene) -> None:
    """The person agrees again: the hostel is told what happens from then on."""
    ends_consent(here)()
    here.turn(minutes=60)
    assert here.changes(lambda: here.says(PROBATION, CONSENT, a_consent(HOSTEL))) == rows(AGREED_ANEW)
    assert here.sight(HOSTEL).facts["custody"]["locked"]
    here.says(POLICE, ARREST, an_arrest())
    assert here.sight(HOSTEL).facts["custody"]["locked"] == []


@pytest.mark.duty("D15")
def test_the_second_end_of_a_consent_locks_what_was_told_since(here: Scene) -> None:
    """What the first notice spoke of the second does not repeat."""
    ends_consent(here)()
    here.turn(minutes=60)
    here.says(PROBATION, CONSENT, a_consent(HOSTEL))
    arrest = here.says(POLICE, ARREST, an_arrest())
    here.turn(minutes=1)
    here.says(PROBATION, ENDED, {})
    told = [each["locked"] for each in here.partners.told(HOSTEL, ENDED)]
    first, second = ({each["message"] for each in locked} for locked in told)
    assert here.known_as(HOSTEL, POLICE, arrest) in second
    assert not first & second


@pytest.mark.duty("D15")
def test_another_consent_that_lasts_carries_what_was_told(here: Scene) -> None:
    """Two forms for one hostel: when one is withdrawn the other still holds, and nothing is locked."""
    here.says(PROBATION, CONSENT, a_consent(HOSTEL))
    assert here.changes(ends_consent(here, HOSTEL))["hostel"] == NOTHING


@pytest.mark.duty("D15")
@pytest.mark.duty("D29")
def test_who_was_told_nothing_on_it_hears_nothing() -> None:
    """Housing is told by law and not on consent, so a form that names it changes nothing, given or withdrawn."""
    with partnership() as partners:
        someone = partners.person(1)
        consent = partners.publish(UNIT, CONSENT, someone | a_consent(HOUSING, purposes=("accommodation",)))
        partners.involve(someone, HOUSING, ("accommodation",))
        before = partners.hub.feed.head(HOUSING)
        partners.publish(UNIT, ENDED, {"consent": str(consent)})
        assert partners.hub.feed.head(HOUSING) == before


@pytest.mark.duty("D15")
def test_a_consent_that_was_withdrawn_does_not_lapse_as_well(here: Scene) -> None:
    """It was given until tonight and withdrawn at noon: at midnight there is nothing left to say."""
    here.says(PROBATION, CONSENT, a_consent(HOSTEL, expires_on="2026-03-02"))
    ends_consent(here)()
    here.turn(minutes=60)
    assert set(here.changes(lambda: here.turn(days=1)).values()) == {NOTHING}


@pytest.mark.duty("D15")
def test_the_end_of_one_consent_is_no_news_to_those_whom_another_was_for(here: Scene) -> None:
    """The hostel's form was recorded in error and taken back; that of the drug service ends, too."""
    taken_back = {"update": str(here.consents[HOSTEL]), "reason": "recorded_in_error"}
    here.says(PROBATION, "trust.update.withdrawn", taken_back, alone=True)
    assert here.changes(ends_consent(here, DRUGS))["hostel"] == NOTHING


@pytest.mark.duty("D15")
def test_what_was_given_back_is_not_locked() -> None:
    """A message that was recalled holds nothing any more, so the notice does not speak of it."""
    with scene() as other:
        recalls(other, POLICE, arrested(other), DRUGS)()
        assert other.changes(ends_consent(other, DRUGS))["drugs"] == NOTHING


@pytest.mark.duty("D15")
def test_a_restricted_case_stays_silent(here: Scene) -> None:
    """Where the case is closed to the hostel, not even the end of its consent reaches it: a notice would tell."""
    restricts(here, POLICE, PROBATION)()
    assert here.changes(ends_consent(here))["hostel"] == NOTHING


@pytest.mark.duty("D15")
def test_a_withdrawal_of_nothing_is_held(here: Scene) -> None:
    """One that names something else than a consent, and one of a consent that was never given, tell nobody."""
    arrest = here.known_as(PROBATION, POLICE, arrested(here))
    for wrong, reason in ((arrest, "wrong_reference"), (str(UUID(int=9)), "unknown_reference")):
        held = here.says(PROBATION, ENDED, {"consent": wrong})
        assert fate(here.partners, PROBATION, held) == f"held: {reason}"
    assert all(here.partners.told(agency, ENDED) == [] for agency in EVERYONE)
