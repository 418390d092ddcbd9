"""Selection: who is proposed for the programme, how they score, whether they are ready, who leaves it and comes back.

A score or a category proposes; a named person decides, and may decide otherwise (D21).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from schemas.programme_vocabulary import CountsAs, Deselection, Proposal, Readiness
from schemas.updates.base import Day, Line, Update, Words

_Points = Annotated[int, Field(ge=0, le=1000)]


class PersonReferred(Update):
    """Somebody is proposed for the programme (requirement SR5). It puts nobody on it: a decision on a cohort does.

    Of somebody whom the hub does not know it is held for those who may place it.
    """

    KIND: ClassVar[str] = "programme.person.referred"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"six_offences_in_a_year", "reason"})

    referred_by: Line
    six_offences_in_a_year: bool | None = None
    """The national definition (requirement SR26): six recordable offences within twelve months."""
    reason: Words | None = None


class PersonScored(Update):
    """Somebody was scored for acceptance, by the method and version it names, with the thresholds of that method.

    What the score proposes follows from the thresholds (requirements SR1 to SR3); without them it proposes nothing.
    """

    KIND: ClassVar[str] = "programme.person.scored"
    STATE: ClassVar[str | None] = "score"
    DERIVED: ClassVar[tuple[str, ...]] = ("proposes",)

    method: Line
    method_version: Line
    items: Annotated[dict[Line, _Points], Field(min_length=1, max_length=40)]
    total: _Points
    accept_from: _Points | None = None
    target_from: _Points | None = None
    scored_by: Line

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> "PersonScored":
        """Both or none, the target band below acceptance."""
        given = [each for each in (self.target_from, self.accept_from) if each is not None]
        if len(given) == 1 or given != sorted(given):
            raise PydanticCustomError("thresholds", "needs both thresholds, the target band below acceptance")
        return self

    def derived(self) -> Mapping[str, JsonValue]:
        """What the score proposes to whoever decides."""
        if self.accept_from is None or self.target_from is None:
            return {}
        bands = {Proposal.ACCEPT: self.accept_from, Proposal.TARGET: self.target_from, Proposal.MONITOR_OR_REJECT: 0}
        return {"proposes": next(each.value for each, start in bands.items() if self.total >= start)}


class ReadinessAssessed(Update):
    """How ready somebody is to benefit from the programme, in one of four categories (requirements SR18, SR19)."""

    KIND: ClassVar[str] = "programme.readiness.assessed"
    STATE: ClassVar[str | None] = "readiness"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"category", "reason"})

    category: Readiness
    assessed_by: Line
    reason: Words | None = None


class PersonDeselected(Update):
    """A named person decided that somebody leaves the programme, and why (D21).

    From then on nothing of the case is told on the ordinary grounds, to anybody. Who works with the person anyway goes
    on doing so: a statutory case stays with probation (requirement SR27).
    """

    KIND: ClassVar[str] = "programme.person.deselected"
    DERIVED: ClassVar[tuple[str, ...]] = ("counts_as",)

    reason: Deselection
    decided_by: Line
    consulted: bool
    """Whether the partners were asked before (requirement SR28)."""
    person_told_on: Day | None = None
    """When the person was told so, and how to contest it."""
    note: Words | None = None

    def derived(self) -> Mapping[str, JsonValue]:
        """Good progress is a success; every other reason says nothing of success or failure (D21)."""
        success = self.reason is Deselection.GOOD_PROGRESS
        return {"counts_as": (CountsAs.SUCCESS if success else CountsAs.NEUTRAL).value}


class PersonRereferred(Update):
    """Circumstances changed, so somebody is proposed again (requirement SR4). As a referral, it decides nothing."""

    KIND: ClassVar[str] = "programme.person.rereferred"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"changed", "reason"})

    referred_by: Line
    changed: Line
    reason: Words | None = None
