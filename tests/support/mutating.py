"""`make mutate`: how many wrong rules the expectations and the named situations notice, of every sort of mistake."""

import sys
from collections import Counter
from collections.abc import Iterable

from access_policies.compiling import Bundle
from access_policies.loading import SHIPPED, load
from access_policies.situating import read_situations
from support.mutants import Mutant, Mutants

ENOUGH = 0.95


def noticed(mutants: Iterable[Mutant]) -> tuple[Counter[str], Counter[str], list[Mutant]]:
    """By sort of mistake, the mutants that change what is told, how many of them are noticed, and which are not."""
    situations = read_situations(SHIPPED, Bundle(load()))
    found, killed, missed = Counter[str](), Counter[str](), []
    for mutant in mutants:
        if mutant.changes_behaviour():
            found[mutant.operator] += 1
            dies = mutant.killed(situations)
            killed[mutant.operator] += dies
            missed += [] if dies else [mutant]
    return found, killed, missed


def figures(found: Counter[str], killed: Counter[str]) -> str:
    """A line for each sort of mistake, and the sum."""
    rate = killed.total() / found.total()
    lines = [f"{operator}: {killed[operator]} of {found[operator]}" for operator in found]
    return "\n".join([*lines, f"in all: {killed.total()} of {found.total()} wrong rules are noticed, {rate:.1%}"])


def main() -> int:
    """Every mutant there is. 1 when fewer than 95 in 100 of those that matter are noticed."""
    found, killed, missed = noticed(Mutants(load()).all())
    sys.stdout.writelines(f"not noticed: {mutant.operator}: {mutant.what}\n" for mutant in missed)
    sys.stdout.write(f"{figures(found, killed)}\n")
    return 0 if killed.total() / found.total() >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
