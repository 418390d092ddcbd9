"""Notifying: the notice to the person, in plain words: who is told what about you, why, what never, how to object."""

from collections.abc import Iterator

from access_policies.granting import Grant, by_clause, classes_of, grants
from access_policies.model import Clause, Policies
from access_policies.rendering import NOTE, table, title

_OPENING = """# What we share about you

You are on a programme called IOM. Several agencies work with you. They tell each other some things about you. This
page says who is told what, and why. It is made from the rules, so it is complete.

Each agency knows what it says itself. Nobody is told everything. What no rule shares is not told. If you are under 18,
only a few agencies are told. If we do not know your age, we act as if you were under 18.

"""

_RIGHTS = """## What you can do

- **Say no.** Where this page says "you said yes", it is your choice. You can take your yes back at any time. Tell any
  worker. They stop being told from then on.
- **Object.** You can object to the rest as well. Tell any worker, or write to the IOM unit. A person must answer you.
- **See it.** You can ask to see what is held about you. You can ask who was told.
- **Put it right.** You can ask to have mistakes put right. All who were told the wrong thing are told the right one.
- **Complain.** You can complain to each agency. You can also complain to the Information Commissioner.

These are your rights as we read the law (a lawyer must confirm).
"""

PHRASES = {
    "involvement": "they work with you",
    "pending": "they may soon work with you",
    "pathway": "they help you with {}",
    "consent": "you said yes",
    "handling": "the news is marked so",
    "age": "you are of the right age",
    "named": "the news is about their part",
    "standing": "your place on the programme is of that sort",
    "cohort": "you are in the group {}",
    "restriction": "your case is closed to some",
    "safeguarding": "somebody may come to serious harm",
    "access": "there is an emergency, and for some hours only",
}
"""Each word of a condition as the notice says it."""


def notice(policies: Policies) -> str:
    """The page `notice.md`."""
    found = grants(policies)
    parts = [
        "\n".join(_partner(policies, kind, [g for g in found if g.clause.recipient == kind]))
        for kind in policies.recipients()
    ]
    return NOTE + _OPENING + "\n".join([*parts, _RIGHTS])


def _partner(policies: Policies, kind: str, found: list[Grant]) -> Iterator[str]:
    names = [partner.name or agency for agency, partner in policies.partners.items() if partner.kind == kind]
    yield f"## {' and '.join(names)}\n"
    for told in by_clause(found).values():
        yield from _clause(policies, told)
    told_of = {policies.vocabulary.plain.get(each, title(each)) for each in classes_of(found)}
    every = [policies.vocabulary.plain.get(each, title(each)) for each in policies.vocabulary.classes]
    if never := [each for each in every if each not in told_of]:
        yield f"**Never told**: {'; '.join(never)}.\n"


def _clause(policies: Policies, told: list[Grant]) -> Iterator[str]:
    """Why, under which conditions, and what of which news."""
    clause, plain = told[0].clause, policies.vocabulary.plain
    yield f"**Why**: {clause.because}\n"
    yield f"**Only if** {_conditions(policies, clause)}.\n"
    rows = [[plain.get(grant.policy.kind, grant.policy.kind), "; ".join(_told(policies, grant))] for grant in told]
    yield from table(["when", "they are told"], rows)
    yield ""


def _conditions(policies: Policies, clause: Clause) -> str:
    """The conditions in plain words; a cohort is said only where not all of them are meant."""
    said = {
        word: [policies.vocabulary.plain.get(value, title(value)) for value in values]
        for word, values in clause.when.items()
        if word != "cohort" or set(values) != set(policies.vocabulary.cohorts)
    }
    return " and ".join(PHRASES[word].format(" or ".join(values)) for word, values in said.items())


def _told(policies: Policies, grant: Grant) -> Iterator[str]:
    """Each class of data, and how much of it where all of it is masked."""
    plain, fields = policies.vocabulary.plain, grant.policy.fields
    for name in grant.classes:
        clear = [field for field in grant.clear if fields[field].class_ == name]
        masks = dict.fromkeys(fields[field].mask or "" for field in grant.masked if fields[field].class_ == name)
        less = "" if clear else f" ({', '.join(plain.get(mask, title(mask)) for mask in masks)})"
        yield plain.get(name, title(name)) + less
