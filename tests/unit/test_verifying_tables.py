"""Tampering with what the hub acts by later is found: what waits for an agreement, which were continued, what rests on
a consent. Each test edits a row in the file, and verification names the table, the agency and the update.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.continuing import continue_agreement, resume
from hub.timers import fire_due
from support.builders import a_consent, a_release_plan, an_arrest, an_opening, an_outcome
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, Partnership
from support.righting import arrested, corrects, ends_consent, ends_involvement, recalls
from support.seeing import Scene, scene
from unit.tampering import Row, Rows, named
from unit.tampering import Scene as Hand

AGREEMENT, PLANNED = "northshire-1", "custody.release.planned"
EXPIRED = datetime(2027, 5, 3, 9, tzinfo=UTC)
ANOTHER = {"record_id": bytes(16), "message_id": bytes(16), "update_id": bytes(16), "root": bytes(32)}
"""Ids that nobody has."""


def a_year_with_everything(here: Scene) -> None:
    """Consents used, withdrawn, given anew, lapsed; a recall, a correction, an emergency; then the agreement expires,
    things are held, told on a continuation, and held again.
    """
    arrest = arrested(here)
    corrects(here, arrest, expected_until="2026-03-04T08:30:00Z")()
    recalls(here, POLICE, arrest, DRUGS)()
    here.says(HOUSING, "trust.access.opened", an_opening())
    second = here.says(POLICE, "custody.person.arrested", an_arrest(drug_test="negative"))
    ends_consent(here, DRUGS)()
    here.turn(hours=30)
    here.says(PROBATION, "trust.consent.given", a_consent(HOSTEL, expires_on="2026-03-05"))
    here.says(POLICE, "custody.person.left", an_outcome(second, "bailed"), alone=True)
    ends_consent(here, HOSTEL)()
    here.turn(days=6)
    here.says(PROBATION, "trust.consent.given", a_consent(HOSTEL))
    here.says(PROBATION, "trust.consent.given", a_consent(DRUGS, purposes=("treatment",)))
    arrested(here)
    here.partners.clock.moment = EXPIRED
    while fire_due(here.hub.acceptor):
        pass
    here.says(PRISON, PLANNED, a_release_plan(release_on="2027-06-01"))
    arrested(here)


def goes_on(partners: Partnership) -> int:
    """The officer continues the agreement."""
    return continue_agreement(partners.hub.acceptor, AGREEMENT, "An Officer", "Signed on Friday.", "a test")[1]


def consent_ends_and_its_notice_is_recalled(here: Scene) -> None:
    """What the hostel heard last of its consent is taken from it again."""
    recalls(here, PROBATION, ends_consent(here)(), HOSTEL)()


@pytest.fixture(name="here", scope="module")
def _here() -> Iterator[Scene]:
    """The year, until something waits."""
    with scene() as found:
        a_year_with_everything(found)
        yield found


@pytest.fixture(name="hand")
def _hand(here: Scene) -> Iterator[Hand]:
    """Somebody else's hand in the file; the store was sound before."""
    assert here.hub.verify().problems == []
    found = Hand(here.partners)
    yield found
    found.close()


def of_update(row: Row) -> str:
    """How verification names the update of a row."""
    return f"update {row['publisher']}/{UUID(bytes=row['update_id'])}: "


@pytest.mark.duty("D15")
@pytest.mark.duty("D16")
def test_an_honest_history_is_sound_at_every_step() -> None:
    """Whatever consents, recalls, emergencies and agreements did to these tables, it is what the ledger says."""
    with scene() as here:
        a_year_with_everything(here)
        hand = Hand(here.partners)
        assert hand.rows("consented")
        assert hand.rows("postponed")
        steps: tuple[Callable[[], Any], ...] = (
            lambda: goes_on(here.partners),
            lambda: arrested(here),
            lambda: consent_ends_and_its_notice_is_recalled(here),
            lambda: here.turn(days=20),
            lambda: here.says(PRISON, PLANNED, a_release_plan(release_on="2027-07-01")),
            lambda: here.says(PROBATION, "trust.consent.given", a_consent(HOSTEL)),
        )
        for step in steps:
            step()
            assert here.hub.verify().problems == []
        assert hand.rows("postponed")
        here.partners.clock.turn(days=-90)  # as if a new date lay ahead
        assert resume(here.hub.acceptor) == 1
        assert here.hub.verify().problems == []
        hand.close()


@pytest.mark.duty("D15")
@pytest.mark.duty("D1")
def test_what_was_dropped_and_told_anew_is_sound_when_its_consent_ends() -> None:
    """The hostel's arrest was dropped when it ended, and told anew when that had been an error: the notice locks only
    what it still holds, and the row of what was dropped stays.
    """
    with scene() as here:
        arrest = arrested(here)
        left = here.says(POLICE, "custody.person.left", an_outcome(arrest, "bailed"), alone=True)
        error = {"update": str(left), "reason": "recorded_in_error"}
        here.says(POLICE, "trust.update.withdrawn", error, alone=True)
        ends_involvement(here, HOSTEL)()
        here.turn(minutes=1)
        here.partners.involve(here.someone, HOSTEL, ("accommodation",))
        assert len(here.partners.told(HOSTEL, "custody.person.arrested")) == 1
        ends_consent(here, HOSTEL)()
        hand = Hand(here.partners)
        assert HOSTEL in {row["recipient"] for row in hand.rows("consented")}
        assert HOSTEL not in {row["recipient"] for row in standing(hand)}
        assert here.hub.verify().problems == []
        hand.close()


@pytest.mark.duty("D16")
@pytest.mark.parametrize("one_by_one", [True, False], ids=["each", "all"])
def test_what_waits_and_was_deleted_is_missed(hand: Hand, one_by_one: bool) -> None:
    """What would never be told when the agreement goes on is named, with whom it waits for; each row, and all."""
    rows = hand.rows("postponed")
    assert len({row["recipient"] for row in rows}) > 1
    for gone in [[row] for row in rows] if one_by_one else [rows]:
        with hand.tables(postponed=[row for row in rows if row not in gone]) as problems:
            wanted = [f"{of_update(r)}what waits for {AGREEMENT} for {r['recipient']} is missing" for r in gone]
            assert sorted(problems) == sorted(wanted)


@pytest.mark.duty("D16")
def test_what_waits_and_nobody_held_is_named(hand: Hand) -> None:
    """A row for another partner, agreement, update or person would tell what no decision held back."""
    rows = hand.rows("postponed")
    for change in ({"recipient": "northshire-nobody"}, {"agreement": "northshire-9"}, {"update_id": bytes(16)}):
        more = rows[0] | change
        with hand.tables(postponed=[*rows, more]) as problems:
            what = f"what waits for {more['agreement']} for {more['recipient']}"
            assert problems == [f"{of_update(more)}{what}: the ledger does not have it"]
    with hand.tables(postponed=[rows[0] | {"record_id": bytes(16)}, *rows[1:]]) as problems:
        assert len(problems) == 2
        assert all(each.startswith(of_update(rows[0])) for each in problems)


@pytest.mark.duty("D16")
def test_a_continuation_that_nobody_made_is_named(hand: Hand) -> None:
    """One more row, and partners would be told under an agreement that has lapsed."""
    forged = {"agreement": AGREEMENT, "made_at": 1, "until": "2099-01-01"}
    with hand.tables(continuations=[forged]) as problems:
        assert problems == [f"continuation of {AGREEMENT}: the ledger does not have it"]


@pytest.mark.duty("D16")
def test_a_continuation_that_was_made_is_kept_as_it_was() -> None:
    """Deleted, it could be made a second time; with a later day it would never end. Both are named."""
    with continued() as hand:
        [row] = hand.rows("continuations")
        assert hand.rows("postponed") == []
        with hand.tables(continuations=[]) as problems:
            assert problems == [f"continuation of {AGREEMENT}: the ledger has it, the store does not"]
        with hand.tables(continuations=[row | {"until": "2099-01-01"}]) as problems:
            assert problems == [f"continuation of {AGREEMENT}: the ledger has another last day"]


@pytest.mark.duty("D16")
def test_what_waited_and_was_deleted_is_named_after_the_agreement_went_on() -> None:
    """Whoever deletes what waits, or adds to it, leaves a trace also once nothing waits any more."""
    with scene() as here:
        here.partners.clock.moment = EXPIRED
        here.says(PRISON, PLANNED, a_release_plan(release_on="2027-06-01"))
        hand = Hand(here.partners)
        gone, *rows = hand.rows("postponed")
        more = rows[0] | {"recipient": PRISON}
        assert more not in [gone, *rows]
        hand.put("postponed", [*rows, more])
        goes_on(here.partners)
        assert sorted(here.hub.verify().problems) == sorted(
            [
                f"{of_update(gone)}what waited for {AGREEMENT} for {gone['recipient']} was missing when it went on",
                f"{of_update(more)}nothing waited for {AGREEMENT} for {PRISON}, and it went on",
            ]
        )
        hand.close()


@contextmanager
def continued() -> Iterator[Hand]:
    """An agreement that goes on; what waited for it was told."""
    with scene() as found:
        found.partners.clock.moment = EXPIRED
        found.says(PRISON, PLANNED, a_release_plan(release_on="2027-06-01"))
        assert goes_on(found.partners) > 0
        assert found.hub.verify().problems == []
        hand = Hand(found.partners)
        yield hand
        hand.close()


@pytest.mark.duty("D16")
def test_what_was_told_with_the_agreement_waits_no_more() -> None:
    """A copy of what waited is put back after it was told: it would be told twice, and is named."""
    with continued() as hand:
        told = next(row for row in hand.rows("feed") if row["recipient"] == HOUSING)
        again = {"agreement": AGREEMENT} | {n: told[n] for n in ("recipient", "publisher", "update_id", "record_id")}
        with hand.tables(postponed=[again]) as problems:
            assert named(problems, f"{of_update(again)}what waits for {AGREEMENT} for {HOUSING}")


def standing(hand: Hand) -> Rows:
    """The rows of what rests on a consent whose records still hold something."""
    held = {(row["recipient"], row["root"]) for row in hand.rows("feed") if row["boxes"]}
    return [row for row in hand.rows("consented") if (row["recipient"], row["root"]) in held]


@pytest.mark.duty("D15")
def test_what_rests_on_a_consent_and_was_deleted_is_missed(here: Scene, hand: Hand) -> None:
    """Whoever would hear no notice when the consent ends is named, with the update; each row."""
    rows, feed = hand.rows("consented"), {(row["recipient"], row["root"]): row for row in hand.rows("feed")}
    assert {row["recipient"] for row in standing(hand)} == {HOSTEL, DRUGS}
    for gone in standing(hand):
        with hand.tables(consented=[row for row in rows if row != gone]) as problems:
            update = of_update(feed[gone["recipient"], gone["root"]])
            assert problems == [f"{update}that it rests on a consent for {gone['recipient']} is missing"]
    assert here.hub.verify().sound


@pytest.mark.duty("D15")
def test_what_is_locked_does_not_rest_on_a_consent_again(hand: Hand) -> None:
    """A copy of the table from before the notice is put back: what is locked would count as usable again."""
    with scene() as other:
        arrested(other)
        theirs = Hand(other.partners)
        before, feed = theirs.rows("consented"), theirs.rows("feed")
        ends_consent(other, HOSTEL)()
        assert other.hub.verify().sound
        locked = [row for row in before if row["recipient"] == HOSTEL]
        assert locked
        with theirs.tables(consented=before) as problems:
            updates = [of_update(each) for row in locked for each in feed if each["root"] == row["root"]]
            assert sorted(problems) == sorted(
                f"{update}for {HOSTEL} it rests on a consent, its feed says that it is locked" for update in updates
            )
        theirs.close()


@pytest.mark.duty("D15")
@pytest.mark.parametrize("column", ["record_id", "message_id", "root"])
def test_what_was_never_told_on_a_consent_does_not_rest_on_one(hand: Hand, column: str) -> None:
    """A row under another person, message or root is named by its message and agency."""
    rows = hand.rows("consented")
    more = rows[0] | {column: ANOTHER[column]}
    with hand.tables(consented=[*rows, more]) as problems:
        message = UUID(bytes=more["message_id"])
        assert problems == [f"consented, message {message} of {more['recipient']}: the ledger does not have it"]


DAMAGE = [
    ("continuations", "until", "tomorrow"), ("continuations", "until", b"\xff"), ("continuations", "made_at", "text"),
    ("postponed", "record_id", b"short"), ("postponed", "update_id", b""), ("postponed", "recipient", b"\xff"),
    ("consented", "record_id", bytes(17)), ("consented", "message_id", b"short"), ("consented", "root", "text"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "value"), DAMAGE)
def test_a_row_without_its_form_is_named(hand: Hand, table: str, column: str, value: Any) -> None:
    """A damaged row names its table, and does not stop the rest from being verified."""
    made = int(EXPIRED.timestamp() * 1_000_000)
    until = (EXPIRED + timedelta(days=13)).date().isoformat()
    rows = hand.rows(table) or [{"agreement": AGREEMENT, "made_at": made, "until": until}]
    with hand.tables(**{table: [*rows[:-1], rows[-1] | {column: value}]}) as problems:
        assert f"{table}: a row no longer has its form" in problems
