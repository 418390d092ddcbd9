"""Explaining: for an update as it was decided, partner by partner: each field, told or withheld, and why.

For information governance and the originator only (D28); a partner asks about what it holds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from access_policies.compiling import OWN, TOLD_BEFORE, Bundle
from access_policies.explaining import Explanation, explain
from access_policies.words import Situation
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


def explain_update(unit: Unit, bundle_of: BundleOf, key: UpdateKey) -> Decision:
    """Every cell of the decision on a kept update. Raises `NoSuchUpdate`.

    The situations are those that the ledger recorded, and the rules those under which it was decided.
    """
    entry = unit.entry_of(key)
    record = orjson.loads(entry) if entry else {}
    if record.get("outcome") != "placed":
        raise NoSuchUpdate
    kind, disclosed, bundle = record["kind"], record["disclosed"], bundle_of(record["bundle"])
    cells = {}
    for agency, (known, possible) in record["situations"].items():
        recipient = bundle.policies.partners[agency].kind
        said = disclosed.get(agency, {"because": {}, "masked": []})
        situation = Situation(known, possible)
        cells[agency] = [
            _cell(bundle, explain(bundle, kind, recipient, situation, name), said)
            for name in bundle.policies.kinds[kind].fields
        ]
    return Decision(record["bundle"], cells)


def _cell(bundle: Bundle, cell: Explanation, said: dict[str, dict[str, str]]) -> Cell:
    """As the ledger recorded it; why something was withheld is worked out from the situation."""
    clause = said["because"].get(cell.field)
    if clause is None:
        reason = cell.sentence(bundle) if cell.outcome == "withheld" else "not in this update"
        return Cell(cell.field, "withheld", reason)
    outcome = "masked" if cell.field in said["masked"] else "told"
    return Cell(cell.field, outcome, ground(bundle, clause))


def ground(bundle: Bundle, clause: str) -> str:
    """A ground in words: the clause and why it tells."""
    if clause in bundle.policies.clauses:
        return f"{clause}: {bundle.policies.clauses[clause].because}"
    return _GROUNDS.get(clause, clause)


def explain_held(unit: Unit, bundle_of: BundleOf, agency: AgencyId, key: UpdateKey) -> list[Cell]:
    """Why an agency was told what it holds of this update, and nothing of what it was not. Raises `NoSuchUpdate`."""
    entry = unit.entry_of(key)
    record = orjson.loads(entry) if entry else {}
    said = record.get("disclosed", {}).get(agency)
    if said is None:
        raise NoSuchUpdate
    bundle = bundle_of(record["bundle"])
    return [
        Cell(name, "masked" if name in said["masked"] else "told", ground(bundle, clause))
        for name, clause in said["because"].items()
    ]
