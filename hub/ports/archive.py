"""The archive: what was said, decided and told, for those who ask why. Reading changes nothing and delays nobody."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from hub.ports.rows import Entered, UpdateKey, Waits
from schemas.identifiers import AgencyId


class Archive(Protocol):
    """One snapshot of the store, whatever is written meanwhile."""

    def size(self) -> int:
        """How many entries the ledger has."""

    def first_since(self, moment: datetime) -> int:
        """The number of the first entry of this moment or later; the size where there is none."""

    def entries(self, first: int, until: int) -> Iterator[Entered]:
        """The entries from number `first` up to but not with `until`, in order."""

    def about(self, record_id: UUID) -> Iterator[Entered]:
        """Every entry that speaks of one person, in order. Takes as long as the ledger is large."""

    def content_of(self, key: UpdateKey) -> bytes | None:
        """The content of a stored update."""

    def entry_of(self, key: UpdateKey) -> Entered | None:
        """The ledger's entry of a kept update."""

    def waiting(self) -> list[Waits]:
        """Every update that is held, in the order in which they came."""

    def records_by_identifier(self, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        """The person records that these blind-indexed identifiers lead to."""

    def people(self) -> Iterator[tuple[UUID, bytes]]:
        """Every person record with its identity, as canonical JSON. Takes as long as there are people."""

    def record_of(self, key: UpdateKey) -> UUID | None:
        """The person record of a placed update."""

    def identity_of(self, record_id: UUID) -> bytes:
        """Who a person record is of, as canonical JSON. Raises `LookupError`."""

    def update_by_message(self, recipient: AgencyId, message_id: UUID) -> UpdateKey | None:
        """The update that `recipient` was told as `message_id`."""

    def held(self, recipient: AgencyId, message_id: UUID) -> frozenset[str]:
        """The names of the elements that `recipient` still holds of a message; what was dropped is not among them."""
