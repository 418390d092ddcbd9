"""The grounds: a vocabulary, register, agreement or clause that does not hold is refused by file, line and remedy."""

from pathlib import Path

import pytest

from support.spoiling import (
    AGREEMENTS,
    CLAUSES,
    NEVERS,
    PARTNERS,
    VOCABULARY,
    Refused,
    added,
    clause,
    copied,
    problems,
    swapped,
)

SPOILT = {
    "a pathway that updates know and rules do not": Refused(
        swapped(VOCABULARY, "ete, finance,", "ete,"),
        "pathways:",
        "updates say accommodation, drugs_alcohol, health, ete, finance, families, attitudes, "
        "exploitation_violence here; list exactly these, in this order",
    ),
    "a mask nobody made": Refused(
        swapped(VOCABULARY, "yes_no: any", "yes_no: any, blacken: any"),
        "masks:",
        "there is no mask 'blacken'; choose from date_only, initials, outward_postcode, year_only, yes_no",
    ),
    "a mask that says it fits anything": Refused(
        swapped(VOCABULARY, "date_only: time", "date_only: any"),
        "masks:",
        "date_only is a mask of time; write `date_only: time`",
    ),
    "a closed class that is none": Refused(
        swapped(VOCABULARY, "closed_classes: [intelligence", "closed_classes: [inteligence, intelligence"),
        "closed_classes:",
        "there is no class 'inteligence'; choose from intelligence, licence",
    ),
    "a purpose of a kind of partner that is none": Refused(
        swapped(VOCABULARY, "{purposes: [resettlement,", "{purposes: [resetlement, resettlement,"),
        "prison:",
        "there is no purpose 'resetlement'; choose from resettlement, treatment",
    ),
    "a partner that admits what is not closed": Refused(
        swapped(
            VOCABULARY,
            "admits: [intelligence, victim, exploitation]",
            "admits: [intelligence, victim, exploitation, health]",
        ),
        "admits:",
        "there is no closed class 'health'; choose from exploitation, intelligence, victim",
    ),
    "health by the Crime and Disorder Act": Refused(
        swapped(VOCABULARY, "not_classes: [health, involvement]", "not_classes: [involvement]"),
        "CDA1998-s115:",
        "CDA1998-s115 carries no patient information (D22); list 'health' under its `not_classes`",
    ),
    "health by the 2022 Act": Refused(
        swapped(VOCABULARY, "  OMA2007-s14:", "  PCSCA2022-s16: {disclosers: any, recipients: any}\n  OMA2007-s14:"),
        "PCSCA2022-s16:",
        "PCSCA2022-s16 carries no patient information (D22); list 'health' under its `not_classes`",
    ),
    "a power of a discloser nobody is": Refused(
        swapped(VOCABULARY, "disclosers: [prison, probation]", "disclosers: [prison, probtion]"),
        "OMA2007-s14:",
        "there is no kind of partner 'probtion'; choose from probation, prison",
    ),
    "a power for a class nobody knows": Refused(
        swapped(VOCABULARY, "identity, safety]", "identity, safty]"),
        "staff-safety:",
        "there is no class 'safty'; choose from safety",
    ),
    "plain words for what nobody knows": Refused(
        swapped(VOCABULARY, "  health: your health", "  helth: your health"),
        "plain:",
        "there is no class, mask, pathway or kind 'helth'; choose from health",
    ),
    "a partner of a kind that is misspelt": Refused(
        added(PARTNERS, "eastshire: {kind: plice, legal_status: relevant_authority, statutory: true}"),
        "eastshire:",
        "no kind of partner is called 'plice'; choose from charity_hostel, council_housing, court, drug_service, "
        "ete_provider, health_service, housing_association, iom_unit, local_policing, peer_mentors, police, prison, "
        "probation, social_care, youth_service, or decide on it there",
    ),
    "a partner that calls itself the hub": Refused(
        added(PARTNERS, "hub: {kind: police, legal_status: relevant_authority, statutory: true}"),
        "hub: {kind:",
        "'hub' is what the hub calls itself; choose another name",
    ),
    "an area nobody knows": Refused(
        added(PARTNERS, "eastshire: {kind: police, area: uper, legal_status: relevant_authority, statutory: true}"),
        "eastshire:",
        "there is no area 'uper'; choose from upper",
    ),
    "a bulk kind nobody knows": Refused(
        swapped(PARTNERS, "bulk: [custody.person.arrested,", "bulk: [custody.person.arested,"),
        "bulk: [custody.person.arested",
        "there is no kind of update 'custody.person.arested'; choose from custody.person.arrested, "
        "custody.person.released, custody.person.wanted",
    ),
    "a controller who does not take part": Refused(
        swapped(AGREEMENTS, "controllers: [northshire-police", "controllers: [eastshire, northshire-police"),
        "controllers:",
        "no partner is called 'eastshire'; mend its name, or add it to the register",
    ),
    "an agreement whose id is a way out of the folder": Refused(
        added(
            AGREEMENTS, '"../../a": {title: A, controllers: [], schedules: {}, signed: 2026-01-05, expires: 2026-02-05}'
        ),
        "../../a",
        "an agreement's id names a page; use a-z, 0-9 and -",
    ),
    "an agreement that ends before it begins": Refused(
        swapped(AGREEMENTS, "signed: 2026-01-05", "signed: 2027-06-01"),
        "expires:",
        "it expires before it is signed; set a later day",
    ),
    "a retention of a class nobody knows": Refused(
        added(AGREEMENTS, "  retention: {helth: a year}"), "retention:", "there is no class 'helth'; choose from health"
    ),
    "a recipient nobody is": Refused(
        clause(recipient="plice"), "recipient:", "there is no kind of partner 'plice'; choose from police"
    ),
    "a purpose nobody knows": Refused(
        clause(purpose="curiosity"),
        "purpose:",
        "there is no purpose 'curiosity'; choose from accommodation, programme, public_protection, "
        "resettlement, safeguarding, supervision, treatment",
    ),
    "a purpose that is not this partner's": Refused(
        clause(purpose="treatment"),
        "purpose:",
        "police is told nothing for 'treatment'; choose from programme, public_protection, safeguarding",
    ),
    "a condition nobody knows": Refused(
        clause(condition="habit"),
        "condition:",
        "there is no condition 'habit'; choose from consent, law-enforcement, legitimate-interests, "
        "public-task, vital-interests",
    ),
    "an extra condition nobody knows": Refused(
        clause(extra_condition="habit"),
        "extra_condition:",
        "there is no extra condition 'habit'; choose from explicit-consent, health-or-social-care, "
        "substantial-public-interest",
    ),
    "consent as a condition and not asked for": Refused(
        clause(condition="consent"),
        "condition:",
        "consent is a condition only where it is asked for; add `when: {consent: ...}`",
    ),
    "explicit consent and not asked for": Refused(
        clause(extra_condition="explicit-consent"),
        "extra_condition:",
        "explicit-consent needs `when: {consent: ...}`; add it, or choose another",
    ),
    "an agreement nobody made": Refused(
        clause(agreement="northshire-2/B"),
        "agreement:",
        "there is no agreement 'northshire-2'; choose from northshire-1",
    ),
    "a schedule nobody wrote": Refused(
        clause(agreement="northshire-1/Z"), "agreement:", "there is no schedule 'Z'; choose from A, B, C, D, E"
    ),
    "a review after the agreement's end": Refused(
        clause(review="2027-05-02"), "review:", "northshire-1 expires before this review; set a day up to 2027-05-01"
    ),
    "a recipient who is no controller": Refused(
        swapped(AGREEMENTS, "open-door-hostel, ", ""),
        "agreement: northshire-1/D",
        "no controller under northshire-1 is of kind 'charity_hostel'; add one, or choose another",
        named=CLAUSES,
    ),
    "a power nobody knows": Refused(
        clause(power="{probation: habit}"),
        "power:",
        "there is no power 'habit'; choose from CDA1998-s115, HA1996-s213B, OMA2007-s14, after-death, consent, "
        "court-proceedings, direct-care, notice-to-recipients, programme-agreement, protection, safeguarding, "
        "staff-safety",
    ),
    "a discloser nobody is": Refused(
        clause(power="{probtion: CDA1998-s115}"),
        "power:",
        "there is no kind of partner 'probtion'; choose from probation, prison",
    ),
    "consent as a power and not asked for": Refused(
        clause(power="{any: consent}"),
        "power:",
        "consent needs `when: {consent: ...}`; add it, or choose another power",
    ),
    "a charity by the Crime and Disorder Act": Refused(
        clause(recipient="charity_hostel", purpose="accommodation"),
        "power:",
        "CDA1998-s115 does not reach a recipient that is voluntary; choose another",
    ),
    "a prison's power used by the police": Refused(
        clause(power="{police: OMA2007-s14}"), "power:", "OMA2007-s14 is no power of 'police'; choose one that it has"
    ),
    "a word nobody knows": Refused(
        clause(when="{cohort: [Fixed], involvment: [active]}"),
        "when: ",
        "there is no word 'involvment'; choose from access, age, cohort, consent, handling, involvement, "
        "named, pathway, pending, restriction, safeguarding, standing",
    ),
    "a value nobody knows": Refused(
        clause(when="{cohort: [Fixed], involvement: [actve]}"),
        "when: ",
        "involvement is never 'actve'; choose from active, lead, none, referred",
    ),
    "a word without a value": Refused(
        clause(when="{cohort: [Fixed], involvement: []}"),
        "when: ",
        "involvement names no value, so the rule would never apply; name one, or take the word out",
    ),
    "a clause for whatever cohort comes": Refused(
        clause(when="{involvement: [active]}"),
        "when: ",
        "a clause says for which cohorts it holds (D20); add `cohort: [...]` to `when`",
    ),
    "a cohort without rules of its own": Refused(
        clause(when="{cohort: [Gang], involvement: [active]}"),
        "when: ",
        "cohort is never 'Gang'; choose from Fixed, Flex, Free",
    ),
    "a clause that hangs on nothing": Refused(
        clause(when="{cohort: [Fixed]}"),
        "when: ",
        "it hangs on nothing that ties this partner to the case; add involvement, pathway, consent, "
        "safeguarding or access to `when`",
    ),
    "a clause for those who do not work the case": Refused(
        clause(when="{cohort: [Fixed], involvement: [none]}"),
        "when: ",
        "it hangs on nothing that ties this partner to the case; add involvement, pathway, consent, "
        "safeguarding or access to `when`",
    ),
    "safeguarding that waits for consent": Refused(
        clause(purpose="safeguarding", when="{cohort: [Fixed], safeguarding: open, consent: programme}"),
        "when: ",
        "safeguarding never hangs on consent (D17); take `consent` out",
    ),
    "staff safety that waits for consent": Refused(
        clause(power="{any: staff-safety}", when="{cohort: [Fixed], involvement: [active], consent: programme}"),
        "when: ",
        "staff-safety never hangs on consent (D17); take `consent` out",
    ),
    "an emergency that is none": Refused(
        clause(when="{cohort: [Fixed], access: open}"),
        "purpose:",
        "only an emergency is opened by `access` (D13); choose from safeguarding",
    ),
    "an exploitation pathway for a hostel": Refused(
        clause(
            recipient="charity_hostel",
            purpose="accommodation",
            power="{any: consent}",
            when="{cohort: [Fixed], pathway: exploitation_violence, consent: accommodation}",
        ),
        "when: ",
        "charity_hostel does not admit 'exploitation' (D19); take exploitation_violence out",
    ),
    "a never in a word nobody knows": Refused(
        swapped(NEVERS, "handling: restricted", "handling: restrictd"),
        "when: ",
        "handling is never 'restrictd'; choose from normal, restricted",
    ),
    "a never that bars nothing": Refused(
        swapped(NEVERS, 'fields: "*"', "fields: []"), "fields:", "bars no field; list some, or take the rule out"
    ),
    "a never that excepts nobody": Refused(
        swapped(NEVERS, "[police, probation]", "[plice, probation]"),
        "except:",
        "there is no kind of partner 'plice'; choose from police",
    ),
}


@pytest.mark.duty("D22")
@pytest.mark.parametrize("refused", SPOILT.values(), ids=SPOILT.keys())
def test_a_ground_that_does_not_hold_is_refused(tmp_path: Path, refused: Refused) -> None:
    """Power, condition, purpose and agreement fit, and a clause hangs on what somebody confirmed."""
    policies = copied(tmp_path)
    refused.spoil.do(policies)
    assert refused.expected(policies) in problems(policies)
