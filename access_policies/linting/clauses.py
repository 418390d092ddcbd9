"""The clauses: that each ground names a power, a condition, a purpose and an agreement that fit (D22)."""

from collections.abc import Iterator

from access_policies.linting.agreements import parties
from access_policies.linting.finding import HUB, Finding, Found, listed, no_such_partner, of_when, unknown
from access_policies.linting.grounds import of_grounds
from access_policies.model import Clause, Policies

CONSENT, EXPLICIT = "consent", "explicit-consent"


def of_clauses(policies: Policies) -> Iterator[Finding]:
    """Everything that is wrong with the clauses themselves, whatever they share."""
    for name, clause in policies.clauses.items():
        for check in (_words, _purpose, _agreement, _powers, of_grounds):
            for path, sentence in check(policies, clause):
                yield Finding("clauses.yaml", (name, *path), sentence)


def _words(policies: Policies, clause: Clause) -> Found:
    vocabulary = policies.vocabulary
    for sentence in no_such_partner(policies, [clause.recipient]):
        yield ("recipient",), sentence
    for sentence in unknown("condition", [clause.condition], vocabulary.conditions):
        yield ("condition",), sentence
    extra = [clause.extra_condition] if clause.extra_condition else []
    for sentence in unknown("extra condition", extra, vocabulary.extra_conditions):
        yield ("extra_condition",), sentence
    for path, sentence in of_when(policies, clause.when):
        yield ("when", *path), sentence
    if CONSENT not in clause.when:
        if clause.condition == CONSENT:
            yield ("condition",), "consent is a condition only where it is asked for; add `when: {consent: ...}`"
        if clause.extra_condition == EXPLICIT:
            yield ("extra_condition",), f"{EXPLICIT} needs `when: {{consent: ...}}`; add it, or choose another"


def _purpose(policies: Policies, clause: Clause) -> Found:
    vocabulary = policies.vocabulary
    purposes = (*vocabulary.purposes, *vocabulary.purposes_without_consent)
    for sentence in unknown("purpose", [clause.purpose], purposes):
        yield ("purpose",), sentence
    kind = vocabulary.partner_kinds.get(clause.recipient)
    if kind and clause.purpose in purposes and clause.purpose not in kind.purposes:
        registered = listed(kind.purposes)
        yield ("purpose",), f"{clause.recipient} is told nothing for {clause.purpose!r}; choose from {registered}"


def _agreement(policies: Policies, clause: Clause) -> Found:
    name, _, schedule = clause.agreement.partition("/")
    for sentence in unknown("agreement", [name], policies.agreements):
        yield ("agreement",), sentence
    if not (agreement := policies.agreements.get(name)):
        return
    for sentence in unknown("schedule", [schedule], agreement.schedules):
        yield ("agreement",), sentence
    if clause.review > agreement.expires:
        yield ("review",), f"{name} expires before this review; set a day up to {agreement.expires}"
    for kind in (clause.recipient, *(discloser for discloser in clause.power if discloser not in ("any", HUB))):
        if kind not in parties(policies, name):
            yield ("agreement",), f"no controller under {name} is of kind {kind!r}; add one, or choose another"


def _powers(policies: Policies, clause: Clause) -> Found:
    for discloser, name in clause.power.items():
        for sentence in _power(policies, clause, discloser, name):
            yield ("power", discloser), sentence


def _power(policies: Policies, clause: Clause, discloser: str, name: str) -> Iterator[str]:
    yield from no_such_partner(policies, [discloser], ("any", HUB))
    yield from unknown("power", [name], policies.vocabulary.powers)
    if not (power := policies.vocabulary.powers.get(name)):
        return
    if power.disclosers != "any" and discloser not in power.disclosers:
        yield f"{name} is no power of {discloser!r}; choose one that it has"
    statuses = {p.legal_status for p in policies.partners.values() if p.kind == clause.recipient}
    if power.recipients != "any" and not statuses <= set(power.recipients):
        yield f"{name} does not reach a recipient that is {listed(statuses - set(power.recipients))}; choose another"
    if power.needs == CONSENT and CONSENT not in clause.when:
        yield f"{name} needs `when: {{consent: ...}}`; add it, or choose another power"
