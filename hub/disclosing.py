"""Disclosing: from a decision to the feed records that carry it, one for each partner that is told anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import Bundle, Plan
from access_policies.deciding import project
from hub.chains import SALT_BYTES, Element, commit, root_of
from hub.identity import Identity
from hub.ports import Entropy, FeedRow, Unit, UpdateKey
from schemas.disclosures import STRUCTURE, Disclosure
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
        elements = self._commit(disclosure)
        commitments = tuple(element.commitment() for element in elements)
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

    def _commit(self, disclosure: Disclosure) -> tuple[Element, ...]:
        elements = disclosure.elements()
        salts = self._entropy.salts(str(disclosure.message_id), len(elements))
        assert len(salts) == SALT_BYTES * len(elements)
        return commit(elements, salts)

    def _boxes(
        self, unit: Unit, subject: Subject, disclosure: Disclosure, elements: tuple[Element, ...]
    ) -> dict[str, bytes]:
        """The elements of one class of data lie in one sealed box."""
        classes = [(self._class(subject.kind, element.name), element) for element in elements]
        classes.sort(key=lambda pair: pair[0])
        return {
            data_class: unit.seal(
                subject.record_id,
                data_class,
                box([element for _, element in group]),
                box_place(disclosure.recipient, disclosure.message_id, data_class),
            )
            for data_class, group in groupby(classes, key=lambda pair: pair[0])
        }

    def _class(self, kind: str, name: str) -> str:
        return ENVELOPE if name in STRUCTURE else self._bundle.field_class(kind, name)


def box_place(recipient: AgencyId, message_id: UUID, data_class: str) -> str:
    """Where a box lies; it opens nowhere else."""
    return f"feed/{recipient}/{message_id}/{data_class}"


def box(elements: list[Element]) -> bytes:
    """The content of a box."""
    return orjson.dumps([[e.place, e.name, e.salt.hex(), e.value] for e in elements])


def unbox(content: bytes) -> list[Element]:
    """The elements in a box."""
    return [Element(place, name, value, bytes.fromhex(salt)) for place, name, salt, value in orjson.loads(content)]
