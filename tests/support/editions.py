"""A small edition of policies, one kind and two partners, and others that differ from it in one thing."""

from datetime import date
from functools import cache
from typing import Any

from access_policies.compiling import Bundle
from access_policies.loading import load
from access_policies.model import Clause, FieldRule, KindPolicy, Partner, Policies, Share

KIND = "custody.person.arrested"
HOSTEL, HOUSING = "open-door-hostel", "northshire-council-housing"
_SIGNED = {"condition": "public-task", "agreement": "northshire-1/B", "review": date(2027, 5, 1)}

Fields = tuple[str, ...]

_shipped = cache(load)


def a_clause(recipient: str, **said: Any) -> Clause:
    """A ground on which this kind of partner is told something by the police."""
    ground = {"purpose": "accommodation", "power": {"police": "CDA1998-s115"}, "because": "A bed is kept.", "when": {}}
    return Clause.model_validate({"recipient": recipient, **ground, **_SIGNED, **said})


def a_partner(kind: str, **said: Any) -> Partner:
    """An agency in the register."""
    return Partner.model_validate({"kind": kind, "legal_status": "voluntary", "statutory": False, **said})


def small(**said: Any) -> Policies:
    """Of an arrest, the hostel is told the person and the year of birth while the person agrees; housing, who it is."""
    policy: dict[str, Any] = {
        "kind": KIND,
        "version": 1,
        "owner": "police",
        "publishers": ["police"],
        "fields": {
            "person": {"class": "identity"},
            "date_of_birth": {"class": "identity", "mask": "year_only"},
            "station": {"class": "event"},
            "drug_test": {"class": "health", "mask": "yes_no"},
        },
        "never": {"under-18": {"fields": "*", "when": {"age": "youth"}, "because": "Under 18."}},
        "share": {
            "housing-agreed-charity-hostel": {"fields": ["person"], "masked": ["date_of_birth"]},
            "tenancy": {"fields": ["person"]},
        },
    }
    content: dict[str, Any] = {
        "vocabulary": _shipped().vocabulary,
        "partners": {
            HOSTEL: a_partner("charity_hostel", name="Open Door Hostel"),
            HOUSING: a_partner("council_housing", name="Northshire Council Housing", state_only=True),
        },
        "agreements": {"northshire-1": _shipped().agreements["northshire-1"]},
        "clauses": {
            "housing-agreed-charity-hostel": a_clause("charity_hostel", when={"consent": "accommodation"}),
            "tenancy": a_clause("council_housing", when={"involvement": ["active", "lead"]}),
        },
        "kinds": {KIND: KindPolicy.model_validate(policy)},
    }
    return Policies.model_validate({**content, **said})


def with_policy(policies: Policies, **said: Any) -> Policies:
    """The kind says something else."""
    return policies.model_copy(update={"kinds": {KIND: policies.kinds[KIND].model_copy(update=said)}})


def with_share(policies: Policies, clause: str, fields: Fields = (), masked: Fields = ()) -> Policies:
    """A clause shares other fields."""
    return with_policy(policies, share={**policies.kinds[KIND].share, clause: Share(fields=fields, masked=masked)})


def with_field(policies: Policies, name: str, **said: Any) -> Policies:
    """A field has another class or mask."""
    fields = policies.kinds[KIND].fields
    return with_policy(policies, fields={**fields, name: FieldRule.model_validate(said)})


def with_clause(policies: Policies, name: str, **said: Any) -> Policies:
    """A clause says something else."""
    clause = policies.clauses[name].model_copy(update=said)
    return policies.model_copy(update={"clauses": {**policies.clauses, name: clause}})


def with_partner(policies: Policies, agency: str, partner: Partner | None) -> Policies:
    """An agency comes, changes or goes."""
    rest = {other: each for other, each in policies.partners.items() if other != agency}
    return policies.model_copy(update={"partners": {**rest, agency: partner} if partner else rest})


def bundles(*editions: Policies) -> tuple[Bundle, ...]:
    """Ready to decide with."""
    return tuple(map(Bundle, editions))
