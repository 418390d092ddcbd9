"""What each partner should be told, and lose, when something is put right: the slow and obvious way (D15)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError

from access_policies.masking import MASKS
from hub.cases import key_of, settlement_of
from hub.ports import UpdateKey
from hub.receiving import Received
from property.happenings import POLICIES
from schemas.updates import Update, parse
from schemas.updates.trust import ConsentLapsed, ConsentWithdrawn, DisclosureRecalled, UpdateCorrected, UpdateWithdrawn

CORRECTED, RECALLED = UpdateCorrected.KIND, DisclosureRecalled.KIND


@dataclass
class Remedy:
    """Whom an update reaches, and what each of them alone hears. None: whom it reaches anyway."""

    alone: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    reached: Collection[str] | None = None
    named: Collection[str] | None = None
    recalled: Collection[str] = ()
    locked: Mapping[str, list[UpdateKey]] = field(default_factory=dict)


class Remedies:
    """The part of the model that puts things right."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def may_be_about(self, update: Update, target: UpdateKey) -> bool:
        """Whether an update fits the earlier one that it is about."""
        kind = self.model.kinds[target]
        if isinstance(update, UpdateWithdrawn | DisclosureRecalled):
            return kind not in (CORRECTED, RECALLED)
        if not isinstance(update, UpdateCorrected):
            return True
        data = orjson.loads(self.model.said[target].raw)["data"] | dict(update.corrected)
        try:
            parse(kind, orjson.dumps(data))
        except ValidationError:
            return False
        return kind == update.of_kind

    def of(self, received: Received, person: int, target: UpdateKey | None, standing: Any) -> Remedy:
        """Whom an update reaches because it puts something right."""
        gave_back = self._gave_back(target, but=received.key)
        match received.update:
            case UpdateCorrected():
                return self._corrected(received, target, gave_back)
            case DisclosureRecalled(recipients=recipients):
                named = {each for each in recipients if each != received.key.publisher and self._told(each, target)}
                return Remedy(reached=named - gave_back or ["nobody"], named=named - gave_back, recalled=gave_back)
            case ConsentWithdrawn() | ConsentLapsed():
                return self._ended(received, person, target, standing)
        return Remedy(recalled=gave_back)

    def _told(self, agency: str, key: UpdateKey | None) -> Any:
        return next((each for each in self.model.feeds[agency] if each.key == key), None)

    def _gave_back(self, target: UpdateKey | None, but: UpdateKey) -> set[str]:
        orders = [each for each in self.about(target, RECALLED) if each.key != but]
        return {agency for each in orders for agency in each.update.recipients}  # type: ignore[attr-defined]  # orders

    def about(self, target: UpdateKey | None, kind: str) -> list[Received]:
        """The updates of a kind that were made about an earlier one, the last one at the end."""
        facts = [f.corrections if kind == CORRECTED else f.recalls for f in self.model.facts.values()]
        keys = [key for each in facts for key, claim in each.items() if claim.update == str(target)]
        found = [self.model.said[key_of(key)] for key in keys if key_of(key) in self.model.said]
        return sorted(found, key=lambda each: (each.occurred_at, str(each.key)))

    def _corrected(self, received: Received, target: Any, gave_back: set[str]) -> Remedy:
        alone, reached = {}, []
        for agency, feed in self.model.feeds.items():
            had = self._told(agency, target)
            if had is None or not had.told:
                continue
            now = self._right(had, self.about(target, CORRECTED), target)
            if now:
                alone[agency] = {"corrected": now}
            others = [each for each in self.about(target, CORRECTED) if each.key != received.key]
            if now != self._right(had, others, target) and agency not in gave_back and feed:
                reached.append(agency)
        return Remedy(alone, reached or ["nobody"])

    def _right(self, had: Any, corrections: list[Received], target: UpdateKey) -> dict[str, Any]:
        found = {}
        said = self.model.said[target].update.content()
        for name in sorted(had.at_first):
            values = [each.update.corrected[name] for each in corrections if name in each.update.corrected]  # type: ignore[attr-defined]  # corrections
            worded = [self._worded(had.cells[name][0], value) for value in values] if values else []
            if any(each != self._worded(had.cells[name][0], said.get(name)) for each in worded):
                found[name] = worded[-1]
        return found

    def _worded(self, how: str, value: Any) -> Any:
        if value in (None, []):
            return None
        return value if how == "clear" else MASKS[how](value)

    def _ended(self, received: Received, person: int, target: UpdateKey | None, standing: Any) -> Remedy:
        consents = self.model.facts[person].consents
        ended = [c for key, c in consents.items() if (key == str(target) if target else c.at <= received.occurred_at)]
        alone, locked = {}, {}
        for agency in {agency for claim in ended for agency in claim.recipients}:
            agreed = standing.consents.get(agency, ())
            found = {}
            for each in self.model.feeds[agency]:
                if each.person == person and each.told and not each.locked:
                    names = [
                        name for name in sorted(each.at_first) if _rested(each.cells.get(name, ("", ""))[1], agreed)
                    ]
                    found |= {each.key: names} if names else {}
            if found:
                locked[agency] = list(found)
                ids = {key: str(self.model.identity.message(agency, *key)) for key in found}
                alone[agency] = {"locked": [{"message": ids[key], "fields": names} for key, names in found.items()]}
        return Remedy(alone, named=list(locked), locked=locked)

    def afterwards(self, agency: str, received: Received, target: UpdateKey | None, remedy: Remedy) -> None:
        """What the partner loses now that it was told."""
        for each in self.model.feeds[agency]:
            each.locked = each.locked or each.key in remedy.locked.get(agency, ())
        if target and remedy.reached and agency in remedy.reached:
            if isinstance(received.update, DisclosureRecalled):
                self.forget(agency, target)
                shown = self.model.facts[self._told(agency, target).person].shown
                if agency in shown and shown[agency].key == str(target):
                    del shown[agency]
            elif POLICIES.partners[agency].state_only:
                had, right = self._told(agency, target), remedy.alone[agency]["corrected"]
                had.told = {name: value for name, value in had.told.items() if name not in right}
                for each in self.model.feeds[agency]:
                    if each.key != received.key and each.key in [c.key for c in self.about(target, CORRECTED)]:
                        each.told = {}

    def forget(self, agency: str, target: UpdateKey) -> None:
        """A message goes, and with it the hub's word on it and its corrections."""
        gone = [target, settlement_of(target), *(each.key for each in self.about(target, CORRECTED))]
        for each in self.model.feeds[agency]:
            if each.key in gone:
                each.told = {}


def _rested(clause: str, agreed: Collection[str]) -> bool:
    """Whether a clause rests on a consent that nobody has given any more."""
    when = POLICIES.clauses[clause].when if clause in POLICIES.clauses else {}
    return "consent" in when and not any(
        value in agreed or value.partition("/")[0] in agreed for value in when["consent"]
    )
