"""The feed over HTTP: a page, a long poll, a stream; and a proof that anybody can check from the JSON alone."""

import base64
import copy
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from hub import ledger
from integration.scene import Scene
from support.builders import an_outcome
from support.http import serving
from support.partnership import DRUGS, HOUSING, POLICE, PROBATION, UNIT

SOON = 1.0
"""Seconds within which a waiting reader has a record."""

Page = dict[str, Any]


def verified(page: Page, link: bytes | None = None) -> bytes:
    """Check a page with nothing but hashes, after the `link` of the page before; the link that it ends with.

    It is written from the words of the format, and shares no line with the hub.
    """
    for record in page["records"]:
        number, previous, root = record["seq"], bytes.fromhex(record["prev"]), bytes.fromhex(record["root"])
        commitments = [bytes.fromhex(each) for each in record["commitments"]]
        assert hashlib.sha256(b"iomhub/feed/1/root\0" + b"".join(commitments)).digest() == root, "root"
        for element in record["elements"]:
            value = json.dumps(element["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            opened = bytes.fromhex(element["salt"]) + element["name"].encode() + b"\0" + value.encode()
            assert hashlib.sha256(opened).digest() == commitments[element["place"]], "element"
        if number == 1:
            link = hashlib.sha256(b"iomhub/feed/1/genesis\0" + UUID(page["feed"]).bytes).digest()
        assert link in (None, previous), "chain"
        header = bytes([record["v"]]) + number.to_bytes(8, "big") + previous + root
        link = hashlib.sha256(b"iomhub/feed/1/link\0" + header).digest()
    head, last = page["head"], page["records"][-1]["seq"] if page["records"] else 0
    if head["seq"] == last and link is not None:
        assert head["link"] == link.hex(), "head"
    noted = f"iom-hub/feed/{page['feed']}\n{head['seq']}\n{base64.b64encode(bytes.fromhex(head['link'])).decode()}\n\n"
    assert head["note"].startswith(noted), "note"
    return link or b""


def page_of(scene: Scene, agency: str, **params: Any) -> Page:
    """A page of an agency's feed."""
    page: Page = scene.agency(agency).get("/v1/feed", **params).json()
    return page


def kinds(page: Page) -> list[str | None]:
    """The kind of each record; None where its elements were dropped."""
    named = [{each["name"]: each["value"] for each in record["elements"]} for record in page["records"]]
    return [values.get("kind") for values in named]


@pytest.mark.requirement("IX3")
def test_pages_of_any_size_make_one_chain(scene: Scene) -> None:
    """Read in pages of 1, 2, 3 and all at once, the feed is the same dense chain and ends at its signed head."""
    for _ in range(3):
        scene.arrested()
    whole = page_of(scene, PROBATION)
    assert [record["seq"] for record in whole["records"]] == list(range(1, whole["head"]["seq"] + 1))
    for limit in (1, 2, 3):
        found: list[Any] = []
        link = None
        while (page := page_of(scene, PROBATION, after=len(found), limit=limit))["records"]:
            link = verified(page, link)
            found += page["records"]
        assert found == whole["records"]
        assert page["head"] == whole["head"]
    assert verified(whole).hex() == whole["head"]["link"]


def test_the_head_is_signed(scene: Scene) -> None:
    """The note of the head opens under the hub's public key, for this feed and no other."""
    page, key = page_of(scene, HOUSING), scene.p.hub.recorder.key.public_key()
    assert ledger.opens(page["head"]["note"], f"iom-hub/feed/{page['feed']}", key)
    other = page_of(scene, PROBATION)["feed"]
    assert not ledger.opens(page["head"]["note"], f"iom-hub/feed/{other}", key)


def test_an_empty_feed_has_a_head_too(scene: Scene) -> None:
    """A partner that was told nothing reads no records and the signed head of its own empty feed."""
    page = page_of(scene, DRUGS)
    genesis = hashlib.sha256(b"iomhub/feed/1/genesis\0" + UUID(page["feed"]).bytes).hexdigest()
    assert (page["records"], page["head"]["seq"], page["head"]["link"]) == ([], 0, genesis)
    verified(page)


@pytest.mark.duty("D1")
def test_dropped_elements_leave_a_chain_that_verifies(scene: Scene) -> None:
    """After an arrest that came to nothing housing's feed holds the arrest no more, and verifies none the less."""
    arrest = scene.arrested()
    before = page_of(scene, HOUSING)
    left = an_outcome(arrest)
    scene.p.clock.turn(minutes=1)
    scene.agency(POLICE).publish(scene.raw(POLICE, "custody.person.left", left))
    after = page_of(scene, HOUSING)
    assert kinds(before)[-1:] == ["custody.person.arrested"]
    assert kinds(after)[-2:] == [None, "custody.person.left"]
    assert verified(after).hex() == after["head"]["link"]
    dropped = after["records"][-2]
    assert (dropped["elements"], dropped["root"]) == ([], before["records"][-1]["root"])


TAMPERINGS: list[tuple[str, str, Callable[[Page], object]]] = [
    ("a value", "element", lambda page: page["records"][-1]["elements"][5].update(value="another")),
    ("a name", "element", lambda page: page["records"][-1]["elements"][5].update(name="another")),
    ("a place", "element", lambda page: page["records"][-1]["elements"][5].update(place=0)),
    ("a commitment", "root", lambda page: page["records"][-1]["commitments"].pop()),
    ("a record taken out", "chain", lambda page: page["records"].pop(1)),
    ("two records exchanged", "chain", lambda page: page["records"].reverse()),
    ("a number", "chain", lambda page: page["records"][1].update(seq=7)),
    ("the head's link", "head", lambda page: page["head"].update(link="00" * 32)),
    ("the head's number", "note", lambda page: page["head"].update(seq=99)),
    ("another feed", "chain", lambda page: page.update(feed="00000000-0000-4000-8000-000000000007")),
]


@pytest.mark.parametrize(("part", "tamper"), [row[1:] for row in TAMPERINGS], ids=[row[0] for row in TAMPERINGS])
def test_the_check_finds_what_was_changed(scene: Scene, part: str, tamper: Callable[[Page], object]) -> None:
    """A reader with nothing but hashes notices every change to a page."""
    scene.arrested()
    page = copy.deepcopy(page_of(scene, PROBATION))
    tamper(page)
    with pytest.raises(AssertionError, match=part):
        verified(page)


@contextmanager
def in_a_moment(do: Callable[[], object], seconds: float = 0.3) -> Iterator[None]:
    """Meanwhile this is done, after a moment."""
    timer = threading.Timer(seconds, do)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def long_poll(scene: Scene, agency: str, wait: float) -> tuple[Page, float]:
    """Wait for what comes next, over a real socket; the page and how long it took."""
    after = page_of(scene, agency, limit=1000)["head"]["seq"]
    headers = scene.agency(agency).headers()
    with serving(scene.p.hub) as url, in_a_moment(lambda: scene.p.hub.publish(POLICE, scene.arrest(), sub="a test")):
        started = time.monotonic()
        answer = httpx.get(f"{url}/v1/feed?after={after}&wait={wait}", headers=headers, timeout=30)
        took = time.monotonic() - started
    page: Page = answer.json()
    return page, took


@pytest.mark.requirement("IX3")
def test_a_long_poll_answers_as_soon_as_a_record_comes(scene: Scene) -> None:
    """A reader that waits up to ten seconds has the record within one of its coming."""
    page, took = long_poll(scene, PROBATION, 10)
    assert kinds(page) == ["custody.person.arrested"]
    assert 0.2 < took < 0.3 + SOON


@pytest.mark.duty("D29")
def test_a_long_poll_is_not_woken_by_what_is_withheld(scene: Scene) -> None:
    """A reader waits its time to the end when what happens meanwhile is not for it, and then reads nothing."""
    page, took = long_poll(scene, DRUGS, 1)
    assert page["records"] == []
    assert 1 <= took < 1 + SOON


def test_a_long_poll_with_something_there_does_not_wait(scene: Scene) -> None:
    """A reader that lags behind is answered at once, however long it would wait."""
    started = time.monotonic()
    assert page_of(scene, PROBATION, wait=10)["records"]
    assert time.monotonic() - started < SOON


@pytest.mark.duty("D29")
def test_a_feed_is_its_reader_s_own(scene: Scene) -> None:
    """Two partners who are told of one arrest share no id, no hash and no salt by which to join their feeds."""
    scene.arrested()
    pages = [page_of(scene, agency) for agency in (PROBATION, UNIT, HOUSING)]
    ids = [
        {page["feed"]}
        | {record[name] for record in page["records"] for name in ("prev", "root")}
        | {each["salt"] for record in page["records"] for each in record["elements"]}
        | {
            each["value"]
            for record in page["records"]
            for each in record["elements"]
            if each["name"] in ("message_id", "record")
        }
        for page in pages
    ]
    assert all(ids)
    assert not (ids[0] & ids[1]) | (ids[0] & ids[2]) | (ids[1] & ids[2])
