"""Answers: what an agency that publishes through a source hears on its own feed, and what it cannot learn from it."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from hub.answering import RECEIVED, REJECTED, Line
from hub.ports import TryLater, UpdateKey
from hub.receiving import Received
from schemas.receipts import Receipt
from support.attested import TOPIC, Post
from support.builders import a_score, an_arrest
from support.collected import Failing, World, a_world, worked
from support.http import Door
from support.partnership import POLICE, PROBATION, UNIT, who
from unit.tampering import Scene

ARREST, SCORE = "custody.person.arrested", "programme.risk.reassessed"


@pytest.mark.duty("D26")
def test_every_outcome_is_answered_alike(world: World) -> None:
    """An update that is placed, held or discarded gets its receipt v1 on its publisher's feed, in the order sent, with
    the place where it lay.
    """
    person, ids = worked(world), [uuid4() for _ in range(3)]
    placed = world.post.raw(POLICE, ARREST, {**person, **an_arrest()}, ids[0])
    discarded = world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()}, ids[1])
    held = world.post.raw(UNIT, SCORE, {**who(77), **a_score()}, ids[2])
    world.send(world.post.record(POLICE, placed, discarded), world.post.record(UNIT, held))
    found = [*world.answers(POLICE), *world.answers(UNIT)]
    assert [each.pop("kind") for each in found] == [RECEIVED] * 3
    places = [{name: each.pop(name) for name in ("topic", "partition", "offset", "line")} for each in found]
    assert [(each["topic"], each["line"]) for each in places] == [(TOPIC, 0), (TOPIC, 1), (TOPIC, 0)]
    for answer, raw, update_id in zip(found, (placed, discarded, held), ids, strict=True):
        fingerprint = world.partners.hub.identity.fingerprint(raw).hex()
        receipt = Receipt(id=update_id, fingerprint=fingerprint, received_at=world.partners.clock.now())
        assert Receipt.model_validate_json(orjson.dumps(answer)) == receipt
    assert world.sound()


def test_what_breaks_a_rule_is_rejected_and_the_rest_flows(world: World) -> None:
    """A line that cannot be read and one that breaks its schema are answered by place, path and rule, never a value;
    those before and behind them are accepted.
    """
    person, update_id = worked(world), uuid4()
    good = [world.post.raw(POLICE, ARREST, {**person, **an_arrest()}) for _ in range(2)]
    broken = world.post.raw(POLICE, ARREST, {**person, **an_arrest(arrested_at="Hugo Secret")}, update_id)
    world.send(world.post.record(POLICE, good[0], b"{not json", broken, good[1]))
    found = world.answers(POLICE)
    assert [each["kind"] for each in found] == [RECEIVED, REJECTED, REJECTED, RECEIVED]
    place = {"topic": "pathway.custody", "partition": 0, "offset": 0}
    assert found[1]["problems"][0]["rule"] == "not_json"
    assert {name: found[1].get(name) for name in (*place, "line", "id")} == {**place, "line": 1, "id": None}
    assert (found[2]["id"], found[2]["line"]) == (str(update_id), 2)
    assert found[2]["problems"][0]["path"] == "data.arrested_at"
    assert "Secret" not in str(found)
    assert world.sound()


def test_another_update_under_a_used_id_is_rejected(world: World) -> None:
    """Other bytes under an id that was used are rejected by name, on the feed as over HTTP."""
    person, update_id = worked(world), uuid4()
    first = world.post.raw(POLICE, ARREST, {**person, **an_arrest()}, update_id)
    second = world.post.raw(POLICE, ARREST, {**person, **an_arrest(station="Elsewhere")}, update_id)
    world.send(world.post.record(POLICE, first), world.post.record(POLICE, second))
    [_, rejected] = world.answers(POLICE)
    assert (rejected["kind"], rejected["id"]) == (REJECTED, str(update_id))
    assert rejected["problems"][0]["rule"] == "already_used"


def test_a_repeated_delivery_gets_no_second_answer_and_a_repeated_publication_does(world: World) -> None:
    """The broker's record that comes again changes nothing; the same update published again is answered again, with the
    receipt of the first.
    """
    raw = world.post.raw(POLICE, ARREST, {**worked(world), **an_arrest()})
    record = world.post.record(POLICE, raw, b"{not json")
    world.send(record)
    size = len(world.partners.told(POLICE)), world.partners.hub.verify().entries
    world.partners.clock.turn(minutes=1)
    world.send(record)
    assert (len(world.partners.told(POLICE)), world.partners.hub.verify().entries) == size
    world.send(world.post.record(POLICE, raw))
    first, second = (each for each in world.answers(POLICE) if each["kind"] == RECEIVED)
    assert (first.pop("offset"), second.pop("offset")) == (0, 1)
    assert first == second
    assert world.sound()


def test_the_same_place_with_other_bytes_is_another_record(world: World) -> None:
    """A topic that was made anew counts from nothing again: what lies where something lay before is taken in."""
    person = worked(world)
    for _ in range(2):
        raw = world.post.raw(POLICE, ARREST, {**person, **an_arrest()})
        world.send(Post(world.partners).record(POLICE, raw))
    assert [each["kind"] for each in world.answers(POLICE)] == [RECEIVED, RECEIVED]


@pytest.mark.parametrize(
    ("signed", "rule"),
    [
        (b"", "unsigned"),
        (b"ed25519;key=0011223344556677;sig=AAAA", "not_a_signature"),
        (b"ed25519;key=0011223344556677;sig=" + b"A" * 86, "unknown_key"),
    ],
)
def test_what_nobody_signed_is_refused_and_alarms(world: World, signed: bytes, rule: str) -> None:
    """An unsigned record is answered to nobody; the ledger has where it lay and its digest; the operator is told."""
    raw = world.post.raw(POLICE, ARREST, {**worked(world), **an_arrest()})
    before = {agency: len(world.partners.told(agency)) for agency in (POLICE, PROBATION)}
    record = world.post.record(POLICE, raw, signed=signed)
    world.send(record)
    world.send(record)
    assert {agency: len(world.partners.told(agency)) for agency in before} == before
    [refusal] = world.refusals()
    assert (refusal["because"], refusal["offset"], refusal["topic"]) == (rule, 0, "pathway.custody")
    assert set(refusal) == {"verb", "because", "digest", "topic", "partition", "offset", "line"}
    assert world.collector.alarms == 2
    assert world.sound()


def test_nobody_publishes_as_another(world: World) -> None:
    """What the police sign as probation's is rejected, on the feed of the police; probation hears nothing of it."""
    raw = world.post.raw(PROBATION, "supervision.appointment.missed", worked(world))
    world.send(world.post.record(POLICE, raw))
    assert [each["kind"] for each in world.answers(POLICE)] == [REJECTED]
    assert world.answers(PROBATION) == []


def test_a_suspended_agency_is_not_answered(tmp_path: Path) -> None:
    """What a suspended agency publishes is refused like an unsigned record, and its feed does not grow."""
    with a_world(tmp_path / "home", suspended=(POLICE,)) as world:
        raw = world.post.raw(POLICE, ARREST, {**who(1), **an_arrest()})
        world.send(world.post.record(POLICE, raw))
        assert world.partners.told(POLICE) == []
        assert [each["because"] for each in world.refusals()] == ["takes_no_part"]


def test_who_must_seal_is_told_that_it_did_not(tmp_path: Path) -> None:
    """An unsealed record of an agency that seals is rejected line by line, nothing of it is accepted, and it alarms."""
    with a_world(tmp_path / "home", seals=(POLICE,)) as world:
        raw = world.post.raw(POLICE, ARREST, {**who(1), **an_arrest()})
        world.send(world.post.record(POLICE, raw, raw))
        rules = [each["problems"][0]["rule"] for each in world.answers(POLICE)]
        assert (rules, world.collector.alarms) == (["not_sealed"] * 2, 1)
        assert world.partners.hub.verify().updates == 0


def test_consumers_ignore_answers_and_the_door_shows_them(world: World) -> None:
    """An answer makes no row and no alert; `GET /v1/feed` shows it under the feed's own id in a person's place."""
    world.send(world.post.record(POLICE, world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()})))
    hub = world.partners.hub
    hub.catch_up()
    views = hub.hosted[POLICE].views
    assert (views.records(), views.alerts(open_only=False, limit=9)) == ([], [])
    assert hub.hosted[POLICE].position == 1
    with Door(hub) as door:
        page = door.agency(POLICE).get("/v1/feed").json()
    values = {each["name"]: each["value"] for each in page["records"][0]["elements"]}
    assert (values["kind"], values["record"]) == (RECEIVED, page["feed"])


def test_an_answer_is_no_way_to_a_person(world: World) -> None:
    """Naming an answer, or the feed it lies under, as the update or the person that is meant leads nowhere: it is held
    like any unknown reference, or discarded like an arrest of anybody.
    """
    person = worked(world)
    world.send(world.post.record(POLICE, world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()})))
    [answer] = [each for each in world.partners.told(POLICE) if each["kind"] == RECEIVED]
    for named in (answer["message_id"], answer["id"]):
        data = {**person, "update": named, "reason": "recorded_in_error"}
        world.partners.publish(POLICE, "trust.update.withdrawn", data)
    decided = {**who(5), "cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator"}
    world.partners.publish(UNIT, "programme.cohort.decided", decided | {"record": answer["record"]})
    world.partners.publish(POLICE, ARREST, {"record": answer["record"], **an_arrest()})
    with world.partners.hub.archive() as archive:
        ends = [orjson.loads(each.record) for each in archive.entries(archive.size() - 3, archive.size())]
    assert [each.get("because") for each in ends] == ["unknown_reference", "unknown_reference", None]
    assert world.sound()


def test_a_store_that_is_down_rejects_nothing_and_changes_no_order(world: World) -> None:
    """While the store is down nothing is rejected, held or overtaken; the pauses grow, then all comes in order."""
    person, downs = worked(world), [TryLater("down")] * 3
    Failing(world, lambda _: downs.pop() if downs else None)
    ids = [uuid4() for _ in range(20)]
    raws = [world.post.raw(POLICE, ARREST, {**person, **an_arrest()}, each) for each in ids]
    world.source.put(*(world.post.record(POLICE, raw) for raw in raws))
    pauses = [world.collector.step() for _ in range(4)]
    assert pauses == [0.1, 0.2, 0.5, 0.0]
    assert [(each["kind"], each["id"]) for each in world.answers(POLICE)] == [(RECEIVED, str(each)) for each in ids]
    assert world.collector.counted["again"] == 3


def test_an_update_on_which_the_hub_fails_is_held_and_the_others_go_on(world: World) -> None:
    """The hub fails five times on one update of a batch: that one is kept, sealed, as held with the reason `failed`,
    its receipt is the same as ever, and all others are placed.
    """
    person, ids, tries = worked(world), [uuid4() for _ in range(9)], []

    def fails(lines: Sequence[Line]) -> Exception | None:
        found = [line for line in lines if isinstance(line.outcome, Received) and line.outcome.key.update_id == ids[4]]
        tries.extend([len(lines)] * len(found))
        return RuntimeError("Hugo Secret") if found else None

    Failing(world, fails)
    world.send(*(world.post.record(POLICE, world.post.raw(POLICE, ARREST, {**person, **an_arrest()}, i)) for i in ids))
    assert tries.count(1) == 5
    assert [(each["kind"], each["id"]) for each in world.answers(POLICE)] == [(RECEIVED, str(each)) for each in ids]
    with world.partners.hub.archive() as archive:
        said = [orjson.loads(each.record) for each in archive.entries(0, archive.size())]
        outcomes = {each["update"]: (each["outcome"], each.get("because")) for each in said if "outcome" in each}
        assert [outcomes[f"{POLICE}/{i}"] for i in ids] == [
            ("held", "failed") if i == ids[4] else ("placed", None) for i in ids
        ]
        assert archive.content_of(UpdateKey(POLICE, ids[4])) is not None
    assert world.collector.alarms == 1
    assert world.source.waiting == []
    assert world.sound()


@pytest.mark.parametrize("what", ["removed", "made up", "moved"])
def test_an_answer_that_was_tampered_with_is_found(tmp_path: Path, what: str) -> None:
    """Verification names an answer that was taken out of a feed, made up, or laid under another key."""
    with a_world(tmp_path / "home") as world:
        for _ in range(3):
            world.send(world.post.record(POLICE, world.post.raw(POLICE, ARREST, {**who(77), **an_arrest()})))
        assert world.sound()
        scene = Scene(world.partners)
        one, two, three = scene.rows("feed")
        other = uuid4().bytes
        changed = {
            "removed": [one, three],
            "made up": [one, two, three, three | {"seq": 4, "message_id": other, "update_id": other}],
            "moved": [one, two | {"update_id": other}, three],
        }[what]
        with scene.tables(feed=changed) as problems:
            assert any(f"feed of {POLICE}, record {4 if what == 'made up' else 2}" in each for each in problems)
        scene.close()
