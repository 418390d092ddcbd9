"""Two years of the programme, week by week: appointments, scores, help that starts and ends, custody and release.

Made up, and the same at every run. About a third of the people are in prison at the end, as in the programme that was
evaluated in 2014 (requirement RP14).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from hub.demonstration.programme import (
    DRUGS,
    HOUSING,
    METHOD,
    PEOPLE,
    POLICE,
    TRAINING,
    UNIT,
    Step,
    in_prison,
    person,
    prison,
    provider,
    works_with,
)

WEEKS = 104
_SPACE = UUID("6f1f0c3e-8d5c-5f5e-9a55-0d1f3a7a2b11")
_ACTIVITIES = ("office_appointment", "programme", "leisure", "partner_appointment", "home_visit")
_SPELL = 12
"""Weeks of a stay in prison that is over."""
_AN_HOUR = timedelta(hours=1)


def history(now: datetime, people: int = PEOPLE, weeks: int = WEEKS, often: int = 4) -> Iterator[Step]:
    """Everything that happened in the weeks before `now`, in its order; so many appointments in five weeks."""
    for week in range(weeks):
        monday = now - timedelta(weeks=weeks - week)
        for number in range(1, people + 1):
            yield from _week(number, week, weeks, monday + timedelta(minutes=number), often)


def _week(number: int, week: int, weeks: int, at: datetime, often: int) -> Iterator[Step]:
    inside = _inside(number, week, weeks)
    if inside and not _inside(number, week - 1, weeks):
        yield from _goes_in(number, at)
    elif not inside and week and _inside(number, week - 1, weeks):
        yield _step(prison(number), "custody.person.released", number, at, _released(at))
    elif not inside and (number + week) % 5 < often:
        yield _appointment(number, week, at)
    if week % 4 == number % 4:
        yield _step(UNIT, "programme.risk.reassessed", number, at + _AN_HOUR, _score(number, week, inside))
    yield from _help(number, week, at + 2 * _AN_HOUR)


def _inside(number: int, week: int, weeks: int) -> bool:
    """Whether the person is in prison in this week: to the end of it all, or for a while before."""
    if week < 0:
        return False
    if in_prison(number):
        return week >= weeks - 20 - number % 30
    begins = number * 7 % max(weeks - 2 * _SPELL, 1)
    return number % 2 == 1 and number > 12 and begins <= week < begins + _SPELL


def _goes_in(number: int, at: datetime) -> Iterator[Step]:
    """Arrested, remanded, and received by a prison."""
    arrested = {"arrested_at": at.isoformat(), "station": "Northshire Central", "alleged_offence": "theft"}
    arrest = _step(POLICE, "custody.person.arrested", number, at, arrested)
    yield arrest
    left = {"arrest": str(arrest.id), "left_at": (at + 20 * _AN_HOUR).isoformat(), "outcome": "remanded"}
    yield _step(POLICE, "custody.person.left", number, at + 20 * _AN_HOUR, left)
    received = {"received_at": (at + 22 * _AN_HOUR).isoformat(), "prison": "HMP Fictional", "reason": "new_custody"}
    yield _step(prison(number), "custody.person.received", number, at + 22 * _AN_HOUR, received)


def _released(at: datetime) -> dict[str, Any]:
    return {"released_at": at.isoformat(), "prison": "HMP Fictional", "reason": "conditional"}


def _appointment(number: int, week: int, at: datetime) -> Step:
    """Every ninth is missed."""
    activity = _ACTIVITIES[(number + week) % len(_ACTIVITIES)]
    if (number + week) % 9:
        kept = {"kept_at": at.isoformat(), "activity": activity}
        return _step(provider(number), "supervision.appointment.kept", number, at, kept)
    missed = {"due_at": at.isoformat(), "activity": activity, "enforceable": week % 2 == 0}
    return _step(provider(number), "supervision.appointment.missed", number, at, missed)


def _score(number: int, week: int, inside: bool) -> dict[str, Any]:
    """A score of the method's range, 0 in prison; it goes down a little as the weeks pass."""
    score = 0 if inside else max(5, (number * 11 + week * 3) % 55 - week // 8)
    band = "high" if score >= 39 else "medium" if score >= 20 else "low"
    return {"method": METHOD, "score": score, "band": band, "in_prison": inside, "deselected": False, "wanted": False}


def _help(number: int, week: int, at: datetime) -> Iterator[Step]:
    """Every half year each agency that helps starts with somebody, says how it goes, and ends a quarter later."""
    turn, agencies = (week - number) % 26, works_with(number)
    for agency, kind, more in _HELP.get(turn, ()):
        if agency in agencies:
            day, begun = at.date(), at.date() - timedelta(weeks=13)
            said = more | ({"started_on": day.isoformat()} if kind.endswith("started") else {})
            said |= {"started_on": begun.isoformat(), "ended_on": day.isoformat()} if kind.endswith("ended") else {}
            yield _step(agency, kind, number, at, said)


_HELP: dict[int, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    3: (
        (DRUGS, "drugs_alcohol.treatment.started", {"support": "A fictional course", "substance": "opiates"}),
        (TRAINING, "ete.support.started", {"support": "A fictional course"}),
        (
            HOUSING,
            "finance.status.changed",
            {"status": "in_progress", "direction": "better", "evidence": "Paid."},
        ),
    ),
    9: (
        (TRAINING, "ete.status.changed", {"status": "in_progress", "direction": "better", "evidence": "Comes early."}),
    ),
    16: (
        (DRUGS, "drugs_alcohol.treatment.ended", {"reason": "completed"}),
        (TRAINING, "ete.support.ended", {"reason": "completed"}),
    ),
}


def _step(agency: str, kind: str, number: int, at: datetime, data: dict[str, Any]) -> Step:
    return Step(agency, kind, person(number) | data, at, uuid5(_SPACE, f"{kind}/{number}/{at.isoformat()}"))
