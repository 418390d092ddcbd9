"""Which people of a story are one by the links that were made, and what counts for each: the slow and obvious way."""

from collections.abc import Mapping
from datetime import datetime

from hub import linking
from hub import standing as standing_rules
from hub.belonging import confirmers
from hub.facts import Facts
from hub.standing import Standing
from property.happenings import BUNDLE
from property.taken import BORN
from support.partnership import who

Everybody = Mapping[int, Facts]


def standing_of(facts: Everybody, person: int, now: datetime) -> Standing:
    """What counts for a person, with whoever is the same one."""
    if not any(each.links for each in facts.values()):
        return _alone(facts, person, now)
    sure, perhaps = (_one_with(facts, person, now, sure=sure) for sure in (True, False))
    merged = linking.together(facts[person], [facts[each] for each in sure], [facts[each] for each in perhaps])
    unit, *others = (_alone(facts, each, now).backers.units for each in (person, *sure))
    units = unit.with_joined(others)
    dates = [born for each in (person, *perhaps) if (born := BORN[each])]
    return standing_rules.standing(merged, BUNDLE, max(dates) if BORN[person] else None, now, units=units)


def ever_one_with(facts: Everybody, person: int) -> list[int]:
    """Everybody else whom any link, standing or not, has ever led to or from."""
    found = {person}
    while more := {
        b for a in found for b in facts if b not in found and (_points(facts, a, b) or _points(facts, b, a))
    }:
        found |= more
    return sorted(found - {person})


def _alone(facts: Everybody, person: int, now: datetime) -> Standing:
    return standing_rules.standing(facts[person], BUNDLE, BORN[person], now)


def _one_with(facts: Everybody, person: int, now: datetime, *, sure: bool) -> list[int]:
    """By however many steps."""

    def linked(a: int, b: int) -> bool:
        links = [key for key in _points(facts, a, b) if key not in facts[a].withdrawn | facts[a].unlinked]
        return any(not sure or _counts(facts, key, a, b, now) for key in links)

    found = {person}
    while more := {b for a in found for b in facts if b not in found and (linked(a, b) or linked(b, a))}:
        found |= more
    return sorted(found - {person})


def _points(facts: Everybody, a: int, b: int) -> list[str]:
    """The links in one record that name a number of another."""
    numbers = who(b + 1)["identifiers"].items()
    return [key for key, claim in facts[a].links.items() if a != b and claim.identifiers.items() & numbers]


def _counts(facts: Everybody, link: str, a: int, b: int, now: datetime) -> bool:
    """Whether in both cases somebody stands behind it who may (D12)."""
    publisher = facts[a].links[link].publisher
    behind = {publisher, *confirmers(facts[a], link)}
    return all(behind & _alone(facts, each, now).backers.of(facts[a], link, publisher) for each in (a, b))
