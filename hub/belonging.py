"""Belonging: to which IOM unit a case belongs, and whose word lets a claim count that widens (D12).

The home unit is the one that first put the person on the programme; from there each home unit may hand the case to
another. No other unit's word counts for more than any agency's, so nobody lets itself into the cases of another area.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from access_policies.compiling import Bundle
from hub.claims import CohortClaim, DeselectionClaim, InvolvementClaim, TransferClaim
from hub.facts import Facts
from schemas.identifiers import AgencyId
from schemas.vocabulary import Involvement

_BEFORE = datetime.min.replace(tzinfo=UTC)
"""When a word was heard that is older than the hub's note of it."""


@dataclass(frozen=True)
class Belonging:
    """To which unit a case belongs."""

    home: frozenset[AgencyId]
    """The home unit. Where there is none, or it has left the register, every unit: somebody must answer."""
    left: Mapping[AgencyId, datetime] = field(default_factory=dict)
    """The units that it belonged to before, and until when; by the hub's clock."""
    ended: tuple[tuple[str, InvolvementClaim], ...] = ()
    """What ended with the transfer to another area, for the agencies of the one that the person left."""
    between: frozenset[str] = frozenset()
    """Transfers from one unit to another: the home unit alone says them."""

    def with_joined(self, others: Iterable["Belonging"]) -> "Belonging":
        """That of several records of one case, which all have this home."""
        left, ended, between = dict(self.left), list(self.ended), self.between
        for each in others:
            left = {unit: max(left.get(unit, until), until) for unit, until in (left | dict(each.left)).items()}
            ended += each.ended
            between |= each.between
        return Belonging(self.home, left, tuple(ended), between)


@dataclass(frozen=True)
class Backers:
    """Whose word lets a claim count that widens: the home unit's, and that of those whom it let lead the case."""

    units: Belonging
    leads: frozenset[AgencyId] = frozenset()

    @cached_property
    def all(self) -> frozenset[AgencyId]:
        """Those who may say so now."""
        return self.units.home | self.leads

    def of(self, facts: Facts, key: str, publisher: AgencyId, *, ever: bool = False) -> frozenset[AgencyId]:
        """Those who may back this claim: those of now, and a unit that spoke of it while the case was its own; `ever`,
        though it took its word back. On the programme, and into another area, the home unit alone brings somebody.
        """
        units = self.units
        now = units.home if key in facts.cohorts or key in units.between else self.all
        return now | self._of_then(facts, key, publisher, ever=ever) if units.left else now

    def _of_then(self, facts: Facts, key: str, publisher: AgencyId, *, ever: bool) -> frozenset[AgencyId]:
        words = {key: publisher, **facts.confirmations.get(key, {})}
        mine = ((by, unit) for by, unit in words.items() if unit in self.units.left)
        meant = (each for each in mine if ever or each[0] not in facts.withdrawn)
        return frozenset(unit for by, unit in meant if facts.heard.get(by, _BEFORE) <= self.units.left[unit])


class _Handover(NamedTuple):
    """A transfer that the unit which had the case stands behind, and when the hub knew it."""

    heard: datetime
    at: datetime
    key: str
    claim: TransferClaim


def belonging(facts: Facts, bundle: Bundle) -> Belonging:
    """To which unit a case belongs, by the words that the hub has, in whatever order they came.

    Whose case it was first, and until when, goes by the hub's own clock: who could choose the date could let itself in.
    """
    units = bundle.agencies_of_kind("iom_unit")
    if len(units) == 1 or not facts.cohorts:
        return Belonging(units)
    first = min(facts.cohorts, key=lambda key: (facts.heard.get(key, _BEFORE), facts.cohorts[key].at, key))
    home, made = facts.cohorts[first].publisher, list[_Handover]()
    if facts.transfers:
        home, made = _followed(home, sorted(_handovers(facts, bundle)))
    left = {each.claim.from_agency: each.heard for each in made}
    between = (k for k, claim in facts.transfers.items() if {claim.from_agency, claim.to_agency} <= units)
    return Belonging(frozenset({home}) & units or units, left, tuple(_ended(facts, bundle, made)), frozenset(between))


def _handovers(facts: Facts, bundle: Bundle) -> Iterator[_Handover]:
    """Every transfer to a unit with the word of whom it was taken from. To take that back moves nothing back: whoever
    has the case now hands it over.
    """
    for key, claim in facts.transfers.items():
        said = [by for by, agency in _words(facts, key, claim).items() if agency == claim.from_agency]
        if said and _may_be_unit(bundle, claim.to_agency):
            heard = max(facts.heard.get(key, _BEFORE), min(facts.heard.get(by, _BEFORE) for by in said))
            yield _Handover(heard, claim.at, key, claim)


def _words(facts: Facts, key: str, claim: TransferClaim) -> dict[str, AgencyId]:
    return {key: claim.publisher, **facts.confirmations.get(key, {})}


def _may_be_unit(bundle: Bundle, agency: AgencyId) -> bool:
    """One that has left the register may have been."""
    partner = bundle.policies.partners.get(agency)
    return partner is None or partner.kind == "iom_unit"


def _followed(home: AgencyId, said: list[_Handover]) -> tuple[AgencyId, list[_Handover]]:
    """From the first home unit to the last, one handover after the other; what was not its own to hand over waits."""
    since, waiting, made = _BEFORE, list[_Handover](), list[_Handover]()
    for each in said:
        waiting.append(each)
        while due := [w for w in waiting if w.claim.from_agency == home and w.at >= since]:
            made.append(min(due, key=lambda handover: (handover.at, handover.key)))
            waiting.remove(made[-1])
            home, since = made[-1].claim.to_agency, made[-1].at
    return home, made


def _ended(facts: Facts, bundle: Bundle, made: list[_Handover]) -> Iterator[tuple[str, InvolvementClaim]]:
    """The agencies of an area work no more with who has left it, until the new home unit says so."""
    claims = [*facts.involvement.values(), *(transfer.begins() for transfer in facts.transfers.values())]
    for each in made:
        area, unit = area_of(bundle, each.claim.from_agency), each.claim.from_agency
        if area and area != area_of(bundle, each.claim.to_agency):
            for agency in {claim.agency for claim in claims if area_of(bundle, claim.agency) == area}:
                yield each.key, InvolvementClaim(at=each.at, publisher=unit, agency=agency, role=Involvement.NONE)


def area_of(bundle: Bundle, agency: AgencyId) -> str | None:
    """The area in which an agency works; None where it works in all."""
    partner = bundle.policies.partners.get(agency)
    return partner.area if partner else None


def ended_by(units: Belonging, facts: Facts, subject: str) -> list[InvolvementClaim]:
    """What this transfer ended: the part of the one that handed over, and of the others of an area that was left."""
    transfer = facts.transfers.get(subject)
    rest = [claim for key, claim in units.ended if key == subject]
    return [transfer.ends(), *rest] if transfer else []


def decided(facts: Facts, unit: Backers) -> tuple[CohortClaim | None, CohortClaim | None, str | None]:
    """The cohort that the person is in, the one that the person left, and by which update: by the latest decision, if
    it stands; what it superseded stays so. At equal times the narrower one wins, which is to leave.
    """
    latest, end = _last_decided(facts, facts.cohorts, unit), _last_decided(facts, facts.deselections, unit)
    stands = latest and latest not in facts.withdrawn and _counts(facts, latest, facts.cohorts[latest], unit)
    cohort = facts.cohorts[latest] if latest and stands else None
    if end and (latest is None or facts.deselections[end].at >= facts.cohorts[latest].at):
        return None, None if end in facts.withdrawn else cohort, end
    return cohort, None, None


def _last_decided(facts: Facts, decisions: Mapping[str, CohortClaim | DeselectionClaim], unit: Backers) -> str | None:
    mine = (key for key, claim in decisions.items() if _counts(facts, key, claim, unit, ever=True))
    return max(mine, key=lambda key: (decisions[key].at, key), default=None)


def _counts(
    facts: Facts, key: str, claim: CohortClaim | DeselectionClaim, unit: Backers, *, ever: bool = False
) -> bool:
    """Whether the unit that had the case decided so, or has confirmed it."""
    behind = ever_confirmed(facts, key) if ever else confirmers(facts, key)
    return not unit.of(facts, key, claim.publisher, ever=ever).isdisjoint({claim.publisher, *behind})


def ever_confirmed(facts: Facts, key: str) -> set[AgencyId]:
    """The agencies that confirmed a claim, though they took that back."""
    return set(facts.confirmations.get(key, {}).values())


def confirmers(facts: Facts, key: str) -> set[AgencyId]:
    """The agencies that confirmed a claim, and did not take that back."""
    confirmations = facts.confirmations.get(key, {})
    return {agency for by, agency in confirmations.items() if by not in facts.withdrawn}
