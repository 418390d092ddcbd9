"""Logs: whatever a hub is sent and however it fails, what it writes names nobody and repeats nothing."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from hub.bootstrap import open_keys, open_tokens
from hub.identity import Identity
from hub.settings import Settings
from support.builders import a_release_plan
from support.http import CLOUDEVENTS, LINES, STREAM, Process, running
from support.partnership import HOUSING, POLICE, PRISON, PROBATION, UNIT, raw_update

pytestmark = pytest.mark.system

WORD = "kanari"
PERSON = {"crn": "Q771133", "noms": "Q7711QQ"}
BORN = "1931-07-13"
ID = UUID(bytes=b"kanari-uuid-0001")
"""As bytes, the form in which a database error would show it, it reads as the word."""

ALLOWED = {"count", "event", "level", "timestamp", "method", "route", "status", "duration_ms", "error", "library"}


def word(where: str) -> str:
    """A canary that says where it was."""
    return f"{WORD}-{where}"


def traces(scope: list[str]) -> list[str]:
    """Everything that may stand in no line."""
    return [WORD, *PERSON.values(), BORN, str(ID), "1931", ID.hex, *scope]


class Sender:
    """Asks the hub as several agencies, with a canary in everything that a sender can choose."""

    def __init__(self, process: Process, home: Path) -> None:
        settings = Settings(home=home)
        self._tokens = open_tokens(open_keys(settings))
        self.identity = Identity(open_keys(settings).derive("identity"))
        self.tokens: list[str] = []
        self._client = httpx.Client(base_url=process.url, timeout=20)

    def ask(self, method: str, path: str, agency: str, content: bytes = b"", **headers: str) -> httpx.Response:
        """One request, its token, its headers and its query full of canaries."""
        now = datetime.now(UTC)
        token = self._tokens.issue(agency, word("sub"), frozenset({"publish", "read", "ig"}), now)
        self.tokens.append(token)
        said = {"User-Agent": word("agent"), "Cookie": word("cookie"), "X-Request-ID": word("header"), **headers}
        said |= {"Authorization": f"Bearer {token}", "Referer": word("referer"), "Traceparent": word("trace")}
        path += ("&" if "?" in path else "?") + f"{word('query')}={word('value')}"
        return self._client.request(method, path, content=content, headers=said)

    def publish(self, agency: str, kind: str, data: dict[str, Any], update_id: UUID | None = None) -> httpx.Response:
        """One update."""
        at = datetime.now(UTC) - timedelta(minutes=5)
        raw = raw_update(agency, kind, data, update_id or uuid4(), at)
        return self.ask("POST", "/v1/updates", agency, raw, **{"Content-Type": CLOUDEVENTS})


def an_arrest(**more: Any) -> dict[str, Any]:
    """An arrest with a canary in every field that can hold one."""
    return {
        "identifiers": PERSON,
        "person": word("person"),
        "date_of_birth": BORN,
        "author_role": word("role"),
        "arrested_at": f"{BORN}T08:30:00Z",
        "station": word("station"),
        "alleged_offence": word("offence"),
        "officer": word("officer"),
        "intelligence": word("intelligence"),
    } | more


def the_programme(sender: Sender) -> None:
    """The person comes onto the programme, and agencies work with them."""
    decision = {"cohort": "Fixed", "statutory": True, "decided_by": word("by"), "reason": word("reason")}
    who = {"identifiers": PERSON, "person": word("person"), "date_of_birth": BORN}
    assert sender.publish(UNIT, "programme.cohort.decided", who | decision).is_success
    for agency, pathways in ((POLICE, []), (PROBATION, []), (HOUSING, ["accommodation"])):
        claim = {"agency": agency, "role": "active", "pathways": pathways, "worker": word("worker")}
        update_id = uuid4()
        claimed = sender.publish(UNIT, "programme.agency.involved", {"identifiers": PERSON} | claim, update_id)
        message = str(sender.identity.message(agency, UNIT, update_id))
        assert claimed.is_success
        assert sender.publish(agency, "trust.fact.confirmed", {"update": message}).is_success


def publishing(sender: Sender) -> None:
    """Taken, repeated, and refused in every way."""
    assert sender.publish(POLICE, "custody.person.arrested", an_arrest(), ID).status_code == 200
    assert sender.publish(POLICE, "custody.person.arrested", an_arrest(station="else"), ID).status_code == 409
    plan = {"identifiers": PERSON} | a_release_plan(address=word("address"), licence=[word("licence")])
    assert sender.publish(PRISON, "custody.release.planned", plan).status_code == 200
    for wrong in ({word("field"): 1}, {"station": [word("list")]}, {"drug_test": word("enum")}, {"identifiers": {}}):
        assert sender.publish(POLICE, "custody.person.arrested", an_arrest(**wrong)).status_code == 422
    assert sender.publish(POLICE, f"custody.person.{WORD}", an_arrest()).status_code == 422
    assert sender.publish(PROBATION, "custody.person.arrested", an_arrest()).status_code == 403
    lines = b'{"' + word("line").encode() + b'":1}\n' + b"\xff\n" + word("words").encode()
    assert sender.ask("POST", "/v1/updates", POLICE, lines, **{"Content-Type": LINES}).status_code == 200
    for media in (f"application/{WORD}", word("media")):
        assert sender.ask("POST", "/v1/updates", POLICE, lines, **{"Content-Type": media}).status_code == 415
    large = word("large").encode() * 100_000
    assert sender.ask("POST", "/v1/updates", POLICE, large, **{"Content-Type": CLOUDEVENTS}).status_code == 413


def reading(sender: Sender) -> None:
    """Found, not found, not understood."""
    message = sender.identity.message(PROBATION, POLICE, ID)
    for path in ("/v1/cases", "/v1/alerts", "/v1/feed", f"/v1/policies/explanations/{message}", "/v1/ledger/verdict"):
        assert sender.ask("GET", path, PROBATION).status_code == 200
    assert sender.ask("GET", f"/v1/policies/decisions/{POLICE}/{ID}", UNIT).status_code == 200
    assert sender.ask("GET", f"/v1/receipts/{ID}", POLICE).status_code == 200
    for path in (
        f"/v1/policies/decisions/{WORD}/{ID}",
        f"/v1/policies/kinds/{WORD}",
        f"/v1/{WORD}",
        f"/v1/alerts/{ID}",
    ):
        assert sender.ask("GET", path, PROBATION).status_code == 404
    for path in (f"/v1/cases/{WORD}", f"/v1/feed?after={WORD}", f"/v1/alerts?open={WORD}"):
        assert sender.ask("GET", path, PROBATION).status_code == 422
    assert sender.ask("GET", "/v1/feed", PROBATION, Accept=STREAM, **{"Last-Event-ID": WORD}).status_code == 422
    assert sender.ask("PATCH", f"/v1/receipts/{ID}", PROBATION).status_code == 405
    assert sender.ask("GET", "/v1/cases", WORD).status_code == 401


def nonsense(process: Process) -> None:
    """What is no HTTP at all."""
    port = int(process.url.rpartition(":")[2])
    for words in (b"%b\r\n\r\n", b"GET /%b HTTP/1.1\r\nContent-Length: %b\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(words.replace(b"%b", WORD.encode()))
            assert b" 400 " in connection.recv(1000)


def failing(sender: Sender, store: Path) -> None:
    """The store breaks under the hub's hands: every door fails, with ids and names in the database's own words."""
    with sqlite3.connect(store) as broken:
        for table in ("received", "view_alerts", "view_facts", "feed"):
            broken.execute(f"DROP TABLE {table}")
    broken.close()
    for path in (f"/v1/receipts/{ID}", f"/v1/alerts/{ID}", f"/v1/cases/{ID}", "/v1/cases", "/v1/feed", "/v1/alerts"):
        answer = sender.ask("GET", path, PROBATION)
        assert (answer.status_code, answer.json()["title"]) == (500, "The hub failed; nothing is known to be stored")
    assert sender.publish(POLICE, "custody.person.arrested", an_arrest()).status_code in (500, 503)
    assert sender.ask("POST", f"/v1/alerts/{ID}/acknowledgement", PROBATION).status_code == 500
    assert sender.ask("GET", "/v1/feed", PROBATION, Accept=STREAM).content == b""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home for a hub."""
    return tmp_path / "home"


@pytest.mark.duty("D29")
def test_nothing_that_was_sent_is_ever_written(home: Path) -> None:
    """A hub that publishes, refuses, reads and fails writes JSON lines of listed keys; no canary is in any of them."""
    with running(home) as process:
        sender = Sender(process, home)
        the_programme(sender)
        publishing(sender)
        reading(sender)
        nonsense(process)
        failing(sender, home / "hub.sqlite")
        process.stop()
        written = process.written.read_text()
    found = [trace for trace in [*traces(sender.tokens), "Traceback"] if trace.lower() in written.lower()]
    assert found == []
    greeting, lines = written.splitlines()[:2], [json.loads(line) for line in written.splitlines()[2:]]
    assert greeting[0].startswith("Listening at http://127.0.0.1:")
    assert [line for line in lines if set(line) - ALLOWED] == []
    statuses = {line["status"] for line in lines if line["event"] == "request"}
    assert statuses >= {200, 401, 403, 404, 405, 409, 413, 415, 422, 500}, "the hub was not tried enough"
    assert {"library_logged", "request_failed"} <= {line["event"] for line in lines}
