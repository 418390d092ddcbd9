"""HMPPS: a domain event of the prison system becomes an update, or is set aside by name. Nothing is guessed.

The prison system says *released* of the dead, the absconded, the deported and the records it merges, so the
movement code decides. The codes are those of NOMIS's reference domain MOVE_RSN (ministryofjustice/prison-api);
which of them are recalls and which are no release is what HMPPS's own services say
(hmpps-resettlement-passport-api, hmpps-probation-integration-services, calculate-release-dates-api).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from hub.adapters.hmpps_catalogue import SET_ASIDE, why_not
from hub.receiving import Rejected, strict_json
from schemas.updates.custody import Died, Received, Released
from schemas.vocabulary import ReceptionReason, RecordedAs, ReleaseReason


@dataclass(frozen=True)
class Understood:
    """What becomes an update. The same facts give the same id and data, whatever envelope they came in."""

    update_id: UUID
    kind: str
    occurred_at: datetime
    data: dict[str, JsonValue]


@dataclass(frozen=True)
class SetAside:
    """A message that becomes no update: one of the names of `SET_ASIDE`, and its sentence."""

    name: str
    why: str


def read(raw: bytes) -> Understood | SetAside:
    """Read an SNS envelope, or the domain event inside one. Never raises, whatever the bytes."""
    try:
        return _understood(_event(raw))
    except _Aside as aside:
        return SetAside(aside.name, SET_ASIDE[aside.name])


class _Aside(Exception):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


# Never changes: with another one, every movement told before would be told again.
_NAMESPACE = UUID("6f0c7a52-6f43-4b0e-9d53-0b7c5b0a2a7e")
_Part = dict[str, JsonValue]
_BRITAIN = ZoneInfo("Europe/London")
"""A day is the one on the prison's wall."""


def _by_code(**codes: str) -> Mapping[str, str]:
    """What each code means, from the codes of each meaning."""
    return MappingProxyType({code: meaning for meaning, listed in codes.items() for code in listed.split()})


_RECALLS = frozenset({"Y", "PD", "ELR", "B", "24", "ETRLR", "L"})
_RELEASES = _by_code(
    conditional="CR CE", home_detention_curfew="HR HU HD HE", early="ECSL", bail="BL", no_custodial_sentence="NCS"
)
_DEATH = "DEC"
_NO_RELEASE_CODE = _by_code(
    absconded="UAL UAL_ECL",
    escaped="ESCP",
    deported="DD DE DEIRC DL ECSLIRC ETR EX RE",
    to_hospital="HO HP HQ",
    merged_records="MRG",
    temporary_absence="IR",
    not_released="99 AS AV",
)
_NO_RELEASE = _by_code(
    temporary_absence="TEMPORARY_ABSENCE_RELEASE",
    to_hospital="RELEASED_TO_HOSPITAL",
    sent_to_court="SENT_TO_COURT",
    transferred_out="TRANSFERRED",
)
_NO_ADMISSION = _by_code(
    # HMPPS's services disagree on whether the first four are recalls. The others are recaptured, back late, or
    # resting overnight on the way to another prison.
    reception_unclear="ETB ETRB ETRRIE H A Q R RECA S U Z",
    # The prison system falls back on ADMISSION when it cannot place the movement.
    contradicts_itself=" ".join(("INT M TRNCRT TRNTAP", _DEATH, *_RELEASES, *_NO_RELEASE_CODE)),
)
_NO_RECEPTION = _by_code(returned_from_absence="TEMPORARY_ABSENCE_RETURN", returned_from_court="RETURN_FROM_COURT")


def _reception(stated: str, code: str | None) -> ReceptionReason:
    if stated == "TRANSFERRED":
        return ReceptionReason.TRANSFER
    if stated != "ADMISSION":
        raise _Aside(_NO_RECEPTION.get(stated, "unknown_reason"))
    known = _unless(code, _NO_ADMISSION)
    return ReceptionReason.RECALL if known in _RECALLS else ReceptionReason.NEW_CUSTODY


def _release(stated: str, code: str | None) -> ReleaseReason:
    if stated != "RELEASED":
        raise _Aside(_NO_RELEASE.get(stated, "unknown_reason"))
    return ReleaseReason(_RELEASES.get(_unless(code, _NO_RELEASE_CODE), "other"))


def _unless(code: str | None, aside: Mapping[str, str]) -> str:
    """The code, which must be there and not among those to set aside."""
    if code is None or code in aside:
        raise _Aside(aside[code] if code else "no_movement_code")
    return code


@dataclass(frozen=True)
class _Movement:
    """A type of event that can become an update, and where it leaves the person."""

    kind: str
    when: str
    reason: Callable[[str, str | None], ReceptionReason | ReleaseReason]
    location: str
    status: str


_RECEIVED = _Movement(Received.KIND, "received_at", _reception, "IN_PRISON", "UNDER_PRISON_CARE")
_RELEASED = _Movement(Released.KIND, "released_at", _release, "OUTSIDE_PRISON", "NOT_UNDER_PRISON_CARE")
_SOURCE = "prison-offender-events."
_MOVEMENTS = {f"{_SOURCE}prisoner.received": _RECEIVED, f"{_SOURCE}prisoner.released": _RELEASED}


def _understood(event: _Part) -> Understood:
    movement = _movement(event)
    told = event.get("additionalInformation")
    told = told if isinstance(told, dict) else {}
    stated, code = str(told.get("reason")), _code(told)
    died = movement is _RELEASED and (stated, code) == ("RELEASED", _DEATH)
    reason = None if died else movement.reason(stated, code).value
    _check_state(movement, told)
    noms, at, prison = _noms(event, told), _occurred_at(event), _prison(told)
    data: _Part = {
        "identifiers": {"noms": noms},
        "author_role": "prison system",
        "recorded_as": RecordedAs.FACT.value,
    }
    facts = json.dumps([event["eventType"], noms, at.isoformat(), stated, code, prison])
    known_as = uuid5(_NAMESPACE, facts)
    if died:
        return Understood(known_as, Died.KIND, at, data | {"died_on": at.astimezone(_BRITAIN).date().isoformat()})
    data |= {movement.when: at.isoformat(), "reason": reason} | ({"prison": prison} if prison else {})
    return Understood(known_as, movement.kind, at, data)


def _event(raw: bytes) -> _Part:
    """The domain event: what the envelope carries, or the whole message."""
    outer = _object(raw)
    if "eventType" in outer or "Message" not in outer:
        return outer
    if outer.get("Type", "Notification") != "Notification":
        raise _Aside("not_a_notification")
    message = outer["Message"]
    event = _object(message.encode("utf-8", "surrogatepass") if isinstance(message, str) else b"")
    if _at(outer, "MessageAttributes", "eventType", "Value") not in (None, event.get("eventType")):
        raise _Aside("contradicts_itself")
    return event


def _object(raw: bytes) -> _Part:
    try:
        return strict_json(raw)
    except Rejected:
        raise _Aside("unreadable") from None


def _at(part: JsonValue, *path: str) -> JsonValue:
    for name in path:
        part = part.get(name) if isinstance(part, dict) else None
    return part


def _movement(event: _Part) -> _Movement:
    event_type, version = str(event.get("eventType")), event.get("version", 1)
    if event_type not in _MOVEMENTS:
        raise _Aside(why_not(event_type, _at(event, "additionalInformation", "registerTypeCode")))
    if type(version) is not int or version != 1:
        raise _Aside("unknown_version")
    return _MOVEMENTS[event_type]


def _code(told: _Part) -> str | None:
    """The movement code, only as written: what nearly says `DEC` must not pass as a release for another reason."""
    code = told.get("nomisMovementReasonCode")
    return None if code is None else _written(code, r"[A-Z0-9_]{1,12}", "code_unreadable")


def _prison(told: _Part) -> str | None:
    """The prison, if one is named: `OUT` and `TRN` stand for being outside and being moved."""
    prison = told.get("prisonId")
    return None if prison in (None, "OUT", "TRN") else _written(prison, r"[A-Z0-9]{2,6}", "prison_unreadable")


def _written(value: JsonValue, pattern: str, aside: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise _Aside(aside)
    return value


def _check_state(movement: _Movement, told: _Part) -> None:
    """Where the person is may be left out; if it is said, it fits the movement."""
    location, status = told.get("currentLocation"), told.get("currentPrisonStatus")
    if location not in (None, movement.location) or status not in (None, movement.status):
        raise _Aside("contradicts_itself")


def _noms(event: _Part, told: _Part) -> str:
    """The one prison number; some messages name it only beside the reason."""
    named = [number for number in [*_referenced(event), told.get("nomsNumber")] if number is not None]
    numbers = {_written(number, r"[A-Z][0-9]{4}[A-Z]{2}", "noms_invalid") for number in named}
    if len(numbers) != 1:
        raise _Aside("persons_disagree" if numbers else "no_person")
    return numbers.pop()


def _referenced(event: _Part) -> list[JsonValue]:
    identifiers = _at(event, "personReference", "identifiers")
    listed = identifiers if isinstance(identifiers, list) else []
    return [_at(identifier, "value") for identifier in listed if _at(identifier, "type") == "NOMS"]


_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T([01][0-9]|2[0-3])(:[0-9]{2}){2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")


def _occurred_at(event: _Part) -> datetime:
    """The time in UTC, which Python cuts to microseconds: the same instant gives the same bytes."""
    text = event.get("occurredAt")
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise _Aside("times_unreadable")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Aside("times_unreadable") from None
