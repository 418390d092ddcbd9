"""Alerts: arrests and how they ended, releases, plans, missed appointments, breach, homes, doses, the safety of staff.

An alert says what its partner was told and no more; while it is provisional it says what not to do on it alone (D2).
A consumer never confirms by silence: certainty changes only by an update from the hub or the publisher.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from pydantic import JsonValue

from hub.ports import AlertRow, Touched, ViewsUnit
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.views import Alert
from schemas.vocabulary import Certainty, Stands

ADVICE = "Provisional: do not re-let, stop a prescription or recall on this alone."

RECALL = "recall_of_disclosure"
LOCKED = "What this alert said is locked: the consent that it rested on has ended"
NOT_TO_BE_USED = "Do not act on it, and use no more what it said."

Told = Mapping[str, JsonValue]

SETTLED_BY = {
    "trust.update.confirmed": "update",
    "trust.update.withdrawn": "update",
    "trust.update.corrected": "update",
    "trust.disclosure.recalled": "update",
    "custody.person.left": "arrest",
    "custody.release.cancelled": "plan",
    "supervision.breach.concluded": "breach",
    "supervision.staff_risk.lifted": "staff_risk",
}
"""Kinds that change how an earlier alert stands, and the field that names it."""


def _person(told: Told) -> str:
    return str(told.get("person", "Somebody you work with"))


def _words(value: JsonValue) -> str:
    return str(value).replace("_", " ")


def _when(told: Told, name: str, lead: str) -> str:
    return f" {lead} {told[name]}" if name in told else ""


def _arrest(told: Told) -> str:
    offence = f", alleged offence: {told['alleged_offence']}" if "alleged_offence" in told else ""
    return f"{_person(told)} was arrested{_when(told, 'arrested_at', 'on')}{offence}"


def _outcome(told: Told) -> str:
    if "outcome" in told:
        return f"{_person(told)} left police custody: {_words(told['outcome'])}"
    if "in_custody" in told:
        return f"{_person(told)} {'stays in custody' if told['in_custody'] else 'is no longer in police custody'}"
    return "An arrest you were told of " + _words(told.get("stands", "has an outcome"))


def _release(told: Told) -> str:
    reason = f" ({_words(told['reason'])})" if "reason" in told else ""
    return f"{_person(told)} was released from prison{_when(told, 'released_at', 'on')}{reason}"


def _plan(told: Told) -> str:
    return f"{_person(told)} is due for release{_when(told, 'release_on', 'on')}"


def _cancelled(told: Told) -> str:
    return f"A release plan no longer stands: {_person(told)}"


def _missed(told: Told) -> str:
    activity = _words(told.get("activity", "appointment"))
    return f"{_person(told)} missed an {activity}" if activity[0] in "aeiou" else f"{_person(told)} missed a {activity}"


def _tenancy(told: Told) -> str:
    why = f" ({_words(told['why'])})" if "why" in told else ""
    return f"The tenancy of {_person(told)} is at risk{why}{_when(told, 'act_by', 'and somebody must act by')}"


def _referred(told: Told) -> str:
    when = _when(told, "homeless_from", "from")
    return f"{_person(told)} is referred to the housing authority as homeless{when}"


def _placement_over(told: Told) -> str:
    return f"{_person(told)} has left the place where they were housed{_when(told, 'ended_on', 'on')}"


def _dose(told: Told) -> str:
    of = _when(told, "medicine", "of")
    return f"{_person(told)} comes with a prescription{of}" + "".join(
        f"; {lead} {told[name]}" for name, lead in _DOSES.items() if name in told
    )


def _treatment_ended(told: Told) -> str:
    return f"A treatment ended{_when(told, 'ended_on', 'on')}: {_person(told)}"


def _stepped_up(told: Told) -> str:
    often = f", {told['weekly_contacts']} contacts a week" if "weekly_contacts" in told else ""
    return f"{_person(told)} is supervised more closely{often}{_when(told, 'starts_on', 'from')}"


def _breach(told: Told) -> str:
    return f"Breach proceedings have started: {_person(told)}{_when(told, 'hearing_on', 'is to be heard on')}"


def _breach_over(told: Told) -> str:
    outcome = f" ({_words(told['outcome'])})" if "outcome" in told else ""
    return f"Breach proceedings have ended{outcome}: {_person(told)}"


def _staff_risk(told: Told) -> str:
    measure = _words(told.get("measure", "ask before you meet"))
    return f"For the safety of staff, {measure}: {_person(told)}{_when(told, 'until', 'until')}"


def _recalled(told: Told) -> str:
    return f"Something that you were told was called back, do not use it: {_person(told)}"


_DOSES = {"last_dose_at": "last dose", "next_due_on": "next due"}

_ALERTS: dict[str, tuple[str, Callable[[Told], str]]] = {
    "custody.person.arrested": ("arrest", _arrest),
    "custody.person.left": ("custody_outcome", _outcome),
    "custody.person.released": ("release", _release),
    "custody.release.planned": ("release_plan", _plan),
    "custody.release.cancelled": ("release_plan", _cancelled),
    "supervision.appointment.missed": ("missed_appointment", _missed),
    "drugs_alcohol.dose.handed_over": ("dose", _dose),
    "drugs_alcohol.treatment.ended": ("treatment_ended", _treatment_ended),
    "trust.disclosure.recalled": (RECALL, _recalled),
    "accommodation.tenancy.put_at_risk": ("tenancy_at_risk", _tenancy),
    "accommodation.referral.made": ("homelessness_referral", _referred),
    "accommodation.placement.ended": ("placement_over", _placement_over),
    "supervision.contact.stepped_up": ("contact_level", _stepped_up),
    "supervision.breach.started": ("breach", _breach),
    "supervision.breach.concluded": ("breach_outcome", _breach_over),
    "supervision.staff_risk.set": ("staff_risk", _staff_risk),
}


def alert_for(seq: int, disclosure: Disclosure) -> Alert | None:
    """The alert that a disclosure raises, if any. Pure.

    What is told in an emergency raises none: the officer who opened it is looking, and it is gone when that ends (D13).
    """
    if disclosure.kind not in _ALERTS or ON_ACCESS in disclosure.told:
        return None
    about, headline = _ALERTS[disclosure.kind]
    told = disclosure.told
    if about == RECALL and not disclosure.takes_back():
        return None
    certainty = Certainty(str(told["certainty"])) if "certainty" in told else None
    return Alert(
        alert_id=disclosure.message_id,
        record=disclosure.record,
        seq=seq,
        kind=disclosure.kind,
        about=about,
        headline=headline(told),
        advice=ADVICE if certainty is Certainty.PROVISIONAL else None,
        certainty=certainty,
        person=str(told["person"]) if "person" in told else None,
        told=dict(told),
    )


def settled(alert: Alert, disclosure: Disclosure) -> Alert | None:
    """The alert after an update about its message. One that no longer stands keeps none of its content, and of one
    that was called back nothing is left. Pure.
    """
    stands = disclosure.told.get("stands")
    if disclosure.kind == "trust.update.corrected":
        return corrected(alert, disclosure)
    if disclosure.kind == "trust.disclosure.recalled":
        return None if disclosure.takes_back() else alert
    if stands == Stands.CONFIRMED and not alert.closed:
        told = {name: value for name, value in alert.told.items() if name not in ("certainty", "settles_at")}
        return alert.model_copy(update={"certainty": Certainty.CONFIRMED, "advice": None, "told": told})
    if stands == Stands.NO_LONGER_STANDS:
        gone: dict[str, object] = {
            "certainty": Certainty.WITHDRAWN,
            "advice": None,
            "told": {},
            "headline": _gone(alert),
        }
        return alert.model_copy(update=gone)
    return alert


def corrected(alert: Alert, disclosure: Disclosure) -> Alert:
    """The alert with what is right in it, its headline made anew. One that no longer says anything stays so. Pure."""
    right, at = disclosure.told.get("corrected"), disclosure.told.get("occurred_at")
    free = {n: value for n, value in right.items() if n not in alert.locked} if isinstance(right, dict) else {}
    if not free or not alert.told:
        return alert
    changed = alert.put_right(free, str(at) if at else None)
    return changed.model_copy(update={"headline": _headline(changed)})


def locked(alert: Alert, names: Iterable[str]) -> Alert:
    """The alert without what is locked: nobody is to act on that. Its headline is made of what is left. Pure."""
    kept = alert.lock(names)
    free: dict[str, JsonValue] = {name: value for name, value in alert.told.items() if name not in kept.locked}
    if "person" in kept.locked or not free:
        return kept.model_copy(update={"told": {}, "person": None, "headline": LOCKED, "advice": NOT_TO_BE_USED})
    left = kept.model_copy(update={"told": free})
    return left.model_copy(update={"headline": _headline(left)})


def _headline(alert: Alert) -> str:
    return _ALERTS[alert.kind][1](alert.told)


def _gone(alert: Alert) -> str:
    what = "The " + _words(alert.about)
    return f"{what} you were told of no longer stands" + (f": {alert.person}" if alert.person else "")


class Alerts:
    """Keeps one partner's alerts. Idempotent: the same disclosure twice makes the same rows."""

    name = "alerts"

    def touches(self, disclosure: Disclosure) -> Touched:
        """The rows to be read before this disclosure is applied."""
        earlier = earlier_alert(disclosure)
        return Touched(alerts=[*([earlier] if earlier else []), *disclosure.locks()])

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Take one disclosure in."""
        earlier = earlier_alert(disclosure)
        if earlier and (row := views.alert(earlier)):
            alert = from_row(row)
            changed = _acknowledged(alert) if _acknowledges(disclosure) else settled(alert, disclosure)
            if changed:
                views.put_alert(to_row(changed))
            else:
                views.drop_alert(earlier)
        for message, names in disclosure.locks().items():
            if row := views.alert(message):
                views.put_alert(to_row(locked(from_row(row), names)))
        if raised := alert_for(seq, disclosure):
            views.put_alert(to_row(raised))


def _acknowledges(disclosure: Disclosure) -> bool:
    """A partner's own answer; that another partner has answered leaves this one's alert open."""
    return disclosure.kind == "trust.alert.acknowledged" and disclosure.told.get("source") == disclosure.recipient


def _acknowledged(alert: Alert) -> Alert:
    return alert.model_copy(update={"acknowledged": True})


def earlier_alert(disclosure: Disclosure) -> UUID | None:
    """The alert that this update is about."""
    field = "alert" if _acknowledges(disclosure) else SETTLED_BY.get(disclosure.kind, "")
    said = disclosure.told.get(field)
    return UUID(str(said)) if said else None


def to_row(alert: Alert) -> AlertRow:
    """The alert as a row."""
    return AlertRow(alert.alert_id, alert.record, alert.seq, alert.acknowledged, alert.model_dump_json().encode())


def from_row(row: AlertRow) -> Alert:
    """The alert in a row."""
    return Alert.model_validate_json(row.body).model_copy(update={"acknowledged": row.acknowledged})
