"""Homes: what the updates of a story say of where somebody lives."""

from typing import Any

from hypothesis import strategies as st

from support import builders


def homes(*authorities: str) -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """What an update of this strand may say, in a few variants; people are referred to one of these authorities.

    Where somebody moves out of is the earlier update that the story chooses.
    """
    return {
        "accommodation.need.assessed": st.builds(
            builders.a_need,
            st.sampled_from(["nowhere", "new_address"]),
            before=st.sampled_from([None, "hostel"]),
            note=st.sampled_from([None, "one", "two"]),
        ),
        "accommodation.referral.made": st.builds(
            builders.a_referral, st.sampled_from(authorities), contact=st.sampled_from([None, "01632 960001"])
        ),
        "accommodation.placement.offered": st.builds(
            builders.an_offer, place=st.sampled_from(["room-7", "room-8"]), address=st.sampled_from([None, "ZZ1 1ZZ"])
        ),
        "accommodation.placement.started": st.builds(
            builders.a_placement, address=st.sampled_from([None, "1 Fictional Street ZZ1 1ZZ"])
        ),
        "accommodation.placement.ended": st.builds(
            lambda reason: {"ended_on": "2026-03-02", "reason": reason},
            st.sampled_from(["moved_on", "asked_to_leave"]),
        ),
        "accommodation.tenancy.put_at_risk": st.builds(
            builders.a_tenancy_at_risk, st.sampled_from(["in_custody", "rent_arrears"])
        ),
        "accommodation.placement.limited": st.builds(
            builders.a_limit, not_within=st.sampled_from([[], ["ZZ9"]]), decided_by=st.just("A Coordinator")
        ),
    }
