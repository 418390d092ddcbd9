"""Tampering with rows is found and named: what is deleted, exchanged, cut off, doubled, damaged or taken away."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from hub.adapters.rows import pack, unpack
from support.partnership import POLICE, PROBATION, UNIT
from unit.tampering import Rows, Scene, a_scene, feed_of, name_of, named

Change = Callable[[Rows], tuple[Rows, list[str]]]
"""From a table's rows to what they become, and to the names of which verification must give one."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One scene for all tests."""
    with a_scene() as found:
        yield found


@pytest.fixture(autouse=True)
def _sound_afterwards(scene: Scene) -> Iterator[None]:
    yield
    assert scene.partners.hub.verify().problems == []


def deleted(table: str, at: int) -> Change:
    """One row is gone: its place is named, or what follows it."""

    def change(rows: Rows) -> tuple[Rows, list[str]]:
        mine = feed_of(rows, UNIT) if table == "feed" else rows
        gone = mine[at]
        names = [name_of(table, row) for row in mine[at:][:2]]
        if table == "feed":
            names += [f"feed of {UNIT}: it does not end", f"feed of {UNIT}: it does not contain"]
        if table == "ledger":
            names += ["ledger entries up to"]
        return [row for row in rows if row is not gone], names

    return change


def cut_off(table: str, count: int) -> Change:
    """The last rows are gone."""

    def change(rows: Rows) -> tuple[Rows, list[str]]:
        gone = (feed_of(rows, POLICE) if table == "feed" else rows)[-count:]
        names = {"feed": f"feed of {POLICE}: it does not end", "ledger": "ledger entries up to"}
        return [row for row in rows if row not in gone], [names[table]]

    return change


def exchanged(table: str, *columns: str) -> Change:
    """Two rows of one table exchange what stands in these columns; if it is their order, the next ones may tell."""

    def change(rows: Rows) -> tuple[Rows, list[str]]:
        mine = feed_of(rows, UNIT) if table == "feed" else rows
        one, two = mine[len(mine) // 2], mine[len(mine) // 3]
        others = [row for row in rows if row is not one and row is not two]
        swapped = [one | {name: two[name] for name in columns}, two | {name: one[name] for name in columns}]
        names = [name_of(table, one), name_of(table, two)]
        if "seq" in columns:
            names += [name_of(table, row | {"seq": row["seq"] + 1}) for row in (one, two)]
        return [*others, *swapped], names + (["ledger entries"] if "number" in columns else [])

    return change


def doubled(table: str, **new: Callable[[Rows], Any]) -> Change:
    """A row stands there once more, under a key of its own."""

    def change(rows: Rows) -> tuple[Rows, list[str]]:
        row = (feed_of(rows, UNIT) if table == "feed" else rows)[3 % len(rows)]
        again = row | {name: value(rows) for name, value in new.items()}
        return [*rows, again], [name_of(table, again), *(["ledger entries up to"] if table == "ledger" else [])]

    return change


def the_next(column: str, of: Callable[[Rows], Rows] = lambda rows: rows) -> Callable[[Rows], int]:
    """The number after the last."""
    return lambda rows: max(row[column] for row in of(rows)) + 1


def an_id(_: Rows) -> bytes:
    """An id that nobody has."""
    return uuid4().bytes


DELETED = [("feed", 0), ("feed", 5), ("feed", -1), ("ledger", 0), ("ledger", 20), ("ledger", 70), ("ledger", -1),
           ("updates", 0), ("updates", 11), ("updates", -1)]  # fmt: skip

CHANGES = [
    *(pytest.param(table, deleted(table, at), id=f"{table} row {at} deleted") for table, at in DELETED),
    *(pytest.param("feed", cut_off("feed", count), id=f"feed cut by {count}") for count in (1, 2, 9)),
    *(pytest.param("ledger", cut_off("ledger", count), id=f"ledger cut by {count}") for count in (1, 5, 30, 100)),
    pytest.param("feed", exchanged("feed", "seq"), id="feed order"),
    pytest.param("feed", exchanged("feed", "seq", "prev"), id="feed order and chain"),
    pytest.param("feed", exchanged("feed", "boxes"), id="feed elements"),
    pytest.param("feed", exchanged("feed", "message_id", "publisher", "update_id"), id="feed updates"),
    pytest.param("ledger", exchanged("ledger", "number"), id="ledger order"),
    pytest.param("ledger", exchanged("ledger", "opening"), id="ledger openings"),
    pytest.param("ledger", exchanged("ledger", "time"), id="ledger times"),
    pytest.param("updates", exchanged("updates", "content"), id="contents of updates"),
    pytest.param("updates", exchanged("updates", "content", "record_id"), id="contents and records of updates"),
    pytest.param("checkpoints", exchanged("checkpoints", "note"), id="notes"),
    pytest.param("checkpoints", exchanged("checkpoints", "root", "note"), id="roots and notes"),
    pytest.param(
        "feed",
        doubled("feed", seq=the_next("seq", lambda rows: feed_of(rows, UNIT)), message_id=an_id),
        id="feed record doubled",
    ),
    pytest.param(
        "feed",
        doubled("feed", recipient=lambda _: PROBATION, seq=the_next("seq", lambda rows: feed_of(rows, PROBATION))),
        id="feed record put on another feed",
    ),
    pytest.param("ledger", doubled("ledger", number=the_next("number")), id="ledger entry doubled"),
    pytest.param("updates", doubled("updates", update_id=an_id), id="update doubled"),
    pytest.param("checkpoints", doubled("checkpoints", size=the_next("size")), id="checkpoint doubled"),
]


@pytest.mark.parametrize(("table", "change"), CHANGES)
def test_changed_rows_are_named(scene: Scene, table: str, change: Change) -> None:
    """A row that was deleted, cut off, exchanged or doubled is named, or the next one that no longer follows."""
    rows, names = change(scene.rows(table))
    with scene.tables(**{table: rows}) as problems:
        assert named(problems, *names), (names, problems[:5])


@pytest.mark.parametrize(
    "at",
    [0, 1],
)
def test_a_deleted_checkpoint(scene: Scene, at: int) -> None:
    """A checkpoint that was deleted is missed: the ledger has the entry with which it began."""
    rows = scene.rows("checkpoints")
    with scene.tables(checkpoints=[row for row in rows if row is not rows[at]]) as problems:
        assert named(problems, name_of("checkpoints", rows[at]), "ledger entr")


@pytest.mark.parametrize(
    "data_class",
    [None, "offence"],
    ids=["all", "one class"],
)
def test_elements_that_nobody_dropped(scene: Scene, data_class: str | None) -> None:
    """Elements that are gone without the hub having dropped them are missed."""
    rows = scene.rows("feed")
    told = next(row for row in feed_of(rows, POLICE) if b"offence" in row["boxes"])
    left = {name: box for name, box in unpack(told["boxes"]) if data_class not in (None, name)}
    less = told | {"boxes": pack(left)}
    assert less["boxes"] != told["boxes"]
    with scene.tables(feed=[less if row is told else row for row in rows]) as problems:
        assert named(problems, name_of("feed", told))


DAMAGE = [
    ("feed", "seq", -1), ("feed", "message_id", b"short"), ("feed", "update_id", b""), ("feed", "record_id", bytes(17)),
    ("feed", "recipient", b"\xff"), ("feed", "publisher", b"\xff"), ("feed", "prev", "text"), ("feed", "root", "text"),
    ("feed", "commitments", "text"), ("feed", "boxes", "text"), ("feed", "boxes", b"\xff"),
    ("ledger", "time", -1), ("ledger", "time", "text"), ("ledger", "record_id", b"short"), ("ledger", "hash", "text"),
    ("ledger", "commitment", "text"), ("ledger", "opening", "text"), ("ledger", "opening", b""),
    ("updates", "update_id", b"short"), ("updates", "record_id", bytes(17)), ("updates", "publisher", b"\xff"),
    ("updates", "entry", "text"), ("updates", "content", "text"), ("updates", "content", b""),
    ("checkpoints", "root", "text"), ("checkpoints", "root", b""), ("checkpoints", "note", b"\xff"),
    ("checkpoints", "note", ""),
    ("counter", "heads", b"{}x"), ("counter", "heads", b""), ("counter", "heads", b"[]"), ("counter", "heads", "text"),
    ("counter", "heads", b'{"northshire-police":["a","00"]}'), ("counter", "heads", b'{"northshire-police":[7,7]}'),
    ("counter", "edge", "text"), ("counter", "leaves", "text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column", "value"),
    DAMAGE,
)
def test_damaged_values_are_named(scene: Scene, table: str, column: str, value: Any) -> None:
    """A value that no longer has the form of its column is named like any other, and the rest is still verified."""
    rows = scene.rows(table)
    row = rows[-1]
    with scene.tables(**{table: [*rows[:-1], row | {column: value}]}) as problems:
        assert named(problems, "counter:" if table == "counter" else name_of(table, row))


@pytest.mark.parametrize("gone", [True, False], ids=["destroyed", "exchanged"])
def test_a_data_key(scene: Scene, gone: bool) -> None:
    """Where a data key is gone or another's, what was sealed under it is named, entry by entry."""
    updates = scene.rows("updates")
    scope = next(row["scope"] for row in scene.rows("data_keys") if row["scope"].endswith("/raw"))
    other = next(row["wrapped"] for row in scene.rows("data_keys") if row["scope"] != scope)
    keys = [row if row["scope"] != scope else row | {"wrapped": other} for row in scene.rows("data_keys")]
    scene.partners.hub.store.sealer.forget({row["scope"] for row in keys})
    with scene.tables(data_keys=[row for row in keys if not (gone and row["scope"] == scope)]) as problems:
        sealed = [row for row in updates if row["record_id"] and row["record_id"].hex() in scope.replace("-", "")]
        assert sealed or "held" in scope
        assert all(named(problems, name_of("updates", row)) for row in sealed)
    scene.partners.hub.store.sealer.forget({row["scope"] for row in keys})
