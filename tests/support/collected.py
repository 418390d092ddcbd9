"""A partnership whose agencies publish through a source: what a test puts there, and what became of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from hub.answering import Line, Refusal, one_by_one
from hub.collecting import Collector
from hub.ports import Brought
from support.attested import Post, as_it_came, checks, with_keys
from support.partnership import POLICE, PROBATION, Partnership


class Given:
    """A source that brings what a test puts into it; what was not taken is brought again."""

    def __init__(self) -> None:
        self.waiting: list[Brought] = []
        self.out: list[Brought] = []

    def put(self, *records: Brought) -> None:
        self.waiting += records

    def bring(self, limit: int, seconds: float) -> list[Brought]:  # noqa: ARG002  # nothing is waited for
        new = self.waiting[len(self.out) : len(self.out) + limit]
        self.out += new
        return new

    def taken(self, brought: Sequence[Brought]) -> None:
        self.waiting = self.waiting[len(brought) :]
        self.out = self.out[len(brought) :]

    def again(self) -> None:
        self.out = []

    def close(self) -> None:
        self.again()


class World:
    """A partnership whose agencies sign, and a source."""

    def __init__(self, home: Path, **policies: Any) -> None:
        self.partners = Partnership(home, policies=with_keys(**policies))
        self.post, self.source = Post(self.partners), Given()
        self.collector = Collector(self.source, self.partners.hub.acceptor, as_it_came, checks(self.partners.hub))

    def send(self, *records: Brought) -> None:
        """Let the hub take these in."""
        self.source.put(*records)
        self.collector.step()

    def answers(self, agency: str) -> list[dict[str, Any]]:
        """What an agency was answered, without what every record has."""
        return [
            {name: value for name, value in each.items() if name not in ("message_id", "bundle", "record")}
            for each in one_by_one(self.partners.told(agency))
            if each["kind"].startswith("hub.")
        ]

    def refusals(self) -> list[dict[str, Any]]:
        """What the ledger says was refused."""
        with self.partners.hub.archive() as archive:
            records = [orjson.loads(each.record) for each in archive.entries(0, archive.size())]
        return [each for each in records if each["verb"] == "refusal"]

    def sound(self) -> bool:
        """Whether verification finds nothing."""
        assert self.partners.hub.verify().problems == []
        return True


@contextmanager
def a_world(home: Path, **policies: Any) -> Iterator[World]:
    """A world that is closed when the block ends."""
    world = World(home, **policies)
    try:
        yield world
    finally:
        world.partners.hub.close()


def worked(world: World) -> dict[str, Any]:
    """Somebody whom the police and probation work with."""
    person = world.partners.person()
    for agency in (POLICE, PROBATION):
        world.partners.involve(person, agency)
    return person


class Failing:
    """An acceptor that fails as a test says, and else does what the hub's does."""

    def __init__(self, world: World, fails: Callable[[Sequence[Line]], Exception | None]) -> None:
        self._real, self._fails, self.in_force = (
            world.partners.hub.acceptor,
            fails,
            world.partners.hub.acceptor.in_force,
        )
        world.collector._acceptor = self  # type: ignore[assignment]  # it keeps the same promise

    def collect(self, lines: Sequence[Line], refusals: Sequence[Refusal] = (), failed: str | None = None) -> int:
        """Fail first, or take in."""
        failure = None if failed else self._fails(lines)
        if failure:
            raise failure
        return self._real.collect(lines, refusals, failed)
