"""Parting: what a channel holds of a partner can part from its feed, as when a store is restored and has lost its end.

Nothing in the store says so. But a sealed record names its place in clear, and the feed has that record or not.
"""

from hub.chains import Header, Tampered
from hub.ports import Feed
from hub.wrapping import header_of
from schemas.identifiers import AgencyId


class Parted(Exception):
    """What lies last on a partner's channel is not on its feed: the feed has lost its end, or somebody else writes
    there. Nothing is carried to that partner while it is so.
    """


def hold_against(feed: Feed, agency: AgencyId, last: bytes | None) -> None:
    """Hold a feed against what was carried of it last: it may have more, never less, and not another record of the same
    number. Raises `Parted`. The channel is asked first: what another process carries meanwhile is on the feed by now.
    """
    if last is None:
        return
    try:
        said = header_of(last)
    except Tampered:
        raise Parted from None
    if not _has(feed, agency, said):
        raise Parted


def _has(feed: Feed, agency: AgencyId, said: Header) -> bool:
    head, _ = feed.head(agency)
    held = feed.read(agency, said.seq - 1, 1) if said.seq <= head else []
    return [record.header for record in held] == [said]
