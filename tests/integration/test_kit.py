"""A partner's kit over HTTP: what it holds equals what the hub's own views of that partner hold, and no more."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from architecture.test_columns import forms, the_story
from hub.adapters import tables as t
from hub.adapters.keyfile import NoKey
from hub.bootstrap import Hub
from hub.kit.home import NotSetUp
from hub.kit.opening import Kit, inbound_key, open_either
from hub.kit.reading import Ending, Reading
from hub.ports import Barred, Forked, TryLater
from hub.wrapping import key_id
from support.builders import a_missed_appointment, a_score, an_arrest
from support.canaries import Canaries
from support.carrying import with_keys
from support.http import serving
from support.kits import held, opened, outlets, read_all, set_up, token
from support.partnership import EVERYONE, HOUSING, POLICE, PROBATION, UNIT, Partnership
from support.signing import signed


def closed(hub: Hub, agency: str) -> frozenset[UUID]:
    """The people whose view the hub has closed for a partner: that is silent, so no kit is told (D15)."""
    wanted = select(t.view_closings.c.record).where(t.view_closings.c.agency == agency)
    with hub.store.reader.connect() as connection:
        return frozenset(connection.execute(wanted).scalars())


def test_a_kits_views_equal_the_hosted_ones(tmp_path: Path, partners: Partnership) -> None:
    """After a long story of every kind, with corrections, withdrawals, recalls and consents that ended, each partner's
    kit that is read in at the end holds row for row what the hub's hosted views hold.
    """
    the_story(partners, Canaries())
    with serving(partners.hub) as url:
        for agency in EVERYONE:
            with opened(set_up(tmp_path / agency, partners, url, agency)) as kit:
                assert read_all(kit) == []
                gone = closed(partners.hub, agency)
                assert held(kit.hosted.views, gone) == held(partners.hub.hosted[agency].views, gone)
                assert kit.feed.head(agency) == partners.hub.feed.head(agency)


class ReadAlong(Partnership):
    """A hub whose partners' kits read every few updates, as the hub's own consumers do."""

    kits: tuple[Kit, ...] = ()
    published = 0

    def publish(self, *args: Any, **more: Any) -> UUID:
        """Publish, then let everybody read."""
        found = super().publish(*args, **more)
        self.published += 1
        if self.published % 3 == 0:
            self.hub.catch_up()
            for kit in self.kits:
                read_all(kit)
        return found


def test_a_kit_that_reads_along_equals_the_hosted_views(tmp_path: Path) -> None:
    """A kit that has read before something was put right, withdrawn, called back or locked ends as the hosted views
    that read at the same moments do.
    """
    partners = ReadAlong(tmp_path / "hub")
    with serving(partners.hub) as url:
        homes = [set_up(tmp_path / agency, partners, url, agency) for agency in (PROBATION, HOUSING)]
        with opened(homes[0]) as first, opened(homes[1]) as second:
            partners.kits = (first, second)
            the_story_within_a_day(partners)
            partners.hub.catch_up()
            for kit in partners.kits:
                read_all(kit)
                gone = closed(partners.hub, kit.agency)
                assert held(kit.hosted.views, gone) == held(partners.hub.hosted[kit.agency].views, gone)
                assert kit.hosted.views.alerts(open_only=False, limit=1000)
    partners.hub.close()


def the_story_within_a_day(partners: Partnership) -> None:
    """The long story; the kits' tokens end before its last part, so they are made anew."""
    turn = partners.clock.turn

    def turned(**by: float) -> None:
        turn(**by)
        for kit in partners.kits:  # type: ignore[attr-defined]  # see `ReadAlong`
            kit.home.keep_token(token(partners, kit.agency))

    partners.clock.turn = turned  # type: ignore[method-assign]  # tokens go with the time
    the_story(partners, Canaries())


def test_what_was_called_back_is_deleted(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """What the hub calls back leaves a kit's own feed, and no word of it stays in its file."""
    with serving(partners.hub) as url, opened(set_up(tmp_path / "kit", partners, url, PROBATION)) as kit:
        told = partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest(), "station": "Qzx0001Wvk"})
        read_all(kit)
        seq, _ = kit.feed.head(PROBATION)
        assert kit.feed.told(PROBATION, seq - 1, 1)[0][1] is not None
        partners.publish(
            POLICE,
            "trust.disclosure.recalled",
            {
                "update": str(told),
                "recipients": [PROBATION],
                "reason": "disclosed in error",
                "ordered_by": "An Officer",
            },
        )
        read_all(kit)
        assert kit.feed.told(PROBATION, seq - 1, 1)[0][1] is None


def test_nothing_of_it_lies_readable(tmp_path: Path, partners: Partnership) -> None:
    """With a canary in every field of every kind, none stands readable in any file of a kit, and no other partner's
    feed stands there at all.
    """
    canaries = Canaries()
    the_story(partners, canaries)
    with serving(partners.hub) as url, opened(set_up(tmp_path / "kit", partners, url, POLICE)) as kit:
        read_all(kit)
        raw = b"".join(file.read_bytes() for file in (tmp_path / "kit").iterdir())
        assert [text for text in canaries.texts if any(form in raw for form in forms(text))] == []
        with kit.store.reader.connect() as connection:
            assert {*connection.execute(select(t.feed.c.recipient)).scalars()} == {POLICE}


def test_what_came_before_is_dropped(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """A server that begins anew with every page changes nothing: what came before is known by its sequence."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, POLICE)
        with opened(home) as kit:
            read_all(kit)
            before, seq = held(kit.hosted.views), kit.feed.head(POLICE)
            [way] = outlets(kit)
            again = way.offer(0, 0)
            assert kit.taking.take(again).appended == 0
            assert (held(kit.hosted.views), kit.feed.head(POLICE)) == (before, seq)


def test_a_fork_stops_the_kit(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """A hub that was put back to an older state and went on otherwise is found out by the first record that differs;
    while it is merely behind, that is named, too.
    """
    partners.hub.close()
    shutil.copytree(tmp_path / "hub", tmp_path / "older")
    went_on, older = Partnership(tmp_path / "hub"), Partnership(tmp_path / "older")
    home = None
    with serving(went_on.hub) as url:
        went_on.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
        home = set_up(tmp_path / "kit", went_on, url, POLICE)
        with opened(home) as kit:
            read_all(kit)
            seq, _ = kit.feed.head(POLICE)
    with serving(older.hub) as url:
        home.pin(home.pinned().model_copy(update={"hub": url}))
        with opened(home) as kit:
            with pytest.raises(Forked, match=f"ends at {seq - 1}, and this kit holds feed record {seq}"):
                read_all(kit)
            for _ in range(2):
                older.publish(UNIT, "programme.risk.reassessed", {**person, **a_score()})
            with pytest.raises(Forked, match=f"feed record {seq + 1} does not follow"):
                read_all(kit)
    older.hub.close()
    went_on.hub.close()


def test_a_suspended_agency_keeps_what_it_has(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """A kit whose agency was suspended says that it may no longer read; what it has stays readable, and it goes on by
    itself once the agency may read again.
    """
    with serving(partners.hub) as url, opened(set_up(tmp_path / "kit", partners, url, PROBATION)) as kit:
        partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
        read_all(kit)
        before = held(kit.hosted.views)
        assert before["alerts"]
        partners.governed_by(signed(2, with_keys({}, **{PROBATION: True})))
        with pytest.raises(Barred, match="401: this agency may no longer read"):
            read_all(kit)
        assert held(kit.hosted.views) == before
        partners.governed_by(signed(3, with_keys({})))
        partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
        read_all(kit)
        assert kit.feed.head(PROBATION) == partners.hub.feed.head(PROBATION)
        assert len(kit.hosted.views.alerts(open_only=False, limit=10)) == len(before["alerts"]) + 1


def test_a_lost_key_is_an_error(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """Without its key a kit does not start, and says which file is missing; it never shows an empty feed instead."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, POLICE)
        with opened(home) as kit:
            read_all(kit)
        home.key_file.rename(tmp_path / "away")
        with pytest.raises(NoKey, match=r"kit\.key is missing"), opened(home):
            pass
        (tmp_path / "away").rename(home.key_file)
        (tmp_path / "kit" / "receiving.pem").unlink()
        with pytest.raises(NotSetUp, match=r"receiving\.pem is missing"):
            home.receiving()


def test_an_alert_is_acknowledged(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """An alert that a kit acknowledges is acknowledged at the hub, and heard of on its feed; twice is once."""
    with serving(partners.hub) as url, opened(set_up(tmp_path / "kit", partners, url, PROBATION)) as kit:
        partners.publish(PROBATION, "supervision.appointment.missed", {**person, **a_missed_appointment()})
        partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
        partners.hub.catch_up()
        read_all(kit)
        alert = kit.hosted.views.alerts(open_only=True, limit=1)[0].alert_id
        assert kit.hub.acknowledge(alert) == kit.hub.acknowledge(alert)
        read_all(kit)
        row = kit.hosted.views.alert(alert)
        assert row is not None
        assert row.acknowledged


def test_the_token_goes_nowhere_else(tmp_path: Path, partners: Partnership) -> None:
    """A hub that is out of reach is waited for, with a word on why."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, POLICE)
    with opened(home) as kit, pytest.raises(TryLater, match="out of reach"):
        Reading(kit, outlets(kit), lambda _: None, Ending()).step(0.1)


def test_a_command_beside_a_kit_sees_what_that_reads(
    tmp_path: Path, partners: Partnership, person: dict[str, Any]
) -> None:
    """Whoever opens a home beside the kit that runs sees each record as soon as that kit has it, at every look."""
    with serving(partners.hub) as url, opened(set_up(tmp_path / "kit", partners, url, UNIT)) as kit:
        read_all(kit)
        with closing(open_either(kit.home)) as beside:
            seq, _ = beside.feed.head(UNIT)
            assert (beside.beside, beside.feed.told(UNIT, seq, 10)) == (True, [])
            partners.publish(UNIT, "programme.risk.reassessed", {**person, **a_score()})
            read_all(kit)
            assert [number for number, _ in beside.feed.told(UNIT, seq, 10)] == [seq + 1]


def test_the_key_to_seal_to_is_kept(tmp_path: Path, partners: Partnership) -> None:
    """A kit seals to the key that the hub presents now, and to the last one it saw while the hub is out of reach."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, POLICE)
        home.pin(home.pinned().model_copy(update={"inbound": "00" * 32}))
        with opened(home) as kit:
            now = inbound_key(kit)
    assert key_id(now) in partners.hub.keys.inbound
    with opened(home) as kit:
        assert inbound_key(kit) == now
        kit.pinned = kit.pinned.model_copy(update={"inbound": None})
        with pytest.raises(TryLater):
            inbound_key(kit)
