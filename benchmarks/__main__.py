"""`python -m benchmarks [NAME ...]`, by the names in `MEASURES`: all when none is named."""

import sys
from collections.abc import Callable

from benchmarks import accepting, carrying, comparing, deciding, growing, latency, starting, trust

MEASURES: dict[str, Callable[[], list[str]]] = {
    "starting": starting.measure,
    "comparing": comparing.measure,
    "deciding": deciding.measure,
    "accepting": accepting.measure,
    "latency": latency.measure,
    "trust": trust.measure,
    "carrying": carrying.measure,
    "growing": growing.measure,
}


def main(names: list[str]) -> int:
    """Measure. Returns 1 when a ratio is past its bar."""
    if unknown := set(names) - set(MEASURES):
        sys.stderr.write(f"no such measurement: {', '.join(sorted(unknown))}; choose from {', '.join(MEASURES)}\n")
        return 2
    failures = [failure for name in names or MEASURES for failure in MEASURES[name]()]
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
