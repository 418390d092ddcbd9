"""How long it takes to load policies, to decide every situation there is, and to compare two editions over them."""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TypeVar

from access_policies.changing import changed_cells
from access_policies.compiling import Bundle
from access_policies.enumerating import cells
from access_policies.loading import SHIPPED, load
from access_policies.model import Clause, Policies

DOZEN = 12
_ROUNDS = 5

Fresh = TypeVar("Fresh")


def measure() -> list[str]:
    """Print the rows. They are absolute, so none of them fails."""
    policies = load()
    old, new = Bundle(policies), Bundle(_widened(policies))
    dozens = len(policies.kinds) / DOZEN
    everything = list(cells(old))
    situations = sum(over.size for _, _, over, _ in everything)
    told = sum(over.size * len(policies.kinds[kind].fields) for kind, _, over, _ in everything)
    lines = len(list(changed_cells(old, new)))
    print(f"{len(policies.kinds)} kinds: {situations:,} situations, {told:,} cells; all figures for a dozen kinds")
    loading = _best(lambda: SHIPPED, lambda directory: Bundle(load(directory)))
    deciding = _best(lambda: Bundle(policies), lambda bundle: _exhaust(cells(bundle)))
    comparing = _best(lambda: (Bundle(policies), Bundle(_widened(policies))), lambda two: _exhaust(changed_cells(*two)))
    print(f"  load + compile: {loading / dozens:.0f} ms (to reach: 1,000)")
    print(f"  decide every situation: {deciding / dozens:.0f} ms (to reach: 100)")
    print(f"  compare two editions, {lines:,} cells changed: {comparing / dozens:.0f} ms (to reach: 100)")
    return []


def _widened(policies: Policies) -> Policies:
    """Every clause of every kind tells those as well to whom a person was only referred: the worst case, in which
    nothing can be skipped.
    """
    clauses = {name: clause.model_copy(update={"when": _wider(clause)}) for name, clause in policies.clauses.items()}
    return policies.model_copy(update={"clauses": clauses})


def _wider(clause: Clause) -> dict[str, tuple[str, ...]]:
    return {**clause.when, "involvement": ("referred", "active", "lead")}


def _exhaust(found: Iterator[object]) -> None:
    for _ in found:
        pass


def _best(prepare: Callable[[], Fresh], work: Callable[[Fresh], object]) -> float:
    """Milliseconds of the work, the best of a few rounds; what was decided is kept, so each round has its own."""
    rounds = []
    for _ in range(_ROUNDS):
        fresh = prepare()
        start = perf_counter()
        work(fresh)
        rounds.append((perf_counter() - start) * 1e3)
    return min(rounds)
