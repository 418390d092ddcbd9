"""The register: that each agency is of a kind whose place in the programme somebody has decided on."""

from collections import Counter
from collections.abc import Iterator, Sequence

from access_policies.keys import AgencyKey
from access_policies.linting.finding import HUB, Finding, Found, unknown
from access_policies.model import Partner, Policies
from schemas.updates import KINDS

MOST_AT_ONCE = 2
"""Keys of one use that an agency may have on one day: one, and the one that follows it."""


def of_partners(policies: Policies) -> Iterator[Finding]:
    """Everything that is wrong with the register."""
    if not policies.partners:
        yield Finding("partners.yaml", (), "names no agency; list those who take part")
    for agency, partner in policies.partners.items():
        for path, sentence in _partner(policies, agency, partner):
            yield Finding("partners.yaml", (agency, *path), sentence)
    yield from _shared(policies)


def _partner(policies: Policies, agency: str, partner: Partner) -> Found:
    if HUB in (agency, partner.kind):
        yield (), f"{HUB!r} is what the hub calls itself; choose another name"
    elif partner.kind not in (kinds := policies.vocabulary.partner_kinds):
        known = ", ".join(sorted(kinds))
        yield ("kind",), f"no kind of partner is called {partner.kind!r}; choose from {known}, or decide on it there"
    for sentence in unknown("area", [partner.area] if partner.area else [], policies.vocabulary.areas):
        yield ("area",), sentence
    for sentence in unknown("kind of update", partner.bulk, KINDS):
        yield ("bulk",), sentence
    for number, key in enumerate(partner.keys):
        for sentence in _key(key):
            yield ("keys", number), sentence
    for sentence in _too_many(partner.keys):
        yield ("keys",), sentence


def _key(key: AgencyKey) -> Iterator[str]:
    if key.until < key.since:
        yield "this key ends before it begins; put its days right"
    yield from unknown("kind of update", key.kinds, KINDS)


def _too_many(keys: Sequence[AgencyKey]) -> Iterator[str]:
    """One key and the one that follows it: a third would be one that somebody forgot to end."""
    for use in ("signing", "receiving"):
        mine = [key for key in keys if key.use == use]
        if any(sum(key.counts(other.since) for key in mine) > MOST_AT_ONCE for other in mine):
            yield f"more than {MOST_AT_ONCE} {use} keys are valid on one day; end the oldest"


def _shared(policies: Policies) -> Iterator[Finding]:
    """A key that stands twice would not say who signed, or who can read."""
    times = Counter(key.id for partner in policies.partners.values() for key in partner.keys)
    for agency, partner in policies.partners.items():
        for number, key in enumerate(partner.keys):
            if times[key.id] > 1:
                yield Finding("partners.yaml", (agency, "keys", number), "this key stands twice in the register")
