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


def a_need(after: str = "nowhere", **more: Any) -> dict[str, Any]:
    """Somebody who has nowhere to go to."""
    return {"assessed_on": "2026-03-02", "before": "private_rented", "after": after, "support": ["find_a_home"]} | more


def a_referral(authority: str, **more: Any) -> dict[str, Any]:
    """The person agreed that this authority be told that they will be homeless."""
    return {
        "authority": authority,
        "agreed": "in_writing",
        "agreed_on": "2026-03-02",
        "homeless_from": "2026-03-16",
        "contact": "01632 960001",
    } | more


def an_offer(**more: Any) -> dict[str, Any]:
    """A room from the day of release on."""
    return {
        "place": "room-7",
        "from_on": "2026-03-16",
        "held_until": "2026-03-18",
        "address": "7 Invented Road, ZZ1 1ZZ",
    } | more


def a_placement(**more: Any) -> dict[str, Any]:
    """Somebody moves in."""
    return {"place": "room-7", "started_on": "2026-03-02", "address": "7 Invented Road, ZZ1 1ZZ"} | more


def a_moving_out(placement: object, reason: str = "moved_on", **more: Any) -> dict[str, Any]:
    """Somebody moves out."""
    return {"placement": str(placement), "ended_on": "2026-03-02", "reason": reason} | more


def a_tenancy_at_risk(why: str = "in_custody", **more: Any) -> dict[str, Any]:
    """A fortnight to save a tenancy."""
    return {"why": why, "act_by": "2026-03-16", "needed": ["keep_a_tenancy_in_custody"]} | more


def a_limit(**more: Any) -> dict[str, Any]:
    """The coordinator is asked first, and one district is out of the question."""
    return {"ask_first": True, "not_within": ["ZZ9"], "decided_by": "A Coordinator"} | more


def an_appointment(**more: Any) -> dict[str, Any]:
    """An office appointment tomorrow morning."""
    made = {"starts_at": "2026-03-03T10:00:00+00:00", "ends_at": "2026-03-03T10:30:00+00:00"}
    return made | {"activity": "office_appointment", "place": "1 Fictional Street"} | more


def a_kept_appointment(*told: str, **more: Any) -> dict[str, Any]:
    """A partner's appointment that was kept, shared with these agencies."""
    return {"kept_at": MOMENT, "activity": "partner_appointment", "shared_with": list(told)} | more


def an_attendance(**more: Any) -> dict[str, Any]:
    """Somebody is in the probation office."""
    return {"attended_at": MOMENT, "place": "Northshire Probation Office"} | more


def a_planned_visit(**more: Any) -> dict[str, Any]:
    """A home visit tomorrow evening."""
    return {
        "planned_at": "2026-03-03T18:00:00+00:00",
        "purpose": "safeguarding",
        "address": "1 Fictional Street",
    } | more


def a_visit(outcome: str = "seen", **more: Any) -> dict[str, Any]:
    """A home visit."""
    return {"visited_at": MOMENT, "purpose": "safeguarding", "outcome": outcome} | more


def a_contact_level(level: str = "intensive", **more: Any) -> dict[str, Any]:
    """Four contacts a week from next Monday."""
    decided = {"starts_on": "2026-03-09", "decided_by": "A Practitioner"}
    return {"level": level, "weekly_contacts": 4} | decided | more


def a_breach(appointment: object, **more: Any) -> dict[str, Any]:
    """Breach proceedings of an order, on a missed appointment."""
    said = {"started_at": MOMENT, "breach_of": "order", "ground": "missed_appointment", "decided_by": "A Practitioner"}
    return said | ({"appointment": str(appointment)} if appointment else {}) | more


def a_licence(**more: Any) -> dict[str, Any]:
    """A licence with one condition and one zone."""
    said = {"starts_on": "2026-03-02", "conditions": ["Report every week"], "exclusion_zones": ["Fictional zone A"]}
    return said | {"decided_by": "A Practitioner"} | more


def a_staff_risk(measure: str = "visit_in_pairs", **more: Any) -> dict[str, Any]:
    """A measure for the safety of staff, for a week."""
    return {"measure": measure, "until": "2026-03-09T09:00:00Z", "decided_by": "A Sergeant"} | more


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
