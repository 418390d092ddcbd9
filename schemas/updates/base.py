"""What every update has: whom it is about, who says so, and how it may be handled."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import UnionType
from typing import Annotated, ClassVar, Union, get_args, get_origin, get_type_hints

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from schemas.identifiers import AgencyId, Identifiers, RecordRef, UpdateRef
from schemas.vocabulary import Enforcement, Handling, RecordedAs

Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"


def _written(rule: str, form: str, read: Callable[[str], date]) -> BeforeValidator:
    """Text of this form and no other: "0" would be read as the first day of 1970."""

    def parse(said: object) -> object:
        if not isinstance(said, str):
            return said
        try:
            found = read(said) if re.fullmatch(form, said) else None
        except ValueError:  # the form is right, but no calendar has such a day
            found = None
        if found is None:
            raise PydanticCustomError(rule, "is not written as the rule says")
        return found

    return BeforeValidator(parse)


Day = Annotated[date, _written("day", _DAY, date.fromisoformat)]
Moment = Annotated[AwareDatetime, _written("moment", _DAY + _TIME, datetime.fromisoformat)]

ENVELOPE_FIELDS = ("source", "occurred_at")
"""Told fields that come from the envelope rather than the data; a policy lists them like any other."""


def _either(said: object) -> tuple[object, ...]:
    """The alternatives of a type."""
    return get_args(said) if get_origin(said) in (Union, UnionType) else (said,)


def _freely(said: object) -> bool:
    """Whether a value of this type may hold, however deep, what people write as they like."""
    return said in (Words, JsonValue) or any(map(_freely, get_args(said)))


_FORMS: tuple[tuple[object, tuple[str, ...]], ...] = (
    (Line, ("text",)),
    (Words, ("text",)),
    (Day, ("date",)),
    (Moment, ("date", "time")),
)
_ENVELOPE_FORMS: Mapping[str, tuple[object, ...]] = {"source": (Line,), "occurred_at": (Moment,)}


class Update(BaseModel):
    """One thing that happened. Frozen and closed: a field the schema does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    KIND: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    """Which version of its kind this is: the end of the envelope's type."""
    EARLIER: ClassVar["type[Update] | None"] = None
    """The version before this one, as its publishers may go on sending it; `lifted` reads it."""
    REFERS_TO: ClassVar[str | None] = None
    """The field that names an earlier update, if this kind is about one."""
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset()
    """The kinds that the earlier update may be of; empty when any will do."""
    BY_OTHERS: ClassVar[bool] = False
    """Whether others than its publisher may say what became of the earlier update."""
    DERIVED: ClassVar[tuple[str, ...]] = ()
    """Told fields that follow from the others, so that nobody types them twice."""
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset()
    """The fields that a correction may change. What facts rest on is withdrawn and said anew instead (D15)."""
    STATE: ClassVar[str | None] = None
    """What this says the present state of: of one state the latest is shown, and told to who comes later (D14)."""
    ENDS: ClassVar[frozenset[str]] = frozenset()
    """The states of other kinds that are over once this has happened: nobody is sought who is there, or dead (D3)."""
    FINAL: ClassVar[bool] = False
    """Whether it can be neither taken back nor recalled: what was put right wrongly is put right once more."""

    BY_HUB: ClassVar[bool] = False
    """Whether the hub itself publishes it, once a time is over: without a policy for it that would be lost."""
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset()
    """What it can set in motion against the person; a kind that feeds any of these has no support agency as a
    publisher (D7)."""

    record: RecordRef | None = None
    identifiers: Identifiers | None = None
    person: Line | None = None
    date_of_birth: Day | None = None
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
    def lifted(cls, earlier: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """What data of the version before says in the words of this one; whoever names an `EARLIER` says how."""
        return earlier

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """Every field a policy must decide on, in order; `record` is an id of the hub's own, not a field."""
        own = tuple(name for name in cls.model_fields if name != "record")
        return (*ENVELOPE_FIELDS, *own, *cls.DERIVED)

    @classmethod
    def written_freely(cls) -> frozenset[str]:
        """The fields in which people write what they like."""
        return frozenset(name for name, said in cls._said().items() if any(map(_freely, said)))

    @classmethod
    def forms_of(cls, name: str) -> frozenset[str]:
        """What sort of value a field holds, as masks know it: text, a date, a time (which has a date), or none."""
        said = _ENVELOPE_FORMS.get(name) or cls._said().get(name, ())
        return frozenset(form for kind, forms in _FORMS for form in forms if kind in said)

    @classmethod
    def _said(cls) -> dict[str, tuple[object, ...]]:
        """For each field of the data, the types that its value may be of."""
        hints = get_type_hints(cls, include_extras=True)
        return {name: _either(hints[name]) for name in cls.model_fields}

    def refers_to(self) -> UpdateRef | None:
        """The earlier update that this one is about, as its publisher knows it."""
        return getattr(self, self.REFERS_TO) if self.REFERS_TO else None

    def derived(self) -> Mapping[str, JsonValue]:
        """The values of `DERIVED`."""
        return {}

    def last_day(self) -> date | None:
        """The last day on which it says something of the present; none where it has no end."""
        return None

    def names_agencies(self) -> frozenset[AgencyId]:
        """The agencies that this update is about, beside the person (the policy word `named`)."""
        return frozenset()

    def content(self) -> dict[str, JsonValue]:
        """Every field with a value, as JSON; what is absent was not said."""
        told = self.model_dump(mode="json", exclude_none=True, exclude={"record"})
        return {**told, **self.derived()}
