"""The duties that hold across all kinds of the shipped policies, whatever else is shared."""

import pytest

from access_policies.compiling import Bundle
from access_policies.model import Share
from spec.widest import (
    BUNDLE,
    JUSTICE,
    LIVE_OPERATION_GOES_TO,
    NOT_FOR_YOUTH,
    POLICIES,
    RECIPIENTS,
    SUPPORT,
    fields_told,
    of_each_kind,
    of_each_recipient,
    of_each_support_agency,
    plan,
    widest,
)

TREAT = {"drug_service", "health_service"}
KNOW_EACH_OTHER = ("care-goes-on", "treatment-agreed", "family-support", "protects", "offending-was-disclosed")
"""Grounds of those who treat, support or protect the same person, or were chosen to be told by a named worker (D8)."""
ENDS_OF_CONSENT = {"trust.consent.withdrawn", "trust.consent.lapsed"}


@of_each_kind
@of_each_recipient
def test_who_does_not_work_the_case_and_is_not_named_is_told_nothing(kind: str, recipient: str) -> None:
    """Without involvement, and unless the update names it, a partner hears nothing whatever else is known."""
    assert plan(kind, widest(recipient, involvement="none", named=False)).names == ()


@of_each_kind
@of_each_recipient
def test_a_restricted_update_stays_with_the_services_that_run_the_operation(kind: str, recipient: str) -> None:
    """What a publisher marked restricted never reaches support agencies or the IOM unit."""
    if recipient not in LIVE_OPERATION_GOES_TO:
        assert plan(kind, widest(recipient, handling="restricted")).names == ()


@of_each_kind
@pytest.mark.parametrize("recipient", ["police", "probation"])
def test_a_restricted_update_reaches_police_and_probation_undiminished(kind: str, recipient: str) -> None:
    """The two services that manage the case hear of a live operation what they hear of any other update."""
    assert plan(kind, widest(recipient, handling="restricted")) == plan(kind, widest(recipient))


@of_each_kind
@pytest.mark.parametrize("recipient", sorted(JUSTICE))
@pytest.mark.parametrize("age", ["youth", "unknown"])
def test_a_young_person_stays_in_sight_of_justice(kind: str, recipient: str, age: str) -> None:
    """An unknown date of birth never keeps the police, probation, the prison or the IOM unit from knowing."""
    assert plan(kind, widest(recipient, age=age)) == plan(kind, widest(recipient))


@of_each_kind
@pytest.mark.parametrize("recipient", sorted(NOT_FOR_YOUTH))
@pytest.mark.parametrize("age", ["youth", "unknown"])
def test_support_agencies_hear_nothing_of_young_people(kind: str, recipient: str, age: str) -> None:
    """Under 18, or of unknown age, nothing reaches an agency that is not named for youth (D18)."""
    assert plan(kind, widest(recipient, age=age)).names == ()


@of_each_kind
@of_each_support_agency
def test_numbers_of_other_systems_stay_with_justice(kind: str, recipient: str) -> None:
    """No support agency is told a PNC, CRO, CRN or NOMS number."""
    assert "identifiers" not in plan(kind, widest(recipient)).names


@of_each_kind
@of_each_recipient
def test_nobody_learns_who_else_works_the_case(kind: str, recipient: str) -> None:
    """Of a kind that a support agency may publish, only the IOM unit is told who published it (D6); whoever reviews an
    emergency access, who opened it (D13); who is told of disclosed offending, by whom (D8); and those who treat or
    protect the same person, each other.
    """
    if SUPPORT & set(POLICIES.kinds[kind].publishers) and recipient != "iom_unit" and "access" not in kind:
        because = plan(kind, widest(recipient)).because
        said = {because[name] for name in ("source", "author_role") if name in because}
        assert all(clause.startswith(KNOW_EACH_OTHER) for clause in said)


@of_each_kind
@of_each_support_agency
def test_free_text_stays_with_justice(kind: str, recipient: str) -> None:
    """Nobody can say beforehand what stands in free text, so no support agency is told any, but for what is right of
    a field that it was told (D15), and for the target that it is to meet itself.
    """
    fields = POLICIES.kinds[kind].fields
    free = [name for name in fields_told(plan(kind, widest(recipient))) if fields[name].free_text]
    assert free in ([], ["corrected"], ["target"])


@of_each_kind
@of_each_recipient
def test_health_is_told_on_explicit_consent_or_by_who_treats_to_who_treats(kind: str, recipient: str) -> None:
    """A field of health class rests on the person's explicit consent, or the direct care of those who treat (D22)."""
    told = plan(kind, widest(recipient))
    for name in fields_told(told):
        if BUNDLE.classes(kind)[name] == "health":
            clause = POLICIES.clauses[told.because[name]]
            direct = recipient in TREAT and told.because[name].startswith("care-goes-on")
            assert set(clause.power.values()) == {"direct-care" if direct else "consent"}
            assert clause.extra_condition == ("health-or-social-care" if direct else "explicit-consent")


@pytest.mark.requirement("TR11")
@of_each_kind
@of_each_support_agency
def test_support_agencies_hear_nothing_of_offences_risk_or_victims(kind: str, recipient: str) -> None:
    """A home or a treatment does not depend on the offence, the score, the licence, intelligence or a victim."""
    classes = {BUNDLE.classes(kind)[name] for name in fields_told(plan(kind, widest(recipient)))}
    assert not classes & {"offence", "risk", "licence", "intelligence", "victim"}


@of_each_kind
def test_housing_and_hostel_never_learn_the_prison(kind: str) -> None:
    """Housing is told the date and never the establishment, which the source of a prison's update would name too."""
    for recipient in ("council_housing", "charity_hostel"):
        names = set(plan(kind, widest(recipient)).names)
        assert "prison" not in names
        assert "source" not in names or "prison" not in POLICIES.kinds[kind].publishers


@of_each_kind
def test_the_charity_is_told_on_consent_only(kind: str) -> None:
    """A voluntary body has no statutory gateway, so without consent it hears nothing but that the consent has ended,
    and what of it it may use no more; that somebody it works with has died (D5); and how its staff stay safe (D17).
    """
    notice = {"recorded_as", "locked", "occurred_at"} if kind in ENDS_OF_CONSENT else set()
    death = {"recorded_as", "occurred_at", "person", "date_of_birth", "died_on", "contact"}
    expected = death if kind == "custody.person.died" else notice
    told = plan(kind, widest("charity_hostel", consents=()))
    assert {name for name in told.names if told.because[name] != "staff-safety-charity-hostel"} == expected


@of_each_kind
def test_wanted_and_recall_go_to_justice_agencies_only(kind: str) -> None:
    """Nobody is tipped off: that somebody is wanted stays with those who act on it (D3)."""
    for recipient in SUPPORT | {"prison"}:
        assert "wanted" not in plan(kind, widest(recipient)).names


@of_each_support_agency
@pytest.mark.parametrize("kind", ["custody.person.recalled", "custody.person.wanted", "custody.wanted.cleared"])
def test_no_support_agency_is_told_that_somebody_is_sought(kind: str, recipient: str) -> None:
    """Not one field, whatever is known of the case: no hostel is made to act on a rumour (D3)."""
    assert plan(kind, widest(recipient)).names == ()


@pytest.mark.parametrize(
    ("kind", "field", "may_hear"),
    [
        ("custody.person.arrested", "intelligence", {"police", "probation"}),
        ("custody.person.arrested", "alleged_offence", JUSTICE - {"prison", "court"}),
        ("custody.person.left", "charge", JUSTICE - {"prison", "court"}),
        ("custody.person.left", "outcome", JUSTICE - {"prison", "court"}),
        ("custody.person.received", "reason", JUSTICE),
        ("custody.person.released", "reason", JUSTICE),
        ("custody.release.planned", "exclusion_zones", {"police", "probation"}),
        ("custody.release.cancelled", "reason", JUSTICE),
        ("supervision.appointment.missed", "note", {"police", "probation"}),
        ("supervision.appointment.missed", "place", {"probation", "iom_unit"}),
        ("programme.cohort.decided", "reason", {"police", "probation", "iom_unit"}),
        ("programme.risk.reassessed", "wanted", {"police", "local_policing", "probation", "iom_unit"}),
        ("programme.risk.reassessed", "reason", {"police", "probation", "iom_unit"}),
        ("programme.agency.involved", "source", {"iom_unit"}),
        ("trust.consent.given", "recipients", {"iom_unit"}),
        ("trust.consent.given", "taken_by", {"iom_unit"}),
        ("trust.consent.withdrawn", "person", {"iom_unit"}),
        ("trust.fact.confirmed", "source", {"iom_unit"}),
        ("trust.update.withdrawn", "source", {"iom_unit"}),
        ("trust.alert.acknowledged", "by", {"iom_unit"}),
    ],
)
def test_a_careless_grant_tells_nobody_else(kind: str, field: str, may_hear: set[str]) -> None:
    """What must never reach a partner does not reach it even if every clause one day shared every field."""
    policy = POLICIES.kinds[kind]
    everything = Share(fields=tuple(policy.fields))
    policy = policy.model_copy(update={"share": dict.fromkeys(POLICIES.clauses, everything)})
    careless = Bundle(POLICIES.model_copy(update={"kinds": {kind: policy}}))
    situations = {recipient: careless.words.of(widest(recipient)) for recipient in RECIPIENTS}
    assert may_hear == {r for r in RECIPIENTS if field in careless.rules(kind, r).plan(situations[r]).names}
