"""Today's caseload becomes cohorts, scores, involvements, consents; what is wrong is named by row, column and rule."""

from datetime import UTC, datetime

import pytest

from hub.adapters.caseload import read
from hub.adapters.imports import Draft, Entry
from support.partnership import HOSTEL, HOUSING, POLICE, UNIT, partnership
from support.sheets import CANARY, a_sheet, entries, wrongs

WHO = {
    "crn": "X990001",
    "noms": "Z0001ZZ",
    "name": "Fictional Testcase-1",
    "date_of_birth": "01/01/1990",
    "as_at": "01/03/2026",
}
COHORT = {"cohort": "Fixed", "statutory": "Yes", "decided_by": "A Coordinator", "decided_on": "12/01/2026"}
SCORE = {
    "method": "staffordshire-2014",
    "score": "24",
    "band": "Medium",
    "in_prison": "no",
    "deselected": "no",
    "wanted": "no",
}
AGENCIES = {"agencies": f"{POLICE} lead; {HOSTEL} Active accommodation drugs_alcohol;"}
CONSENT = {
    "consent_for": "Accommodation; treatment",
    "consent_to": f"{HOSTEL}; {HOUSING}",
    "consent_form": "2026-01",
    "consent_taken_by": "A Practitioner",
    "consented_on": "20/02/2026",
    "consent_until": "20/02/2027",
}
WHOLE = WHO | COHORT | SCORE | AGENCIES | CONSENT


def of(*lines: dict[str, str], agency: str = UNIT) -> list[Entry]:
    """What a caseload of these rows comes to."""
    return entries(read, a_sheet(*lines, columns=[*WHOLE, "consent_scope", "scored_on", "reason"]), agency)


def drafts(*lines: dict[str, str]) -> list[Draft]:
    """The updates of a caseload in which nothing is wrong."""
    found = of(*lines)
    assert wrongs(found) == []
    return [draft for entry in found for draft in entry.drafts]


@pytest.mark.requirement("IX7")
def test_a_row_says_cohort_score_involvement_and_consent() -> None:
    """Each filled block of a row is one update, dated by its own column, else by that of the row."""
    cohort, score, police, hostel, consent = drafts(WHOLE)
    who = {
        "identifiers": {"crn": "X990001", "noms": "Z0001ZZ"},
        "author_role": "caseload import",
        "person": "Fictional Testcase-1",
        "date_of_birth": "1990-01-01",
    }
    assert [(each.kind, each.occurred_at) for each in (cohort, score, police, hostel, consent)] == [
        ("programme.cohort.decided", datetime(2026, 1, 12, tzinfo=UTC)),
        ("programme.risk.reassessed", datetime(2026, 3, 1, tzinfo=UTC)),
        ("programme.agency.involved", datetime(2026, 3, 1, tzinfo=UTC)),
        ("programme.agency.involved", datetime(2026, 3, 1, tzinfo=UTC)),
        ("trust.consent.given", datetime(2026, 2, 20, tzinfo=UTC)),
    ]
    flags = {"in_prison": False, "deselected": False, "wanted": False}
    assert cohort.data == who | {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}
    assert score.data == who | {"method": "staffordshire-2014", "score": 24, "band": "medium"} | flags
    assert police.data == who | {"agency": POLICE, "role": "lead"}
    assert hostel.data == who | {"agency": HOSTEL, "role": "active", "pathways": ["accommodation", "drugs_alcohol"]}
    assert consent.data == who | {
        "purposes": ["accommodation", "treatment"],
        "recipients": [HOSTEL, HOUSING],
        "form_version": "2026-01",
        "taken_by": "A Practitioner",
        "expires_on": "2027-02-20",
    }


def test_what_a_row_leaves_empty_it_does_not_say() -> None:
    """A person may have several rows, each with what it has; one that says nothing is passed over."""
    found = of(WHO, WHO | SCORE, WHO | {"agencies": f"{POLICE} active"})
    assert [[draft.kind.split(".")[1] for draft in entry.drafts] for entry in found] == [[], ["risk"], ["agency"]]
    assert [bool(entry.passed_over) for entry in found] == [True, False, False]


WRONG = [
    (COHORT, "as_at", "", "missing"),
    (COHORT, "as_at", "1 March", "day"),
    (COHORT, "as_at", "27/11/2026", "in_the_future"),
    (COHORT, "cohort", CANARY, "unknown_cohort"),
    (COHORT, "cohort", "", "missing"),
    (COHORT, "statutory", "", "missing"),
    (COHORT, "statutory", CANARY, "yes_or_no"),
    (COHORT, "decided_by", "", "missing"),
    (COHORT, "decided_on", CANARY, "day"),
    (COHORT, "crn", CANARY, "crn"),
    (COHORT, "date_of_birth", "31/02/1990", "day"),
    (SCORE, "score", CANARY, "whole_number"),
    (SCORE, "score", "65", "less_than_equal"),
    (SCORE, "band", CANARY, "enum"),
    (SCORE, "wanted", "", "missing"),
    (AGENCIES, "agencies", POLICE, "missing"),
    (AGENCIES, "agencies", f"{POLICE} {CANARY}", "enum"),
    (AGENCIES, "agencies", f"{POLICE} lead {CANARY}", "enum"),
    (AGENCIES, "agencies", f"{CANARY} lead", "unknown_agency"),
    (CONSENT, "consent_for", CANARY, "enum"),
    (CONSENT, "consent_for", "", "missing"),
    (CONSENT, "consent_scope", CANARY, "enum"),
    (CONSENT, "consent_to", f"{HOSTEL}; {CANARY.lower()}", "unknown_agency"),
    (CONSENT, "consent_to", "", "missing"),
    (CONSENT, "consent_form", "", "missing"),
    (CONSENT, "consent_taken_by", "", "missing"),
    (CONSENT, "consented_on", "27/11/2026", "in_the_future"),
    (CONSENT, "consent_until", CANARY, "day"),
]


@pytest.mark.parametrize(("block", "column", "text", "rule"), WRONG)
def test_nothing_is_guessed(block: dict[str, str], column: str, text: str, rule: str) -> None:
    """A cell that is missing, unreadable or against a rule is named by row, column and rule, never by its value."""
    line = WHO | {name: value for name, value in block.items() if (name, column) != ("decided_on", "as_at")}
    assert wrongs(of(line | {column: text})) == [(2, column, rule)]


def test_in_prison_the_score_is_nought() -> None:
    """A row that scores somebody in prison is wrong, as it is for everybody who publishes a score."""
    [(row, _, rule)] = wrongs(of(WHO | SCORE | {"in_prison": "yes"}))
    assert (row, rule) == (2, "prison_score")


def test_everything_wrong_is_named_at_once() -> None:
    """A row is read to its end, so that it is put right in one go, and the rows beside it are published."""
    bad = WHOLE | {"crn": "", "noms": "", "score": "x", "decided_by": "", "agencies": POLICE}
    found = of(WHOLE, bad, WHOLE | {"crn": "X990002", "noms": ""})
    assert wrongs(found) == [
        *[(3, "crn", "no_identifier"), (3, "score", "whole_number")],
        *[(3, "decided_by", "missing"), (3, "agencies", "missing")],
    ]
    assert [len(entry.drafts) for entry in found] == [5, 0, 5]


def test_an_agency_imports_only_what_it_may_publish() -> None:
    """The police put nobody on the programme by a spreadsheet, and their own involvement is theirs to say."""
    assert wrongs(of(WHO | COHORT, agency=POLICE)) == [(2, "cohort", "may_not_publish")]
    assert wrongs(of(WHO | AGENCIES, agency=POLICE)) == []


def test_the_same_words_are_the_same_update() -> None:
    """Importing a file again says nothing new, and a new score is a new update."""
    first, again = drafts(WHOLE), drafts(WHOLE, WHO | {"as_at": "2026-03-01"} | SCORE)
    assert [*again[:5]] == first
    assert again[5].raw == first[1].raw
    [old], [same_score_later] = drafts(WHO | SCORE), drafts(WHO | SCORE | {"scored_on": "02/03/2026"})
    assert old.update_id != same_score_later.update_id
    later = drafts(WHOLE | {"score": "30", "scored_on": "01/04/2026"})
    assert [new.update_id == old.update_id for new, old in zip(later, first, strict=True)] == [
        *[True, False, True, True, True]
    ]


@pytest.mark.duty("D12")
def test_an_imported_caseload_is_told_like_anything_else() -> None:
    """Imported twice, the caseload is told once, and an agency's involvement still waits until it is confirmed."""
    with partnership() as partners:
        for draft in drafts(WHOLE) * 2:
            partners.hub.publish(UNIT, draft.raw, sub="a test")
        assert len(partners.told(UNIT)) == 5
        assert partners.told(POLICE, "programme.risk.reassessed") == []
        [claim] = partners.told(POLICE, "programme.agency.involved")
        partners.publish(POLICE, "trust.fact.confirmed", {"update": claim["message_id"]})
        assert [each["score"] for each in partners.told(POLICE, "programme.risk.reassessed")] == [24]
