"""What a partner's case view and its alerts are made of: told fields, with where they came from and how they stand."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from schemas.vocabulary import Certainty

HEADINGS = ("source", "author_role", "recorded_as", "occurred_at")
"""The told fields that stand beside a fact, and not in it."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Told(_Form):
    """Told fields, and what became of them since (D15)."""

    told: Mapping[str, JsonValue]
    corrected: Mapping[str, str | None] = {}
    """The fields that were put right, and when that was said; None where the partner was not told when."""
    locked: tuple[str, ...] = ()
    """The fields that rested on a consent that has ended: kept, and to be used no more."""

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

    def names(self) -> frozenset[str]:
        """The fields that it was made of, as they were told."""
        return frozenset({*self.told, *(name for name in HEADINGS if getattr(self, name) is not None)})

    def age_on(self, today: date) -> int | None:
        """Whole days since it happened; None where the partner was not told when."""
        return (today - date.fromisoformat(self.occurred_at[:10])).days if self.occurred_at else None


class AgedFact(Fact):
    """A fact as it is read: how old it is stands beside it."""

    age_days: int | None


class CaseView(_Form):
    """Everything this partner's view holds of one person."""

    record: UUID
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
    acknowledged: bool = False
