"""The agreements: that their parties exist, and that they end after they begin (D16)."""

import re
from collections.abc import Iterator

from access_policies.linting.finding import Finding, Found, unknown
from access_policies.model import Agreement, Policies

_ID = re.compile(r"[a-z0-9-]+")


def of_agreements(policies: Policies) -> Iterator[Finding]:
    """Everything that is wrong with the agreements."""
    for name, agreement in policies.agreements.items():
        if not _ID.fullmatch(name):
            yield Finding("agreements.yaml", (name,), "an agreement's id names a page; use a-z, 0-9 and -")
        for path, sentence in _agreement(policies, agreement):
            yield Finding("agreements.yaml", (name, *path), sentence)


def _agreement(policies: Policies, agreement: Agreement) -> Found:
    for agency in agreement.controllers:
        if agency not in policies.partners:
            yield ("controllers",), f"no partner is called {agency!r}; mend its name, or add it to the register"
    if agreement.expires <= agreement.signed:
        yield ("expires",), "it expires before it is signed; set a later day"
    for sentence in unknown("class", agreement.retention, policies.vocabulary.classes):
        yield ("retention",), sentence


def parties(policies: Policies, agreement_id: str) -> set[str]:
    """The kinds of partner that are controllers under an agreement."""
    agreement = policies.agreements.get(agreement_id)
    controllers = agreement.controllers if agreement else ()
    return {policies.partners[agency].kind for agency in controllers if agency in policies.partners}
