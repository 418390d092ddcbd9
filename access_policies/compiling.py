"""From policies to a bundle: frozen rules over bits, and the digest that names exactly these rules."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from access_policies.masking import MASKS_VERSION
from access_policies.model import KindPolicy, Never, Policies, Share
from access_policies.words import Condition, Situation, Words, holds
from schemas.identifiers import AgencyId

OWN = "own-update"
"""The ground on which a publisher gets its own update back whole."""
SIGNPOST = "signpost"
"""The name under which a signpost is told; no schema has a field of this name."""
SAFETY = "safety"
"""The class of data that goes on when an agreement lapses (D16)."""
TOLD_BEFORE = "told-before"
"""The ground on which those who were told an update hear what became of it (D1)."""


@dataclass(frozen=True)
class Plan:
    """What one partner is told of one update: clear fields, masked fields, and the clause behind each."""

    told: tuple[str, ...] = ()
    masked: tuple[tuple[str, str], ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    signpost: str | None = None
    """What the partner is told to ask of whom (D28)."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every field told, clear or masked."""
        return (*self.told, *(name for name, _ in self.masked), *((SIGNPOST,) if self.signpost else ()))


NOTHING = Plan()


@dataclass(frozen=True)
class _Grant:
    clause: str
    condition: Condition
    words: frozenset[str]
    """The words of the clause's own condition."""
    fields: tuple[str, ...]
    masked: tuple[str, ...]
    signpost: str | None = None


@dataclass(frozen=True)
class _Bar:
    condition: Condition
    fields: frozenset[str]


class Rules:
    """The rules of one kind for one kind of recipient. Each situation is decided once and kept."""

    def __init__(self, policies: Policies, words: Words, policy: KindPolicy, recipient: str) -> None:
        self._masks = {name: rule.mask or "" for name, rule in policy.fields.items()}
        self._bars = [_bar(words, policy, rule) for rule in policy.never.values() if recipient not in rule.except_]
        shares = policy.share.items()
        mine = [(name, share) for name, share in shares if policies.clauses[name].recipient == recipient]
        self._grants = [grant for name, share in mine for grant in _grants(words, policies, policy, name, share)]
        self._plans: dict[tuple[int, int, str | None], Plan] = {}

    def plan(self, situation: Situation, word: str | None = None) -> Plan:
        """What this recipient is told in this situation; by those clauses alone whose condition has this `word`."""
        key = (situation.known, situation.possible, word)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._decide(situation, word)
        return plan

    def _decide(self, situation: Situation, word: str | None) -> Plan:
        barred = frozenset[str]().union(*(b.fields for b in self._bars if holds(b.condition, situation.possible)))
        asked = (grant for grant in self._grants if word is None or word in grant.words)
        grants = [grant for grant in asked if holds(grant.condition, situation.known)]
        clear = _first_clause((name, g.clause) for g in grants for name in g.fields if name not in barred)
        masked = _first_clause((name, g.clause) for g in grants for name in g.masked if name not in barred)
        hidden = {name: clause for name, clause in masked.items() if name not in clear}
        order = [name for name in self._masks if name in clear or name in hidden]
        because = {name: clear.get(name) or hidden[name] for name in order}
        post = next((grant for grant in grants if grant.signpost), None)
        if post and not barred >= self._masks.keys():
            because[SIGNPOST] = post.clause
        return Plan(
            told=tuple(name for name in order if name in clear),
            masked=tuple((name, self._masks[name]) for name in order if name in hidden),
            because=MappingProxyType(because),
            signpost=post.signpost if post and SIGNPOST in because else None,
        )


def _first_clause(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each field the first clause that grants it."""
    first: dict[str, str] = {}
    for name, clause in pairs:
        first.setdefault(name, clause)
    return first


def _bar(words: Words, policy: KindPolicy, rule: Never) -> _Bar:
    fields = policy.fields if rule.fields == "*" else rule.fields
    return _Bar(words.condition(rule.when), frozenset(fields))


def _grants(words: Words, policies: Policies, policy: KindPolicy, clause: str, share: Share) -> Iterable[_Grant]:
    """What a clause tells while its agreement is in force; and what concerns safety, which goes on without (D16)."""
    when = policies.clauses[clause].when
    met, own = words.condition(policies.conditions(clause)), frozenset(when)
    yield _Grant(clause, met, own, share.fields, share.masked, share.signpost)
    clear, masked = (
        tuple(name for name in names if policy.fields[name].class_ == SAFETY) for names in (share.fields, share.masked)
    )
    if clear or masked:
        yield _Grant(clause, words.condition(when), own, clear, masked)


class Bundle:
    """Policies ready to decide with. Its digest stands in every leaf and every feed record."""

    def __init__(self, policies: Policies, *, masks_version: int = MASKS_VERSION) -> None:
        """`masks_version` is another than today's only for policies of the past."""
        self.policies = policies
        self.masks_version = masks_version
        self.words = Words(policies)
        self.digest = hashlib.sha256(canonical(policies, masks_version)).hexdigest()
        self._rules = {
            (policy.kind, recipient): Rules(policies, self.words, policy, recipient)
            for policy in policies.kinds.values()
            for recipient in policies.recipients()
        }
        self._of_kind = {
            kind: frozenset(agency for agency, partner in policies.partners.items() if partner.kind == kind)
            for kind in policies.recipients()
        }
        self._whole = {kind: _told(policy.fields, OWN) for kind, policy in policies.kinds.items()}
        self._classes = {
            kind: {name: rule.class_ for name, rule in policy.fields.items()} for kind, policy in policies.kinds.items()
        }
        self._lapsed = {
            kind: _told(policy.inherits.lapsed, TOLD_BEFORE)
            for kind, policy in policies.kinds.items()
            if policy.inherits
        }

    def rules(self, kind: str, recipient: str) -> Rules:
        """The rules of `kind` for partners of kind `recipient`."""
        return self._rules[kind, recipient]

    def whole(self, kind: str) -> Plan:
        """Every field, for the publisher itself."""
        return self._whole[kind]

    def lapsed(self, kind: str) -> Plan | None:
        """What those told before hear without any ground; `None` when the kind does not inherit."""
        return self._lapsed.get(kind)

    def may_publish(self, agency: AgencyId, kind: str) -> bool:
        """Whether the register and the kind's policy let this agency publish this kind."""
        partner, policy = self.policies.partners.get(agency), self.policies.kinds.get(kind)
        return bool(partner and policy and not partner.suspended and partner.kind in policy.publishers)

    def masks(self, kind: str) -> Mapping[str, str]:
        """The mask of each field that has one."""
        return {name: rule.mask for name, rule in self.policies.kinds[kind].fields.items() if rule.mask}

    def clauses_on_consent(self) -> frozenset[str]:
        """The clauses that tell something because the person agreed."""
        return frozenset(name for name, clause in self.policies.clauses.items() if "consent" in clause.when)

    def agencies_of_kind(self, kind: str) -> frozenset[AgencyId]:
        """The agencies in the register that are of this kind."""
        return self._of_kind.get(kind, frozenset())

    def classes(self, kind: str) -> Mapping[str, str]:
        """The class of data of each field."""
        return self._classes[kind]


def _told(fields: Iterable[str], ground: str) -> Plan:
    names = tuple(fields)
    return Plan(told=names, because=MappingProxyType(dict.fromkeys(names, ground)))


def canonical(policies: Policies, masks_version: int = MASKS_VERSION) -> bytes:
    """The one byte form of these policies: JSON without spaces, keys as the files order them (the first clause
    that grants a field is the one recorded, so order is meaning), unset keys left out so that a later optional
    key changes no digest, and the version of the masks.
    """
    content = policies.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["masks_version"] = masks_version
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


__all__ = ["NOTHING", "OWN", "SAFETY", "SIGNPOST", "TOLD_BEFORE", "Bundle", "Plan", "Rules", "canonical"]
