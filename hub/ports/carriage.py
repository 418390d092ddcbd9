"""In and out by a carrier that is not the truth: a source brings updates, a channel carries feed records."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from schemas.identifiers import AgencyId


class Coordinates(NamedTuple):
    """Where a record lies at its source: all that is known of one that cannot be decoded."""

    topic: str
    partition: int
    offset: int


class Brought(NamedTuple):
    """One record as a source brought it. Nothing in it is trusted, and nobody knows who wrote it."""

    place: Coordinates
    value: bytes
    headers: Mapping[str, bytes]


class Source(Protocol):
    """Updates from outside. Order is kept within a partition; what was not taken is brought again."""

    def bring(self, limit: int, seconds: float) -> list[Brought]:
        """Up to `limit` records, waiting up to `seconds` for the first. Raises `TryLater` while it is out of reach."""

    def taken(self, brought: Sequence[Brought]) -> None:
        """These, and all before them in their partitions, are durable at the hub: they need not come again.

        A crash before it repeats them, and the hub knows them again. A partition that was lost meanwhile is left
        alone.
        """

    def again(self) -> None:
        """Go back to the first record that was not taken: the next `bring` begins there, in every partition."""

    def close(self) -> None:
        """Leave in good order."""


class Carried(NamedTuple):
    """One feed record on its way out: its sequence in the feed, and the bytes that only the recipient can read."""

    seq: int
    content: bytes


class Channel(Protocol):
    """Carries one partner's records outwards, at least once and in order: a repeat is known by its sequence."""

    def carry(self, recipient: AgencyId, records: Sequence[Carried]) -> None:
        """Returns once every one of them is acknowledged. Raises `TryLater` at the first that is not; then nothing
        after it counts as carried, and the caller begins again with it.
        """

    def close(self) -> None:
        """Release everything."""
