"""Situations that a practitioner knows, by name (`situations.yaml`), and what each of them tells whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import plan_for
from access_policies.model import Form, Given, OneOrMore
from access_policies.reading import Document, UnusablePolicies

SITUATIONS = "situations.yaml"


class NamedSituation(Form):
    """Whom it is asked of, what is given (as in an `expect` row), and whether it was told of the earlier update."""

    to: OneOrMore
    given: dict[str, Any]
    told_before: bool = True

    def asked(self, bundle: Bundle) -> tuple[str, ...]:
        """The kinds of partner that this situation is about."""
        return bundle.policies.recipients() if self.to == ("any",) else self.to

    def plan(self, bundle: Bundle, kind: str, recipient: str) -> Plan:
        """What it tells such a partner of `kind`. Raises `KeyError` or `ValidationError` for words nobody knows."""
        given = Given.model_validate({"recipient": recipient, **self.given})
        return plan_for(bundle, kind, recipient, bundle.words.of(given), told_before=self.told_before)


Situations = dict[str, NamedSituation]


def read_situations(directory: Path, bundle: Bundle) -> Situations:
    """The named situations of these policies, strictly read. Raises `UnusablePolicies`, by file and line."""
    document = Document(directory / SITUATIONS, SITUATIONS)
    found = document.parsed(Situations)
    if problems := [document.problem(path, sentence) for path, sentence in _unknown(found, bundle)]:
        raise UnusablePolicies(problems)
    return found


def _unknown(found: Situations, bundle: Bundle) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What a situation says in words that these policies do not have."""
    kind = next(iter(bundle.policies.kinds))
    for name, situation in found.items():
        for recipient in situation.asked(bundle):
            if recipient not in bundle.policies.recipients():
                yield (name, "to"), f"no partner is of kind {recipient!r}"
                continue
            try:
                situation.plan(bundle, kind, recipient)
            except (KeyError, ValidationError) as wrong:
                yield (name, "given"), f"the vocabulary does not have this: {_named(wrong)}"
                break


def _named(wrong: KeyError | ValidationError) -> str:
    return (
        str(wrong) if isinstance(wrong, KeyError) else ", ".join(".".join(map(str, e["loc"])) for e in wrong.errors())
    )


def told_in(situations: Situations, bundle: Bundle, kind: str, recipient: str) -> dict[str, Plan]:
    """What each situation that asks about such a partner tells it of `kind`. That an earlier update was not told says
    something only of a kind that inherits.
    """
    inherits = bundle.lapsed(kind) is not None
    return {
        name: situation.plan(bundle, kind, recipient)
        for name, situation in situations.items()
        if recipient in situation.asked(bundle) and (inherits or situation.told_before)
    }
