"""Builders of updates' data: each says only what matters, the rest is sensible and visibly fake."""

from typing import Any

MOMENT = "2026-03-02T08:30:00+00:00"


def an_arrest(**more: Any) -> dict[str, Any]:
    """An alleged burglary at Northshire Central."""
    return {"arrested_at": MOMENT, "station": "Northshire Central", "alleged_offence": "burglary"} | more


def an_outcome(arrest: object, outcome: str = "no_further_action", **more: Any) -> dict[str, Any]:
    """How an arrest ended."""
    return {"arrest": str(arrest), "left_at": "2026-03-02T09:30:00+00:00", "outcome": outcome} | more


def a_release(**more: Any) -> dict[str, Any]:
    """A conditional release."""
    return {"released_at": MOMENT, "prison": "HMP Fictional", "reason": "conditional"} | more


def a_reception(**more: Any) -> dict[str, Any]:
    """New custody."""
    return {"received_at": MOMENT, "prison": "HMP Fictional", "reason": "new_custody"} | more


def a_release_plan(**more: Any) -> dict[str, Any]:
    """A release in a fortnight, to nowhere yet."""
    return {
        "prison": "HMP Fictional",
        "release_on": "2026-03-16",
        "release_type": "conditional",
        "housing_need": "nowhere",
        "offender_manager": "A Practitioner",
    } | more


def a_missed_appointment(**more: Any) -> dict[str, Any]:
    """An enforceable office appointment."""
    return {"due_at": MOMENT, "activity": "office_appointment", "enforceable": True} | more


def a_score(score: int = 24, band: str = "medium", **more: Any) -> dict[str, Any]:
    """A risk score by the Staffordshire method of 2014."""
    flags = {"in_prison": False, "deselected": False, "wanted": False}
    return {"method": "staffordshire-2014", "score": score, "band": band} | flags | more


def a_consent(*recipients: str, purposes: tuple[str, ...] = ("accommodation",), **more: Any) -> dict[str, Any]:
    """A signed consent."""
    return {
        "purposes": list(purposes),
        "recipients": list(recipients),
        "form_version": "2026-01",
        "taken_by": "A Practitioner",
    } | more


def a_concern(*recipients: str, reviewer: str, **more: Any) -> dict[str, Any]:
    """A safeguarding concern for a week."""
    return {
        "recipients": list(recipients),
        "concern": "self_harm",
        "what": "Needs company tonight.",
        "decided_by": "A Practitioner",
        "reviewer": reviewer,
        "until": "2026-03-09T09:00:00Z",
    } | more


def an_opening(**more: Any) -> dict[str, Any]:
    """An officer breaks the glass."""
    return {"opened_by": "A Worker", "reason": "Somebody would be on the street tonight."} | more


def a_charge(arrest: object = None, **more: Any) -> dict[str, Any]:
    """A charge of burglary; by post there is no arrest."""
    about = {"arrest": str(arrest)} if arrest is not None else {}
    return about | {"charged_at": MOMENT, "charge": "burglary", "court_on": "2026-03-09"} | more


def a_verdict(arrest: object = None, outcome: str = "acquitted", **more: Any) -> dict[str, Any]:
    """How a case ended at court."""
    about = {"arrest": str(arrest)} if arrest is not None else {}
    return about | {"concluded_at": MOMENT, "outcome": outcome, "court": "Northshire Crown Court"} | more


def a_hearing(**more: Any) -> dict[str, Any]:
    """A first appearance in a week."""
    said = {"hearing_at": "2026-03-09T10:00:00Z", "court": "Northshire Crown Court", "purpose": "first_appearance"}
    return said | more


def a_sentence(sentence: str = "community_order", **more: Any) -> dict[str, Any]:
    """A community order."""
    return {"sentenced_at": MOMENT, "sentence": sentence, "court": "Northshire Crown Court"} | more


def a_recall(**more: Any) -> dict[str, Any]:
    """A standard recall."""
    return {"recalled_at": MOMENT, "recall_type": "standard"} | more


def a_marker(wanted_for: str = "warrant", **more: Any) -> dict[str, Any]:
    """Somebody is wanted."""
    return {"wanted_since": MOMENT, "wanted_for": wanted_for, "officer": "A Constable"} | more


def a_clearing(wanted: object, how: str = "found") -> dict[str, Any]:
    """Somebody is wanted no longer."""
    return {"wanted": str(wanted), "cleared_at": MOMENT, "how": how}
