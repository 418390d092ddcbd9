"""A hub that was restored from a copy, and topics on a real broker that hold more than it knows of: noticed, and put
right as `docs/operating/backup-and-restore.md` says.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from hub.adapters.copies import back_up, restore
from hub.adapters.keyfile import KeyFile
from hub.kit.home import Brokers, KitHome
from hub.ports import Forked
from support.builders import a_score, an_arrest
from support.carrying import everyone, make_topics, on_topic, settle, topics_of, with_keys
from support.http import Door, serving, until
from support.kits import held, opened, read_all, set_up
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, UNIT, Partnership, who

pytestmark = pytest.mark.system
SOMEBODY = {"identifiers": who()["identifiers"]}


class Scene:
    """A hub that carries to a broker, and the kits of two partners: one reads at once, one was away."""

    def __init__(self, folder: Path, servers: str) -> None:
        self.folder, self.servers = folder, servers
        self.partners = Partnership(folder / "hub", policies=with_keys(everyone()), kafka=servers)
        make_topics(servers, topics_of(self.partners))
        person = self.partners.person()
        for agency in (POLICE, PROBATION):
            self.partners.involve(person, agency)
        self.partners.involve(person, HOUSING, ("accommodation",))
        self.kits = {agency: self.a_kit(agency) for agency in (POLICE, PROBATION)}
        self.carry(lambda: all(map(self.whole, EVERYONE)))

    def a_kit(self, agency: str) -> KitHome:
        with serving(self.partners.hub) as url:
            return set_up(self.folder / agency, self.partners, url, agency, Brokers(servers=self.servers))

    def scores(self, count: int) -> None:
        """Told to the police, probation and the IOM unit, and not to housing."""
        for _ in range(count):
            self.partners.publish(UNIT, "programme.risk.reassessed", {**SOMEBODY, **a_score()})

    def carry(self, so_that: Callable[[], bool]) -> None:
        assert self.partners.hub.carrier
        settle(self.partners.hub.carrier, until=so_that)

    def lies(self, agency: str) -> list[bytes]:
        return on_topic(self.servers, self.partners.hub.identity.topic(agency))

    def whole(self, agency: str) -> bool:
        return len(self.lies(agency)) == self.partners.hub.feed.head(agency)[0]

    def carried(self, agency: str) -> bool:
        hub = self.partners.hub
        assert hub.carrier
        return hub.carrier.position(agency) == hub.feed.head(agency)[0]

    def alarms(self) -> dict[str, str]:
        assert self.partners.hub.carrier
        return self.partners.hub.carrier.alarms()

    def begins_again_from(self, copy: Path) -> None:
        """The hub's machine is lost; another has its key, its policies, and a copy of its store."""
        self.partners.hub.close()
        home = self.folder / "another"
        home.mkdir()
        for name in ("hub.key", "policies.jws.json", "signers.yaml"):
            shutil.copy(self.folder / "hub" / name, home)
        restore(copy, home / "hub.sqlite", KeyFile.open(home / "hub.key"))
        self.partners = Partnership(home, kafka=self.servers)

    def made_anew(self, agency: str) -> None:
        """An administrator deletes the topic; then `iom-hub topics apply`."""
        [name] = topics_of(self.partners, [agency])
        admin = AdminClient({"bootstrap.servers": self.servers})
        for done in admin.delete_topics([name]).values():
            done.result(30)
        until(lambda: name not in admin.list_topics(timeout=5).topics)
        make_topics(self.servers, [name])

    def read(self, agency: str) -> list[str]:
        """What a partner's kit says while it reads all there is; it asks the hub where it stands now."""
        with serving(self.partners.hub) as url:
            home = self.kits[agency]
            home.pin(home.pinned().model_copy(update={"hub": url}))
            with opened(home) as kit:
                return read_all(kit)

    def has_all(self, agency: str) -> None:
        """The kit has the hub's whole feed, and the views that the hub has of it."""
        feed, hosted = self.partners.hub.feed, self.partners.hub.hosted[agency]
        until(lambda: hosted.position == feed.head(agency)[0])
        with opened(self.kits[agency]) as kit:
            assert kit.feed.read(agency, 0, 1000) == feed.read(agency, 0, 1000)
            assert held(kit.hosted.views) == held(hosted.views)


@pytest.fixture
def scene(tmp_path: Path, kafka: str) -> Iterator[Scene]:
    found = Scene(tmp_path, kafka)
    yield found
    found.partners.hub.close()


def test_a_restored_hub_carries_nothing_to_topics_that_hold_more(scene: Scene, tmp_path: Path) -> None:
    """The police's kit read what was then lost, probation's was away. The restored hub notices both by itself, carries
    nothing to either, and everything to housing. Once their topics are made anew it carries: probation's kit goes on,
    the police's finds the fork, and set up anew it has the whole feed, what is not on its topic over HTTP.
    """
    for agency in scene.kits:
        scene.read(agency)
    back_up(tmp_path / "hub" / "hub.sqlite", tmp_path / "copy.sqlite")
    scene.scores(3)
    scene.carry(lambda: all(map(scene.whole, EVERYONE)))
    scene.read(POLICE)
    had = {agency: scene.lies(agency) for agency in (POLICE, PROBATION, UNIT)}
    scene.begins_again_from(tmp_path / "copy.sqlite")

    scene.partners.hub.start()
    until(lambda: scene.alarms() == dict.fromkeys(had, "Parted"))
    with Door(scene.partners.hub) as door:
        assert door.request("GET", "/health").json()["parted"] == len(had)
    scene.scores(2)
    scene.partners.publish(POLICE, "custody.person.arrested", {**SOMEBODY, **an_arrest()})
    until(lambda: scene.whole(HOUSING))
    assert {agency: scene.lies(agency) for agency in had} == had
    assert scene.alarms() == dict.fromkeys(had, "Parted")

    for agency in (POLICE, PROBATION):
        scene.made_anew(agency)
    until(lambda: scene.alarms() == {UNIT: "Parted"}, 40)
    scene.scores(1)
    until(lambda: all(scene.carried(agency) for agency in (POLICE, PROBATION)))
    scene.read(PROBATION)
    scene.has_all(PROBATION)
    with pytest.raises(Forked):
        scene.read(POLICE)
    (tmp_path / POLICE / "kit.sqlite").rename(tmp_path / "kept.sqlite")
    scene.read(POLICE)
    scene.has_all(POLICE)
    assert scene.lies(UNIT) == had[UNIT]
