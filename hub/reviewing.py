"""Reviewing: who looks at an access that was opened in an emergency: the side that owns the data (D13)."""

from datetime import datetime, timedelta

from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub.placing import HUB
from hub.standing import Standing
from schemas.identifiers import AgencyId

WORD = "access"
"""The word that stands in the condition of every emergency clause."""


def ends_at(bundle: Bundle, opened_at: datetime) -> datetime:
    """When an access that is opened now ends by itself."""
    return opened_at + timedelta(hours=bundle.policies.vocabulary.access_hours)


def terms(bundle: Bundle, opener: AgencyId, now: datetime) -> dict[str, JsonValue]:
    """The told fields that say until when it is open and which kinds of partner review it."""
    return {"until": ends_at(bundle, now).isoformat(), "reviewer": list(reviewing(bundle, opener))}


def reviewing(bundle: Bundle, opener: AgencyId) -> tuple[str, ...]:
    """The kinds of partner that own what this agency can open, never its own kind; else the IOM unit, which also
    reviews the openings of an agency that has left the register since.
    """
    policies = bundle.policies
    if opener not in policies.partners:
        return ("iom_unit",)
    mine = policies.partners[opener].kind
    openable = {name for name, clause in policies.clauses.items() if clause.recipient == mine and WORD in clause.when}
    owners = {kind.owner for kind in policies.kinds.values() if openable & kind.share.keys()}
    return tuple(sorted(owners - {mine})) or ("iom_unit",)


def reviewers(standing: Standing, bundle: Bundle, opener: AgencyId) -> frozenset[AgencyId]:
    """The agencies of these kinds that work the case; where none does, the home unit."""
    there = frozenset[AgencyId]().union(*(bundle.agencies_of_kind(kind) for kind in reviewing(bundle, opener)))
    at_work = frozenset(agency for agency in there - {opener} if standing.works(agency))
    return at_work or standing.home - {opener}


def may_close(standing: Standing, bundle: Bundle, opener: AgencyId, publisher: AgencyId) -> bool:
    """The hub when the time is up; who opened it or who reviews it at any time; nobody else."""
    return publisher in {HUB, opener, *reviewers(standing, bundle, opener)}
