"""HMPPS domain events for tests: samples in the published form, changed one field at a time."""

import csv
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hub.adapters.hmpps import SetAside, Understood, read

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "fixtures" / "hmpps"
REAL = ROOT.parent / "shared" / "data" / "hmpps"
NAMES = ("received", "recalled", "released", "died", "transferred")
RECEIVED, RELEASED = "prison-offender-events.prisoner.received", "prison-offender-events.prisoner.released"
CODE = "nomisMovementReasonCode"
GONE: Any = object()
CANARY = "Canary7"

Json = dict[str, Any]


def catalogue() -> dict[str, str]:
    """Every type of event that HMPPS has published, and what becomes of it: a kind of update, or why it is none."""
    with (SAMPLES / "catalogue.csv").open(encoding="utf-8") as file:
        return {row["event_type"]: row["becomes"] for row in csv.DictReader(file)}


def an_envelope(name: str) -> Json:
    """A sample in its SNS envelope."""
    envelope: Json = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return envelope


def an_event(name: str, **changes: Any) -> Json:
    """The domain event of a sample; a change goes where that field stands, and `GONE` takes the field away."""
    event: Json = json.loads(an_envelope(name)["Message"])
    told = event["additionalInformation"]
    for field, value in changes.items():
        part = told if field in told else event
        part[field] = value
        if value is GONE:
            del part[field]
    return event


reception, release = partial(an_event, "received"), partial(an_event, "released")


def naming(*references: Any, beside: Any = GONE, type_: str = "NOMS") -> Json:
    """A release that names these numbers by reference, and one beside the reason."""
    listed = [{"type": type_, "value": value} for value in references]
    return release(personReference={"identifiers": listed}, nomsNumber=beside)


def enveloped(event: Json, **changes: Any) -> Json:
    """An SNS envelope around an event."""
    label = {"eventType": {"Type": "String", "Value": event.get("eventType")}}
    return an_envelope("released") | {"Message": json.dumps(event), "MessageAttributes": label} | changes


def in_bytes(event: Json, old: str, new: str) -> bytes:
    """An event whose JSON says one thing differently, as no dictionary can."""
    assert old in json.dumps(event)
    return json.dumps(event).replace(old, new, 1).encode()


def understood(message: Json) -> Understood:
    """What a message says, when it says something."""
    outcome = read(json.dumps(message).encode())
    assert isinstance(outcome, Understood), outcome
    return outcome


def set_aside(message: Json | bytes) -> str:
    """The name under which a message is set aside."""
    outcome = read(message if isinstance(message, bytes) else json.dumps(message).encode())
    assert isinstance(outcome, SetAside), outcome
    return outcome.name


def each(name: str, build: Callable[..., Json], field: str, *values: Any) -> list[tuple[str, Json]]:
    """Rows of a table: each value in turn, under one name."""
    return [(name, build(**{field: value})) for value in values]
