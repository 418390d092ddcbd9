"""Originating: a publisher asks what became of its own update (D28), and learns nothing of who works the case (D6).

It sees the cells of those partners whose involvement it was itself told of, and its own. Of all others there is the
general rule alone: who is entitled, and on which conditions, never whether these were met.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from hub.explaining import BundleOf, NoSuchUpdate, Told, explain_update
from hub.identity import Identity
from hub.ports import Archive, UpdateKey, key_of
from hub.restoring import restored, target_of
from schemas.identifiers import AgencyId
from schemas.updates.programme import AgencyInvolved
from schemas.updates.trust import FactConfirmed, UpdateWithdrawn
from schemas.vocabulary import Involvement


@dataclass(frozen=True)
class OfItsOwn:
    """What a publisher may know of the decision on its own update, beside the general rule."""

    kind: str
    bundle: str
    partners: dict[AgencyId, Told]


def explain_own(archive: Archive, bundle_of: BundleOf, identity: Identity, key: UpdateKey) -> OfItsOwn:
    """The decision on an update for its publisher. Raises `NoSuchUpdate`.

    A publisher that does not work the case got no echo, so it is answered as if nothing had come: whether somebody is
    on the programme is not to be had by publishing and asking (D26; ADR 0002).
    """
    if archive.update_by_message(key.publisher, identity.message(key.publisher, *key)) != key:
        raise NoSuchUpdate
    found = explain_update(archive, bundle_of, key)
    known = known_to_work(archive, key.publisher, found.record)
    return OfItsOwn(
        kind=found.kind,
        bundle=found.bundle,
        partners={agency: told for agency, told in found.partners.items() if agency in known},
    )


def known_to_work(archive: Archive, asker: AgencyId, record_id: UUID) -> frozenset[AgencyId]:
    """The agencies of which the asker was told that they work the case, and itself: a fold over what the ledger says
    it was told, and nothing else.
    """
    known = _Known(asker)
    for entered in archive.about(record_id):
        for key, fields in _told_to(asker, orjson.loads(entered.record)):
            known.take(archive, key, fields)
    return known.agencies()


def _told_to(asker: AgencyId, record: Mapping[str, Any]) -> Iterator[tuple[UpdateKey, frozenset[str]]]:
    """Which updates, and which of their fields, an entry says that the asker was told."""
    if said := record.get("disclosed", {}).get(asker):
        yield key_of(record["update"]), frozenset(said["because"])
    for later in record.get("retold", ()):
        if later["agency"] == asker:
            yield key_of(later["update"]), frozenset(later["because"])


@dataclass
class _Known:
    """What one agency was told of who works a case.

    Its own word counts only once it was told that another stands behind it: else it could claim an involvement, and
    learn from the answer whether there is one (D12).
    """

    asker: AgencyId
    claims: dict[UpdateKey, AgencyId] = field(default_factory=dict)
    backed: set[UpdateKey | None] = field(default_factory=set)
    gone: set[UpdateKey | None] = field(default_factory=set)

    def take(self, archive: Archive, key: UpdateKey, fields: Iterable[str]) -> None:
        """One more update that it was told."""
        content = archive.content_of(key)
        received = restored(key, content) if content else None
        match received and received.update:
            case AgencyInvolved(agency=agency, role=role) if "agency" in fields and role is not Involvement.NONE:
                self.claims[key] = agency
            case FactConfirmed() if received and "update" in fields and key.publisher != self.asker:
                self.backed |= {target_of(archive, received)}
            case UpdateWithdrawn() if received and "update" in fields:
                self.gone |= {target_of(archive, received)}

    def agencies(self) -> frozenset[AgencyId]:
        """Those of which it was told."""
        sound = (
            agency
            for key, agency in self.claims.items()
            if key not in self.gone and (key.publisher != self.asker or key in self.backed)
        )
        return frozenset({self.asker, *sound})
