"""Dropping: elements that are over for a partner go from its feed, in the transaction whose ledger entry says so."""

from collections.abc import Collection
from dataclasses import dataclass, field

from pydantic import JsonValue

from hub.identity import Identity
from hub.ports import Unit, UpdateKey
from schemas.identifiers import AgencyId

_Of = tuple[AgencyId, UpdateKey]


@dataclass
class Dropping:
    """What a batch drops. The records may be of this very batch, so they go at its end."""

    _over: dict[_Of, None] = field(default_factory=dict)
    _roots: dict[AgencyId, set[bytes]] = field(default_factory=dict)
    _fields: list[tuple[_Of, frozenset[bytes], frozenset[str]]] = field(default_factory=list)
    _anew: dict[_Of, set[bytes]] = field(default_factory=dict)
    _unsaid: list[JsonValue] = field(default_factory=list)

    def message(self, agency: AgencyId, key: UpdateKey) -> None:
        """Everything that the agency was told of this update goes (D1)."""
        self._over[agency, key] = None
        self._anew.pop((agency, key), None)
        self._unsaid.append([agency, str(key)])

    def record(self, agency: AgencyId, key: UpdateKey, root: bytes) -> None:
        """One feed record goes (D13)."""
        self._roots.setdefault(agency, set()).add(root)
        self._unsaid.append([agency, str(key), root.hex()])

    def fields(self, agency: AgencyId, key: UpdateKey, roots: Collection[bytes], names: Collection[str]) -> None:
        """Some fields go, of all that the agency holds of this update: the records that have these `roots` (D15)."""
        self._fields.append(((agency, key), frozenset(roots), frozenset(names)))
        self._unsaid.append([agency, str(key), [*sorted(names)]])

    def told(self, agency: AgencyId, key: UpdateKey, root: bytes) -> None:
        """What is told after it was dropped stays."""
        self._anew.setdefault((agency, key), set()).add(root)

    def took(self, agency: AgencyId, key: UpdateKey, root: bytes) -> bool:
        """Whether a record that was there before the batch goes with it."""
        return (agency, key) in self._over or root in self._roots.get(agency, ())

    def said(self) -> list[JsonValue]:
        """What the next ledger entry says was dropped."""
        said, self._unsaid = self._unsaid, []
        return said

    def apply(self, unit: Unit, identity: Identity) -> None:
        """Drop it all."""
        for (agency, key), held, names in self._fields:
            unit.drop_fields(agency, identity.message(agency, *key), held, names)
        for agency, key in self._over:
            keeping = self._anew.get((agency, key), ())
            unit.drop_elements({agency: identity.message(agency, *key)}, keeping)
        for agency, roots in self._roots.items():
            unit.drop_records(agency, roots)
