"""A note for each partner in plain English: what it will newly be told, in which situations, and on which ground."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from access_policies.changing import TOLD, WITHHELD, CellChange, changed
from access_policies.compiling import Bundle
from access_policies.covering import Case, Condition
from access_policies.enumerating import TOLD_BEFORE
from access_policies.model import Partner
from schemas.updates import KINDS

_PHRASES = {
    "involvement": "your part in the case is {values}",
    "pending": "it is {not}still to be confirmed that your part in the case is {values}",
    "pathway": "you {not}work with the person on {values}",
    "consent": "the person has {not}agreed that you may be told for {values}",
    "handling": "the update is marked {values}",
    "age": "the person counts as {values}",
    "named": "the update {not}names you",
    "standing": "the person is {values} on the programme",
    "cohort": "the person is in the cohort {values}",
    "restriction": "the case is {not}restricted to others for {values}",
    "safeguarding": "a concern about the person has {not}been disclosed to you and is open",
    "access": "access has {not}been opened to you in an emergency",
    "agreement": "the agreement {values} is {not}in force",
    TOLD_BEFORE: "you were {not}told of the earlier update",
}
_PLAIN = {
    ("age", "known"): "the person's age is known",
    ("restriction", "none"): "the case is not restricted",
    ("cohort", "known"): "the person is in a cohort that the rules know",
    ("standing", "known"): "it is known whether the person is supervised by law",
}
_DUTY = re.compile(r"\s*\((requirement )?[A-Z]+[0-9]+\)")
_NOT = {"pathway": "do not "}


def notes(old: Bundle, new: Bundle) -> str:
    """For every partner to whom something changes, a heading with its name and what changes; empty if nothing does."""
    return "\n".join(filter(None, (_section(old, new, *each) for each in _groups(old, new))))


def _groups(old: Bundle, new: Bundle) -> Iterator[tuple[list[str], tuple[str, str]]]:
    """Agencies that were and are of the same kinds share a note."""
    agencies = dict.fromkeys([*old.policies.partners, *new.policies.partners])
    pairs = {agency: (_kind(old, agency), _kind(new, agency)) for agency in agencies}
    for pair in dict.fromkeys(pairs.values()):
        yield [agency for agency in pairs if pairs[agency] == pair], pair


def _kind(bundle: Bundle, agency: str) -> str:
    """The kind under which an agency is told anything; none where it takes no part."""
    partner = bundle.policies.partners.get(agency)
    return partner.kind if partner and not partner.suspended else ""


def _section(old: Bundle, new: Bundle, agencies: list[str], pair: tuple[str, str]) -> str:
    said = [*_paragraphs(old, new, pair), *_histories(old, new, agencies)]
    names = (_name(new.policies.partners.get(a) or old.policies.partners[a], a) for a in agencies)
    return "\n\n".join([f"## {', '.join(names)}", *said]) + "\n" if said else ""


def _name(partner: Partner, agency: str) -> str:
    return partner.name or agency


def _histories(old: Bundle, new: Bundle, agencies: list[str]) -> Iterator[str]:
    for agency in agencies:
        was, now = old.policies.partners.get(agency), new.policies.partners.get(agency)
        if was and now and was.state_only != now.state_only:
            yield "You now keep the current state only, no history." if now.state_only else "You now keep a history."


def _paragraphs(old: Bundle, new: Bundle, pair: tuple[str, str]) -> Iterator[str]:
    """One paragraph for each kind of update, way of telling and set of situations."""
    for kind in dict.fromkeys([*old.policies.kinds, *new.policies.kinds]):
        found = sorted(changed(old, new, kind, pair), key=_alike)
        for _, group in groupby(found, key=_alike):
            yield _paragraph(old, new, list(group))


def _alike(change: CellChange) -> tuple[str, str, str, tuple[str, ...]]:
    return change.before, change.after, change.when, change.clauses


def _paragraph(old: Bundle, new: Bundle, changes: list[CellChange]) -> str:
    first = changes[0]
    fields = _listed([change.field.replace("_", " ") for change in changes])
    bundle = old if first.after == WITHHELD else new
    lines = [f"**{first.kind}** ({_about(first.kind)}). {_outcome(first)}: {fields}."]
    lines += [f"This holds when {_situations(first.cases)}."]
    return " ".join([*lines, *(_ground(bundle, clause) for clause in first.clauses)])


def _about(kind: str) -> str:
    """What a kind of update says: the first sentence of its schema, without the ids of duties and requirements."""
    said = (KINDS[kind].__doc__ or kind) if kind in KINDS else kind
    return _DUTY.sub("", said.split("\n\n")[0].split(". ")[0].split(";")[0]).strip(". \n")


def _outcome(change: CellChange) -> str:
    part = change.after.replace("_", " ")
    if change.direction == "GROUND":
        return "You are told as before, on another ground"
    if change.after == WITHHELD:
        return "You will no longer be told"
    if change.before == WITHHELD:
        return "You will newly be told" if change.after == TOLD else f"You will newly be told in part ({part})"
    if change.after == TOLD:
        return "You will be told in full what you were told in part"
    return f"You will be told only in part ({part})"


def _situations(cases: Iterable[Case]) -> str:
    return "; or when ".join(_listed([_phrase(each) for each in case]) or "whatever the situation" for case in cases)


def _phrase(condition: Condition) -> str:
    """A condition in words; one that is not the plain yes or no of a word is said as the comparison says it."""
    phrase = _PHRASES.get(condition.word)
    if phrase is None or condition.how not in ("one of", "there", "absent"):
        return _PLAIN.get((condition.word, condition.how), str(condition))
    absent = condition.how == "absent"
    said = phrase.replace("{not}", _NOT.get(condition.word, "not ") if absent else "")
    return said.format(values=" or ".join(condition.values).replace("_", " "))


def _ground(bundle: Bundle, name: str) -> str:
    clause = bundle.policies.clauses.get(name)
    if clause is None:
        return "It tells you what became of something that you were told before."
    purpose, agreement = clause.purpose.replace("_", " "), bundle.policies.agreement_of(name)
    return f"For {purpose}, under `{name}` ({agreement}, to be reviewed by {clause.review}): {clause.because}"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
