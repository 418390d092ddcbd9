"""What is told of a kind: a share that a duty forbids is refused by file, line and remedy."""

from pathlib import Path

import pytest

from support.spoiling import AGREEMENTS, ARREST, CLAUSES, CONCERN, PLAN, Refused, copied, problems, swapped

TEST = "treatment-agreed: {fields: [drug_test]}"

SPOILT = {
    "a clause that is not written": Refused(
        swapped(ARREST, "  tenancy:", "  tenanci:"),
        "tenanci:",
        "there is no clause 'tenanci'; write it in clauses.yaml, or take the share out",
    ),
    "a field that a share misspells": Refused(
        swapped(PLAN, "masked: [occurred_at", "masked: [ocurred_at"),
        "tenancy:",
        "there is no field 'ocurred_at'; choose from occurred_at",
    ),
    "a field masked that has no mask": Refused(
        swapped(ARREST, "masked: [occurred_at", "masked: [officer, occurred_at"),
        "tenancy:",
        "'officer' has no mask; give it one under `fields`, or share it clear",
    ),
    "health by a power that does not cover it": Refused(
        swapped(
            PLAN,
            "offender_manager]\n    masked: [occurred_at, address]",
            "offender_manager, prescribing]\n    masked: [occurred_at, address]",
        ),
        "treatment-goes-on:",
        "OMA2007-s14 does not cover 'prescribing', which is of class 'health'; choose another clause",
    ),
    "a publisher without a power": Refused(
        swapped(
            CLAUSES, "purpose: programme\n  power: {prison: OMA2007-s14, any", "purpose: programme\n  power: {prison"
        ),
        "programme-runs:",
        "the clause gives 'police' no power to disclose this; add it under `power`",
        named=ARREST,
    ),
    "a publisher that is no party": Refused(
        swapped(AGREEMENTS, "northshire-court, ", ""),
        "police-manage:",
        "'court' publishes this, and is no controller under northshire-1; add one, or take it out",
        named="trust/update.withdrawn.yaml",
    ),
    "health without an extra condition": Refused(
        swapped(ARREST, "  tenancy:\n    fields: [source,", "  tenancy:\n    fields: [drug_test, source,"),
        "tenancy:",
        "'drug_test' is of class 'health', and the clause has no `extra_condition` (D22); add one",
    ),
    "intelligence for the IOM unit": Refused(
        swapped(
            ARREST,
            "officer, certainty, settles_at]\n  tenancy",
            "officer, intelligence, certainty, settles_at]\n  tenancy",
        ),
        "programme-runs:",
        "iom_unit does not admit 'intelligence' (D19); take 'intelligence' out",
    ),
    "where victims live for a hostel": Refused(
        swapped(
            PLAN,
            "emergency-hostel: {fields: [person, release_on, housing_need]}",
            "emergency-hostel: {fields: [person, release_on, housing_need, exclusion_zones]}",
        ),
        "emergency-hostel:",
        "charity_hostel does not admit 'victim' (D19); take 'exclusion_zones' out",
    ),
    "an event for whoever is named": Refused(
        swapped("trust/fact.confirmed.yaml", "update:        {class: envelope}", "update:        {class: event}"),
        "you-are-named:",
        "the clause hangs on nothing that is confirmed (D12), and 'update' is of class 'event'; take it out, "
        "or add `involvement` to the clause",
    ),
    "an emergency that opens a never": Refused(
        swapped(
            ARREST,
            "emergency-drug-service: {fields: [source,",
            "emergency-drug-service: {fields: [alleged_offence, source,",
        ),
        "emergency-drug-service:",
        "a `never` bars 'alleged_offence', which no emergency opens (D13); take it out",
    ),
    "free text for a hostel": Refused(
        swapped(CONCERN, "    free_text: Whoever must act", "    # free_text: Whoever must act"),
        "safeguarding-charity-hostel:",
        "'what' is free text, and charity_hostel is not statutory; take it out, or say why under `free_text`",
    ),
    "a reason for free text that is not told": Refused(
        swapped(ARREST, TEST, "treatment-agreed: {fields: [drug_test], free_text: A test.}"),
        "treatment-agreed:",
        "tells no free text to a partner that is not statutory; take `free_text` out",
    ),
    "free text for no reason": Refused(
        swapped(CONCERN, "free_text: Whoever", "free_text: ' ' # Whoever"),
        "safeguarding-charity-hostel:",
        "`free_text` says why it may be told; write that, or take it out",
    ),
    "a signpost that says nothing": Refused(
        swapped(ARREST, TEST, "treatment-agreed: {signpost: ' '}"),
        "treatment-agreed:",
        "`signpost` says whom to ask; write that, or take it out",
    ),
    "a signpost that holds a value": Refused(
        swapped(
            PLAN, "signpost: Ask the supervising officer whether an", "signpost: Ask {offender_manager} whether an"
        ),
        "tenancy:",
        "a signpost holds no value, so none of { } < > $ % stands in it (D28); write it out",
    ),
    "a signpost that hints at a concern": Refused(
        swapped(
            ARREST,
            "safeguarding-charity-hostel: {fields:",
            "safeguarding-charity-hostel: {signpost: Ask probation., fields:",
        ),
        "safeguarding-charity-hostel:",
        "the clause reads safeguarding, which this partner is not told, so its signpost hints (D28); take it out",
    ),
    "a signpost that hints at a restriction": Refused(
        swapped(
            CLAUSES,
            "pathway: accommodation}\n  because: A tenancy",
            "pathway: accommodation, handling: normal}\n  because: A tenancy",
        ),
        "tenancy:",
        "the clause reads handling, which this partner is not told, so its signpost hints (D28); take it out",
        named=PLAN,
    ),
    "safety by consent alone": Refused(
        swapped(PLAN, "offender_manager:  {class: event}", "offender_manager:  {class: safety}"),
        "housing-agreed:",
        "'offender_manager' concerns safety and hangs on consent alone (D17); share it without consent too",
    ),
}


@pytest.mark.duty("D22")
@pytest.mark.parametrize("refused", SPOILT.values(), ids=SPOILT.keys())
def test_what_a_duty_forbids_is_told_to_nobody(tmp_path: Path, refused: Refused) -> None:
    """Health, victims, safety, free text, emergencies and signposts: each is refused with its remedy."""
    policies = copied(tmp_path)
    refused.spoil.do(policies)
    assert refused.expected(policies) in problems(policies)
