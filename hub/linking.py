"""Linking: which numbers are a person's besides those that the programme put on record (D12, D27).

A link that does not count yet, or no longer, places nothing: a number that rests on it alone contradicts the record.
"""

from collections.abc import Iterable

from hub.facts import Facts
from hub.placing import PersonIdentity
from schemas.updates import Update

Number = tuple[str, str]
"""An identifier: its type and its value."""


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
