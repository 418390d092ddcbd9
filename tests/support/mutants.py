"""Mutants of the policies: every rule a little wrong, in about a dozen ways, to see who notices."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from access_policies.changing import changed_cells
from access_policies.charting import disclosure_matrix
from access_policies.compiling import Bundle, Plan, Rules
from access_policies.enumerating import cells
from access_policies.explaining import broken_expectations
from access_policies.model import Clause, KindPolicy, Policies, Share
from access_policies.situating import Situations
from access_policies.words import Situation
from support.contexts import context, situation


@dataclass(frozen=True)
class Mutant:
    """What was done to which rule; the kinds that it touches, as they were and as they are now."""

    operator: str
    what: str
    before: Bundle
    wrong: Callable[[], Bundle]

    @cached_property
    def after(self) -> Bundle:
        """The rules as they are now, compiled when somebody asks: of fifty thousand mutants few are looked at."""
        return self.wrong()

    def changes_behaviour(self) -> bool:
        """Whether anybody is told anything differently, or on another ground, in any situation."""
        if self.operator.startswith("unknown is"):
            return self._decides_otherwise()
        return any(True for _ in changed_cells(self.before, self.after))

    def _decides_otherwise(self) -> bool:
        """The same rules read otherwise: every situation by itself, since the reader of the regions is what mutated."""
        words = self.before.policies.words()
        return any(
            self.before.rules(kind, recipient).plan(said) != self.after.rules(kind, recipient).plan(said)
            for kind, recipient, over, _ in cells(self.before)
            for said in (situation(self.before, context(over, number, words)) for number in range(over.size))
        )

    def killed(self, situations: Situations) -> bool:
        """Whether an `expect` row or the disclosure matrix says otherwise than before."""
        broken = bool(broken_expectations(self.after))
        return broken or disclosure_matrix(self.after, situations) != _matrix(self.before, situations)


_PAGES: dict[str, str] = {}


def _matrix(before: Bundle, situations: Situations) -> str:
    """The page of the unharmed rules, made once for each kind."""
    if before.digest not in _PAGES:
        _PAGES[before.digest] = disclosure_matrix(before, situations)
    return _PAGES[before.digest]


class _Guessing(Rules):
    """Rules that take what is unknown the wrong way round: not as yes in a bar, or not as no in a share."""

    def __init__(self, rules: Rules, read: Callable[[Situation], Situation]) -> None:
        self._rules, self._read = rules, read

    def plan(self, situation: Situation, word: str | None = None) -> Plan:
        return self._rules.plan(self._read(situation), word)


class _GuessingBundle(Bundle):
    def __init__(self, policies: Policies, read: Callable[[Situation], Situation]) -> None:
        super().__init__(policies)
        self._rules = {pair: _Guessing(rules, read) for pair, rules in self._rules.items()}


class Mutants:
    """Every mutant of some policies."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._only = cache(lambda kinds: Bundle(self._with(kinds)))

    def all(self) -> Iterator[Mutant]:
        """By operator, in a fixed order."""
        yield from self._clauses()
        for policy in self._policies.kinds.values():
            for operator, what, mutated in (
                *_nevers(self._policies, policy),
                *_shares(self._policies, policy),
                *_inherits(policy),
            ):
                wrong = partial(self._mutated, policy.kind, mutated)
                yield Mutant(operator, f"{policy.kind}: {what}", self._only((policy.kind,)), wrong)
            yield from self._unknown(policy.kind)

    def _mutated(self, kind: str, mutated: KindPolicy) -> Bundle:
        return Bundle(self._policies.model_copy(update={"kinds": {kind: mutated}}))

    def _with(self, kinds: Iterable[str]) -> Policies:
        return self._policies.model_copy(update={"kinds": {kind: self._policies.kinds[kind] for kind in kinds}})

    def _clauses(self) -> Iterator[Mutant]:
        words = self._policies.words()
        for name, clause in self._policies.clauses.items():
            for word, values in clause.when.items():
                rest = {other: said for other, said in clause.when.items() if other != word}
                yield from self._clause("drop a word", f"{name}: {word}", name, when=rest)
                for value in words[word]:
                    if value not in values:
                        wider = {**clause.when, word: (*values, value)}
                        yield from self._clause("widen a list", f"{name}: {word} {value}", name, when=wider)
                    elif len(values) > 1:
                        fewer = {**clause.when, word: tuple(each for each in values if each != value)}
                        yield from self._clause("shorten a list", f"{name}: {word} {value}", name, when=fewer)
            for recipient in self._policies.recipients():
                if recipient != clause.recipient:
                    yield from self._clause("tell another", f"{name}: {recipient}", name, recipient=recipient)

    def _clause(self, operator: str, what: str, name: str, **said: Any) -> Iterator[Mutant]:
        """In each kind by itself: a mutant that only one kind's rows notice is not noticed for the others."""
        clauses = {**self._policies.clauses, name: self._policies.clauses[name].model_copy(update=said)}
        for kind, policy in self._policies.kinds.items():
            if name in policy.share:
                yield Mutant(operator, f"{kind}: {what}", self._only((kind,)), partial(self._among, kind, clauses))

    def _among(self, kind: str, clauses: dict[str, Clause]) -> Bundle:
        return Bundle(self._with((kind,)).model_copy(update={"clauses": clauses}))

    def _unknown(self, kind: str) -> Iterator[Mutant]:
        only = self._only((kind,))
        wrong = {
            "unknown is no in a bar": lambda situation: Situation(situation.known, situation.known),
            "unknown is yes in a share": lambda situation: Situation(situation.possible, situation.possible),
        }
        for operator, read in wrong.items():
            yield Mutant(operator, kind, only, partial(_GuessingBundle, only.policies, read))


_Changed = Iterator[tuple[str, str, KindPolicy]]


def _nevers(policies: Policies, policy: KindPolicy) -> _Changed:
    for name, never in policy.never.items():
        rest = {other: rule for other, rule in policy.never.items() if other != name}
        yield "drop a never", name, policy.model_copy(update={"never": rest})
        ways: list[tuple[str, str, dict[str, Any]]] = []
        for kind in policies.recipients():
            excepted = kind in never.except_
            others = tuple(each for each in never.except_ if each != kind)
            ways.append(
                (
                    "drop an except" if excepted else "add an except",
                    kind,
                    {"except_": others if excepted else (*others, kind)},
                )
            )
        ways += [
            ("bar always", word, {"when": {w: v for w, v in never.when.items() if w != word}}) for word in never.when
        ]
        if never.fields != "*":
            ways += [
                ("bar a field less", f, {"fields": tuple(x for x in never.fields if x != f)}) for f in never.fields
            ]
        for operator, what, said in ways:
            mutated = {**policy.never, name: never.model_copy(update=said)}
            yield operator, f"{name}: {what}", policy.model_copy(update={"never": mutated})


def _shares(policies: Policies, policy: KindPolicy) -> _Changed:
    for clause, share in policy.share.items():
        rest = {other: each for other, each in policy.share.items() if other != clause}
        yield "drop a share", clause, policy.model_copy(update={"share": rest})
        for operator, name, fields, masked in _fields(policy, share):
            mutated = {**policy.share, clause: share.model_copy(update={"fields": fields, "masked": masked})}
            yield operator, f"{clause}: {name}", policy.model_copy(update={"share": mutated})
    for clause in policies.clauses:
        if clause not in policy.share:
            added = {**policy.share, clause: Share(fields=("person",))}
            yield "add a share", clause, policy.model_copy(update={"share": added})


def _fields(policy: KindPolicy, share: Share) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """A share that tells one field more, less, in full instead of in part, or the reverse."""
    clear, masked = share.fields, share.masked
    for name, rule in policy.fields.items():
        fewer, less = tuple(x for x in clear if x != name), tuple(x for x in masked if x != name)
        if name in clear or name in masked:
            yield "drop a field", name, fewer, less
        else:
            yield "add a field", name, (*clear, name), masked
        if name in masked:
            yield "masked to clear", name, (*clear, name), less
        if rule.mask and name in clear:
            yield "clear to masked", name, fewer, (*masked, name)


def _inherits(policy: KindPolicy) -> _Changed:
    if policy.inherits is None:
        return
    yield "drop inherits", "", policy.model_copy(update={"inherits": None})
    lapsed = policy.inherits.lapsed
    for name in policy.fields:
        said = tuple(x for x in lapsed if x != name) if name in lapsed else (*lapsed, name)
        inherits = policy.inherits.model_copy(update={"lapsed": said})
        yield "lapsed otherwise", name, policy.model_copy(update={"inherits": inherits})
