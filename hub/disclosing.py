"""Disclosing: from a decision to the feed records that carry it, one for each partner that is told anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import project
from hub.canonical import canonical
from hub.chains import SALT_BYTES, Element, commitment, root_of
from hub.identity import Identity
from hub.ports import Entropy, FeedRow, Unit, UpdateKey
from hub.receiving import Received
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.identifiers import AgencyId

ENVELOPE = "envelope"
"""The class of the elements that every disclosure has."""


class Reason(StrEnum):
    """Why an earlier update is told later than it came, as the ledger says it."""

    SNAPSHOT = "snapshot"
    ACCESS = "access"
    CONCERN = "concern"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Draft:
    """A feed record that waits for its number."""

    disclosure: Disclosure
    plan: Plan
    row: FeedRow

    def record(self) -> dict[str, JsonValue]:
        """What the ledger says of it: its root, and for each field the ground on which it is told."""
        told, because = self.disclosure.told, self.plan.because
        return {
            "root": self.row.root.hex(),
            "because": {name: because[name] for name in told if name in because},
            "masked": [name for name, _ in self.plan.masked if name in told],
        }


@dataclass(frozen=True)
class Subject:
    """The update being disclosed: whose it is, which record it is about, and what earlier update it names."""

    key: UpdateKey
    kind: str
    record_id: UUID
    reference: str | None = None
    target: UpdateKey | None = None
    access: UpdateKey | None = None
    """The opening in an emergency on which alone it is told (D13)."""


def subject_of(
    received: Received, record_id: UUID, target: UpdateKey | None, access: UpdateKey | None = None
) -> Subject:
    """An update as the subject of disclosures."""
    return Subject(received.key, received.kind, record_id, type(received.update).REFERS_TO, target, access)


class Box:
    """The elements of one class of data, on their way into one sealed box: JSON, column by column."""

    def __init__(self) -> None:
        self._places: list[int] = []
        self._names: list[str] = []
        self._salts: list[bytes] = []
        self._values: list[JsonValue] = []

    def add(self, place: int, name: str, salt: bytes, value: JsonValue) -> None:
        """One more element."""
        self._places.append(place)
        self._names.append(name)
        self._salts.append(salt)
        self._values.append(value)

    def content(self) -> bytes:
        """What is sealed."""
        return orjson.dumps([self._places, self._names, b"".join(self._salts).hex(), self._values])


class Discloser:
    """Turns plans into drafts. Nothing here depends on what another partner is told."""

    def __init__(self, bundle: Bundle, identity: Identity, entropy: Entropy) -> None:
        """`bundle` decided; `identity` names things for each recipient; `entropy` salts."""
        self._bundle, self._identity, self._entropy = bundle, identity, entropy
        self._on_consent = bundle.clauses_on_consent()

    def drafts(
        self,
        unit: Unit,
        subject: Subject,
        said: Mapping[str, JsonValue],
        on_record: Mapping[str, JsonValue],
        plans: Mapping[AgencyId, Plan],
        alone: Mapping[AgencyId, Mapping[str, JsonValue]],
    ) -> list[Draft]:
        """A draft for every partner whose plan tells it something.

        A publisher gets back what it `said` and nothing more; the others may also be told what stands `on_record`.
        `alone` holds what is said to one recipient only, in place of what is said to all.
        """
        content = {**on_record, **said}
        drafts = []
        for recipient, plan in plans.items():
            heard = said if recipient == subject.key.publisher else content
            heard = {**heard, **alone[recipient]} if recipient in alone else heard
            drafts.append(self._draft(unit, subject, recipient, plan, heard))
        return [draft for draft in drafts if draft is not None]

    def _draft(
        self, unit: Unit, subject: Subject, recipient: AgencyId, plan: Plan, content: Mapping[str, JsonValue]
    ) -> Draft | None:
        told = project(plan, content)
        if not told:
            return None
        if subject.reference in told and subject.target:
            told[subject.reference] = str(self._identity.message(recipient, *subject.target))
        if subject.access:
            told[ON_ACCESS] = str(self._identity.message(recipient, *subject.access))
        disclosure = self._disclosure(subject, recipient, told)
        commitments, boxes = self._committed(disclosure)
        owner, lies = str(subject.record_id), box_place(recipient, disclosure.message_id)
        row = FeedRow(
            recipient=recipient,
            seq=0,
            message_id=disclosure.message_id,
            key=subject.key,
            record_id=subject.record_id,
            prev=b"",
            root=root_of(commitments),
            commitments=commitments,
            boxes={name: unit.seal(owner, name, box.content(), lies + name) for name, box in boxes.items()},
            on_consent=any(plan.because.get(name) in self._on_consent for name in told),
        )
        return Draft(disclosure, plan, row)

    def _disclosure(self, subject: Subject, recipient: AgencyId, told: Mapping[str, JsonValue]) -> Disclosure:
        return Disclosure(
            recipient=recipient,
            message_id=self._identity.message(recipient, *subject.key),
            kind=subject.kind,
            bundle=self._bundle.digest,
            record=self._identity.record(recipient, subject.record_id),
            told=told,
        )

    def _committed(self, disclosure: Disclosure) -> tuple[tuple[bytes, ...], dict[str, Box]]:
        """The commitments in order, and the elements of each class of data in one box. The hot loop of the hub."""
        elements, classes = disclosure.elements(), self._bundle.classes(disclosure.kind)
        purpose = f"{disclosure.message_id}{disclosure.told.get(ON_ACCESS, '')}"
        salts = self._entropy.salts(purpose, len(elements))
        commitments, boxes = [], dict[str, Box]()
        for place, (name, value) in enumerate(elements):
            salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
            commitments.append(commitment(salt, name, canonical(value)))
            data_class = classes.get(name, ENVELOPE)
            box = boxes.get(data_class)
            if box is None:
                box = boxes[data_class] = Box()
            box.add(place, name, salt, value)
        return tuple(commitments), boxes


def told_in(record: Mapping[str, Any]) -> Iterable[tuple[AgencyId, str, Mapping[str, Any]]]:
    """What a ledger entry says was told, at once and later: to whom, of which update, and how (see `Draft.record`). An
    answer is of no update, rests on no clause and is of nobody.
    """
    yield from ((agency, record["update"], said) for agency, said in record.get("disclosed", {}).items())
    yield from ((said["agency"], said["update"], said) for said in record.get("retold", ()))
    yield from ((record["agency"], update, _ANSWER | {"root": root}) for update, root in record.get("answered", ()))


_ANSWER: dict[str, Any] = {"because": {}, "masked": []}


def box_place(recipient: AgencyId, message_id: UUID) -> str:
    """Where the boxes of a record lie, to be followed by their class; they open nowhere else."""
    return f"feed/{recipient}/{message_id}/"


def without(content: bytes, names: frozenset[str]) -> bytes | None:
    """The content of a box without the elements of these names; None when nothing is left."""
    box, left = Box(), [each for each in unbox(content) if each.name not in names]
    for element in left:
        box.add(element.place, element.name, element.salt, element.value)
    return box.content() if left else None


def unbox(content: bytes) -> list[Element]:
    """The elements in a box."""
    places, names, salts, values = orjson.loads(content)
    opened = bytes.fromhex(salts)
    pieces = [opened[at : at + SALT_BYTES] for at in range(0, len(opened), SALT_BYTES)]
    return [*map(Element._make, zip(places, names, values, pieces, strict=True))]


def values_in(content: bytes) -> Iterable[tuple[str, JsonValue]]:
    """The names and values in a box, for readers that need no proof."""
    _, names, _, values = orjson.loads(content)
    return zip(names, values, strict=True)
