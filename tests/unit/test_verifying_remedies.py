"""Verification accepts exactly what the ledger says was dropped when something was put right, and nothing else."""

from collections.abc import Iterator

import pytest

from support.partnership import DRUGS, HOUSING, POLICE
from support.righting import arrested, corrects, ends_consent, recalls
from support.seeing import Scene, scene
from unit.tampering import Row, named
from unit.tampering import Scene as Hand


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    """An arrest that was corrected for housing, and recalled from the drug service."""
    with scene() as found:
        arrest = arrested(found)
        corrects(found, arrest, expected_until="2026-03-04T08:30:00Z")()
        recalls(found, POLICE, arrest, DRUGS)()
        ends_consent(found)()
        assert found.hub.verify().problems == []
        yield found


def of(rows: list[Row], recipient: str) -> list[Row]:
    """The rows of one feed."""
    return [row for row in rows if row["recipient"] == recipient]


def emptied(hand: Hand, row: Row) -> list[str]:
    """What verification finds once a record has lost every element."""
    rows = hand.rows("feed")
    changed = [each | {"boxes": b""} if each == row else each for each in rows]
    with hand.tables(feed=changed) as problems:
        return problems


@pytest.mark.duty("D15")
def test_whatever_else_is_dropped_is_named(here: Scene) -> None:
    """Each record of housing's feed that still holds something: emptied by somebody else, it is named by its number."""
    hand = Hand(here.partners)
    whole = [row for row in of(hand.rows("feed"), HOUSING) if row["boxes"]]
    assert len(whole) > 1
    for row in whole:
        assert named(emptied(hand, row), f"feed of {HOUSING}, record {row['seq']}")
    hand.close()


@pytest.mark.duty("D15")
def test_what_was_to_be_dropped_and_was_not_is_named(here: Scene) -> None:
    """A copy of the file from before is put back: what was corrected stands there again, and what was recalled."""
    with scene() as other:
        arrest = arrested(other)
        hand = Hand(other.partners)
        before = hand.rows("feed")
        corrects(other, arrest, expected_until="2026-03-04T08:30:00Z")()
        recalls(other, POLICE, arrest, DRUGS)()
        kept = {(row["recipient"], row["seq"]): row for row in before}
        again = [kept.get((row["recipient"], row["seq"]), row) for row in hand.rows("feed")]
        with hand.tables(feed=again) as problems:
            assert any("elements of it were to be dropped" in each and HOUSING in each for each in problems)
            assert any("it was to be dropped" in each and DRUGS in each for each in problems)
        hand.close()
