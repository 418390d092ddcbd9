"""Programming: what the updates of a story say of the programme itself, of links between numbers, and in answer."""

from typing import Any

from hypothesis import strategies as st

from schemas.programme_vocabulary import (
    Achieved,
    CorrectionAnswer,
    Deselection,
    LinkGround,
    MoveReason,
    Outcome,
    ReviewDecision,
    ReviewForm,
    TransferReason,
)
from schemas.vocabulary import Involvement
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, OTHER_UNIT, who

Said = st.SearchStrategy[dict[str, Any]]

_notes = st.sampled_from([None, "one", "two"])
_moments = st.sampled_from(["2026-03-01T10:00:00Z", "2026-03-09T10:00:00Z"])
_numbers = st.sampled_from([{"noms": "Z0008ZZ"}, *(who(number)["identifiers"] for number in (1, 2, 4))])
"""Nobody in a story has the first; the others make two who are on the programme from the beginning one case."""

PROGRAMME: dict[str, Said] = {
    "programme.case.transferred": st.builds(
        lambda agencies, role, pathways, why: {
            "from_agency": agencies[0],
            "to_agency": agencies[1],
            "role": role,
            "pathways": pathways,
            "reason": why,
            "decided_by": "A Coordinator",
        },
        st.lists(
            st.sampled_from([*EVERYONE, HOUSING, HOSTEL, DRUGS, OTHER_UNIT, OTHER_UNIT]),
            min_size=2,
            max_size=2,
            unique=True,
        ),
        st.sampled_from([each.value for each in Involvement if each is not Involvement.NONE]),
        st.sampled_from([[], ["accommodation"], ["accommodation", "drugs_alcohol"]]),
        st.sampled_from([each.value for each in TransferReason]),
    ),
    "programme.person.deselected": st.builds(
        lambda why, note: {"reason": why, "decided_by": "A Coordinator", "consulted": True, "note": note},
        st.sampled_from([each.value for each in Deselection]),
        _notes,
    ),
    "programme.person.scored": st.builds(
        lambda total, bands: {
            "method": "a method",
            "method_version": "1",
            "items": {"drug misuse": total},
            "total": total,
            "scored_by": "An Analyst",
            **bands,
        },
        st.sampled_from([30, 75]),
        st.sampled_from([{}, {"accept_from": 70, "target_from": 40}]),
    ),
    "programme.review.called": st.builds(
        lambda invited, moment, form: {
            "invited": invited,
            "held_at": moment,
            "form": form,
            "contributions_by": "2026-02-23",
            "called_by": "A Coordinator",
        },
        st.lists(st.sampled_from(EVERYONE), min_size=1, max_size=3, unique=True),
        _moments,
        st.sampled_from([each.value for each in ReviewForm]),
    ),
    "programme.review.moved": st.builds(
        lambda moment, why: {"held_at": moment, "reason": why, "moved_by": "A Coordinator"},
        _moments,
        st.sampled_from([each.value for each in MoveReason]),
    ),
    "programme.review.concluded": st.builds(
        lambda decision, summary: {"decision": decision, "decided_by": "A Coordinator", "summary": summary},
        st.sampled_from([each.value for each in ReviewDecision]),
        _notes,
    ),
    "programme.target.set": st.builds(
        lambda owner, day: {
            "owner": owner,
            "target": "fictional",
            "pathway": "accommodation",
            "due_on": day,
            "set_by": "A Coordinator",
        },
        st.sampled_from(EVERYONE),
        st.sampled_from(["2026-03-01", "2026-03-20"]),
    ),
    "programme.target.met": st.builds(
        lambda how, note: {"achieved": how, "checked_on": "2026-03-01", "checked_by": "A Coordinator", "note": note},
        st.sampled_from([each.value for each in Achieved]),
        _notes,
    ),
    "trust.identity.linked": st.builds(
        lambda further, ground: {"further": further, "ground": ground, "decided_by": "An Officer"},
        _numbers,
        st.sampled_from([each.value for each in LinkGround]),
    ),
    "trust.identity.unlinked": st.builds(lambda why: {"decided_by": "An Officer", "reason": why}, _notes),
    "trust.outcome.reported": st.builds(
        lambda outcome, note: {"outcome": outcome, "reported_by": "A Worker", "note": note},
        st.sampled_from([each.value for each in Outcome]),
        _notes,
    ),
    "trust.correction.answered": st.builds(
        lambda answer, why: {"answer": answer, "answered_by": "A Worker", "reason": why},
        st.sampled_from([each.value for each in CorrectionAnswer]),
        _notes,
    ),
}
"""By kind; what stands as none is left out."""

LEFT_OUT = frozenset(
    {
        "programme.contribution.made",
        "programme.person.referred",
        "programme.person.rereferred",
        "programme.readiness.assessed",
        "intelligence.report.submitted",
        "trust.alert.unacknowledged",
        "trust.offending.disclosed",
    }
)
"""The kinds of this sort that no story tells of: it tells of their like, and one of them is the hub's own to say."""
