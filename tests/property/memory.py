"""The store and the views in memory: dictionaries that keep the promises of the ports and forget them at the end."""

# ruff: noqa: ARG002  # what each method promises stands with its port

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.chains import FeedRecord, Header
from hub.disclosing import unbox, without
from hub.ports import (
    AlertRow,
    Arrival,
    BundleRow,
    Counter,
    FactRow,
    FeedRow,
    LeafRow,
    Person,
    Postponed,
    Stored,
    Timer,
    Touched,
    UpdateKey,
    Waits,
)
from schemas.disclosures import STRUCTURE, Disclosure


@dataclass
class MemoryStore:
    """Store and unit of work at once. Nothing is sealed, nothing rolls back."""

    arrivals: dict[UpdateKey, Arrival] = field(default_factory=dict)
    identifiers: dict[bytes, UUID] = field(default_factory=dict)
    aliases: dict[tuple[str, UUID], UUID] = field(default_factory=dict)
    updates: dict[UpdateKey, tuple[UUID | None, bytes]] = field(default_factory=dict)
    persons: dict[UUID, Person] = field(default_factory=dict)
    messages: dict[tuple[str, int], FeedRow] = field(default_factory=dict)
    timers: dict[UUID, Timer] = field(default_factory=dict)
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    tree: tuple[int, bytes] = (0, b"")
    locked: dict[tuple[str, bytes], bool] = field(default_factory=dict)
    openings: dict[int, bytes] = field(default_factory=dict)
    closed: dict[tuple[str, UUID], int] = field(default_factory=dict)
    held: dict[UpdateKey, Waits] = field(default_factory=dict)
    joined: dict[tuple[UUID, UUID], bool] = field(default_factory=dict)

    def fork(self) -> "MemoryStore":
        """The same store, to go another way from here."""
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return MemoryStore(**{name: dict(value) if isinstance(value, dict) else value for name, value in kept.items()})

    @contextmanager
    def unit(self) -> Iterator["MemoryStore"]:
        yield self

    def has_due(self, now: datetime) -> bool:
        return bool(self.due(now, 1))

    def receive(self, arrivals: Sequence[Arrival]) -> list[Arrival | None]:
        found = []
        for arrival in arrivals:
            found.append(self.arrivals.get(arrival.key))
            self.arrivals.setdefault(arrival.key, arrival)
        return found

    def records_by_identifier(self, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
        return {blind: self.identifiers[blind] for blind in blinds if blind in self.identifiers}

    def record_by_alias(self, agency: str, alias: UUID) -> UUID | None:
        return self.aliases.get((agency, alias))

    def update_by_message(self, recipient: str, message_id: UUID) -> UpdateKey | None:
        return next((row.key for row in self._of(recipient, message_id)), None)

    def record_of(self, key: UpdateKey) -> UUID | None:
        return self.updates.get(key, (None, b""))[0]

    def records_of(self, message_ids: Mapping[str, UUID]) -> list[tuple[str, bytes, bool]]:
        rows = [row for each in message_ids.items() for row in self._of(*each)]
        return [(row.recipient, row.root, bool(row.boxes)) for row in rows]

    def _of(self, recipient: str, message_id: UUID) -> list[FeedRow]:
        return [row for row in self.messages.values() if (row.recipient, row.message_id) == (recipient, message_id)]

    def lock_persons(self, record_ids: Iterable[UUID]) -> dict[UUID, Person]:
        return {each: self.persons[each] for each in sorted(record_ids) if each in self.persons}

    def joined_with(self, record_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        return [pair for pair in self.joined if pair[0] in record_ids]

    def join(self, pairs: Sequence[tuple[UUID, UUID]]) -> None:
        self.joined |= dict.fromkeys(pairs, True)

    def forget_identifiers(self, record_id: UUID, blinds: Sequence[bytes]) -> None:
        self.identifiers = {b: r for b, r in self.identifiers.items() if not (r == record_id and b in blinds)}

    def awaiting_any(self, keys: Sequence[UpdateKey]) -> list[UpdateKey]:
        awaited = ((w.key, UpdateKey(w.key.publisher, w.awaits)) for w in self.held.values())
        return [key for key, other in awaited if other in keys and other != key]

    def any_placed(self, keys: Sequence[UpdateKey]) -> bool:
        return any(self.record_of(key) for key in keys)

    def take_held(self, key: UpdateKey) -> bool:
        del self.updates[key]
        return self.held.pop(key, None) is not None

    def afterwards(self, do: Callable[[], None]) -> None:
        do()

    def save_person(self, person: Person, identifiers: Sequence[tuple[str, bytes]]) -> None:
        self.persons[person.record_id] = person
        self.identifiers |= {blind: person.record_id for _, blind in identifiers}

    add_person = save_person

    def seal(self, owner: object, data_class: str, content: bytes, place: str) -> bytes:
        return content

    def lock_counter(self) -> Counter:
        return Counter(*self.tree, dict(self.heads))

    def write(
        self,
        counter: Counter,
        *,
        updates: Sequence[tuple[Stored, bytes]] = (),
        feed: Sequence[FeedRow] = (),
        aliases: Iterable[tuple[str, UUID, UUID]] = (),
        leaves: Sequence[LeafRow] = (),
        timers: Sequence[Timer] = (),
        bundles: Sequence[BundleRow] = (),
    ) -> None:
        self.updates |= {stored.key: (stored.record_id, content) for stored, content in updates}
        self.held |= {stored.key: stored.waits for stored, _ in updates if stored.waits}
        self.openings |= {row.number: row.opening[16:] for row in leaves}
        self.messages |= {(row.recipient, row.seq): row for row in feed}
        self.aliases |= {(agency, alias): record for agency, alias, record in aliases}
        self.timers |= {timer.update_id: timer for timer in timers}
        self.heads, self.tree = counter.heads, (counter.leaves, counter.edge)

    def drop_elements(self, recipients: Mapping[str, UUID], keeping: Collection[bytes] = ()) -> None:
        rows = [row for each in recipients.items() for row in self._of(*each) if row.root not in keeping]
        self._drop(rows)

    def drop_records(self, recipient: str, roots: Collection[bytes]) -> None:
        self._drop(row for row in self.messages.values() if row.recipient == recipient and row.root in roots)

    def _drop(self, rows: Iterable[FeedRow]) -> None:
        self.messages |= {(row.recipient, row.seq): row._replace(boxes={}) for row in rows}

    def postpone(self, rows: Iterable[Postponed]) -> None:
        assert not list(rows), "no story has an agreement that expires"

    def drop_fields(self, recipient: str, message_id: UUID, roots: Collection[bytes], names: frozenset[str]) -> None:
        for row in self._of(recipient, message_id):
            if row.root in roots:
                boxes = {name: left for name, box in row.boxes.items() if (left := without(box, names))}
                self.messages[recipient, row.seq] = row._replace(boxes=boxes)

    def resting(self, record_id: UUID) -> list[tuple[str, UpdateKey, bytes]]:
        of_person = [row for row in self.messages.values() if row.record_id == record_id]
        rows = [
            row for row in of_person if row.on_consent and row.boxes and (row.recipient, row.root) not in self.locked
        ]
        return [(r.recipient, r.key, r.root) for r in sorted(rows, key=lambda row: (row.recipient, row.seq))]

    def rest_no_longer(self, record_id: UUID, records: Collection[tuple[str, bytes]]) -> None:
        self.locked |= dict.fromkeys(records, True)

    def entries_telling(self, message_ids: Mapping[str, UUID]) -> list[bytes]:
        rows = [row for each in message_ids.items() for row in self._of(*each)]
        return [self.openings[number] for number in sorted({row.entry for row in rows})]

    def close_views(self, closings: Mapping[str, UUID], heads: Mapping[str, int]) -> None:
        self.closed |= {(agency, record): heads.get(agency, 0) for agency, record in closings.items()}

    def due(self, now: datetime, limit: int) -> list[Timer]:
        return sorted((t for t in self.timers.values() if t.due_at <= now), key=lambda timer: timer.due_at)[:limit]

    def remove_timer(self, update_id: UUID) -> None:
        del self.timers[update_id]

    def content_of(self, key: UpdateKey) -> bytes | None:
        return self.updates[key][1] if key in self.updates else None

    def read(self, recipient: str) -> list[FeedRecord]:
        """One partner's feed."""
        rows = sorted((row for row in self.messages.values() if row.recipient == recipient), key=lambda row: row.seq)
        return [_record(row) for row in rows]

    def disclosures(self, recipient: str) -> list[tuple[int, Disclosure]]:
        """One partner's feed as its consumers read it; what was dropped is left out."""
        records = ((record.header.seq, record.values()) for record in self.read(recipient))
        return [(seq, _disclosure(recipient, values)) for seq, values in records if values]


def _record(row: FeedRow) -> FeedRecord:
    elements = tuple(sorted(element for content in row.boxes.values() for element in unbox(content)))
    return FeedRecord(Header(row.seq, row.prev, row.root), row.commitments, elements)


def _disclosure(recipient: str, values: dict[str, Any]) -> Disclosure:
    message, kind, bundle, record = (str(values[name]) for name in STRUCTURE)
    told = {name: value for name, value in values.items() if name not in STRUCTURE}
    return Disclosure(recipient, UUID(message), kind, bundle, UUID(record), told)


@dataclass
class MemoryViews:
    """One partner's rows, and the unit that changes them."""

    facts: dict[tuple[UUID, str], FactRow] = field(default_factory=dict)
    alerts: dict[UUID, AlertRow] = field(default_factory=dict)

    def prepare(self, touched: Sequence[Touched]) -> None:
        pass

    def fact(self, record: UUID, fact: str) -> FactRow | None:
        return self.facts.get((record, fact))

    def facts_of(self, record: UUID) -> list[FactRow]:
        return [row for row in self.facts.values() if row.record == record]

    def fact_by_message(self, message_id: UUID) -> FactRow | None:
        return next((row for row in self.facts.values() if row.message_id == message_id), None)

    def put_fact(self, row: FactRow) -> None:
        self.facts[row.record, row.fact] = row

    def drop_fact(self, record: UUID, fact: str) -> None:
        self.facts.pop((record, fact), None)

    def alert(self, alert_id: UUID) -> AlertRow | None:
        return self.alerts.get(alert_id)

    def alerts_of(self, record: UUID) -> list[AlertRow]:
        return [row for row in self.alerts.values() if row.record == record]

    def put_alert(self, row: AlertRow) -> None:
        self.alerts[row.alert_id] = row

    def drop_alert(self, alert_id: UUID) -> None:
        self.alerts.pop(alert_id, None)
