"""Facts: what is known of one person's case, folded from updates so that any order of arrival gives the same state.

Everything that widens access is kept as a *claim*, by the update that made it; what counts is worked out when a
decision is needed. Claims are only ever added, so the fold cannot depend on the order in which they came; where
one must win, the later `occurred_at` does, at equal times the narrower claim, then the update's id (decision 5).
"""

from datetime import UTC, date, datetime

import orjson
from pydantic import BaseModel, ConfigDict

from schemas.identifiers import AgencyId
from schemas.updates import Update
from schemas.updates.custody import Arrested, LeftPoliceCustody, Received, Released
from schemas.updates.programme import AgencyInvolved, CohortDecided
from schemas.updates.trust import ConsentGiven, ConsentWithdrawn, FactConfirmed, UpdateConfirmed, UpdateWithdrawn
from schemas.vocabulary import CustodyOutcome, Involvement

MOVEMENTS = (Arrested, LeftPoliceCustody, Received, Released)
"""The kinds that say where somebody is."""
_CUSTODY_RANK = {"free": 0, "police": 1, "prison": 2}


class _Claim(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    publisher: AgencyId


class InvolvementClaim(_Claim):
    """An agency is said to work the case."""

    agency: AgencyId
    role: Involvement
    pathways: tuple[str, ...] = ()


class ConsentClaim(_Claim):
    """The person is said to have agreed."""

    purposes: tuple[str, ...]
    recipients: tuple[AgencyId, ...]
    expires_on: date | None = None


class CohortClaim(_Claim):
    """The person was put in a cohort; the publisher leads the case."""

    cohort: str
    statutory: bool


class CustodyClaim(_Claim):
    """Where the person was said to be: free, in police custody, in prison."""

    place: str
    after_recall: bool = False


class ShownState(BaseModel):
    """The movement that a partner is shown as the person's present state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: CustodyClaim
    key: str


class Facts(BaseModel):
    """The claims about one person, each by the hub-wide key of its update."""

    model_config = ConfigDict(extra="forbid")

    involvement: dict[str, InvolvementClaim] = {}
    consents: dict[str, ConsentClaim] = {}
    cohorts: dict[str, CohortClaim] = {}
    custody: dict[str, CustodyClaim] = {}
    """The latest movement, and the movements that are not settled yet."""
    confirmations: dict[str, dict[str, AgencyId]] = {}
    """For each confirmed update, who confirmed it by which update."""
    ended: set[str] = set()
    """Consents that a withdrawal names."""
    ended_before: datetime | None = None
    withdrawn: set[str] = set()
    settled: set[str] = set()
    shown: dict[AgencyId, ShownState] = {}
    """What the partners that keep a state and no history (D1) are shown now. No fold touches this."""

    @classmethod
    def kept(cls, content: bytes) -> "Facts":
        """The facts from their JSON."""
        return cls.model_validate_json(content)

    def content(self) -> bytes:
        """Their canonical JSON: equal facts give equal bytes."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        ordered = {name: sorted(value) if isinstance(value, list) else value for name, value in plain.items()}
        return orjson.dumps(ordered, option=orjson.OPT_SORT_KEYS)


def fold(facts: Facts, key: str, publisher: AgencyId, at: datetime, update: Update, target: str | None) -> bool:
    """Take one update into the facts; `target` is the key of the update it refers to.

    Pure but for `facts` itself. Returns whether anything could have changed.
    """
    match update:
        case AgencyInvolved():
            claim = InvolvementClaim(
                at=at, publisher=publisher, agency=update.agency, role=update.role, pathways=update.pathways
            )
            facts.involvement[key] = claim
        case ConsentGiven():
            facts.consents[key] = ConsentClaim(
                at=at,
                publisher=publisher,
                purposes=update.purposes,
                recipients=update.recipients,
                expires_on=update.expires_on,
            )
        case CohortDecided():
            facts.cohorts[key] = CohortClaim(
                at=at, publisher=publisher, cohort=update.cohort, statutory=update.statutory
            )
        case Arrested() | LeftPoliceCustody() | Received() | Released():
            _move(facts, key, movement(publisher, at, update))
            if target:  # how an arrest ended settles it; nothing is left to confirm (D1)
                facts.settled.add(target)
        case FactConfirmed() if target:
            facts.confirmations.setdefault(target, {})[key] = publisher
        case ConsentWithdrawn():
            _end_consent(facts, at, target)
        case UpdateWithdrawn() if target:
            facts.withdrawn.add(target)
            facts.settled.add(target)
        case UpdateConfirmed() if target:
            facts.settled.add(target)
        case _:
            return False
    return True


def _end_consent(facts: Facts, at: datetime, target: str | None) -> None:
    """One that names its consent ends it whatever the dates; one that names none ends all up to its own date."""
    if target:
        facts.ended.add(target)
    elif facts.ended_before is None or at > facts.ended_before:
        facts.ended_before = at.astimezone(UTC)  # one instant has one written form, whoever was first


def movement(publisher: AgencyId, at: datetime, update: Update) -> CustodyClaim:
    """Where an update of `MOVEMENTS` says that the person is."""
    match update:
        case Arrested():
            place = "police"
        case Received():
            place = "prison"
        case LeftPoliceCustody(outcome=CustodyOutcome.REMANDED):
            place = "prison"
        case _:
            place = "free"
    recalled = isinstance(update, Received) and update.reason == "recall"
    return CustodyClaim(at=at, publisher=publisher, place=place, after_recall=recalled)


def _move(facts: Facts, key: str, claim: CustodyClaim) -> None:
    """Keep the movement, and no more than the last few: older ones decide nothing."""
    facts.custody[key] = claim
    if len(facts.custody) > KEPT_MOVEMENTS:
        oldest = min(facts.custody, key=lambda each: _custody_order(facts.custody[each], each))
        del facts.custody[oldest]


KEPT_MOVEMENTS = 8


def _custody_order(claim: CustodyClaim, key: str) -> tuple[datetime, int, str]:
    """Later wins; at equal times the narrower state (free), then the id."""
    return claim.at, -_CUSTODY_RANK[claim.place], key


def show(facts: Facts, agency: AgencyId, key: str, claim: CustodyClaim, ends: str | None) -> str | None:
    """Show `agency` this movement as the present state. Returns the key of the movement that is over for it:
    the one shown before, or this one when it came late. What it `ends` it follows, whatever the times.
    """
    before, now = facts.shown.get(agency), ShownState(claim=claim, key=key)
    if before and before.key != ends and _custody_order(before.claim, before.key) > _custody_order(claim, key):
        return key
    facts.shown[agency] = now
    return before.key if before else None


def hide(facts: Facts, agency: AgencyId, key: str) -> str | None:
    """Stop showing a movement that no longer stands. Returns its key if it was shown."""
    before = facts.shown.get(agency)
    if before is None or before.key != key:
        return None
    del facts.shown[agency]
    return key


def undone(facts: Facts, key: str) -> bool:
    """Whether a release was undone: a later movement says that the person is in prison, and not by recall."""
    claim = facts.custody.get(key)
    if claim is None or claim.place != "free":
        return False
    standing_ones = (c for each, c in facts.custody.items() if each not in facts.withdrawn)
    later = (c for c in standing_ones if c.at >= claim.at and c.place == "prison")
    return any(not c.after_recall for c in later)


def agencies_named(facts: Facts, key: str | None) -> frozenset[AgencyId]:
    """The agencies that the claim of this update names; the end of an involvement is told to nobody (D15)."""
    if key in facts.involvement:
        claim = facts.involvement[key]
        return frozenset({claim.agency}) if claim.role is not Involvement.NONE else frozenset()
    if key in facts.consents:
        return frozenset(facts.consents[key].recipients)
    return frozenset()
