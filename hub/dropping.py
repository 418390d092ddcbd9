"""Dropping: elements that are over for a partner go from its feed, in the transaction whose ledger entry says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import JsonValue

from hub.identity import Identity
from hub.ports import Unit, UpdateKey
from schemas.identifiers import AgencyId


@dataclass
class Dropping:
    """What a batch drops. The records may be of this very batch, so they go at its end."""

    _over: list[tuple[AgencyId, UpdateKey]] = field(default_factory=list)
    _roots: dict[AgencyId, set[bytes]] = field(default_factory=dict)
    _anew: dict[tuple[AgencyId, UpdateKey], set[bytes]] = field(default_factory=dict)
    _unsaid: list[JsonValue] = field(default_factory=list)

    def over(self, agency: AgencyId, keys: Iterable[UpdateKey]) -> None:
        """Everything that the agency was told of these updates goes (D1)."""
        for key in keys:
            self._over.append((agency, key))
            self._anew.pop((agency, key), None)
            self._unsaid.append([agency, str(key)])

    def record(self, agency: AgencyId, key: UpdateKey, root: bytes) -> None:
        """One feed record goes (D13)."""
        self._roots.setdefault(agency, set()).add(root)
        self._unsaid.append([agency, str(key), root.hex()])

    def told_anew(self, agency: AgencyId, key: UpdateKey, root: bytes) -> None:
        """What is told after it was dropped stays."""
        self._anew.setdefault((agency, key), set()).add(root)

    def said(self) -> list[JsonValue]:
        """What the next ledger entry says was dropped."""
        said, self._unsaid = self._unsaid, []
        return said

    def apply(self, unit: Unit, identity: Identity) -> None:
        """Drop it all."""
        for agency, key in self._over:
            keeping = self._anew.get((agency, key), ())
            unit.drop_elements({agency: identity.message(agency, *key)}, keeping)
        for agency, roots in self._roots.items():
            unit.drop_records(agency, roots)
