"""`make prove`: ten thousand pairs of stories through decide and feed, on every core; ends with 1 if any differ."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from os import cpu_count

from hypothesis import HealthCheck, Phase, given, seed, settings

from hub.running import tune_interpreter
from property.pairs import Pair, Story, pairs

PAIRS, CHUNK, SHOWN = 10_000, 100, 3
"""How many pairs in all, how many to a piece of work, and how many of those that differ are written out."""


@dataclass
class Tally:
    """What came of a number of pairs."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def take(self, pair: Pair) -> None:
        """Compare one more pair."""
        differing = pair.differing()
        self.counts.update(
            pairs=1,
            different=bool(differing),
            compared=len(pair.unaffected),
            updates=len(pair.one) + len(pair.other),
        )
        if differing:
            self.faults.append(written(pair, differing))

    def add(self, other: "Tally") -> None:
        """Take in what another process found."""
        self.counts.update(other.counts)
        self.faults += other.faults

    def line(self, seconds: float) -> str:
        """The summary."""
        c = {name: f"{self.counts[name]:,}" for name in ("pairs", "compared", "updates", "different")}
        return (
            f"{c['pairs']} pairs, {c['compared']} partners compared, {c['updates']} updates, "
            f"{seconds:.0f} s: {c['different']} different"
        )


def written(pair: Pair, differing: list[str]) -> str:
    """Both stories, for whoever looks for the reason."""
    stories = [f"{name}:\n{_lines(story)}" for name, story in (("one", pair.one), ("other", pair.other))]
    return "\n".join([f"not the same for {', '.join(differing)}", *stories])


def _lines(story: Story) -> str:
    return "\n".join(f"  {event}" for event in story)


def proved(number: int) -> Tally:
    """One piece of the work: the pairs that follow from this number."""
    tally = Tally()
    tune_interpreter()

    @seed(number)
    @given(pairs())
    @settings(
        max_examples=CHUNK,
        phases=[Phase.generate],
        derandomize=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def compare(pair: Pair) -> None:
        tally.take(pair)

    compare()
    return tally


def pieces(count: int) -> Iterator[Tally]:
    """So many pieces of work, as they are done, on every core."""
    with get_context("spawn").Pool(cpu_count()) as pool:
        yield from pool.imap_unordered(proved, range(count))


def main() -> int:
    """Prove, show how far it is, and say what came of it."""
    started, total = time.monotonic(), Tally()
    for tally in pieces(PAIRS // CHUNK):
        total.add(tally)
        _show(total.counts["pairs"] / PAIRS)
    sys.stderr.write("\n")
    sys.stdout.write("\n".join([*total.faults[:SHOWN], total.line(time.monotonic() - started), ""]))
    return 1 if total.faults or total.counts["pairs"] < PAIRS else 0


def _show(done: float) -> None:
    sys.stderr.write(f"\r[{'#' * int(40 * done):40}] {done:4.0%}")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
