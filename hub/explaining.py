"""Explaining: for an update as it was decided, partner by partner: each field, told or withheld, and why.

For information governance and the originator only (D28); a partner asks about what it holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from access_policies.compiling import OWN, TOLD_BEFORE, Bundle
from access_policies.explaining import Explanation, explain
from access_policies.words import Situation
from hub.identity import Identity
from hub.ports import Unit, UpdateKey
from schemas.identifiers import AgencyId

BundleOf = Callable[[str], Bundle]
"""The bundle of a digest, in force now or once."""

_GROUNDS = {
    OWN: "it published this update",
    TOLD_BEFORE: "it was told the update that this one is about",
}


@dataclass(frozen=True)
class Cell:
    """One field of one update for one partner, in words."""

    field: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Decision:
    """A decision as the ledger has it: the bundle it was made under, and every cell."""

    bundle: str
    cells: dict[AgencyId, list[Cell]]


class NoSuchUpdate(Exception):
    """There is no such update, or it is not for the asker to know of: the same answer."""


_LATER = {
    "snapshot": "told when it came to the case",
    "access": "told in an emergency",
    "concern": "told with a concern",
    "agreement": "told once the agreement went on",
}
"""Why something was told later than it came, in words."""


@dataclass(frozen=True)
class Grant:
    """A told field as the ledger has it."""

    ground: str
    masked: bool
    reason: str | None
    """Why it was told later; None when it was told at once."""

    def cell(self, name: str) -> Cell:
        """In words."""
        why = f"{_LATER[self.reason]}; {self.ground}" if self.reason else self.ground
        return Cell(name, "masked" if self.masked else "told", why)


def explain_update(unit: Unit, bundle_of: BundleOf, identity: Identity, key: UpdateKey) -> Decision:
    """Every cell of the decision on a kept update, with what was told of it later. Raises `NoSuchUpdate`.

    The situations are those that the ledger recorded, and the rules those under which it was decided.
    """
    entry = unit.entry_of(key)
    record = orjson.loads(entry) if entry else {}
    if record.get("outcome") != "placed":
        raise NoSuchUpdate
    kind, bundle = record["kind"], bundle_of(record["bundle"])
    messages = {agency: identity.message(agency, *key) for agency in record["situations"]}
    told, cells = _told(unit, bundle_of, key, messages), {}
    for agency, (known, possible) in record["situations"].items():
        recipient, situation = bundle.policies.partners[agency].kind, Situation(known, possible)
        cells[agency] = [
            _cell(bundle, explain(bundle, kind, recipient, situation, name), told.get(agency, {}))
            for name in bundle.policies.kinds[kind].fields
        ]
    return Decision(record["bundle"], cells)


def _told(
    unit: Unit, bundle_of: BundleOf, key: UpdateKey, messages: Mapping[AgencyId, UUID]
) -> dict[AgencyId, dict[str, Grant]]:
    """For each agency and field the outcome and the ground, as the ledger has them: at once, or later and why."""
    found: dict[AgencyId, dict[str, Grant]] = {}
    for record in map(orjson.loads, unit.entries_telling(messages)):
        at_once = record["disclosed"].items() if record.get("update") == str(key) else ()
        later = [(said["agency"], said) for said in record.get("retold", ()) if said["update"] == str(key)]
        for agency, said in (*at_once, *later):
            fields, bundle = found.setdefault(agency, {}), bundle_of(record["bundle"])
            for name, clause in said["because"].items():
                masked = name in said["masked"]
                fields.setdefault(name, Grant(ground(bundle, clause), masked, said.get("reason")))
    return found


def _cell(bundle: Bundle, now: Explanation, told: Mapping[str, Grant]) -> Cell:
    """As the ledger recorded it; why something was withheld is worked out from the situation."""
    if now.field in told:
        return told[now.field].cell(now.field)
    return Cell(now.field, "withheld", now.sentence(bundle) if now.outcome == "withheld" else "not in this update")


def ground(bundle: Bundle, clause: str) -> str:
    """A ground in words: the clause and why it tells."""
    if clause in bundle.policies.clauses:
        return f"{clause}: {bundle.policies.clauses[clause].because}"
    return _GROUNDS.get(clause, clause)


def explain_held(unit: Unit, bundle_of: BundleOf, agency: AgencyId, message: UUID, key: UpdateKey) -> list[Cell]:
    """Why an agency was told what it holds of this update, and nothing of what it was not. Raises `NoSuchUpdate`."""
    told = _told(unit, bundle_of, key, {agency: message}).get(agency)
    if told is None:
        raise NoSuchUpdate
    return [grant.cell(name) for name, grant in told.items()]
