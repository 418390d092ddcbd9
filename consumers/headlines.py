"""Headlines: what an alert is about, and its one sentence, made of told fields only."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

RECALL = "recall_of_disclosure"

Told = Mapping[str, JsonValue]


def _person(told: Told) -> str:
    return str(told.get("person", "Somebody you work with"))


def words(value: JsonValue) -> str:
    """A value of a closed list, to be read."""
    return str(value).replace("_", " ")


def _when(told: Told, name: str, lead: str) -> str:
    return f" {lead} {told[name]}" if name in told else ""


def _in_brackets(told: Told, name: str) -> str:
    return f" ({words(told[name])})" if name in told else ""


def _arrest(told: Told) -> str:
    offence = f", alleged offence: {told['alleged_offence']}" if "alleged_offence" in told else ""
    return f"{_person(told)} was arrested{_when(told, 'arrested_at', 'on')}{offence}"


def _outcome(told: Told) -> str:
    if "outcome" in told:
        return f"{_person(told)} left police custody: {words(told['outcome'])}"
    if "in_custody" in told:
        return f"{_person(told)} {'stays in custody' if told['in_custody'] else 'is no longer in police custody'}"
    return "An arrest you were told of " + words(told.get("stands", "has an outcome"))


def _release(told: Told) -> str:
    return f"{_person(told)} was released from prison{_when(told, 'released_at', 'on')}{_in_brackets(told, 'reason')}"


def _plan(told: Told) -> str:
    return f"{_person(told)} is due for release{_when(told, 'release_on', 'on')}"


def _cancelled(told: Told) -> str:
    return f"A release plan no longer stands: {_person(told)}"


def _changed(told: Told) -> str:
    return f"A release plan has changed: {_person(told)}{_when(told, 'release_on', 'is now due for release on')}"


def _charged(told: Told) -> str:
    return f"{_person(told)} was charged{_when(told, 'charge', 'with')}"


def _sought(told: Told) -> str:
    return f"{_person(told)} is recalled to prison{_when(told, 'recalled_at', 'since')}"


def _wanted(told: Told) -> str:
    return f"{_person(told)} is wanted{_in_brackets(told, 'wanted_for')}"


def _cleared(told: Told) -> str:
    return f"{_person(told)} is no longer wanted"


def _died(told: Told) -> str:
    return f"{_person(told)} has died"


def _listed(told: Told) -> str:
    return f"{_person(told)} is due in court{_when(told, 'hearing_at', 'on')}"


def _concluded(told: Told) -> str:
    return f"A case at court has ended: {_person(told)}, {words(told['outcome'])}"


def _sentenced(told: Told) -> str:
    return f"{_person(told)} was sentenced: {words(told.get('sentence', 'by a court'))}"


def _missed(told: Told) -> str:
    activity = words(told.get("activity", "appointment"))
    return f"{_person(told)} missed an {activity}" if activity[0] in "aeiou" else f"{_person(told)} missed a {activity}"


def _tenancy(told: Told) -> str:
    by = _when(told, "act_by", "and somebody must act by")
    return f"The tenancy of {_person(told)} is at risk{_in_brackets(told, 'why')}{by}"


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
    return f"Breach proceedings have ended{_in_brackets(told, 'outcome')}: {_person(told)}"


def _staff_risk(told: Told) -> str:
    measure = words(told.get("measure", "ask before you meet"))
    return f"For the safety of staff, {measure}: {_person(told)}{_when(told, 'until', 'until')}"


def _review(told: Told) -> str:
    return f"A review is called{_when(told, 'held_at', 'for')}: {_person(told)}"


def _moved(told: Told) -> str:
    return f"A review is moved{_when(told, 'held_at', 'to')}{_in_brackets(told, 'reason')}: {_person(told)}"


def _transfer(told: Told) -> str:
    to = f"{told['from_agency']} hands over to {told['to_agency']}" if "from_agency" in told else "You take over"
    return f"{to}: {_person(told)}"


def _left_the_programme(told: Told) -> str:
    return f"{_person(told)} left the programme{_in_brackets(told, 'reason')}"


def _target(told: Told) -> str:
    return f"You answer for a target{_when(told, 'due_on', 'due on')}: {_person(told)}"


def _reported(told: Told) -> str:
    outcome = f": {words(told['outcome'])}" if "outcome" in told else ""
    return f"Something that you said or were told of has an outcome{outcome}"


def _unanswered(told: Told) -> str:
    silent = told.get("silent")
    who = f" by {', '.join(map(str, silent))}" if isinstance(silent, list) else ""
    return f"Nobody has answered an alert{who}: {_person(told)}"


def _recalled(told: Told) -> str:
    return f"Something that you were told was called back, do not use it: {_person(told)}"


_DOSES = {"last_dose_at": "last dose", "next_due_on": "next due"}

HEADLINES: dict[str, tuple[str, Callable[[Told], str]]] = {
    "custody.person.arrested": ("arrest", _arrest),
    "custody.person.left": ("custody_outcome", _outcome),
    "custody.person.released": ("release", _release),
    "custody.release.planned": ("release_plan", _plan),
    "custody.release.cancelled": ("release_plan", _cancelled),
    "custody.release.changed": ("release_plan", _changed),
    "custody.person.charged": ("custody_outcome", _charged),
    "custody.person.recalled": ("recall", _sought),
    "custody.person.wanted": ("wanted_marker", _wanted),
    "custody.wanted.cleared": ("wanted_marker", _cleared),
    "custody.person.died": ("death", _died),
    "court.hearing.listed": ("hearing", _listed),
    "court.hearing.concluded": ("court_outcome", _concluded),
    "court.person.sentenced": ("court_outcome", _sentenced),
    "supervision.appointment.missed": ("missed_appointment", _missed),
    "trust.disclosure.recalled": (RECALL, _recalled),
    "drugs_alcohol.dose.handed_over": ("dose", _dose),
    "drugs_alcohol.treatment.ended": ("treatment_ended", _treatment_ended),
    "accommodation.tenancy.put_at_risk": ("tenancy_at_risk", _tenancy),
    "accommodation.referral.made": ("homelessness_referral", _referred),
    "accommodation.placement.ended": ("placement_over", _placement_over),
    "supervision.contact.stepped_up": ("contact_level", _stepped_up),
    "supervision.breach.started": ("breach", _breach),
    "supervision.breach.concluded": ("breach_outcome", _breach_over),
    "supervision.staff_risk.set": ("staff_risk", _staff_risk),
    "programme.review.called": ("review", _review),
    "programme.review.moved": ("review", _moved),
    "programme.case.transferred": ("transfer", _transfer),
    "programme.person.deselected": ("deselection", _left_the_programme),
    "programme.target.set": ("target", _target),
    "trust.outcome.reported": ("outcome", _reported),
    "trust.alert.unacknowledged": ("unanswered", _unanswered),
}
"""By the kind of update that raises it."""
