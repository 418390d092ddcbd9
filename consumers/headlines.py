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
    reason = f" ({words(told['reason'])})" if "reason" in told else ""
    return f"{_person(told)} was released from prison{_when(told, 'released_at', 'on')}{reason}"


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
    reason = f" ({words(told['wanted_for'])})" if "wanted_for" in told else ""
    return f"{_person(told)} is wanted{reason}"


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


def _recalled(told: Told) -> str:
    return f"Something that you were told was called back, do not use it: {_person(told)}"


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
}
"""By the kind of update that raises it."""
