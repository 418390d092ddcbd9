"""Accounting: the record of processing, controller by controller, in the form of UK GDPR art. 30 and DPA 2018 s.61.

Made from the policies, so it can say nothing that the hub does not do. What the policies cannot know is "not set".
"""

from collections.abc import Iterator

from access_policies.granting import CONFIRM, NOT_SET, Grant, by_clause, classes_of, grants
from access_policies.model import Policies
from access_policies.rendering import NOTE, table, title

_OPENING = f"""# Record of processing

For each controller: what it shares through the hub, with whom, for what and on which ground. The form follows UK GDPR
article 30 and section 61 of the Data Protection Act 2018 {CONFIRM}. Powers and conditions are
those that the policies name {CONFIRM}.

The hub is a processor for all of them. It decides nothing about a person: it tells what the policies let it tell.

"""

_SECURITY = f"""## For all controllers

**Categories of people**: people on the programme; the workers named as authors, leads or contacts. No victim, witness,
associate or relative is to be named. A person of unknown age counts as under 18.

**Transfers to other countries**: none by the hub; where it is hosted: {NOT_SET}.

**Contact of each controller and its data protection officer**: {NOT_SET}.

**Security, in general terms**: what nobody granted is withheld. Content is sealed at rest by person and class of data.
Identifiers are looked up by keyed hash. Each partner has a feed and identifiers of its own. Every disclosure, and every
read of a case or an alert, is entered in a tamper-evident ledger. Access is by short-lived token for one agency.
Whoever is suspended is let in nowhere.
"""


_HEAD = ["for", "categories of data", "on the power", "condition", "clause"]


def record_of_processing(policies: Policies) -> str:
    """The page `record-of-processing.md`."""
    found = grants(policies)
    controllers = dict.fromkeys(each for agreement in policies.agreements.values() for each in agreement.controllers)
    sections = ["\n".join(_controller(policies, found, agency)) for agency in controllers]
    return NOTE + _OPENING + "\n".join([*sections, _SECURITY])


def _controller(policies: Policies, found: tuple[Grant, ...], agency: str) -> Iterator[str]:
    """One controller's part: who it is, what it discloses, what it is told, and how long that is kept."""
    partner = policies.partners[agency]
    kind = policies.vocabulary.partner_kinds[partner.kind]
    under = ", ".join(each.title for each in policies.agreements.values() if agency in each.controllers)
    discloses = [g for g in found if partner.kind in g.policy.publishers and g.clause.recipient != partner.kind]
    told = [g for g in found if g.clause.recipient == partner.kind]
    yield f"## {partner.name or agency}\n"
    age = "people of any age" if kind.youth else "adults only"
    yield f"Legal status: {title(partner.legal_status)}. Told of {age}. Controller under: {under}.\n"
    yield "### What it discloses\n"
    yield from table(["to", *_HEAD], [_disclosed(partner.kind, each) for each in by_clause(discloses).values()])
    yield "\n### What it is told\n"
    yield from table(["by", *_HEAD], [_told(partner.kind, each) for each in by_clause(told).values()])
    yield f"\n**Kept**: {_kept(policies, agency, [*discloses, *told])}.\n"


def _disclosed(discloser: str, found: list[Grant]) -> list[str]:
    return [title(found[0].clause.recipient), *_ground(found, {found[0].power_of(discloser) or NOT_SET})]


def _told(recipient: str, found: list[Grant]) -> list[str]:
    disclosers = dict.fromkeys(each for grant in found for each in grant.policy.publishers if each != recipient)
    powers = {power for grant in found for each in disclosers if (power := grant.power_of(each))}
    return [", ".join(map(title, disclosers)), *_ground(found, powers)]


def _ground(found: list[Grant], powers: set[str]) -> list[str]:
    clause = found[0].clause
    conditions = [clause.condition, *([clause.extra_condition] if clause.extra_condition else [])]
    categories = ", ".join(map(title, classes_of(found)))
    return [title(clause.purpose), categories, ", ".join(sorted(powers)), ", ".join(conditions), found[0].name]


def _kept(policies: Policies, agency: str, found: list[Grant]) -> str:
    """How long each class of data is kept, as the controller's agreements say."""
    said: dict[str, str] = {}
    for agreement in policies.agreements.values():
        said |= agreement.retention if agency in agreement.controllers else {}
    return "; ".join(f"{title(name)}: {said.get(name, NOT_SET)}" for name in classes_of(found)) or NOT_SET
