"""Traffic for replays, and rules under which it would have gone otherwise."""

from collections import Counter
from contextlib import closing
from typing import Any

import orjson

from access_policies.compiling import canonical
from access_policies.model import Policies, Share
from hub.adapters.evidence import StoreEvidence
from hub.timers import fire_due
from support.builders import a_consent, a_release_plan, an_arrest, an_outcome
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, Partnership
from support.signing import shipped, without

ARREST, PLAN = "custody.person.arrested", "custody.release.planned"
Told = Counter[tuple[str, str, str]]
"""How often each field of each kind was told: by agency, kind and field."""


def told_also(kind: str, clause: str, *fields: str, policies: Policies | None = None) -> Policies:
    """These policies (the shipped ones), in which a clause tells more of a kind."""
    policies = policies or shipped()
    policy = policies.kinds[kind]
    share = policy.share.get(clause, Share(fields=fields))
    masked = tuple(name for name in share.masked if name not in fields)
    wider = share.model_copy(update={"fields": (*share.fields, *fields), "masked": masked})
    changed = policy.model_copy(update={"share": policy.share | {clause: wider}, "expect": ()})
    return policies.model_copy(update={"kinds": policies.kinds | {kind: changed}})


def other_rules() -> Policies:
    """Housing is also told the station and the prison; the hostel is no longer told of arrests."""
    rules = told_also(ARREST, "tenancy", "station", policies=without(ARREST, "housing-agreed-charity-hostel"))
    return told_also(PLAN, "tenancy", "prison", policies=rules)


def traffic(p: Partnership) -> None:
    """Two people, of whom one has a home at the hostel and one does not; arrests, how they ended, a release plan."""
    people = [p.person(1), p.person(2)]
    p.publish(PROBATION, "trust.consent.given", {**people[0], **a_consent(HOSTEL)})
    for person in people:
        for agency in (POLICE, PROBATION, PRISON):
            p.involve(person, agency)
        p.involve(person, HOUSING, ("accommodation",))
    p.involve(people[0], HOSTEL, ("accommodation",))
    p.involve(people[0], DRUGS, ("drugs_alcohol",))
    for person in people:
        p.clock.turn(minutes=5)
        arrest = p.publish(POLICE, ARREST, {**person, **an_arrest(officer="PC Example")})
    p.clock.turn(hours=1)
    while fire_due(p.hub.acceptor):
        pass
    p.publish(POLICE, "custody.person.left", an_outcome(arrest, "bailed"))
    p.publish(PRISON, PLAN, {**people[0], **a_release_plan()})


def told_in(p: Partnership) -> Told:
    """What the ledger says was told."""
    found = Told()
    with closing(StoreEvidence(p.hub.store)) as evidence:
        for kept in evidence.entries():
            record: dict[str, Any] = orjson.loads(((kept and kept.opening) or b" " * 16 + b"{}")[16:])
            for agency, said in record.get("disclosed", {}).items():
                found.update((agency, record["kind"], name) for name in said["because"])
    return found


def as_json(policies: Policies) -> dict[str, Any]:
    """The canonical form, to be sent."""
    content: dict[str, Any] = orjson.loads(canonical(policies))
    return content
