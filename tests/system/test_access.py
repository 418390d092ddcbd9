"""Who gets at what on a real broker with the rules that `iom-hub topics apply` made: every agency tries everything."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.adapters.kafka import KafkaChannel
from hub.adapters.kafka_clients import NoAccess, check_access
from hub.adapters.kafka_source import KafkaSource, topics
from hub.ports import Carried, NotCarried, TryLater
from hub.provisioning import Rule
from support.guarding import DENIED, HUB, HUBS_PASSWORD, Asking, shows
from support.http import until
from support.partnership import EVERYONE, HOUSING, POLICE
from support.servers import KafkaCluster
from support.suspending import BOUND, Place, Reader, Writer, in_force, in_words, provisioned, suspensions

pytestmark = pytest.mark.system

TRIALS = 20


@pytest.fixture
def place(tmp_path: Path, guarded_kafka: KafkaCluster) -> Iterator[Place]:
    """Provisioned, with everybody in the register; the hub does not work in the background yet."""
    with provisioned(tmp_path, guarded_kafka) as found:
        yield found


@pytest.fixture
def table(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], None]]:
    """Prints lines, whether the test passes or not."""
    lines: list[str] = []
    yield lines.append
    with capsys.disabled():
        print("".join(f"\n{line}" for line in lines))  # noqa: T201  # the figures are wanted


def test_no_agency_gets_at_anothers_topic(place: Place, table: Callable[[str], None]) -> None:
    """Each agency asks for each other's topic and group in every way there is, without any client in between that might
    be too polite: the broker denies all of it. The same requests for its own are all granted, but for writing.
    """
    denied, granted = asyncio.run(asked_by_all(place))
    pairs = len(EVERYONE) * (len(EVERYONE) - 1)
    table(f"{'request':<16}{'denied of others':>18}{'granted of own':>16}")
    for request in sorted(denied):
        table(f"{request:<16}{denied[request]:>12} of {pairs}{granted[request]:>11} of {len(EVERYONE)}")
    assert set(denied.values()) == {pairs}
    assert granted == {name: len(EVERYONE) for name in denied if name != "write"}


async def asked_by_all(place: Place) -> tuple[Counter[str], Counter[str]]:
    denied, granted = Counter[str](), Counter[str]()
    for agency in EVERYONE:
        async with Asking(place.broker(agency)) as asking:
            for other in EVERYONE:
                topic = place.topic(other)
                answers = await asking.everything(topic, f"{topic}.kit")
                denied.update(name for name, codes in answers.items() if agency != other and codes & DENIED.keys())
                granted.update(name for name, codes in answers.items() if agency == other and not codes & DENIED.keys())
            shown = await asking.listed()
            others = {place.topic(other) for other in EVERYONE if other != agency}
            granted.update(["list"] if place.topic(agency) in shown else [])
            denied.update({"list": len(others - shown)})
    return denied, granted


def test_each_agency_writes_to_the_strands_of_what_it_may_publish(place: Place) -> None:
    """For each agency and strand, the broker takes a record exactly where the policies let the agency publish one of
    the kinds; nothing there can be read back by whoever wrote it.
    """
    bundle = place.partners.hub.bundle
    strands = {f"pathway.{kind.partition('.')[0]}" for kind in bundle.policies.kinds}
    may = {
        (agency, f"pathway.{kind.partition('.')[0]}")
        for agency in EVERYONE
        for kind in bundle.policies.kinds
        if bundle.may_publish(agency, kind)
    }
    wrote, read = asyncio.run(written_by_all(place, strands))
    assert wrote == may
    assert len(may) < len(EVERYONE) * len(strands), "somebody may not write somewhere, or this shows nothing"
    assert read == set()


async def written_by_all(place: Place, strands: set[str]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    wrote, read = set(), set()
    for agency in EVERYONE:
        async with Asking(place.broker(agency)) as asking:
            for strand in strands:
                answers = await asking.everything(strand, place.topic(agency))
                wrote |= {(agency, strand)} if answers["write"] == {0} else set()
                read |= {(agency, strand)} if not answers["fetch"] & DENIED.keys() else set()
    return wrote, read


def test_nobody_makes_a_topic_by_asking_for_it(place: Place) -> None:
    """Not even the administrator's request for a topic that is not there makes it."""
    topic = place.topic("nobody-at-all")

    async def ask() -> None:
        async with Asking(place.cluster.admin()) as asking:
            await asking.everything(topic, "nobody")

    asyncio.run(ask())
    assert topic not in place.admin.found().topics


def test_the_hubs_own_clients_say_why_within_two_seconds(place: Place) -> None:
    """A source, a channel and what a kit asks first, refused by the broker, say so within two seconds, by name."""
    police = place.broker(POLICE)
    source = KafkaSource(police, "iom-hub.accept")
    channel = KafkaChannel(police, place.partners.hub.identity.topic)
    with closing(source), closing(channel):
        strands = ", ".join(topics())
        assert took(NoAccess, lambda: source.bring(1, 0.1), f"group iom-hub.accept, {strands}$") < 2
        carries = took(NotCarried, lambda: channel.carry(HOUSING, [Carried(1, b"fictional")]), "did not take a record")
        assert carries < 2
        assert took(NoAccess, lambda: channel.last(HOUSING), place.topic(HOUSING)) < 2
        assert took(NoAccess, lambda: check_access(police, reads=[place.topic(HOUSING)]), place.topic(HOUSING)) < 2
        wrong = place.cluster.account(place.topic(POLICE), "wrong")
        assert took(NoAccess, lambda: check_access(wrong, reads=[place.topic(POLICE)]), "does not accept") < 2


def took(error: type[Exception], does: Callable[[], object], says: str) -> float:
    began = time.monotonic()
    with pytest.raises(error, match=says):
        does()
    return time.monotonic() - began


def test_a_hub_that_may_only_write_does_not_guess_what_lies_there(place: Place) -> None:
    """Where the hub may write to a partner's topic and not read it, as an older hub's account, it says so by name."""
    hub = place.cluster.account(HUB, HUBS_PASSWORD)
    topic, channel = place.topic(HOUSING), KafkaChannel(hub, place.partners.hub.identity.topic)
    with closing(channel):
        channel.carry(HOUSING, [Carried(1, b"fictional")])
        assert channel.last(HOUSING) == b"fictional"
        place.admin.forbid([Rule(HUB, "READ", "TOPIC", topic)])
        until(lambda: topic in refused_by(lambda: channel.last(HOUSING)))
        channel.carry(HOUSING, [Carried(2, b"fictional")])


def refused_by(does: Callable[[], object]) -> str:
    """What `NoAccess` says; nothing where there is access."""
    try:
        does()
    except NoAccess as why:
        return str(why)
    return ""


def test_a_source_works_once_it_has_access(place: Place) -> None:
    """A source that was refused goes on by itself when its access is given."""
    source = KafkaSource(place.cluster.account(HUB, HUBS_PASSWORD), "iom-hub.accept")
    rules = [rule for rule in place.admin.found().rules if rule.account == HUB and rule.resource == "GROUP"]
    place.admin.forbid(rules)
    with closing(source):
        until(lambda: refused(source))
        place.admin.allow(rules)
        until(lambda: not refused(source))


def refused(source: KafkaSource) -> bool:
    try:
        source.bring(1, 0.1)
    except NoAccess:
        return True
    except TryLater:  # nobody coordinates the group yet
        return False
    return False


def test_a_suspended_agency_gets_nothing_any_more(place: Place, table: Callable[[str], None]) -> None:
    """Time and again an agency that reads its busy topic is suspended by a bundle: its last record arrives at most half
    a second after that bundle is in force, though somebody goes on writing; a slow machine now and then has two. Its
    password no longer lets it in.
    """
    late = suspensions(place, TRIALS)
    table(in_words(late))
    assert statistics.median(late) <= BOUND
    assert max(late) <= 4 * BOUND


def test_a_reader_that_waits_at_the_broker_gets_nothing_either(place: Place) -> None:
    """A broker asks for the right when a reader comes, not when it answers. So an agency whose reader has been waiting
    since before its suspension must find that nobody writes: the hub's own right to write there goes with the agency's.
    """
    topic, hub = place.topic(HOUSING), place.cluster.account(HUB, HUBS_PASSWORD)
    place.partners.hub.start()
    with closing(Reader(place.broker(HOUSING), topic, wait=20_000)) as reader:
        with closing(Writer(place.cluster.admin(), topic)):
            until(lambda: reader.count > 20)
        time.sleep(1)  # now it waits, for twenty seconds if nothing comes
        before = reader.count
        in_force(place, 2, HOUSING)
        until(lambda: not shows(hub, topic))
        channel = KafkaChannel(hub, place.partners.hub.identity.topic)
        with closing(channel), pytest.raises(NotCarried):
            channel.carry(HOUSING, [Carried(1, b"fictional")])
        time.sleep(0.5)
        assert not reader.refused, "it waits no longer, so this shows nothing"
        assert reader.count == before
        with closing(Writer(place.cluster.admin(), topic)):
            until(lambda: reader.count > before)  # it waited indeed: what somebody else writes, it gets, once
            until(lambda: reader.refused)
