"""Documenting: the pages for those who sign and those who are told of, by their names under `docs/reference`."""

from collections.abc import Mapping

from access_policies.accounting import record_of_processing
from access_policies.agreeing import agreement_page
from access_policies.cataloguing import catalogue
from access_policies.model import Policies
from access_policies.notifying import notice
from access_policies.rendering import by_kind, by_partner

AGREEMENTS = "agreements"
"""The folder with a page for each agreement, and no others."""


def pages(policies: Policies) -> Mapping[str, str]:
    """The pages that people sign, and those that they owe to others (D22)."""
    return {
        "disclosure-by-kind.md": by_kind(policies),
        "disclosure-by-partner.md": by_partner(policies),
        "kinds.md": catalogue(policies),
        "record-of-processing.md": record_of_processing(policies),
        "notice.md": notice(policies),
        **{f"{AGREEMENTS}/{name}.md": agreement_page(policies, name) for name in policies.agreements},
    }
