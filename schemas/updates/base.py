"""What every update has: whom it is about, who says so, and how it may be handled."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.identifiers import AgencyId, Identifiers, RecordRef, UpdateRef
from schemas.vocabulary import Handling, RecordedAs

Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]

ENVELOPE_FIELDS = ("source", "occurred_at")
"""Told fields that come from the envelope rather than the data; a policy lists them like any other."""


class Update(BaseModel):
    """One thing that happened. Frozen and closed: a field the schema does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    KIND: ClassVar[str] = ""
    REFERS_TO: ClassVar[str | None] = None
    """The field that names an earlier update, if this kind is about one."""
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset()
    """The kinds that the earlier update may be of; empty when any will do."""
    DERIVED: ClassVar[tuple[str, ...]] = ()
    """Told fields that follow from the others, so that nobody types them twice."""

    record: RecordRef | None = None
    identifiers: Identifiers | None = None
    person: Line | None = None
    date_of_birth: date | None = None
    author_role: Line
    recorded_as: RecordedAs = RecordedAs.FACT
    handling: Handling = Handling.NORMAL

    @model_validator(mode="after")
    def _about_somebody(self) -> "Update":
        named = self.record or self.identifiers or (self.person and self.date_of_birth)
        if not named and not self.refers_to():
            raise PydanticCustomError("nobody", "needs a record, an identifier, or a name with a date of birth")
        return self

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """Every field a policy must decide on, in order; `record` is an id of the hub's own, not a field."""
        own = tuple(name for name in cls.model_fields if name != "record")
        return (*ENVELOPE_FIELDS, *own, *cls.DERIVED)

    def refers_to(self) -> UpdateRef | None:
        """The earlier update that this one is about, as its publisher knows it."""
        return getattr(self, self.REFERS_TO) if self.REFERS_TO else None

    def derived(self) -> Mapping[str, JsonValue]:
        """The values of `DERIVED`."""
        return {}

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that this update is about, beside the person (the policy word `named`)."""
        return frozenset()

    def content(self) -> dict[str, JsonValue]:
        """Every field with a value, as JSON; what is absent was not said."""
        told = self.model_dump(mode="json", exclude_none=True, exclude={"record"})
        return {**told, **self.derived()}
