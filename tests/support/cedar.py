"""A second opinion: the policies written in Cedar, and what Cedar says of every cell.

Written from docs/policies.md, not from the compiler. Cedar has no masks and no unknown, so telling in full, telling in
part and hearing what became of something are three actions, and the context has the known and the possible values.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import cedarpy

from access_policies.model import KindPolicy, Policies, When
from support.contexts import Context

CLEAR, MASKED, LAPSED, SIGNPOST = "clear", "masked", "lapsed", "signpost"


def in_cedar(policies: Policies, kind: str, recipient: str) -> str:
    """The rules of one kind as Cedar policies, each named for its clause or bar; of the permits, those that could be
    for this kind of partner, which is how Cedar is made fast.
    """
    policy = policies.kinds[kind]
    permits = _permits(policies, policy, recipient)
    return "\n".join([*permits, *_forbids(policy), *_inherits(policy)])


def _permits(policies: Policies, policy: KindPolicy, recipient: str) -> Iterator[str]:
    """What a clause tells while its agreement is in force; what concerns safety goes on without it (D16)."""
    for name, share in policy.share.items():
        clause = policies.clauses[name]
        if clause.recipient != recipient:
            continue
        in_force = [*_conditions("known", {"agreement": (clause.agreement.partition("/")[0],)})]
        when, told = [*_conditions("known", clause.when)], {CLEAR: share.fields, MASKED: share.masked}
        told[SIGNPOST] = (SIGNPOST,) if share.signpost else ()
        for action, fields in told.items():
            safety = [field for field in fields if field != SIGNPOST and policy.fields[field].class_ == "safety"]
            scope = f'principal == Partner::"{clause.recipient}", action == Action::"{action}", resource'
            if fields:
                yield _rule(f"{name}/{action}", "permit", scope, [_among(fields), *when, *in_force])
            if safety:
                yield _rule(f"{name}/{action}/safety", "permit", scope, [_among(safety), *when])


def _forbids(policy: KindPolicy) -> Iterator[str]:
    """A bar on every field bars a signpost too."""
    for name, never in policy.never.items():
        everything = never.fields == "*"
        conditions = [_among([*policy.fields, SIGNPOST] if everything else never.fields)]
        conditions += _conditions("possible", never.when)
        excepted = ", ".join(f'Partner::"{recipient}"' for recipient in never.except_)
        conditions += [f"!([{excepted}].contains(principal))"]
        for action in (CLEAR, MASKED, SIGNPOST):
            scope = f'principal, action == Action::"{action}", resource'
            yield _rule(f"never/{name}/{action}", "forbid", scope, conditions)


def _inherits(policy: KindPolicy) -> Iterator[str]:
    if policy.inherits:
        yield _rule("untold", "forbid", "principal, action, resource", ["!context.told_before"])
        scope = f'principal, action == Action::"{LAPSED}", resource'
        yield _rule("told-before", "permit", scope, [_among(policy.inherits.lapsed)])


def _rule(name: str, effect: str, scope: str, conditions: list[str]) -> str:
    return f'@id("{name}")\n{effect}({scope}) when {{ {" && ".join(conditions)} }};'


def _among(fields: Iterable[str]) -> str:
    listed = ", ".join(f'Field::"{name}"' for name in fields)
    return f"[{listed}].contains(resource)"


def _conditions(of: str, when: When) -> Iterator[str]:
    for word, values in when.items():
        listed = ", ".join(f'"{value}"' for value in values)
        yield f"context.{of}.{word}.containsAny([{listed}])"


class Cedar:
    """Cedar's reading of one kind for one kind of partner."""

    def __init__(self, policies: Policies, kind: str, recipient: str) -> None:
        self._policy, self._recipient = policies.kinds[kind], recipient
        text = in_cedar(policies, kind, recipient)
        self._words = [word for word in policies.words() if f".{word}." in text]
        self._rules = cedarpy.PolicySet.from_str(text)

    def cells(self, contexts: list[Context]) -> list[dict[str, tuple[str, str]]]:
        """For each context every told field, with how it is told and on which ground."""
        cells = [(name, action) for name in self._policy.fields for action in self._actions(name)]
        if any(share.signpost for share in self._policy.share.values()):
            cells.append((SIGNPOST, SIGNPOST))
        asked = [(number, *cell) for number in range(len(contexts)) for cell in cells]
        bags = [self._bag(context) for context in contexts]
        requests = [_request(self._recipient, action, name, bags[number]) for number, name, action in asked]
        answers = cedarpy.is_authorized_batch(requests, self._rules, [])
        found: list[dict[str, dict[str, list[str]]]] = [{} for _ in contexts]
        for (number, name, action), answer in zip(asked, answers, strict=True):
            if answer.diagnostics.errors:
                raise AssertionError(answer.diagnostics.errors)
            if answer.allowed:
                found[number].setdefault(name, {})[action] = list(answer.diagnostics.id_annotations_by_reason.values())
        return [{name: self._cell(name, allowed) for name, allowed in each.items()} for each in found]

    def _actions(self, name: str) -> tuple[str, ...]:
        masked = (MASKED,) if self._policy.fields[name].mask else ()
        return (CLEAR, *masked, *((LAPSED,) if self._policy.inherits else ()))

    def _cell(self, name: str, allowed: Mapping[str, list[str]]) -> tuple[str, str]:
        """Clear beats masked, a clause beats that it was told before; the first clause of the file is the ground."""
        if CLEAR in allowed:
            return "clear", self._first(allowed[CLEAR])
        if SIGNPOST in allowed:
            return "clear", self._first(allowed[SIGNPOST])
        if LAPSED in allowed:
            return "clear", "told-before"
        return self._policy.fields[name].mask or "", self._first(allowed[MASKED])

    def _first(self, reasons: list[str]) -> str:
        clauses = {reason.partition("/")[0] for reason in reasons}
        return next(clause for clause in self._policy.share if clause in clauses)

    def _bag(self, context: Context) -> str:
        """Cedar fails open on an absent attribute, so every word that a rule reads is there."""
        known = {word: context.known.get(word, []) for word in self._words}
        possible = {word: context.possible.get(word, []) for word in self._words}
        return json.dumps({"known": known, "possible": possible, "told_before": context.told_before})


def _request(recipient: str, action: str, name: str, bag: str) -> dict[str, Any]:
    return {
        "principal": {"type": "Partner", "id": recipient},
        "action": {"type": "Action", "id": action},
        "resource": {"type": "Field", "id": name},
        "context": bag,
    }
