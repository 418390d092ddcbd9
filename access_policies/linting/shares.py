"""What a clause tells of a kind: that power, condition and duty let it tell each field to this recipient (D22)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from access_policies.linting.agreements import parties
from access_policies.linting.finding import HUB, Found, Kind, unknown
from access_policies.linting.grounds import is_confirmed
from access_policies.linting.vocabulary import covers
from access_policies.model import Clause, FieldRule, KindPolicy, PartnerKind, Policies, Share

SAFETY = "safety"
ABOUT_THE_PROGRAMME = ("envelope", "identity", "programme", "involvement")
"""All that a partner hears on a word that nobody confirmed: enough to confirm or refuse, nothing of the case (D12)."""
HINTS = ("restriction", "safeguarding", "handling")
"""Words that read what the partner is not told: a signpost that hangs on them would tell it (D28)."""
PLACEHOLDERS = "{}<>$%"


@dataclass(frozen=True)
class _Told:
    """One clause, what it tells of this kind, and the fields it names that the kind has."""

    policies: Policies
    policy: KindPolicy
    name: str
    share: Share
    clause: Clause

    @property
    def fields(self) -> dict[str, FieldRule]:
        named = (*self.share.fields, *self.share.masked)
        return {name: self.policy.fields[name] for name in named if name in self.policy.fields}

    @property
    def recipient(self) -> PartnerKind | None:
        return self.policies.vocabulary.partner_kinds.get(self.clause.recipient)


def of_shares(kind: Kind) -> Found:
    """Everything that is wrong with what the clauses tell of this kind."""
    policies, policy = kind.policies, kind.policy
    for name, share in policy.share.items():
        path = ("share", name)
        for sentence in unknown("field", (*share.fields, *share.masked), policy.fields):
            yield path, sentence
        if name not in policies.clauses:
            yield path, f"there is no clause {name!r}; write it in clauses.yaml, or take the share out"
            continue
        told = _Told(policies, policy, name, share, policies.clauses[name])
        for check in (_masked, _powers, _special, _closed, _claimed, _emergency, _free_text, _signpost):
            for sentence in check(told):
                yield path, sentence
    for name, sentence in _safety_on_consent(policies, policy):
        yield ("share", name), sentence


def _masked(told: _Told) -> Iterator[str]:
    for name in told.share.masked:
        if name in told.fields and not told.fields[name].mask:
            yield f"{name!r} has no mask; give it one under `fields`, or share it clear"


def _powers(told: _Told) -> Iterator[str]:
    """Each publisher needs a power that fits every class of data shared, under an agreement that it is party to."""
    for publisher in told.policy.publishers:
        name = told.clause.power.get(publisher) or told.clause.power.get("any")
        if publisher in (HUB, told.clause.recipient):
            continue
        if name is None:
            yield f"the clause gives {publisher!r} no power to disclose this; add it under `power`"
            continue
        yield from _party(told, publisher)
        power = told.policies.vocabulary.powers.get(name)
        for field, rule in told.fields.items():
            if power and not covers(power, rule.class_):
                yield f"{name} does not cover {field!r}, which is of class {rule.class_!r}; choose another clause"


def _party(told: _Told, publisher: str) -> Iterator[str]:
    agreement = told.clause.agreement_id
    if agreement in told.policies.agreements and publisher not in parties(told.policies, agreement):
        yield f"{publisher!r} publishes this, and is no controller under {agreement}; add one, or take it out"


def _special(told: _Told) -> Iterator[str]:
    """Health and the like need an extra condition, and so does what may show it (D6, D22)."""
    if told.clause.extra_condition:
        return
    for name, rule in told.fields.items():
        if rule.class_ in told.policies.vocabulary.special_classes:
            yield f"{name!r} is of class {rule.class_!r}, and the clause has no `extra_condition` (D22); add one"


def _closed(told: _Told) -> Iterator[str]:
    for name, rule in told.fields.items():
        closed = rule.class_ in told.policies.vocabulary.closed_classes
        if closed and told.recipient and rule.class_ not in told.recipient.admits:
            yield f"{told.clause.recipient} does not admit {rule.class_!r} (D19); take {name!r} out"


def _claimed(told: _Told) -> Iterator[str]:
    """What anybody can claim or name opens nothing of the case (D12)."""
    if is_confirmed(told.clause):
        return
    for name, rule in told.fields.items():
        if rule.class_ not in ABOUT_THE_PROGRAMME:
            yield (
                f"the clause hangs on nothing that is confirmed (D12), and {name!r} is of class {rule.class_!r}; "
                "take it out, or add `involvement` to the clause"
            )


def _emergency(told: _Told) -> Iterator[str]:
    """Broken glass opens no `never`, so it must not promise to (D13)."""
    if "access" not in told.clause.when:
        return
    for name in told.fields:
        if told.policy.always_bars(told.clause.recipient, name):
            yield f"a `never` bars {name!r}, which no emergency opens (D13); take it out"


def _free_text(told: _Told) -> Iterator[str]:
    """Nobody can say beforehand what stands in it, so it goes to no partner that is not statutory, unless said why."""
    free = [name for name, rule in told.fields.items() if rule.free_text]
    partners = told.policies.partners.values()
    voluntary = any(not p.statutory for p in partners if p.kind == told.clause.recipient)
    reason = told.share.free_text
    if reason is not None and not (free and voluntary):
        yield "tells no free text to a partner that is not statutory; take `free_text` out"
    elif reason is not None and not reason.strip():
        yield "`free_text` says why it may be told; write that, or take it out"
    elif reason is None and voluntary:
        yield from (
            f"{name!r} is free text, and {told.clause.recipient} is not statutory; take it out, or say why "
            "under `free_text`"
            for name in free
        )


def _signpost(told: _Told) -> Iterator[str]:
    """A signpost says the same to everybody who gets it, whether or not there is anything to ask about (D28)."""
    post = told.share.signpost
    if post is None:
        return
    if not post.strip():
        yield "`signpost` says whom to ask; write that, or take it out"
    if any(sign in post for sign in PLACEHOLDERS):
        yield f"a signpost holds no value, so none of {' '.join(PLACEHOLDERS)} stands in it (D28); write it out"
    for word in HINTS:
        if word in told.clause.when:
            yield f"the clause reads {word}, which this partner is not told, so its signpost hints (D28); take it out"


def _safety_on_consent(policies: Policies, policy: KindPolicy) -> Iterable[tuple[str, str]]:
    """What concerns safety reaches whom it reaches without any consent (D17)."""
    granted = [(n, s, policies.clauses[n]) for n, s in policy.share.items() if n in policies.clauses]
    free = {(c.recipient, field) for _, s, c in granted if "consent" not in c.when for field in (*s.fields, *s.masked)}
    for name, share, clause in granted:
        for field in (*share.fields, *share.masked):
            rule = policy.fields.get(field)
            if rule and rule.class_ == SAFETY and (clause.recipient, field) not in free:
                yield name, f"{field!r} concerns safety and hangs on consent alone (D17); share it without consent too"
