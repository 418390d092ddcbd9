"""A partner's kit whose brokers are not there, or refuse it: it reads the same feed over HTTP, and says so."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.kit.home import Brokers, KitHome
from hub.kit.reading import Ending, Reading
from hub.ports import TryLater
from support.builders import an_arrest
from support.carrying import everyone, with_keys
from support.guarding import account
from support.http import serving
from support.kits import opened, outlets, read_all, set_up, with_password
from support.partnership import HOUSING, POLICE, Partnership, who
from support.servers import KafkaCluster
from support.suspending import provisioned

pytestmark = pytest.mark.system


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partnership]:
    """A hub whose police have something on their feed."""
    found = Partnership(tmp_path / "hub", policies=with_keys(everyone()))
    with closing(found.hub):
        tell_something(found)
        yield found


def tell_something(partners: Partnership) -> None:
    """To the police."""
    person = partners.person()
    partners.involve(person, POLICE)
    partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})


def reads_all_of_it(home: KitHome, partners: Partnership) -> list[str]:
    """What the kit says while it reads everything that the hub has for it."""
    with opened(home) as kit:
        said = read_all(kit)
        assert kit.feed.read(POLICE, 0, 100) == partners.hub.feed.read(POLICE, 0, 100) != []
    return said


def test_nobody_there_but_the_hub(tmp_path: Path, partners: Partnership) -> None:
    """A kit with a token reads over HTTP while no broker is there, and says so once; without the hub it names both."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, POLICE, Brokers(servers="127.0.0.1:1"))
        [said] = reads_all_of_it(home, partners)
        assert re.fullmatch(r"the broker is out of reach \(\w+\)\. Reading over HTTP meanwhile", said)
    with opened(home) as kit, pytest.raises(TryLater, match=r"the broker is out of reach.*; the hub .* out of reach"):
        read_all(kit)


def test_the_brokers_are_asked_again_without_a_word(
    tmp_path: Path, partners: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often a kit finds that no broker is there, it says so once, and each time it reads on over HTTP."""
    monkeypatch.setattr("hub.kit.reading._ASIDE_SECONDS", 0.2)
    with serving(partners.hub) as url:
        home, said = set_up(tmp_path / "kit", partners, url, POLICE, Brokers(servers="127.0.0.1:1")), list[str]()
        with opened(home) as kit:
            reading = Reading(kit, outlets(kit), said.append, Ending())
            for _ in range(3):
                partners.publish(
                    POLICE, "custody.person.arrested", {"identifiers": who()["identifiers"], **an_arrest()}
                )
                assert reading.step(0) > 0
                time.sleep(0.3)
    assert len(said) == 1


def test_who_may_not_read_its_topic_reads_over_http(tmp_path: Path, guarded_kafka: KafkaCluster) -> None:
    """A kit that the broker refuses, and the hub does not, reads over HTTP, and says who refuses."""
    with provisioned(tmp_path / "hub", guarded_kafka) as place, serving(place.partners.hub) as url:
        tell_something(place.partners)
        others = account(guarded_kafka, place.partners.settings.home, HOUSING)
        brokers = Brokers(servers=guarded_kafka.bootstrap, username=others.username)
        home = set_up(tmp_path / "kit", place.partners, url, POLICE, brokers)
        assert others.password
        [said] = reads_all_of_it(with_password(home, others.password.get_secret_value()), place.partners)
        assert "the broker refuses" in said
