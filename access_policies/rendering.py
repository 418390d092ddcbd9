"""The pages that people sign: the same rules by kind of update and by partner, as Markdown."""

from collections.abc import Iterable

from access_policies.model import KindPolicy, Policies, Share, When
from schemas.updates import KINDS

NOTE = "<!-- Made by `iom-hub policy render`. Change the policies, not this page. -->\n\n"


def by_kind(policies: Policies) -> str:
    """For each kind: its fields down, the partners across."""
    sections = (_kind(policies, policy) for policy in policies.kinds.values())
    return NOTE + "# Who is told what, by kind of update\n\n" + _legend() + "\n".join(sections)


def by_partner(policies: Policies) -> str:
    """For each kind of partner: every ground on which it is told anything."""
    sections = (_partner(policies, partner) for partner in policies.recipients())
    return NOTE + "# Who is told what, by partner\n\n" + _legend() + "\n".join(sections)


def _legend() -> str:
    return (
        "A field that no clause names is withheld from everybody. `never` beats every clause. "
        "A partner is told a field only while the clause's conditions hold.\n\n"
    )


def _kind(policies: Policies, policy: KindPolicy) -> str:
    partners = policies.recipients()
    rows = [
        [f"`{name}`", rule.class_, *(_cell(policies, policy, partner, name) for partner in partners)]
        for name, rule in policy.fields.items()
    ]
    lines = [f"## {policy.kind}\n", _facts(policy), *table(["field", "class", *map(title, partners)], rows), ""]
    return "\n".join([*lines, *_nevers(policy)])


def _facts(policy: KindPolicy) -> str:
    publishers = ", ".join(map(title, policy.publishers))
    inherits = ""
    if policy.inherits:
        lapsed = ", ".join(f"`{name}`" for name in policy.inherits.lapsed)
        inherits = (
            f"\n\nGoes to exactly those who were told the update in `{policy.inherits.of}`; "
            f"where their ground has lapsed they hear {lapsed} only."
        )
        if not KINDS[policy.kind].model_fields[policy.inherits.of].is_required():
            inherits += " One that is about no earlier update goes to whoever has a ground."
    return f"Owned by {title(policy.owner)}; published by {publishers}.{inherits}\n"


def _cell(policies: Policies, policy: KindPolicy, partner: str, name: str) -> str:
    """`told` or `masked` with its clauses, `never`, or a dash."""
    if policy.always_bars(partner, name):
        return "never"
    grants = [
        (("told" if name in share.fields else _mask(policy, name)), clause)
        for clause, share in policy.share.items()
        if policies.clauses[clause].recipient == partner and name in (*share.fields, *share.masked)
    ]
    return "<br>".join(f"{outcome} ({clause})" for outcome, clause in grants) or "–"


def _mask(policy: KindPolicy, name: str) -> str:
    return f"masked: {policy.fields[name].mask}"


def _nevers(policy: KindPolicy) -> Iterable[str]:
    for name, never in policy.never.items():
        fields = "any field" if never.fields == "*" else ", ".join(f"`{field}`" for field in never.fields)
        when = f" when {in_words(never.when)}" if never.when else ""
        but = f", except to {', '.join(map(title, never.except_))}" if never.except_ else ""
        yield f"- **never** ({name}): {fields}{when}{but}. {never.because}"
    yield ""


def _partner(policies: Policies, partner: str) -> str:
    lines = [f"## {title(partner)}\n"]
    for name, clause in policies.clauses.items():
        if clause.recipient != partner:
            continue
        lines += [f"### {name}\n", f"{clause.because} For: {title(clause.purpose)}. {policies.agreement_of(name)}.\n"]
        lines += [f"When {in_words(clause.when)}. Review by {clause.review}.\n"]
        rows = [[kind, _told(policies.kinds[kind].share[name])] for kind in _kinds_with(policies, name)]
        lines += [*table(["update", "told"], rows), ""]
    return "\n".join(lines)


def _kinds_with(policies: Policies, clause: str) -> list[str]:
    return [kind for kind, policy in policies.kinds.items() if clause in policy.share]


def _told(share: Share) -> str:
    return ", ".join([*(f"`{name}`" for name in share.fields), *(f"`{name}` (masked)" for name in share.masked)])


def in_words(when: When) -> str:
    """The conditions of a rule."""
    return " and ".join(f"{word} is {' or '.join(map(title, values))}" for word, values in when.items()) or "always"


def title(word: str) -> str:
    """A word of the policies as people write it."""
    return word.replace("_", " ")


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
