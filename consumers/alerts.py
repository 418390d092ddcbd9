"""Alerts: arrests and how they ended, releases, plans, missed appointments, breach, homes, doses, the safety of staff.

An alert says what its partner was told and no more; while it is provisional it says what not to do on it alone (D2).
A consumer never confirms by silence: certainty changes only by an update from the hub or the publisher.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

from pydantic import JsonValue

from consumers.endings import Moment, ended_by, later, over_before, state_of, taken_back, witnesses
from consumers.headlines import HEADLINES, RECALL, words
from hub.ports import AlertRow, Touched, ViewsUnit
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.views import Alert, Fact
from schemas.vocabulary import Certainty, Stands

ADVICE = "Provisional: do not re-let, stop a prescription or recall on this alone."
QUIETLY = "For justice agencies only: do not let the person or anybody else know (D3)."
NO_MORE_REMINDERS = "Send no reminder, and stop every appointment and visit (D5)."

LOCKED = "What this alert said is locked: the consent that it rested on has ended"
NOT_TO_BE_USED = "Do not act on it, and use no more what it said."

ARREST = "arrest"
SETTLED_BY = {
    "trust.update.confirmed": "update",
    "trust.update.withdrawn": "update",
    "trust.update.corrected": "update",
    "trust.disclosure.recalled": "update",
    "custody.person.left": ARREST,
    "custody.person.charged": ARREST,
    "court.hearing.concluded": ARREST,
    "custody.release.changed": "plan",
    "custody.release.cancelled": "plan",
    "supervision.breach.concluded": "breach",
    "supervision.staff_risk.lifted": "staff_risk",
    "custody.wanted.cleared": "wanted",
}
"""Kinds that change how an earlier alert stands, and the field that names it."""


_ADVICE = {
    "custody.person.recalled": QUIETLY,
    "custody.person.wanted": QUIETLY,
    "custody.person.died": NO_MORE_REMINDERS,
}

_ONLY_WITH = {"custody.person.charged": "charge", "court.hearing.concluded": "outcome"}
"""Kinds that raise an alert only where this is told: the others hear how the arrest stands, in the alert they have."""

OF_THE_LIVING = ("supervision.appointment.missed", "court.hearing.listed")
"""Kinds that raise no alert of somebody who has died (D5)."""
DEATH = "death"
"""The fact of a view that says so."""


_FOR_OTHERS = ("review", "transfer", "deselection", "target", "outcome")
"""What is no news to whoever says it."""


def _is_for(disclosure: Disclosure) -> bool:
    """Whether somebody else said it; a target is for its owner alone to meet."""
    told = disclosure.told
    owns = disclosure.kind != "programme.target.set" or told.get("owner") == disclosure.recipient
    return owns and told.get("source") != disclosure.recipient


def alert_for(seq: int, disclosure: Disclosure) -> Alert | None:
    """The alert that a disclosure raises, if any. Pure.

    What is told in an emergency raises none: the officer who opened it is looking, and it is gone when that ends (D13).
    """
    if disclosure.kind not in HEADLINES or ON_ACCESS in disclosure.told:
        return None
    about, headline = HEADLINES[disclosure.kind]
    told = disclosure.told
    if (about == RECALL and not disclosure.takes_back()) or _ONLY_WITH.get(disclosure.kind, about) not in {
        about,
        *told,
    }:
        return None
    if about in _FOR_OTHERS and not _is_for(disclosure):
        return None
    certainty = Certainty(str(told["certainty"])) if "certainty" in told else None
    return Alert(
        alert_id=disclosure.message_id,
        record=disclosure.record,
        seq=seq,
        kind=disclosure.kind,
        about=about,
        headline=headline(told),
        advice=ADVICE if certainty is Certainty.PROVISIONAL else _ADVICE.get(disclosure.kind),
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
    if disclosure.kind == "custody.release.changed":
        return changed(alert, disclosure)
    if disclosure.kind == "trust.disclosure.recalled":
        return None if disclosure.takes_back() else alert
    if stands == Stands.CONFIRMED and not alert.closed:
        told = {name: value for name, value in alert.told.items() if name not in ("certainty", "settles_at")}
        return alert.model_copy(update={"certainty": Certainty.CONFIRMED, "advice": None, "told": told})
    return _withdrawn(alert) if stands == Stands.NO_LONGER_STANDS else alert


def _withdrawn(alert: Alert, over: tuple[UUID, ...] = ()) -> Alert:
    gone: dict[str, object] = {
        "certainty": Certainty.WITHDRAWN,
        "advice": None,
        "told": {},
        "over": over,
        "headline": _gone(alert),
    }
    return alert.model_copy(update=gone)


def changed(alert: Alert, disclosure: Disclosure) -> Alert:
    """The alert of a plan as it stands by now; of one that is known to have changed, and not how, nothing. Pure."""
    if disclosure.told.keys() <= {"plan", "stands"}:
        return _withdrawn(alert)
    right, at = disclosure.changes(alert.locked), disclosure.told.get("occurred_at")
    if not right or not alert.told:
        return alert
    made = alert.put_right(right, str(at) if at else None)
    return made.model_copy(update={"headline": _headline(made)})


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
    if "person" in kept.locked or not kept.free:
        return kept.model_copy(update={"told": {}, "person": None, "headline": LOCKED, "advice": NOT_TO_BE_USED})
    left = kept.model_copy(update={"told": kept.free})
    return left.model_copy(update={"headline": _headline(left)})


def _headline(alert: Alert) -> str:
    return HEADLINES[alert.kind][1](alert.told)


def _gone(alert: Alert) -> str:
    what = words(alert.about)
    if state_of(alert.kind):
        return f"No longer sought ({what})" + (f": {alert.person}" if alert.person else "")
    return f"The {what} you were told of no longer stands" + (f": {alert.person}" if alert.person else "")


class Alerts:
    """Keeps one partner's alerts. Idempotent: the same disclosure twice makes the same rows."""

    name = "alerts"

    def touches(self, disclosure: Disclosure) -> Touched:
        """The rows to be read before this disclosure is applied."""
        earlier = earlier_alert(disclosure)
        names = {DEATH} if disclosure.kind in OF_THE_LIVING else witnesses(disclosure.kind)
        facts = [(disclosure.record, name) for name in sorted(names)]
        return Touched(facts=facts, alerts=[*([earlier] if earlier else []), *disclosure.locks()])

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Take one disclosure in."""
        raised = alert_for(seq, disclosure)
        earlier = earlier_alert(disclosure)
        if earlier and (row := views.alert(earlier)):
            self._change(views, from_row(row), disclosure, raised)
        for message, names in disclosure.locks().items():
            if row := views.alert(message):
                views.put_alert(to_row(locked(from_row(row), names)))
        if raised and not (disclosure.kind in OF_THE_LIVING and _is_dead(views, disclosure.record)):
            views.put_alert(to_row(_as_it_stands(views, raised)))
        if ended_by(disclosure):
            self._end(views, Moment(_occurred(disclosure.told), seq), disclosure)
        if ending := taken_back(disclosure):
            self._resume(views, disclosure.record, ending)

    def _end(self, views: ViewsUnit, at: Moment, disclosure: Disclosure) -> None:
        """Nobody is to act on it that somebody is sought who is there, or has died (D3)."""
        for alert in map(from_row, views.alerts_of(disclosure.record)):
            if alert.told and state_of(alert.kind) in ended_by(disclosure) and later(at, _moment(alert)):
                views.put_alert(to_row(alert.end([disclosure.message_id])))

    def _resume(self, views: ViewsUnit, record: UUID, ending: UUID) -> None:
        """What ended these was taken back."""
        for alert in map(from_row, views.alerts_of(record)):
            if ending in alert.over:
                views.put_alert(to_row(_resumed(alert, ending)))

    def _change(self, views: ViewsUnit, alert: Alert, disclosure: Disclosure, raised: Alert | None) -> None:
        """An alert after what was said of it; what is `raised` about an arrest is remembered beside it."""
        changed = _acknowledged(alert) if _acknowledges(disclosure) else settled(alert, disclosure)
        if changed is None:
            views.drop_alert(alert.alert_id)
            return
        followed_by = {
            *changed.followed_by,
            *([raised.alert_id] if raised and SETTLED_BY.get(raised.kind) == ARREST else []),
        }
        views.put_alert(to_row(changed.model_copy(update={"followed_by": tuple(sorted(followed_by))})))
        if came_to_nothing(disclosure):
            for message in changed.followed_by:
                if row := views.alert(message):
                    views.put_alert(to_row(_withdrawn(from_row(row))))


def came_to_nothing(disclosure: Disclosure) -> bool:
    """Whether an arrest came to nothing, for a partner that is not told how: it keeps no alert of it at all (D1)."""
    gone = disclosure.told.get("stands") == Stands.NO_LONGER_STANDS and "outcome" not in disclosure.told
    return gone and SETTLED_BY.get(disclosure.kind) == ARREST


def _as_it_stands(views: ViewsUnit, raised: Alert) -> Alert:
    """What is told late may be over by what was told before."""
    return raised.end(over_before(raised.kind, _moment(raised), partial(_fact, views, raised.record)))


def _resumed(alert: Alert, ending: UUID) -> Alert:
    """Somebody is sought again, once nothing else says otherwise: whoever had seen the alert is to see it anew."""
    left = alert.resume(ending)
    again = {"acknowledged": False, "resumed": tuple(sorted({*alert.resumed, ending}))}
    return left if left.over else left.model_copy(update=again)


def _moment(alert: Alert) -> Moment:
    return Moment(_occurred(alert.told), alert.seq)


def _occurred(told: Mapping[str, JsonValue]) -> str | None:
    return str(told["occurred_at"]) if "occurred_at" in told else None


def _is_dead(views: ViewsUnit, record: UUID) -> bool:
    """Whether the partner was told that the person has died, and nobody has taken it back."""
    fact = _fact(views, record, DEATH)
    return fact is not None and fact.certainty is not Certainty.WITHDRAWN


def _fact(views: ViewsUnit, record: UUID, name: str) -> Fact | None:
    row = views.fact(record, name)
    return Fact.model_validate_json(row.body) if row else None


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


def shown(row: AlertRow) -> Alert:
    """The alert in a row as it is read: of one that is over, nothing of what it told, or was put right in it."""
    alert = from_row(row)
    nothing = alert.model_copy(update={"corrected": {}, "locked": ()})
    return _withdrawn(nothing, alert.over) if alert.over else alert
