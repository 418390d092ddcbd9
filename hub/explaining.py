"""Explaining: for an update as it was decided, partner by partner: each field, told or withheld, and why.

For information governance and the originator only (D28); a partner asks about what it holds.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any
from uuid import UUID

import orjson

from access_policies.compiling import OWN, Bundle
from access_policies.explaining import Explanation, Unmet, Values, explain, ground, why_met
from access_policies.words import Situation
from hub.ports import Archive, UpdateKey
from hub.recounting import Fate, Grant, recount
from schemas.disclosures import ON_ACCESS, STRUCTURE
from schemas.identifiers import AgencyId

BundleOf = Callable[[str], Bundle]
"""The bundle of a digest, in force now or once."""


@dataclass(frozen=True)
class Cell:
    """One field of one update for one partner, in words; and, where they count, in parts."""

    field: str
    outcome: str
    reason: str
    clause: str | None = None
    met: Values = made_by(default_factory=dict)
    never: str | None = None
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True)
class Told:
    """The decision on one update for one partner, and what became of it since."""

    cells: list[Cell]
    since: list[str]


@dataclass(frozen=True)
class Decision:
    """A decision as the ledger has it: the bundle it was made under, and every cell for every partner."""

    kind: str
    record: UUID
    bundle: str
    partners: dict[AgencyId, Told]


class NoSuchUpdate(Exception):
    """There is no such update, or it is not for the asker to know of: the same answer."""


def explain_cells(bundle: Bundle, kind: str, recipient: str, situation: Situation) -> list[Cell]:
    """Every field of a kind for a kind of partner, in a situation that somebody asks about. Raises `LookupError`."""
    names = bundle.policies.kinds[kind].fields
    return [_of_explanation(bundle, kind, explain(bundle, kind, recipient, situation, name)) for name in names]


def explain_update(archive: Archive, bundle_of: BundleOf, key: UpdateKey) -> Decision:
    """Every cell of the decision on a kept update, for every partner in the register of its time, and whoever joined
    it since and was told later. Raises `NoSuchUpdate`.

    The situations are those that the ledger recorded, and the rules those under which it was decided; what was told
    later, or left a feed again, is said as the ledger has it.
    """
    record = placed(archive, key)
    bundle, person = bundle_of(record["bundle"]), UUID(record["record"])
    fates = recount((entered.record for entered in archive.about(person)), key)
    partners = {
        agency: Told(list(_cells(bundle, bundle_of, record, agency, fate)), fate.since)
        for agency in dict.fromkeys([*bundle.policies.partners, *fates])
        for fate in [fates.get(agency, Fate())]
    }
    return Decision(record["kind"], person, record["bundle"], partners)


def placed(archive: Archive, key: UpdateKey) -> dict[str, Any]:
    """The ledger's record of an update that was placed. Raises `NoSuchUpdate`."""
    entry = archive.entry_of(key)
    record: dict[str, Any] = orjson.loads(entry.record) if entry else {}
    if record.get("outcome") != "placed":
        raise NoSuchUpdate
    return record


def _cells(
    bundle: Bundle, bundle_of: BundleOf, record: Mapping[str, Any], agency: AgencyId, fate: Fate
) -> Iterator[Cell]:
    kind, partner = record["kind"], bundle.policies.partners.get(agency)
    names = dict.fromkeys([*bundle.policies.kinds[kind].fields, *fate.told])
    if agency not in record["situations"] and not fate.told:
        yield from (Cell(name, "withheld", "this partner was suspended") for name in names)
        return
    situation = Situation(*record["situations"].get(agency, (0, 0)))
    before = agency in record["disclosed"]
    for name in names:
        if name in fate.told:
            yield _of_grant(bundle_of, kind, name, fate.told[name], situation)
        elif partner is None:
            yield Cell(name, "withheld", "this partner had not joined yet")
        else:
            found = explain(bundle, kind, partner.kind, situation, name, told_before=before)
            yield _withheld(bundle, kind, found, fate)


def _of_grant(bundle_of: BundleOf, kind: str, name: str, grant: Grant, situation: Situation) -> Cell:
    """As the ledger recorded it. What was told later was told in a later situation, which is not this one."""
    bundle = bundle_of(grant.bundle)
    met = {} if grant.later else why_met(bundle, kind, grant.clause, name, situation)
    why = ground(bundle, grant.clause)
    return Cell(name, grant.outcome, f"{grant.later}; {why}" if grant.later else why, grant.clause, met)


def _withheld(bundle: Bundle, kind: str, found: Explanation, fate: Fate) -> Cell:
    """Why something was withheld is worked out from the situation."""
    whole = any(grant.clause == OWN for grant in fate.told.values())  # a publisher gets back all that it said
    if whole or found.outcome != "withheld":
        return Cell(found.field, "withheld", "not in this update")
    waits = [a for each in found.unmet if set(each.needs) == {"agreement"} for a in each.needs["agreement"]]
    if held := sorted(fate.held.intersection(waits)):
        return Cell(found.field, "held", f"waits for the agreement {', '.join(held)} (D16)", unmet=found.unmet)
    return _of_explanation(bundle, kind, found)


def _of_explanation(bundle: Bundle, kind: str, found: Explanation) -> Cell:
    reason = found.sentence(bundle, kind)
    return Cell(found.field, found.outcome, reason, found.clause, found.met, found.never, found.unmet)


@dataclass(frozen=True)
class Held:
    """Something that a partner holds, back to its message, its update and the clause of every field."""

    message_id: UUID
    key: UpdateKey
    kind: str
    bundle: str
    """The digest of the rules by which the update was decided."""
    cells: list[Cell]


def explain_held(
    archive: Archive,
    bundle_of: BundleOf,
    agency: AgencyId,
    message_id: UUID,
    names: Collection[str],
    *,
    for_partner: bool,
) -> Held:
    """Why an agency was told these fields of a message that it holds, and nothing of what it was not told. Raises
    `NoSuchUpdate`.

    `for_partner`: nothing of the situation is said, which rests on facts that a partner may not be told (D28).
    """
    key = archive.update_by_message(agency, message_id)
    if key is None:
        raise NoSuchUpdate
    record = placed(archive, key)
    told = _told(archive, record, agency, key, set(names) - {*STRUCTURE, ON_ACCESS})
    asked = (0, 0) if for_partner else record["situations"].get(agency, (0, 0))
    cells = [
        _of_grant(bundle_of, record["kind"], name, grant, Situation(*asked))
        for name, grant in told.items()
        if name in names
    ]
    if not cells:
        raise NoSuchUpdate
    return Held(message_id, key, record["kind"], record["bundle"], cells)


def _told(
    archive: Archive, record: Mapping[str, Any], agency: AgencyId, key: UpdateKey, names: AbstractSet[str]
) -> Mapping[str, Grant]:
    """What the ledger says was told; where some of these fields were told later only, other entries say so."""
    at_once = recount([orjson.dumps(record)], key).get(agency, Fate()).told
    if at_once and at_once.keys() >= names:
        return at_once
    about = archive.about(UUID(record["record"]))
    return recount((entered.record for entered in about), key).get(agency, Fate()).told
