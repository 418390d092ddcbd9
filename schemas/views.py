"""What a partner's case view and its alerts are made of: told fields, with where they came from and how they stand."""

from collections.abc import Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from schemas.vocabulary import Certainty


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(_Form):
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
    told: Mapping[str, JsonValue]

    def names(self) -> frozenset[str]:
        """The fields that it was made of, as they were told."""
        headings = ("source", "author_role", "recorded_as", "occurred_at")
        return frozenset({*self.told, *(name for name in headings if getattr(self, name) is not None)})

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


class Alert(_Form):
    """Something that a partner should act on, or knowingly not."""

    alert_id: UUID
    """The message that raised it."""
    record: UUID
    seq: int
    about: Literal["arrest", "custody_outcome", "release", "release_plan", "missed_appointment"]
    headline: str
    """One sentence made of told fields only."""
    advice: str | None = None
    """What not to do on this alone (D2)."""
    certainty: Certainty | None = None
    person: str | None = None
    told: Mapping[str, JsonValue]
    acknowledged: bool = False
