"""Reviews: called, moved and concluded, with what each partner brings to them and the targets that are minuted.

A review works without a meeting (requirement RV2), and none is dropped in silence: it is moved, with a reason (RV5).
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.identifiers import AgencyId, UpdateRef
from schemas.programme_vocabulary import Achieved, MoveReason, ReviewDecision, ReviewForm, ReviewProposal
from schemas.updates.base import Day, Line, Moment, Update, Words
from schemas.vocabulary import Pathway


class ReviewCalled(Update):
    """A review is due, with the partners that are invited to it and to no more than that (requirements RV1, RV7)."""

    KIND: ClassVar[str] = "programme.review.called"

    invited: Annotated[tuple[AgencyId, ...], Field(min_length=1)]
    held_at: Moment
    form: ReviewForm
    contributions_by: Day
    cycle: Line | None = None
    """How often the case is reviewed, in local words: monthly, every six weeks (requirement RV4)."""
    called_by: Line

    def names_agencies(self) -> frozenset[AgencyId]:
        """The partners that are invited."""
        return frozenset(self.invited)

    def last_day(self) -> date | None:
        """A review is over with its day."""
        return self.held_at.date()


class ReviewMoved(Update):
    """A review takes place at another time; whoever was invited hears so, and why (requirement RV5)."""

    KIND: ClassVar[str] = "programme.review.moved"
    REFERS_TO: ClassVar[str | None] = "review"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ReviewCalled.KIND})

    review: UpdateRef
    held_at: Moment
    contributions_by: Day | None = None
    reason: MoveReason
    moved_by: Line


class ReviewConcluded(Update):
    """What a named person decided after a review. It proposes to end a stay, and never ends one by itself (D21)."""

    KIND: ClassVar[str] = "programme.review.concluded"
    REFERS_TO: ClassVar[str | None] = "review"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ReviewCalled.KIND})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"decision", "summary", "next_review_on"})

    review: UpdateRef
    decision: ReviewDecision
    decided_by: Line
    summary: Words | None = None
    next_review_on: Day | None = None


class ContributionMade(Update):
    """What one partner brings to a review, for itself and in its own words; it decides nothing (requirement IX13)."""

    KIND: ClassVar[str] = "programme.contribution.made"
    REFERS_TO: ClassVar[str | None] = "review"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({ReviewCalled.KIND})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"proposes", "contribution", "attends"})

    review: UpdateRef
    contributed_by: Line
    attends: bool | None = None
    proposes: ReviewProposal | None = None
    contribution: Words


class TargetSet(Update):
    """A target that one partner answers for, to be looked at again at the next review (requirement RV3)."""

    KIND: ClassVar[str] = "programme.target.set"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"target", "due_on"})

    owner: AgencyId
    target: Line
    pathway: Pathway
    due_on: Day
    set_by: Line

    def names_agencies(self) -> frozenset[AgencyId]:
        """The partner that answers for it."""
        return frozenset({self.owner})


class TargetMet(Update):
    """How far a target was met, when somebody looked at it again (requirement RV3)."""

    KIND: ClassVar[str] = "programme.target.met"
    REFERS_TO: ClassVar[str | None] = "target"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({TargetSet.KIND})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"achieved", "note"})

    target: UpdateRef
    achieved: Achieved
    checked_on: Day
    checked_by: Line
    note: Words | None = None
