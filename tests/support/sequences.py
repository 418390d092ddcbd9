"""Sequences of movements: steps in a few words, told to a real hub as the prison system and the police would tell them.

A step is `when what`: `1d20m released CR`. What arrives later than it happened says both times: `1d>2d released CR`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from consumers import alerts, rows
from hub.adapters.hmpps import SetAside, read
from hub.ports import UpdateKey
from hub.timers import fire_due
from support.builders import a_clearing, a_consent, a_marker, a_recall, a_release_plan, an_arrest, an_outcome
from support.hmpps import CODE, GONE, an_event, enveloped
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership

ARREST, LEFT = "custody.person.arrested", "custody.person.left"
PLANNED, CANCELLED = "custody.release.planned", "custody.release.cancelled"
RECALLED, WANTED, CLEARED = "custody.person.recalled", "custody.person.wanted", "custody.wanted.cleared"
WITHDRAWN = "trust.update.withdrawn"
PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}
SHORT = {
    "custody.person.arrested": "arrested",
    "custody.person.left": "left",
    "custody.person.received": "in prison",
    "custody.person.released": "released",
    "custody.person.died": "died",
    "custody.release.planned": "plan",
    "custody.release.cancelled": "plan cancelled",
    "custody.person.recalled": "recall",
    "custody.person.wanted": "wanted",
    "custody.wanted.cleared": "wanted cleared",
}
AFTERWARDS = timedelta(hours=2)
"""How long each sequence goes on after its last step, so that what settles has settled."""

_IN: Mapping[str, str] = {
    "admitted": "ADMISSION",
    "moved in": "TRANSFERRED",
    "back from court": "RETURN_FROM_COURT",
    "back from absence": "TEMPORARY_ABSENCE_RETURN",
}
_OUT: Mapping[str, str] = {
    "released": "RELEASED",
    "moved out": "TRANSFERRED",
    "to court": "SENT_TO_COURT",
    "on absence": "TEMPORARY_ABSENCE_RELEASE",
    "to hospital": "RELEASED_TO_HOSPITAL",
}
_STEP = re.compile(r"(?P<at>[0-9dhm]+)(?:>(?P<told>[0-9dhm]+))? (?P<what>[a-z ]+?)(?: (?P<code>[A-Z0-9_]+))?")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def span(text: str) -> timedelta:
    """`1d20m`, or `0`."""
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in re.findall(r"([0-9]+)([dhm])", text)), timedelta())


@dataclass
class Sequence:
    """One person's movements, from the moment at which they begin."""

    partners: Partnership
    number: int
    set_aside: list[str] = field(default_factory=list)
    """Why messages became no update, by name."""
    _said_before: dict[str, tuple[str, UUID]] = field(default_factory=dict)
    """The latest arrest, plan and movement, by who said so."""
    _last: tuple[str, datetime] | None = None

    def __post_init__(self) -> None:
        """Everybody works with the person, the hostel by consent."""
        self.someone = self.partners.person(self.number)
        consent = self.someone | a_consent(HOSTEL)
        self._consent = self.partners.publish(PROBATION, "trust.consent.given", consent)
        for agency in EVERYONE:
            if agency != UNIT:
                self.partners.involve(self.someone, agency, PATHWAYS.get(agency, ()))
        self.begun = self.partners.clock.now()

    def play(self, steps: str) -> None:
        """Do every step at its time, then let everything settle."""
        for step in steps.split(";"):
            found = _STEP.fullmatch(step.strip())
            assert found, step
            self._turn_to(self.begun + span(found["told"] or found["at"]))
            self._do(found["what"], found["code"], self.begun + span(found["at"]))
        self._turn_to(self.partners.clock.now() + AFTERWARDS)

    def _turn_to(self, moment: datetime) -> None:
        """What is due between now and then is done when it is due, as a running hub would."""
        clock = self.partners.clock
        assert moment >= clock.now(), "steps stand in the order in which they arrive"
        while clock.now() < moment:
            clock.moment = min(moment, clock.now() + timedelta(minutes=15))
            while fire_due(self.partners.hub.acceptor):
                pass

    def _do(self, what: str, code: str | None, at: datetime) -> None:
        other = what.endswith(" as another")
        what = what.removesuffix(" as another")
        if what == "again":
            assert self._last
            self._tell(*self._last)
        elif what in _IN or what in _OUT or what == "merged":
            self._tell(self._message(what, code, at, f"Z{self.number + other * 5000:04d}ZZ"), at)
        else:
            self._officers()[what](at, (code or "").lower())

    def _message(self, what: str, code: str | None, at: datetime, noms: str) -> str:
        """A message of the prison system. All of one direction share one MessageId, as two published samples do."""
        if what == "merged":
            kept = {"nomsNumber": f"Z{self.number + 5000:04d}ZZ", "removedNomsNumber": noms, "reason": "MERGE"}
            merged = {"eventType": "prison-offender-events.prisoner.merged", "version": 1}
            return json.dumps(enveloped({**merged, "occurredAt": at.isoformat(), "additionalInformation": kept}))
        reason = {"reason": (_IN | _OUT)[what], CODE: code or GONE}
        where = {"currentLocation": GONE, "currentPrisonStatus": GONE, "prisonId": "ZZA", "nomsNumber": noms}
        name = "received" if what in _IN else "released"
        return json.dumps(enveloped(an_event(name, occurredAt=at.isoformat(), personReference=GONE, **where, **reason)))

    def _tell(self, message: str, at: datetime) -> None:
        self._last = (message, at)
        outcome = read(message.encode())
        if isinstance(outcome, SetAside):
            self.set_aside.append(outcome.name)
            return
        more = {"update_id": outcome.update_id, "at": outcome.occurred_at}
        self._said_before["movement"] = PRISON, self.partners.publish(PRISON, outcome.kind, outcome.data, **more)

    def _officers(self) -> dict[str, Callable[[datetime, str], None]]:
        """What officers say, by their words."""
        return {
            "arrested": lambda at, _: self._says("arrest", POLICE, ARREST, an_arrest(arrested_at=at.isoformat()), at),
            "left": lambda at, code: self._says("left", POLICE, LEFT, an_outcome(self._id("arrest"), code), at),
            "planned": lambda at, _: self._says("plan", PRISON, PLANNED, a_release_plan(release_on=_soon(at)), at),
            "plan cancelled": lambda at, code: self._says("", PRISON, CANCELLED, self._cancelled(at, code), at),
            "recalled": lambda at, _: self._says("", PROBATION, RECALLED, a_recall(recalled_at=at.isoformat()), at),
            "wanted": lambda at, _: self._says("wanted", POLICE, WANTED, a_marker(wanted_since=at.isoformat()), at),
            "cleared": lambda at, _: self._says("", POLICE, CLEARED, a_clearing(self._id("wanted")), at),
            "withdrawn": self._withdrawn,
        }

    def _id(self, name: str) -> str:
        return str(self._said_before[name][1])

    def _cancelled(self, at: datetime, reason: str) -> dict[str, Any]:
        return {"plan": self._id("plan"), "cancelled_at": at.isoformat(), "reason": reason}

    def _withdrawn(self, at: datetime, name: str) -> None:
        """Whoever said it takes it back: an `ARREST`, how it was `LEFT`, a `MOVEMENT` or a `PLAN`."""
        agency = self._said_before[name][0]
        self._says("", agency, WITHDRAWN, {"update": self._id(name), "reason": "recorded_in_error"}, at)

    def _says(self, name: str, agency: str, kind: str, data: dict[str, Any], at: datetime) -> None:
        self._said_before[name] = agency, self.partners.publish(agency, kind, self.someone | data, at=at)

    def ends_with(self) -> dict[str, str]:
        """For each partner, the facts that its view holds of these movements, then its alerts, the oldest first."""
        self.partners.hub.catch_up()
        return {agency: f"{_all(self._facts(agency))} / {_all(self._alerts(agency))}" for agency in EVERYONE}

    def _known_as(self, agency: str) -> UUID:
        """The person as an agency knows them."""
        with self.partners.hub.archive() as archive:
            record = archive.record_of(UpdateKey(PROBATION, self._consent))
        assert record
        return self.partners.hub.identity.record(agency, record)

    def _facts(self, agency: str) -> Iterator[str]:
        kept = self.partners.hub.hosted[agency].views.facts(self._known_as(agency))
        found = [fact.model_dump(mode="json") for fact in rows.shown(kept)]
        for fact in sorted(found, key=lambda each: int(each["seq"])):
            if fact["kind"] in SHORT:
                yield _said_of(fact)

    def _alerts(self, agency: str) -> Iterator[str]:
        kept = self.partners.hub.hosted[agency].views.alerts(open_only=False, limit=500)
        found = [alerts.shown(row).model_dump(mode="json") for row in kept if row.record == self._known_as(agency)]
        for alert in sorted(found, key=lambda each: int(each["seq"])):
            yield _said_of(alert)


def _all(said: Iterator[str]) -> str:
    return ", ".join(said) or "-"


def _said_of(row: Mapping[str, Any]) -> str:
    """`released (conditional) confirmed`: the kind, the reason as far as it was told, how certain it is."""
    told = row["told"]
    why = told.get("outcome") or told.get("reason") or (told.get("stands") if "in_custody" in told else None)
    reason = f" ({why.replace('_', ' ')})" if why else ""
    return f"{SHORT[row['kind']]}{reason}{' ' + row['certainty'] if row['certainty'] else ''}"


def _soon(at: datetime) -> str:
    return (at + timedelta(days=14)).date().isoformat()
