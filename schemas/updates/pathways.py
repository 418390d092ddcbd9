"""The pathways: what somebody needs, which help starts and ends, and how each pathway stands.

One form for each noun. Each pathway has a module with a short class for each of its kinds, so that a policy decides on
each by itself.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from schemas.pathway_vocabulary import Direction, NeedLevel, PathwayStatus, SupportEnd
from schemas.updates.base import Day, Line, Update

Notch = Annotated[int, Field(ge=-10, le=10)]
"""Where somebody stands, from minus ten to ten, as the worker and the person see it together."""


class NeedAssessed(Update):
    """What somebody needs on a pathway, and whether anything there is meets it (requirement CV11)."""

    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"assessed_on", "need", "level", "gap"})

    assessed_on: Day
    need: Line
    level: NeedLevel
    gap: bool = False
    """Whether nothing that would meet it is to be had."""


class SupportStarted(Update):
    """Help on a pathway began."""

    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"started_on", "support", "place", "next_review"})

    started_on: Day
    support: Line
    place: Line | None = None
    next_review: Day | None = None


class SupportEnded(Update):
    """Help on a pathway ended: how long it lasted, why it ended, and what comes after (requirement CV16)."""

    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"reason", "exit_plan"})
    DERIVED: ClassVar[tuple[str, ...]] = ("days_stayed",)

    started_on: Day
    ended_on: Day
    reason: SupportEnd
    exit_plan: Line | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "SupportEnded":
        if self.ended_on < self.started_on:
            raise PydanticCustomError("ends_first", "cannot end before it started")
        return self

    def derived(self) -> Mapping[str, JsonValue]:
        """The days from the first to the last, so that nobody counts them."""
        return {"days_stayed": (self.ended_on - self.started_on).days}


class StatusChanged(Update):
    """How a pathway stands, which way things go, and on what that rests.

    From minus ten to minus three is progress that no status shows (requirement CV13). Where somebody stood before, the
    update before says, so nobody says it twice.
    """

    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"direction", "evidence", "stands_at"})

    status: PathwayStatus
    direction: Direction
    evidence: Line
    stands_at: Notch | None = None
