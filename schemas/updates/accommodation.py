"""Accommodation: what home somebody needs, who is asked for one, where they are placed, what puts a tenancy at risk.

A landlord is no agency, and has no field here: nothing is said of one, and nothing flows to one (D11).
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.identifiers import AgencyId, UpdateRef
from schemas.pathway_vocabulary import Agreed, HomeAfter, HomeBefore, HomeSupport, PlacementEnd, TenancyRisk
from schemas.updates.base import Day, Line, Update, Words

PlaceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
"""A place as its provider numbers it: the hub reads nothing from it."""
Area = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]?( [0-9])?$")]
"""A postcode's district (`ZZ1`) or sector (`ZZ1 1`)."""
Postcode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$")]


class _Listing(Update):
    def content(self) -> dict[str, JsonValue]:
        """An empty list says nothing, so it is not told."""
        return {name: value for name, value in super().content().items() if value != []}


class NeedAssessed(_Listing):
    """Where somebody lived, where they are to live, and what help they need for it (requirement RL8)."""

    KIND: ClassVar[str] = "accommodation.need.assessed"
    STATE: ClassVar[str | None] = "accommodation"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"assessed_on", "before", "after", "support", "note"})

    assessed_on: Day
    before: HomeBefore | None = None
    after: HomeAfter
    support: tuple[HomeSupport, ...] = ()
    note: Words | None = None


class ReferralMade(Update):
    """A public body told the authority that the person chose that they are, or may soon be, without a home.

    The duty to refer (Housing Act 1996, s.213B; a lawyer must confirm) asks for the person's agreement, so a referral
    cannot be written without it; that agreement is a consent to this referral, and to nothing else.
    """

    KIND: ClassVar[str] = "accommodation.referral.made"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"homeless_from", "contact"})

    authority: AgencyId
    agreed: Agreed
    agreed_on: Day
    homeless_from: Day | None = None
    contact: Line | None = None

    def names_agencies(self) -> frozenset[AgencyId]:
        """The authority that the person chose."""
        return frozenset({self.authority})


class PlacementOffered(Update):
    """A provider keeps a place for somebody, from a day on and until it lapses."""

    KIND: ClassVar[str] = "accommodation.placement.offered"
    STATE: ClassVar[str | None] = "accommodation"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"place", "from_on", "held_until", "address"})

    place: PlaceId
    from_on: Day
    held_until: Day
    address: Line | None = None

    def last_day(self) -> date | None:
        """An offer lapses."""
        return self.held_until


class PlacementStarted(Update):
    """Somebody lives at a place, as its provider says."""

    KIND: ClassVar[str] = "accommodation.placement.started"
    STATE: ClassVar[str | None] = "accommodation"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"place", "started_on", "address"})

    place: PlaceId
    started_on: Day
    address: Line | None = None


class PlacementEnded(Update):
    """Somebody no longer lives there; the reason is no evidence against them (D7)."""

    KIND: ClassVar[str] = "accommodation.placement.ended"
    STATE: ClassVar[str | None] = "accommodation"
    REFERS_TO: ClassVar[str | None] = "placement"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({PlacementStarted.KIND})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"ended_on", "reason"})

    placement: UpdateRef
    ended_on: Day
    reason: PlacementEnd


class TenancyPutAtRisk(_Listing):
    """A tenancy will be lost unless somebody acts by a day (requirement RL14)."""

    KIND: ClassVar[str] = "accommodation.tenancy.put_at_risk"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"why", "act_by", "needed"})

    why: TenancyRisk
    act_by: Day
    needed: tuple[HomeSupport, ...] = ()

    def last_day(self) -> date | None:
        """By then the tenancy is lost or saved."""
        return self.act_by


class PlacementLimited(_Listing):
    """Before this person is placed anywhere the coordinator is asked, or in these areas they are not placed at all.

    It says nothing of why, and names nobody else: not even by an id (D10, D19).
    """

    KIND: ClassVar[str] = "accommodation.placement.limited"

    ask_first: bool = False
    not_within: tuple[Area, ...] = ()
    ends_on: Annotated[Day | None, Field(description="The last day on which it holds.")] = None
    decided_by: Line

    @model_validator(mode="after")
    def _limits_something(self) -> "PlacementLimited":
        if not (self.ask_first or self.not_within):
            raise PydanticCustomError("no_limit", "says to ask first, or names areas")
        return self
