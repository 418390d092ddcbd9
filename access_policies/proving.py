"""What holds of the rules in every situation: errors that stop a check, and notes for those who sign."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from operator import or_
from typing import Literal

from access_policies.compiling import TOLD_BEFORE, Bundle, Plan
from access_policies.enumerating import Regions, Space, cells, regions, space, steps
from access_policies.model import Clause, KindPolicy, Never, Share


@dataclass(frozen=True)
class Finding:
    """One thing found over every situation: of which kind of update or partner, and in words."""

    level: Literal["error", "note"]
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


_Told = dict[str, tuple[Space, Regions]]
"""By kind of partner: the situations, and what each of them tells."""


def prove(bundle: Bundle) -> list[Finding]:
    """Everything found, the errors first."""
    by_kind: dict[str, _Told] = {kind: {} for kind in bundle.policies.kinds}
    for kind, recipient, over, told in cells(bundle):
        by_kind[kind][recipient] = (over, told)
    found = [finding for kind, told_of in by_kind.items() for finding in _Kind(bundle, kind, told_of).findings()]
    return sorted([*found, *_masked_here_clear_there(bundle)], key=lambda finding: finding.level)


class _Kind:
    """What is found in one kind of update."""

    def __init__(self, bundle: Bundle, kind: str, told: _Told) -> None:
        self._bundle, self._kind, self._told = bundle, kind, told
        self._policy: KindPolicy = bundle.policies.kinds[kind]

    def findings(self) -> Iterator[Finding]:
        """Every rule of this module on this kind."""
        yield from self._dead_shares()
        yield from self._nevers()
        yield from self._told_to_nobody()
        yield from self._health()
        yield from self._monotone()

    def _error(self, sentence: str) -> Finding:
        return Finding("error", self._kind, sentence)

    def _note(self, sentence: str) -> Finding:
        return Finding("note", self._kind, sentence)

    @cached_property
    def _outcomes(self) -> dict[str, list[Plan]]:
        """By kind of partner, what is told in each region."""
        return {recipient: [plan for _, plan in found] for recipient, (_, found) in self._told.items()}

    def _dead_shares(self) -> Iterator[Finding]:
        """A grant that tells nothing in any situation says something else than it does; it stops the check."""
        for clause, share in self._policy.share.items():
            outcomes = self._outcomes[self._bundle.policies.clauses[clause].recipient]
            for name in (*share.fields, *share.masked):
                if not any(name in plan.because for plan in outcomes):
                    yield self._error(f"{clause} shares {name!r}, which no situation tells; take one of the two out")
                elif not any(plan.because.get(name) in (clause, TOLD_BEFORE) for plan in outcomes):
                    yield self._note(f"{clause} shares {name!r}, which is always told on another ground")

    def _nevers(self) -> Iterator[Finding]:
        """A bar that bars nothing today is a guard: it must bite once everything is shared and no other bar stands."""
        for name, never in self._policy.never.items():
            if _bites(self._bundle, self._policy, name):
                continue
            widest = _with(self._bundle, _widest(self._bundle, self._policy, name))
            if _bites(widest, widest.policies.kinds[self._kind], name):
                yield self._note(f"never {name} bars nothing today; it guards against later clauses")
            else:
                yield self._error(f"never {name} would bar nothing whatever were shared; {_remedy(never)}")

    def _told_to_nobody(self) -> Iterator[Finding]:
        told = {name for outcomes in self._outcomes.values() for plan in outcomes for name in plan.names}
        if missing := [name for name in self._policy.fields if name not in told]:
            yield self._note(f"told to nobody but its publisher: {', '.join(missing)}")

    def _health(self) -> Iterator[Finding]:
        """Health in full needs an extra condition and the person's consent, a power for health, or a purpose that never
        hangs on a consent (D17, D22).
        """
        for recipient, outcomes in self._outcomes.items():
            health = {(n, plan.because[n]) for plan in outcomes for n in plan.told if self._is_health(n)}
            for name, ground in sorted(health):
                clause = self._bundle.policies.clauses.get(ground)
                if clause and not self._may_tell_health(clause):
                    yield self._error(
                        f"{ground} tells {recipient} {name!r} in full, which is of class 'health'; it needs consent, a "
                        f"power for health or a purpose without consent, and an extra condition"
                    )

    def _is_health(self, name: str) -> bool:
        return self._policy.fields[name].class_ == "health"

    def _may_tell_health(self, clause: Clause) -> bool:
        vocabulary = self._bundle.policies.vocabulary
        powers = [vocabulary.powers.get(name) for name in clause.power.values()]
        for_health = all(power is not None and "health" in power.only_classes for power in powers)
        safety = clause.purpose in vocabulary.purposes_without_consent
        return clause.extra_condition is not None and ("consent" in clause.when or for_health or safety)

    def _monotone(self) -> Iterator[Finding]:
        """One more value that is known to hold takes a field away only where a bar reads that word."""
        for recipient, (over, found) in self._told.items():
            bars = (never for never in self._policy.never.values() if recipient not in never.except_)
            read = {word for never in bars for word in never.when}
            for word, name in sorted(_lost(over, found, read)):
                yield self._error(f"{recipient} is told {name!r} no longer once more is known of {word}")


def _lost(over: Space, found: Regions, but: set[str]) -> set[tuple[str, str]]:
    """Each word, save some, and field that is no longer told once one more value of that word holds."""
    return {
        (word, name)
        for word, absent, below in steps(over)
        if word not in but
        for (less, plan), (more, wider) in product(found, repeat=2)
        if (less & absent) >> below & more
        for name in set(plan.names) - set(wider.names)
    }


def _remedy(never: Never) -> str:
    return "shorten `except`" if never.except_ else "take the rule out"


def _widest(bundle: Bundle, policy: KindPolicy, name: str) -> KindPolicy:
    """The widest that this kind could become under one bar: every clause shares every field."""
    everything = dict.fromkeys(bundle.policies.clauses, Share(fields=tuple(policy.fields)))
    return policy.model_copy(update={"share": everything, "never": {name: policy.never[name]}})


def _with(bundle: Bundle, policy: KindPolicy) -> Bundle:
    return Bundle(bundle.policies.model_copy(update={"kinds": {policy.kind: policy}}))


def _bites(bundle: Bundle, policy: KindPolicy, name: str) -> bool:
    """Whether something would be told, somewhere, if this bar were not there."""
    never = policy.never[name]
    rest = {other: rule for other, rule in policy.never.items() if other != name}
    without = _with(bundle, policy.model_copy(update={"never": rest}))
    for recipient in bundle.policies.recipients():
        if recipient in never.except_:
            continue
        over = space([bundle.policies], [(policy.kind, recipient)])
        ours, theirs = (regions(each, policy.kind, recipient, over) for each in (bundle, without))
        if any(here & there and plan.names != wider.names for (here, plan), (there, wider) in product(ours, theirs)):
            return True
    return False


def _masked_here_clear_there(bundle: Bundle) -> Iterator[Finding]:
    """The same field in full in one kind and in part in another, for the same partner in the same situation."""
    for recipient in bundle.policies.recipients():
        over = space([bundle.policies], [(kind, recipient) for kind in bundle.policies.kinds])
        clear, masked = _ways(bundle, recipient, over)
        for name in sorted({name for _, name in masked}):
            in_full = reduce(or_, (where for (_, other), where in clear.items() if other == name), 0)
            if kinds := [kind for (kind, other), where in masked.items() if other == name and where & in_full]:
                yield Finding(
                    "note", recipient, f"{name!r} is told in part in {', '.join(kinds)}, and in full elsewhere"
                )


_Where = dict[tuple[str, str], int]
"""By kind and field, the situations."""


def _ways(bundle: Bundle, recipient: str, over: Space) -> tuple[_Where, _Where]:
    """Where each field of each kind is told in full, and where in part."""
    clear: _Where = {}
    masked: _Where = {}
    for kind in bundle.policies.kinds:
        for where, plan in regions(bundle, kind, recipient, over):
            for name in plan.told:
                clear[kind, name] = clear.get((kind, name), 0) | where
            for name, _ in plan.masked:
                masked[kind, name] = masked.get((kind, name), 0) | where
    return clear, masked
