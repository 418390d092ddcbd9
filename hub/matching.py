"""Matching: each feed record with the one ledger entry that says it was told, at once or later, and since dropped."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hub.chains import FeedRecord
from hub.disclosing import told_in
from hub.ports import KeptRecord


@dataclass
class _Told:
    """What the ledger says of one feed record: in which entry, of which fields, and what was dropped since."""

    number: int
    names: frozenset[str]
    dropped: bool = False
    lost: set[str] = field(default_factory=set)
    """The fields that were dropped, where not all were (D15)."""

    def drop(self, *what: str | list[str]) -> None:
        """All of it goes, or these fields."""
        if what and isinstance(what[0], list):
            self.lost |= self.names & set(what[0])
        else:
            self.dropped = True

    def problem(self, record: FeedRecord) -> str | None:
        """Exactly those elements are gone of which the ledger says so."""
        if self.dropped:
            return "it was to be dropped" if record.elements else None
        if not self.lost.isdisjoint(element.name for element in record.elements):
            return "elements of it were to be dropped"
        left = len(record.commitments) - len(self.lost)
        return None if len(record.elements) == left else "the ledger does not say that elements were dropped"


class Matching:
    """What the ledger says was told, taken out as the feeds are found to hold it."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told: dict[tuple[str, str], dict[str, _Told]] = {}
        """For each recipient and update the records by their roots."""
        self._otherwise = Counter[tuple[str, str]]()
        """How many records of an update a feed has that are not as the ledger has them: they are named already."""

    def remember(self, record: dict[str, Any], number: int) -> None:
        """What an entry says was told, then or later, and what was dropped of all that had been told by then: a
        message, the record of one root, or some fields of a message.
        """
        for agency, update, said in told_in(record):
            self._told.setdefault((agency, update), {})[said["root"]] = _Told(number, frozenset(said["because"]))
        for agency, update, *what in record.get("dropped", ()):
            for root, told in self._told.get((agency, update), {}).items():
                if not what or isinstance(what[0], list) or what[0] == root:
                    told.drop(*what)

    def problems(self, kept: KeptRecord, record: FeedRecord) -> Iterator[str]:
        """Everything in which a feed record is not as the ledger says."""
        pair = kept.recipient, str(kept.key)
        told = self._told.get(pair, {}).pop(record.header.root.hex(), None)
        if told is None:
            self._otherwise[pair] += 1
            yield "the ledger has no such disclosure"
        elif kept.entry != told.number:
            yield "it names another ledger entry"
        told = told or _Told(kept.entry, frozenset())
        if problem := told.problem(record):
            yield problem

    def missing(self) -> Iterator[str]:
        """Everything that the ledger says was told and no feed holds."""
        for (recipient, update), roots in self._told.items():
            if len(roots) > self._otherwise[recipient, update]:
                yield f"update {update}: the ledger says {recipient} was told, its feed does not"
