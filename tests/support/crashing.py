"""A program that publishes one endless story into one home, and is killed again and again (tests/system).

    python -m support.crashing HOME

Each line on its standard input begins a round: where in the story to start, and at which crash point to die. A round
runs in a process of its own, forked from this one so that it starts at once; it writes `ack <number> <receipt>` after
each update that the hub acknowledged. When it is dead this one writes `end <signal>`.
"""

import json
import os
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from hub.ports import UpdateKey
from hub.receiving import Caller, Received, receive
from hub.timers import fire_due
from schemas.receipts import Receipt
from support.builders import a_missed_appointment, a_score, an_arrest
from support.partnership import HOUSING, POLICE, PROBATION, START, UNIT, Partnership, raw_update, who

PEOPLE = 4
ARREST, MISSED, SCORE = "custody.person.arrested", "supervision.appointment.missed", "programme.risk.reassessed"
_STORY = UUID("5c7d2a10-0000-4000-8000-000000000000")


class Event(NamedTuple):
    """One update of the story."""

    agency: str
    kind: str
    data: dict[str, Any]


class Round(NamedTuple):
    """From where a round publishes, where it dies if nobody kills it before, and what chance decides in it."""

    number: int
    start: int
    crash_at: str


def opening() -> list[Event]:
    """People come onto the programme, and agencies work with them; a confirmation names its update by its place."""
    story = []
    for number in range(1, PEOPLE + 1):
        person = {"identifiers": who(number)["identifiers"]}
        decision = {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}
        story.append(Event(UNIT, "programme.cohort.decided", {**who(number), **decision}))
        for agency, pathways in ((POLICE, []), (PROBATION, []), (HOUSING, ["accommodation"])):
            claim = {**person, "agency": agency, "role": "active", "pathways": pathways}
            story.append(Event(UNIT, "programme.agency.involved", claim))
            story.append(Event(agency, "trust.fact.confirmed", {"update": len(story) - 1}))
    return story


OPENING = opening()


def event(number: int) -> Event:
    """The update at a place of the story, which goes on for ever."""
    if number < len(OPENING):
        return OPENING[number]
    person = {"identifiers": who(1 + number % PEOPLE)["identifiers"]}
    choice = ((POLICE, ARREST, an_arrest), (PROBATION, MISSED, a_missed_appointment), (UNIT, SCORE, a_score))
    agency, kind, build = choice[number % 3]
    return Event(agency, kind, {**person, **build()})


def key(number: int) -> UpdateKey:
    """The id of the update at a place of the story."""
    return UpdateKey(event(number).agency, uuid5(_STORY, str(number)))


def update(partners: Partnership, number: int) -> Received:
    """The update at a place of the story, the same bytes whenever it is sent."""
    agency, kind, data = event(number)
    if kind == "trust.fact.confirmed":
        data = {"update": str(partners.hub.identity.message(agency, *key(data["update"])))}
    at = START + timedelta(seconds=number % 60)
    raw = raw_update(agency, kind, data, key(number).update_id, at)
    return receive(raw, Caller(agency, "a test"), partners.hub.bundle, partners.clock.now())


def batches(a_round: Round) -> Iterator[range]:
    """The story from the round's start on: the opening update by update, as people answer, then one to four at once."""
    choose, start = random.Random(a_round.number), a_round.start
    while True:
        yield range(start, start := start + (1 if start < len(OPENING) else choose.randint(1, 4)))


def publish(home: Path, a_round: Round) -> None:
    """Publish without end, with everything beside it that a hub does; tell of each update once it is acknowledged."""
    os.environ["IOM_HUB_CRASH_AT"] = a_round.crash_at
    partners = Partnership(home)
    partners.clock.moment = START + timedelta(minutes=2 * a_round.number)
    hub = partners.hub
    for batch in batches(a_round):
        sent = [update(partners, number) for number in batch]
        results = hub.commits.accept(sent) if a_round.number % 2 else hub.acceptor.accept(sent)
        for number, result in zip(batch, results, strict=True):
            assert isinstance(result, Receipt)
            say(f"ack {number} {result.model_dump_json()}")
        if batch.start % 4 == 0:
            fire_due(hub.acceptor)
        if batch.start % 5 == 0:
            hub.catch_up()
        if batch.start % 7 == 0:
            hub.recorder.checkpoint()


def say(line: str) -> None:
    """A whole line at once, out of this process before the next statement."""
    os.write(1, line.encode() + b"\n")


def main() -> None:
    """Fork a process for each round, and tell how it ended."""
    home = Path(sys.argv[1])
    for line in sys.stdin:
        a_round = Round(**json.loads(line))
        child = os.fork()
        if child == 0:
            publish(home, a_round)
        say(f"pid {child}")
        _, status = os.waitpid(child, 0)
        say(f"end {os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1}")


if __name__ == "__main__":
    main()
