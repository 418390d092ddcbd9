"""What the updates of supervision may say in a random story, in a few variants."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from schemas.supervision_vocabulary import BreachGround, BreachOutcome, ContactLevel, StaffMeasure, VisitOutcome
from support import builders
from support.partnership import HOUSING, PROBATION, UNIT

Said = st.SearchStrategy[dict[str, Any]]

_contact: Said = st.builds(
    builders.a_contact_level, st.sampled_from(ContactLevel), reason=st.sampled_from([None, "fictional"])
)
_notes = st.sampled_from([None, "one", "two"])
_places = st.sampled_from([None, "here"])

SUPERVISION: Mapping[str, Said] = {
    "supervision.appointment.missed": st.builds(builders.a_missed_appointment, note=_notes, place=_places),
    "supervision.appointment.made": st.builds(builders.an_appointment, place=_places),
    "supervision.appointment.kept": st.builds(
        builders.a_kept_appointment, shared_with=st.sampled_from([[], [UNIT], [PROBATION], [HOUSING]])
    ),
    "supervision.person.attended": st.builds(builders.an_attendance, place=st.sampled_from(["here", "there"])),
    "supervision.visit.planned": st.builds(builders.a_planned_visit, address=_places),
    "supervision.visit.made": st.builds(builders.a_visit, st.sampled_from(VisitOutcome), note=_notes),
    "supervision.contact.stepped_up": _contact,
    "supervision.contact.stepped_down": _contact,
    "supervision.breach.started": st.builds(builders.a_breach, st.just(None), ground=st.sampled_from(BreachGround)),
    "supervision.breach.concluded": st.builds(
        lambda outcome: {"concluded_at": builders.MOMENT, "outcome": outcome}, st.sampled_from(BreachOutcome)
    ),
    "supervision.licence.varied": st.builds(
        builders.a_licence,
        ends_on=st.sampled_from([None, "2026-03-01", "2026-09-01"]),
        exclusion_zones=st.sampled_from([[], ["zone A"]]),
    ),
    "supervision.staff_risk.set": st.builds(
        builders.a_staff_risk,
        st.sampled_from(StaffMeasure),
        until=st.sampled_from(["2026-03-02T10:30:00Z", "2026-03-09T09:00:00Z"]),
        reason=st.sampled_from([None, "fictional"]),
    ),
    "supervision.staff_risk.lifted": st.builds(lambda by: {"lifted_by": by}, st.sampled_from([None, "A Sergeant"])),
}
"""By kind; what stands as none is left out."""
