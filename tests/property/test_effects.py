"""What each kind of update does to the facts is what the page of facts says, and nobody grants itself (D12)."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import product

import pytest

from hub.facts import Facts
from hub.listing import EFFECTS, Effect, Widens
from property.happenings import BUNDLE, NOON, POLICIES, Happening, folded
from property.shaping import may_be_about, sample, shapes
from property.widening import CONFIRMED, claim, cohort, update_of, widened
from schemas.updates import KINDS
from schemas.vocabulary import Involvement
from support.builders import a_consent
from support.partnership import EVERYONE, POLICE, PROBATION, UNIT

NOTHING = Effect(())
OWN = 500
"""What the agency then publishes is numbered from here."""


def effect(kind: str) -> Effect:
    """What the page says of a kind."""
    return EFFECTS.get(kind, NOTHING)


def publishers(kind: str) -> list[str]:
    """The agencies that may publish it."""
    return [agency for agency in EVERYONE if BUNDLE.may_publish(agency, kind)]


@cache
def histories(agency: str) -> tuple[tuple[Happening, ...], ...]:
    """Cases in which the agency is not involved, is referred, or works the case; which are open, closed by others or
    closed by itself; and in which the person agreed with somebody else, or with this agency too.
    """
    return tuple(
        _history(agency, *choice)
        for choice in product([None, Involvement.REFERRED, Involvement.ACTIVE], [None, UNIT, agency], [False, True])
    )


def _history(agency: str, role: Involvement | None, closed_by: str | None, agreed: bool) -> tuple[Happening, ...]:
    happened = [cohort(0)]
    if role:
        happened.append(claim(1, UNIT, agency, role, 0))
        happened += [Happening(2, agency, NOON, CONFIRMED, happened[1].key)]
        happened += [Happening(3, PROBATION, NOON, CONFIRMED, happened[1].key)]
    if closed_by:
        told = [each for each in (UNIT, PROBATION) if each != agency]
        closed = update_of("trust.restriction.set", **sample("trust.restriction.set") | {"open_to": told})
        happened.append(Happening(4, closed_by, NOON, closed))
    if agreed:
        happened.append(Happening(5, PROBATION, NOON, update_of("trust.consent.given", **a_consent(agency))))
    return tuple(happened)


def alone(kind: str, agency: str) -> Iterator[tuple[Facts, Happening]]:
    """Each history, and the agency's own update of this kind after it, in every shape and about every earlier one."""
    for history, update in product(histories(agency), shapes(kind, agency)):
        facts = folded(history)
        targets = [each.key for each in history if may_be_about(update, each, agency)] or [None]
        for target in targets:
            yield facts, Happening(OWN, agency, NOON + timedelta(hours=1), update, target)


def confirmed(own: Happening) -> list[Happening]:
    """The agency's update, and the words of the IOM unit and of probation for it."""
    return [own, *(Happening(OWN + n, by, own.at, CONFIRMED, own.key) for n, by in enumerate([UNIT, PROBATION], 1))]


def changes(facts: Facts, own: Happening) -> set[str]:
    """The facts that folding this changes."""
    before, after = dict(facts), dict(folded([own], facts))
    return {name for name in after if after[name] != before[name]}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_sets_the_facts_that_the_page_says(kind: str) -> None:
    """Folding a kind in every shape changes the facts that stand beside it on the page, and no others."""
    agency, changed = (publishers(kind) or [POLICE])[0], set()
    for facts, own in alone(kind, agency):
        for target in ["somebody/else", None] if own.update.REFERS_TO else [None]:
            changed |= changes(facts, Happening(OWN, agency, own.at, own.update, target))
    assert changed == set(effect(kind).facts)


@pytest.mark.duty("D12")
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("agency", EVERYONE)
def test_what_an_agency_says_of_itself_widens_nothing(kind: str, agency: str) -> None:
    """Whatever kind an agency publishes about itself, in whatever shape, it is told nothing more before somebody
    confirms it. The page names the exceptions: the IOM unit's decision, and the broken glass.
    """
    if agency not in publishers(kind) or effect(kind).widens is Widens.ALONE:
        return
    assert {cell for facts, own in alone(kind, agency) for cell in widened(agency, facts, [own])} == set()


@pytest.mark.duty("D12")
@pytest.mark.parametrize("kind", [kind for kind in sorted(KINDS) if effect(kind).widens is Widens.NO])
def test_what_widens_nothing_does_not_widen_when_confirmed(kind: str) -> None:
    """A kind of which the page says no lets no publisher know more, even with the word of others behind it."""
    for agency in publishers(kind):
        assert not any(widened(agency, facts, confirmed(own)) for facts, own in alone(kind, agency))


@pytest.mark.duty("D12")
@pytest.mark.parametrize("kind", [kind for kind in sorted(KINDS) if effect(kind).widens is Widens.CONFIRMED])
def test_what_widens_once_confirmed_does(kind: str) -> None:
    """A kind of which the page says so lets some publisher know more, once the word of others is behind it."""
    assert any(widened(a, facts, confirmed(own)) for a in publishers(kind) for facts, own in alone(kind, a))


@pytest.mark.duty("D13")
def test_broken_glass_opens_what_an_emergency_clause_lists() -> None:
    """Whoever breaks the glass is told more at once, and only fields that some emergency clause shares with it."""
    opened, openable = set(), set()
    for agency in publishers("trust.access.opened"):
        for facts, own in alone("trust.access.opened", agency):
            opened |= {(agency, cell.split(" ")[0]) for cell in widened(agency, facts, [own])}
        openable |= {(agency, cell) for cell in emergency(POLICIES.partners[agency].kind)}
    assert opened
    assert opened <= openable


def emergency(recipient: str) -> set[str]:
    """Every field that an emergency clause shares with this kind of partner."""
    return {
        f"{kind}.{name}"
        for kind, policy in POLICIES.kinds.items()
        for clause, share in policy.share.items()
        if POLICIES.clauses[clause].recipient == recipient and "access" in POLICIES.clauses[clause].when
        for name in (*share.fields, *share.masked)
    }


def test_a_decision_on_a_cohort_lets_the_unit_know() -> None:
    """The IOM unit that puts somebody on the programme leads the case, and is told of it from then on."""
    assert publishers("programme.cohort.decided") == [UNIT]
    assert widened(UNIT, Facts(), [cohort(0)])
