"""Accepting: a batch of verified updates, in one transaction, becomes facts, decisions, ledger leaves and feed
records, or none of it.

The order is decision 5: insert idempotently; lock the person records in id order before any fact is read; fold,
decide, seal; then lock the one row that counts, and under it only number, hash, insert and commit.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import orjson
from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub import answering, ledger
from hub.answering import Answering, Line, Refusal
from hub.cases import Case, said, settled_at
from hub.correcting import breaks_its_schema
from hub.crashpoints import reach
from hub.deferring import reminder_for, timer_for
from hub.identity import Identity
from hub.numbering import Entry, number
from hub.placing import Desk, Discarded, Held, Placed, may_say
from hub.ports import Arrival, Clock, Entropy, Store, Stored, Timer, Unit, UpdateKey
from hub.postponing import continued_on
from hub.receiving import NOT_THIS_KIND, Problem, Received, Refused, Rejected
from hub.reviewing import may_close, terms
from hub.telling import Telling, Told
from schemas.receipts import Receipt
from schemas.updates import KINDS, Provisional
from schemas.updates.programme import CohortDecided
from schemas.updates.supervision import AppointmentMissed, BreachStarted
from schemas.updates.trust import AccessClosed, AccessOpened, DisclosureRecalled, UpdateCorrected, UpdateWithdrawn

Result = answering.Result
VIEW_RETENTION = timedelta(days=30)
"""How long a partner's view of a case stays open after its involvement has ended (D25; confirm)."""


class Acceptor:
    """Accepts batches. Keeps nothing between them, so any number may work on one store."""

    def __init__(
        self,
        store: Store,
        in_force: Callable[[], Bundle],
        identity: Identity,
        clock: Clock,
        entropy: Entropy,
        settle: timedelta,
        retention: timedelta = VIEW_RETENTION,
        answer_within: timedelta | None = None,
    ) -> None:
        """`in_force` is asked for the bundle once a batch; `settle` is how long an arrest or a release stays
        provisional, `retention` how long a view stays open; `answer_within` when a partner must have answered one.
        """
        self.store, self.in_force, self.identity, self.clock = store, in_force, identity, clock
        self.entropy, self.settle, self.retention = entropy, settle, retention
        self.answer_within = answer_within

    def accept(self, batch: Sequence[Received]) -> list[Result]:
        """A receipt for each update, or a refusal: its id was used for other bytes, or its publisher may not say
        such a thing any more, as the bundle was replaced since it was received. Raises `TryLater`.

        Durable once it returns. The same update again gets the same receipt and has no effect.
        """
        with self.store.unit() as unit:
            results = self.accept_in(unit, batch)
        reach("after_commit")
        return results

    def accept_in(self, unit: Unit, batch: Sequence[Received]) -> list[Result]:
        """The same inside a unit of work that the caller commits.

        The bundle is read here, in the unit: bundles too are exchanged in one, so none is between two.
        """
        working = _Batch(self, unit, self.clock.now(), self.in_force())
        fresh, results = working.receive(batch)
        if fresh:
            working.take(fresh)
        return results

    def collect(self, lines: Sequence[Line], refusals: Sequence[Refusal] = (), failed: str | None = None) -> int:
        """What a source brought: every update accepted, every line answered on its publisher's own feed, every refusal
        entered, in one unit of work. Returns how many were dealt with now, and not in an earlier unit: the same
        records may come again, and have one effect. Raises `TryLater`.

        With `failed` no update is placed: each is held for this reason, for somebody to look at.
        """
        with self.store.unit() as unit:
            done = self._collect_in(unit, lines, refusals, failed)
        reach("after_commit")
        return done

    def _collect_in(self, unit: Unit, lines: Sequence[Line], refusals: Sequence[Refusal], failed: str | None) -> int:
        now, bundle = self.clock.now(), self.in_force()
        desk = Answering(unit, bundle, self.identity, self.entropy, now)
        new, refused = desk.unanswered(lines), desk.unentered(refusals)
        working = _Batch(self, unit, now, bundle)
        fresh, results = working.receive([line.outcome for line in new if isinstance(line.outcome, Received)])
        accepted = iter(results)
        said = [(line, next(accepted) if isinstance(line.outcome, Received) else line.outcome) for line in new]
        entries = [(_key(line), desk.answer(line, result)) for line, result in said if desk.takes_part(line.agency)]
        entries += [(None, desk.refuse(each)) for each in refused]
        if fresh or entries:
            working.take(fresh, entries, failed)
        return len(new) + len(refused)


def _key(line: Line) -> UpdateKey | None:
    return line.outcome.key if isinstance(line.outcome, Received) else None


def _result(arrival: Arrival, earlier: Arrival | None) -> Result:
    kept = earlier or arrival
    if kept.fingerprint != arrival.fingerprint:
        return Rejected([Problem("id", "already_used", "was used for another update; choose a new one")])
    return receipt(kept)


def receipt(kept: Arrival) -> Receipt:
    """Receipt v1: the same for placed, held, discarded and repeated updates."""
    return Receipt(id=kept.key.update_id, fingerprint=kept.fingerprint.hex(), received_at=kept.received_at)


class _Batch:
    """One batch on its way through the transaction."""

    def __init__(self, acceptor: Acceptor, unit: Unit, now: datetime, bundle: Bundle) -> None:
        self._a, self._unit, self._now, self._bundle = acceptor, unit, now, bundle
        self._desk = Desk(unit, acceptor.identity, bundle)
        self._telling = Telling(self._desk, acceptor.entropy, acceptor.settle, now)
        self._cases: dict[UUID, Case] = {}
        self._entries: list[Entry] = []
        self._stored: list[tuple[Stored, bytes]] = []
        self._timers: list[Timer] = []
        self._fell: set[UpdateKey] = set()
        """Updates of this batch that were placed at first, and then could not stand."""

    def receive(self, batch: Sequence[Received]) -> tuple[list[Received], list[Result]]:
        """Those that are new, and the result for each."""
        may = [may_say(self._bundle, received.key.publisher, received.kind) for received in batch]
        permitted = [received for received, allowed in zip(batch, may, strict=True) if allowed]
        arrivals = [Arrival(r.key, self._a.identity.fingerprint(r.raw), self._now) for r in permitted]
        earlier = self._unit.receive(arrivals)
        reach("after_insert")
        fresh = [received for received, before in zip(permitted, earlier, strict=True) if before is None]
        results = iter([_result(*each) for each in zip(arrivals, earlier, strict=True)])
        return fresh, [next(results) if allowed else Refused(NOT_THIS_KIND) for allowed in may]

    def take(
        self, fresh: Sequence[Received], answers: Sequence[tuple[UpdateKey | None, Entry]] = (), held: str | None = None
    ) -> None:
        """Place all, lock and read their records, decide one after the other, number, write; or hold all for a reason.

        `answers` are entries of their own, each behind that of the update with its key.
        """
        self._continued = continued_on(self._unit, self._bundle, self._now.date())
        self._desk.prepare(() if held else fresh)
        placements = [(received, Held(held) if held else self._desk.place(received)) for received in fresh]
        self._lock({p.record_id for _, p in placements if isinstance(p, Placed)})
        for received, placement in placements:
            self._take_one(received, placement)
        reach("after_decide")
        for case in self._cases.values():
            case.save(self._unit)
        number(self._unit, [*self._in_order(answers)], self._a.identity, self._stored, self._timers)
        self._telling.finish()
        reach("before_commit")

    def _in_order(self, answers: Sequence[tuple[UpdateKey | None, Entry]]) -> Iterator[Entry]:
        """Each answer behind its update, so that where it stands does not hang on what else came in the same unit."""
        made = {entry.key: entry for entry in self._entries}
        for key, answer in answers:
            if key in made:
                yield made.pop(key)
            yield answer
        yield from made.values()

    def _lock(self, record_ids: set[UUID]) -> None:
        """Lock in id order, then read. A record that this batch creates is not there yet."""
        for person in self._unit.lock_persons(sorted(record_ids)).values():
            case = self._cases[person.record_id] = Case.kept(person)
            case.weigh(self._bundle, self._now, self._continued)

    def _take_one(self, received: Received, placement: Placed | Held | Discarded) -> None:
        if isinstance(placement, Placed):
            placement = self._cannot_stand(received, placement) or placement
        if isinstance(placement, Placed):
            self._disclose(received, placement)
        elif isinstance(placement, Held):
            self._fell.add(received.key)
            self._hold(received, placement)

    def _cannot_stand(self, received: Received, placement: Placed) -> Held | None:
        """What only the locked record can tell: a contradiction, or a reference to an update that this one cannot be
        about.
        """
        case = self._cases.get(placement.record_id)
        if case and case.identity.contradicts(received.update):
            return Held("contradiction")
        if case is None and not isinstance(received.update, CohortDecided):
            return Held("unknown_person")  # the decision that creates the record was itself held
        if placement.target in self._fell:
            return Held("unknown_reference")
        return self._cannot_be_about(case, received, placement.target) if case and placement.target else None

    def _cannot_be_about(self, case: Case, received: Received, target: UpdateKey) -> Held | None:
        past, publisher = self._telling.past, received.key.publisher
        match received.update:
            case UpdateCorrected(of_kind=kind) as update:
                fits = past.kind(target) == kind
                if fits and breaks_its_schema(update, target, past):
                    return Held("schema")
            case UpdateWithdrawn() | DisclosureRecalled():
                fits = not KINDS[past.kind(target)].FINAL
            case AccessClosed() if not may_close(case.standing, self._bundle, target.publisher, publisher):
                return Held("not_its_reviewer")
            case BreachStarted():  # what nobody marked enforceable is no evidence (D7)
                earlier = past.earlier(target)[0].update
                fits = isinstance(earlier, AppointmentMissed) and earlier.enforceable
            case update:
                fits = not update.REFERS_TO_KINDS or past.kind(target) in update.REFERS_TO_KINDS
        return None if fits else Held("wrong_reference")

    def _hold(self, received: Received, held: Held) -> None:
        self._keep(received, None)
        self._enter(None, self._record(received, "held") | {"because": held.reason}, Told([], [], {}), received.key)

    def _disclose(self, received: Received, placement: Placed) -> None:
        case, target = self._case(received, placement), placement.target
        if case.nothing_left(received, target):
            return
        before = case.standing
        if case.fold(received, target, self._now):
            case.weigh(self._bundle, self._now, self._continued)
        told = self._telling.tell(case, received, target, self._said(received), before)
        self._keep(received, case.record_id)
        self._enter(case, self._record(received, "placed"), told, received.key)
        spans = self._a.settle, self._a.retention
        due = timer_for(received, case.record_id, self._bundle, self._now, *spans)
        reminder = reminder_for(received, case.record_id, self._now, self._a.answer_within)
        self._timers += [timer for timer in (due, reminder) if timer]

    def _case(self, received: Received, placement: Placed) -> Case:
        """The case, begun or completed by a cohort decision."""
        case, update = self._cases.get(placement.record_id), received.update
        if case is None:
            assert isinstance(update, CohortDecided)
            case = self._cases[placement.record_id] = Case.begun(placement.record_id, update, self._desk)
            case.weigh(self._bundle, self._now, self._continued)
        elif isinstance(update, CohortDecided):
            case.learn(update, self._desk)
        return case

    def _said(self, received: Received) -> dict[str, JsonValue]:
        content = said(received)
        if isinstance(received.update, Provisional):
            content |= settled_at(self._now + self._a.settle)
        elif isinstance(received.update, AccessOpened):
            content |= terms(self._bundle, received.key.publisher, self._now)
        return content

    def _keep(self, received: Received, record_id: UUID | None) -> None:
        content = {"kind": received.kind, "raw": received.raw.decode(), "attested": received.attested}
        owner = record_id or f"held-{received.key.publisher}"
        sealed = self._unit.seal(owner, "raw", orjson.dumps(content), f"updates/{received.key}")
        self._stored.append((Stored(received.key, record_id), sealed))

    def _record(self, received: Received, outcome: str) -> dict[str, JsonValue]:
        """What the ledger says of an accepted update (DPA 2018 s.62: collection and disclosure)."""
        return {
            "verb": "collection",
            "outcome": outcome,
            "update": str(received.key),
            "kind": received.kind,
            "digest": sha256(received.raw).hexdigest(),
            "attested": dict(received.attested),
            "bundle": self._bundle.digest,
        }

    def _enter(self, case: Case | None, record: dict[str, JsonValue], told: Told, key: UpdateKey) -> None:
        """One leaf for the update and everything it discloses: no disclosure without its leaf."""
        if case:
            record["record"] = str(case.record_id)
        record |= told.entered()
        leaf, opening = ledger.leaf(self._now, self._a.entropy.salts(str(record["update"]), 1), record)
        self._entries.append(Entry(leaf, opening, case.record_id if case else None, told.drafts, key))
