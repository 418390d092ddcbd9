"""What a clause hangs on: the conditions under which a duty lets it tell anything at all."""

from collections.abc import Iterable

from access_policies.linting.finding import Found
from access_policies.model import Clause, Policies

CONFIRMED = ("involvement", "pathway", "consent", "safeguarding", "access")
"""Words that hold only once somebody else stands behind the fact (D12), decided so, or broke the glass (D13)."""
CLAIMED = ("named", "pending")
"""Words that an update or a claim can make true by itself."""
CLOSED_PATHWAY, ITS_CLASS = "exploitation_violence", "exploitation"


def of_grounds(policies: Policies, clause: Clause) -> Found:
    """Everything that a duty forbids of this clause, whatever it shares."""
    yield from _cohort(clause)
    yield from _something(clause)
    yield from _without_consent(policies, clause)
    yield from _emergency(policies, clause)
    yield from _closed_pathway(policies, clause)


def _cohort(clause: Clause) -> Found:
    if "cohort" not in clause.when:
        yield ("when",), "a clause says for which cohorts it holds (D20); add `cohort: [...]` to `when`"


def _something(clause: Clause) -> Found:
    if not is_confirmed(clause) and not any(word in clause.when for word in CLAIMED):
        yield ("when",), f"it hangs on nothing that ties this partner to the case; add {_or(CONFIRMED)} to `when`"


def is_confirmed(clause: Clause) -> bool:
    """Whether it hangs on something that the partner could not have said by itself (D12)."""
    return any(word in clause.when and "none" not in clause.when[word] for word in CONFIRMED)


def _without_consent(policies: Policies, clause: Clause) -> Found:
    """Safety and safeguarding never hang on a consent (D17)."""
    if "consent" not in clause.when:
        return
    if clause.purpose in policies.vocabulary.purposes_without_consent:
        yield ("when", "consent"), f"{clause.purpose} never hangs on consent (D17); take `consent` out"
    for name in dict.fromkeys(clause.power.values()):
        power = policies.vocabulary.powers.get(name)
        if power and power.needs == "no-consent":
            yield ("when", "consent"), f"{name} never hangs on consent (D17); take `consent` out"


def _emergency(policies: Policies, clause: Clause) -> Found:
    """Broken glass opens for an emergency and for nothing else (D13)."""
    purposes = policies.vocabulary.purposes_without_consent
    if "access" in clause.when and clause.purpose not in purposes:
        yield ("purpose",), f"only an emergency is opened by `access` (D13); choose from {', '.join(purposes)}"


def _closed_pathway(policies: Policies, clause: Clause) -> Found:
    kind = policies.vocabulary.partner_kinds.get(clause.recipient)
    if kind and CLOSED_PATHWAY in clause.when.get("pathway", ()) and ITS_CLASS not in kind.admits:
        yield ("when", "pathway"), f"{clause.recipient} does not admit {ITS_CLASS!r} (D19); take {CLOSED_PATHWAY} out"


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"
