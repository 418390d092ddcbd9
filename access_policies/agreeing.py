"""Agreeing: an information-sharing agreement in the form in which its parties read and sign it."""

from collections.abc import Iterable, Iterator

from access_policies.granting import CONFIRM, NOT_SET, Grant, by_clause, classes_of, grants
from access_policies.model import Agreement, Never, Policies
from access_policies.rendering import NOTE, in_words, table, title

_OPENING = f"""This is what the hub does under this agreement, made from its policies. Powers and conditions are
those that the policies name {CONFIRM}.

"""

_PROCESS = """## How it works

- A field that no clause names is withheld from everybody. What is never shared beats every clause.
- Each partner is told on its own feed. It is not told what was withheld, nor that anything was.
- An update that says what became of an earlier one goes to those who were told that one.
- What was wrong is corrected with everybody who had it, each only about what it had.
- When a consent is withdrawn, what rests on it stops, and those who were told it hear so once.
- When the agreement expires, what rests on it stops; what keeps people safe goes on.
- Every disclosure, and every read of a case or an alert, is entered in the ledger. Information governance can ask
  why for each field.
- A breach is reported to the controller whose data it is, and to information governance.
"""


def agreement_page(policies: Policies, name: str) -> str:
    """The page `agreements/<name>.md`."""
    agreement = policies.agreements[name]
    found = by_clause(grant for grant in grants(policies) if grant.clause.agreement_id == name)
    head = f"{NOTE}# {agreement.title}\n\n{_OPENING}Signed on {agreement.signed}; it expires on {agreement.expires}.\n"
    parts = (
        _parties(policies, agreement),
        _schedules(agreement, found),
        _nevers(policies),
        [_PROCESS],
        _kept(agreement, found),
        _reviews(found),
        _signatures(policies, agreement),
    )
    return "\n".join([head, *(line for part in parts for line in part)])


def _parties(policies: Policies, agreement: Agreement) -> Iterator[str]:
    """Who takes part, and what for."""
    yield "## Parties and purposes\n"
    rows = []
    for agency in agreement.controllers:
        partner = policies.partners[agency]
        purposes = ", ".join(map(title, policies.vocabulary.partner_kinds[partner.kind].purposes))
        rows.append([partner.name or agency, title(partner.kind), title(partner.legal_status), purposes])
    yield from table(["controller", "kind", "legal status", "may be told for"], rows)
    yield ""


def _schedules(agreement: Agreement, found: dict[str, list[Grant]]) -> Iterator[str]:
    """Each schedule with its clauses, and what they tell."""
    for letter, about in agreement.schedules.items():
        yield f"## Schedule {letter}: {about}\n"
        for name, told in found.items():
            if told[0].clause.agreement.partition("/")[2] == letter:
                yield from _clause(name, told)


def _clause(name: str, told: list[Grant]) -> Iterator[str]:
    clause = told[0].clause
    powers = "; ".join(f"{title(discloser)}: {power}" for discloser, power in clause.power.items())
    condition = ", ".join([clause.condition, *([clause.extra_condition] if clause.extra_condition else [])])
    yield f"### {name}\n"
    yield f"{title(clause.recipient).capitalize()} is told, for {title(clause.purpose)}: {clause.because}\n"
    yield f"- **When**: {in_words(clause.when)}."
    yield f"- **By the power of whoever discloses** {CONFIRM}: {powers}."
    yield f"- **Condition** {CONFIRM}: {condition}."
    yield f"- **Review by**: {clause.review}.\n"
    yield from table(["update", "published by", "told"], [_told(grant) for grant in told])
    yield ""


def _told(grant: Grant) -> list[str]:
    masked = (f"`{name}` ({grant.policy.fields[name].mask})" for name in grant.masked)
    fields = ", ".join([*(f"`{name}`" for name in grant.clear), *masked])
    return [grant.policy.kind, ", ".join(map(title, grant.policy.publishers)), fields]


def _nevers(policies: Policies) -> Iterator[str]:
    """What is never shared: the rules of every kind, and those of some; rules that say the same stand here once."""
    yield "## What is never shared\n"
    for never in policies.nevers.values():
        yield _barred("any update", never)
    for never, kinds in _own_nevers(policies):
        yield _barred(", ".join(f"`{kind}`" for kind in kinds), never)
    yield ""


def _own_nevers(policies: Policies) -> Iterable[tuple[Never, list[str]]]:
    """The rules that do not hold for every kind, each with its kinds."""
    grouped: dict[str, tuple[Never, list[str]]] = {}
    for kind, policy in policies.kinds.items():
        for name, never in policy.never.items():
            if never != policies.nevers.get(name):
                grouped.setdefault(never.model_dump_json(), (never, []))[1].append(kind)
    return grouped.values()


def _barred(of: str, never: Never) -> str:
    fields = "anything" if never.fields == "*" else ", ".join(f"`{name}`" for name in never.fields)
    when = f" when {in_words(never.when)}" if never.when else ""
    but = f", except to {', '.join(map(title, never.except_))}" if never.except_ else ""
    return f"- {fields} of {of}{when}{but}. {never.because}"


def _kept(agreement: Agreement, found: dict[str, list[Grant]]) -> Iterator[str]:
    yield "## How long it is kept\n"
    classes = classes_of(grant for told in found.values() for grant in told)
    yield from table(
        ["class of data", "kept"], [[title(each), agreement.retention.get(each, NOT_SET)] for each in classes]
    )
    yield ""


def _reviews(found: dict[str, list[Grant]]) -> Iterator[str]:
    yield "## Reviews\n"
    for day in sorted({told[0].clause.review for told in found.values()}):
        names = ", ".join(name for name, told in found.items() if told[0].clause.review == day)
        yield f"- By {day}: {names}."
    yield ""


def _signatures(policies: Policies, agreement: Agreement) -> Iterator[str]:
    yield "## Signatures\n"
    rows = [[policies.partners[agency].name or agency, "", "", "", ""] for agency in agreement.controllers]
    yield from table(["for", "name", "role", "day", "signature"], rows)
    yield ""
