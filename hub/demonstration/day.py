"""The day: what happens to a handful of people, told as updates, and what is watched while it happens."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from hub.adapters.hmpps import Understood, read
from hub.bootstrap import Hub
from hub.demonstration import duties
from hub.demonstration.programme import (
    DRUGS,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Step,
    a_while_ago,
    accept,
    person,
    publish,
    reached,
    ready,
)
from hub.ports import UpdateKey

_WAIT_SECONDS = 10.0
_LOOK_SECONDS = 0.001


@dataclass
class Day:
    """What was played, for the telling."""

    arrest: UpdateKey
    plan: UpdateKey
    latency: dict[str, float] = field(default_factory=dict)
    """Seconds from publishing the arrest to each partner's alert."""
    told: list[str] = field(default_factory=list)
    """One sentence for each thing that happened."""


def play(hub: Hub) -> Day:
    """Play the day on a hub that runs. Takes a few seconds, mostly the settling time."""
    arrest, latency = _arrest(hub)
    plan = publish(hub, Step(PRISON, "custody.release.planned", {**person(2), **_plan(hub)}, hub.clock.now()))
    day = Day(arrest, plan, latency)
    day.told.append("Testcase-01 was arrested; Testcase-02 is due for release tomorrow")
    _ends_in_nothing(hub, day)
    _ends_in_a_charge(hub, day)
    _both_ways(hub, day)
    _consent_withdrawn(hub, day)
    _a_death_is_no_release(hub, day)
    day.told += [story(hub) for story in duties.STORIES]
    _settle(hub, day)
    return day


def _arrest(hub: Hub) -> tuple[UpdateKey, dict[str, float]]:
    """The arrest of which everything is told, timed from publishing to each partner's alert."""
    data = {
        "arrested_at": a_while_ago(hub, minutes=20).isoformat(),
        "station": "Northshire Central",
        "alleged_offence": "burglary of a dwelling",
        "expected_until": (hub.clock.now() + timedelta(hours=20)).isoformat(),
        "drug_test": "positive",
        "officer": "PC Example",
        "intelligence": "Seen near an invented address.",
    }
    step = Step(POLICE, "custody.person.arrested", {**person(1), **data}, a_while_ago(hub, minutes=20))
    received = ready(hub, step)
    started = time.perf_counter()
    accept(hub, received)
    return received.key, _latency(hub, received.key, started)


def _latency(hub: Hub, key: UpdateKey, started: float) -> dict[str, float]:
    partners = (PROBATION, UNIT, HOUSING, HOSTEL, DRUGS)
    waiting = {agency: hub.identity.message(agency, *key) for agency in partners}
    seen: dict[str, float] = {}
    while waiting and time.perf_counter() - started < _WAIT_SECONDS:
        for agency, alert_id in list(waiting.items()):
            if hub.hosted[agency].views.alert(alert_id):
                seen[agency] = time.perf_counter() - started
                del waiting[agency]
        time.sleep(_LOOK_SECONDS)
    return seen


def _plan(hub: Hub) -> dict[str, Any]:
    return {
        "prison": "HMP Fictional",
        "release_on": (hub.clock.now() + timedelta(days=1)).date().isoformat(),
        "release_type": "conditional",
        "address": "1 Invented Street, Northshire, ZZ1 1ZZ",
        "licence": ["Report to the office by four o'clock"],
        "exclusion_zones": ["Invented Park and the streets around it"],
        "housing_need": "nowhere",
        "prescribing": "Opioid substitution, daily",
        "offender_manager": "A Practitioner",
    }


def _ends_in_nothing(hub: Hub, day: Day) -> None:
    arrest = _another_arrest(hub, 4)
    outcome = {"arrest": str(arrest.update_id), "left_at": hub.clock.now().isoformat(), "outcome": "no_further_action"}
    publish(hub, Step(POLICE, "custody.person.left", outcome, hub.clock.now()))
    day.told.append("Testcase-04 was arrested and released without further action: support agencies keep no trace")


def _ends_in_a_charge(hub: Hub, day: Day) -> None:
    arrest = _another_arrest(hub, 6)
    outcome = {
        "arrest": str(arrest.update_id),
        "left_at": hub.clock.now().isoformat(),
        "outcome": "charged",
        "charge": "theft from a shop",
        "court_on": (hub.clock.now() + timedelta(days=14)).date().isoformat(),
    }
    publish(hub, Step(POLICE, "custody.person.left", outcome, hub.clock.now()))
    day.told.append("Testcase-06 was arrested and charged: probation hears the charge, housing that custody is over")


def _another_arrest(hub: Hub, number: int) -> UpdateKey:
    at = a_while_ago(hub, hours=3)
    data = {"arrested_at": at.isoformat(), "station": "Northshire Central", "alleged_offence": "theft from a shop"}
    return publish(hub, Step(POLICE, "custody.person.arrested", {**person(number), **data}, at))


def _both_ways(hub: Hub, day: Day) -> None:
    due = a_while_ago(hub, hours=1)
    missed = {"due_at": due.isoformat(), "activity": "office_appointment", "enforceable": True}
    publish(hub, Step(PROBATION, "supervision.appointment.missed", {**person(8), **missed}, due))
    day.told.append("Testcase-08 missed an appointment: probation told the police, who told probation of the arrests")


def _consent_withdrawn(hub: Hub, day: Day) -> None:
    publish(hub, Step(PROBATION, "trust.consent.withdrawn", person(5), hub.clock.now()))
    data = {"arrested_at": a_while_ago(hub, minutes=5).isoformat(), "station": "Northshire Central"}
    step = Step(POLICE, "custody.person.arrested", {**person(5), **data, "alleged_offence": "affray"}, hub.clock.now())
    arrest = publish(hub, step)
    told = reached(hub, HOSTEL, arrest)
    day.told.append(
        "Testcase-05 withdrew consent and was then arrested: the hostel "
        + ("WAS TOLD, WHICH IS WRONG" if told else "was told nothing")
    )


def _a_death_is_no_release(hub: Hub, day: Day) -> None:
    """Two HMPPS events that both say `RELEASED`: one is a death, one a release."""
    died, released = read(_hmpps_event(hub, 3, "DEC")), read(_hmpps_event(hub, 9, "CR"))
    for said in (died, released):
        assert isinstance(said, Understood)
        publish(hub, Step(PRISON, said.kind, said.data, said.occurred_at))
    day.told.append("Testcase-03 died: HMPPS says “released”, the hub told a death and stopped every reminder")
    day.told.append("Testcase-09 was released: the same HMPPS event with another code, told as a release")


def _hmpps_event(hub: Hub, number: int, code: str) -> bytes:
    """A domain event in its SNS envelope, in the published form."""
    inner = {
        "eventType": "prison-offender-events.prisoner.released",
        "version": 1,
        "occurredAt": a_while_ago(hub, hours=2).isoformat(timespec="seconds"),
        "additionalInformation": {
            "nomsNumber": f"Z{number:04d}ZZ",
            "reason": "RELEASED",
            "nomisMovementReasonCode": code,
            "currentLocation": "OUTSIDE_PRISON",
            "currentPrisonStatus": "NOT_UNDER_PRISON_CARE",
            "prisonId": "ZZI",
        },
    }
    return orjson.dumps({"Type": "Notification", "MessageId": "demonstration", "Message": orjson.dumps(inner).decode()})


def _settle(hub: Hub, day: Day) -> None:
    """Wait until the hub itself has confirmed the arrest."""
    message_id, until = hub.identity.message(PROBATION, *day.arrest), time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until:
        row = hub.hosted[PROBATION].views.alert(message_id)
        if row and b'"certainty":"confirmed"' in row.body:
            day.told.append("The hub confirmed the arrest after its settling time, to exactly those who were told")
            return
        time.sleep(0.05)
    day.told.append("The arrest was NOT confirmed in time, which is wrong")


def message_ids(hub: Hub, key: UpdateKey) -> dict[str, UUID]:
    """The update's message id at every partner."""
    return {agency: hub.identity.message(agency, *key) for agency in hub.bundle.policies.partners}
