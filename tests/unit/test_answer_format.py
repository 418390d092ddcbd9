"""The frozen form of answers: what was written in version 2 comes out the same to the byte."""

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
from hub.kit.publishing import in_words
from hub.ports import Coordinates
from hub.receiving import Problem, Rejected
from schemas.receipts import Receipt

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
FROZEN: dict[str, Any] = json.loads((VECTORS / "answer.v2.json").read_bytes())
BEFORE: dict[str, Any] = json.loads((VECTORS / "answer.v1.json").read_bytes())
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
    """A receipt is told as it is, with the place of its line; a rejection by place, path and rule."""
    assert _told([(line(2), receipt())]) == (FROZEN["received"]["kind"], FROZEN["received"]["told"])
    rejected = Rejected([Problem(**each) for each in FROZEN["rejected"]["told"]["problems"]])
    assert _told([(line(2), rejected)]) == (FROZEN["rejected"]["kind"], FROZEN["rejected"]["told"])


def test_receipts_that_stand_beside_each_other_are_told_together() -> None:
    """In the order of lines, of one record; what is rejected stands between them."""
    rejected = Rejected([Problem("source", "missing", "is required, as text")])
    results = [rejected, rejected, receipt(), receipt(1), rejected, receipt()]
    elsewhere = line(0)._replace(place=place()._replace(offset=42))
    found = [*runs([*((line(number), result) for number, result in enumerate(results)), (elsewhere, receipt())])]
    assert [[line.number for line, _ in run] for run in found] == [[0], [1], [2, 3], [4], [5], [0]]
    assert _told(found[2]) == (FROZEN["all_received"]["kind"], FROZEN["all_received"]["told"])


def test_each_receipt_can_be_had_by_itself() -> None:
    """As if its line had been answered alone; what was written in version 1 comes out as it was."""
    told = {"kind": ALL_RECEIVED, "record": "the feed", **FROZEN["all_received"]["told"]}
    first, second = one_by_one([told])
    assert first == {"kind": RECEIVED, "record": "the feed", **FROZEN["received"]["told"]}
    assert (second["id"], second["line"]) == (FROZEN["all_received"]["told"]["receipts"][1]["id"], 3)
    before = {"kind": BEFORE["received"]["kind"], **BEFORE["received"]["told"]}
    assert [*one_by_one([before])] == [before]
    assert in_words(before).startswith(f"{before['id']} received ")


def line(number: int) -> Line:
    """A line of the vector's record."""
    return Line(FROZEN["agency"], place(), number, FROZEN["raw"].encode(), Rejected([]))


def receipt(number: int = 0) -> Receipt:
    """One of the vector's receipts."""
    said = FROZEN["all_received"]["told"]["receipts"][number]
    return Receipt.model_validate({name: said[name] for name in Receipt.model_fields})
