"""Taking: one batch on its way through the transaction: placed, folded, decided, told, numbered, and what is held."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub import answering, ledger, linking
from hub.cases import Case
from hub.crashpoints import reach
from hub.deferring import parting_timer, reminder_for, timer_for
from hub.gathering import Gathering
from hub.holding import alarm, decides_for_another, misfit, missed_nothing, waits
from hub.identity import Identity
from hub.numbering import Entry, number
from hub.placing import UNKNOWN_REFERENCE, Desk, Discarded, Held, Placed, may_say
from hub.ports import Arrival, Entropy, Stored, Timer, Unit, UpdateKey, Waits
from hub.receiving import NOT_THIS_KIND, Problem, Received, Refused, Rejected
from hub.restoring import restored
from hub.retelling import leavers
from hub.standing import Standing
from hub.telling import Telling, Told, collection
from schemas.updates.linking import IdentityLinked
from schemas.updates.programme import CohortDecided

Result = answering.Result
NO_ORDER: Mapping[str, JsonValue] = MappingProxyType({})


class Means(Protocol):
    """What a batch works with beside its unit of work: every acceptor has it."""

    identity: Identity
    entropy: Entropy
    settle: timedelta
    retention: timedelta
    answer_within: timedelta | None


class Batch:
    """One batch on its way through the transaction."""

    def __init__(self, means: Means, unit: Unit, now: datetime, bundle: Bundle) -> None:
        """In one unit of work, by one bundle."""
        self._a, self._unit, self._now, self._bundle = means, unit, now, bundle
        self._desk = Desk(unit, means.identity, bundle)
        self._telling = Telling(self._desk, means.entropy, means.settle, now)
        self._cases: dict[UUID, Case] = {}
        self._entries: dict[UpdateKey, list[Entry]] = {}
        """What is entered with each update of the batch: its own entry, one for each other record of which it tells,
        and the same of what had waited for it.
        """
        self._at: UpdateKey
        """The update of the batch that is being taken."""
        self._stored: list[tuple[Stored, bytes]] = []
        self._timers: list[Timer] = []
        self._early: dict[UpdateKey, Received] = {}
        """Updates of this batch that name one which has not come."""
        self._awaited = True
        """Whether anything in the store may wait for what is placed."""
        self._looked_at: set[UpdateKey] = set()
        """What the store held, and was looked at again."""

    def receive(self, batch: Sequence[Received]) -> tuple[list[Received], list[Result]]:
        """Those that are new, and the result for each."""
        may = [may_say(self._bundle, received.key.publisher, received.kind) for received in batch]
        permitted = [received for received, allowed in zip(batch, may, strict=True) if allowed]
        arrivals = [Arrival(r.key, self._a.identity.fingerprint(r.raw), self._now) for r in permitted]
        earlier = self._unit.receive(arrivals)
        reach("after_insert")
        fresh = [received for received, before in zip(permitted, earlier, strict=True) if before is None]
        results = iter([answering.result(*each) for each in zip(arrivals, earlier, strict=True)])
        return fresh, [next(results) if allowed else Refused(NOT_THIS_KIND) for allowed in may]

    def take(
        self,
        fresh: Sequence[Received],
        answers: Sequence[tuple[Sequence[UpdateKey], Entry]] = (),
        held: str | None = None,
    ) -> None:
        """Lock and read every record that may be meant; place and decide one after the other, number, write; or hold
        all for a reason.

        `answers` are entries of their own, each behind those of the updates with its keys.
        """
        if not held:
            self._desk.prepare(fresh)
            self._lock(self._desk.meant(fresh))
            self._awaited = bool(self._unit.awaiting_any([received.key for received in fresh]))
        for received in fresh:
            self._take_next(received, Held(held) if held else self._desk.place(received))
        for received in self._early.values():
            self._at = received.key
            self._take_one(received, UNKNOWN_REFERENCE)
        self._finish(answers)

    def _take_next(self, received: Received, placement: Placed | Held | Discarded) -> None:
        """As if it had come by itself: only what stands may be named after it, or lend its numbers."""
        self._at = received.key
        if placement is UNKNOWN_REFERENCE:
            self._early[received.key] = received
        elif self._take_one(received, placement):
            self._try_again(received.key)

    def take_held(self, received: Received, record_id: UUID, order: Mapping[str, JsonValue]) -> bool:
        """Place a held update with this record, by somebody's `order`. False where nobody holds it now, or the case
        belongs to another unit. Raises `Rejected` where it cannot stand there.
        """
        self._desk.prepare([received])
        self._lock({record_id})
        case, unit = self._cases[record_id], str(order["agency"])
        if unit not in case.standing.home:
            return False
        found: Placed | Held | None = self._desk.place_with(received, record_id)
        if isinstance(found, Placed):
            placement, found = found, self._misfit(received, found)
        if found:
            raise Rejected([Problem("update", found.reason, "cannot be placed with this person")])
        if not self._unit.take_held(received.key):
            return False
        if decides_for_another(case, received):
            case.vouch(received.key, unit)
        self._at = received.key
        self._disclose(received, placement, {"order": dict(order)})
        self._try_again(received.key)
        self._finish(())
        return True

    def _misfit(self, received: Received, placement: Placed) -> Held | None:
        case, target = self._cases[placement.record_id], placement.target
        return misfit(case, received, target, self._bundle, self._telling.past) if target else None

    def _try_again(self, key: UpdateKey) -> None:
        """What names this update, which had not come, is looked at again; and what names that."""
        keys = [key]
        while keys:
            keys = [each for each in self._awaiting(keys) if self._stands_now(each)]

    def _awaiting(self, keys: Sequence[UpdateKey]) -> list[UpdateKey]:
        """In the order in which they came."""
        early = [e for e, each in self._early.items() if (e.publisher, each.update.refers_to()) in keys]
        return (self._unit.awaiting_any(keys) if self._awaited else []) + early

    def _stands_now(self, key: UpdateKey) -> bool:
        received = self._early.get(key) or self._held(key)
        if received is None or not may_say(self._bundle, key.publisher, received.kind):
            return False
        placement = self._desk.place(received)
        known = isinstance(placement, Placed) and placement.record_id in self._cases
        if not known or not (self._early.pop(key, None) or self._unit.take_held(key)):
            return False
        return self._take_one(received, placement)

    def _held(self, key: UpdateKey) -> Received | None:
        self._looked_at.add(key)
        content = self._unit.content_of(key)
        received = restored(key, content) if content else None
        self._desk.prepare([received] if received else [])
        return received

    def _finish(self, answers: Sequence[tuple[Sequence[UpdateKey], Entry]]) -> None:
        reach("after_decide")
        for case in self._cases.values():
            case.save(self._unit)
        number(self._unit, [*self._in_order(answers)], self._a.identity, self._stored, self._timers)
        missed_nothing(self._unit, [stored for stored, _ in self._stored], self._looked_at)
        self._telling.finish()
        reach("before_commit")

    def _in_order(self, answers: Sequence[tuple[Sequence[UpdateKey], Entry]]) -> Iterator[Entry]:
        """Each answer behind its updates, so that where it stands does not hang on what else came in the same unit."""
        made = dict(self._entries)
        for keys, answer in answers:
            for key in keys:
                yield from made.pop(key, ())
            yield answer
        yield from chain.from_iterable(made.values())

    def _lock(self, record_ids: set[UUID]) -> None:
        """From here on facts are read."""
        self._gathered = Gathering.of(self._unit, self._bundle, self._now, record_ids)
        self._cases = self._gathered.cases

    def _take_one(self, received: Received, placement: Placed | Held | Discarded) -> bool:
        """Whether it stands where it was placed."""
        if isinstance(placement, Placed):
            placement = self._cannot_stand(received, placement) or placement
        if isinstance(placement, Placed):
            self._disclose(received, placement)
        elif isinstance(placement, Held):
            self._hold(received, placement)
        return isinstance(placement, Placed)

    def _cannot_stand(self, received: Received, placement: Placed) -> Held | None:
        """What only the locked record can tell: a contradiction, or a reference to an update that this one cannot be
        about.
        """
        case = self._cases.get(placement.record_id)
        if case is None:  # it is to be created, or another process has just created it
            return None if placement.new else Held("unknown_person")
        if case.contradicts(received.update):
            return Held("contradiction")
        return Held("not_its_case") if decides_for_another(case, received) else self._misfit(received, placement)

    def _hold(self, received: Received, held: Held) -> None:
        waiting = waits(received, held)
        self._keep(received, None, waiting)
        record = collection(received, "held", self._bundle) | {"because": held.reason} | waiting.entered()
        self._enter(None, record, Told([], [], {}), received.key)
        self._unit.afterwards(lambda: alarm(held, waiting))

    def _disclose(self, received: Received, placement: Placed, order: Mapping[str, JsonValue] = NO_ORDER) -> None:
        case, target = self._case(received, placement), placement.target
        if case.nothing_left(received, target):
            return
        self._desk.remember(received, placement)
        before, links = self._gathered.standings(case), case.links
        if case.fold(received, target, self._now):
            self._gathered.weigh(case)
        joins = self._link(case, received, links, before)
        told = self._telling.tell(case, received, target, before[case.record_id])
        self._keep(received, case.record_id)
        self._enter(case, collection(received, "placed", self._bundle) | joins | dict(order), told, received.key)
        spans = self._a.settle, self._a.retention
        due = timer_for(received, case.record_id, self._bundle, self._now, *spans)
        reminder = reminder_for(received, case.record_id, self._now, self._a.answer_within)
        self._timers += [timer for timer in (due, reminder) if timer]
        if len(before) > 1:
            self._move_others(case, received, before, closes=due is not None)

    def _move_others(self, case: Case, received: Received, before: Mapping[UUID, Standing], *, closes: bool) -> None:
        """Who comes to a record of the same case by this, and who loses sight of one or is shut out (D14, D15). What
        `closes` the view of its own record by itself leaves that aside.
        """
        for each, standing in sorted(before.items()):
            other = self._cases[each]
            if other is not case and (told := self._telling.tell_newcomers(other, standing)).says_anything:
                said: dict[str, JsonValue] = {"verb": "joining", "because": str(received.key)}
                self._enter(other, said | {"bundle": self._bundle.digest}, told, received.key)
            if other is not case or not closes:
                self._part(other, received, standing)

    def _part(self, case: Case, received: Received, before: Standing) -> None:
        gone, shut = leavers(before, case.standing), case.standing.restricted_by - before.restricted_by
        if gone or shut:
            case.parts(gone, shut, received.key)
            self._timers.append(parting_timer(received, case.record_id, case.shut_at(shut), self._a.retention))

    def _link(
        self, case: Case, received: Received, links: frozenset[str], before: dict[UUID, Standing]
    ) -> dict[str, JsonValue]:
        """Let numbers lead where links now say, and join the records they lead to. Returns what the ledger says."""
        linked = case.links != links or isinstance(received.update, IdentityLinked)
        if linked or (case.facts.links and isinstance(received.update, linking.UNDOING)):
            case.repoint(self._desk)
        joins: list[JsonValue] = [str(each) for each in self._gathered.join(case, self._desk, before)] if linked else []
        return {"joins": joins} if joins else {}

    def _case(self, received: Received, placement: Placed) -> Case:
        """The case, begun or completed by a cohort decision."""
        case, update = self._cases.get(placement.record_id), received.update
        if case is None:
            assert isinstance(update, CohortDecided)
            case = self._cases[placement.record_id] = Case.begun(placement.record_id, update, self._desk)
            self._gathered.weigh(case)
        elif isinstance(update, CohortDecided):
            case.learn(update, self._desk)
        return case

    def _keep(self, received: Received, record_id: UUID | None, waiting: Waits | None = None) -> None:
        content = {"kind": received.kind, "raw": received.raw.decode(), "attested": received.attested}
        owner = record_id or f"held-{received.key.publisher}"
        sealed = self._unit.seal(owner, "raw", orjson.dumps(content), f"updates/{received.key}")
        self._stored.append((Stored(received.key, record_id, waits=waiting), sealed))

    def _enter(self, case: Case | None, record: dict[str, JsonValue], told: Told, key: UpdateKey) -> None:
        """One leaf for the update and everything it discloses: no disclosure without its leaf."""
        if case:
            record["record"] = str(case.record_id)
        record |= told.entered()
        owner, joining = case.record_id if case else None, record["verb"] == "joining"
        purpose = f"joining/{key}/{owner}" if joining else str(key)
        leaf, opening = ledger.leaf(self._now, self._a.entropy.salts(purpose, 1), record)
        entry = Entry(leaf, opening, owner, told.drafts, None if joining else key)
        self._entries.setdefault(self._at, []).append(entry)
