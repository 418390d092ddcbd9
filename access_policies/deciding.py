"""The decision: for one update, partner by partner, which fields are told, which masked, and why. Pure, total."""

from collections.abc import Mapping

from pydantic import JsonValue

from access_policies.compiling import NOTHING, SIGNPOST, Bundle, Plan
from access_policies.masking import MASKS
from access_policies.words import Situation
from schemas.identifiers import AgencyId


def decide(
    bundle: Bundle,
    kind: str,
    situations: Mapping[AgencyId, Situation],
    *,
    own: AgencyId | None = None,
    told_before: frozenset[AgencyId] = frozenset(),
    word: str | None = None,
) -> dict[AgencyId, Plan]:
    """Every partner's plan; partners who are told nothing are left out.

    `situations` holds what each partner's words say; `own` is a publisher that works the case, and so gets its
    own update back whole; `told_before` are those who were told the update that this one is about; with a `word`
    only the clauses count whose condition has it.
    """
    plans = {}
    for agency, situation in situations.items():
        recipient = bundle.policies.partners[agency].kind
        plan = plan_for(bundle, kind, recipient, situation, told_before=agency in told_before, word=word)
        if plan is not NOTHING and plan.names:
            plans[agency] = plan
    if own is not None and own in situations:
        plans[own] = bundle.whole(kind)
    return plans


def plan_for(
    bundle: Bundle, kind: str, recipient: str, situation: Situation, *, told_before: bool, word: str | None = None
) -> Plan:
    """What one partner of kind `recipient` is told; of a kind that inherits, only if it was told before. `word` as for
    `decide`.
    """
    plan = bundle.rules(kind, recipient).plan(situation, word)
    lapsed = bundle.lapsed(kind)
    return plan if lapsed is None else _inherited(plan, lapsed, told_before=told_before)


def _inherited(plan: Plan, lapsed: Plan, *, told_before: bool) -> Plan:
    """What the ground tells, and never less than what became of what was told before; nothing to anybody else."""
    if not told_before:
        return NOTHING
    missing = tuple(name for name in lapsed.told if name not in plan.told)
    if not missing:
        return plan
    masked = tuple((name, mask) for name, mask in plan.masked if name not in missing)
    because = {**lapsed.because, **plan.because, **{name: lapsed.because[name] for name in missing}}
    return Plan(told=(*plan.told, *missing), masked=masked, because=because, signpost=plan.signpost)


def project(plan: Plan, content: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The told fields and nothing else: absent fields stay absent, a mask with nothing to say says nothing."""
    told = {name: content[name] for name in plan.told if name in content}
    for name, mask in plan.masked:
        if name in content and (less := MASKS[mask](content[name])) is not None:
            told[name] = less
    return told | {SIGNPOST: plan.signpost} if plan.signpost else told
