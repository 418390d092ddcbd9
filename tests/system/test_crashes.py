"""Killed again and again, the hub loses nothing that it acknowledged, does nothing twice, and still verifies."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.places import contents, entries_of_the_feed, on_the_feed, on_the_ledger, problems
from hub.crashpoints import POINTS
from hub.timers import fire_due
from schemas.receipts import Receipt
from support.crashing import ARREST, MISSED, OPENING, SCORE, Round, event, key, update
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, START, UNIT, Partnership

TESTS = Path(__file__).resolve().parents[1]
AT_EACH_POINT, AT_RANDOM = 7, 28
MORE = 25
"""Updates of the story that are sent after the last crash."""

BELONGS_ON = {
    ARREST: {POLICE, PROBATION, UNIT, HOUSING},
    MISSED: {POLICE, PROBATION, UNIT},
    SCORE: {POLICE, PROBATION, UNIT},
}


class Killing:
    """The program, the rounds it went through, and everything it acknowledged before it was killed."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program
        self.receipts: dict[int, str] = {}
        self.kills: Counter[str] = Counter()

    def round(self, number: int, crash_at: str, acknowledged: int = 0, delay: float = 0) -> None:
        """One life, until its crash point; or, if it has none, until it was seen to acknowledge so many updates, and a
        little longer.
        """
        start = max(0, len(self.receipts) - 3)
        self._write(json.dumps(Round(number, start, crash_at)._asdict()))
        child = int(self._read().removeprefix("pid "))
        if not crash_at:
            for _ in range(acknowledged):
                self._acknowledge(self._read())
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
        while not (line := self._read()).startswith("end "):
            self._acknowledge(line)
        assert line == f"end {signal.SIGKILL}"
        self.kills[crash_at.partition(":")[0]] += 1

    def _acknowledge(self, line: str) -> None:
        """The same update always gets the same receipt, whichever life it was acknowledged in."""
        _, number, receipt = line.split(" ", 2)
        assert self.receipts.setdefault(int(number), receipt) == receipt

    def _write(self, line: str) -> None:
        assert self._program.stdin
        self._program.stdin.write(line + "\n")
        self._program.stdin.flush()

    def _read(self) -> str:
        assert self._program.stdout
        return self._program.stdout.readline().strip()


@contextmanager
def killing(home: Path) -> Iterator[Killing]:
    """The program, ready for its first round."""
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "support.crashing", str(home)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as program:
        yield Killing(program)


@pytest.mark.system
def test_fifty_crashes(tmp_path: Path) -> None:
    """Through more than fifty kills, at every named point and at any other moment, one store keeps each acknowledged
    update, once in the ledger and once on each feed it belongs on; it verifies, and sending everything again changes
    nothing and completes the rest.
    """
    killed = kill_again_and_again(tmp_path)
    assert killed.kills.total() >= 50
    assert all(killed.kills[point] == AT_EACH_POINT for point in POINTS)
    partners = Partnership(tmp_path)
    try:
        partners.clock.moment = START + timedelta(days=1)
        nothing_is_lost(partners, killed)
        sending_again_changes_nothing(partners, killed)
        the_rest_is_completed(partners, len(killed.receipts) + MORE)
        what_is_beside_goes_on(partners, len(killed.receipts) + MORE)
    finally:
        partners.hub.close()


def kill_again_and_again(home: Path) -> Killing:
    """Every point several times, at its first, second, ... passing, mixed with kills at random moments."""
    rounds = [(f"{point}:{1 + 2 * turn}", 0, 0.0) for point in POINTS for turn in range(AT_EACH_POINT)]
    chance = random.Random(7)
    rounds += [("", 0, chance.uniform(0, 0.1)) for _ in range(AT_RANDOM // 4)]
    rounds += [("", chance.randint(1, 12), chance.uniform(0, 0.012)) for _ in range(AT_RANDOM - AT_RANDOM // 4)]
    chance.shuffle(rounds)
    with killing(home) as found:
        for number, each in enumerate(rounds):
            found.round(number, *each)
    assert list(found.receipts) == list(range(len(found.receipts)))
    assert len(found.receipts) > len(OPENING) + 100
    return found


def nothing_is_lost(partners: Partnership, killed: Killing) -> None:
    """What was acknowledged is in the ledger, and once on each feed it belongs on, in the ledger's order."""
    assert problems(partners) == []
    index = on_the_ledger(partners)
    acknowledged = [key(number) for number in killed.receipts]
    assert set(acknowledged) <= index.keys()
    for recipient in EVERYONE:
        told_by = entries_of_the_feed(partners, recipient)
        assert told_by == sorted(told_by)
        times = Counter(on_the_feed(partners, recipient))
        for number in range(len(OPENING), len(killed.receipts)):
            assert times[key(number)] == (recipient in BELONGS_ON[event(number).kind])


def sending_again_changes_nothing(partners: Partnership, killed: Killing) -> None:
    """Every acknowledged update gets the receipt that it got, and not a row changes."""
    before = contents(partners)
    for number, receipt in killed.receipts.items():
        [result] = partners.hub.acceptor.accept([update(partners, number)])
        assert isinstance(result, Receipt)
        assert result.model_dump_json() == receipt
    assert contents(partners) == before


def the_rest_is_completed(partners: Partnership, until: int) -> None:
    """What was cut short, or never sent, is accepted; then everything is there once."""
    results = partners.hub.acceptor.accept([update(partners, number) for number in range(until)])
    assert all(isinstance(result, Receipt) for result in results)
    published = {each: 1 for each in on_the_ledger(partners) if each.publisher != "hub"}
    assert published == {key(number): 1 for number in range(until)}
    assert problems(partners) == []


def what_is_beside_goes_on(partners: Partnership, until: int) -> None:
    """Each arrest is settled once, whichever life its timer was set in; and the views hold each alert once."""
    partners.clock.turn(days=1)
    while fire_due(partners.hub.acceptor):
        pass
    arrests = [number for number in range(len(OPENING), until) if event(number).kind == ARREST]
    identity = partners.hub.identity
    settled = Counter(each["update"] for each in partners.told(PROBATION, "trust.update.confirmed"))
    assert settled == Counter(str(identity.message(PROBATION, *key(number))) for number in arrests)
    partners.hub.catch_up()
    alerts = partners.hub.hosted[PROBATION].views.alerts(open_only=False, limit=10_000)
    raised = {key(number) for number in range(len(OPENING), until) if event(number).kind in (ARREST, MISSED)}
    assert Counter(row.alert_id for row in alerts) == Counter(identity.message(PROBATION, *each) for each in raised)
    assert problems(partners) == []
