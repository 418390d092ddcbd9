"""Recollecting: what was said and told before, in the store and in the batch that is just being taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import JsonValue

from hub.disclosing import Draft, Reason, told_in
from hub.dropping import Dropping
from hub.placing import Desk
from hub.ports import Unit, UpdateKey
from hub.receiving import Received
from hub.restoring import restored
from schemas.identifiers import AgencyId


class Grounds(NamedTuple):
    """On which grounds a partner holds the fields of an update, in however many records."""

    because: Mapping[str, frozenset[str]]
    masked: frozenset[str]
    """The fields that it holds masked only."""


@dataclass
class _Record:
    """A feed record of an update: whether it still has elements, and what the ledger says of it."""

    held: bool
    said: Mapping[str, Any] | None = None
    """None until it is looked up."""
    lent: bool = False
    """Whether it is known to be told for the length of an emergency (D13)."""


class Recollection:
    """Looks up earlier updates, whether they are committed or were taken a moment ago in the same transaction."""

    def __init__(self, unit: Unit, desk: Desk) -> None:
        """`desk` knows which earlier update each is about."""
        self.unit, self.desk, self.dropping = unit, desk, Dropping()
        self._updates: dict[UpdateKey, tuple[Received, UpdateKey | None]] = {}
        self._records: dict[UpdateKey, dict[tuple[AgencyId, bytes], _Record]] = {}
        self._resting: dict[UUID, list[tuple[AgencyId, UpdateKey, bytes]]] = {}
        self._rest_no_longer: dict[UUID, set[tuple[AgencyId, bytes]]] = {}

    def keep(self, received: Received, target: UpdateKey | None) -> None:
        """Remember an update of this batch; nobody was told of it yet."""
        self._updates[received.key] = received, target
        self._records[received.key] = {}

    def tell(self, draft: Draft, *, lent: bool = False) -> None:
        """Remember what is told, at once or later; `lent` is for the length of an emergency (D13)."""
        row = draft.row
        self._records_of(row.key)[row.recipient, row.root] = _Record(held=True, said=draft.record(), lent=lent)
        self.dropping.told(row.recipient, row.key, row.root)
        if row.on_consent:
            self._resting.setdefault(row.record_id, []).append((row.recipient, row.key, row.root))

    def earlier(self, key: UpdateKey) -> tuple[Received, UpdateKey | None]:
        """A placed update as it was published, and the earlier one that it is about."""
        if key not in self._updates:
            content = self.unit.content_of(key)
            assert content is not None  # facts and references name only updates that were kept
            received = restored(key, content)
            self._updates[key] = received, self.desk.target(received)
        return self._updates[key]

    def kind(self, key: UpdateKey) -> str:
        """The kind of an earlier update."""
        return self.earlier(key)[0].kind

    def data(self, key: UpdateKey) -> dict[str, Any]:
        """The data of an earlier update, in the words of its kind's newest version."""
        return self.earlier(key)[0].update.model_dump(mode="json", exclude_none=True)

    def said(self, key: UpdateKey) -> dict[str, JsonValue]:
        """What an earlier update says, as it is told."""
        return self.earlier(key)[0].update.content()

    def told(self, key: UpdateKey) -> frozenset[AgencyId]:
        """Those on whose feeds an earlier update stands, whether or not they still hold its elements."""
        return frozenset(agency for agency, _ in self._records_of(key))

    def holding(self, key: UpdateKey) -> frozenset[AgencyId]:
        """Those that still hold what they were told of an earlier update, otherwise than for an emergency."""
        return frozenset(agency for (agency, _), each in self._looked_up(key).items() if each.held and not each.lent)

    def usable_by(self, record_id: UUID, key: UpdateKey) -> frozenset[AgencyId]:
        """Those of them for which it is not locked: what was told on a consent that has ended may be used no more."""
        resting = {(agency, root) for agency, _, root in self._still_resting(record_id)}
        consent = self.desk.bundle.clauses_on_consent()
        return frozenset(
            agency
            for (agency, root), each in self._looked_up(key).items()
            if each.held and each.said and not each.lent
            if (agency, root) in resting or consent.isdisjoint(each.said["because"].values())
        )

    def disclosed(self, key: UpdateKey, *, lent: bool = False) -> dict[AgencyId, Grounds]:
        """For those that hold something of an earlier update the grounds on which they do: told at once or later, or
        (`lent`) in an emergency.
        """
        found: dict[AgencyId, list[Mapping[str, Any]]] = {}
        for (agency, _), each in self._looked_up(key).items():
            if each.held and each.said and each.lent is lent:
                found.setdefault(agency, []).append(each.said)
        return {agency: _grounds(said) for agency, said in found.items()}

    def _records_of(self, key: UpdateKey) -> dict[tuple[AgencyId, bytes], _Record]:
        if key not in self._records:
            self._records[key] = {
                (agency, root): _Record(held=held and not self.dropping.took(agency, key, root))
                for agency, root, held in self.unit.records_of(self._messages(key))
            }
        return self._records[key]

    def _looked_up(self, key: UpdateKey) -> dict[tuple[AgencyId, bytes], _Record]:
        """The records with what the ledger says of each."""
        records = self._records_of(key)
        if any(each.said is None for each in records.values()):
            for entry in map(orjson.loads, self.unit.entries_telling(self._messages(key))):
                for agency, update, said in told_in(entry):
                    record = records.get((agency, bytes.fromhex(said["root"]))) if update == str(key) else None
                    if record:
                        record.said, record.lent = said, said.get("reason") == Reason.ACCESS
        return records

    def _messages(self, key: UpdateKey) -> dict[AgencyId, UUID]:
        return {agency: self.desk.identity.message(agency, *key) for agency in self.desk.bundle.policies.partners}

    def resting(self, record_id: UUID) -> list[tuple[AgencyId, UpdateKey]]:
        """What partners still hold of one person and were told on a consent, in the order in which they were told."""
        return list(dict.fromkeys((agency, key) for agency, key, _ in self._still_resting(record_id)))

    def _still_resting(self, record_id: UUID) -> list[tuple[AgencyId, UpdateKey, bytes]]:
        gone = self._rest_no_longer.get(record_id, ())
        found = (*self.unit.resting(record_id), *self._resting.get(record_id, ()))
        return [each for each in found if (each[0], each[2]) not in gone and self._is_held(*each)]

    def _is_held(self, agency: AgencyId, key: UpdateKey, root: bytes) -> bool:
        record = self._records_of(key).get((agency, root))
        return record is not None and record.held

    def rests_no_longer(self, record_id: UUID, agency: AgencyId, key: UpdateKey) -> None:
        """What was told on a consent is locked."""
        roots = {(a, root) for a, k, root in self._still_resting(record_id) if (a, k) == (agency, key)}
        self._rest_no_longer.setdefault(record_id, set()).update(roots)

    def drop(self, agency: AgencyId, key: UpdateKey) -> None:
        """Let all that an agency was told of an update go."""
        self.dropping.message(agency, key)
        for (each, _), record in self._records.get(key, {}).items():
            record.held = record.held and each != agency

    def drop_record(self, agency: AgencyId, key: UpdateKey, root: bytes) -> None:
        """Let one feed record go."""
        self.dropping.record(agency, key, root)
        if record := self._records.get(key, {}).get((agency, root)):
            record.held = False

    def drop_fields(self, agency: AgencyId, key: UpdateKey, names: frozenset[str]) -> None:
        """Let some fields go of all that an agency holds of an update."""
        roots = [root for (each, root), record in self._records_of(key).items() if each == agency and record.held]
        self.dropping.fields(agency, key, roots, names)

    def carry_out(self) -> None:
        """Once everything is written: drop what is over, and forget what no longer rests on a consent."""
        self.dropping.apply(self.unit, self.desk.identity)
        for record_id, gone in self._rest_no_longer.items():
            self.unit.rest_no_longer(record_id, gone)


def _grounds(said: list[Mapping[str, Any]]) -> Grounds:
    because: dict[str, frozenset[str]] = {}
    for each in said:
        for name, clause in each["because"].items():
            because[name] = because.get(name, frozenset()) | {clause}
    clear = {name for each in said for name in each["because"] if name not in each["masked"]}
    return Grounds(because, frozenset(because.keys() - clear))
