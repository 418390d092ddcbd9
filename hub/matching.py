"""Matching: each feed record with the one ledger entry that says it was told, at once or later, and since dropped."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.chains import FeedRecord
from hub.ports import KeptRecord


@dataclass
class _Told:
    """What the ledger says of one feed record: in which entry, and whether its elements were dropped since."""

    number: int
    dropped: bool = False


class Matching:
    """What the ledger says was told, taken out as the feeds are found to hold it."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told: dict[tuple[str, str], dict[str, _Told]] = {}
        """For each recipient and update the records by their roots."""
        self._otherwise = Counter[tuple[str, str]]()
        """How many records of an update a feed has that are not as the ledger has them: they are named already."""

    def remember(self, record: dict[str, Any], number: int) -> None:
        """What an entry says was told, then or later, and what was dropped of all that had been told by then."""
        told = [(agency, record["update"], said["root"]) for agency, said in record.get("disclosed", {}).items()]
        later = [(said["agency"], said["update"], said["root"]) for said in record.get("retold", ())]
        for agency, update, root in told + later:
            self._told.setdefault((agency, update), {})[root] = _Told(number)
        for agency, update, *roots in record.get("dropped", ()):
            of_update = self._told.get((agency, update), {})
            for root in roots or of_update:
                if root in of_update:
                    of_update[root].dropped = True

    def problems(self, kept: KeptRecord, record: FeedRecord) -> Iterator[str]:
        """Everything in which a feed record is not as the ledger says."""
        pair = kept.recipient, str(kept.key)
        told = self._told.get(pair, {}).pop(record.header.root.hex(), None)
        if told is None:
            self._otherwise[pair] += 1
            yield "the ledger has no such disclosure"
        elif kept.entry != told.number:
            yield "it names another ledger entry"
        dropped = told is not None and told.dropped
        if len(record.elements) != (0 if dropped else len(record.commitments)):
            yield "the ledger does not say that elements were dropped" if not dropped else "it was to be dropped"

    def missing(self) -> Iterator[str]:
        """Everything that the ledger says was told and no feed holds."""
        for (recipient, update), roots in self._told.items():
            if len(roots) > self._otherwise[recipient, update]:
                yield f"update {update}: the ledger says {recipient} was told, its feed does not"
