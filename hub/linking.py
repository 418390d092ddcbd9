"""Linking: which numbers are a person's besides those that the programme put on record, and which records are one
person's (D12, D27). A case is a set of records: to link and to unlink moves nothing.

A link counts by the word or the confirmation of the IOM unit or the case lead, until somebody undoes it. One that does
not count places nothing: a number that rests on it alone contradicts the record. It joins two records for what it
shuts, at once, and for what it opens once it counts in both cases (D12).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from hub.belonging import Backers, confirmers
from hub.facts import Facts
from hub.placing import PersonIdentity
from schemas.updates import Update
from schemas.updates.linking import IdentityUnlinked
from schemas.updates.trust import UpdateWithdrawn

Number = tuple[str, str]
"""An identifier: its type and its value."""
UNDOING = (IdentityUnlinked, UpdateWithdrawn)
"""The kinds that may undo a link."""
_OPENS = ("involvement", "consents", "cohorts", "concerns", "transfers", "deselections")
_SHUTS = ("restrictions", "liftings", "confirmations", "heard")
_ENDS = ("ended", "withdrawn")


@dataclass(frozen=True)
class Record:
    """One record of what may be a case of several, and who may back a claim in it."""

    record_id: UUID
    identity: PersonIdentity
    facts: Facts
    backers: Backers


def standing_links(facts: Facts) -> frozenset[str]:
    """The links that nobody has undone."""
    return frozenset(facts.links) - facts.withdrawn - facts.unlinked


def counting(facts: Facts, *backers: Backers) -> frozenset[str]:
    """The links that count: in each case somebody stands behind it who may."""
    return frozenset(link for link in standing_links(facts) if all(_may(facts, link, each) for each in backers))


def _may(facts: Facts, link: str, backers: Backers) -> bool:
    publisher = facts.links[link].publisher
    return not backers.of(facts, link, publisher).isdisjoint({publisher, *confirmers(facts, link)})


def claimed(facts: Facts, links: Iterable[str]) -> frozenset[Number]:
    """The numbers that these links bring."""
    return frozenset(number for link in links for number in facts.links[link].identifiers.items())


def numbers(identity: PersonIdentity, facts: Facts, links: Iterable[str]) -> frozenset[Number]:
    """Every number of the person: on record, and by the links that count."""
    return frozenset(identity.identifiers.items()) | claimed(facts, links)


def doubtful(identity: PersonIdentity, facts: Facts, links: Iterable[str]) -> frozenset[Number]:
    """The numbers that are the person's by links that do not count, and by nothing else."""
    return claimed(facts, facts.links) - numbers(identity, facts, links)


def contradicts(identity: PersonIdentity, facts: Facts, links: frozenset[str], update: Update) -> bool:
    """Whether the update's name, birth date or a number cannot be this person's."""
    given = frozenset(update.identifiers.pairs() if update.identifiers else ())
    in_doubt = given & doubtful(identity, facts, links)
    return bool(in_doubt) or identity.contradicts(update, claimed(facts, links))


def joined(start: Record, others: Collection[Record], *, sure: bool) -> list[Record]:
    """Those of the others that are of one case with the first, by however many steps; `sure` where each step counts,
    and the records have one home: neither of two units lets the other into its record (D12).
    """
    found, edge = list[Record](), [start]
    while edge:
        here = edge.pop()
        near = [o for o in others if o not in found and (_links(here, o, sure=sure) or _links(o, here, sure=sure))]
        found += near
        edge += near
    return found


def _links(here: Record, there: Record, *, sure: bool) -> bool:
    if sure and here.backers.units.home != there.backers.units.home:
        return False
    links = counting(here.facts, here.backers, there.backers) if sure else standing_links(here.facts)
    return not claimed(here.facts, links).isdisjoint(there.identity.identifiers.items())


def together(own: Facts, sure: Iterable[Facts], perhaps: Iterable[Facts]) -> Facts:
    """The facts on which a decision rests: those of the record, what opens and what shuts in those that are `sure` to
    be of one case, and what shuts in those that are it `perhaps`. An emergency stays with the record it was opened for.
    """
    opening, shutting = [own, *sure], [own, *sure, *perhaps]
    said: dict[str, Any] = {name: _merged(opening, name) for name in _OPENS}
    said |= {name: _merged(shutting, name) for name in _SHUTS}
    said |= {name: set().union(*(getattr(each, name) for each in shutting)) for name in _ENDS}
    dates = [each.ended_before for each in opening if each.ended_before]
    return own.model_copy(update=said | {"ended_before": max(dates, default=None)})


def _merged(facts: Iterable[Facts], name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in facts:
        claims: Mapping[str, Any] = getattr(each, name)
        merged |= claims
    return merged


def born(own: PersonIdentity, others: Iterable[PersonIdentity]) -> date | None:
    """The birth date by which the person is youngest: whoever may be under 18 counts so (D18)."""
    dates = [each.date_of_birth for each in others if each.date_of_birth]
    return max([own.date_of_birth, *dates]) if own.date_of_birth else None
