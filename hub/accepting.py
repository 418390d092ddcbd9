"""Accepting: a batch of verified updates, in one transaction, becomes facts, decisions, ledger leaves and feed
records, or none of it.

The order is decision 5: insert idempotently; lock the person records in id order before any fact is read; fold,
decide, seal; then lock the one row that counts, and under it only number, hash, insert, look whether another process
took in what belongs to it meanwhile (ADR 0042), and commit (`hub.taking`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from access_policies.compiling import Bundle
from hub import answering
from hub.answering import Answered, Answering, Line, Refusal, runs
from hub.crashpoints import reach
from hub.identity import Identity
from hub.ports import Clock, Entropy, Store, Unit, UpdateKey
from hub.receiving import Received
from hub.taking import Batch

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
        working = Batch(self, unit, self.clock.now(), self.in_force())
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
        working = Batch(self, unit, now, bundle)
        fresh, results = working.receive([line.outcome for line in new if isinstance(line.outcome, Received)])
        accepted = iter(results)
        said: list[Answered] = [
            (line, next(accepted) if isinstance(line.outcome, Received) else line.outcome) for line in new
        ]
        said = [each for each in said if desk.takes_part(each[0].agency)]
        entries = [([*_keys(run)], desk.answer(run)) for run in runs(said)]
        entries += [([], desk.refuse(each)) for each in refused]
        if fresh or entries:
            working.take(fresh, entries, failed)
        return len(new) + len(refused)


def _keys(run: Iterable[Answered]) -> Iterator[UpdateKey]:
    return (line.outcome.key for line, _ in run if isinstance(line.outcome, Received))
