"""A partner's turn: what is committed while it runs belongs to it, as nobody wakes the carrier once more."""

from contextlib import closing
from pathlib import Path

from hub.delivering import BATCH, Carrier
from support.builders import an_arrest
from support.carrying import Memory, carriage, everyone, with_keys
from support.partnership import POLICE, Partnership


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
