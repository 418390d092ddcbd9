"""Standing: what counts of the claims about one person: who works the case, what was consented to, how old they are.

A claim that widens its publisher's own access waits until the IOM unit or the case lead confirmed it (D12).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from access_policies.compiling import Bundle
from access_policies.words import OPEN, UNKNOWN, Situation
from hub.belonging import Backers, Belonging, belonging, confirmers, decided, ever_confirmed
from hub.claims import (
    CohortClaim,
    ConsentClaim,
    InvolvementClaim,
    LiftingClaim,
    RestrictionClaim,
)
from hub.facts import Facts, consent_ended
from schemas.identifiers import AgencyId
from schemas.vocabulary import Involvement

ADULT_AT = 18
_BREADTH = {level: rank for rank, level in enumerate(Involvement)}


@dataclass(frozen=True)
class Standing:
    """What counts for one person now: who works the case how, what they consented to, how old they are."""

    involvement: dict[AgencyId, InvolvementClaim]
    pending: dict[AgencyId, frozenset[str]]
    """The roles that are claimed for an agency and wait for a second agency (D12)."""
    consents: dict[AgencyId, frozenset[str]]
    age: str
    cohort: CohortClaim | None
    left: CohortClaim | None
    """The cohort that the person was in before being de-selected; None for whoever is on the programme."""
    gone: str | None
    """The update by which the person left the programme."""
    backers: Backers
    """The home unit and the case leads, whose word lets a claim count that widens (D12)."""
    restrictions: Mapping[str, RestrictionClaim]
    """Those that stand, each by the update that set it."""
    restricted_by: frozenset[str]
    """The updates that set one, whether or not it was lifted."""
    safeguarding: frozenset[AgencyId]
    """The agencies that a concern which is still open was disclosed to."""
    access: dict[AgencyId, str]
    """The agencies that have broken the glass, and whose time has not run out; by which update, the last (D13)."""
    agreements: frozenset[str]
    """The agreements in force (D16)."""

    @property
    def home(self) -> frozenset[AgencyId]:
        """The unit to which the case belongs; every unit where there is none."""
        return self.backers.units.home

    def engaged(self) -> frozenset[AgencyId]:
        """The agencies that are active in the case or lead it."""
        close = (Involvement.ACTIVE, Involvement.LEAD)
        return frozenset(agency for agency, claim in self.involvement.items() if claim.role in close)

    def works(self, agency: AgencyId) -> bool:
        """Whether the agency's involvement is confirmed, however slight."""
        claim = self.involvement.get(agency)
        return claim is not None and claim.role is not Involvement.NONE


def standing(
    facts: Facts,
    bundle: Bundle,
    born: date | None,
    now: datetime,
    continued: frozenset[str] = frozenset(),
    units: Belonging | None = None,
) -> Standing:
    """Work out what counts. A claim that widens its publisher's own access waits for confirmation (D12).

    `continued` are agreements that expired and were continued (D16); `units` says to whom the case belongs, where other
    facts than these do.
    """
    policies, today = bundle.policies, now.date()
    unit = Backers(units or belonging(facts, bundle))
    by_unit = _involved(facts, unit, unit)
    leads = frozenset(agency for agency, claim in by_unit.items() if claim.role is Involvement.LEAD)
    backers = Backers(unit.units, leads)
    involved = _involved(facts, backers, Backers(unit.units, leads | (_ever_led(facts, unit) - unit.units.left.keys())))
    restrictions = dict(_restrictions(facts, backers))
    # nobody looks where nobody reviews (D13)
    watched = all(unit.units.home.intersection(each.open_to) for each in restrictions.values())
    cohort, left, gone = decided(facts, unit)
    return Standing(
        involvement=involved,
        pending=_pending(facts, involved),
        consents=_consented(facts, backers, today),
        age=age_on(born, today),
        cohort=cohort,
        left=left,
        gone=gone,
        backers=backers,
        restrictions=restrictions,
        restricted_by=frozenset(facts.restrictions),
        safeguarding=_concerned(facts, now),
        access=_with_access(facts, now - timedelta(hours=policies.vocabulary.access_hours)) if watched else {},
        agreements=frozenset(policies.agreements) - lapsed(bundle, today, continued),
    )


def lapsed(bundle: Bundle, today: date, continued: frozenset[str]) -> frozenset[str]:
    """The agreements that have expired and were not continued (D16)."""
    agreements = bundle.policies.agreements.items()
    return frozenset(name for name, each in agreements if each.expires < today) - continued


def _pending(facts: Facts, involved: Mapping[AgencyId, InvolvementClaim]) -> dict[AgencyId, frozenset[str]]:
    """Claims that do not count, and were neither taken back nor overtaken by what does."""
    found: dict[AgencyId, set[str]] = {}
    for key, claim in _claims_of_involvement(facts):
        now = involved.get(claim.agency)
        overtaken = now is not None and now.at >= claim.at
        if claim.role is not Involvement.NONE and key not in facts.withdrawn and not overtaken:
            found.setdefault(claim.agency, set()).add(claim.role.value)
    return {agency: frozenset(roles) for agency, roles in found.items()}


def _restrictions(facts: Facts, backers: Backers) -> Iterator[tuple[str, RestrictionClaim]]:
    """Those that were neither lifted by somebody who may, nor taken back by who set them; who closed the case to itself
    opens it to itself neither way (D12).
    """
    lifted = {claim.restriction for key, claim in facts.liftings.items() if _lifts(facts, key, claim, backers)}
    for key, claim in facts.restrictions.items():
        taken_back = key in facts.withdrawn and claim.publisher in claim.open_to
        if key not in lifted and not taken_back:
            yield key, claim


def _lifts(facts: Facts, key: str, claim: LiftingClaim, backers: Backers) -> bool:
    """By who set it, or the IOM unit or the case lead; else once one of these confirms it. Never by a word that only
    agencies stand behind to which the case would open (D12).
    """
    restriction = facts.restrictions.get(claim.restriction)
    if restriction is None or key in facts.withdrawn:
        return False
    may = backers.of(facts, key, claim.publisher) | {restriction.publisher}
    behind = {claim.publisher, *confirmers(facts, key)} & may
    return len(behind) > 1 or bool(behind & set(restriction.open_to))


def _concerned(facts: Facts, now: datetime) -> frozenset[AgencyId]:
    """Nobody is let in by a concern that it disclosed itself (D12)."""
    still = (c for key, c in facts.concerns.items() if key not in facts.withdrawn and now < c.until)
    return frozenset(agency for claim in still for agency in claim.recipients if agency != claim.publisher)


def _with_access(facts: Facts, since: datetime) -> dict[AgencyId, str]:
    shut = facts.closed | facts.withdrawn
    opened = [(c.since, key, c.publisher) for key, c in facts.accesses.items() if key not in shut and c.since > since]
    return {publisher: key for _, key, publisher in sorted(opened)}


def _ever_led(facts: Facts, unit: Backers) -> frozenset[AgencyId]:
    """Every agency that the home unit ever let lead: what it once superseded stays superseded."""
    claims = ((key, claim) for key, claim in _all_involvement(facts, unit) if claim.role is Involvement.LEAD)
    return frozenset(claim.agency for key, claim in claims if _backed(facts, key, claim, unit, ever=True))


def _involved(facts: Facts, backers: Backers, ever_backers: Backers) -> dict[AgencyId, InvolvementClaim]:
    """For each agency its latest claim, if that stands.

    What was superseded stays so: taking a later word back re-opens no earlier claim, or an agency could widen its
    own access by withdrawing the end of its involvement (D12). Whoever is still involved is claimed anew.
    """
    latest: dict[AgencyId, tuple[_Order, str, InvolvementClaim]] = {}
    for key, claim in _all_involvement(facts, backers):
        place = (_involvement_order(key, claim), key, claim)
        if _backed(facts, key, claim, ever_backers, ever=True):
            latest[claim.agency] = max(place, latest.get(claim.agency, place), key=lambda each: each[0])
    return {
        agency: claim
        for agency, (_, key, claim) in latest.items()
        if key not in facts.withdrawn and _backed(facts, key, claim, backers)
    }


def _claims_of_involvement(facts: Facts) -> Iterator[tuple[str, InvolvementClaim]]:
    """What is claimed of one agency, and of two at once where one takes over from the other."""
    yield from facts.involvement.items()
    for key, transfer in facts.transfers.items():
        yield key, transfer.ends()
        yield key, transfer.begins()


def _all_involvement(facts: Facts, backers: Backers) -> Iterator[tuple[str, InvolvementClaim]]:
    """Who decided the cohort leads the case; the others are involved as claimed, until the person leaves their area."""
    yield from _claims_of_involvement(facts)
    yield from backers.units.ended
    for key, cohort in facts.cohorts.items():
        yield (
            key,
            InvolvementClaim(at=cohort.at, publisher=cohort.publisher, agency=cohort.publisher, role=Involvement.LEAD),
        )


_Order = tuple[datetime, int, int, str]


def _involvement_order(key: str, claim: InvolvementClaim) -> _Order:
    """Later wins; at equal times the narrower claim, then the update's id (decision 5)."""
    return claim.at, -_BREADTH[claim.role], -len(claim.pathways), key


def _backed(facts: Facts, key: str, claim: InvolvementClaim, backers: Backers, *, ever: bool = False) -> bool:
    """Two agencies stand behind it, and of those it does not benefit one is the home unit or leads the case.

    The home unit's decision on a cohort stands by itself, and so does the end of an involvement, by the agency or by
    those who could confirm it: ending widens nobody's access. Where one agency takes over from another, the word of one
    who could confirm it is enough, so that the case is with nobody for no moment.
    """
    may = backers.of(facts, key, claim.publisher, ever=ever)
    behind = {claim.publisher, *(ever_confirmed(facts, key) if ever else confirmers(facts, key))}
    ends = claim.role is Involvement.NONE and not behind.isdisjoint({claim.agency, *may})
    taken_over = key in facts.transfers and claim.publisher in may - {claim.agency}
    stands = (key in facts.cohorts and claim.publisher in may) or ends or taken_over
    return stands or (len(behind) > 1 and bool((behind - {claim.agency}) & may))


def _consented(facts: Facts, backers: Backers, today: date) -> dict[AgencyId, frozenset[str]]:
    found: dict[AgencyId, set[str]] = {}
    for key, consent in facts.consents.items():
        if not _lasts(facts, key, consent, today):
            continue
        for recipient in consent.recipients:
            own = consent.publisher == recipient
            if not own or (confirmers(facts, key) - {recipient}) & backers.of(facts, key, recipient):
                found.setdefault(recipient, set()).update(_agreed(consent))
    return {agency: frozenset(purposes) for agency, purposes in found.items()}


def _agreed(consent: ConsentClaim) -> Iterable[str]:
    """Each purpose, or each within its scope where the person limited it."""
    if not consent.scope:
        return consent.purposes
    return (f"{purpose}/{scope}" for purpose in consent.purposes for scope in consent.scope)


def _lasts(facts: Facts, key: str, consent: ConsentClaim, today: date) -> bool:
    expired = consent.expires_on is not None and consent.expires_on < today
    return not (expired or consent_ended(facts, key))


def age_on(born: date | None, today: date) -> str:
    """Adult or youth; unknown when the date of birth is."""
    if born is None:
        return UNKNOWN
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    years = today.year - born.year - (not had_birthday)
    return "adult" if years >= ADULT_AT else "youth"


def situations(standing_now: Standing, bundle: Bundle) -> dict[AgencyId, Situation]:
    """What every partner's words say of this person, before the update itself is looked at."""
    return {
        agency: _situation(standing_now, bundle, agency)
        for agency, partner in bundle.policies.partners.items()
        if not partner.suspended
    }


def _situation(standing_now: Standing, bundle: Bundle, agency: AgencyId) -> Situation:
    claim, cohort = standing_now.involvement.get(agency), standing_now.cohort
    cohorts = bundle.policies.vocabulary.cohorts
    words: dict[str, Any] = {
        "involvement": claim.role.value if claim else Involvement.NONE.value,
        "pending": tuple(standing_now.pending.get(agency, ())),
        "pathway": tuple(claim.pathways) if claim else (),
        "consent": tuple(sorted(standing_now.consents.get(agency, ()))),
        "age": standing_now.age,
        "standing": STANDING[cohort.statutory] if cohort else UNKNOWN,
        "cohort": cohort.cohort if cohort and cohort.cohort in cohorts else UNKNOWN,  # a new one has no rule yet (D20)
        "restriction": tuple(r.restriction for r in standing_now.restrictions.values() if agency not in r.open_to),
        "safeguarding": OPEN if agency in standing_now.safeguarding else (),
        "access": OPEN if agency in standing_now.access else (),
        "agreement": tuple(standing_now.agreements),
    }
    return bundle.words.situation(**words)


STANDING = {True: "statutory", False: "non_statutory"}
