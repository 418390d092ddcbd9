"""Recounting: what the ledger says became of one update, partner by partner: told at once or later, held, dropped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from hub.disclosing import Reason
from hub.ports import UpdateKey
from schemas.identifiers import AgencyId

LATER = {
    Reason.SNAPSHOT: "told when it came to the case",
    Reason.ACCESS: "told in an emergency",
    Reason.CONCERN: "told with a concern",
    Reason.AGREEMENT: "told once the agreement went on",
}
"""Why something was told later than it came, in words."""


@dataclass(frozen=True)
class Grant:
    """A told field as the ledger has it: the clause, and the digest of the rules in which it stands."""

    clause: str
    masked: bool
    bundle: str
    later: str | None = None
    """Why it was told later; None when it was told at once."""

    @property
    def outcome(self) -> str:
        """In a word."""
        return "masked" if self.masked else "told"


@dataclass
class Fate:
    """What became of one update for one partner."""

    told: dict[str, Grant] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    """The agreements, not in force, for which more of it waits (D16)."""
    since: list[str] = field(default_factory=list)
    """What left the partner's feed again, and by which update, in words."""


def recount(records: Iterable[bytes], key: UpdateKey) -> dict[AgencyId, Fate]:
    """The fate of the update for each partner of whom these ledger entries say anything. Pure."""
    fates: dict[AgencyId, Fate] = defaultdict(Fate)
    for record in map(orjson.loads, records):
        if record["verb"] not in _SAY_NOTHING:
            _take(fates, record, str(key))
    return dict(fates)


_SAY_NOTHING = ("filler", "heads", "consultation", "policies", "answer", "refusal")


def _take(fates: dict[AgencyId, Fate], record: dict[str, Any], update: str) -> None:
    bundle = record.get("bundle", "")
    if record.get("update") == update:
        for agency, said in record.get("disclosed", {}).items():
            fates[agency].told.update(_grants(said, bundle))
    for said in record.get("retold", ()):
        if said["update"] == update:
            fate, granted = fates[said["agency"]], _grants(said, bundle)
            fate.told = granted | fate.told
            fate.held.clear()
    for agency, held, agreement in record.get("held") or ():
        if held == update:
            fates[agency].held.add(agreement)
    for agency, dropped, *what in record.get("dropped", ()):
        if dropped == update:
            fates[agency].since.append(_dropped(record, what))


def _grants(said: Mapping[str, Any], bundle: str) -> dict[str, Grant]:
    later = said.get("reason")
    return {
        name: Grant(clause, name in said["masked"], bundle, LATER[Reason(later)] if later else None)
        for name, clause in said["because"].items()
    }


def _dropped(record: Mapping[str, Any], what: list[Any]) -> str:
    """`what` names fields, or one of several records; nothing where everything went."""
    names = what[0] if what and isinstance(what[0], list) else []
    part = f"{', '.join(names)} of it" if names else "it"
    return f"{part} left the feed with {record.get('kind', record['verb'])} {record.get('update', '')}".strip()
