"""Standing: what counts of the claims about one person: who works the case, what was consented to, how old they are.

A claim that widens its publisher's own access waits until the IOM unit or the case lead confirmed it (D12).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from access_policies.compiling import Bundle
from access_policies.words import UNKNOWN, Situation
from hub.facts import ConsentClaim, Facts, InvolvementClaim
from schemas.identifiers import AgencyId
from schemas.vocabulary import Involvement

ADULT_AT = 18
_BREADTH = {level: rank for rank, level in enumerate(Involvement)}


@dataclass(frozen=True)
class Standing:
    """What counts for one person now: who works the case how, what they consented to, how old they are."""

    involvement: dict[AgencyId, InvolvementClaim]
    consents: dict[AgencyId, frozenset[str]]
    age: str

    def works(self, agency: AgencyId) -> bool:
        """Whether the agency's involvement is confirmed, however slight."""
        claim = self.involvement.get(agency)
        return claim is not None and claim.role is not Involvement.NONE


def standing(facts: Facts, bundle: Bundle, born: date | None, today: date) -> Standing:
    """Work out what counts. A claim that widens its publisher's own access waits for confirmation (D12)."""
    units = bundle.agencies_of_kind("iom_unit")
    by_units = _involved(facts, units, units)
    leads = {agency for agency, claim in by_units.items() if claim.role is Involvement.LEAD}
    backers = frozenset(units | leads)
    involved = _involved(facts, backers, units | _ever_led(facts, units))
    return Standing(involved, _consented(facts, backers, today), age_on(born, today))


def _ever_led(facts: Facts, units: frozenset[AgencyId]) -> frozenset[AgencyId]:
    """Every agency that the IOM unit ever let lead: what it once superseded stays superseded."""
    claims = ((key, claim) for key, claim in _all_involvement(facts) if claim.role is Involvement.LEAD)
    return frozenset(c.agency for key, c in claims if _backed(facts, key, c, units, _ever_confirmed_by(facts, key)))


def _involved(
    facts: Facts, backers: frozenset[AgencyId], ever_backers: frozenset[AgencyId]
) -> dict[AgencyId, InvolvementClaim]:
    """For each agency its latest claim, if that stands.

    What was superseded stays so: taking a later word back re-opens no earlier claim, or an agency could widen its
    own access by withdrawing the end of its involvement (D12). Whoever is still involved is claimed anew.
    """
    latest: dict[AgencyId, tuple[_Order, str, InvolvementClaim]] = {}
    for key, claim in _all_involvement(facts):
        place = (_involvement_order(key, claim), key, claim)
        if _backed(facts, key, claim, ever_backers, _ever_confirmed_by(facts, key)):
            latest[claim.agency] = max(place, latest.get(claim.agency, place), key=lambda each: each[0])
    return {
        agency: claim
        for agency, (_, key, claim) in latest.items()
        if key not in facts.withdrawn and _backed(facts, key, claim, backers, _confirmers(facts, key))
    }


def _all_involvement(facts: Facts) -> Iterable[tuple[str, InvolvementClaim]]:
    """Who decided the cohort leads the case; the others are involved as claimed."""
    yield from facts.involvement.items()
    for key, cohort in facts.cohorts.items():
        yield (
            key,
            InvolvementClaim(at=cohort.at, publisher=cohort.publisher, agency=cohort.publisher, role=Involvement.LEAD),
        )


_Order = tuple[datetime, int, int, str]


def _involvement_order(key: str, claim: InvolvementClaim) -> _Order:
    """Later wins; at equal times the narrower claim, then the update's id (decision 5)."""
    return claim.at, -_BREADTH[claim.role], -len(claim.pathways), key


def _backed(
    facts: Facts, key: str, claim: InvolvementClaim, backers: frozenset[AgencyId], confirmers: set[AgencyId]
) -> bool:
    """Two agencies stand behind it, and of those it does not benefit one is the IOM unit or leads the case.

    The decision that put the person on the programme stands by itself, and so does the end of an involvement, by the
    agency or by those who could confirm it: ending widens nobody's access.
    """
    behind = {claim.publisher, *confirmers}
    ends = claim.role is Involvement.NONE and claim.publisher in {claim.agency, *backers}
    return key in facts.cohorts or ends or (len(behind) > 1 and bool((behind - {claim.agency}) & backers))


def _ever_confirmed_by(facts: Facts, key: str) -> set[AgencyId]:
    return set(facts.confirmations.get(key, {}).values())


def _confirmers(facts: Facts, key: str) -> set[AgencyId]:
    confirmations = facts.confirmations.get(key, {})
    return {agency for by, agency in confirmations.items() if by not in facts.withdrawn}


def _consented(facts: Facts, backers: frozenset[AgencyId], today: date) -> dict[AgencyId, frozenset[str]]:
    found: dict[AgencyId, set[str]] = {}
    for key, consent in facts.consents.items():
        if not _lasts(facts, key, consent, today):
            continue
        for recipient in consent.recipients:
            own = consent.publisher == recipient
            if not own or (_confirmers(facts, key) - {recipient}) & backers:
                found.setdefault(recipient, set()).update(consent.purposes)
    return {agency: frozenset(purposes) for agency, purposes in found.items()}


def _lasts(facts: Facts, key: str, consent: ConsentClaim, today: date) -> bool:
    ended = key in facts.ended or key in facts.withdrawn
    swept = facts.ended_before is not None and consent.at <= facts.ended_before
    expired = consent.expires_on is not None and consent.expires_on < today
    return not (ended or swept or expired)


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
    claim = standing_now.involvement.get(agency)
    words: dict[str, Any] = {
        "involvement": claim.role.value if claim else Involvement.NONE.value,
        "pathway": tuple(claim.pathways) if claim else (),
        "consent": tuple(sorted(standing_now.consents.get(agency, ()))),
        "age": standing_now.age,
    }
    return bundle.words.situation(**words)
