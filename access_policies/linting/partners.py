"""The register: that each agency is of a kind whose place in the programme somebody has decided on."""

from collections.abc import Iterator

from access_policies.linting.finding import HUB, Finding, Found, unknown
from access_policies.model import Partner, Policies
from schemas.updates import KINDS


def of_partners(policies: Policies) -> Iterator[Finding]:
    """Everything that is wrong with the register."""
    if not policies.partners:
        yield Finding("partners.yaml", (), "names no agency; list those who take part")
    for agency, partner in policies.partners.items():
        for path, sentence in _partner(policies, agency, partner):
            yield Finding("partners.yaml", (agency, *path), sentence)


def _partner(policies: Policies, agency: str, partner: Partner) -> Found:
    if HUB in (agency, partner.kind):
        yield (), f"{HUB!r} is what the hub calls itself; choose another name"
    elif partner.kind not in (kinds := policies.vocabulary.partner_kinds):
        known = ", ".join(sorted(kinds))
        yield ("kind",), f"no kind of partner is called {partner.kind!r}; choose from {known}, or decide on it there"
    for sentence in unknown("kind of update", partner.bulk, KINDS):
        yield ("bulk",), sentence
