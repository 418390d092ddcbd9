"""What must hold across the files: every word known, every field decided on, every duty kept. The order of the checks.

Each module has one concern. A finding names its document, its place in it, and what to do; `loading` adds the line.
"""

from collections.abc import Iterator

from access_policies.linting.agreements import of_agreements
from access_policies.linting.clauses import of_clauses
from access_policies.linting.finding import HUB, Finding, Where
from access_policies.linting.kinds import of_kind, of_nevers
from access_policies.linting.partners import of_partners
from access_policies.linting.undecided import Undecided, undecided
from access_policies.linting.vocabulary import of_vocabulary
from access_policies.model import Policies
from schemas.updates import KINDS


def findings(policies: Policies, *, signed: bool = False) -> Iterator[Finding]:
    """Everything that keeps these policies from being used, whether they were read from files or from a bundle.

    Those that were `signed` may leave undecided what came later, save what blocks a start.
    """
    yield from of_vocabulary(policies)
    yield from of_partners(policies)
    yield from of_agreements(policies)
    yield from of_clauses(policies)
    yield from of_nevers(policies)
    yield from (each.finding for each in undecided(policies) if each.blocks or not signed)
    for kind, policy in policies.kinds.items():
        if kind not in KINDS:
            yield Finding(kind, ("kind",), f"there is no kind {kind!r}; choose one that `schemas/updates` lists")
        else:
            yield from of_kind(policies, policy, KINDS[kind])


__all__ = ["HUB", "Finding", "Undecided", "Where", "findings", "undecided"]
