"""What a partner is told: the permitted part of one update, and nothing that was withheld."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import JsonValue

from schemas.identifiers import AgencyId
from schemas.updates.custody import PLANNED

STRUCTURE = ("message_id", "kind", "bundle", "record")
"""The elements that every disclosure has beside its told fields; none says anything of the person."""

ANSWERS = "hub."
"""How the kinds of answers begin: what the hub says to a publisher of what that has sent. They are about nobody."""

ON_ACCESS = "on_access"
"""The element of a disclosure that was made in an emergency only: the message by which the access was opened. No
schema has a field of this name (D13).
"""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One update as one partner is told it. Every id in it is that recipient's own."""

    recipient: AgencyId
    message_id: UUID
    kind: str
    bundle: str
    record: UUID
    told: Mapping[str, JsonValue]

    @classmethod
    def of(cls, recipient: AgencyId, values: dict[str, JsonValue]) -> "Disclosure | None":
        """From the elements of a feed record, by name; None where they were dropped."""
        if "message_id" not in values:
            return None
        told = dict(values)
        message_id, kind, bundle, record = (str(told.pop(name)) for name in STRUCTURE)
        return cls(recipient, UUID(message_id), kind, bundle, UUID(record), told)

    @property
    def is_answer(self) -> bool:
        """Whether this answers a publication of its recipient's own, and so is about nobody."""
        return self.kind.startswith(ANSWERS)

    def takes_back(self) -> bool:
        """Whether this orders its recipient to give something back: whoever gives the order keeps its own."""
        return self.told.get("source") != self.recipient

    def locks(self) -> dict[UUID, list[str]]:
        """The messages that rested on a consent which has ended, and the fields of each (D15)."""
        found: Any = self.told.get("locked", ())
        return {UUID(each["message"]): each["fields"] for each in found}

    def changes(self, locked: Collection[str] = ()) -> dict[str, JsonValue]:
        """What a release plan says instead of what it said; of what is `locked` nothing changes (D15)."""
        return {name: value for name, value in self.told.items() if name in PLANNED and name not in locked}

    def elements(self) -> list[tuple[str, JsonValue]]:
        """Names and values in the order in which the feed record commits to them."""
        structure: list[tuple[str, JsonValue]] = [
            ("message_id", str(self.message_id)),
            ("kind", self.kind),
            ("bundle", self.bundle),
            ("record", str(self.record)),
        ]
        return [*structure, *self.told.items()]
