"""The shipped policies keep what the signatories expect, and the duties that hold across all of their kinds."""

from enum import StrEnum

import pytest

from access_policies.compiling import Bundle, Plan
from access_policies.explaining import broken_expectations
from access_policies.linting import findings
from access_policies.loading import load
from access_policies.model import Expect, Given, KindPolicy, Policies, Share
from schemas import vocabulary
from schemas.updates import KINDS

POLICIES = load()
BUNDLE = Bundle(POLICIES)
RECIPIENTS = sorted({partner.kind for partner in POLICIES.partners.values()})
JUSTICE = {"police", "probation", "prison", "iom_unit"}
SUPPORT = set(RECIPIENTS) - JUSTICE

of_each_kind = pytest.mark.parametrize("kind", sorted(KINDS))
of_each_recipient = pytest.mark.parametrize("recipient", RECIPIENTS)
of_each_support_agency = pytest.mark.parametrize("recipient", sorted(SUPPORT))

LIVE_OPERATION_GOES_TO = {"police", "probation", "prison"}


def widest(recipient: str, **but: str | bool | tuple[str, ...]) -> Given:
    """The situation that tells most: there is no negation, so no other one tells a field that this one does not."""
    words = POLICIES.vocabulary
    most = {
        "involvement": words.involvement[-1],
        "pathways": words.pathways,
        "consents": words.purposes,
        "named": True,
    }
    return Given.model_validate({"recipient": recipient, **most, **but})


def plan(kind: str, given: Given) -> Plan:
    """What is told of this kind in this situation."""
    return BUNDLE.rules(kind, given.recipient).plan(BUNDLE.words.of(given))


def reached(policy: KindPolicy) -> set[str]:
    """The kinds of partner that a share clause of this kind reaches."""
    return {POLICIES.clauses[clause].recipient for clause in policy.share}


def with_rows(kind: str, *rows: Expect) -> Policies:
    """The shipped policies with these `expect` rows for one kind."""
    policy = POLICIES.kinds[kind].model_copy(update={"expect": rows})
    return POLICIES.model_copy(update={"kinds": {**POLICIES.kinds, kind: policy}})


def test_the_shipped_policies_load() -> None:
    """There is a policy for every kind of update, for the seven agencies of the fictional partnership."""
    assert set(KINDS) == set(POLICIES.kinds)
    assert len(POLICIES.partners) == 7


def test_every_expectation_holds() -> None:
    """What the signatories expect in a situation is exactly what is told in it."""
    assert broken_expectations(BUNDLE) == []


@of_each_kind
def test_every_kind_says_what_is_expected(kind: str) -> None:
    """The policy of a kind has at least four situations that a practitioner can check."""
    assert len(POLICIES.kinds[kind].expect) >= 4


@of_each_kind
def test_every_partner_reached_has_an_expectation(kind: str) -> None:
    """Whoever a kind may be told to has a situation in which it is expected to be told something."""
    policy = POLICIES.kinds[kind]
    assert reached(policy) == {row.given.recipient for row in policy.expect if row.told or row.masked}


@of_each_kind
def test_every_field_that_may_be_told_is_expected_somewhere(kind: str) -> None:
    """The expectations hold a partner's widest situation: no field is told that no row mentions."""
    policy = POLICIES.kinds[kind]
    for recipient in reached(policy):
        rows = [row for row in policy.expect if row.given.recipient == recipient]
        assert set(plan(kind, widest(recipient)).names) == {n for row in rows for n in (*row.told, *row.masked)}


@pytest.mark.parametrize(
    ("told", "masked", "complaint"),
    [
        (("person", "alleged_offence"), (), "expected but not told: alleged_offence"),
        ((), ("arrested_at",), "told though not expected: person"),
        (("arrested_at",), (), "masked though not expected: arrested_at"),
        ((), (), "masked though not expected: date_of_birth"),
    ],
)
def test_a_wrong_expectation_is_reported(told: tuple[str, ...], masked: tuple[str, ...], complaint: str) -> None:
    """A row that expects something else than the rules tell is named, with the field that differs."""
    row = Expect(given=widest("council_housing"), told=told, masked=masked)
    [broken] = broken_expectations(Bundle(with_rows("custody.person.arrested", row)))
    assert broken.startswith("custody.person.arrested: expect row 1: ")
    assert complaint in broken


@pytest.mark.parametrize(
    "given",
    [
        Given(recipient="probation", involvement="leading"),
        Given(recipient="probation", pathways=("housing",)),
        Given(recipient="probation", consents=("anything",)),
        Given(recipient="probation", handling="secret"),
        Given(recipient="probation", age="old"),
    ],
)
def test_an_expectation_in_words_nobody_knows_is_refused(given: Given) -> None:
    """A misspelt situation stops the policies from loading, so that no row checks something else than it says."""
    [finding] = findings(with_rows("custody.person.arrested", Expect(given=given)))
    assert finding.path == ("expect", 0)


def test_a_rule_that_would_never_apply_is_refused() -> None:
    """A `never` with an empty list of values bars nothing, whatever its author meant, so it does not load."""
    policy = POLICIES.kinds["custody.person.arrested"]
    toothless = policy.never["live-operation"].model_copy(update={"when": {"handling": ()}})
    policy = policy.model_copy(update={"never": {"live-operation": toothless}})
    [finding] = findings(POLICIES.model_copy(update={"kinds": {**POLICIES.kinds, policy.kind: policy}}))
    assert finding.path == ("never", "live-operation", "when", "handling")


@of_each_kind
def test_a_policy_lists_the_fields_in_the_order_of_the_schema(kind: str) -> None:
    """Whoever signs a policy finds every field of the schema in it, in the same order."""
    assert KINDS[kind].fields() == tuple(POLICIES.kinds[kind].fields)


@pytest.mark.parametrize(
    ("words", "enum"),
    [
        ("involvement", vocabulary.Involvement),
        ("pathways", vocabulary.Pathway),
        ("purposes", vocabulary.Purpose),
        ("handling", vocabulary.Handling),
        ("age", vocabulary.Age),
    ],
)
def test_the_vocabulary_is_that_of_the_schemas(words: str, enum: type[StrEnum]) -> None:
    """A rule and an update use the same words, in the same order."""
    assert tuple(enum) == getattr(POLICIES.vocabulary, words)


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
@of_each_support_agency
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
    """Of a kind that a support agency may publish, only the IOM unit is told who published it (D6)."""
    if SUPPORT & set(POLICIES.kinds[kind].publishers) and recipient != "iom_unit":
        assert not {"source", "author_role"} & set(plan(kind, widest(recipient)).names)


@of_each_kind
@of_each_support_agency
def test_free_text_stays_with_justice(kind: str, recipient: str) -> None:
    """Nobody can say beforehand what stands in free text, so no support agency is told any."""
    fields = POLICIES.kinds[kind].fields
    assert not [name for name in plan(kind, widest(recipient)).names if fields[name].free_text]


@of_each_kind
@of_each_recipient
def test_health_is_told_on_explicit_consent_only(kind: str, recipient: str) -> None:
    """A field of health class rests on a clause whose every power is the person's explicit consent (D22)."""
    told = plan(kind, widest(recipient))
    for name in told.names:
        if BUNDLE.classes(kind)[name] == "health":
            clause = POLICIES.clauses[told.because[name]]
            assert set(clause.power.values()) == {"consent"}
            assert clause.extra_condition == "explicit-consent"


@of_each_kind
@of_each_support_agency
def test_support_agencies_hear_nothing_of_offences_risk_or_victims(kind: str, recipient: str) -> None:
    """A home or a treatment does not depend on the offence, the score, the licence, intelligence or a victim."""
    classes = {BUNDLE.classes(kind)[name] for name in plan(kind, widest(recipient)).names}
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
    """A voluntary body has no statutory gateway, so without consent it hears nothing."""
    assert plan(kind, widest("charity_hostel", consents=())).names == ()


@of_each_kind
def test_wanted_and_recall_go_to_justice_agencies_only(kind: str) -> None:
    """Nobody is tipped off: that somebody is wanted stays with those who act on it (D3)."""
    for recipient in SUPPORT | {"prison"}:
        assert "wanted" not in plan(kind, widest(recipient)).names


@pytest.mark.parametrize(
    ("kind", "field", "may_hear"),
    [
        ("custody.person.arrested", "intelligence", {"police", "probation"}),
        ("custody.person.arrested", "alleged_offence", JUSTICE - {"prison"}),
        ("custody.person.left", "charge", JUSTICE - {"prison"}),
        ("custody.person.left", "outcome", JUSTICE - {"prison"}),
        ("custody.person.received", "reason", JUSTICE),
        ("custody.person.released", "reason", JUSTICE),
        ("custody.release.planned", "exclusion_zones", {"police", "probation"}),
        ("custody.release.cancelled", "reason", JUSTICE),
        ("supervision.appointment.missed", "note", {"police", "probation"}),
        ("supervision.appointment.missed", "place", {"probation", "iom_unit"}),
        ("programme.cohort.decided", "reason", JUSTICE - {"prison"}),
        ("programme.risk.reassessed", "wanted", JUSTICE - {"prison"}),
        ("programme.risk.reassessed", "reason", JUSTICE - {"prison"}),
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


def test_a_pathway_said_twice_is_that_pathway() -> None:
    """An update that lists a pathway twice opens no other pathway."""
    once, twice = (BUNDLE.words.situation(pathway=("accommodation",) * times) for times in (1, 2))
    assert once == twice
