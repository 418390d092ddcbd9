"""What it costs to start a hub from its signed bundle, to ask for help, and to load and compile every kind, cold."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from support import starting
from support.signing import govern

START, HELP, COLD = 2.0, 0.5, 8.0
"""Seconds to reach on a machine that does little else."""
MOST_TIMES_LIBRARIES, MOST_TIMES_YAML = 5.0, 8.0


def measure() -> list[str]:
    """Print the rows, in processor time. Seconds are absolute, so they are printed only; ratios fail."""
    with TemporaryDirectory() as folder:
        home = govern(Path(folder))
        start, help_, libraries = (
            starting.least(partial(of, home)) for of in (starting.of_a_hub, starting.of_help, starting.of_the_libraries)
        )
    cold, parsed = starting.least(starting.of_the_policies), starting.least(starting.of_their_yaml)
    by_libraries, by_yaml = start / libraries, cold / parsed
    print(f"iom-hub serve, from its signed bundle to the first answer: {start:.2f} s of a core (to reach: {START:.1f})")
    print(f"  reading the libraries alone: {libraries:.2f} s; it takes {by_libraries:.1f} × that (bar: 5 ×)")
    print(f"iom-hub --help: {help_:.2f} s (to reach: {HELP:.1f})")
    print(f"every kind loaded from files and compiled, cold: {cold:.2f} s (to reach: {COLD:.1f})")
    print(f"  reading the files as YAML alone: {parsed:.2f} s; it takes {by_yaml:.1f} × that (bar: 8 ×)")
    failures = [f"a start takes {by_libraries:.1f} × its libraries"] if by_libraries > MOST_TIMES_LIBRARIES else []
    return failures + ([f"loading takes {by_yaml:.1f} × its YAML"] if by_yaml > MOST_TIMES_YAML else [])
