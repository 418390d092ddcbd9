"""The everyday situation in which a partner is told most, and what it is told then."""

import pytest

from access_policies.compiling import Bundle, Plan
from access_policies.loading import load
from access_policies.model import Given, KindPolicy
from schemas.updates import KINDS

POLICIES = load()
BUNDLE = Bundle(POLICIES)
RECIPIENTS = sorted({partner.kind for partner in POLICIES.partners.values()})
JUSTICE = {"police", "local_policing", "probation", "prison", "court", "iom_unit", "youth_service"}
"""Who works a case for public protection, supervision or the programme itself; no support agency (D7)."""
SUPPORT = {kind for kind in RECIPIENTS if POLICIES.vocabulary.partner_kinds[kind].support}
NOT_FOR_YOUTH = {kind for kind in RECIPIENTS if not POLICIES.vocabulary.partner_kinds[kind].youth}
"""Kinds of partner that are told nothing of people under 18 (D18)."""

of_each_kind = pytest.mark.parametrize("kind", sorted(KINDS))
of_each_recipient = pytest.mark.parametrize("recipient", RECIPIENTS)
of_each_support_agency = pytest.mark.parametrize("recipient", sorted(SUPPORT))

LIVE_OPERATION_GOES_TO = {"police", "probation", "prison"}


def widest(recipient: str, **but: str | bool | tuple[str, ...]) -> Given:
    """The everyday situation that tells most: no concern is open, and nobody has broken the glass.

    There is no negation, so no other such situation tells a field that this one does not.
    """
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


def fields_told(found: Plan) -> set[str]:
    """The fields in a plan; a signpost is none."""
    return {*found.told, *(name for name, _ in found.masked)}


def reached(policy: KindPolicy) -> set[str]:
    """The kinds of partner that a share clause of this kind reaches."""
    return {POLICIES.clauses[clause].recipient for clause in policy.share}
