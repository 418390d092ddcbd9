"""What a partner is told: the permitted part of one update, and nothing that was withheld."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from schemas.identifiers import AgencyId

STRUCTURE = ("message_id", "kind", "bundle", "record")
"""The elements that every disclosure has beside its told fields; none says anything of the person."""

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

    def elements(self) -> list[tuple[str, JsonValue]]:
        """Names and values in the order in which the feed record commits to them."""
        structure: list[tuple[str, JsonValue]] = [
            ("message_id", str(self.message_id)),
            ("kind", self.kind),
            ("bundle", self.bundle),
            ("record", str(self.record)),
        ]
        return [*structure, *self.told.items()]
