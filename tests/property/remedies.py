"""What each partner should be told, and lose, when something is put right: the slow and obvious way (D15)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError

from access_policies.masking import MASKS
from hub.cases import settlement_of
from hub.ports import UpdateKey, key_of
from hub.receiving import Received
from hub.standing import Standing
from property.happenings import POLICIES
from property.joining import ever_one_with
from property.taken import Projection, Taken
from schemas.updates import KINDS, Update, parse
from schemas.updates.custody import ReleaseChanged
from schemas.updates.trust import ConsentLapsed, ConsentWithdrawn, DisclosureRecalled, UpdateCorrected, UpdateWithdrawn

CORRECTED, RECALLED = UpdateCorrected.KIND, DisclosureRecalled.KIND


@dataclass
class Remedy:
    """Whom an update reaches, and what each of them alone hears. None: whom it reaches anyway."""

    alone: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    reached: Collection[str] | None = None
    named: Collection[str] | None = None
    locked: Mapping[str, list[UpdateKey]] = field(default_factory=dict)


class Remedies:
    """The part of the model that puts things right."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def may_be_about(self, update: Update, target: UpdateKey) -> bool:
        """Whether an update fits the earlier one that it is about."""
        earlier = self.model.taken[target].received
        if isinstance(update, UpdateWithdrawn | DisclosureRecalled):
            return not KINDS[earlier.kind].FINAL
        if not isinstance(update, UpdateCorrected):
            return not update.REFERS_TO_KINDS or earlier.kind in update.REFERS_TO_KINDS
        data = orjson.loads(earlier.raw)["data"] | dict(update.corrected)
        try:
            parse(earlier.kind, orjson.dumps(data))
        except ValidationError:
            return False
        return earlier.kind == update.of_kind

    def of(self, taken: Taken, standing: Standing) -> Remedy:
        """Whom an update reaches because it puts something right."""
        received, target = taken.received, taken.target
        match received.update:
            case UpdateCorrected():
                return self._corrected(taken)
            case DisclosureRecalled(recipients=recipients):
                heard = {each for each in recipients if self.model.heard_of(each, received.key, standing)}
                named = heard - {received.key.publisher}
                return Remedy(reached=named or ["nobody"], named=named)
            case ConsentWithdrawn() | ConsentLapsed():
                return self._ended(taken, target)
        return Remedy()

    def held(self, agency: str, key: UpdateKey | None, *, lent: bool = False) -> list[Projection]:
        """What an agency still has of an update, told at once or later, or in an emergency."""
        mine = [each for each in self.model.feeds[agency] if each.key == key and each.told]
        return [each for each in mine if bool(each.access) == lent]

    def gave_back(self, target: UpdateKey | None, but: UpdateKey | None = None) -> set[str]:
        """The agencies from which an update was called back."""
        orders = [each for each in self.about(target, RECALLED) if each.key != but]
        return {agency for each in orders for agency in each.update.recipients}  # type: ignore[attr-defined]  # orders

    def about(self, target: UpdateKey | None, kind: str) -> list[Received]:
        """The updates of a kind that were made about an earlier one, the last one at the end."""
        facts = [f.corrections if kind == CORRECTED else f.recalls for f in self.model.facts.values()]
        keys = [key_of(key) for each in facts for key, claim in each.items() if claim.update == str(target)]
        found = [self.model.taken[key].received for key in keys if key in self.model.taken]
        return sorted(found, key=lambda each: (each.occurred_at, str(each.key)))

    def right(self, key: UpdateKey) -> dict[str, Any]:
        """Everything that was put right of an update so far."""
        found: dict[str, Any] = {}
        made = [(each, each.update.corrected) for each in self.about(key, CORRECTED)]  # type: ignore[attr-defined]  # corrections
        made += [(each, each.update.changes()) for each in self.changes_of(key)]  # type: ignore[attr-defined]  # changes
        for _, instead in sorted(made, key=lambda pair: (pair[0].occurred_at, str(pair[0].key))):
            found |= instead
        return found

    def changes_of(self, plan: UpdateKey) -> list[Received]:
        """What a plan says instead."""
        keys = [key for f in self.model.facts.values() for key, claim in f.changes.items() if claim.plan == str(plan)]
        return [self.model.taken[key_of(key)].received for key in keys if key_of(key) in self.model.taken]

    def _corrected(self, taken: Taken) -> Remedy:
        alone, reached = {}, []
        for agency in self.model.feeds:
            if now := self._worded_for(agency, self.about(taken.target, CORRECTED), taken.target):
                alone[agency] = {"corrected": now}
            if self.changed(agency, taken) and agency not in self.gave_back(taken.target):
                reached.append(agency)
        return Remedy(alone, reached or ["nobody"])

    def changed(self, agency: str, taken: Taken, *, lent: bool = False) -> bool:
        """Whether a correction says something else than an agency has; a change does to whoever has the plan."""
        if isinstance(taken.received.update, ReleaseChanged):
            return bool(self.held(agency, taken.target, lent=lent))
        every = self.about(taken.target, CORRECTED)
        others = [each for each in every if each.key != taken.received.key]
        return self._worded_for(agency, every, taken.target, lent=lent) != self._worded_for(
            agency, others, taken.target, lent=lent
        )

    def _worded_for(
        self, agency: str, corrections: list[Received], target: UpdateKey | None, *, lent: bool = False
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        held = self.held(agency, target, lent=lent)
        said = self.model.taken[target].received.update.content()
        for name in sorted({name for each in held for name in each.at_first if name in each.cells}):
            hows = {each.cells[name][0] for each in held if name in each.at_first}
            how = "clear" if "clear" in hows else hows.pop()
            values = [each.update.corrected[name] for each in corrections if name in each.update.corrected]  # type: ignore[attr-defined]  # corrections
            worded = [_worded(how, value) for value in values]
            if any(each != _worded(how, said.get(name)) for each in worded):
                found[name] = worded[-1]
        return found

    def _ended(self, taken: Taken, target: UpdateKey | None) -> Remedy:
        people, at = [taken.person, *ever_one_with(self.model.facts, taken.person)], taken.received.occurred_at
        consents = [each for person in people for each in self.model.facts[person].consents.items()]
        ended = [c for key, c in consents if (key == str(target) if target else c.at <= at)]
        alone, locked = {}, {}
        for agency in {agency for claim in ended for agency in claim.recipients}:
            found = {}
            for person in people:
                agreed = self.model.standing_of(person, taken.at).consents.get(agency, ())
                for key in dict.fromkeys(each.key for each in self.model.feeds[agency]):
                    if self.model.taken[key].person == person and (names := self._locked(agency, key, agreed)):
                        found[key] = names
            if found:
                locked[agency] = list(found)
                ids = {key: str(self.model.identity.message(agency, *key)) for key in found}
                alone[agency] = {"locked": [{"message": ids[key], "fields": names} for key, names in found.items()]}
        return Remedy(alone, named=list(locked), locked=locked)

    def _locked(self, agency: str, key: UpdateKey, agreed: Collection[str]) -> list[str]:
        held = self.held(agency, key)
        if not any(not each.locked and _on_consent(each) for each in held):
            return []
        names = sorted({name for each in held for name in each.at_first})
        return [n for n in names if all(_rested(e.cells.get(n, ("", ""))[1], agreed) for e in held if n in e.at_first)]

    def afterwards(self, agency: str, taken: Taken, remedy: Remedy) -> None:
        """What the partner loses now that it was told."""
        received, target = taken.received, taken.target
        for each in self.model.feeds[agency]:
            each.locked = each.locked or (each.key in remedy.locked.get(agency, ()) and _on_consent(each))
        if target and remedy.reached and agency in remedy.reached:
            if isinstance(received.update, DisclosureRecalled):
                self.forget(agency, target)
                shown = self.model.facts[taken.person].shown
                if agency in shown and shown[agency].key == str(target):
                    del shown[agency]
            elif POLICIES.partners[agency].state_only:
                right = remedy.alone[agency]["corrected"]
                for had in [*self.held(agency, target), *self.held(agency, target, lent=True)]:
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


def _worded(how: str, value: Any) -> Any:
    if value in (None, []):
        return None
    return value if how == "clear" else MASKS[how](value)


def _on_consent(each: Projection) -> bool:
    grounds = {ground for _, ground in each.cells.values()}
    return any("consent" in POLICIES.clauses[ground].when for ground in grounds if ground in POLICIES.clauses)


def _rested(clause: str, agreed: Collection[str]) -> bool:
    """Whether a clause rests on a consent that nobody has given any more."""
    when = POLICIES.clauses[clause].when if clause in POLICIES.clauses else {}
    return "consent" in when and not any(
        value in agreed or value.partition("/")[0] in agreed for value in when["consent"]
    )
