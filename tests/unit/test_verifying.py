"""Tampering with a value is found and named: any byte and any number, in any column that verification reads.

The scene is a hub with some forty updates and two checkpoints (see tampering.py); test_verifying_rows.py is about rows.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest

from unit.tampering import Row, Rows, Scene, a_scene, name_of, named


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One scene for all tests."""
    with a_scene() as found:
        yield found


@pytest.fixture(autouse=True)
def _sound_before_and_after(scene: Scene) -> Iterator[None]:
    assert scene.partners.hub.verify().problems == []
    yield
    assert scene.partners.hub.verify().problems == []


def test_the_scene(scene: Scene) -> None:
    """What is verified is all there is: entries, records, updates, two checkpoints; and some elements were dropped."""
    verdict = scene.partners.hub.verify()
    assert (verdict.sound, verdict.checkpoints, verdict.updates) == (True, 2, len(scene.rows("updates")))
    assert (verdict.entries, verdict.records) == (len(scene.rows("ledger")), len(scene.rows("feed")))
    assert verdict.updates >= 40
    assert {bool(row["boxes"]) for row in scene.rows("feed")} == {True, False}


class Edit(NamedTuple):
    """One byte of one cell."""

    column: str
    at: int

    def on(self, row: Row) -> Row:
        """The row with that byte turned a little; text stays text."""
        value = row[self.column]
        raw = bytearray(value.encode() if isinstance(value, str) else value)
        raw[self.at] ^= 1
        return row | {self.column: raw.decode("latin-1") if isinstance(value, str) else bytes(raw)}


def edits(row: Row, columns: Iterable[str], every: int = 1, first: int = 0) -> list[Edit]:
    """Every byte of these columns of a row; or, of what is long, both ends and every n-th byte between."""
    return [
        Edit(column, at)
        for column in columns
        for at in range(len(row[column] or b""))
        if min(at, len(row[column]) - at) <= 32 or (at + first) % every == 0
    ]


def some_edits(row: Row, columns: Iterable[str], count: int) -> list[Edit]:
    """Bytes at random, the same ones in every run."""
    found = edits(row, columns)
    return random.Random(len(found)).sample(found, min(count, len(found)))


BYTES = {
    "feed": ("recipient", "message_id", "publisher", "update_id", "prev", "root", "commitments", "boxes"),
    "ledger": ("commitment", "hash", "record_id", "opening"),
    "updates": ("publisher", "update_id", "record_id", "content"),
    "checkpoints": ("root", "note"),
}
"""The columns that hold bytes or text. (`feed.record_id` and the `counter` have tests of their own.)"""


def apart(table: str, rows: Rows) -> list[int]:
    """Rows that may be changed at once without speaking for each other: of a feed every third."""
    if table != "feed":
        return list(range(len(rows)))
    of_feed: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        of_feed[row["recipient"]].append(at)
    return [at for feed in of_feed.values() for at in feed[1::3]]


@pytest.mark.parametrize(
    ("table", "every", "at_least"),
    [("feed", 4, 2000), ("ledger", 4, 3000), ("updates", 4, 1800), ("checkpoints", 1, 300)],
)
def test_every_byte_is_named(scene: Scene, table: str, every: int, at_least: int) -> None:
    """One byte changed anywhere in a row names that row's entry: of four rows together every place, of short columns
    and in checkpoints every byte, in all other rows some.
    """
    rows = scene.rows(table)
    by_size = sorted(apart(table, rows), key=lambda at: len(edits(rows[at], BYTES[table])))
    pending = {at: some_edits(rows[at], BYTES[table], 40) for at in by_size}
    pending |= {at: edits(rows[at], BYTES[table], every, first) for first, at in enumerate(by_size[: max(every, 2)])}
    edited = 0
    while any(pending.values()):
        now = {at: left.pop() for at, left in pending.items() if left}
        changed = [now[at].on(row) if at in now else row for at, row in enumerate(rows)]
        with scene.tables(**{table: changed}) as problems:
            for at, edit in now.items():
                names = name_of(table, rows[at]), name_of(table, changed[at])
                assert named(problems, *names), (names, edit)
        edited += len(now)
    assert edited >= at_least


def test_one_edit_does_not_accuse_the_rest(scene: Scene) -> None:
    """A change in one entry names that entry and what hangs on it: of two hundred others hardly any."""
    for table, columns in BYTES.items():
        rows = scene.rows(table)
        for at in range(1, len(rows), 9):
            edit = some_edits(rows[at], columns, 1)[0]
            with scene.tables(**{table: [edit.on(row) if row is rows[at] else row for row in rows]}) as problems:
                assert 1 <= len(problems) <= 16


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("feed", "seq"),
        ("ledger", "number"),
        ("ledger", "time"),
        ("checkpoints", "size"),
        ("updates", "entry"),
    ],
)
@pytest.mark.parametrize("by", [10**6, 1 << 20, 7])
def test_every_number_is_named(scene: Scene, table: str, column: str, by: int) -> None:
    """A changed number, wherever it stands, names the entry in whose row it is."""
    rows = scene.rows(table)
    for at in range(0, len(rows), 5):
        changed = rows[at] | {column: rows[at][column] + by}
        others = [row for row in rows if row is not rows[at] and name_of(table, row) != name_of(table, changed)]
        with scene.tables(**{table: [*others, changed]}) as problems:
            assert named(problems, name_of(table, rows[at]), name_of(table, changed)), rows[at][column]


@pytest.mark.parametrize(
    ("column", "count"),
    [
        ("leaves", None),
        ("edge", 64),
        ("heads", 60),
    ],
)
def test_the_counter(scene: Scene, column: str, count: int | None) -> None:
    """A changed count, tree or head is named by the entries or the feed that it counts."""
    [row] = scene.rows("counter")
    changes = [row | {column: row[column] + by} for by in (1, -1, 64)] if count is None else []
    changes += [edit.on(row) for edit in some_edits(row, [column] if count else [], count or 0)]
    assert changes
    for changed in changes:
        with scene.tables(counter=[changed]) as problems:
            assert named(problems, "ledger entries up to", "feed of", "counter"), changed[column]


def on_another_record(scene: Scene, told: bool) -> Iterator[tuple[Row, list[str]]]:
    """Each feed record, with or without elements, laid with another person; and what verification finds."""
    rows = scene.rows("feed")
    people = {row["record_id"] for row in rows}
    for row in rows:
        if bool(row["boxes"]) == told:
            [other] = people - {row["record_id"]}
            with scene.tables(feed=[each | {"record_id": other} if each is row else each for each in rows]) as problems:
                yield row, problems


@pytest.mark.parametrize(
    "told",
    [True, False],
    ids=["told", "dropped"],
)
def test_a_record_laid_with_another_person(scene: Scene, told: bool) -> None:
    """A feed record that is laid with another person's is named."""
    count = 0
    for row, problems in on_another_record(scene, told):
        assert named(problems, name_of("feed", row))
        count += 1
    assert count
