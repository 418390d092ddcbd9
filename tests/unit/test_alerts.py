"""Alerts: what each partner should act on, in one sentence made of what it was told."""

from typing import Any
from uuid import UUID

import pytest

from consumers.alerts import ADVICE, Alerts, alert_for, from_row
from consumers.headlines import HEADLINES
from property.memory import MemoryViews
from schemas.disclosures import Disclosure
from schemas.updates import KINDS
from schemas.views import Alert
from schemas.vocabulary import Certainty
from support.partnership import HOUSING, POLICE

NAME = "Fictional Testcase-1"
ARREST, LEFT, RELEASE = "custody.person.arrested", "custody.person.left", "custody.person.released"
RECALLED = "trust.disclosure.recalled"
RISK, REFERRAL, MOVED_OUT = (
    f"accommodation.{what}" for what in ("tenancy.put_at_risk", "referral.made", "placement.ended")
)
DOSE, TREATED = "drugs_alcohol.dose.handed_over", "drugs_alcohol.treatment.ended"
STEPPED_UP, BREACH, BREACH_OVER, STAFF_RISK, LIFTED = (
    f"supervision.{what}"
    for what in ("contact.stepped_up", "breach.started", "breach.concluded", "staff_risk.set", "staff_risk.lifted")
)
PLAN, CANCELLED, MISSED = "custody.release.planned", "custody.release.cancelled", "supervision.appointment.missed"
OF_THE_PROGRAMME = {
    "programme.review.called",
    "programme.review.moved",
    "programme.case.transferred",
    "programme.person.deselected",
    "programme.target.set",
    "trust.outcome.reported",
    "trust.alert.unacknowledged",
}
"""Their alerts are tested in `test_programme_alerts.py`."""


def message(number: int) -> UUID:
    """The id of a message."""
    return UUID(int=1000 + number)


def told(number: int, kind: str, **fields: Any) -> Disclosure:
    """A disclosure to housing, under its message number."""
    return Disclosure(HOUSING, message(number), kind, "bundle", UUID(int=1), fields)


def after(*disclosures: Disclosure) -> dict[UUID, Alert]:
    """Housing's alerts after these disclosures, by id."""
    views = MemoryViews()
    for seq, disclosure in enumerate(disclosures, 1):
        Alerts().apply(views, seq, disclosure)  # type: ignore[arg-type]  # it keeps what is needed
    return {alert_id: from_row(row) for alert_id, row in views.alerts.items()}


@pytest.mark.requirement("IX4")
@pytest.mark.parametrize(
    ("kind", "fields", "about", "headline"),
    [
        (ARREST, {}, "arrest", "Somebody you work with was arrested"),
        (ARREST, {"person": NAME}, "arrest", f"{NAME} was arrested"),
        (ARREST, {"person": NAME, "arrested_at": "2026-03-02"}, "arrest", f"{NAME} was arrested on 2026-03-02"),
        (
            ARREST,
            {"person": NAME, "alleged_offence": "burglary"},
            "arrest",
            f"{NAME} was arrested, alleged offence: burglary",
        ),
        (LEFT, {"person": NAME, "in_custody": False}, "custody_outcome", f"{NAME} is no longer in police custody"),
        (LEFT, {"person": NAME, "in_custody": True}, "custody_outcome", f"{NAME} stays in custody"),
        (
            LEFT,
            {"person": NAME, "in_custody": False, "outcome": "no_further_action"},
            "custody_outcome",
            f"{NAME} left police custody: no further action",
        ),
        (LEFT, {"stands": "no_longer_stands"}, "custody_outcome", "An arrest you were told of no longer stands"),
        (RELEASE, {"person": NAME}, "release", f"{NAME} was released from prison"),
        (
            RELEASE,
            {"person": NAME, "released_at": "2026-03-02", "reason": "home_detention_curfew"},
            "release",
            f"{NAME} was released from prison on 2026-03-02 (home detention curfew)",
        ),
        (
            PLAN,
            {"person": NAME, "release_on": "2026-03-16"},
            "release_plan",
            f"{NAME} is due for release on 2026-03-16",
        ),
        (CANCELLED, {"person": NAME}, "release_plan", f"A release plan no longer stands: {NAME}"),
        (
            MISSED,
            {"person": NAME, "activity": "office_appointment"},
            "missed_appointment",
            f"{NAME} missed an office appointment",
        ),
        (
            "custody.person.charged",
            {"person": NAME, "charge": "theft"},
            "custody_outcome",
            f"{NAME} was charged with theft",
        ),
        ("custody.person.recalled", {"person": NAME}, "recall", f"{NAME} is recalled to prison"),
        (
            "custody.person.wanted",
            {"person": NAME, "wanted_for": "warrant"},
            "wanted_marker",
            f"{NAME} is wanted (warrant)",
        ),
        ("custody.wanted.cleared", {"person": NAME}, "wanted_marker", f"{NAME} is no longer wanted"),
        ("custody.person.died", {"person": NAME}, "death", f"{NAME} has died"),
        ("custody.release.changed", {"person": NAME}, "release_plan", f"A release plan has changed: {NAME}"),
        (
            "court.hearing.listed",
            {"person": NAME, "hearing_at": "2026-03-09"},
            "hearing",
            f"{NAME} is due in court on 2026-03-09",
        ),
        (
            "court.hearing.concluded",
            {"person": NAME, "outcome": "acquitted"},
            "court_outcome",
            f"A case at court has ended: {NAME}, acquitted",
        ),
        (
            "court.person.sentenced",
            {"person": NAME, "sentence": "community_order"},
            "court_outcome",
            f"{NAME} was sentenced: community order",
        ),
        (MISSED, {"person": NAME, "activity": "home_visit"}, "missed_appointment", f"{NAME} missed a home visit"),
        (RISK, {"person": NAME}, "tenancy_at_risk", f"The tenancy of {NAME} is at risk"),
        (
            RISK,
            {"person": NAME, "why": "rent_arrears", "act_by": "2026-03-16"},
            "tenancy_at_risk",
            f"The tenancy of {NAME} is at risk (rent arrears) and somebody must act by 2026-03-16",
        ),
        (
            REFERRAL,
            {"person": NAME, "homeless_from": "2026-03-16"},
            "homelessness_referral",
            f"{NAME} is referred to the housing authority as homeless from 2026-03-16",
        ),
        (
            MOVED_OUT,
            {"person": NAME, "ended_on": "2026-03-02"},
            "placement_over",
            f"{NAME} has left the place where they were housed on 2026-03-02",
        ),
        (DOSE, {"person": NAME}, "dose", f"{NAME} comes with a prescription"),
        (DOSE, {"person": NAME, "medicine": "Methadone"}, "dose", f"{NAME} comes with a prescription of Methadone"),
        (
            DOSE,
            {"person": NAME, "last_dose_at": "2026-02-24T07:15:00Z", "next_due_on": "2026-02-25"},
            "dose",
            f"{NAME} comes with a prescription; last dose 2026-02-24T07:15:00Z; next due 2026-02-25",
        ),
        (TREATED, {"person": NAME}, "treatment_ended", f"A treatment ended: {NAME}"),
        (
            TREATED,
            {"person": NAME, "ended_on": "2026-02-26"},
            "treatment_ended",
            f"A treatment ended on 2026-02-26: {NAME}",
        ),
        (
            STEPPED_UP,
            {"person": NAME, "weekly_contacts": 4, "starts_on": "2026-03-09"},
            "contact_level",
            f"{NAME} is supervised more closely, 4 contacts a week from 2026-03-09",
        ),
        (
            BREACH,
            {"person": NAME, "hearing_on": "2026-03-16"},
            "breach",
            f"Breach proceedings have started: {NAME} is to be heard on 2026-03-16",
        ),
        (
            BREACH_OVER,
            {"person": NAME, "outcome": "not_proved"},
            "breach_outcome",
            f"Breach proceedings have ended (not proved): {NAME}",
        ),
        (
            STAFF_RISK,
            {"person": NAME, "measure": "visit_in_pairs", "until": "2026-03-09T09:00:00Z"},
            "staff_risk",
            f"For the safety of staff, visit in pairs: {NAME} until 2026-03-09T09:00:00Z",
        ),
    ],
)
def test_the_headline_is_made_of_what_was_told(kind: str, fields: dict[str, Any], about: str, headline: str) -> None:
    """Each alert is one sentence for its partner, and grows only with what this partner was told."""
    alert = alert_for(1, told(1, kind, **fields))
    assert alert is not None
    assert (alert.about, alert.headline) == (about, headline)
    assert dict(alert.told) == fields


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(HEADLINES)))
def test_other_kinds_raise_no_alert(kind: str) -> None:
    """A score, a consent or a confirmation is no alarm."""
    assert alert_for(1, told(1, kind, person=NAME)) is None


@pytest.mark.duty("D2")
@pytest.mark.parametrize("kind", [ARREST, RELEASE])
def test_a_provisional_alert_says_what_not_to_do(kind: str) -> None:
    """While it is provisional: do not re-let, stop a prescription or recall on this alone."""
    alert = alert_for(1, told(1, kind, certainty="provisional", settles_at="2026-03-02T09:45:00+00:00"))
    assert alert is not None
    assert (alert.certainty, alert.advice) == (Certainty.PROVISIONAL, ADVICE)
    assert alert.told["settles_at"]


@pytest.mark.duty("D2")
def test_a_confirmation_takes_the_advice_away() -> None:
    """Once confirmed, the alert says what it said, no longer says when it will be looked at, and advises nothing."""
    raised = told(1, ARREST, person=NAME, certainty="provisional", settles_at="soon")
    alert = after(raised, told(2, "trust.update.confirmed", update=str(message(1)), stands="confirmed"))[message(1)]
    assert (alert.certainty, alert.advice, dict(alert.told)) == (Certainty.CONFIRMED, None, {"person": NAME})


@pytest.mark.duty("D1")
@pytest.mark.parametrize(
    ("first", "kind", "field"),
    [
        (ARREST, "trust.update.withdrawn", "update"),
        (ARREST, LEFT, "arrest"),
        (PLAN, CANCELLED, "plan"),
        (BREACH, BREACH_OVER, "breach"),
        (STAFF_RISK, LIFTED, "staff_risk"),
    ],
)
def test_an_alert_that_no_longer_stands_keeps_nothing(first: str, kind: str, field: str) -> None:
    """What was withdrawn says so and whom it was about, and none of what it had said."""
    raised = told(1, first, person=NAME, station="Northshire Central")
    gone = told(2, kind, **{field: str(message(1))}, stands="no_longer_stands")
    alert = after(raised, gone)[message(1)]
    assert (alert.certainty, dict(alert.told), alert.advice) == (Certainty.WITHDRAWN, {}, None)
    assert alert.headline.endswith(f"no longer stands: {NAME}")


@pytest.mark.duty("D2")
def test_silence_confirms_nothing() -> None:
    """Whatever else is told, only an update about an alert changes how certain it is."""
    raised = told(1, ARREST, certainty="provisional")
    others = [told(2, RELEASE), told(3, "trust.update.confirmed", update=str(message(2)), stands="confirmed")]
    assert after(raised, *others)[message(1)].certainty is Certainty.PROVISIONAL


@pytest.mark.duty("D6")
@pytest.mark.parametrize(("source", "closed"), [(HOUSING, True), (POLICE, False)])
def test_only_a_partners_own_answer_closes_its_alert(source: str, closed: bool) -> None:
    """That another partner has answered leaves this one's alert open."""
    answer = told(2, "trust.alert.acknowledged", source=source, alert=str(message(1)), by="A Worker")
    assert after(told(1, ARREST), answer)[message(1)].acknowledged is closed


def test_an_alert_answered_stays_answered_when_it_is_settled() -> None:
    """A confirmation after the answer does not open the alert again."""
    answer = told(2, "trust.alert.acknowledged", source=HOUSING, alert=str(message(1)), by="A Worker")
    settled = told(3, "trust.update.confirmed", update=str(message(1)), stands="confirmed")
    assert after(told(1, ARREST, certainty="provisional"), answer, settled)[message(1)].acknowledged


def test_what_is_about_an_alert_that_there_is_not_raises_none() -> None:
    """An answer or a confirmation of something that was never told changes nothing."""
    answer = told(1, "trust.alert.acknowledged", source=HOUSING, alert=str(message(9)), by="A Worker")
    assert after(answer, told(2, "trust.update.confirmed", update=str(message(9)), stands="confirmed")) == {}


@pytest.mark.duty("D1")
@pytest.mark.parametrize("kind", ["custody.person.charged", "court.hearing.concluded"])
def test_who_hears_only_how_an_arrest_stands_gets_no_second_alert(kind: str) -> None:
    """What support is told of a charge or a verdict changes the alert that it has."""
    about = {"arrest": str(message(1)), "stands": "confirmed"}
    alerts = after(told(1, ARREST, person=NAME, certainty="provisional"), told(2, kind, **about))
    assert [alert.certainty for alert in alerts.values()] == [Certainty.CONFIRMED]
