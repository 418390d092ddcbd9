"""Hostile requests: refused in one form that repeats nothing, with nothing stored and the hub as well as before."""

import gc
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest

from integration.hostile import CANARY, SUSPENDED, TABLE, Ask, Make, post
from integration.scene import Scene
from support.http import LINES, PROBLEM, Door
from support.partnership import POLICE, Partnership
from support.signing import suspended

GROWTH = 50 * 1024 * 1024
ROUNDS = 3


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One hub for the whole table, with one agency suspended: it has to live through all of it."""
    partners = Partnership(tmp_path_factory.mktemp("home"), policies=suspended(SUSPENDED))
    with Door(partners.hub) as door:
        yield Scene.set(partners, door)
    partners.hub.close()


def send(scene: Scene, ask: Ask) -> httpx.Response:
    """The hub's answer."""
    return scene.door.request(ask.method, ask.path, headers=ask.headers, content=ask.content)


def refused(answer: httpx.Response, status: int, rule: str | None) -> None:
    """The answer is this problem, in the form of RFC 9457, and repeats nothing."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    body = answer.json()
    assert body.keys() <= {"type", "title", "status", "errors"}
    assert (body["type"], body["status"]) == (f"urn:iomhub:problem:{status}", status)
    assert len(body["title"]) > 10
    rules = {error["rule"] for error in body.get("errors", [])}
    assert rules == {rule} if rule else status != 422 or rules
    assert all(error["path"] and error["message"] for error in body.get("errors", []))
    for repeated in (answer.content, repr(answer.headers.raw).encode()):
        assert CANARY.encode() not in repeated.lower()


def well(scene: Scene) -> None:
    """The hub answers and takes a good update."""
    assert scene.door.request("GET", "/health").json()["status"] == "ok"
    assert scene.agency(POLICE).publish(scene.arrest()).status_code == 200


@pytest.mark.parametrize(("status", "rule", "make"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_it_is_refused_in_one_form_and_nothing_is_stored(
    scene: Scene, status: int, rule: str | None, make: Make
) -> None:
    """Each request of the table is refused with its status and rule; no table has a row more; the hub goes on."""
    before = scene.rows()
    refused(send(scene, make(scene)), status, rule)
    assert scene.rows() == before
    well(scene)


LINES_TABLE = [
    ("the last line cut short", "not_json", lambda scene: scene.arrest(officer=CANARY)[:-30]),
    ("a key twice", "duplicate_key", lambda _: b'{"id":"%b","id":""}' % CANARY.encode()),
    ("deep", "too_deep", lambda _: b"[" * 10_000),
    ("NUL as it is", "not_json", lambda _: b'{"id":"%b\0"}' % CANARY.encode()),
    ("a line too long", "too_large", lambda _: CANARY.encode() * 30_000),
    ("a field nobody knows", "unknown_field", lambda scene: scene.arrest(**{CANARY: CANARY})),
]


@pytest.mark.parametrize(("rule", "line"), [row[1:] for row in LINES_TABLE], ids=[row[0] for row in LINES_TABLE])
def test_a_hostile_line_is_refused_alone(scene: Scene, rule: str, line: object) -> None:
    """A hostile line of a batch has a problem of its own that repeats nothing; the good line beside it is stored."""
    before, update_id = scene.rows(), uuid4()
    answer = send(scene, post(b"\n".join([scene.arrest(update_id=update_id), line(scene)]), LINES)(scene))
    good, bad = [orjson.loads(each) for each in answer.content.splitlines()]
    assert (answer.status_code, good["receipt"]["id"]) == (200, str(update_id))
    assert [(bad["problem"]["status"], error["rule"]) for error in bad["problem"]["errors"]] in (
        [(422, rule)],
        [(413, rule)],
    )
    assert CANARY.encode() not in answer.content
    assert scene.rows()["updates"] == before["updates"] + 1


def test_memory_stays_flat(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole table, sent again and again, grows the process by less than 50 MB."""
    sizes = []
    for _ in range(ROUNDS):
        for _, _, _, make in TABLE:
            send(scene, make(scene))
        gc.collect()
        sizes.append(resident())
    with capsys.disabled():
        megabytes = [round(size / 2**20) for size in sizes]
        print(f"\n{len(TABLE)} hostile requests × {ROUNDS}: {megabytes} MB resident")  # noqa: T201  # the figure
    assert max(sizes) - sizes[0] < GROWTH


def resident() -> int:
    """Bytes of this process in memory now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096
