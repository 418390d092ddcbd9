"""What an update of each kind may say in a story, in a few variants."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from property.helping import HELP
from property.homes import homes
from property.programming import PROGRAMME
from property.supervising import SUPERVISION
from property.wrongs import CORRECTED, CORRECTIONS, put_right
from schemas.vocabulary import CourtOutcome, CustodyOutcome, Handling, Involvement, ReceptionReason, Restriction
from support import builders
from support.partnership import BOTH_AREAS, HOSTEL, HOUSING, UNIT, who

_publishers = st.sampled_from(BOTH_AREAS)


def decided(person: int, **more: Any) -> dict[str, Any]:
    """A decision of the IOM unit."""
    return {**who(person + 1), "cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"} | more


def _claims(agency: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda role, pathways: {"agency": agency, "role": role, "pathways": pathways},
        st.sampled_from([each.value for each in Involvement]),
        st.sampled_from([[], ["accommodation"], ["drugs_alcohol"], ["accommodation", "drugs_alcohol"]]),
    )


@cache
def said_of(kind: str, people: tuple[int, ...] = (0, 1)) -> st.SearchStrategy[dict[str, Any]]:
    """What an update of this kind may say, in a few variants."""
    made = {
        "custody.person.arrested": st.builds(
            builders.an_arrest,
            alleged_offence=st.sampled_from(["burglary", "theft"]),
            officer=st.sampled_from([None, "A Constable"]),
            intelligence=st.sampled_from([None, "fictional"]),
            drug_test=st.sampled_from([None, "positive"]),
            station=st.sampled_from(["Northshire Central", "Northshire North"]),
        ),
        "custody.person.left": st.builds(
            lambda outcome: _without("arrest", builders.an_outcome("", outcome)), st.sampled_from(list(CustodyOutcome))
        ),
        "custody.person.received": st.builds(builders.a_reception, reason=st.sampled_from(list(ReceptionReason))),
        "custody.person.released": st.builds(builders.a_release, reason=st.sampled_from(["conditional", "bail"])),
        "custody.release.planned": st.builds(
            builders.a_release_plan,
            exclusion_zones=st.sampled_from([[], ["zone A"], ["zone B"]]),
            prescribing=st.sampled_from([None, "fictional"]),
            address=st.sampled_from([None, "1 Fictional Street ZZ1 1ZZ", "2 Fictional Street ZZ1 2ZZ"]),
        ),
        "custody.release.cancelled": st.builds(
            lambda reason: {"cancelled_at": builders.MOMENT, "reason": reason},
            st.sampled_from(["date_changed", "other"]),
        ),
        **court_and_custody(),
        **SUPERVISION,
        **HELP,
        **PROGRAMME,
        **homes(HOUSING, HOSTEL),
        "programme.cohort.decided": st.builds(
            decided, st.sampled_from(people), cohort=st.sampled_from(["Fixed", "Flex"])
        ),
        "programme.risk.reassessed": st.builds(builders.a_score, st.sampled_from([10, 24]), wanted=st.booleans()),
        "programme.agency.involved": _publishers.flatmap(_claims),
        "trust.consent.given": st.builds(
            lambda recipients, purpose, until: builders.a_consent(*recipients, purposes=(purpose,), expires_on=until),
            st.lists(_publishers, min_size=1, max_size=2, unique=True),
            st.sampled_from(["accommodation", "treatment", "programme"]),
            st.sampled_from([None, None, "2026-03-01"]),
        ),
        "trust.update.withdrawn": st.builds(
            lambda reason: {"reason": reason}, st.sampled_from(["undone", "recorded_in_error"])
        ),
        "programme.agency.withdrew": _publishers.map(lambda agency: {"agency": agency}),
        "trust.restriction.set": st.builds(
            lambda restriction, open_to: {
                "restriction": restriction,
                "open_to": open_to,
                "set_by": "A Detective",
                "review_on": "2026-06-01",
            },
            st.sampled_from([each.value for each in Restriction]),
            st.lists(_publishers, min_size=1, max_size=4, unique=True),
        ),
        "trust.restriction.lifted": st.just({"lifted_by": "A Detective"}),
        CORRECTED: st.sampled_from(sorted(CORRECTIONS)).flatmap(put_right),
        "trust.disclosure.recalled": st.builds(
            lambda recipients: {"recipients": recipients, "ordered_by": "A Coordinator", "reason": "told by mistake"},
            st.lists(_publishers, min_size=1, max_size=2, unique=True),
        ),
        "trust.concern.disclosed": st.builds(
            lambda recipients, until: {
                "recipients": recipients,
                "concern": "self_harm",
                "what": "needs company tonight",
                "decided_by": "A Worker",
                "reviewer": UNIT,
                "until": until,
            },
            st.lists(_publishers, min_size=1, max_size=3, unique=True),
            st.sampled_from(["2026-03-02T10:30:00Z", "2026-03-09T09:00:00Z"]),
        ),
        "trust.access.opened": st.just({"opened_by": "A Worker", "reason": "at the door after hours"}),
        "trust.alert.acknowledged": st.builds(lambda by: {"by": by}, st.sampled_from(["A Worker", "Another Worker"])),
    }.get(kind, st.just({}))
    handling = ["normal"] * 4 + ["restricted"] * (kind != "trust.access.opened")
    return st.builds(_complete, made, st.sampled_from(handling))


def _complete(said: dict[str, Any], handling: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None} | {"handling": Handling(handling).value}


def _without(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {each: value for each, value in data.items() if each != name}


def court_and_custody() -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """What becomes of arrests and plans, who is sought, who has died."""
    return {
        "custody.person.charged": st.builds(
            lambda charge: _without("arrest", builders.a_charge("", charge=charge)), st.sampled_from(["theft", "fraud"])
        ),
        "custody.release.changed": st.sampled_from(
            [
                {"release_on": "2026-03-18"},
                {"release_on": "2026-03-01"},
                {"address": "3 Fictional Street ZZ1 3ZZ", "prescribing": "fictional"},
                {"exclusion_zones": ["zone C"]},
            ]
        ),
        "custody.person.recalled": st.builds(
            builders.a_recall, reason=st.sampled_from([None, "fictional"]), condition=st.sampled_from([None, "one"])
        ),
        "custody.person.wanted": st.builds(builders.a_marker, wanted_for=st.sampled_from(["warrant", "recall"])),
        "custody.wanted.cleared": st.builds(
            lambda how: {"cleared_at": builders.MOMENT, "how": how}, st.sampled_from(["found", "cancelled"])
        ),
        "custody.person.died": st.just({"died_on": "2026-03-01"}),
        "court.hearing.listed": st.builds(
            builders.a_hearing, hearing_at=st.sampled_from(["2026-03-01T10:00:00Z", "2026-03-09T10:00:00Z"])
        ),
        "court.hearing.concluded": st.builds(
            lambda outcome: _without("arrest", builders.a_verdict("", outcome)), st.sampled_from(list(CourtOutcome))
        ),
        "court.person.sentenced": st.builds(builders.a_sentence, sentence=st.sampled_from(["custody", "fine"])),
    }
