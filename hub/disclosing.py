"""Disclosing: from a decision to the feed records that carry it, one for each partner that is told anything."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import project
from hub.canonical import canonical
from hub.chains import SALT_BYTES, Element, commitment, root_of
from hub.identity import Identity
from hub.ports import Entropy, FeedRow, Unit, UpdateKey
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId

ENVELOPE = "envelope"
"""The class of the elements that every disclosure has."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A feed record that waits for its number."""

    disclosure: Disclosure
    plan: Plan
    row: FeedRow


@dataclass(frozen=True)
class Subject:
    """The update being disclosed: whose it is, which record it is about, and what earlier update it names."""

    key: UpdateKey
    kind: str
    record_id: UUID
    reference: str | None = None
    target: UpdateKey | None = None


_Salted = tuple[int, str, bytes, JsonValue]
"""An element on its way into its box: place, name, salt, value."""


class Discloser:
    """Turns plans into drafts. Nothing here depends on what another partner is told."""

    def __init__(self, bundle: Bundle, identity: Identity, entropy: Entropy) -> None:
        """`bundle` decided; `identity` names things for each recipient; `entropy` salts."""
        self._bundle, self._identity, self._entropy = bundle, identity, entropy

    def drafts(
        self, unit: Unit, subject: Subject, content: Mapping[str, JsonValue], plans: Mapping[AgencyId, Plan]
    ) -> list[Draft]:
        """A draft for every partner whose plan tells it something that this update says."""
        drafts = (self._draft(unit, subject, recipient, plan, content) for recipient, plan in plans.items())
        return [draft for draft in drafts if draft is not None]

    def _draft(
        self, unit: Unit, subject: Subject, recipient: AgencyId, plan: Plan, content: Mapping[str, JsonValue]
    ) -> Draft | None:
        told = project(plan, content)
        if not told:
            return None
        if subject.reference in told and subject.target:
            told[subject.reference] = str(self._identity.message(recipient, *subject.target))
        disclosure = self._disclosure(subject, recipient, told)
        elements = self._salted(disclosure)
        commitments = tuple(commitment(salt, name, canonical(value)) for _, name, salt, value in elements)
        row = FeedRow(
            recipient=recipient,
            seq=0,
            message_id=disclosure.message_id,
            key=subject.key,
            record_id=subject.record_id,
            prev=b"",
            root=root_of(commitments),
            commitments=commitments,
            boxes=self._boxes(unit, subject, disclosure, elements),
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

    def _salted(self, disclosure: Disclosure) -> list[_Salted]:
        elements = disclosure.elements()
        salts = self._entropy.salts(str(disclosure.message_id), len(elements))
        pieces = (salts[at : at + SALT_BYTES] for at in range(0, len(salts), SALT_BYTES))
        return [(place, name, next(pieces), value) for place, (name, value) in enumerate(elements)]

    def _boxes(self, unit: Unit, subject: Subject, disclosure: Disclosure, elements: list[_Salted]) -> dict[str, bytes]:
        """The elements of each class of data in one sealed box."""
        classes = self._bundle.classes(subject.kind)
        boxes = defaultdict[str, list[JsonValue]](list)
        for place, name, salt, value in elements:
            boxes[classes.get(name, ENVELOPE)].append([place, name, salt.hex(), value])
        owner, lies = str(subject.record_id), box_place(disclosure.recipient, disclosure.message_id)
        return {
            data_class: unit.seal(owner, data_class, orjson.dumps(content), lies + data_class)
            for data_class, content in boxes.items()
        }


def box_place(recipient: AgencyId, message_id: UUID) -> str:
    """Where the boxes of a record lie, to be followed by their class; they open nowhere else."""
    return f"feed/{recipient}/{message_id}/"


def unbox(content: bytes) -> list[Element]:
    """The elements in a box."""
    return [Element(place, name, value, bytes.fromhex(salt)) for place, name, salt, value in orjson.loads(content)]


def values_in(content: bytes) -> Iterator[tuple[str, JsonValue]]:
    """The names and values in a box, for readers that need no proof."""
    return ((name, value) for _, name, _, value in orjson.loads(content))
