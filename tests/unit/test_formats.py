"""The frozen formats: what was written in version 1 comes out the same to the byte (any change shows: see
test_format_changes.py).
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from hub import ledger
from hub.adapters.keyfile import KeyFile
from hub.chains import Element, FeedRecord, Header, genesis, root_of
from hub.identity import Identity
from hub.ledger import Tree
from hub.tokens import Tokens
from hub.writing import envelope
from support.builders import an_arrest
from support.partnership import POLICE, Partnership, raw_update, who

VECTORS = Path(__file__).resolve().parents[1] / "vectors"


def vector(name: str) -> Any:
    """A frozen vector."""
    found = json.loads((VECTORS / f"{name}.v1.json").read_bytes())
    assert found["comment"].startswith("Changing anything in this file is changing a format")
    return found


def private_key(seed: str) -> Ed25519PrivateKey:
    """The key of a vector."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


@pytest.mark.parametrize("case", vector("envelope")["cases"], ids=lambda case: case["kind"])
def test_envelope(case: dict[str, Any]) -> None:
    """An update is written to the same bytes as ever, in ASCII, whatever letters its names have."""
    at = datetime.fromisoformat(case["occurred_at"])
    raw = envelope(case["agency"], case["kind"], case["data"], update_id=UUID(case["update_id"]), occurred_at=at)
    assert raw == case["raw"].encode("ascii")


def test_feed_record() -> None:
    """A feed record is committed to, chained and put on the wire as ever, from the genesis of its feed on."""
    frozen = vector("feed_record")
    prev = genesis(UUID(frozen["feed"]).bytes)
    assert prev.hex() == frozen["genesis"]
    for seq, kept in enumerate(frozen["records"], start=1):
        wire = kept["wire"]
        elements = tuple(
            Element(each["place"], each["name"], each["value"], bytes.fromhex(each["salt"]))
            for each in wire["elements"]
        )
        commitments = tuple(element.commitment() for element in elements)
        record = FeedRecord(Header(seq, prev, root_of(commitments)), commitments, elements)
        assert json.dumps(record.as_json()) == json.dumps(wire)
        prev = record.header.link()
        assert prev.hex() == kept["link"]


def test_feed_record_as_documented() -> None:
    """A partner can check a record with SHA-256 alone: commitments, root and link are what the format says."""
    for kept in vector("feed_record")["records"]:
        wire = kept["wire"]
        for each, commitment in zip(wire["elements"], wire["commitments"], strict=True):
            value = json.dumps(each["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            salted = bytes.fromhex(each["salt"]) + each["name"].encode() + b"\0" + value
            assert hashlib.sha256(salted).hexdigest() == commitment
        together = b"".join(map(bytes.fromhex, wire["commitments"]))
        assert hashlib.sha256(b"iomhub/feed/1/root\0" + together).hexdigest() == wire["root"]
        header = bytes([wire["v"]]) + wire["seq"].to_bytes(8) + bytes.fromhex(wire["prev"] + wire["root"])
        assert hashlib.sha256(b"iomhub/feed/1/link\0" + header).hexdigest() == kept["link"]


def test_leaf() -> None:
    """A ledger leaf is `H(0x00, version, time, commitment)` as ever, and its opening is the salt and the record."""
    frozen = vector("leaf")["leaf"]
    moment, salt = datetime.fromisoformat(frozen["moment"]), bytes.fromhex(frozen["salt"])
    leaf, opening = ledger.leaf(moment, salt, frozen["record"])
    assert (leaf.time, leaf.commitment.hex(), opening.hex()) == (
        frozen["time"], frozen["commitment"], frozen["opening"]
    )  # fmt: skip
    assert leaf.hash().hex() == frozen["hash"]
    documented = bytes([0, 1]) + frozen["time"].to_bytes(8) + hashlib.sha256(opening).digest()
    assert hashlib.sha256(documented).hexdigest() == frozen["hash"]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word, over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    """For the reference inputs of Certificate Transparency the tree has the published roots."""
    frozen = vector("leaf")["tree"]
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(each)).digest() for each in frozen["inputs"][:size]]
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    assert tree.root().hex() == frozen["roots"][size] == naive_root(leaves).hex()


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70), st.integers(0, 70))
def test_a_tree_goes_on_from_its_edge(leaves: list[bytes], kept: int) -> None:
    """A tree that was kept by its edge at any size goes on to the root that RFC 6962 gives for all leaves."""
    tree = Tree()
    for at, leaf in enumerate(leaves):
        if at == kept:
            tree = Tree.kept(tree.size, tree.edge())
        tree.append(leaf)
    assert (tree.size, tree.root()) == (len(leaves), naive_root(leaves))


@pytest.mark.parametrize("which", ["checkpoint", "head"])
def test_signed_note(which: str) -> None:
    """A checkpoint and a feed's head are signed notes as ever, with the key id that C2SP defines."""
    frozen = vector("checkpoint")
    key, said = private_key(frozen["seed"]), frozen[which]
    text = ledger.checkpoint_text(said["size"], bytes.fromhex(said["root"]), said["name"])
    assert ledger.sign_note(text, said["name"], key) == said["note"]
    assert ledger.opens(said["note"], said["name"], key.public_key())
    signature = base64.b64decode(said["note"].rpartition(" ")[2])
    public = key.public_key().public_bytes_raw()
    assert signature[:4] == hashlib.sha256(said["name"].encode() + b"\n\x01" + public).digest()[:4]
    assert text == f"{said['name']}\n{said['size']}\n{base64.b64encode(bytes.fromhex(said['root'])).decode()}\n"


def test_a_note_that_was_touched() -> None:
    """With any character changed, cut short, under another name or another key, a note does not open."""
    frozen = vector("checkpoint")
    note, name, key = frozen["checkpoint"]["note"], ledger.ORIGIN, private_key(frozen["seed"]).public_key()
    for at, character in enumerate(note):
        for bit in (1, 2, 4, 16):
            assert not ledger.opens(note[:at] + chr(ord(character) ^ bit) + note[at + 1 :], name, key), (at, bit)
        assert not ledger.opens(note[:at], name, key), at
    assert not ledger.opens(note, "iom-hub/other", key)
    assert not ledger.opens(note, name, private_key("01" * 32).public_key())
    assert not ledger.opens("", name, key)


def test_receipt(tmp_path: Path) -> None:
    """A receipt has the same JSON as ever."""
    frozen = vector("receipt")
    partners = a_hub(tmp_path, bytes.fromhex(frozen["root_key"]), datetime.fromisoformat(frozen["received_at"]))
    receipt = partners.hub.publish(frozen["publisher"], frozen["raw"].encode(), sub="a custody system")
    partners.hub.close()
    assert receipt.model_dump_json() == frozen["receipt"]


def a_hub(home: Path, root: bytes, moment: datetime) -> Partnership:
    """A hub with a root key of the test's own, at a moment."""
    home.mkdir(exist_ok=True)
    (home / "hub.key").write_bytes(b"iomhub-key-1 plain\n" + root)
    partners = Partnership(home)
    partners.clock.moment = moment
    return partners


@pytest.mark.duty("D26")
@pytest.mark.duty("D27")
def test_receipts_do_not_tell(tmp_path: Path) -> None:
    """The same arrest gets the same receipt to the byte whether it is placed, held because it contradicts what is on
    record, discarded because nobody on the programme matches, or repeated an hour later.
    """
    moment = datetime.fromisoformat("2026-03-02T09:00:00.000001+00:00")
    born = {"placed": "1990-01-01", "held": "1991-01-01", "discarded": None}
    raw = raw_update(POLICE, "custody.person.arrested", {**who(), **an_arrest()}, UUID(int=7), moment)
    receipts, outcomes = set(), []
    for outcome, date in born.items():
        partners = a_hub(tmp_path / outcome, bytes(range(32)), moment)
        if date:
            partners.person(born=date)
        leaves = partners.hub.verify().entries
        receipts.add(partners.hub.publish(POLICE, raw, sub="a custody system").model_dump_json())
        outcomes.append((partners.hub.verify().entries - leaves, len(partners.told("northshire-iom-unit"))))
        partners.clock.turn(hours=1)
        receipts.add(partners.hub.publish(POLICE, raw, sub="a custody system").model_dump_json())
        partners.hub.close()
    assert len(receipts) == 1
    assert outcomes == [(1, 2), (1, 1), (0, 0)]


def test_ids() -> None:
    """Under a fixed root key every derived key, every id that a recipient sees, every blind index and every
    fingerprint is as ever; and no two recipients share one.
    """
    frozen = vector("ids")
    keys = KeyFile(bytes.fromhex(frozen["root_key"]))
    assert {label: keys.derive(label).hex() for label in frozen["derived"]} == frozen["derived"]
    identity, update, record = Identity(keys.derive("identity")), UUID(frozen["update"]), UUID(frozen["record"])
    seen = {
        agency: {
            "message": str(identity.message(agency, frozen["publisher"], update)),
            "record": str(identity.record(agency, record)),
            "case": str(identity.case(agency, record)),
            "feed": str(identity.feed(agency)),
        }
        for agency in frozen["recipients"]
    }
    assert seen == frozen["recipients"]
    assert len({name for names in seen.values() for name in names.values()}) == 4 * len(seen)
    assert all(UUID(name).version == 8 for names in seen.values() for name in names.values())
    for kind, (value, blind) in frozen["blind"].items():
        assert identity.blind(kind, value).hex() == blind
    assert identity.fingerprint(frozen["fingerprint_of"].encode()).hex() == frozen["fingerprint"]


def test_token_claims() -> None:
    """A token has the header and the claims that it always had, signed with Ed25519 over both."""
    frozen = vector("token")
    key, now = private_key(frozen["seed"]), datetime.fromisoformat(frozen["now"])
    token = Tokens(key).issue(frozen["agency"], frozen["sub"], frozenset(frozen["scopes"]), now)
    header, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    said = json.loads(claims)
    assert json.loads(header) == frozen["header"]
    assert list(said) == list(frozen["claims"])
    assert said | {"jti": frozen["claims"]["jti"]} == frozen["claims"]
    assert UUID(said["jti"]).version == 4
    public: Ed25519PublicKey = key.public_key()
    public.verify(signature, token.rpartition(".")[0].encode())
