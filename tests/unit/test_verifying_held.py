"""Tampering with what waits to be placed, or is of one case, is found: a row that is gone, added or changed names its
update or its record (D27).
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.builders import an_arrest, an_outcome
from support.partnership import POLICE, UNIT, Partnership, partnership, who
from unit.tampering import Row, Rows, Scene


@pytest.fixture(name="hand", scope="module")
def _hand() -> Iterator[Scene]:
    """Somebody else's hand in the file of a hub that holds two updates: an arrest, and what names nothing known."""
    with partnership() as partners:
        hold_two(partners)
        found = Scene(partners)
        assert partners.hub.verify().problems == []
        yield found
        found.close()


def hold_two(partners: Partnership) -> None:
    """Both contradict what the hub knows; and two records are linked."""
    linked = partners.person(1) | {"further": who(2)["identifiers"], "ground": "documents", "decided_by": "A Clerk"}
    partners.person(2)
    partners.publish(UNIT, "trust.identity.linked", linked)
    partners.publish(POLICE, "custody.person.arrested", who(1) | {"person": "Somebody Else"} | an_arrest())
    partners.publish(POLICE, "custody.person.left", an_outcome(uuid4(), "bailed"))


def named(row: Row) -> str:
    """How verification names the update of a row."""
    return f"update {row['publisher']}/{UUID(bytes=row['update_id'])}: "


@pytest.mark.duty("D27")
def test_a_held_update_that_no_list_shows_is_named(hand: Scene) -> None:
    """Whoever takes a row out of the list, or the update with it, cannot hide that it waits."""
    gone, *rows = hand.rows("held")
    with hand.tables(held=rows) as problems:
        assert problems == [f"held, {named(gone)}that it waits is missing"]
    updates = [row for row in hand.rows("updates") if row["update_id"] != gone["update_id"]]
    with hand.tables(held=rows, updates=updates) as problems:
        assert f"{named(gone)}the ledger has it, the store does not" in problems


@pytest.mark.duty("D27")
@pytest.mark.parametrize(
    "changed", [{"awaits": bytes(16)}, {"update_id": bytes(16)}, {"urgent": 2}, {"publisher": "nobody"}]
)
def test_a_changed_row_is_named(hand: Scene, changed: dict[str, Any]) -> None:
    """What it waits for, whose it is and how soon somebody must look are as the ledger has them."""
    first, *rows = hand.rows("held")
    changed = changed if changed.get("urgent") is None else {"urgent": 1 - first["urgent"]}
    with hand.tables(held=[*rows, first | changed]) as problems:
        assert f"held, {named(first)}that it waits is missing" in problems
        assert f"held, {named(first | changed)}the ledger does not have it" in problems


@pytest.mark.duty("D12")
def test_a_link_that_is_cut_or_made_in_the_file_is_named(hand: Scene) -> None:
    """Whoever takes a pair out, or puts one in, changes who is told what: the record is named."""
    gone, *rows = hand.rows("joined")
    with hand.tables(joined=rows) as problems:
        assert problems == [f"joined, record {UUID(bytes=gone['record_id'])}: a link of it is missing"]
    with hand.tables(joined=[gone, *rows, gone | {"other": bytes(16)}]) as problems:
        assert problems == [f"joined, record {UUID(bytes=gone['record_id'])}: the ledger does not have it"]
    with hand.tables(joined=[gone | {"other": b"short"}, *rows]) as problems:
        assert "joined: a row no longer has its form" in problems


DAMAGE: Rows = [{"awaits": b"short"}, {"awaits": "text"}, {"urgent": "text"}, {"update_id": bytes(17)}]


@pytest.mark.parametrize("damage", DAMAGE, ids=str)
def test_a_row_without_its_form_is_named(hand: Scene, damage: Row) -> None:
    """It does not stop the rest from being verified."""
    first, *rows = hand.rows("held")
    with hand.tables(held=[*rows, first | damage]) as problems:
        assert "held: a row no longer has its form" in problems
