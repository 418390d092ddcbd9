"""Cedar on the same policies, in the translation that the tests hold to every cell (`tests/support/cedar.py`)."""

from collections.abc import Mapping

from access_policies.compiling import Bundle
from access_policies.model import Given
from support.cedar import Cedar
from support.contexts import Context


def deciders(bundle: Bundle, kind: str) -> Mapping[str, Cedar]:
    """One for each agency: its policies sliced and parsed beforehand, as Cedar is made fast."""
    by_kind = {
        partner.kind: Cedar(bundle.policies, kind, partner.kind) for partner in bundle.policies.partners.values()
    }
    return {agency: by_kind[partner.kind] for agency, partner in bundle.policies.partners.items()}


def context(bundle: Bundle, given: Given) -> Context:
    """What is known in this situation, in words."""
    words = {
        "involvement": [given.involvement],
        "pathway": [*given.pathways],
        "consent": [value for value in bundle.words.allowed("consent") if value.partition("/")[0] in given.consents],
        "handling": [given.handling],
        "age": [given.age],
        "standing": [given.standing],
        "cohort": [given.cohort or bundle.words.allowed("cohort")[0]],
        "agreement": [*bundle.words.allowed("agreement")],
    }
    return Context(known=words, possible=words)
