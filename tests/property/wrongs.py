"""What may turn out to be wrong of an update in a story, and what is right instead."""

from typing import Any

from hypothesis import strategies as st

CORRECTED = "trust.update.corrected"
CORRECTIONS: dict[str, list[dict[str, Any]]] = {
    "custody.person.arrested": [
        {"station": "Northshire East"},
        {"alleged_offence": "fraud", "officer": None},
        {"arrested_at": "2026-03-02T08:00:00Z", "expected_until": "2026-03-04T08:30:00Z"},
        {"drug_test": "negative", "arrested_at": "2026-03-01T08:00:00Z"},
    ],
    "custody.person.left": [{"left_at": "2026-03-02T10:00:00Z"}, {"charge": "fraud"}],
    "custody.person.released": [{"prison": "HMP Other", "reason": "early"}, {"released_at": "2026-03-01T08:00:00Z"}],
    "custody.release.planned": [
        {"address": "Nowhere", "release_on": "2026-03-17"},
        {"prescribing": "other", "exclusion_zones": []},
        {"address": "3 Fictional Street ZZ3 3ZZ", "housing_need": None},
    ],
    "programme.risk.reassessed": [{"score": 12}, {"wanted": True, "score": 24}],
    "supervision.appointment.missed": [{"note": "three"}, {"place": None}],
    "accommodation.need.assessed": [{"after": "previous_address", "note": "three"}, {"before": None, "support": []}],
    "accommodation.referral.made": [{"contact": "01632 960002"}, {"homeless_from": None}],
    "accommodation.placement.started": [{"place": "room-9", "address": None}],
    "accommodation.placement.ended": [{"reason": "other"}],
    "accommodation.tenancy.put_at_risk": [{"why": "notice_served", "needed": []}],
}
"""What may turn out wrong of some kinds."""


def put_right(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """A correction of an update of this kind."""
    return st.builds(lambda right: {"of_kind": kind, "corrected": right}, st.sampled_from(CORRECTIONS[kind]))
