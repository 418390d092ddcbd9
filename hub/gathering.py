"""Gathering: the cases that a unit of work decides in, each locked together with every record it may be of one case
with, so that what counts in one counts in the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from access_policies.compiling import Bundle
from hub.cases import Case
from hub.claims import LimitClaim
from hub.linking import Record, joined
from hub.placing import Desk
from hub.ports import Collided, Unit
from hub.postponing import continued_on
from hub.standing import Standing
from schemas.identifiers import AgencyId

Pair = tuple[UUID, UUID]


def with_joined(unit: Unit, record_ids: Iterable[UUID]) -> tuple[frozenset[UUID], frozenset[Pair]]:
    """These records and all that they may be of one case with, and which with which."""
    found = edge = frozenset(record_ids)
    pairs = frozenset[Pair]()
    while edge:
        pairs |= frozenset(unit.joined_with(sorted(edge)))
        edge = frozenset(other for _, other in pairs) - found
        found |= edge
    return found, pairs


@dataclass
class Gathering:
    """Within one unit of work."""

    unit: Unit
    bundle: Bundle
    now: datetime
    continued: frozenset[str]
    cases: dict[UUID, Case] = field(default_factory=dict)
    _pairs: set[Pair] = field(default_factory=set)

    @classmethod
    def of(cls, unit: Unit, bundle: Bundle, now: datetime, record_ids: Iterable[UUID] = ()) -> "Gathering":
        """Begun, with these records locked and weighed."""
        gathering = cls(unit, bundle, now, continued_on(unit, bundle, now.date()))
        gathering.lock(record_ids)
        return gathering

    def lock(self, record_ids: Iterable[UUID]) -> None:
        """Lock in id order, then read and weigh. A record that the unit is to create is not there yet. Raises
        `Collided` where another process has just linked one of them to another.
        """
        wanted, _ = with_joined(self.unit, record_ids)
        persons = self.unit.lock_persons(sorted(wanted))
        now_wanted, pairs = with_joined(self.unit, wanted)
        if now_wanted != wanted:
            raise Collided("another process has just linked two records; send it again later")
        self.cases |= {each: Case.kept(person) for each, person in persons.items() if each not in self.cases}
        self._pairs |= pairs
        for record_id in persons:
            self.weigh(self.cases[record_id])

    def weigh(self, case: Case) -> None:
        """Work out what counts in a case, and in every case that may be the same person's."""
        case.weigh(self.bundle, self.now, self.continued)
        all_of_it = [case, *self._others(case)] if self._pairs else []
        for each in all_of_it[1:]:
            each.weigh(self.bundle, self.now, self.continued)
        records = [each.as_record() for each in all_of_it]
        for each in all_of_it[1:] + all_of_it[:1]:
            each.others = [other for other in all_of_it if other is not each]
            others = [record for record in records if record.record_id != each.record_id]
            each.weigh_with(others, self.bundle, self.now, self.continued)

    def perhaps(self, record_id: UUID) -> list[Record]:
        """A record, and those that are of one case with it by links that count or do not: what shuts, shuts in all."""
        own = self.cases[record_id]
        others = [each.as_record() for each in self._others(own)]
        return [own.as_record(), *joined(own.as_record(), others, sure=False)]

    def _others(self, case: Case) -> list[Case]:
        found, edge = {case.record_id}, {case.record_id}
        while edge:
            edge = {other for record, other in self._pairs if record in edge} - found
            found |= edge
        return [self.cases[each] for each in sorted(found - {case.record_id}) if each in self.cases]

    def standings(self, case: Case) -> dict[UUID, Standing]:
        """What counts now in a case, and in every case that may be the same person's."""
        return {each.record_id: each.standing for each in ([case, *self._others(case)] if self._pairs else [case])}

    def join(self, case: Case, desk: Desk, before: dict[UUID, Standing]) -> list[UUID]:
        """From now on a case is read together with the records that its links lead to. Returns those that are new;
        what counted in these until now is added to `before`.
        """
        others = desk.owners(case.linked_numbers()) - {case.record_id}
        new = sorted(other for other in others if (case.record_id, other) not in self._pairs)
        if new:
            self.lock(other for other in new if other not in self.cases)
            pairs = [pair for other in new for pair in ((case.record_id, other), (other, case.record_id))]
            self.unit.join(pairs)
            self._pairs.update(pairs)
            before |= {**self.standings(case), **before}
            self.weigh(case)
        return new


def limits_on(
    unit: Unit, bundle: Bundle, now: datetime, agency: AgencyId, record: UUID
) -> Mapping[str, LimitClaim] | None:
    """What limits where somebody is placed, whom the agency knows by this record; None where it knows nobody by it."""
    record_id = unit.record_by_alias(agency, record)
    if record_id is None:
        return None
    records = Gathering.of(unit, bundle, now, [record_id]).perhaps(record_id)
    standing = ((key, claim, each.facts.withdrawn) for each in records for key, claim in each.facts.limits.items())
    return {key: claim for key, claim, withdrawn in standing if key not in withdrawn}
