"""In and out by a carrier that is not the truth: a source brings updates, a channel carries feed records."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from hub.ports.rows import TryLater
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


class NotCarried(TryLater):
    """A record was not acknowledged. Nothing after it was sent; those before it, `acknowledged` many, were carried."""

    def __init__(self, why: str, acknowledged: int = 0) -> None:
        """`why` names what went wrong, never a record's content."""
        super().__init__(why)
        self.acknowledged = acknowledged


class Channel(Protocol):
    """Carries one partner's records outwards, at least once and in order: a repeat is known by its sequence."""

    def carry(self, recipient: AgencyId, records: Sequence[Carried]) -> None:
        """Returns once every one of them is acknowledged. Raises `NotCarried` at the first that is not; then nothing
        after it was sent, and the caller begins again with it. One recipient's trouble is no other's.
        """

    def last(self, recipient: AgencyId) -> bytes | None:
        """The content of what lies last where this recipient reads, whoever put it there; None where nothing lies. A
        repeat counts like any other. Raises `TryLater` where that cannot be known now, within its time limit.
        """

    def check(self) -> None:
        """Returns when the channel is within reach. Raises `TryLater` when it is not, within its time limit."""

    def close(self) -> None:
        """Release everything."""


class Access(Protocol):
    """Who may read and write at a carrier."""

    def cut(self, names: Sequence[str]) -> None:
        """Returns once none of these may read or write anything, a reader that waits there already included, and nobody
        may read or write the topic of that name. Twice does no harm. Raises `TryLater`.
        """

    def close(self) -> None:
        """Release everything."""


class Positions(Protocol):
    """Up to where each partner's feed was carried, on each channel. It moves only forward, from what was read."""

    def carried(self, recipient: AgencyId, channel: str) -> int:
        """The last sequence that the channel acknowledged; 0 before the first."""

    def move(self, recipient: AgencyId, channel: str, after: int, to: int) -> bool:
        """Move from `after` to `to`; False, and nothing moves, when it stands elsewhere: somebody else carried."""
