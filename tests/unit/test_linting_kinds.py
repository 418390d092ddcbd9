"""A kind's file: fields, masks, publishers, bars and expectations that do not hold are refused by file and line."""

import json
from pathlib import Path

import pytest

from access_policies import linting
from access_policies.compiling import canonical
from access_policies.loading import load
from access_policies.model import Policies
from schemas.updates import KINDS
from schemas.updates.custody import Arrested
from support.spoiling import ARREST, LEFT, NEVERS, PLAN, Refused, copied, problems, swapped

SPOILT = {
    "a field of the schema that is left out": Refused(
        swapped(ARREST, "  officer:         {class: event}\n", ""),
        "fields:",
        "the field 'officer' of the schema is not decided on; list it with its class",
    ),
    "a field the schema does not have": Refused(
        swapped(ARREST, "  officer: ", "  oficer: "),
        "fields:",
        "the field 'officer' of the schema is not decided on; list it with its class",
    ),
    "a class nobody knows": Refused(
        swapped(ARREST, "class: offence", "class: offense"),
        "alleged_offence:",
        "there is no class 'offense'; choose from offence",
    ),
    "a mask nobody knows": Refused(
        swapped(ARREST, "mask: year_only", "mask: year_onyl"),
        "date_of_birth:",
        "there is no mask 'year_onyl'; choose from year_only",
    ),
    "free text that is not called so": Refused(
        swapped(ARREST, "{class: intelligence, free_text: true}", "{class: intelligence}"),
        "intelligence:",
        "people write freely in 'intelligence'; add `free_text: true`",
    ),
    "a mask of times on words": Refused(
        swapped(ARREST, "station:         {class: event}", "station:         {class: event, mask: date_only}"),
        "station:",
        "date_only is a mask of time, and 'station' is text; choose another mask",
    ),
    "a mask of words on a list": Refused(
        swapped(
            PLAN,
            "licence:           {class: licence, mask: yes_no}",
            "licence:           {class: licence, mask: initials}",
        ),
        "licence:",
        "initials is a mask of text, and 'licence' is neither text nor a date; choose another mask",
    ),
    "a publisher nobody is": Refused(
        swapped(ARREST, "publishers: [police]", "publishers: [plice]"),
        "publishers:",
        "there is no kind of partner 'plice'; choose from police",
    ),
    "an owner nobody is": Refused(
        swapped(ARREST, "owner: police", "owner: plice"),
        "owner:",
        "there is no kind of partner 'plice'; choose from police",
    ),
    "a support agency that tells of a missed appointment": Refused(
        swapped(
            "supervision/appointment.missed.yaml", "publishers: [probation]", "publishers: [probation, drug_service]"
        ),
        "publishers:",
        "drug_service is a support agency, and this kind feeds breach (D7); take it out",
    ),
    "a support agency that tells where somebody is": Refused(
        swapped(ARREST, "publishers: [police]", "publishers: [police, charity_hostel]"),
        "publishers:",
        "charity_hostel is a support agency, and this kind feeds whereabouts (D7); take it out",
    ),
    "an inherited reference that is none": Refused(
        swapped(LEFT, "of: arrest", "of: outcome"),
        "inherits:",
        "this kind refers to no earlier update in 'outcome'; name 'arrest'",
    ),
    "a lapsed field nobody knows": Refused(
        swapped(LEFT, "lapsed: [arrest, stands]", "lapsed: [arrest, stand]"),
        "inherits:",
        "there is no field 'stand'; choose from stands",
    ),
    "a never of a field nobody knows": Refused(
        swapped(ARREST, "fields: [alleged_offence, officer]", "fields: [aleged_offence, officer]"),
        "fields: [aleged_offence",
        "there is no field 'aleged_offence'; choose from alleged_offence",
    ),
    "people under 18 for a hostel": Refused(
        swapped(
            ARREST,
            "never:                      #",
            "never:\n  under-18: {fields: [alleged_offence], when: {age: youth}, because: A test.}\n  #",
        ),
        "never:",
        "charity_hostel is not named for people under 18 (D18), and no `never` bars 'source' when age is "
        "youth; add one, or do not except it",
    ),
    "people under 18 for a hostel in every kind": Refused(
        swapped(
            NEVERS, "iom_unit, youth_service, social_care]", "iom_unit, youth_service, social_care, charity_hostel]"
        ),
        "never:",
        "charity_hostel is not named for people under 18 (D18), and no `never` bars 'source' when age is "
        "youth; add one, or do not except it",
        named=ARREST,
    ),
    "a bar for youth that asks for more": Refused(
        swapped(NEVERS, "when: {age: youth}", "when: {age: youth, handling: restricted}"),
        "never:",
        "charity_hostel is not named for people under 18 (D18), and no `never` bars 'source' when age is "
        "youth; add one, or do not except it",
        named=ARREST,
    ),
    "an expected field nobody knows": Refused(
        swapped(PLAN, "told: []", "told: [addres]"),
        "- given: {recipient: probation, involvement: none",
        "there is no field 'addres'; choose from address",
    ),
    "an expected partner nobody is": Refused(
        swapped(ARREST, "given: {recipient: prison", "given: {recipient: prson"),
        "- given: {recipient: prson",
        "there is no kind of partner 'prson'; choose from prison",
    ),
    "an expected situation nobody knows": Refused(
        swapped(ARREST, "involvement: active", "involvement: activ"),
        "- given: {recipient: probation, involvement: activ",
        "involvement is never 'activ'; choose from active, lead, none, referred",
    ),
    "an expected lapse of an agreement nobody made": Refused(
        swapped(ARREST, "lapsed: [northshire-1]", "lapsed: [northshire-2]"),
        "- given: {recipient: probation, involvement: lead, lapsed:",
        "there is no agreement 'northshire-2'; choose from northshire-1",
    ),
}


@pytest.mark.duty("D7")
@pytest.mark.parametrize("refused", SPOILT.values(), ids=SPOILT.keys())
def test_a_kind_that_does_not_hold_together_is_refused(tmp_path: Path, refused: Refused) -> None:
    """Informants, people under 18, undecided fields and misspelt words: each is refused with its remedy."""
    policies = copied(tmp_path)
    refused.spoil.do(policies)
    assert refused.expected(policies) in problems(policies)


@pytest.mark.duty("D20")
def test_a_new_field_stops_the_build_until_somebody_decides() -> None:
    """A field added to a schema without a decision in its policy is named as undecided."""

    class ArrestedWithMore(Arrested):
        cell_mate: str | None = None

    found = linting.undecided(load(), {Arrested.KIND: ArrestedWithMore})
    assert [each.finding.sentence for each in found] == [
        "the field 'cell_mate' of the schema is not decided on; list it with its class"
    ]
    assert KINDS[Arrested.KIND] is Arrested


FEEDS = """
    court.hearing.concluded        | breach
    court.hearing.listed           | whereabouts
    court.person.sentenced         | whereabouts
    custody.person.arrested        | whereabouts
    custody.person.charged         | breach
    custody.person.left            | whereabouts
    custody.person.recalled        | wanted
    custody.person.received        | whereabouts
    custody.person.released        | whereabouts
    custody.person.wanted          | wanted
    custody.release.cancelled      | whereabouts
    custody.release.changed        | whereabouts
    custody.release.planned        | whereabouts
    custody.wanted.cleared         | wanted
    intelligence.report.submitted  | wanted
    programme.risk.reassessed      | wanted
    supervision.appointment.missed | breach
    supervision.breach.concluded   | breach
    supervision.breach.started     | breach
    supervision.licence.varied     | breach
    supervision.person.attended    | whereabouts
    supervision.visit.made         | breach whereabouts
    supervision.visit.planned      | whereabouts
"""


@pytest.mark.duty("D7")
def test_what_feeds_enforcement_is_declared() -> None:
    """These kinds, and no others, can set something in motion against the person; no support agency publishes one."""
    rows = [line.split("|") for line in FEEDS.strip().splitlines()]
    declared = {kind: sorted(model.FEEDS) for kind, model in KINDS.items() if model.FEEDS}
    assert declared == {kind.strip(): feeds.split() for kind, feeds in rows}


WRITTEN_FREELY = """
    accommodation.need.assessed    | note
    custody.person.arrested        | intelligence
    custody.person.recalled        | reason
    intelligence.report.submitted  | report
    programme.agency.withdrew      | reason
    programme.cohort.decided       | reason
    programme.contribution.made    | contribution
    programme.person.deselected    | note
    programme.person.referred      | reason
    programme.person.rereferred    | reason
    programme.readiness.assessed   | reason
    programme.review.concluded     | summary
    programme.risk.reassessed      | reason
    programme.target.met           | note
    supervision.appointment.missed | note
    supervision.contact.stepped_down | reason
    supervision.contact.stepped_up | reason
    supervision.staff_risk.set     | reason
    supervision.visit.made         | note
    trust.access.closed            | note
    trust.access.opened            | reason
    trust.concern.disclosed        | what
    trust.correction.answered      | reason
    trust.disclosure.recalled      | reason
    trust.identity.unlinked        | reason
    trust.offending.disclosed      | what
    trust.outcome.reported         | note
    trust.restriction.lifted       | reason
    trust.restriction.set          | reason
    trust.update.corrected         | corrected reason
"""


def test_where_people_write_freely_is_known() -> None:
    """The schemas know each field that holds whatever somebody writes, however deep in its value."""
    rows = [line.split("|") for line in WRITTEN_FREELY.strip().splitlines()]
    found = {kind: sorted(model.written_freely()) for kind, model in KINDS.items() if model.written_freely()}
    assert found == {kind.strip(): fields.split() for kind, fields in rows}


def test_policies_that_come_from_no_file_are_checked_alike() -> None:
    """Rules rebuilt from the bytes of a bundle have the findings that they had in their files, each with its place."""
    said = json.loads(canonical(load()))
    said.pop("masks_version")
    assert list(linting.findings(Policies.model_validate(said))) == []
    said["kinds"][Arrested.KIND]["publishers"].append("charity_hostel")
    [finding] = linting.findings(Policies.model_validate(said))
    assert (finding.document, finding.path) == (Arrested.KIND, ("publishers",))
