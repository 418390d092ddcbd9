"""Carrying: each partner's feed goes out whole, sealed and in order; nobody waits for another, and nobody who is
suspended gets one more record.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from hub import ledger
from hub.delivering import BATCH, Carrier, NoReceivingKey, receiving_key
from hub.wrapping import SIZES, UnknownKey
from support.builders import a_score, an_arrest
from support.carrying import Memory, carriage, everyone, receiving, settle, unwrapper, with_keys
from support.partnership import EVERYONE, HOSTEL, HOUSING, POLICE, PROBATION, UNIT, Partnership
from support.signing import shipped, signed

ARREST, SCORE = "custody.person.arrested", "programme.risk.reassessed"


class Scene:
    """A hub whose partners have receiving keys, and a carrier on a channel in memory."""

    def __init__(self, home: Path) -> None:
        self.partners = Partnership(home, policies=with_keys(everyone()))
        self.channel = Memory()
        self.carrier = Carrier(carriage(self.partners, self.channel))
        self.person = self.partners.person()
        for agency in (POLICE, PROBATION):
            self.partners.involve(self.person, agency)
        self.partners.involve(self.person, HOUSING, ("accommodation",))

    def close(self) -> None:
        self.carrier.close()
        self.partners.hub.close()

    def head(self, agency: str) -> int:
        return self.partners.hub.feed.head(agency)[0]

    def arrest(self) -> None:
        self.partners.publish(POLICE, ARREST, {**self.person, **an_arrest()})

    def scores(self, count: int) -> None:
        for _ in range(count):
            self.partners.publish(UNIT, SCORE, {**self.person, **a_score()})

    def whole(self, agency: str) -> bool:
        """Whether all of a feed was carried, once and in order."""
        return self.channel.seqs(agency) == list(range(1, self.head(agency) + 1))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with closing(Scene(tmp_path)) as found:
        yield found


def test_every_feed_is_carried(scene: Scene) -> None:
    """What each partner's kit opens is its feed, record by record; what is new is carried, and nothing twice."""
    scene.arrest()
    settle(scene.carrier)
    scene.scores(2)
    settle(scene.carrier)
    for agency in EVERYONE:
        kit = unwrapper(scene.partners, agency)
        opened = [kit.unwrap(each.content).record for each in scene.channel.taken.get(agency, [])]
        assert opened == scene.partners.hub.feed.read(agency, 0, 100)
        assert {len(each.content) for each in scene.channel.taken.get(agency, [])} <= {*SIZES}
    assert scene.head(HOUSING) > 0
    assert scene.carrier.alarms() == {}


def test_no_other_partner_opens_it(scene: Scene) -> None:
    """No record of one partner's opens for another, whichever topic it says it is from."""
    scene.arrest()
    settle(scene.carrier)
    tried = 0
    for agency, records in scene.channel.taken.items():
        for other in {*EVERYONE} - {agency}:
            for feed_of in (agency, other):
                with pytest.raises(UnknownKey):
                    unwrapper(scene.partners, other, feed_of=feed_of).unwrap(records[0].content)
                tried += 1
    assert tried >= 2 * 4 * 6


def test_signed_heads(scene: Scene) -> None:
    """The last record of each batch, and at least every 128th, brings the head of the feed up to it, signed: with it a
    partner proves at once what it was sent.
    """
    scene.scores(2 * BATCH + 5)
    settle(scene.carrier)
    kit, key = unwrapper(scene.partners, POLICE), scene.partners.hub.recorder.key.public_key()
    origin = f"iom-hub/feed/{scene.partners.hub.identity.feed(POLICE)}"
    opened = [kit.unwrap(each.content) for each in scene.channel.taken[POLICE]]
    signed_at = [each.record.header.seq for each in opened if each.head]
    for record, note in opened:
        if note:
            assert ledger.opens(note, origin, key)
            assert note.startswith(ledger.checkpoint_text(record.header.seq, record.header.link(), origin))
    assert signed_at[-1] == scene.head(POLICE)
    assert max(b - a for a, b in zip([0, *signed_at], signed_at, strict=False)) <= BATCH


@pytest.mark.duty("D1")
def test_what_was_dropped_is_not_carried(tmp_path: Path) -> None:
    """A state that was over before its record was carried goes out as what is left of it: the chain, and no element."""
    with closing(Scene(tmp_path)) as scene:
        scene.arrest()
        scene.partners.clock.turn(hours=1)
        scene.arrest()
        settle(scene.carrier)
        kit = unwrapper(scene.partners, HOUSING)
        opened = [kit.unwrap(each.content).record for each in scene.channel.taken[HOUSING]]
        assert [bool(record.elements) for record in opened[-2:]] == [False, True]
        assert opened == scene.partners.hub.feed.read(HOUSING, 0, 100)


def test_a_suspended_partner(scene: Scene) -> None:
    """A partner that is suspended between the commit and the send gets nothing, though it stands in its feed; once it
    takes part again, it gets all of it.
    """
    settle(scene.carrier)
    before = scene.channel.seqs(POLICE)
    scene.partners.governed_by(signed(2, with_keys(everyone(), **{POLICE: True})))
    scene.scores(2)
    settle(scene.carrier)
    assert scene.channel.seqs(POLICE) == before
    assert scene.whole(PROBATION)
    scene.partners.governed_by(signed(3, with_keys(everyone())))
    settle(scene.carrier, until=lambda: scene.whole(POLICE))


def test_suspended_in_the_last_moment(tmp_path: Path) -> None:
    """The register is asked after sealing, right before each send: suspended during one batch, a partner gets none of
    the next, and one that is suspended while its batch was sealed not even that.
    """
    with closing(Scene(tmp_path)) as scene:
        scene.scores(3 * BATCH)
        suspended = signed(2, with_keys(everyone(), **{POLICE: True}))
        sent: list[str] = []

        def suspend(recipient: str) -> None:
            sent.append(recipient)
            if sent.count(POLICE) == 1 and recipient == POLICE:
                scene.partners.governed_by(suspended)

        scene.channel.before = suspend
        settle(scene.carrier)
        assert scene.channel.seqs(POLICE) == list(range(1, BATCH + 1))
        scene.channel.before = lambda _: None
        settle(scene.carrier, until=lambda: scene.whole(PROBATION))

        asked: list[int] = []
        kept = scene.partners.hub.bundle.policies.partners
        free = {POLICE: kept[POLICE].model_copy(update={"suspended": False})}

        def register() -> object:
            asked.append(1)
            return free if len(asked) <= 2 else {POLICE: kept[POLICE]}

        channel = Memory()
        late = Carrier(carriage(scene.partners, channel, partners=register))
        with closing(late):
            late.catch_up()
        assert len(asked) >= 3
        assert channel.taken == {}


def test_without_a_key(tmp_path: Path) -> None:
    """To a partner none of whose receiving keys counts today nothing is carried, sealed or clear, and an alarm says
    so; others go on. With a new key it gets everything, from the first record on.
    """
    keys = everyone() | {HOUSING: [receiving(HOUSING, until=date(2026, 2, 1))]}
    with closing(Scene(tmp_path)) as scene:
        scene.partners.governed_by(signed(2, with_keys(keys)))
        scene.arrest()
        settle(scene.carrier, until=lambda: HOUSING in scene.carrier.alarms())
        assert scene.carrier.alarms() == {HOUSING: "NoReceivingKey"}
        assert HOUSING not in scene.channel.taken
        settle(scene.carrier, until=lambda: scene.whole(POLICE))
        scene.partners.governed_by(signed(3, with_keys(everyone(2))))
        settle(scene.carrier, until=lambda: scene.whole(HOUSING))
        assert scene.carrier.alarms() == {}


def test_the_newest_key_counts() -> None:
    """A record is sealed to the newest receiving key that counts on the day, never to a signing key."""
    keys = [receiving(POLICE, 1), receiving(POLICE, 2), receiving(POLICE, 3, since=date(2026, 5, 1))]
    signing = receiving(POLICE, 9).model_copy(update={"use": "signing"})
    partner = shipped().partners[POLICE].model_copy(update={"keys": (*keys, signing)})
    assert receiving_key(partner, date(2026, 3, 2)) == keys[1]
    assert receiving_key(partner, date(2026, 5, 1)) == keys[2]
    with pytest.raises(NoReceivingKey):
        receiving_key(partner, date(2030, 1, 1))


def test_one_keeps_no_other_waiting(scene: Scene) -> None:
    """While one partner's channel stands still and another's refuses, the others are carried to within moments; both
    get everything once it is over.
    """
    still = scene.channel.stands_still[POLICE] = threading.Event()
    scene.channel.refuses.add(PROBATION)
    scene.arrest()
    began = time.monotonic()
    while not (scene.whole(HOUSING) and scene.whole(UNIT)):
        scene.carrier.step()
        time.sleep(0.01)
        assert time.monotonic() - began < 5
    assert POLICE not in scene.channel.taken
    assert scene.carrier.alarms() == {PROBATION: "NotCarried"}
    del scene.channel.stands_still[POLICE]
    still.set()
    scene.channel.refuses.clear()
    settle(scene.carrier, until=lambda: scene.whole(POLICE) and scene.whole(PROBATION))


def test_one_record_is_refused(scene: Scene) -> None:
    """A record that the channel refuses holds back what comes after it, with an alarm; what came before it was carried,
    is marked so and is not sent again at each attempt. Other partners go on.
    """
    scene.scores(20)
    scene.channel.refuses_from[POLICE] = 10
    settle(scene.carrier, until=lambda: scene.channel.seqs(POLICE) != [])
    assert scene.carrier.position(POLICE) == 9
    settle(scene.carrier, until=lambda: scene.whole(PROBATION))
    time.sleep(0.3)
    settle(scene.carrier)
    assert scene.channel.seqs(POLICE) == list(range(1, 10))
    assert scene.carrier.alarms() == {POLICE: "NotCarried"}
    scene.channel.refuses_from.clear()
    settle(scene.carrier, until=lambda: scene.whole(POLICE))
    assert scene.carrier.alarms() == {}


def test_out_of_reach(scene: Scene) -> None:
    """Whether the channel is out of reach is known though there is nothing to carry, and once it is back nobody waits
    out a back-off.
    """
    settle(scene.carrier)
    assert not scene.carrier.out_of_reach
    scene.channel.gone = True
    settle(scene.carrier, until=lambda: scene.carrier.out_of_reach)
    scene.arrest()
    settle(scene.carrier, until=lambda: scene.carrier.alarms() != {})
    for carrying in scene.carrier._all.values():
        carrying._not_before = time.monotonic() + 60
    scene.channel.gone = False
    settle(scene.carrier, 5, until=lambda: scene.whole(POLICE) and not scene.carrier.out_of_reach)


def test_two_carriers(scene: Scene) -> None:
    """Two processes that carry the same feed, because a lease was lost, repeat records but never leave one out, and the
    position never goes back.
    """
    scene.scores(2 * BATCH)
    positions = carriage(scene.partners, scene.channel).positions
    other = Carrier(carriage(scene.partners, scene.channel))
    stood: list[int] = []
    scene.channel.before = lambda recipient: (
        stood.append(positions.carried(POLICE, "kafka")) if recipient == POLICE else None
    )
    with closing(other):
        for _ in range(5):
            scene.carrier.step()
            other.step()
            time.sleep(0.05)
        settle(scene.carrier)
        settle(other)
    seqs = scene.channel.seqs(POLICE)
    assert sorted({*seqs}) == list(range(1, scene.head(POLICE) + 1))
    assert positions.carried(POLICE, "kafka") == scene.head(POLICE)
    assert not positions.move(POLICE, "kafka", 3, scene.head(POLICE) + 1)
    assert not positions.move(POLICE, "kafka", scene.head(POLICE), 1)
    assert positions.carried(POLICE, "kafka") == scene.head(POLICE)


def test_only_whose_partner_it_is(scene: Scene) -> None:
    """A process carries nothing to a partner that is not its own; once it is, it goes on where the other stood."""
    settle(scene.carrier)
    part: set[str] = set()
    channel = Memory()
    other = Carrier(carriage(scene.partners, channel, divide=lambda *_: part))
    with closing(other):
        scene.arrest()
        settle(other)
        assert channel.taken == {}
        part.add(HOUSING)
        settle(other)
        assert channel.seqs(HOUSING) == [scene.head(HOUSING)]
        assert [*channel.taken] == [HOUSING]
    assert HOSTEL not in channel.taken
