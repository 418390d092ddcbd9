"""Receiving: raw bytes and a caller become a verified update, or a refusal that names path and rule, never a value."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import orjson
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.v1.event import CloudEvent
from pydantic import ValidationError

from access_policies.compiling import Bundle
from access_policies.keys import AgencyKey
from hub.ports import UpdateKey
from schemas.identifiers import AgencyId
from schemas.updates import KINDS, Update, parse, versions
from schemas.updates.supervision import StaffRiskSet
from schemas.updates.trust import AccessOpened, ConcernDisclosed
from schemas.vocabulary import Handling

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
AHEAD = timedelta(minutes=5)
"""How far an `occurred_at` may lie ahead of the hub's clock; plans carry their own dates."""
CONCERN_LASTS = timedelta(days=28)
STAFF_RISK_LASTS = timedelta(days=183)
"""The longest that a measure for the safety of staff stands before somebody decides on it anew (D17; confirm)."""
"""How far ahead the end of a concern may lie."""
OLDEST = 1900
"""Nobody on a programme did anything before; a time near the calendar's end cannot be compared in every zone."""

_ATTRIBUTES = frozenset({"specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "data"})
_TYPE = re.compile(r"uk\.iomhub\.([a-z_]+\.[a-z_]+\.[a-z_]+)\.v([0-9]{1,3})")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_SOURCE = "urn:iomhub:agency:"
NOT_THIS_KIND = "this agency may not publish this kind of update"
NOT_ATTESTED = "the signature is not that of a key with which this agency may sign this update"
_UNSAFE = re.compile("[\0\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""NUL, bidirectional controls, lone surrogates: they hide text or poison a database."""


@dataclass(frozen=True)
class Problem:
    """One thing to change: where, and the rule that is broken."""

    path: str
    rule: str
    message: str


class Rejected(Exception):
    """Change the update. Nothing was stored."""

    def __init__(self, problems: list[Problem]) -> None:
        """`problems` is never empty."""
        self.problems = problems
        super().__init__("; ".join(f"{p.path}: {p.rule}" for p in problems))


class Refused(Exception):
    """You may not: this agency may not publish this kind, or not as somebody else."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the agency, and the person or system at it."""

    agency: AgencyId
    sub: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Voucher:
    """The key that signed an update, and what is kept of its signature (see `hub.attesting`)."""

    key: AgencyKey
    kept: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """A verified update: its raw bytes, what they say, and how they were attested."""

    raw: bytes
    key: UpdateKey
    kind: str
    occurred_at: datetime
    update: Update
    attested: dict[str, str]
    target: UpdateKey | None = None
    """What the hub's own update is about; a partner names it in the update itself."""


def receive(raw: bytes, caller: Caller, bundle: Bundle, now: datetime, voucher: Voucher | None = None) -> Received:
    """Check everything that can be checked of one envelope. Raises `Rejected` or `Refused`.

    Without a voucher it is attested by the caller's token alone, and that is what is kept.
    """
    attributes = strict_json(raw)
    data = attributes.pop("data", None)
    event = _event(attributes, data)
    kind, version = _kind(str(event.get_type()))
    _check_source(event.get_source(), caller)
    if kind not in bundle.policies.kinds:
        raise _rejected("type", "no_policy", "is a kind that no rule in force speaks of, so nobody may publish it yet")
    if not bundle.may_publish(caller.agency, kind):
        raise Refused(NOT_THIS_KIND)
    if voucher and not voucher.key.signs(kind, now.date()):
        raise Refused(NOT_ATTESTED)
    occurred_at = _occurred_at(event.get_time(), now)
    update = _update(kind, version, data, now)
    if isinstance(update, ConcernDisclosed):
        _check_concern(update, caller, bundle, now)
    if isinstance(update, StaffRiskSet) and update.until > now + STAFF_RISK_LASTS:
        raise _rejected("data.until", "too_far_ahead", f"lies at most {STAFF_RISK_LASTS.days} days ahead")
    if isinstance(update, AccessOpened) and update.handling is not Handling.NORMAL:
        raise _rejected("data.handling", "must_be_reviewed", "is normal: nobody hides an opening from its reviewers")
    attested = {"by": "token", **(voucher.kept if voucher else {}), "sub": caller.sub}
    return Received(raw, UpdateKey(caller.agency, _id(event.get_id())), kind, occurred_at, update, attested)


def strict_json(raw: bytes) -> dict[str, Any]:
    """A JSON object without duplicate keys, NaN, unsafe characters or great depth. Raises `Rejected`."""
    if len(raw) > MAX_BYTES:
        raise _rejected("", "too_large", f"an update has at most {MAX_BYTES} bytes")
    if _deeper_than(raw, MAX_DEPTH):
        raise _rejected("", "too_deep", f"an update is nested at most {MAX_DEPTH} deep")
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise _rejected("", "not_utf8", "an update is UTF-8") from None
    except (ValueError, RecursionError):
        raise _rejected("", "not_json", "an update is one JSON object") from None
    if not isinstance(value, dict):
        raise _rejected("", "not_an_object", "an update is one JSON object")
    return value


def _rejected(path: str, rule: str, message: str) -> Rejected:
    return Rejected([Problem(path or "(body)", rule, message)])


def _deeper_than(raw: bytes, limit: int) -> bool:
    """Brackets are counted first: an ordinary update has too few of them to be deep."""
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return False
    depth = 0
    for token in re.finditer(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', raw):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token.group(), 0)
        if depth > limit:
            return True
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _rejected("", "duplicate_key", "a key stands twice in one object")
    for name, value in pairs:
        _check_text(name)
        for item in value if type(value) is list else (value,):
            if type(item) is str:
                _check_text(item)
    return found


def _check_text(text: str) -> None:
    if _UNSAFE.search(text):
        raise _rejected("", "unsafe_text", "NUL, bidirectional controls and lone surrogates are refused")


def _finite(text: str) -> float:
    """1e400 is read as infinity, which would be written as null: something said would become nothing said."""
    return number if math.isfinite(number := float(text)) else _no_constant(text)


def _no_constant(_: str) -> NoReturn:
    raise _rejected("", "not_a_number", "NaN and infinities are refused")


def _event(attributes: dict[str, Any], data: Any) -> CloudEvent:
    """The envelope through the CloudEvents library, which checks the attributes."""
    if unknown := sorted(set(attributes) - _ATTRIBUTES):
        raise _rejected("(envelope)", "unknown_attribute", f"has {len(unknown)} attributes that the hub does not know")
    for name in ("specversion", "id", "source", "type", "time"):
        if not isinstance(attributes.get(name), str):
            raise _rejected(name, "missing", "is required, as text")
    if not isinstance(data, dict):
        raise _rejected("data", "missing", "is required, as an object")
    try:
        attributes["time"] = _time(attributes["time"])
        return CloudEvent(attributes, data)
    except CloudEventValidationError as invalid:
        raise Rejected([Problem(name, "cloudevents", "breaks CloudEvents 1.0") for name in invalid.errors]) from None
    except (ValueError, OverflowError):
        raise _rejected("time", "not_a_time", "is an RFC 3339 time with its zone") from None


def _time(text: str) -> datetime:
    """An RFC 3339 time. Raises `ValueError`; what is finer than a microsecond is cut off."""
    if not _TIME.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text)


def _kind(event_type: str) -> tuple[str, int]:
    """The kind that an envelope's type names, and the version in which it is said. Raises `Rejected`."""
    found = _TYPE.fullmatch(event_type)
    if not found or found[1] not in KINDS or found[2] not in map(str, versions(KINDS[found[1]])):
        raise _rejected("type", "unknown_kind", "is uk.iomhub.<kind>.v<version> with a kind and version the hub knows")
    return found[1], int(found[2])


def _check_source(source: str, caller: Caller) -> None:
    if source != _SOURCE + caller.agency:
        raise Refused("the source of an update is the agency that publishes it")


def _id(text: str) -> UUID:
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text.lower():
        raise _rejected("id", "not_a_uuid", "is a UUID of the publisher's own choosing")
    return found


def _occurred_at(time: datetime | None, now: datetime) -> datetime:
    assert time is not None
    if time.year < OLDEST:
        raise _rejected("time", "too_long_ago", f"lies before the year {OLDEST}")
    if time > now + AHEAD:
        raise _rejected("time", "in_the_future", "lies more than five minutes ahead")
    return time


def _update(kind: str, version: int, data: Any, now: datetime) -> Update:
    try:
        return parse(kind, orjson.dumps(data), version=version, this_year=now.year)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False)
        raise Rejected([_in_words(versions(KINDS[kind])[version], error) for error in errors]) from None
    except (TypeError, orjson.JSONEncodeError):
        raise _rejected("data", "not_json", "holds a number that JSON cannot carry") from None


def _check_concern(update: ConcernDisclosed, caller: Caller, bundle: Bundle, now: datetime) -> None:
    """It ends within four weeks, and somebody else in the register reviews it (requirement TR4)."""
    if update.until > now + CONCERN_LASTS:
        raise _rejected("data.until", "too_far_ahead", f"lies at most {CONCERN_LASTS.days} days ahead")
    if update.reviewer not in bundle.policies.partners:
        raise _rejected("data.reviewer", "unknown_agency", "is an agency in the register")
    if update.reviewer == caller.agency:
        raise _rejected("data.reviewer", "reviews_itself", "is another agency than the one that discloses")


def _in_words(model: type[Update], error: Any) -> Problem:
    """Path and rule of one broken rule. The name of an unknown field is the sender's text, so it is not repeated."""
    loc, rule = list(error["loc"]), str(error["type"])
    if rule == "extra_forbidden":
        known = ", ".join(model.model_fields) if len(loc) == 1 else "see the schema"
        return Problem(_path(loc[:-1]), "unknown_field", f"has a field this kind does not know; known: {known}")
    if rule == "enum":  # the words of a closed list are the schema's, never the sender's
        words = error.get("ctx", {}).get("expected", "the words of its schema")
        return Problem(_path(loc), rule, f"is one of: {words}")
    return Problem(_path(loc), rule, _SENTENCES.get(rule, _plain)(rule))


def _path(loc: list[str | int]) -> str:
    return ".".join(["data", *(str(part) for part in loc)])


def _plain(rule: str) -> str:
    return "breaks the rule " + rule.replace("_", " ")


_SENTENCES: dict[str, Callable[[str], str]] = {
    "missing": lambda _: "is required",
    "nobody": lambda _: "needs a record, an identifier, or a name with a date of birth",
    "no_identifier": lambda _: "needs one of pnc, cro, crn, noms",
    "pnc": lambda _: "is not a PNC number: YYYY/NNNNNNNL with the right check letter",
    "cro": lambda _: "is not a CRO number: NNNNNN/YYL or SFYY/NL with the right check letter",
    "crn": lambda _: "is not a CRN: a letter and six digits",
    "noms": lambda _: "is not a prison number: a letter, four digits, two letters",
    "prison_score": lambda _: "is 0 while the person is in prison",
    "day": lambda _: "is a day, YYYY-MM-DD",
    "moment": lambda _: "is an RFC 3339 time with its zone",
    "ends_first": lambda _: "ends after it starts",
    "no_evidence": lambda _: "names the missed appointment that it rests on",
    "unknown_kind": lambda _: "is no kind that the hub knows",
    "not_correctable": lambda _: "is not put right by a correction: withdraw the update and say it anew",
}
