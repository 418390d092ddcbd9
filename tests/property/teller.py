"""How the model tells one agency of one update, with no store and no chains."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from access_policies.masking import MASKS
from hub import presenting
from hub.claims import MOVEMENTS, movement
from hub.facts import Facts
from hub.identity import Identity
from hub.ports import UpdateKey, key_of
from hub.standing import Standing
from property.happenings import POLICIES
from property.remedies import Remedies, Remedy
from property.remembering import told
from property.situated import named_in, words
from property.taken import Projection, Taken, content_of, on_record
from schemas.updates.court import HearingConcluded
from schemas.updates.custody import Charged
from schemas.updates.supervision import StaffRiskLifted
from schemas.updates.trust import UpdateConfirmed, UpdateWithdrawn


@dataclass
class Teller:
    """Tells one agency of one update, at once, later or in an emergency, and knows what it told."""

    identity: Identity
    facts: dict[int, Facts] = field(default_factory=dict)
    taken: dict[UpdateKey, Taken] = field(default_factory=dict)
    feeds: dict[str, list[Projection]] = field(default_factory=lambda: {agency: [] for agency in POLICIES.partners})
    borrowed: set[tuple[str, UpdateKey]] = field(default_factory=set)
    """What an agency was told in an emergency and otherwise never."""
    remedies: Remedies = field(init=False)

    def __post_init__(self) -> None:
        self.remedies = Remedies(self)

    def holds(self, agency: str, key: UpdateKey) -> bool:
        return any(each.key == key and each.told and not each.access for each in self.feeds[agency])

    def has_use_of(self, agency: str, key: UpdateKey) -> bool:
        return any(each.key == key and each.told and not each.access and not each.locked for each in self.feeds[agency])

    def heard_of(self, agency: str, key: UpdateKey, standing: Standing | None = None) -> bool:
        """Whether it is an agency's to hear what an update says of the earlier one that it is about; with `standing`,
        in an emergency.
        """
        target = self.taken[key].target
        return self.has_heard(agency, target, standing) and agency not in self.remedies.gave_back(target, but=key)

    def has_heard(self, agency: str, key: UpdateKey | None, standing: Standing | None) -> bool:
        """Whether an agency was told an update otherwise than in an emergency, or in one that lasts."""
        if key is None:  # what could be about an earlier one and is about none is for whoever has a ground
            return True
        told = any(each.key == key for each in self.feeds[agency])
        lasts = standing is not None and agency in standing.access
        return told and ((agency, key) not in self.borrowed or lasts)

    def cells(
        self,
        agency: str,
        key: UpdateKey,
        standing: Standing,
        *,
        told_before: bool,
        word: str = "",
        named: Collection[str] | None = None,
    ) -> dict[str, tuple[str, str]]:
        if agency in self.remedies.gave_back(key):
            return {}
        own = not word and agency == key.publisher and standing.works(agency)
        taken = self.taken[key]
        named = named_in(taken, standing, self.facts[taken.person]) if named is None else named
        said, kind = words(standing, agency, taken, named, word), taken.received.kind
        recipient = POLICIES.partners[agency].kind
        return told(POLICIES, kind, recipient, said, own=own, told_before=told_before, word=word)

    def tell(
        self,
        agency: str,
        key: UpdateKey,
        standing: Standing,
        *,
        told_before: bool,
        word: str = "",
        remedy: Remedy | None = None,
    ) -> bool:
        taken, remedy = self.taken[key], remedy or Remedy()
        cells = self.cells(agency, key, standing, told_before=told_before, word=word, named=remedy.named)
        content = content_of(taken, self.facts[taken.person]) | self.remedies.right(key)
        if agency != key.publisher:
            content = on_record(taken.person) | content
        content |= remedy.alone.get(agency, {})
        values = {name: how if how != "clear" else None for name, (how, _) in cells.items()}
        told_now = {n: MASKS[m](content[n]) if m else content[n] for n, m in values.items() if n in content}
        told_now = {n: value for n, value in told_now.items() if value is not None}
        if post := cells.get("signpost"):
            told_now["signpost"] = POLICIES.kinds[taken.received.kind].share[post[1]].signpost
        reference = type(taken.received.update).REFERS_TO
        if reference in told_now and taken.target:
            told_now[reference] = str(self.identity.message(agency, *taken.target))
        if told_now:
            self._append(agency, key, told_now, cells, standing, word)
        return bool(told_now)

    def _append(
        self,
        agency: str,
        key: UpdateKey,
        told_now: dict[str, Any],
        cells: dict[str, tuple[str, str]],
        standing: Standing,
        word: str,
    ) -> None:
        taken, access = self.taken[key], None
        if word == "access":
            access = key_of(standing.access[agency])
            told_now["on_access"] = str(self.identity.message(agency, *access))
            if not self.holds(agency, key):
                self.borrowed.add((agency, key))
        else:
            self.borrowed.discard((agency, key))
        self.feeds[agency].append(Projection(key, taken.received.kind, told_now, told_now, access, cells))
        if not access and POLICIES.partners[agency].state_only:
            self._keep_state(agency, taken)

    def _keep_state(self, agency: str, taken: Taken) -> None:
        over, received, facts = None, taken.received, self.facts[taken.person]
        if isinstance(received.update, MOVEMENTS):
            claim = movement(received.key.publisher, received.occurred_at, received.update, taken.at)
            over = presenting.show(facts, agency, str(received.key), claim, str(taken.target))
        elif isinstance(received.update, UpdateWithdrawn):
            over = presenting.hide(facts, agency, str(taken.target))
        elif isinstance(received.update, UpdateConfirmed):
            shown = facts.shown.get(agency)
            over = None if shown and shown.key == str(taken.target) else str(received.key)
        elif isinstance(received.update, StaffRiskLifted):
            over = str(taken.target)
        elif isinstance(received.update, Charged | HearingConcluded) and taken.target:
            over = self._over_by_outcome(agency, taken, clears=received.update.clears)
        if over:
            self._forget_movement(agency, over, received.key, facts)

    def _over_by_outcome(self, agency: str, taken: Taken, *, clears: bool) -> str | None:
        """Of an arrest that came to nothing all goes; another outcome is heard while the arrest is shown."""
        facts, arrest = self.facts[taken.person], str(taken.target)
        lefts = [by for by, of in facts.ends.items() if of == arrest and by not in facts.outcomes]
        shown = facts.shown.get(agency)
        about = shown is not None and shown.key in (arrest, *lefts)
        if not clears:
            return None if about else str(taken.received.key)
        if shown and about:
            del facts.shown[agency]
            return shown.key
        return arrest

    def _forget_movement(self, agency: str, over: str, key: UpdateKey, facts: Facts) -> None:
        """It goes with what was said of it, and of the arrest; but not what says so."""
        arrest = facts.ends.get(over, over)
        clearing = isinstance(self.taken[key].received.update, HearingConcluded) and over != str(key)
        for each in (over, *(by for by, of in facts.outcomes.items() if of == arrest)):
            if not (clearing and each == str(key)):
                self.remedies.forget(agency, key_of(each))
