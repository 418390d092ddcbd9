"""What each of the seven agencies is told of the same update: tables that a data-protection officer can read.

`told` is told as it was said, `masked` is told less of, `-` is told nothing of.
"""

from collections.abc import Iterator

import pytest

from support.builders import a_consent, a_missed_appointment, a_release_plan, an_arrest
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
)

COLUMNS = {
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "iom": UNIT,
    "housing": HOUSING,
    "hostel": HOSTEL,
    "drugs": DRUGS,
}

ARREST = """
    field           | police | probation | prison | iom  | housing | hostel | drugs
    ----------------+--------+-----------+--------+------+---------+--------+-------
    identifiers     | told   | told      | -      | told | -       | -      | -
    person          | told   | told      | -      | told | told    | told   | told
    arrested_at     | told   | told      | -      | told | masked  | -      | told
    station         | told   | told      | -      | told | -       | -      | told
    alleged_offence | told   | told      | -      | told | -       | -      | -
    expected_until  | told   | told      | -      | told | told    | masked | told
    drug_test       | told   | -         | -      | -    | -       | -      | told
    officer         | told   | told      | -      | told | -       | -      | -
    intelligence    | told   | told      | -      | -    | -       | -      | -
    certainty       | told   | told      | -      | told | told    | told   | told
"""

PLAN = """
    field            | police | probation | prison | iom  | housing | hostel | drugs
    -----------------+--------+-----------+--------+------+---------+--------+-------
    person           | told   | told      | told   | told | told    | told   | told
    prison           | told   | told      | told   | told | -       | -      | told
    release_on       | told   | told      | told   | told | told    | told   | told
    address          | told   | told      | told   | told | -       | -      | masked
    exclusion_zones  | told   | told      | told   | -    | -       | -      | -
    housing_need     | -      | told      | told   | told | told    | told   | -
    prescribing      | -      | -         | told   | -    | -       | -      | told
    offender_manager | told   | told      | told   | told | told    | told   | told
"""

MISSED = """
    field       | police | probation | prison | iom  | housing | hostel | drugs
    ------------+--------+-----------+--------+------+---------+--------+-------
    person      | told   | told      | -      | told | -       | -      | -
    due_at      | told   | told      | -      | told | -       | -      | -
    activity    | told   | told      | -      | told | -       | -      | -
    enforceable | told   | told      | -      | told | -       | -      | -
    note        | told   | told      | -      | -    | -       | -      | -
"""


def cells(table: str) -> dict[tuple[str, str], str]:
    """The table's cells by field and agency."""
    head, _, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {(row[0], COLUMNS[name]): cell for row in rows for name, cell in zip(head[1:], row[1:], strict=True)}


@pytest.fixture(name="together", scope="module")
def _together() -> Iterator[tuple[Partnership, dict[str, object]]]:
    """Everybody works the case, on every pathway that is theirs, and the person consented to all of it."""
    with partnership() as partners:
        someone = partners.person(1)
        for agency, purpose in ((HOSTEL, "accommodation"), (DRUGS, "treatment")):
            partners.publish(PROBATION, "trust.consent.given", someone | a_consent(agency, purposes=(purpose,)))
        for agency in (POLICE, PROBATION, PRISON):
            partners.involve(someone, agency)
        for agency, pathway in ((HOUSING, "accommodation"), (HOSTEL, "accommodation"), (DRUGS, "drugs_alcohol")):
            partners.involve(someone, agency, (pathway,))
        yield partners, someone


def outcome(told: dict[str, object], said: object, field: str) -> str:
    """How a field arrived."""
    if field not in told:
        return "-"
    return "told" if told[field] == said else "masked"


@pytest.mark.requirement("TR2")
@pytest.mark.requirement("IX2")
@pytest.mark.requirement("IX10")
@pytest.mark.duty("D1")
@pytest.mark.parametrize(
    ("publisher", "kind", "data", "table"),
    [
        (
            POLICE,
            "custody.person.arrested",
            an_arrest(
                expected_until="2026-03-03T08:30:00Z", drug_test="positive", officer="PC Example", intelligence="Seen."
            ),
            ARREST,
        ),
        (
            PRISON,
            "custody.release.planned",
            a_release_plan(
                address="1 Invented Street, ZZ1 1ZZ", exclusion_zones=["Invented Park"], prescribing="Daily"
            ),
            PLAN,
        ),
        (PROBATION, "supervision.appointment.missed", a_missed_appointment(note="Did not answer the door."), MISSED),
    ],
    ids=["an arrest", "a release plan", "a missed appointment"],
)
def test_the_same_update_for_everybody(
    together: tuple[Partnership, dict[str, object]], publisher: str, kind: str, data: dict[str, object], table: str
) -> None:
    """Each agency is told exactly the fields that its column lists, and masked exactly where it says so."""
    partners, someone = together
    partners.publish(publisher, kind, someone | data)
    told = {agency: (partners.told(agency, kind) or [{}])[-1] for agency in EVERYONE}
    whole = told[publisher] | {"person": "Fictional Testcase-1"}
    for (field, agency), expected in cells(table).items():
        in_full = {**told[agency], **({"person": whole["person"]} if agency == publisher else {})}
        assert outcome(in_full, whole.get(field), field) == expected, (field, agency)


@pytest.mark.requirement("TR8")
@pytest.mark.requirement("IX5")
@pytest.mark.duty("D29")
def test_who_does_not_work_the_case_is_told_nothing_at_all() -> None:
    """No message, no count, no gap: the feed of an agency that is not involved stays empty and its views too."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.involve(someone, POLICE)
        partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        partners.hub.catch_up()
        for agency in (PROBATION, PRISON, HOUSING, HOSTEL, DRUGS):
            assert partners.hub.feed.head(agency)[0] == 0
            assert partners.hub.hosted[agency].views.records() == []


@pytest.mark.requirement("TR3")
@pytest.mark.duty("D12")
def test_the_hostel_hears_only_while_there_is_consent() -> None:
    """The same arrest reaches the hostel with consent; once that is withdrawn it hears so, and nothing of the next."""
    with partnership() as partners:
        someone = partners.person(1)
        consent = partners.publish(PROBATION, "trust.consent.given", someone | a_consent(HOSTEL))
        partners.involve(someone, HOSTEL, ("accommodation",))
        partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        assert len(partners.told(HOSTEL, "custody.person.arrested")) == 1
        partners.publish(PROBATION, "trust.consent.withdrawn", {"consent": str(consent)})
        before = partners.hub.feed.head(HOSTEL)
        assert len(partners.told(HOSTEL, "trust.consent.withdrawn")) == 1
        partners.publish(POLICE, "custody.person.arrested", someone | an_arrest())
        assert partners.hub.feed.head(HOSTEL) == before


@pytest.mark.duty("D26")
@pytest.mark.duty("D12")
def test_an_echo_tells_its_publisher_nothing_new() -> None:
    """Housing gets back what it said; the birth date on record, which its clause masks, does not come with it."""
    with partnership() as partners:
        someone = partners.person(1)
        partners.involve(someone, HOUSING, ("accommodation",))
        [echo] = partners.told(HOUSING, "trust.fact.confirmed")
        assert "date_of_birth" not in echo
        assert "person" not in echo
