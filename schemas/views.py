"""What a partner's case view and its alerts are made of: told fields, with where they came from and how they stand."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from schemas.vocabulary import Certainty

HEADINGS = ("source", "author_role", "recorded_as", "occurred_at")
"""The told fields that stand beside a fact, and not in it."""


_DAY = len("2026-01-31")


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Told(_Form):
    """Told fields, and what became of them since (D15)."""

    told: Mapping[str, JsonValue]
    corrected: Mapping[str, str | None] = {}
    """The fields that were put right, and when that was said; None where the partner was not told when."""
    locked: tuple[str, ...] = ()
    """The fields that rested on a consent that has ended: kept, and to be used no more."""
    over: tuple[UUID, ...] = ()
    """The messages by which a state is over. What it told is kept and shown to nobody: each may be taken back (D3)."""

    @property
    def free(self) -> Mapping[str, JsonValue]:
        """What may be used of it: all that is not locked."""
        return {name: value for name, value in self.told.items() if name not in self.locked}

    @property
    def closed(self) -> bool:
        """Whether all that was told is locked."""
        return bool(self.locked) and all(name in self.locked for name in self.told)

    def put_right(self, right: Mapping[str, JsonValue], at: str | None) -> Self:
        """With what is right in place of what was wrong; null leaves nothing in its place."""
        told = {name: value for name, value in self.told.items() if name not in right}
        told |= {name: value for name, value in right.items() if value is not None}
        return self.model_copy(update={"told": told, "corrected": {**self.corrected, **dict.fromkeys(right, at)}})

    def lock(self, names: Iterable[str]) -> Self:
        """With these fields locked as well."""
        return self.model_copy(update={"locked": tuple(sorted({*self.locked, *names}))})

    def end(self, by: Iterable[UUID]) -> Self:
        """Over by these messages as well."""
        return self.model_copy(update={"over": tuple(sorted({*self.over, *by}))})

    def resume(self, ending: UUID) -> Self:
        """No longer over by this message, which was taken back."""
        return self.model_copy(update={"over": tuple(each for each in self.over if each != ending)})


class Fact(_Told):
    """One fact of one person, as this partner was told it (requirement CV10: source, author, age, quality)."""

    fact: str
    """What it is a fact about: `custody`, `risk`, or one event by its message."""
    kind: str
    record: UUID
    message_id: UUID
    seq: int
    """Where in the partner's feed it stands."""
    source: str | None = None
    author_role: str | None = None
    recorded_as: str | None = None
    occurred_at: str | None = None
    """A time, or only a day where the partner is told no more; its age is counted from here."""
    certainty: Certainty | None = None
    confirmed_on: str | None = None
    """The day on which somebody said last that it still stands: its owner, or a second agency (D12)."""

    @property
    def stands(self) -> bool:
        """Whether nobody has taken it back, it is not over, and it may be used."""
        return self.certainty is not Certainty.WITHDRAWN and not self.closed and not self.over

    @property
    def stood_on(self) -> str | None:
        """The day on which it happened, or was last said to stand still; None where the partner was not told when."""
        happened = self.occurred_at[:_DAY] if self.occurred_at else None
        return max(filter(None, (happened, self.confirmed_on)), default=None)

    def confirm(self, at: str | None) -> Self:
        """Said to stand still; in whatever order that is heard, the last day counts."""
        days = [day for day in (self.confirmed_on, at and at[:_DAY]) if day]
        return self.model_copy(update={"confirmed_on": max(days, default=None)})

    def names(self) -> frozenset[str]:
        """The fields that it was made of, as they were told."""
        return frozenset({*self.told, *(name for name in HEADINGS if getattr(self, name) is not None)})

    def age_on(self, today: date) -> int | None:
        """Whole days since it happened; None where the partner was not told when."""
        return (today - date.fromisoformat(self.occurred_at[:_DAY])).days if self.occurred_at else None


class PastAge(_Form):
    """That a fact is older than local practice lets it grow unasked, and which pack says so."""

    days: int
    """How many days after it was last confirmed it is to be asked for again."""
    pack: str
    version: int


class AgedFact(Fact):
    """A fact as it is read: how old it is stands beside it, and when it was last confirmed (requirement IX14)."""

    over: tuple[UUID, ...] = Field(default=(), exclude=True)
    """Of what is read, nothing is over."""
    age_days: int | None
    last_confirmed: str | None
    past_age: PastAge | None = None


class Prompt(_Form):
    """The question whether something still stands, to whoever said so; that it does, or what does instead, ends it."""

    prompt_id: UUID
    """The same for as long as the same is asked."""
    record: UUID
    message_id: UUID
    """What it is about: the partner's own update, as it stands on its feed."""
    fact: str
    kind: str
    question: str
    last_confirmed: str
    past_age: PastAge


class OnProgramme(_Form):
    """Somebody's place on the programme, as far as this partner was told (requirement CV8)."""

    cohort: str | None = None
    since: str | None = None
    """When that was decided, or when somebody left."""
    statutory: bool | None = None
    age_group: Literal["youth", "adult"] | None = None
    left: bool = False


class Supervised(_Form):
    """How closely somebody is supervised, as far as this partner was told."""

    contact: str | None = None
    weekly_contacts: int | None = None
    since: str | None = None
    licence_ends_on: str | None = None
    breach: Literal["open", "concluded"] | None = None
    next_appointment: str | None = None
    """The next time at which the person is busy, with whomever (D9)."""


class CaseView(_Form):
    """Everything this partner's view holds of one person, and how things stand in a few words at its head."""

    record: UUID
    programme: OnProgramme
    supervision: Supervised
    facts: tuple[AgedFact, ...]


class Alert(_Told):
    """Something that a partner should act on, or knowingly not."""

    alert_id: UUID
    """The message that raised it."""
    record: UUID
    seq: int
    kind: str
    """Of the update that raised it."""
    about: Literal[
        "arrest",
        "custody_outcome",
        "release",
        "release_plan",
        "missed_appointment",
        "recall_of_disclosure",
        "tenancy_at_risk",
        "homelessness_referral",
        "placement_over",
        "dose",
        "treatment_ended",
        "contact_level",
        "breach",
        "breach_outcome",
        "staff_risk",
        "recall",
        "wanted_marker",
        "death",
        "hearing",
        "court_outcome",
        "review",
        "transfer",
        "deselection",
        "target",
        "outcome",
        "unanswered",
    ]
    headline: str
    """One sentence made of told fields only."""
    advice: str | None = None
    """What not to do on this alone (D2)."""
    certainty: Certainty | None = None
    person: str | None = None
    followed_by: tuple[UUID, ...] = ()
    """The alerts that said later what became of an arrest."""
    resumed: tuple[UUID, ...] = ()
    """The messages by which it was over until they were taken back: whoever had seen it is to see it anew."""
    acknowledged: bool = False
