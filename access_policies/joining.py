"""Joining: a partner that may come, written down before it does: its register entry, and what to assume of it."""

from pathlib import Path

from access_policies import linting
from access_policies.model import Form, OneOrMore, Partner, PartnerKind, Policies
from access_policies.reading import Document, UnusablePolicies
from schemas.identifiers import AgencyId
from schemas.vocabulary import Involvement


class Assumed(Form):
    """What would be known of the partner in each case; or only in the cases that the agency `worked_by` works."""

    involvement: Involvement
    pathways: OneOrMore = ()
    consents: OneOrMore = ()
    worked_by: AgencyId | None = None


class Joining(Form):
    """A partner that may come. `partner_kind` says what its kind is, where the vocabulary does not have it."""

    agency: AgencyId
    partner: Partner
    partner_kind: PartnerKind | None = None
    assume: Assumed


def read_joining(path: Path) -> Joining:
    """What a file says, strictly read. Raises `UnusablePolicies`."""
    return Document(path, path.name).parsed(Joining)


def with_partner(policies: Policies, joining: Joining, name: str) -> Policies:
    """The policies with this partner in the register. Raises `UnusablePolicies`; `name` is the file it stands in."""
    if joining.agency in policies.partners:
        raise UnusablePolicies([f"{name}: {joining.agency!r} is in the register already; choose another id"])
    vocabulary = policies.vocabulary
    if joining.partner_kind:
        kinds = vocabulary.partner_kinds | {joining.partner.kind: joining.partner_kind}
        vocabulary = vocabulary.model_copy(update={"partner_kinds": kinds})
    partners = policies.partners | {joining.agency: joining.partner}
    joined = policies.model_copy(update={"partners": partners, "vocabulary": vocabulary})
    unknown = _unknown(joined, joining.assume)
    found = linting.findings(joined, signed=True)
    if problems := [*unknown, *(f"{each.document}: {each.sentence}" for each in found)]:
        raise UnusablePolicies([f"{name}: {problem}" for problem in problems])
    return joined


def _unknown(policies: Policies, assumed: Assumed) -> list[str]:
    """Words that the vocabulary does not have, and an agency that is not in the register."""
    words = policies.words()
    found = [f"there is no pathway {each!r}" for each in assumed.pathways if each not in words["pathway"]]
    found += [f"there is no consent {each!r}" for each in assumed.consents if each not in words["consent"]]
    if assumed.worked_by and assumed.worked_by not in policies.partners:
        found.append(f"{assumed.worked_by!r} is not in the register")
    return found
