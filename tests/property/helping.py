"""Helping: what the updates of a story say of the pathways. All have the same forms, so a few stand for all."""

from typing import Any

from hypothesis import strategies as st

from schemas.pathway_vocabulary import PathwayStatus, SupportEnd
from schemas.updates import KINDS
from schemas.vocabulary import DrugTest

HELP: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "finance.status.changed": st.builds(
        lambda status, notch: {"status": status, "direction": "same", "evidence": "fictional", "stands_at": notch},
        st.sampled_from([each.value for each in PathwayStatus]),
        st.sampled_from([None, -10, -3]),
    ),
    "drugs_alcohol.treatment.started": st.builds(
        lambda place, substance: {
            "started_on": "2026-02-13",
            "support": "fictional",
            "place": place,
            "substance": substance,
        },
        st.sampled_from([None, "A Clinic"]),
        st.sampled_from(["opiates", "alcohol"]),
    ),
    "drugs_alcohol.treatment.ended": st.builds(
        lambda why: {"started_on": "2026-02-13", "ended_on": "2026-02-23", "reason": why},
        st.sampled_from([each.value for each in SupportEnd]),
    ),
    "drugs_alcohol.test.taken": st.builds(
        lambda result: {"taken_on": "2026-02-25", "substance": "opiates", "result": result},
        st.sampled_from([each.value for each in DrugTest]),
    ),
    "exploitation_violence.need.assessed": st.builds(
        lambda form: {"assessed_on": "2026-02-12", "need": "fictional", "level": "much", "form": form},
        st.sampled_from(["criminal", "sexual"]),
    ),
}
"""What an update of these kinds may say, in a few variants."""

_STRANDS = ("drugs_alcohol", "health", "ete", "finance", "families", "attitudes", "exploitation_violence")
LIKE_THESE = {kind for kind in KINDS if kind.split(".", 1)[0] in _STRANDS} - set(HELP)
"""The kinds of the pathways that no story tells of, for it tells of their like."""
