"""What sealing costs: each record sealed and signed by itself, against a data key for a window and a signed chain."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hub import ledger
from hub.chains import Element, FeedRecord, Header, genesis, root_of
from hub.delivering import BATCH
from hub.wrapping import Window

RECIPIENTS = (1, 3, 8)
COUNT, ROUNDS, BAR = 256, 5, 3.0
"""At eight recipients the chosen scheme must be at least three times as fast as the naive one, in the same run."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_NOW = datetime.now(UTC)

Measured = Callable[[list[FeedRecord], list[X25519PublicKey], Ed25519PrivateKey], None]


def measure() -> list[str]:
    """Print updates/s of both, the publisher's signature checked in both; fail under the bar."""
    publisher, hub = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    records, failures = _records(COUNT), []
    print(f"sealing a feed record of {len(orjson.dumps(records[0].as_json())):,} bytes, median of {ROUNDS} rounds")
    for count in RECIPIENTS:
        keys = [X25519PrivateKey.generate().public_key() for _ in range(count)]
        pairs = [(_rate(_naive, records, keys, hub, publisher), _rate(_chosen, records, keys, hub, publisher))
                 for _ in range(ROUNDS)]  # fmt: skip
        naive, chosen = (median(each) for each in zip(*pairs, strict=True))
        print(f"  {count} recipients: each by itself {naive:,.0f} updates/s, windows and a chain {chosen:,.0f}/s:"
              f" {chosen / naive:.1f} ×")  # fmt: skip
        if count == max(RECIPIENTS) and chosen < BAR * naive:
            failures.append(
                f"sealing to {count} recipients is {chosen / naive:.1f} × the naive scheme, not {BAR:.0f} ×"
            )
    return failures


def _rate(
    seal: Measured,
    records: list[FeedRecord],
    keys: list[X25519PublicKey],
    hub: Ed25519PrivateKey,
    publisher: Ed25519PrivateKey,
) -> float:
    raw = orjson.dumps(records[0].as_json())
    signature, public = publisher.sign(raw), publisher.public_key()
    started = time.perf_counter()
    for _ in records:
        public.verify(signature, raw)
    seal(records, keys, hub)
    return len(records) / (time.perf_counter() - started)


def _naive(records: list[FeedRecord], keys: list[X25519PublicKey], hub: Ed25519PrivateKey) -> None:
    """HPKE and Ed25519 for each record and recipient."""
    for record in records:
        for key in keys:
            sealed = _SUITE.encrypt(orjson.dumps(record.as_json()), key, b"iomhub/1|feed|window|key")
            hub.sign(sealed)


def _chosen(records: list[FeedRecord], keys: list[X25519PublicKey], hub: Ed25519PrivateKey) -> None:
    """One window for all of them, and a signed head for each batch: what the hub does."""
    for key in keys:
        feed = uuid4()
        window = Window.begin(feed, key.public_bytes_raw(), hub, _NOW)
        for number, record in enumerate(records, 1):
            window.wrap(record, _head(feed, record.header, hub) if number % BATCH == 0 else None)


def _head(feed: UUID, header: Header, hub: Ed25519PrivateKey) -> str:
    origin = f"iom-hub/feed/{feed}"
    return ledger.sign_note(ledger.checkpoint_text(header.seq, header.link(), origin), origin, hub)


def _records(count: int) -> list[FeedRecord]:
    """Records with as many elements as a probation officer is told of an arrest."""
    prev, found = genesis(bytes(16)), []
    for seq in range(1, count + 1):
        elements = tuple(Element(at, f"field_{at}", f"Fictional value {seq} {at}", bytes(16)) for at in range(12))
        commitments = tuple(element.commitment() for element in elements)
        found.append(FeedRecord(Header(seq, prev, root_of(commitments)), commitments, elements))
        prev = found[-1].header.link()
    return found
