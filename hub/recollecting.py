"""Recollecting: what was said and told before, in the store and in the batch that is just being taken."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import JsonValue

from hub.disclosing import Draft
from hub.identity import Identity
from hub.ports import Unit, UpdateKey
from hub.receiving import Received
from schemas.identifiers import AgencyId
from schemas.updates import parse


class Dropped(NamedTuple):
    """Elements that leave a partner's feed: those of the fields named, or all of the message."""

    recipient: AgencyId
    key: UpdateKey
    fields: tuple[str, ...] = ()

    def record(self) -> JsonValue:
        """As the ledger says it."""
        said: list[JsonValue] = [self.recipient, str(self.key)]
        return [*said, [*self.fields]] if self.fields else said


class _Taken(NamedTuple):
    """An update of this batch: what it says, what the ledger will say of it, and what was told."""

    kind: str
    raw: bytes
    record: Mapping[str, Any]
    drafts: Sequence[Draft]


class Recollection:
    """Looks up earlier updates, whether they are committed or were taken a moment ago in the same transaction."""

    def __init__(self, unit: Unit, identity: Identity, partners: Sequence[AgencyId]) -> None:
        """`partners` are all who may have been told anything."""
        self._unit, self._identity, self._partners = unit, identity, partners
        self._taken: dict[UpdateKey, _Taken] = {}
        self._told: dict[UpdateKey, frozenset[AgencyId]] = {}
        self._kinds: dict[UpdateKey, str] = {}
        self._rest_no_longer: dict[tuple[AgencyId, UpdateKey], UUID] = {}
        self.dropped: list[Dropped] = []
        """What leaves the feeds at the end of the batch."""

    def keep(self, received: Received, record: Mapping[str, Any] | None = None, drafts: Sequence[Draft] = ()) -> None:
        """Remember an update of this batch: what it says, and, once it is decided on, whom that was told."""
        self._taken[received.key] = _Taken(received.kind, received.raw, record or {}, drafts)
        self._told[received.key] = frozenset(draft.disclosure.recipient for draft in drafts)

    def kind(self, key: UpdateKey) -> str:
        """The kind of an earlier update."""
        if key not in self._kinds:
            self._kinds[key] = self._taken[key].kind if key in self._taken else self._stored(key)["kind"]
        return self._kinds[key]

    def data(self, key: UpdateKey) -> dict[str, Any]:
        """The data of an earlier update, as its publisher sent it."""
        raw = self._taken[key].raw if key in self._taken else self._stored(key)["raw"]
        data: dict[str, Any] = orjson.loads(raw)["data"]
        return data

    def said(self, key: UpdateKey) -> dict[str, JsonValue]:
        """What an earlier update says, as it is told."""
        return parse(self.kind(key), orjson.dumps(self.data(key))).content()

    def _stored(self, key: UpdateKey) -> dict[str, Any]:
        stored: dict[str, Any] = orjson.loads(self._unit.content_of(key) or b'{"kind": "", "raw": "{}"}')
        return stored

    def told(self, key: UpdateKey) -> frozenset[AgencyId]:
        """Those on whose feeds an earlier update stands, whether or not they still hold its elements."""
        if key not in self._told:
            self._told[key] = self._unit.told(self._messages(key))
        return self._told[key]

    def holding(self, key: UpdateKey) -> frozenset[AgencyId]:
        """Those that still hold what they were told of an earlier update."""
        here = key in self._taken
        held = self._told[key] if here else self._unit.holding(self._messages(key))
        return held - {each.recipient for each in self.dropped if each.key == key and not each.fields}

    def _messages(self, key: UpdateKey) -> dict[AgencyId, UUID]:
        return {agency: self._identity.message(agency, *key) for agency in self._partners}

    def disclosed(self, key: UpdateKey) -> Mapping[AgencyId, Any]:
        """What the ledger says of whom an earlier update was disclosed to: the grounds, and what was masked."""
        record = self._taken[key].record if key in self._taken else orjson.loads(self._unit.entry_of(key) or b"{}")
        found: Mapping[AgencyId, Any] = record.get("disclosed", {})
        return found

    def resting(self, record_id: UUID) -> list[tuple[AgencyId, UpdateKey]]:
        """What partners still hold of one person and were told on a consent, in the order in which they were told."""
        here = [
            (draft.row.recipient, key)
            for key, taken in self._taken.items()
            for draft in taken.drafts
            if draft.row.on_consent and draft.row.record_id == record_id
        ]
        gone = {*self._rest_no_longer, *((each.recipient, each.key) for each in self.dropped if not each.fields)}
        return [each for each in (*self._unit.resting(record_id), *here) if each not in gone]

    def rests_no_longer(self, record_id: UUID, agency: AgencyId, key: UpdateKey) -> None:
        """What was told on a consent is locked."""
        self._rest_no_longer[agency, key] = record_id

    def drop(self, agency: AgencyId, key: UpdateKey, fields: tuple[str, ...] = ()) -> None:
        """Let elements leave a feed at the end of the batch."""
        self.dropped.append(Dropped(agency, key, fields))

    def carry_out(self) -> None:
        """Once everything is written: drop what is over, and forget what no longer rests on a consent."""
        for agency, key, fields in self.dropped:
            message = self._identity.message(agency, *key)
            if fields:
                self._unit.drop_fields(agency, message, frozenset(fields))
            else:
                self._unit.drop_elements({agency: message})
        for (agency, key), record_id in self._rest_no_longer.items():
            self._unit.rest_no_longer(record_id, agency, self._identity.message(agency, *key))
