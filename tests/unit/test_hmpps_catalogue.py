"""The published catalogue of HMPPS events: every type of event is read, or set aside by the name of its subject."""

import json
from typing import Any

import pytest

from hub.adapters.hmpps import SetAside, Understood, read
from hub.adapters.hmpps_catalogue import SET_ASIDE
from schemas.updates.custody import Received, Released
from support.hmpps import (
    CANARY,
    CODE,
    REAL,
    RECEIVED,
    RELEASED,
    SAMPLES,
    an_event,
    catalogue,
    enveloped,
    reception,
    release,
    set_aside,
    understood,
)

SUBJECTS = [
    ("merged", "identities_merged"),
    ("booking_moved", "booking_moved"),
    ("dates_changed", "dates_not_said"),
    ("licence_activated", "licence_not_said"),
    ("registered", "register_not_carried"),
    ("warrant", "warrant_or_summons"),
    ("alerted", "prison_alert"),
]
"""Our own samples, in the form in which each type is published, and why they become no update."""


def sample(name: str) -> dict[str, Any]:
    """The domain event of a sample."""
    event: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_bytes())
    return event


@pytest.mark.requirement("IX7")
@pytest.mark.parametrize(("event_type", "becomes"), [*catalogue().items()])
def test_every_published_type_is_read_or_set_aside_by_name(event_type: str, becomes: str) -> None:
    """Whatever stands in an event of a published type, it becomes the update that the table names, or none by name."""
    told = reception() if event_type == RECEIVED else release()
    for message in (told | {"eventType": event_type}, enveloped(told | {"eventType": event_type})):
        outcome = read(json.dumps(message).encode())
        assert becomes == (outcome.kind if isinstance(outcome, Understood) else outcome.name)


def test_only_movements_become_updates() -> None:
    """Of the catalogue two types say what happened to somebody; the others are set aside, and none is unknown."""
    becomes = catalogue()
    assert {name: kind for name, kind in becomes.items() if kind not in SET_ASIDE} == {
        RECEIVED: Received.KIND,
        RELEASED: Released.KIND,
    }
    assert "unknown_event_type" not in becomes.values()
    assert len(becomes) > 200


@pytest.mark.parametrize(("name", "why"), SUBJECTS)
def test_a_sample_of_each_subject_is_set_aside(name: str, why: str) -> None:
    """Merges, moved bookings, key dates, licences, registers, warrants, alerts are named, bare or enveloped."""
    assert (set_aside(sample(name)), set_aside(enveloped(sample(name)))) == (why, why)


@pytest.mark.duty("D3")
@pytest.mark.parametrize("code", ["WRSM ", "wrsm", ["WRSM"], None, 1, CANARY])
def test_nobody_is_wanted_by_a_register(code: Any) -> None:
    """A register of warrants and summonses makes nobody wanted, and what nearly is its code is a register."""
    event = sample("warrant")
    event["additionalInformation"]["registerTypeCode"] = code
    assert set_aside(event) == "register_not_carried"
    assert set_aside(event | {"additionalInformation": code}) == "register_not_carried"


@pytest.mark.duty("D27")
def test_a_merge_links_nobody_by_itself() -> None:
    """The prison system's word that two numbers are one person's is no update: a named person decides (D27)."""
    event = sample("merged")
    told = event["additionalInformation"]
    assert told["nomsNumber"] != told["removedNomsNumber"]
    outcome = read(json.dumps(event).encode())
    assert isinstance(outcome, SetAside)
    assert told["nomsNumber"] not in repr(outcome)
    assert told["removedNomsNumber"] not in repr(outcome)


@pytest.mark.duty("D5")
@pytest.mark.parametrize(
    ("at", "day"), [("2024-07-08T23:30:00Z", "2024-07-09"), ("2024-01-08T23:30:00Z", "2024-01-08")]
)
def test_the_day_of_a_death_is_that_of_the_prison(at: str, day: str) -> None:
    """Half past eleven in the evening by UTC is the next day on a prison's wall in summer."""
    assert understood(an_event("died", occurredAt=at)).data["died_on"] == day


@pytest.mark.duty("D5")
def test_only_a_release_with_that_code_is_a_death() -> None:
    """On its way to another prison, or on an admission, the code of a death is believed by nobody."""
    assert set_aside(an_event("died", reason="TRANSFERRED")) == "transferred_out"
    assert set_aside(reception(**{CODE: "DEC"})) == "contradicts_itself"
    assert set_aside(an_event("died", currentLocation="IN_PRISON")) == "contradicts_itself"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real envelopes lie in shared/data/hmpps beside the repository")
def test_every_outside_sample_is_read_or_set_aside_by_name() -> None:
    """Whatever lies beside the repository is understood, or set aside by a name that is not *unknown*."""
    samples = sorted(REAL.glob("*.json"))
    outcomes = [read(path.read_bytes()) for path in samples]
    unknown = [path.name for path, found in zip(samples, outcomes, strict=True) if _unknown(found)]
    assert samples
    assert not unknown


def _unknown(outcome: Understood | SetAside) -> bool:
    return isinstance(outcome, SetAside) and outcome.name in ("unreadable", "unknown_event_type", "unknown_version")
