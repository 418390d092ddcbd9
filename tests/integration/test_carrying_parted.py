"""A feed and what was carried of it part when a store is restored: the hub notices by itself, says so, and carries
nothing more to that partner until somebody has put it right.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.adapters.copies import back_up, restore
from hub.adapters.keyfile import KeyFile
from hub.cli.lookout import answer
from hub.delivering import Carrier
from hub.ports import TryLater
from hub.wrapping import header_of
from support.builders import a_score, an_arrest
from support.carrying import Memory, carriage, everyone, settle, with_keys
from support.http import Door
from support.partnership import HOUSING, POLICE, PROBATION, UNIT, Partnership, who
from support.signing import signed

SOMEBODY = {"identifiers": who()["identifiers"]}
AHEAD = (POLICE, PROBATION, UNIT)
"""Those who are told of a score; housing is not."""


class Counted(Memory):
    """A channel in memory that outlives the hub, and knows how often each recipient's end was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.silent = False

    def last(self, recipient: str) -> bytes | None:
        self.asked.append(recipient)
        if self.silent:
            raise TryLater
        return super().last(recipient)


class Scene:
    """A hub that carried, and was restored from a copy made before the last that it carried."""

    def __init__(self, home: Path, lost: int) -> None:
        self.channel = Counted()
        self.partners = Partnership(home, policies=with_keys(everyone()))
        person = self.partners.person()
        for agency in (POLICE, PROBATION):
            self.partners.involve(person, agency)
        self.partners.involve(person, HOUSING, ("accommodation",))
        self.carrier = self.carries()
        settle(self.carrier)
        copy = home.with_name("hub.sqlite")
        back_up(home / "hub.sqlite", copy)
        self.scores(lost)
        settle(self.carrier)
        self.close()
        self.partners = Partnership(restored(home, copy))
        self.carrier = self.carries()
        self.channel.asked.clear()

    def carries(self) -> Carrier:
        """As a process that begins."""
        self.partners.hub.carrier = Carrier(carriage(self.partners, self.channel))
        return self.partners.hub.carrier

    def scores(self, count: int) -> None:
        for _ in range(count):
            self.partners.publish(UNIT, "programme.risk.reassessed", {**SOMEBODY, **a_score()})

    def head(self, agency: str) -> int:
        return self.partners.hub.feed.head(agency)[0]

    def whole(self, agency: str) -> bool:
        """Whether all of a feed was carried, and nothing else."""
        return self.channel.seqs(agency) == list(range(1, self.head(agency) + 1))

    def close(self) -> None:
        self.carrier.close()
        self.partners.hub.close()


def restored(home: Path, copy: Path) -> Path:
    """Another machine, with the store of this copy."""
    another = home.with_name("another")
    another.mkdir()
    for name in ("hub.key", "policies.jws.json", "signers.yaml"):
        shutil.copy(home / name, another)
    restore(copy, another / "hub.sqlite", KeyFile.open(another / "hub.key"))
    return another


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Two records of each partner that is told of scores were carried, and lost."""
    with closing(Scene(tmp_path / "home", 2)) as found:
        yield found


def test_a_hub_that_was_restored_notices(scene: Scene) -> None:
    """Before anything is published, the hub knows to whom more was carried than their feeds have, and says so in its
    log (once), on `/health`, `/ready` and in its figures. A partner whose feed has lost nothing is none of them.
    """
    with capture_logs() as logs:
        settle(scene.carrier, until=lambda: len(scene.carrier.alarms()) == len(AHEAD))
        for each in scene.carrier._all.values():
            each.at_once()
        settle(scene.carrier)
    assert scene.carrier.alarms() == dict.fromkeys(AHEAD, "Parted")
    said = [each for each in logs if each["event"].startswith("carrying")]
    topic = scene.partners.hub.identity.topic
    assert sorted((each["agency"], each["topic"]) for each in said) == sorted((each, topic(each)) for each in AHEAD)
    assert {(each["event"], each["log_level"]) for each in said} == {("carrying_parted", "error")}
    hub = scene.partners.hub
    with Door(hub) as door:
        assert door.request("GET", "/health").json()["parted"] == len(AHEAD)
    status, _, content = answer(hub, "/ready")
    assert (status, json.loads(content)["degraded"]) == (200, ["parted"])
    assert f'iom_hub_alarms{{kind="parted"}} {len(AHEAD)}.0'.encode() in hub.meters.text()


def test_who_takes_no_part_any_more_alarms_nobody(scene: Scene) -> None:
    """A partner that is suspended while its topic has parted is carried nothing, and is no trouble."""
    settle(scene.carrier, until=lambda: len(scene.carrier.alarms()) == len(AHEAD))
    scene.partners.governed_by(signed(2, with_keys(everyone(), **{POLICE: True})))
    scene.carrier.step()
    assert set(scene.carrier.alarms()) == {*AHEAD} - {POLICE}


@pytest.mark.parametrize("published", [1, 2, 5])
def test_nothing_is_carried_to_who_had_more(scene: Scene, published: int) -> None:
    """However many records have taken the place of those that were lost, none is carried where others of their numbers
    lie. To whom nothing was lost everything is carried.
    """
    before = {agency: scene.channel.seqs(agency) for agency in AHEAD}
    scene.scores(published)
    scene.partners.publish(POLICE, "custody.person.arrested", {**SOMEBODY, **an_arrest()})
    settle(scene.carrier, until=lambda: scene.whole(HOUSING) and len(scene.carrier.alarms()) == len(AHEAD))
    assert {agency: scene.channel.seqs(agency) for agency in AHEAD} == before
    assert scene.head(HOUSING) > 0
    assert scene.carrier.alarms() == dict.fromkeys(AHEAD, "Parted")


def test_once_the_topic_is_made_anew_it_is_carried(scene: Scene) -> None:
    """Without being started again, the hub carries to a partner whose topic was made anew, from where its store says;
    the others wait for theirs.
    """
    settle(scene.carrier, until=lambda: POLICE in scene.carrier.alarms())
    del scene.channel.taken[POLICE]
    scene.scores(2)
    settle(scene.carrier, until=lambda: POLICE in scene.channel.taken)
    assert scene.channel.seqs(POLICE) == [scene.head(POLICE) - 1, scene.head(POLICE)]
    assert scene.carrier.alarms() == dict.fromkeys({*AHEAD} - {POLICE}, "Parted")


def named(sealed: bytes, seq: int) -> bytes:
    """The same record, under another number in clear."""
    return sealed[:1] + seq.to_bytes(8, "big") + sealed[9:]


@pytest.mark.parametrize("number", [0, 1, 2**63, 2**64 - 1])
def test_a_record_under_another_number(tmp_path: Path, number: int) -> None:
    """Whatever number what lies last bears, it is on the feed or it is not."""
    with closing(Scene(tmp_path / "home", 0)) as scene:
        last = scene.channel.taken[POLICE][-1].content
        assert header_of(last).seq == scene.head(POLICE) > 1
        scene.channel.lies[POLICE] = named(last, number)
        settle(scene.carrier, until=lambda: scene.carrier.alarms() == {POLICE: "Parted"})


@pytest.mark.parametrize("strange", [b"", b"not the hub's", bytes(1024)], ids=["nothing", "words", "zeros"])
def test_a_strangers_record(tmp_path: Path, strange: bytes) -> None:
    """Where somebody else wrote, nothing more is carried: the partner's kit goes no further either."""
    with closing(Scene(tmp_path / "home", 0)) as scene:
        scene.channel.lies[POLICE] = strange
        settle(scene.carrier, until=lambda: scene.carrier.alarms() == {POLICE: "Parted"})


def test_a_channel_that_is_empty_or_behind_is_carried_to(tmp_path: Path) -> None:
    """What was never carried, was deleted by its age, or stands before the end of the feed is no alarm."""
    with closing(Scene(tmp_path / "home", 0)) as scene:
        scene.channel.lies[POLICE] = None
        scene.channel.lies[UNIT] = scene.channel.taken[UNIT][0].content
        scene.scores(3)
        settle(scene.carrier, until=lambda: all(map(scene.whole, AHEAD)))
        assert scene.carrier.alarms() == {}


def test_it_is_asked_seldom(tmp_path: Path) -> None:
    """Each partner's end is asked for once, however much is carried then; and once more after trouble, and by who takes
    a partner over.
    """
    with closing(Scene(tmp_path / "home", 0)) as scene:
        mine = {POLICE}
        carrier = Carrier(carriage(scene.partners, scene.channel, divide=lambda *_: mine))
        with closing(carrier):
            for _ in range(3):
                scene.scores(1)
                settle(carrier)
            assert scene.channel.asked == [POLICE]
            scene.channel.refuses.add(POLICE)
            scene.scores(1)
            settle(carrier, until=lambda: carrier.alarms() != {})
            scene.channel.refuses.clear()
            settle(carrier, until=lambda: scene.whole(POLICE))
            assert scene.channel.asked == [POLICE] * 2
            mine.clear()
            settle(carrier)
            mine.add(POLICE)
            scene.scores(1)
            settle(carrier, until=lambda: scene.whole(POLICE))
            assert scene.channel.asked == [POLICE] * 3


def test_an_end_that_is_not_known_is_waited_for(tmp_path: Path) -> None:
    """Nothing is carried on a guess: while the channel does not say how it ends, that is an alarm; then all goes on."""
    with closing(Scene(tmp_path / "home", 0)) as scene:
        scene.channel.silent = True
        scene.scores(1)
        settle(scene.carrier, until=lambda: POLICE in scene.carrier.alarms())
        assert scene.carrier.alarms()[POLICE] == "TryLater"
        assert not scene.whole(POLICE)
        scene.channel.silent = False
        settle(scene.carrier, until=lambda: scene.whole(POLICE))
