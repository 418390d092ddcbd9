"""Forging is found and named, too: somebody makes what was changed consistent, who can hash and count, or even seal,
but cannot sign.
"""

import json
from collections.abc import Callable, Iterator
from uuid import UUID

import orjson
import pytest

from hub.adapters.rows import pack
from hub.chains import Element, Header, root_of
from hub.disclosing import Box, box_place
from hub.ledger import Leaf, Tree
from hub.numbering import opening_place
from hub.ports import UpdateKey
from support.partnership import HOSTEL, POLICE, UNIT
from unit.tampering import Row, Rows, Scene, a_scene, feed_of, name_of, named


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One scene for all tests."""
    with a_scene() as found:
        yield found


@pytest.fixture(autouse=True)
def _sound_afterwards(scene: Scene) -> Iterator[None]:
    yield
    assert scene.partners.hub.verify().problems == []


def counted(scene: Scene, ledger: Rows, feed: Rows) -> Rows:
    """The counter as a forger would write it, who can hash: it fits these rows."""
    tree, heads = Tree(), {}
    for row in ledger:
        tree.append(row["hash"])
    for row in sorted(feed, key=lambda row: row["seq"]):
        heads[row["recipient"]] = [row["seq"], Header(row["seq"], row["prev"], row["root"]).link().hex()]
    [counter] = scene.rows("counter")
    return [counter | {"leaves": tree.size, "edge": tree.edge(), "heads": json.dumps(heads).encode()}]


def test_a_forger_who_cuts_a_feed(scene: Scene) -> None:
    """A feed that is cut off, with a counter that fits, is found: the ledger says what was told, and names each."""
    ledger, feed = scene.rows("ledger"), scene.rows("feed")
    gone = feed_of(feed, POLICE)[-3:]
    left = [row for row in feed if row not in gone]
    with scene.tables(feed=left, counter=counted(scene, ledger, left)) as problems:
        for row in gone:
            assert any(problem.startswith(name_of("updates", row)) and POLICE in problem for problem in problems)


def test_a_forger_who_rewrites_a_chain(scene: Scene) -> None:
    """A record taken out of a feed, with all later ones linked and counted anew, is found by what the ledger says."""
    ledger, feed = scene.rows("ledger"), scene.rows("feed")
    mine = feed_of(feed, POLICE)
    forged, prev = [], mine[0]["prev"]
    for seq, row in enumerate(mine[:4] + mine[5:], start=1):
        forged.append(row | {"seq": seq, "prev": prev})
        prev = Header(seq, prev, row["root"]).link()
    rows = [row for row in feed if row["recipient"] != POLICE] + forged
    with scene.tables(feed=rows, counter=counted(scene, ledger, rows)) as problems:
        assert named(problems, name_of("updates", mine[4]))
        assert named(problems, f"feed of {POLICE}: it does not contain the head")


@pytest.mark.parametrize("at", [3, 40, 100, -2])
def test_a_forger_who_rehashes_an_entry(scene: Scene, at: int) -> None:
    """An entry with another time, hashed anew and counted anew, is named, and so is its checkpoint's interval."""
    rows, checkpoints = scene.rows("ledger"), scene.rows("checkpoints")
    row = rows[at]
    later = row | {"time": row["time"] + 1, "hash": Leaf(row["time"] + 1, row["commitment"]).hash()}
    forged = [later if each is row else each for each in rows]
    with scene.tables(ledger=forged, counter=counted(scene, forged, scene.rows("feed"))) as problems:
        assert named(problems, name_of("ledger", row))
        covered = [each["size"] for each in checkpoints if each["size"] > row["number"]]
        assert not covered or any(problem.endswith("checkpoint's root") for problem in problems)


@pytest.mark.parametrize("back_to", [64, 120])
def test_a_forger_who_cuts_the_ledger(scene: Scene, back_to: int) -> None:
    """A ledger that is cut off within what a checkpoint covers, with a counter that fits, misses the checkpoint."""
    ledger = [row for row in scene.rows("ledger") if row["number"] < back_to]
    with scene.tables(ledger=ledger, counter=counted(scene, ledger, scene.rows("feed"))) as problems:
        assert named(problems, name_of("checkpoints", scene.rows("checkpoints")[-1]))


def a_root(row: Row) -> Row:
    """Another root beside the note."""
    return row | {"root": bytes(32)}


def a_note(row: Row) -> Row:
    """Another root in the note, too; the signature stays."""
    lines = row["note"].split("\n")
    lines[2] = "A" * 43 + "="
    return row | {"root": bytes(32), "note": "\n".join(lines)}


def no_signature(row: Row) -> Row:
    """Only the text of the note."""
    return row | {"note": row["note"].partition("\n\n")[0] + "\n"}


@pytest.mark.parametrize("forge", [a_root, a_note, no_signature])
def test_a_forger_who_cannot_sign(scene: Scene, forge: Callable[[Row], Row]) -> None:
    """A checkpoint whose root, text or signature was changed is named."""
    first, second = scene.rows("checkpoints")
    with scene.tables(checkpoints=[first, forge(second)]) as problems:
        assert named(problems, name_of("checkpoints", second))


def another_opening(scene: Scene, row: Row) -> Row:
    """A ledger entry that opens, and says something else than was committed to."""
    opening = bytes(16) + orjson.dumps({"verb": "filler"})
    return row | {"opening": sealed(scene, "hub", "ledger", opening, opening_place(row["hash"]))}


def another_content(scene: Scene, row: Row) -> Row:
    """An update that opens, and is of other bytes than the ledger has."""
    content = orjson.dumps({"kind": "custody.person.arrested", "raw": "{}", "attested": {}})
    key = f"{row['publisher']}/{UUID(bytes=row['update_id'])}"
    return row | {"content": sealed(scene, UUID(bytes=row["record_id"]), "raw", content, f"updates/{key}")}


def another_box(scene: Scene, row: Row) -> Row:
    """A feed record with one box only, which opens, and holds another value than was committed to."""
    message_id = UUID(bytes=row["message_id"])
    return row | {"boxes": a_box(scene, row, message_id, Element(0, "message_id", "another", bytes(16)))}


def another_owner(scene: Scene, row: Row) -> Row:
    """A ledger entry of the hub's own that lies with somebody's record, and opens there."""
    person, place = scene.rows("persons")[0]["record_id"], opening_place(row["hash"])
    with scene.partners.hub.store.unit() as unit:
        opening = unit.open("hub", "ledger", row["opening"], place)
    return row | {"record_id": person, "opening": sealed(scene, UUID(bytes=person), "ledger", opening, place)}


def sealed(scene: Scene, owner: object, data_class: str, content: bytes, place: str) -> bytes:
    """Content sealed with the hub's own keys."""
    with scene.partners.hub.store.unit() as unit:
        return unit.seal(owner, data_class, content, place)


@pytest.mark.parametrize(
    ("table", "forge"),
    [("ledger", another_opening), ("ledger", another_owner), ("updates", another_content), ("feed", another_box)],
)
def test_a_forger_who_can_seal(scene: Scene, table: str, forge: Callable[[Scene, Row], Row]) -> None:
    """Content that was sealed anew with the right key and says something else is named: it was committed to."""
    rows = scene.rows(table)
    wanted = {"ledger": lambda row: row["record_id"] is None, "updates": lambda row: row["record_id"]}
    row = next(row for row in rows if wanted.get(table, lambda row: row["boxes"])(row))
    forged = forge(scene, row)
    with scene.tables(**{table: [forged if each is row else each for each in rows]}) as problems:
        assert named(problems, name_of(table, row))
        assert not any("does not open" in problem for problem in problems)


def a_record(scene: Scene, after: Row, key: UpdateKey) -> Row:
    """A record of this update, for the recipient of `after`, which follows it, opens and matches its commitments."""
    message = scene.partners.hub.identity.message(after["recipient"], *key)
    element = Element(0, "message_id", str(message), bytes(16))
    return after | {
        "seq": after["seq"] + 1,
        "message_id": message.bytes,
        "publisher": key.publisher,
        "update_id": key.update_id.bytes,
        "prev": Header(after["seq"], after["prev"], after["root"]).link(),
        "root": root_of([element.commitment()]),
        "commitments": element.commitment(),
        "boxes": a_box(scene, after, message, element),
    }


def a_box(scene: Scene, row: Row, message_id: UUID, element: Element) -> bytes:
    """One sealed box of the class envelope, with one element."""
    box = Box()
    box.add(element.place, element.name, element.salt, element.value)
    lies = box_place(row["recipient"], message_id) + "envelope"
    return pack({"envelope": sealed(scene, UUID(bytes=row["record_id"]), "envelope", box.content(), lies)})


def of_nothing(_: Rows) -> UpdateKey:
    """An update that there never was."""
    return UpdateKey(POLICE, UUID(int=1))


def of_somebody_elses(feed: Rows) -> UpdateKey:
    """An update that another partner was told, and this one was not."""
    mine = {row["update_id"] for row in feed_of(feed, HOSTEL)}
    other = next(row for row in feed_of(feed, UNIT) if row["update_id"] not in mine)
    return UpdateKey(other["publisher"], UUID(bytes=other["update_id"]))


@pytest.mark.parametrize("of", [of_nothing, of_somebody_elses])
def test_a_forger_who_tells_more(scene: Scene, of: Callable[[Rows], UpdateKey]) -> None:
    """A record that the hub never told, sealed, linked and counted as if it had, is named: the ledger has no such
    disclosure.
    """
    ledger, feed = scene.rows("ledger"), scene.rows("feed")
    forged = a_record(scene, feed_of(feed, HOSTEL)[-1], of(feed))
    with scene.tables(feed=[*feed, forged], counter=counted(scene, ledger, [*feed, forged])) as problems:
        assert problems
        assert all(problem.startswith(name_of("feed", forged)) for problem in problems), problems


def test_a_forger_who_tells_something_else(scene: Scene) -> None:
    """The last record of a feed with other content, sealed, linked and counted as if it were so, is named."""
    ledger, feed = scene.rows("ledger"), scene.rows("feed")
    before, last = feed_of(feed, UNIT)[-2:]
    key = UpdateKey(last["publisher"], UUID(bytes=last["update_id"]))
    forged = a_record(scene, before | {"record_id": last["record_id"]}, key)
    rows = [forged if row is last else row for row in feed]
    with scene.tables(feed=rows, counter=counted(scene, ledger, rows)) as problems:
        assert problems
        assert all(problem.startswith(name_of("feed", forged)) for problem in problems), problems
