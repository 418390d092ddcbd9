"""A partner's turn: what is committed while it runs belongs to it, as nobody wakes the carrier once more; and whose
turn it is, when a process is cut off.
"""

import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from hub.delivering import BATCH, Carrier
from integration.test_carrying import Scene
from support.builders import an_arrest
from support.carrying import Memory, carriage, everyone, settle, with_keys
from support.partnership import EVERYONE, POLICE, PROBATION, Partnership


def test_news_that_comes_while_others_are_carried(tmp_path: Path) -> None:
    """What is committed while a partner's batch is on its way is carried in the same turn, and waits for no other."""
    partners, channel = Partnership(tmp_path, policies=with_keys(everyone())), Memory()
    person, coming = partners.person(), [POLICE]
    partners.involve(person, POLICE)

    def meanwhile(recipient: str) -> None:
        if recipient in coming:
            coming.remove(recipient)
            partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
            carrier.step()  # as the loop does when it hears of the commit

    channel.before = meanwhile
    with closing(partners.hub), closing(Carrier(carriage(partners, channel))) as carrier:
        carrier.catch_up()
        head, _ = partners.hub.feed.head(POLICE)
        assert not coming
        assert channel.seqs(POLICE) == list(range(1, head + 1))


def test_a_partner_that_becomes_that_of_another(tmp_path: Path) -> None:
    """A process that is no longer to carry to a partner finishes the batch on its way and begins no other, whatever
    waits; when the partner is its own again, it goes on where the feed was carried to.
    """
    partners, channel = Partnership(tmp_path, policies=with_keys(everyone())), Memory()
    person, part = partners.person(), {POLICE}
    partners.involve(person, POLICE)
    for _ in range(BATCH):
        partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})

    def meanwhile(_: str) -> None:
        part.clear()
        carrier.step()

    channel.before = meanwhile
    with closing(partners.hub), closing(Carrier(carriage(partners, channel, divide=lambda *_: part))) as carrier:
        carrier.catch_up()
        carrier.catch_up()
        assert channel.seqs(POLICE) == list(range(1, BATCH + 1))
        channel.before = lambda _: None
        part.add(POLICE)
        carrier.catch_up()
        head, _ = partners.hub.feed.head(POLICE)
        assert channel.seqs(POLICE) == list(range(1, head + 1))
        assert head > BATCH


def test_who_is_cut_off_takes_no_part(tmp_path: Path) -> None:
    """A process whose channel has not answered for a while asks for no partners, and says still to whom it could carry
    nothing. A moment's silence costs it none. It asks for them again once the channel answers, and its alarms are over,
    those of partners that others have taken meanwhile, too.
    """
    asked, others = list[int](), set[str]()

    def divide(_: str, partners: Collection[str], __: object) -> Collection[str]:
        asked.append(len(partners))
        return [each for each in partners if each not in others]

    with (
        closing(Scene(tmp_path)) as scene,
        closing(Carrier(carriage(scene.partners, scene.channel, divide=divide))) as carrier,
    ):
        scene.arrest()
        scene.channel.gone = True
        settle(carrier, until=lambda: carrier.out_of_reach and bool(carrier.alarms()))
        settle(carrier)
        assert {*asked} == {len(EVERYONE)}
        carrier._silent_since = time.monotonic() - 60
        asked.clear()
        settle(carrier)
        assert {*asked} == {0}
        assert POLICE in carrier.alarms()
        scene.channel.gone = False
        others.add(POLICE)
        settle(carrier, until=lambda: scene.whole(PROBATION))
        assert asked[-1] == len(EVERYONE)
        assert (carrier.alarms(), scene.channel.seqs(POLICE)) == ({}, [])
