"""The frozen form of answers: what was written in version 1 comes out the same to the byte."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from hub.adapters.keyfile import KeyFile
from hub.answering import ALL_RECEIVED, RECEIVED, Line, _told, one_by_one, runs, where
from hub.canonical import canonical
from hub.identity import Identity
from hub.ports import Coordinates
from hub.receiving import Problem, Rejected
from schemas.receipts import Receipt

FROZEN: dict[str, Any] = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "answer.v1.json").read_bytes())
IDENTITY_KEY = KeyFile(bytes.fromhex(FROZEN["root_key"])).derive("identity")


def place() -> Coordinates:
    """Where the line of the vector lay."""
    return Coordinates(FROZEN["topic"], FROZEN["partition"], FROZEN["offset"])


def test_the_message_id_of_an_answer() -> None:
    """It is the HMAC that the page of formats describes, of the place and of the bytes."""
    raw = FROZEN["raw"].encode()
    said = canonical(where(place(), FROZEN["line"]))
    assert str(Identity(IDENTITY_KEY).answer(FROZEN["agency"], said, raw)) == FROZEN["message_id"]
    recipient = hmac.digest(IDENTITY_KEY, b"iomhub/id/1/recipient\0" + FROZEN["agency"].encode(), "sha256")
    finger = hmac.digest(hmac.digest(IDENTITY_KEY, b"iomhub/id/1/fingerprint", "sha256"), raw, "sha256")
    documented = {name: FROZEN[name] for name in ("line", "offset", "partition", "topic")}
    text = json.dumps(documented, separators=(",", ":")).encode()
    digest = bytearray(hmac.new(recipient, b"answer\0" + text + b"\0" + finger, hashlib.sha256).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
    assert UUID(bytes=bytes(digest)) == UUID(FROZEN["message_id"])


def test_what_answers_say() -> None:
    """A receipt is told as it is, and a rejection by place, path and rule."""
    receipt = Receipt.model_validate(FROZEN["received"]["told"])
    rejected = Rejected([Problem(**each) for each in FROZEN["rejected"]["told"]["problems"]])
    line = Line(FROZEN["agency"], place(), FROZEN["line"], FROZEN["raw"].encode(), rejected)
    for name, result in (("received", receipt), ("rejected", rejected)):
        assert _told([(line, result)]) == (FROZEN[name]["kind"], FROZEN[name]["told"])


def test_receipts_that_stand_beside_each_other_are_told_together() -> None:
    """In the order of lines, of one record; what is rejected stands between them; each can be had by itself."""
    receipt = Receipt.model_validate(FROZEN["received"]["told"])
    rejected = Rejected([Problem("source", "missing", "is required, as text")])
    results = [receipt, receipt, rejected, rejected, receipt]
    lines = [Line(FROZEN["agency"], place(), number, b"", rejected) for number in range(len(results))]
    elsewhere = Line(FROZEN["agency"], place()._replace(offset=42), 0, b"", rejected)
    found = [*runs([*zip(lines, results, strict=True), (elsewhere, receipt)])]
    assert [[line.number for line, _ in run] for run in found] == [[0, 1], [2], [3], [4], [0]]
    said = FROZEN["received"]["told"]
    assert _told(found[0]) == (ALL_RECEIVED, {"receipts": [said, said]})
    told = {"kind": ALL_RECEIVED, "record": "the feed", "receipts": [said, said]}
    assert [*one_by_one([told])] == [{"kind": RECEIVED, "record": "the feed", **said}] * 2
