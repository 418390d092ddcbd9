"""`python -m faults [--short]`: kill everything under load, and write down what is left. Exits with 1 for any loss."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from faults.schedules import FULL, SHORT, Schedule, Table, run
from support.servers import KafkaCluster, NotRun, PostgresServer


def main() -> int:
    """Run every part of the schedule; print the table."""
    said = argparse.ArgumentParser(prog="faults", description=__doc__)
    said.add_argument("--short", action="store_true", help="a minute or two instead of a quarter of an hour")
    said.add_argument("--brokers", type=int, help="only the part with so many brokers: 1 or 3")
    asked = said.parse_args()
    schedules: tuple[Schedule, ...] = SHORT if asked.short else FULL
    schedules = tuple(each for each in schedules if asked.brokers in (None, each.brokers))
    wrong = 0
    for each in schedules:
        try:
            table = _run(each)
        except NotRun as why:
            _say(f"not run: {why}")
            return 1
        _say("\n".join(table.lines()))
        wrong += table.wrong
    return 1 if wrong else 0


def _run(schedule: Schedule) -> Table:
    with (
        TemporaryDirectory(prefix="iom-hub-faults-") as folder,
        PostgresServer() as postgres,
        KafkaCluster(schedule.brokers) as kafka,
    ):
        return run(schedule, Path(folder), postgres, kafka, _say)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
