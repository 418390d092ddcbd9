"""A sealed record opens for one partner, to the bit what the hub sealed, or not at all."""

import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.chains import Element, FeedRecord, Header, Tampered, genesis, root_of
from hub.receiving import MAX_BYTES
from hub.wrapping import LARGEST, SIZES, WINDOW_RECORDS, TooLarge, UnknownKey, Unwrapper, Window, key_id, unwrap
from support.signing import shipped

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "sealed_record.v1.json").read_bytes()
)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FEED, OTHER_FEED = UUID(int=7), UUID(int=8)
OURS = X25519PrivateKey.from_private_bytes(b"o" * 32)
THEIRS = X25519PrivateKey.from_private_bytes(b"t" * 32)
HUB = Ed25519PrivateKey.from_private_bytes(b"h" * 32)
NOTE = "a signed note — of the head\n"
HEADER = 261


def public(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def receiving(*keys: X25519PrivateKey) -> dict[str, X25519PrivateKey]:
    return {key_id(public(key)): key for key in keys}


def delivery(*keys: Ed25519PrivateKey) -> dict[str, Ed25519PublicKey]:
    return {key_id(public(key)): key.public_key() for key in keys}


def kit(*own: X25519PrivateKey) -> Unwrapper:
    """The kit of a partner with these keys."""
    return Unwrapper(FEED, receiving(*own or (OURS,)), delivery(HUB))


def records(count: int = 1, text: str = "Fictional Testcase") -> list[FeedRecord]:
    """The beginning of a feed."""
    prev, found = genesis(FEED.bytes), []
    for seq in range(1, count + 1):
        values = (("message_id", str(UUID(int=seq))), ("kind", "custody.person.arrested"), ("person", text))
        elements = tuple(Element(at, name, value, bytes([at]) * 16) for at, (name, value) in enumerate(values))
        commitments = tuple(element.commitment() for element in elements)
        found.append(FeedRecord(Header(seq, prev, root_of(commitments)), commitments, elements))
        prev = found[-1].header.link()
    return found


def window(recipient: X25519PrivateKey = OURS, feed: UUID = FEED, hub: Ed25519PrivateKey = HUB) -> Window:
    return Window.begin(feed, public(recipient), hub, NOW)


def test_it_opens() -> None:
    """The recipient reads the record and the signed head, as they went in, whatever letters they have."""
    [record] = records(text="Zoë Fictional 🙂 \u0000\u001f")
    opened = kit().unwrap(window().wrap(record, NOTE))
    assert opened == (record, NOTE)
    assert kit().unwrap(window().wrap(record)) == (record, None)


def test_the_vector_opens() -> None:
    """What was sealed in version 1 opens as ever, and the bytes of its header are where the format says."""
    sealed = bytes.fromhex(VECTOR["sealed"])
    own, hub = (bytes.fromhex(VECTOR[name]) for name in ("receiving_private", "delivery_private"))
    keys = receiving(X25519PrivateKey.from_private_bytes(own))
    opened = unwrap(sealed, keys, delivery(Ed25519PrivateKey.from_private_bytes(hub)), UUID(VECTOR["feed"]))
    assert opened.record.as_json() == VECTOR["record"]
    assert opened.head == VECTOR["head"]
    names = ("v", "seq", "prev", "root", "receiving_key", "delivery_key", "window", "wrapped", "signature", "nonce")
    said = dict(zip(names, struct.unpack_from(">BQ32s32s8s8s16s80s64s12s", sealed), strict=True))
    assert {name: each.hex() if isinstance(each, bytes) else each for name, each in said.items()} == VECTOR["header"]


def test_the_vector_is_written() -> None:
    """With the window's secrets fixed, the hub seals the record of the vector to the same bytes as ever."""
    [*_, nonce] = VECTOR["header"].values()
    announcement = bytes.fromhex(VECTOR["sealed"])[73:249]
    data_key, prefix = bytes.fromhex(VECTOR["data_key"]), bytes.fromhex(nonce)[:4]
    kept = Window(UUID(VECTOR["feed"]), announcement, data_key, prefix, NOW)
    assert kept.wrap(FeedRecord.from_json(VECTOR["record"]), VECTOR["head"]).hex() == VECTOR["sealed"]


@pytest.mark.parametrize("at", [*range(HEADER), HEADER, 500, 1023])
def test_every_byte_counts(at: int) -> None:
    """With any byte of the header or the content changed, nothing opens, whether a kit knows the window or not."""
    sealed = window().wrap(records()[0], NOTE)
    knows = kit()
    knows.unwrap(sealed)
    for bit in (0x01, 0x80):
        changed = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
        for opener in (knows, kit()):
            with pytest.raises((Tampered, UnknownKey)):
                opener.unwrap(changed)


def test_truncated() -> None:
    """Cut short or made longer, at whatever place, it does not open."""
    sealed = window().wrap(records()[0])
    for length in (*range(0, 1024, 7), 512, 1023):
        with pytest.raises(Tampered):
            kit().unwrap(sealed[:length])
    for more in (b"\0", bytes(1024)):
        with pytest.raises(Tampered):
            kit().unwrap(sealed + more)


def test_another_recipient() -> None:
    """Another partner cannot open it and learns which key it needs; a header that names its own key is noticed."""
    sealed = window().wrap(records()[0])
    with pytest.raises(UnknownKey, match=key_id(public(OURS))):
        kit(THEIRS).unwrap(sealed)
    relabelled = sealed[:73] + bytes.fromhex(key_id(public(THEIRS))) + sealed[81:]
    with pytest.raises(Tampered, match="record 1 was not sealed by the hub"):
        kit(THEIRS).unwrap(relabelled)
    stolen = {key_id(public(OURS)): THEIRS}
    with pytest.raises(Tampered):
        unwrap(sealed, stolen, delivery(HUB), FEED)


def test_another_feed() -> None:
    """A record that is moved to another topic does not open there, even for whoever has the key."""
    sealed = window().wrap(records()[0])
    with pytest.raises(Tampered):
        unwrap(sealed, receiving(OURS), delivery(HUB), OTHER_FEED)


def test_somebody_else_seals() -> None:
    """Whoever may write on the topic and knows the partner's public key cannot seal as the hub."""
    forger = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    sealed = window(hub=forger).wrap(records()[0])
    with pytest.raises(UnknownKey, match=key_id(public(forger))):
        kit().unwrap(sealed)
    forged, named = window(hub=forger), bytes.fromhex(key_id(public(HUB)))
    forged._announcement = forged._announcement[:8] + named + forged._announcement[16:]  # all right but the signature
    with pytest.raises(Tampered, match="not sealed by the hub"):
        kit().unwrap(forged.wrap(records()[0]))


def test_a_window_is_not_mixed() -> None:
    """The announcement of one window before the content of another does not open."""
    [record] = records()
    one, other = window().wrap(record), window().wrap(record)
    for mixed in (
        one[:73] + other[73:249] + one[249:],
        one[:249] + other[249:],
        one[:185] + other[185:249] + one[249:],
    ):
        with pytest.raises(Tampered):
            kit().unwrap(mixed)


def test_an_unknown_key_is_named() -> None:
    """A key that is lost is a loud error that names it; once the key is there, the same record opens."""
    sealed = window().wrap(records()[0])
    with pytest.raises(UnknownKey, match=f"receiving key {key_id(public(OURS))}"):
        Unwrapper(FEED, {}, delivery(HUB)).unwrap(sealed)
    with pytest.raises(UnknownKey, match=f"delivery key {key_id(public(HUB))}"):
        Unwrapper(FEED, receiving(OURS), {}).unwrap(sealed)
    assert kit().unwrap(sealed).record.header.seq == 1


def places(opener: Unwrapper, sealed: list[bytes]) -> list[str]:
    """What a reader that keeps its place sees of each record: the next, a repeat, or a gap."""
    seq, link, seen = 0, genesis(FEED.bytes), []
    for each in sealed:
        header = opener.unwrap(each).record.header
        if header.seq == seq + 1 and header.prev == link:
            seq, link = header.seq, header.link()
            seen.append("next")
        else:
            seen.append("repeat" if header.seq <= seq else "gap")
    return seen


@pytest.mark.parametrize(
    ("what", "change", "seen"),
    [
        ("as it was", lambda s: s, ["next"] * 4),
        ("replayed", lambda s: [*s, s[1], s[1]], [*["next"] * 4, "repeat", "repeat"]),
        ("reordered", lambda s: [s[0], s[2], s[1], s[3]], ["next", "gap", "next", "gap"]),
        ("dropped", lambda s: [s[0], *s[2:]], ["next", "gap", "gap"]),
    ],
)
def test_records_in_another_order(what: str, change: Callable[[list[bytes]], list[bytes]], seen: list[str]) -> None:
    """A record that is sent again, out of its order or left out shows by sequence and chain; each still opens."""
    shared = window()
    assert places(kit(), change([shared.wrap(record) for record in records(4)])) == seen


def test_a_record_of_another_place() -> None:
    """A header that says another sequence, link or root than the record inside does not pass for it."""
    one, two = records(2)
    shared = window()
    sealed = shared.wrap(one)
    for part in (slice(1, 9), slice(9, 41), slice(41, 73)):
        other = shared.wrap(two)
        with pytest.raises(Tampered):
            kit().unwrap(sealed[: part.start] + other[part] + sealed[part.stop :])


def test_no_nonce_twice() -> None:
    """Sealed again, with elements that were dropped meanwhile or without, a record never has a nonce that was used."""
    shared, [record] = window(), records()
    left = FeedRecord(record.header, record.commitments, ())
    sealed = [shared.wrap(each) for each in (record, record, left)]
    assert len({each[249:261] for each in sealed}) == 3
    assert [len(kit().unwrap(each).record.elements) for each in sealed] == [3, 3, 0]


def test_a_window_ends() -> None:
    """A data key is for a quarter of an hour and a million records; a clock that is put back ends it too."""
    shared = window()
    assert not shared.is_over(NOW + timedelta(minutes=14, seconds=59))
    assert shared.is_over(NOW + timedelta(minutes=15))
    assert shared.is_over(NOW - timedelta(seconds=1))
    shared._count = WINDOW_RECORDS - 1
    assert not shared.is_over(NOW)
    shared.wrap(records()[0])
    assert shared.is_over(NOW)


@pytest.mark.parametrize("length", [0, 1, 100, 600, 1500, 5000, 20_000, 100_000, 260_000])
def test_only_some_lengths(length: int) -> None:
    """A sealed record has one of ten lengths, the first that it fits into."""
    [record] = records(text="x" * length)
    plain = len(orjson.dumps({"record": record.as_json(), "head": None}))
    sealed = window().wrap(record)
    assert len(sealed) == next(size for size in SIZES if size >= plain + 4 + HEADER + 16)
    assert kit().unwrap(sealed).record == record


def test_too_large() -> None:
    """What is larger than the largest is refused with a sentence, not cut."""
    with pytest.raises(TooLarge, match=f"{LARGEST}"):
        window().wrap(records(text="x" * LARGEST)[0])


def test_the_largest_update_fits() -> None:
    """However an update of the largest size is told, its feed record fits into the largest sealed record."""
    most = max(len(policy.fields) for policy in shipped().kinds.values())
    element = len(orjson.dumps({"place": 99, "name": "n" * 40, "salt": "00" * 16, "value": ""})) + 2 * 32 + 3
    beside = 400 + 2 * most * element + len(NOTE) + 512
    assert MAX_BYTES + beside + HEADER + 20 < LARGEST
    values = [Element(at, f"field_{at}", "x" * (MAX_BYTES // most), bytes(16)) for at in range(most)]
    commitments = tuple(each.commitment() for each in values)
    record = FeedRecord(Header(2**62, bytes(32), root_of(commitments)), commitments, tuple(values))
    assert len(window().wrap(record, NOTE)) == LARGEST
