"""Non-interference through the API and the stream (decision 3, D29).

Two hubs with the same keys live through two stories that tell one partner the same. Everything that this partner can
ask for over HTTP, meanwhile and afterwards, is equal byte for byte, headers and all: feed, stream, cases, alerts,
explanations, receipts of its own publications, what policies say, refusals. A route that is added is asked as well.
"""

from collections import Counter
from collections.abc import Iterator
from os import environ
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from hub.ports import UpdateKey
from hub.running import take_in
from hub.timers import fire_due
from property.asking import Asking, Trace
from property.pairs import Pair, Story, pairs
from property.playing import END, at, begin, open_at
from property.stories import Event
from support.builders import an_arrest
from support.http import Door
from support.partnership import HOUSING, POLICE, PROBATION

PAIRS = 300 if "EVERY_PAIR" in environ else 60
MIDDLE = 25
"""Minutes after the start when the partner looks for the first time."""


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a closed hub in which seven agencies know each other's place in the case."""
    home = tmp_path_factory.mktemp("beginning") / "home"
    begin(home)
    return home


def lived(beginning: Path, home: Path, partner: str, story: Story, others: list[UpdateKey]) -> Asking:
    """What the partner heard in a hub that lived through this story; `others` it tries to find out about."""
    copytree(beginning, home)
    hub = open_at(home, 0)
    try:
        with Door(hub) as door:
            asking = Asking(door, partner)
            before = [event for event in story if event.accepted <= MIDDLE]
            _live(asking, before, MIDDLE)
            asking.glance()
            _live(asking, story[len(before) :], END)
            hub.recorder.checkpoint()
            asking.pry(others, hub.identity)
            asking.read_everything([event.key.update_id for event in story if event.publisher == partner])
            return asking
    finally:
        hub.close()


def _live(asking: Asking, story: Story, until: int) -> None:
    """Others publish at the back, the partner at the door; the partner's consumers take in what there is."""
    hub = asking.door.hub
    for event in story:
        _turn(asking, event.accepted)
        received = event.received(hub.identity)
        if event.publisher == asking.name:
            asking.publish(received.raw)
        else:
            hub.commits.accept([received])
    _turn(asking, until)
    while take_in([hub.hosted[asking.name]]):
        pass


def _turn(asking: Asking, minutes: int) -> None:
    hub = asking.door.hub
    hub.clock.moment = at(minutes).moment  # type: ignore[attr-defined]  # a turned clock
    fire_due(hub.acceptor)


def apart(pair: Pair) -> list[UpdateKey]:
    """The updates of others that only one of the two stories has, or in which they differ."""
    events = [event for event in [*pair.one, *pair.other] if event not in pair.one or event not in pair.other]
    return sorted({event.key for event in events})[:2]


WHAT_IS_HELD = ("GET /v1/held", 200)
"""The list of what is held says what waits, to those who may place it and to nobody else (decision 31)."""


def differences(one: Trace, other: Trace) -> Iterator[str]:
    """The requests whose answers differ; what is held is no disclosure, and another story may hold something else."""
    for first, second in zip(one, other, strict=False):
        if first != second and not first[:2] == second[:2] == WHAT_IS_HELD:
            yield f"{first[0]}: {first[1]} {first[3][:2000]!r} / {second[0]}: {second[1]} {second[3][:2000]!r}"
    if len(one) != len(other):
        yield f"{len(one)} and {len(other)} answers"


def compared(beginning: Path, pair: Pair) -> tuple[Asking, list[str]]:
    """What the partner heard of one story, and where it heard something else of the other."""
    others = apart(pair)
    with TemporaryDirectory() as home:
        one = lived(beginning, Path(home) / "one", pair.partner, pair.one, others)
        other = lived(beginning, Path(home) / "other", pair.partner, pair.other, others)
    return one, list(differences(one.trace, other.trace))


@pytest.mark.duty("D29")
@pytest.mark.requirement("TR1")
def test_what_is_withheld_moves_nothing_that_a_partner_can_ask_for(beginning: Path) -> None:
    """Sixty pairs of stories: every answer to the partner is equal, whatever it asks."""
    seen, asked = Counter[str](), set[str]()

    @given(pairs())
    @settings(max_examples=PAIRS, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def compare(pair: Pair) -> None:
        one, different = compared(beginning, pair)
        assert different == []
        asked.update(one.asked())
        seen.update(pairs=1, answers=len(one.trace), told=sum(status == 200 for _, status, *_ in one.trace))

    compare()
    assert seen["pairs"] >= PAIRS
    assert min(seen["told"], seen["answers"] - seen["told"]) > PAIRS * 10, "it hardly asked, or was hardly ever refused"
    assert asked == operations(beginning)


def operations(beginning: Path) -> set[str]:
    """Every operation of the application."""
    with TemporaryDirectory() as home:
        copytree(beginning, Path(home) / "home")
        hub = open_at(Path(home) / "home", 0)
        try:
            paths = Door(hub).app.openapi()["paths"]
        finally:
            hub.close()
    return {f"{method.upper()} {path}" for path, found in paths.items() for method in found}


@pytest.mark.parametrize("partner", [HOUSING, PROBATION])
def test_the_comparison_can_fail(beginning: Path, partner: str) -> None:
    """One more update that a partner is told gives it other answers."""
    arrest = Event(100, POLICE, "custody.person.arrested", 0, an_arrest())
    _, different = compared(beginning, Pair(partner, [], [arrest], [partner]))
    assert any("/v1/feed" in each for each in different)
    assert any("/v1/alerts" in each for each in different)
