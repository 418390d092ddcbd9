"""What the words of a rule say of one agency and one update in the model."""

from collections.abc import Collection

from hub.facts import Facts
from hub.standing import Standing
from hub.weighing import agencies_named
from property.oracle import Said
from property.taken import Taken, reviewers
from schemas.updates.reviews import ReviewConcluded, ReviewMoved
from schemas.updates.trust import AccessClosed, AccessOpened, ConcernEnded, FactConfirmed, RestrictionLifted
from schemas.vocabulary import Involvement


def words(standing: Standing, agency: str, taken: Taken, named: Collection[str], word: str) -> Said:
    """The words as one agency meets them; an emergency speaks only where the `word` is asked for."""
    claim = standing.involvement.get(agency)
    mine = agency in named and agency != taken.received.key.publisher
    speaks_of_the_place = taken.received.kind.startswith("programme.person.") and "scored" not in taken.received.kind
    cohort = (standing.left if speaks_of_the_place else None) or standing.cohort
    return Said(
        involvement=(claim.role if claim else Involvement.NONE,),
        pathway=claim.pathways if claim else (),
        consent=standing.consents.get(agency, ()),
        handling=(taken.received.update.handling,),
        age=None if standing.age == "unknown" else (standing.age,),
        named=("self",) if mine else (),
        pending=standing.pending.get(agency, ()),
        cohort=(cohort.cohort,) if cohort else None,
        standing=("statutory" if cohort.statutory else "non_statutory",) if cohort else None,
        restriction=[each.restriction for each in standing.restrictions.values() if agency not in each.open_to],
        safeguarding=("open",) if agency in standing.safeguarding else (),
        access=("open",) if word == "access" and agency in standing.access else (),
    )


def named_in(taken: Taken, standing: Standing, facts: Facts) -> Collection[str]:
    """The agencies that an update is about."""
    update, target = taken.received.update, taken.target
    match update:
        case FactConfirmed() | ConcernEnded() | ReviewMoved() | ReviewConcluded():
            return agencies_named(facts, str(target))
        case RestrictionLifted():
            closed = facts.restrictions.get(str(target))
            return closed.open_to if closed else ()
        case AccessOpened():
            return reviewers(standing, taken.received.key.publisher)
        case AccessClosed() if target:
            return reviewers(standing, target.publisher) | {target.publisher}
    return update.names_agencies()
