"""The programme itself: who is on it, which agencies work the case, how risk stands."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.identifiers import AgencyId, Identifiers
from schemas.programme_vocabulary import TransferReason
from schemas.updates.base import Day, Line, Update, Words
from schemas.vocabulary import Band, Enforcement, Involvement, Pathway


class CohortDecided(Update):
    """A named person put somebody on the programme, in this cohort (D21); the IOM unit leads the case."""

    KIND: ClassVar[str] = "programme.cohort.decided"

    identifiers: Identifiers
    person: Line
    date_of_birth: Day | None = None
    cohort: Line
    statutory: bool
    decided_by: Line
    reason: Words | None = None


class AgencyInvolved(Update):
    """An agency works the case on these pathways; it counts once confirmed by another agency (D12)."""

    KIND: ClassVar[str] = "programme.agency.involved"

    agency: AgencyId
    role: Involvement
    pathways: tuple[Pathway, ...] = ()
    worker: Line | None = None

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agency that is involved; the end of an involvement is told to nobody (D15)."""
        return frozenset({self.agency}) if self.role is not Involvement.NONE else frozenset()


class AgencyWithdrew(Update):
    """An agency no longer works the case: nothing further reaches it, and nobody is told so but the IOM unit (D15)."""

    KIND: ClassVar[str] = "programme.agency.withdrew"

    agency: AgencyId
    reason: Words | None = None


class CaseTransferred(Update):
    """Another agency takes over what one did in the case: a new provider, or another area (requirements IX12, GV6).

    The old one is told nothing more, from this update on; the new one works the case if the home unit or the case lead
    says so, and otherwise once one of these has confirmed it (D12). From one IOM unit to another the home unit alone
    hands a case over; whoever works in the area that is left hears no more either.
    """

    KIND: ClassVar[str] = "programme.case.transferred"

    from_agency: AgencyId
    to_agency: AgencyId
    role: Involvement
    pathways: tuple[Pathway, ...] = ()
    worker: Line | None = None
    reason: TransferReason
    decided_by: Line

    @model_validator(mode="after")
    def _to_another(self) -> "CaseTransferred":
        """Nobody takes over from itself, and whoever takes over works the case."""
        if self.from_agency == self.to_agency:
            raise PydanticCustomError("same_agency", "needs another agency that takes the case over")
        if self.role is Involvement.NONE:
            raise PydanticCustomError("no_role", "needs a role in which the case is taken over")
        return self

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agency that takes over; the end of an involvement is told to nobody (D15)."""
        return frozenset({self.to_agency})


class RiskReassessed(Update):
    """A new score in the method it names; a score change is not a re-offence (D21)."""

    KIND: ClassVar[str] = "programme.risk.reassessed"
    STATE: ClassVar[str | None] = "risk"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WANTED})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"method", "score", "band", "wanted", "reason"})

    method: Line
    score: Annotated[int, Field(ge=0, le=64)]
    band: Band
    in_prison: bool
    deselected: bool
    wanted: bool
    reason: Words | None = None

    @model_validator(mode="after")
    def _prison_is_its_own_state(self) -> "RiskReassessed":
        """A score of 0 stands for prison (requirement SR10), and custody is scored 0."""
        if self.in_prison and self.score:
            raise PydanticCustomError("prison_score", "is scored 0 while in prison")
        return self
