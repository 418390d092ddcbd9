"""Tallying: the tables by which the hub acts later, held against what the ledger says should stand in them.

What waits for an agreement (D16), which agreements were continued (D16), what rests on a consent (D15), and what is
held until somebody places it (D27).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from access_policies.bundling import reopen
from access_policies.reading import UnusablePolicies
from access_policies.signing import raw_content
from hub.chains import FeedRecord
from hub.disclosing import told_in
from hub.ports import BundleRow, Evidence, KeptRecord, Postponed, Resting, UpdateKey, Waits, key_of
from schemas.identifiers import AgencyId
from schemas.updates.trust import ConsentLapsed, ConsentWithdrawn

_ENDS = {ConsentLapsed.KIND, ConsentWithdrawn.KIND}
_FORM = "a row no longer has its form"
_UNKNOWN = "the ledger does not have it"
_Row = TypeVar("_Row", Postponed, Waits, tuple[UUID, UUID])
_Told = tuple[AgencyId, str]
"""A feed record: whose, and its root."""


@dataclass
class _Rest:
    """A feed record that was told on a consent, and whether a row must say so; None where either may be."""

    key: UpdateKey
    row: Resting
    stands: bool | None


class Tally:
    """What should stand in these tables, worked out from the ledger's entries and then from the feeds."""

    def __init__(self, bundles: Iterable[BundleRow | None]) -> None:
        """`bundles` are the kept policies, by which the entries were decided."""
        self._clauses = dict(_on_consent(bundles))
        self._continued: dict[str, str] = {}
        self._waiting: set[Postponed] = set()
        self._late: list[str] = []
        """What was wrong with what waited, when its agreement went on."""
        self._held: dict[str, Waits] = {}
        self._joined: set[tuple[UUID, UUID]] = set()
        self._ended: set[str] = set()
        self._notices: set[_Told] = set()
        self._on_consent: set[_Told] = set()
        self._rests: dict[tuple[AgencyId, UUID], list[_Rest]] = {}

    def enter(self, record: Mapping[str, Any]) -> None:
        """What an entry adds to the tables, and what it takes out: entries come in order."""
        if record["verb"] == "continuation":
            self._continued[record["agreement"]] = record["until"]
        if record["verb"] in {"continuation", "resumption"}:
            self._go_on(record["agreement"], {(agency, update) for agency, update in record.get("waited", ())})
        if record["verb"] in {"collection", "discarding"}:
            self._held.pop(record["update"], None)
        if record.get("outcome") == "held":
            key = key_of(record["update"])
            awaits = UUID(record["awaits"]) if "awaits" in record else key.update_id
            self._held[record["update"]] = Waits(key, awaits, record.get("urgent", False))
        for other in map(UUID, record.get("joins", ())):
            self._joined |= {(UUID(record["record"]), other), (other, UUID(record["record"]))}
        for agency, update, agreement in record.get("held", ()):
            self._waiting.add(Postponed(agreement, agency, key_of(update), UUID(record["record"])))
        if record.get("kind") in _ENDS:
            self._ended.add(record["update"])
        self._enter_told(record)

    def _go_on(self, agreement: str, waited: set[tuple[AgencyId, str]]) -> None:
        """All that was held for an agreement is looked at again, and nothing else."""
        held = {(each.recipient, str(each.key)) for each in self._waiting if each.agreement == agreement}
        self._waiting = {each for each in self._waiting if each.agreement != agreement}
        for agency, update in sorted(held - waited):
            self._late.append(f"update {update}: what waited for {agreement} for {agency} was missing when it went on")
        for agency, update in sorted(waited - held):
            self._late.append(f"update {update}: nothing waited for {agreement} for {agency}, and it went on")

    def _enter_told(self, record: Mapping[str, Any]) -> None:
        """A notice that is told in an emergency locks nothing: it goes with the rest when that ends (D13)."""
        clauses = self._clauses.get(record.get("bundle", ""), frozenset())
        for agency, update, said in told_in(record):
            if not clauses.isdisjoint(said["because"].values()):
                self._on_consent.add((agency, said["root"]))
            if update in self._ended and said.get("reason") != "access":
                self._notices.add((agency, said["root"]))

    def see(self, kept: KeptRecord, record: FeedRecord) -> None:
        """A feed record, in the order of its feed: a notice locks what stands before it."""
        told = kept.recipient, record.header.root.hex()
        if told in self._notices:
            records = sorted(self._of_one_case(kept.record_id))
            rests = [rest for each in records for rest in self._rests.get((kept.recipient, each), ())]
            self._lock(rests, record.values().get("locked"))
        if told in self._on_consent:
            row = Resting(kept.record_id, kept.recipient, kept.message_id, record.header.root)
            stands = True if record.elements else None
            self._rests.setdefault((kept.recipient, kept.record_id), []).append(_Rest(kept.key, row, stands))

    def _of_one_case(self, record: UUID) -> set[UUID]:
        """A record, and all that were ever joined to it: a consent may have told of each."""
        found = edge = {record}
        while edge:
            edge = {other for one, other in self._joined if one in edge} - found
            found = found | edge
        return found

    def _lock(self, rests: Iterable[_Rest], locked: Any) -> None:
        """What the notice names rests on no consent any more. One that was dropped since may have named anything."""
        named = None if locked is None else {each["message"] for each in locked}
        for rest in rests:
            if named is None:
                rest.stands = rest.stands and None
            elif rest.stands is not None and str(rest.row.message_id) in named:
                rest.stands = False

    def problems(self, evidence: Evidence) -> Iterator[str]:
        """Everything in which the tables are not as the ledger says."""
        yield from self._continuations(evidence)
        yield from self._late
        yield from _compared("postponed", evidence.postponed(), self._waiting, _waits, " is missing")
        yield from self._resting(evidence)
        held = set(self._held.values())
        yield from _compared("held", evidence.held(), held, _held, ": that it waits is missing")
        yield from _compared("joined", evidence.joined(), self._joined, _joined, ": a link of it is missing")

    def _continuations(self, evidence: Evidence) -> Iterator[str]:
        said = dict(self._continued)
        for kept in evidence.continuations():
            if kept is None:
                yield f"continuations: {_FORM}"
            elif (until := said.pop(kept[0], None)) is None:
                yield f"continuation of {kept[0]}: {_UNKNOWN}"
            elif until != kept[1].until.isoformat():
                yield f"continuation of {kept[0]}: the ledger has another last day"
        yield from (f"continuation of {name}: the ledger has it, the store does not" for name in said)

    def _resting(self, evidence: Evidence) -> Iterator[str]:
        said = {each.row: each for rests in self._rests.values() for each in rests}
        for kept in evidence.resting():
            rest = said.pop(kept, None) if kept else None
            if kept is None:
                yield f"consented: {_FORM}"
            elif rest is None:
                yield f"consented, message {kept.message_id} of {kept.recipient}: {_UNKNOWN}"
            elif rest.stands is False:
                yield f"update {rest.key}: for {kept.recipient} it rests on a consent, its feed says that it is locked"
        for rest in said.values():
            if rest.stands:
                yield f"update {rest.key}: that it rests on a consent for {rest.row.recipient} is missing"


def _on_consent(bundles: Iterable[BundleRow | None]) -> Iterator[tuple[str, frozenset[str]]]:
    """For each digest the clauses on consent; a bundle that cannot be read is named elsewhere."""
    for kept in bundles:
        try:
            bundle = reopen(raw_content(kept.signed)) if kept else None
        except UnusablePolicies:
            continue
        if bundle:
            yield bundle.digest, bundle.clauses_on_consent()


def _compared(
    table: str, rows: Iterable[_Row | None], wanted: set[_Row], named: Callable[[_Row], str], gone: str
) -> Iterator[str]:
    """Everything in which the rows of a table are not those that the ledger wants there."""
    missing = set(wanted)
    for row in rows:
        if row is None:
            yield f"{table}: {_FORM}"
        elif row in missing:
            missing.remove(row)
        else:
            yield f"{named(row)}: {_UNKNOWN}"
    yield from (f"{named(row)}{gone}" for row in sorted(missing))


def _held(row: Waits) -> str:
    return f"held, update {row.key}"


def _joined(row: tuple[UUID, UUID]) -> str:
    return f"joined, record {row[0]}"


def _waits(each: Postponed) -> str:
    return f"update {each.key}: what waits for {each.agreement} for {each.recipient}"
