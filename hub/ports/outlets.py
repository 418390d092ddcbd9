"""A partner's feed as its own kit reads it from outside: over HTTP, or from its topic on a broker."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from hub.chains import FeedRecord


class Offered(NamedTuple):
    """A record as it came, and the hub's signed note that the feed's head was this record, if one came with it."""

    record: FeedRecord
    note: str | None = None


class Barred(Exception):
    """This agency may not read. Says who refuses; what was read before stays."""


class Forked(Exception):
    """The hub's word contradicts what it said before: two records of one number, or a note that does not fit."""


class Outlet(Protocol):
    """One partner's records from outside. What it offers is what the hub sealed or signed, each record checked
    against its own root; it may repeat, and it may leave something out.
    """

    at_end: bool
    """Whether the last offer was the last that there is for now."""

    def offer(self, after: int, seconds: float) -> Sequence[Offered]:
        """Records from about `after` on, waiting up to `seconds` for the first.

        Raises `TryLater` while it is out of reach, `Barred`, `Forked`, `UnknownKey`, or `Tampered` for what is not the
        hub's.
        """

    def back(self) -> None:
        """Begin again with the first record that there is: something was missing."""

    def close(self) -> None:
        """Release everything."""
