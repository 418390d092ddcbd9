"""Facts: what is known of one person's case, folded from updates so that any order of arrival gives the same state.

Everything that widens access is kept as a *claim*, by the update that made it; what counts is worked out when a
decision is needed. Claims are only ever added, so the fold cannot depend on the order in which they came; where
one must win, the later `occurred_at` does, at equal times the narrower claim, then the update's id (decision 5).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from hub import homing
from hub.claims import (
    LASTING,
    WORDS,
    AccessClaim,
    ChangeClaim,
    CohortClaim,
    ConcernClaim,
    ConsentClaim,
    CorrectionClaim,
    CustodyClaim,
    InvolvementClaim,
    LiftingClaim,
    LimitClaim,
    ProgrammeClaims,
    RecallClaim,
    RestrictionClaim,
    ShownState,
    StateClaim,
    claimed,
    lasting,
    movement,
    surplus,
)
from schemas.identifiers import AgencyId
from schemas.updates import Update
from schemas.updates.court import HearingConcluded
from schemas.updates.custody import (
    Arrested,
    Charged,
    Died,
    LeftPoliceCustody,
    OutcomeOfArrest,
    Received,
    ReleaseCancelled,
    ReleaseChanged,
    Released,
    WantedCleared,
)
from schemas.updates.linking import IdentityUnlinked
from schemas.updates.programme import AgencyInvolved, AgencyWithdrew, CohortDecided
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.updates.reviews import ReviewConcluded, ReviewMoved
from schemas.updates.supervision import BreachConcluded, StaffRiskLifted
from schemas.updates.trust import (
    AccessClosed,
    AccessOpened,
    AlertAcknowledged,
    ConcernDisclosed,
    ConsentGiven,
    ConsentWithdrawn,
    DisclosureRecalled,
    FactConfirmed,
    RestrictionLifted,
    RestrictionSet,
    UpdateConfirmed,
    UpdateCorrected,
    UpdateWithdrawn,
)
from schemas.vocabulary import Involvement


class Facts(ProgrammeClaims, BaseModel):
    """The claims about one person, each by the hub-wide key of its update."""

    model_config = ConfigDict(extra="forbid")

    involvement: dict[str, InvolvementClaim] = Field(default_factory=dict)
    consents: dict[str, ConsentClaim] = Field(default_factory=dict)
    cohorts: dict[str, CohortClaim] = Field(default_factory=dict)
    restrictions: dict[str, RestrictionClaim] = Field(default_factory=dict)
    liftings: dict[str, LiftingClaim] = Field(default_factory=dict)
    concerns: dict[str, ConcernClaim] = Field(default_factory=dict)
    accesses: dict[str, AccessClaim] = Field(default_factory=dict)
    closed: set[str] = Field(default_factory=set)
    """Accesses that were closed."""
    custody: dict[str, CustodyClaim] = Field(default_factory=dict)
    """The latest movements of each sort, and the releases that are not settled yet."""
    states: dict[str, StateClaim] = Field(default_factory=dict)
    """The latest release plans, cohort decisions and scores, and of each kind with a `STATE`."""
    reaffirmed: dict[str, StateClaim] = Field(default_factory=dict)
    """The latest words that an update still stands; the key of the update is the state of which they speak."""
    ends: dict[str, str] = Field(default_factory=dict)
    """For each outcome and each cancellation the update that it ended."""
    outcomes: dict[str, str] = Field(default_factory=dict)
    """For each charge and each conclusion at court the arrest that it is about."""
    changes: dict[str, ChangeClaim] = Field(default_factory=dict)
    """What plans say instead."""
    deaths: set[str] = Field(default_factory=set)
    """The updates that say that the person has died."""
    confirmations: dict[str, dict[str, AgencyId]] = Field(default_factory=dict)
    """For each confirmed update, who confirmed it by which update."""
    ended: set[str] = Field(default_factory=set)
    """Consents that a withdrawal names."""
    ended_before: datetime | None = None
    withdrawn: set[str] = Field(default_factory=set)
    settled: set[str] = Field(default_factory=set)
    corrections: dict[str, CorrectionClaim] = Field(default_factory=dict)
    recalls: dict[str, RecallClaim] = Field(default_factory=dict)
    limits: dict[str, LimitClaim] = Field(default_factory=dict)
    shown: dict[AgencyId, ShownState] = Field(default_factory=dict)
    """What the partners that keep a state and no history (D1) are shown now. No fold touches this."""
    emergencies: dict[str, dict[str, str]] = Field(default_factory=dict)
    """For each open access what was told on it: the update by the root of its feed record (D13). No fold touches it."""
    borrowed: set[str] = Field(default_factory=set)
    """Agencies, each with an update that it was told in an emergency only. No fold touches this."""
    parted: dict[AgencyId, str] = Field(default_factory=dict)
    """Partners that lost sight when records were parted, or of one by a word in another; by which update. No fold."""
    shut_by: dict[str, str] = Field(default_factory=dict)
    """Restrictions of other records that came to hold in this one; by which update. No fold touches this."""
    views_closed: set[AgencyId] = Field(default_factory=set)
    """Partners whose views were closed and who were not told anew how things stand. No fold touches this."""

    @classmethod
    def kept(cls, content: bytes) -> "Facts":
        """The facts from their JSON."""
        return cls.model_validate_json(content)

    def content(self) -> bytes:
        """Their canonical JSON: equal facts give equal bytes."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        ordered = {name: sorted(value) if isinstance(value, list) else value for name, value in plain.items()}
        return orjson.dumps(ordered, option=orjson.OPT_SORT_KEYS)


def fold(
    facts: Facts, key: str, publisher: AgencyId, at: datetime, update: Update, target: str | None, now: datetime
) -> bool:
    """Take one update into the facts; `target` is the key of the update it refers to, `now` the hub's own time.

    Pure but for `facts` itself. Returns whether anything could have changed.
    """
    by = {"at": at, "publisher": publisher}
    claimed = _claim(facts, key, by, update, target, now) or _settle(facts, key, by, update, target, now)
    if claimed and isinstance(update, WORDS) and publisher not in update.names_agencies():
        facts.heard.setdefault(key, now)
    ended = _end(facts, key, update, target)
    return _say_how_it_stands(facts, key, by, update, target) or ended or claimed


def _claim(facts: Facts, key: str, by: Mapping[str, Any], update: Update, target: str | None, now: datetime) -> bool:
    """What is said of the case: who works it, what was agreed, what closes or opens it."""
    match update:
        case AgencyInvolved(agency=agency, role=role, pathways=pathways):
            facts.involvement[key] = InvolvementClaim(**by, agency=agency, role=role, pathways=pathways)
        case AgencyWithdrew(agency=agency):
            facts.involvement[key] = InvolvementClaim(**by, agency=agency, role=Involvement.NONE)
        case ConsentGiven():
            said = {name: getattr(update, name) for name in ("purposes", "recipients", "expires_on")}
            facts.consents[key] = ConsentClaim(**by, **said, scope=update.scope or ())
        case CohortDecided(cohort=cohort, statutory=statutory):
            facts.cohorts[key] = CohortClaim(**by, cohort=cohort, statutory=statutory)
        case RestrictionSet(restriction=restriction, open_to=open_to):
            facts.restrictions[key] = RestrictionClaim(**by, restriction=restriction, open_to=open_to)
        case RestrictionLifted() if target:
            facts.liftings[key] = LiftingClaim(**by, restriction=target)
        case ConcernDisclosed(recipients=recipients, reviewer=reviewer, until=until):
            facts.concerns[key] = ConcernClaim(**by, recipients=recipients, reviewer=reviewer, until=until)
        case AccessOpened():
            facts.accesses[key] = AccessClaim(**by, since=now)
        case _ if made := claimed(by, update):
            getattr(facts, made[0])[key] = made[1]
        case _:
            return False
    return True


def _settle(facts: Facts, key: str, by: Mapping[str, Any], update: Update, target: str | None, now: datetime) -> bool:
    """What is said of earlier words, and where somebody is."""
    match update:
        case Arrested() | LeftPoliceCustody() | Received() | Released():
            facts.custody[key] = movement(by["publisher"], by["at"], update, now)
            _keep_the_latest(facts)
        case FactConfirmed() if target:
            facts.confirmations.setdefault(target, {})[key] = by["publisher"]
        case ConsentWithdrawn():
            _end_consent(facts, by["at"], target)
        case AccessClosed() if target:
            facts.closed.add(target)
        case UpdateWithdrawn() if target:
            facts.withdrawn.add(target)
            facts.settled.add(target)
            _keep_the_latest(facts)
        case UpdateConfirmed() if target:
            facts.settled.add(target)
            _keep_the_latest(facts)
        case UpdateCorrected(corrected=corrected) if target:
            facts.corrections[key] = CorrectionClaim(**by, update=target, fields=tuple(sorted(corrected)))
        case DisclosureRecalled(recipients=recipients) if target:
            facts.recalls[key] = RecallClaim(**by, update=target, recipients=recipients)
        case _:
            return False
    return True


_ENDS = (
    *(OutcomeOfArrest, ReleaseCancelled, WantedCleared),
    *(BreachConcluded, StaffRiskLifted, ReviewMoved, ReviewConcluded),
)
"""What ends an earlier update."""


def _end(facts: Facts, key: str, update: Update, target: str | None) -> bool:
    """What became of an earlier update. How an arrest ended settles it: nothing is left to confirm (D1)."""
    if target is None or not isinstance(update, _ENDS):
        return False
    if isinstance(update, OutcomeOfArrest | BreachConcluded | StaffRiskLifted):
        facts.settled.add(target)
        _keep_the_latest(facts)
    if isinstance(update, Charged | HearingConcluded):
        facts.outcomes[key] = target
    if not isinstance(update, Charged | HearingConcluded) or update.clears:
        facts.ends[key] = target
    return True


def _say_how_it_stands(facts: Facts, key: str, by: Mapping[str, Any], update: Update, target: str | None) -> bool:
    """What is current beside where somebody is."""
    match update:
        case ReleaseChanged(release_on=day) if target:
            facts.changes[key] = ChangeClaim(**by, plan=target, release_on=day)
        case UpdateReaffirmed() if target:
            facts.reaffirmed[key] = lasting(by, update).model_copy(update={"state": target})
        case _ if update.STATE or isinstance(update, LASTING):
            facts.states[key] = lasting(by, update)
            facts.deaths.update({key} if isinstance(update, Died) else ())
        case IdentityUnlinked() if target:
            facts.unlinked.add(target)
        case AlertAcknowledged() if target:
            facts.acknowledged.add(f"{by['publisher']} {target}")
        case _:
            return homing.take(facts.consents, facts.limits, key, by, update)
    _keep_the_latest(facts)
    return True


def _end_consent(facts: Facts, at: datetime, target: str | None) -> None:
    """One that names its consent ends it whatever the dates; one that names none ends all up to its own date."""
    if target:
        facts.ended.add(target)
    elif facts.ended_before is None or at > facts.ended_before:
        facts.ended_before = at.astimezone(UTC)  # one instant has one written form, whoever was first


def _keep_the_latest(facts: Facts) -> None:
    """Keep no more than the last few of each sort.

    Of each sort, so that what is withheld from somebody (another kind, another handling) takes no place from what is
    told (D29). A release stays until it is settled: whether it was undone is asked then.
    """
    for key in surplus(facts.custody):
        if facts.custody[key].kind != Released.KIND or key in facts.settled:
            del facts.custody[key]
    for claims in (facts.states, facts.reaffirmed):
        for key in surplus(claims):
            del claims[key]


def consent_ended(facts: Facts, key: str) -> bool:
    """Whether a consent was withdrawn, alone or with all up to a date, or taken back."""
    consent = facts.consents.get(key)
    swept = consent is not None and facts.ended_before is not None and consent.at <= facts.ended_before
    return key in facts.ended or key in facts.withdrawn or swept


def corrections_of(facts: Facts, target: str) -> list[str]:
    """The keys of the corrections of an update, the one that was made last at the end (decision 5)."""
    of_it = (key for key, claim in facts.corrections.items() if claim.update == target)
    return sorted(of_it, key=lambda key: (facts.corrections[key].at, key))


def recalled_from(facts: Facts, target: str, *, but: str = "") -> frozenset[AgencyId]:
    """The agencies that gave back what they were told of an update, by orders other than `but`."""
    orders = (claim for key, claim in facts.recalls.items() if claim.update == target and key != but)
    return frozenset(agency for order in orders for agency in order.recipients)


def changes_of(facts: Facts, plan: str) -> list[str]:
    """The keys of what a plan says instead, the last at the end (decision 5)."""
    of_it = (key for key, claim in facts.changes.items() if claim.plan == plan)
    return sorted(of_it, key=lambda key: (facts.changes[key].at, key))


def dead(facts: Facts) -> bool:
    """Whether the person is said to have died, and nobody has taken it back (D5)."""
    return bool(facts.deaths - facts.withdrawn)
