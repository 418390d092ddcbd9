"""Who is told what of the pathways, as a table that those who sign can read, and as the hub tells it.

`all` is every field of the kind's own as it was said, `part` fewer of them or less of them, `-` no record at all.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from schemas import generating
from schemas.updates import KINDS
from spec.widest import POLICIES, RECIPIENTS, plan, widest
from support.builders import a_consent
from support.partnership import PROBATION, UNIT, Partnership, partnership, who

COLUMNS = {
    "police": "police",
    "prob": "probation",
    "prison": "prison",
    "iom": "iom_unit",
    "council": "council_housing",
    "assoc": "housing_association",
    "hostel": "charity_hostel",
    "drugs": "drug_service",
    "health": "health_service",
    "care": "social_care",
    "ete": "ete_provider",
    "mentors": "peer_mentors",
}

TABLE = """
    kind                         | police | prob | prison | iom  | council | assoc | hostel | drugs | health | care | ete  | mentors
    -----------------------------+--------+------+--------+------+---------+-------+--------+-------+--------+------+------+--------
    drugs_alcohol.treatment.*    | -      | part | -      | part | -       | -     | -      | all   | all    | -    | -    | -
    drugs_alcohol.status.changed | -      | part | -      | part | -       | -     | -      | all   | all    | -    | -    | -
    drugs_alcohol.test.taken     | -      | part | -      | -    | -       | -     | -      | all   | all    | -    | -    | -
    drugs_alcohol.dose.*         | -      | -    | -      | -    | -       | -     | -      | all   | -      | -    | -    | -
    health.*                     | -      | part | -      | part | -       | -     | -      | all   | -      | -    | -    | -
    ete.need.assessed            | -      | all  | all    | all  | -       | -     | -      | -     | -      | -    | part | -
    ete.support.started          | -      | all  | -      | all  | -       | -     | -      | -     | -      | -    | -    | part
    ete.support.ended            | -      | all  | -      | all  | -       | -     | -      | -     | -      | -    | part | -
    ete.status.changed           | -      | all  | part   | all  | -       | -     | -      | -     | -      | -    | part | -
    ete.job.started              | -      | all  | -      | all  | -       | -     | -      | -     | -      | -    | -    | part
    finance.need.assessed        | -      | all  | all    | all  | -       | -     | -      | -     | -      | -    | -    | -
    finance.support.*            | -      | all  | -      | all  | part    | -     | -      | -     | -      | -    | -    | -
    finance.status.changed       | -      | all  | part   | all  | part    | -     | -      | -     | -      | -    | -    | -
    finance.benefits.arranged    | -      | all  | part   | all  | part    | part  | part   | -     | -      | -    | -    | -
    families.need.assessed       | -      | part | -      | part | -       | -     | -      | -     | -      | all  | -    | -
    families.support.*           | -      | part | -      | part | -       | -     | -      | -     | -      | all  | -    | -
    families.status.changed      | -      | part | part   | part | -       | -     | -      | -     | -      | all  | -    | -
    attitudes.need.assessed      | -      | all  | all    | all  | -       | -     | -      | -     | -      | -    | -    | -
    attitudes.support.started    | -      | all  | part   | all  | -       | -     | -      | -     | -      | -    | -    | part
    attitudes.support.ended      | -      | all  | part   | all  | -       | -     | -      | -     | -      | -    | -    | -
    attitudes.status.changed     | part   | all  | part   | all  | -       | -     | -      | -     | -      | -    | -    | -
    attitudes.programme.*        | part   | all  | part   | all  | -       | -     | -      | -     | -      | -    | -    | part
    exploitation_violence.*      | all    | all  | -      | -    | -       | -     | -      | -     | -      | all  | -    | -
"""  # noqa: E501  # a row of it is one kind

STRANDS = ("drugs_alcohol", "health", "ete", "finance", "families", "attitudes", "exploitation_violence")
PATHWAY_KINDS = sorted(kind for kind in KINDS if kind.startswith(tuple(f"{strand}." for strand in STRANDS)))
of_each_pathway_kind = pytest.mark.parametrize("kind", PATHWAY_KINDS)
CARE = {"drug_service", "health_service"}
KNOWS_WHO = {
    "drugs_alcohol": CARE | {"iom_unit"},
    "health": CARE | {"iom_unit"},
    "families": {"social_care", "iom_unit"},
    "exploitation_violence": {"police", "probation", "social_care"},
}
"""Who may hear which agency it is, in the strands where that alone says what somebody is helped with (D6)."""


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Each kind, or the beginning of some, and what each column says of it."""
    head, _, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    for line in lines:
        yield line[0], {COLUMNS[name]: cell for name, cell in zip(head[1:], line[1:], strict=True)}


def row_of(kind: str) -> Mapping[str, str]:
    """What the table says of a kind."""
    [row] = [row for name, row in rows() if kind == name or (name.endswith("*") and kind.startswith(name[:-1]))]
    return row


def own_fields(kind: str) -> set[str]:
    """The fields that say what happened, beside the envelope and whom it is about."""
    classes = POLICIES.kinds[kind].fields
    shared = {"source", "author_role", *(n for n, rule in classes.items() if rule.class_ in ("envelope", "identity"))}
    return set(classes) - shared


def sample(kind: str) -> dict[str, Any]:
    """The sample of a kind, as an envelope."""
    file = Path(generating.__file__).parent / "examples" / f"{kind}.v1.json"
    return json.loads(file.read_text(encoding="utf-8"))


def amount(kind: str, told: set[str], record: bool) -> str:
    """How much of a kind's own fields this is, as the table says it."""
    if not record:
        return "-"
    return "all" if told >= own_fields(kind) else "part"


@pytest.mark.requirement("CV3")
@of_each_pathway_kind
def test_each_kind_tells_each_partner_what_the_table_says(kind: str) -> None:
    """In the situation that tells most, nobody is told more of a pathway than its cell says; the others nothing."""
    plans = {recipient: plan(kind, widest(recipient)) for recipient in RECIPIENTS}
    found = {recipient: amount(kind, set(each.told), bool(each.names)) for recipient, each in plans.items()}
    assert found == {**dict.fromkeys(RECIPIENTS, "-"), **row_of(kind)}


@pytest.mark.requirement("TR12")
@pytest.mark.duty("D6")
@pytest.mark.duty("D22")
@of_each_pathway_kind
def test_health_in_full_stays_with_care(kind: str) -> None:
    """Whatever the situation, no partner but those who treat the person is told a field of health as it was said; of a
    test in treatment its day may be told, if the person agreed.
    """
    health = {name for name, rule in POLICIES.kinds[kind].fields.items() if rule.class_ == "health"}
    told = {recipient: health & set(plan(kind, widest(recipient)).told) for recipient in RECIPIENTS}
    agreed = {"taken_on"} if kind == "drugs_alcohol.test.taken" else set()
    assert {recipient for recipient, names in told.items() if names - agreed} <= CARE
    assert not told["council_housing"] | told["charity_hostel"] | told["police"]


@pytest.mark.duty("D22")
@pytest.mark.duty("D7")
def test_probation_hears_of_a_test_only_by_consent_and_never_how_it_came_out() -> None:
    """That a test was taken is told to the supervising officer if the person agreed; the result is no evidence."""
    kind = "drugs_alcohol.test.taken"
    most = plan(kind, widest("probation"))
    assert [name for name, _ in most.masked] == ["result"]
    assert not plan(kind, widest("probation", consents=("treatment", "programme"))).names


@pytest.mark.duty("D6")
@pytest.mark.parametrize("kind", [kind for kind in PATHWAY_KINDS if kind.split(".", maxsplit=1)[0] in KNOWS_WHO])
def test_who_is_at_work_is_told_to_those_who_may_know(kind: str) -> None:
    """Where the agency alone says what is wrong, neither its name, nor who wrote, nor where it is goes any further."""
    telling = {"source", "author_role", "place", "pharmacy"}
    hears = {recipient for recipient in RECIPIENTS if telling & set(plan(kind, widest(recipient)).names)}
    assert hears
    assert hears <= KNOWS_WHO[kind.split(".", maxsplit=1)[0]]


@pytest.mark.duty("D19")
@pytest.mark.parametrize("kind", [kind for kind in PATHWAY_KINDS if kind.startswith("exploitation_violence.")])
def test_exploitation_goes_to_those_who_work_on_just_that(kind: str) -> None:
    """Police, probation and social care admit the class; even they hear nothing unless they work on that pathway."""
    others = tuple(each for each in POLICIES.vocabulary.pathways if each != "exploitation_violence")
    for recipient in RECIPIENTS:
        admits = "exploitation" in POLICIES.vocabulary.partner_kinds[recipient].admits
        assert bool(plan(kind, widest(recipient)).names) <= admits
        assert not plan(kind, widest(recipient, pathways=others)).names


@pytest.mark.requirement("CV7")
@pytest.mark.duty("D19")
@of_each_pathway_kind
def test_no_update_of_a_pathway_has_a_place_for_anybody_elses_name(kind: str) -> None:
    """A family kind carries a role and a need, and no kind a relative, a victim or who did it."""
    own = set(KINDS[kind].model_fields) - {"person", "record", "identifiers", "date_of_birth"}
    assert not {name for name in own for word in ("name", "victim", "child", "suspect", "partner") if word in name}


@pytest.mark.requirement("CV14")
@pytest.mark.duty("D18")
@of_each_pathway_kind
def test_of_people_under_18_only_agencies_named_for_youth_hear(kind: str) -> None:
    """A young person's health, learning and family are told to nobody who is not named for youth."""
    hears = {recipient for recipient in RECIPIENTS if plan(kind, widest(recipient, age="unknown")).names}
    assert all(POLICIES.vocabulary.partner_kinds[recipient].youth for recipient in hears)


AGENCIES = {partner.kind: agency for agency, partner in reversed(POLICIES.partners.items())}
"""The first agency of each kind of partner."""


@pytest.fixture(name="everybody", scope="module")
def _everybody() -> Iterator[Partnership]:
    """A partnership in which an agency of each kind works one case on every pathway, and the person agreed to all."""
    with partnership() as partners:
        someone = partners.person(1)
        agreed = tuple(each for each in POLICIES.vocabulary.purposes)
        partners.publish(UNIT, "trust.consent.given", someone | a_consent(*AGENCIES.values(), purposes=agreed))
        for agency in AGENCIES.values():
            if agency != UNIT:
                partners.involve(someone, agency, POLICIES.vocabulary.pathways)
        partners.person(2)
        for kind in PATHWAY_KINDS:
            envelope = sample(kind)
            said = envelope["data"] | {"identifiers": who(1)["identifiers"]}
            partners.publish(envelope["source"].removeprefix("urn:iomhub:agency:"), kind, said)
        partners.hub.catch_up()
        yield partners


@pytest.mark.requirement("CV3")
@pytest.mark.duty("D6")
@pytest.mark.duty("D19")
@of_each_pathway_kind
def test_the_hub_tells_each_partner_what_the_table_says(everybody: Partnership, kind: str) -> None:
    """The feeds hold what the table says, and of what they are not told no record; the publisher has its own back."""
    publisher = sample(kind)["source"].removeprefix("urn:iomhub:agency:")
    said = own_fields(kind) & {*sample(kind)["data"], "days_stayed"}
    for recipient, agency in AGENCIES.items():
        if agency == publisher:
            continue
        told = everybody.told(agency, kind)
        in_full = {name for each in told for name in each if name in said}
        expected = row_of(kind).get(recipient, "-")
        assert len(told) == (expected != "-"), agency
        assert (in_full == said) or expected != "all", agency


@pytest.mark.duty("D19")
def test_what_happens_to_one_person_reaches_no_other_case(everybody: Partnership) -> None:
    """Whoever works the case of the one who hurts learns nothing from the case of the one who is hurt."""
    with partnership() as partners:
        hurt, hurts = partners.person(1), partners.person(2)
        partners.involve(hurt, AGENCIES["social_care"], ("exploitation_violence",))
        partners.involve(hurts, AGENCIES["police"], ("exploitation_violence",))
        before = partners.hub.feed.head(AGENCIES["police"])
        said = sample("exploitation_violence.need.assessed")["data"] | hurt
        partners.publish(AGENCIES["social_care"], "exploitation_violence.need.assessed", said)
        assert len(partners.told(AGENCIES["social_care"], "exploitation_violence.need.assessed")) == 1
        assert partners.hub.feed.head(AGENCIES["police"]) == before


@pytest.mark.requirement("CV11")
def test_needs_and_gaps_reach_those_who_run_the_programme() -> None:
    """On every pathway but the closed one, the IOM unit hears of an assessment, and whether nothing meets the need."""
    for strand in set(STRANDS) - {"drugs_alcohol", "exploitation_violence"}:
        assert {"assessed_on", "gap"} <= set(plan(f"{strand}.need.assessed", widest("iom_unit")).told)


@pytest.mark.requirement("CV13")
def test_softer_progress_reaches_those_who_run_the_programme() -> None:
    """On every pathway but the closed one, the IOM unit hears the status and which way things go."""
    for strand in set(STRANDS) - {"exploitation_violence"}:
        assert {"status", "direction"} <= set(plan(f"{strand}.status.changed", widest("iom_unit")).told)


@pytest.mark.requirement("CV16")
def test_how_long_help_lasted_reaches_those_who_count_its_cost() -> None:
    """On every pathway but the closed one, the IOM unit hears how many days help lasted."""
    for strand in set(STRANDS) - {"exploitation_violence"}:
        noun = "treatment" if strand == "drugs_alcohol" else "support"
        assert "days_stayed" in plan(f"{strand}.{noun}.ended", widest("iom_unit")).told


@pytest.mark.duty("D14")
def test_a_newcomer_hears_how_each_pathway_stands_and_not_what_went_before() -> None:
    """Who comes later hears that help has ended, not that it once began, and of two statuses the later one."""
    with partnership() as partners:
        someone = partners.person(1)
        for kind in ("finance.support.started", "finance.status.changed", "finance.support.ended"):
            partners.publish(UNIT, kind, sample(kind)["data"] | someone)
            partners.clock.turn(hours=1)
        done = sample("finance.status.changed")["data"] | someone | {"status": "done"}
        partners.publish(UNIT, "finance.status.changed", done)
        partners.involve(someone, PROBATION)
        told = [each for each in partners.told(PROBATION) if str(each["kind"]).startswith("finance.")]
        assert {each["kind"] for each in told} == {"finance.support.ended", "finance.status.changed"}
        assert [each["status"] for each in told if "status" in each] == ["done"]


@pytest.mark.duty("D22")
def test_a_dose_goes_to_the_drug_service_that_works_the_case_and_to_nobody_else(everybody: Partnership) -> None:
    """The hand-over stands on one feed beside its publisher's own, and raises an alert there that says what is due."""
    kind, drugs = "drugs_alcohol.dose.handed_over", AGENCIES["drug_service"]
    assert {agency for agency in AGENCIES.values() if everybody.told(agency, kind)} == {drugs, AGENCIES["prison"]}
    alerts = [
        row.body.decode()
        for row in everybody.hub.hosted[drugs].views.alerts(open_only=True, limit=100)
        if b'"dose"' in row.body
    ]
    assert len(alerts) == 1
    assert "next due 2026-02-25" in alerts[0]
