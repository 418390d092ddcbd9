"""Policies: the bundle in force, and what an agency may be told of each kind of update, in general."""

from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from access_policies.compiling import Bundle
from access_policies.model import Never, Policies, Share, When
from hub.api.access import Reader, TheHub
from hub.api.problems import NotFound

router = APIRouter(prefix="/policies", tags=["policies"])


class PolicyList(BaseModel):
    """The bundle in force and the kinds it speaks of."""

    bundle: str
    kinds: list[str]


class Ground(BaseModel):
    """A clause under which partners of a kind are told these fields, where its conditions are met."""

    clause: str
    recipient: str
    purpose: str
    because: str
    agreement: str
    review: date
    when: dict[str, list[str]]
    fields: list[str]
    masked: list[str]
    signpost: str | None = None
    """What the partner is told to ask of whom."""


class Bar(BaseModel):
    """A rule that beats every ground; `fields` is `*` where it bars all. What is unknown counts as yes."""

    rule: str
    because: str
    when: dict[str, list[str]]
    fields: list[str]


class KindForPartner(BaseModel):
    """What this agency may be told of one kind of update, in general (D28).

    `publishers` are kinds of partner. An agency that may publish the kind also sees under `entitled` who may be told
    of it, in general, so that it need not ask about one person.
    """

    kind: str
    owner: str
    publishers: list[str]
    may_publish: bool
    grounds: list[Ground]
    nevers: list[Bar]
    entitled: list[Ground]


@router.get("")
def list_policies(hub: TheHub, _: Reader) -> PolicyList:
    """The bundle in force."""
    return PolicyList(bundle=hub.bundle.digest, kinds=sorted(hub.bundle.policies.kinds))


@router.get("/kinds/{kind}")
def read_kind(kind: str, hub: TheHub, who: Reader) -> KindForPartner:
    """What agencies like this one may be told of a kind, on which grounds, and what they never are."""
    bundle = hub.bundle
    policy, partner = bundle.policies.kinds.get(kind), bundle.policies.partners.get(who.agency)
    if policy is None or partner is None:
        raise NotFound
    grounds, may_publish = list(grounds_of(bundle, kind)), bundle.may_publish(who.agency, kind)
    return KindForPartner(
        kind=kind,
        owner=policy.owner,
        publishers=list(policy.publishers),
        may_publish=may_publish,
        grounds=[ground for ground in grounds if ground.recipient == partner.kind],
        nevers=[bar(name, rule) for name, rule in policy.never.items() if partner.kind not in rule.except_],
        entitled=grounds if may_publish else [],
    )


def grounds_of(bundle: Bundle, kind: str) -> Iterable[Ground]:
    """Every ground on which anybody is told of a kind: the same whomever an update is about."""
    return (_ground(bundle.policies, clause, share) for clause, share in bundle.policies.kinds[kind].share.items())


def _ground(policies: Policies, name: str, share: Share) -> Ground:
    clause = policies.clauses[name]
    return Ground(
        clause=name,
        recipient=clause.recipient,
        purpose=clause.purpose,
        because=clause.because,
        agreement=policies.agreement_of(name),
        review=clause.review,
        when=_when(clause.when),
        fields=list(share.fields),
        masked=list(share.masked),
        signpost=share.signpost,
    )


def bar(name: str, never: Never) -> Bar:
    """A `never` rule, as it is shown."""
    return Bar(rule=name, because=never.because, when=_when(never.when), fields=list(never.fields))


def _when(when: When) -> dict[str, list[str]]:
    return {word: list(values) for word, values in when.items()}
