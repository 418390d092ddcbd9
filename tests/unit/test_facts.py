"""Facts: who works the case, what the person agreed to, where the person is; what counts, and what waits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub import facts as fact_rules
from hub import presenting
from hub.facts import Facts
from hub.standing import Standing, age_on, standing
from hub.weighing import agencies_named
from schemas.updates import parse
from schemas.vocabulary import Involvement
from support.builders import a_consent, a_reception, a_release, an_arrest, an_outcome
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, who

BUNDLE = Bundle(load())
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
REF = str(UUID(int=0))


class Record:
    """The facts of one person, told update by update. The IOM unit leads the case; probation leads it with it."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._count = 0
        self.says(UNIT, "programme.cohort.decided", **who(), cohort="Fixed", statutory=True, decided_by="A Coordinator")
        self.involves(UNIT, PROBATION, role="lead", confirmed_by=(PROBATION,))

    def says(self, by: str, kind: str, about: str | None = None, hours: float = 0, **data: Any) -> str:
        """An agency publishes an update; its key."""
        self._count += 1
        key = f"{by}/{UUID(int=self._count)}"
        said = {"identifiers": who()["identifiers"], "author_role": "a test", **data}
        update = parse(kind, orjson.dumps(said))
        fact_rules.fold(self.facts, key, by, NOON + timedelta(hours=hours), update, about, NOON)
        return key

    def involves(
        self, publisher: str, agency: str, *, role: str = "active", hours: float = 0, confirmed_by: tuple[str, ...] = ()
    ) -> str:
        """Somebody says that an agency works the case, and these confirm it."""
        said = {"agency": agency, "role": role, "pathways": ["accommodation"]}
        return self.confirmed(self.says(publisher, "programme.agency.involved", hours=hours, **said), confirmed_by)

    def agrees(self, publisher: str, *recipients: str, confirmed_by: tuple[str, ...] = (), **more: Any) -> str:
        """Somebody says that the person agreed, and these confirm it."""
        key = self.says(publisher, "trust.consent.given", **a_consent(*recipients), **more)
        return self.confirmed(key, confirmed_by)

    def confirmed(self, key: str, by: tuple[str, ...]) -> str:
        """These agencies confirm it."""
        for agency in by:
            self.says(agency, "trust.fact.confirmed", key, update=REF)
        return key

    def takes_back(self, key: str) -> None:
        """Its publisher takes an update back."""
        self.says(key.partition("/")[0], "trust.update.withdrawn", key, update=REF, reason="recorded_in_error")

    @property
    def now(self) -> Standing:
        """What counts today."""
        return standing(self.facts, BUNDLE, date(1990, 1, 1), datetime(2026, 3, 2, 12, tzinfo=UTC))

    def role(self, agency: str) -> Involvement:
        """How an agency works the case, as far as that counts."""
        claim = self.now.involvement.get(agency)
        return claim.role if claim else Involvement.NONE


@pytest.mark.duty("D12")
@pytest.mark.parametrize(
    ("publisher", "agency", "confirmed_by", "counts"),
    [
        (UNIT, HOUSING, (), False),
        (UNIT, HOUSING, (UNIT,), False),
        (UNIT, HOUSING, (HOUSING,), True),
        (UNIT, HOUSING, (POLICE,), True),
        (PROBATION, HOUSING, (), False),
        (PROBATION, HOUSING, (HOUSING,), True),
        (PROBATION, HOUSING, (UNIT,), True),
        (HOUSING, HOUSING, (), False),
        (HOUSING, HOUSING, (HOUSING,), False),
        (HOUSING, HOUSING, (POLICE,), False),
        (HOUSING, HOUSING, (POLICE, PRISON, DRUGS), False),
        (HOUSING, HOUSING, (UNIT,), True),
        (HOUSING, HOUSING, (PROBATION,), True),
        (HOSTEL, HOSTEL, (HOUSING,), False),
        (HOSTEL, HOSTEL, (UNIT,), True),
        (POLICE, HOUSING, (HOUSING,), False),
        (POLICE, HOUSING, (UNIT,), True),
    ],
)
def test_an_involvement_counts_once_the_unit_or_the_lead_stands_behind_it(
    publisher: str, agency: str, confirmed_by: tuple[str, ...], counts: bool
) -> None:
    """A claim waits until a second agency stands behind it, and the IOM unit or the case lead is one of the two."""
    record = Record()
    record.involves(publisher, agency, confirmed_by=confirmed_by)
    assert record.now.works(agency) is counts


@pytest.mark.duty("D12")
def test_a_lead_cannot_vouch_for_itself() -> None:
    """Probation, which leads the case, does not widen its own part in it with another partner's help."""
    record = Record()
    record.involves(UNIT, PROBATION, role="referred", hours=1, confirmed_by=(PROBATION,))
    record.involves(PROBATION, PROBATION, role="lead", hours=2, confirmed_by=(HOUSING, POLICE))
    assert record.role(PROBATION) is Involvement.REFERRED


@pytest.mark.duty("D12")
def test_who_led_once_vouches_for_nobody_new() -> None:
    """An agency that no longer leads the case cannot bring another one in."""
    record = Record()
    record.involves(UNIT, PROBATION, role="active", hours=1, confirmed_by=(PROBATION,))
    record.involves(HOUSING, HOUSING, hours=2, confirmed_by=(PROBATION,))
    assert not record.now.works(HOUSING)


@pytest.mark.duty("D12")
@pytest.mark.parametrize(
    ("publisher", "recipient", "confirmed_by", "counts"),
    [
        (PROBATION, HOSTEL, (), True),
        (UNIT, HOSTEL, (), True),
        (HOSTEL, DRUGS, (), True),
        (HOSTEL, HOSTEL, (), False),
        (HOSTEL, HOSTEL, (HOSTEL,), False),
        (HOSTEL, HOSTEL, (POLICE,), False),
        (HOSTEL, HOSTEL, (UNIT,), True),
        (HOSTEL, HOSTEL, (PROBATION,), True),
        (PROBATION, PROBATION, (), False),
        (PROBATION, PROBATION, (PROBATION,), False),
    ],
)
def test_a_consent_that_its_own_taker_benefits_from_waits(
    publisher: str, recipient: str, confirmed_by: tuple[str, ...], counts: bool
) -> None:
    """A form that an agency took for itself counts once the IOM unit or the case lead has seen it."""
    record = Record()
    record.agrees(publisher, recipient, confirmed_by=confirmed_by)
    assert (recipient in record.now.consents) is counts


def test_a_form_taken_for_oneself_and_another_counts_for_the_other() -> None:
    """Of one form the part that benefits somebody else counts at once."""
    record = Record()
    record.agrees(HOSTEL, HOSTEL, DRUGS)
    assert set(record.now.consents) == {DRUGS}


@pytest.mark.parametrize(("expires_on", "lasts"), [("2026-03-01", False), ("2026-03-02", True), (None, True)])
def test_a_consent_lasts_to_its_last_day(expires_on: str | None, lasts: bool) -> None:
    """On the day a consent expires it still holds, and on the next it does not."""
    record = Record()
    record.agrees(PROBATION, HOSTEL, expires_on=expires_on)
    assert (HOSTEL in record.now.consents) is lasts


@pytest.mark.parametrize(
    ("named", "hours", "lasts"), [(True, -9, False), (False, -9, True), (False, 0, False), (False, 9, False)]
)
def test_how_a_withdrawal_ends_consent(named: bool, hours: int, lasts: bool) -> None:
    """One that names its consent ends it whatever the dates; one that names none ends those up to its own date."""
    record = Record()
    consent = record.agrees(PROBATION, HOSTEL)
    reference = {"consent": REF} if named else {}
    record.says(HOSTEL, "trust.consent.withdrawn", consent if named else None, hours, **reference)
    assert (HOSTEL in record.now.consents) is lasts


@pytest.mark.duty("D12")
def test_a_consent_that_was_withdrawn_is_not_brought_back() -> None:
    """Taking the withdrawal back does not make the consent hold again: the person is asked anew."""
    record = Record()
    consent = record.agrees(PROBATION, HOSTEL)
    record.takes_back(record.says(HOSTEL, "trust.consent.withdrawn", consent, consent=REF))
    assert HOSTEL not in record.now.consents


@pytest.mark.parametrize(
    ("first", "second", "hours", "counts"),
    [
        ("active", "lead", 1, "lead"),
        ("lead", "active", 1, "active"),
        ("lead", "active", -1, "lead"),
        ("lead", "active", 0, "active"),
        ("active", "none", 0, "none"),
        ("active", "none", 1, "none"),
    ],
)
def test_the_later_claim_wins_and_at_equal_times_the_narrower(first: str, second: str, hours: int, counts: str) -> None:
    """What happened later counts, whichever message came first; of two at once the narrower does."""
    record = Record()
    record.involves(UNIT, HOUSING, role=first, confirmed_by=(HOUSING,))
    record.involves(UNIT, HOUSING, role=second, hours=hours, confirmed_by=(HOUSING,))
    assert record.role(HOUSING) == counts


@pytest.mark.duty("D12")
def test_taking_the_end_back_brings_nothing_back() -> None:
    """An agency that confirmed the end of its involvement, and takes that back, is not involved again by itself."""
    record = Record()
    record.involves(UNIT, HOUSING, confirmed_by=(HOUSING,))
    end = record.involves(UNIT, HOUSING, role="none", hours=1)
    confirmation = record.says(HOUSING, "trust.fact.confirmed", end, update=REF)
    record.takes_back(confirmation)
    assert not record.now.works(HOUSING)


@pytest.mark.parametrize("taken_back", ["the claim", "its confirmation"])
def test_what_is_taken_back_no_longer_counts(taken_back: str) -> None:
    """Who recorded or confirmed an involvement in error ends it by taking that back."""
    record = Record()
    claim = record.involves(HOUSING, HOUSING)
    confirmation = record.says(UNIT, "trust.fact.confirmed", claim, update=REF)
    assert record.now.works(HOUSING)
    record.takes_back(claim if taken_back == "the claim" else confirmation)
    assert not record.now.works(HOUSING)


@pytest.mark.duty("D15")
def test_the_unit_ends_an_involvement_by_itself() -> None:
    """Involvement ends silently: the IOM unit's word is enough, since ending widens nobody's access."""
    record = Record()
    record.involves(UNIT, HOUSING, confirmed_by=(HOUSING,))
    record.involves(UNIT, HOUSING, role="none", hours=1)
    assert not record.now.works(HOUSING)


@pytest.mark.duty("D18")
@pytest.mark.parametrize(
    ("born", "age"),
    [
        (None, "unknown"),
        (date(2008, 3, 2), "adult"),
        (date(2008, 3, 3), "youth"),
        (date(2008, 2, 29), "adult"),
    ],
)
def test_somebody_is_an_adult_from_the_eighteenth_birthday(born: date | None, age: str) -> None:
    """Under 18 until the birthday itself; unknown where the birth date is."""
    assert age_on(born, TODAY) == age


@pytest.mark.parametrize(
    ("later", "hours", "undone"),
    [
        (None, 0, False),
        ("new_custody", 1, True),
        ("transfer", 0, True),
        ("new_custody", -1, False),
        ("recall", 1, False),
    ],
)
def test_a_release_is_undone_by_a_later_reception_that_is_no_recall(
    later: str | None, hours: int, undone: bool
) -> None:
    """Somebody who is in prison after all was not released; somebody recalled was."""
    record = Record()
    release = record.says(PRISON, "custody.person.released", **a_release())
    if later:
        record.says(PRISON, "custody.person.received", hours=hours, **a_reception(reason=later))
    assert presenting.undone(record.facts, release) is undone


def test_a_reception_recorded_in_error_undoes_no_release() -> None:
    """A reception that its prison takes back no longer speaks against the release."""
    record = Record()
    release = record.says(PRISON, "custody.person.released", **a_release())
    record.takes_back(record.says(PRISON, "custody.person.received", hours=1, **a_reception()))
    assert not presenting.undone(record.facts, release)


def test_an_arrest_is_settled_by_how_it_ended() -> None:
    """Once it is known how an arrest ended there is nothing left to confirm."""
    record = Record()
    arrest = record.says(POLICE, "custody.person.arrested", **an_arrest())
    record.says(POLICE, "custody.person.left", arrest, **an_outcome(REF))
    assert arrest in record.facts.settled


@pytest.mark.duty("D15")
def test_the_end_of_an_involvement_names_nobody() -> None:
    """A confirmation is about the agencies of the fact it confirms, unless that fact is an end."""
    record = Record()
    begun, ended = record.involves(UNIT, HOUSING), record.involves(UNIT, DRUGS, role="none")
    agreed = record.agrees(PROBATION, HOSTEL, DRUGS)
    named = [agencies_named(record.facts, key) for key in (begun, ended, agreed, "nobody/nothing")]
    assert named == [{HOUSING}, set(), {HOSTEL, DRUGS}, set()]
