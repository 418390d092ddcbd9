"""Weighing: what every partner's words say of one update about one person."""

from access_policies.compiling import Bundle
from access_policies.words import Situation
from hub.cases import Case
from hub.facts import Facts
from hub.ports import UpdateKey
from hub.receiving import Received
from hub.reviewing import WORD, reviewers
from hub.standing import STANDING
from schemas.identifiers import AgencyId
from schemas.updates.reviews import ReviewConcluded, ReviewMoved
from schemas.updates.selection import PersonDeselected, PersonReferred, PersonRereferred
from schemas.updates.trust import AccessClosed, AccessOpened, ConcernEnded, FactConfirmed, RestrictionLifted
from schemas.vocabulary import Involvement

PLACE = (PersonReferred, PersonDeselected, PersonRereferred)
"""The kinds that speak of the place on the programme itself: that somebody left, and is proposed again, those hear who
were told of the person as long as it lasted. Nothing else is told of whoever left.
"""


def situations_in(
    case: Case, received: Received, named: frozenset[AgencyId], bundle: Bundle, *, emergency: bool = False
) -> dict[AgencyId, Situation]:
    """What every partner's words say, of the person and of this update, which is about those who are `named`.

    An emergency tells in a record of its own, which is dropped when it ends (D13): nothing else speaks of it.
    """
    words = bundle.words
    handling = words.situation(handling=received.update.handling.value)
    self_named = handling | words.situation(named="self")
    if isinstance(received.update, PLACE):
        handling, self_named = (each | _place_left(case, bundle) for each in (handling, self_named))
    found = {a: s | (self_named if a in named else handling) for a, s in case.situations.items()}
    if not emergency:
        for agency in case.standing.access.keys() & found.keys():
            found[agency] = words.without(found[agency], WORD)
    return found


def _place_left(case: Case, bundle: Bundle) -> Situation:
    """What the words said of the person's place on the programme before the person left it; nothing, while on it."""
    left = case.standing.left
    if left is None or left.cohort not in bundle.policies.vocabulary.cohorts:
        return Situation(0, 0)
    return bundle.words.situation(cohort=left.cohort, standing=STANDING[left.statutory])


def named_in(case: Case, received: Received, target: UpdateKey | None, bundle: Bundle) -> frozenset[AgencyId]:
    """The agencies that the update is about; a confirmation is about those of the fact it confirms, the lifting of a
    restriction about those to which the case stayed open.

    Naming itself tells a publisher nothing: its own feed must not answer who is on the programme (D12, D26).
    """
    match received.update:
        case FactConfirmed() | ConcernEnded() | ReviewMoved() | ReviewConcluded():
            named = agencies_named(case.facts, str(target))
        case RestrictionLifted():
            named = _open_to(case.facts, str(target))
        case AccessOpened():
            named = reviewers(case.standing, bundle, received.key.publisher)
        case AccessClosed() if target:
            named = reviewers(case.standing, bundle, target.publisher) | {target.publisher}
        case update:
            named = update.names_agencies()
    return named - {received.key.publisher}


def agencies_named(facts: Facts, key: str | None) -> frozenset[AgencyId]:
    """The agencies that the claim of this update names: a concern its reviewer. The end of an involvement is told to
    nobody (D15).
    """
    claim = facts.transfers[key].begins() if key in facts.transfers else facts.involvement.get(str(key))
    if claim:
        return frozenset({claim.agency}) if claim.role is not Involvement.NONE else frozenset()
    if key in facts.reviews:
        return frozenset(facts.reviews[key].invited)
    if key in facts.consents:
        return frozenset(facts.consents[key].recipients)
    if key in facts.concerns:
        return frozenset({facts.concerns[key].reviewer})
    if key in facts.liftings:
        return _open_to(facts, facts.liftings[key].restriction)
    return frozenset()


def _open_to(facts: Facts, restriction: str) -> frozenset[AgencyId]:
    """The agencies to which a restricted case stays open, and which alone hear that it is open again."""
    claim = facts.restrictions.get(restriction)
    return frozenset(claim.open_to) if claim else frozenset()
