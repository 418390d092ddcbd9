"""The frozen form of a signed bundle: what was signed once has the same bytes, digest and signatures for ever."""

import base64
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from access_policies.bundling import Content, reopen
from access_policies.model import Policies
from access_policies.reading import UnusablePolicies
from access_policies.signers import Signers, load_signers, usual_id
from access_policies.signing import authentic, sign, unsigned

FROZEN = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "bundle.v1.json").read_text(encoding="utf-8"))
TEXT = json.dumps(FROZEN["bundle"])


@pytest.fixture
def signers(tmp_path: Path) -> Signers:
    """The signers of the vector."""
    (tmp_path / "signers.yaml").write_text(FROZEN["signers"])
    return load_signers(tmp_path / "signers.yaml")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_it_is_written_as_ever(signers: Signers) -> None:
    """The same rules, version and time give the same content, and the same keys the same signatures."""
    rules = {key: value for key, value in FROZEN["policies"].items() if key != "masks_version"}
    since = datetime.fromisoformat(FROZEN["effective_from"])
    content = Content(FROZEN["version"], since, Policies.model_validate(rules))
    assert content.to_bytes().decode() == FROZEN["content"]
    text = unsigned(content)
    for role, seed in FROZEN["seeds"].items():
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        text = sign(text, "x", usual_id(role, key.public_key().public_bytes_raw()), key)
    assert json.loads(text) == FROZEN["bundle"]


def test_it_is_read_as_ever(signers: Signers) -> None:
    """Its signatures count, its bytes come out, and its rules have the digest that leaves and feed records name."""
    raw, signed_by = authentic(TEXT, "x", signers)
    assert raw.decode() == FROZEN["content"]
    assert [signer.role for signer in signed_by] == list(FROZEN["seeds"])
    assert reopen(raw).digest == FROZEN["digest"]


def test_the_page_is_enough_to_check_one() -> None:
    """Whoever knows docs/formats.md and nothing of our code can check signatures and digest."""
    seeds = FROZEN["seeds"].values()
    keys = [Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).public_key() for seed in seeds]
    for signature in FROZEN["bundle"]["signatures"]:
        covered = f"{signature['protected']}.{FROZEN['bundle']['payload']}".encode()
        assert sum(opens(key, decoded(signature["signature"]), covered) for key in keys) == 1
    content = decoded(FROZEN["bundle"]["payload"])
    rules = content[content.index(b'"policies":') + len(b'"policies":') : -1]
    assert hashlib.sha256(rules).hexdigest() == FROZEN["digest"]


def opens(key: Ed25519PublicKey, signature: bytes, covered: bytes) -> bool:
    try:
        key.verify(signature, covered)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("at", range(0, 64, 9))
def test_any_other_byte_is_another_bundle(signers: Signers, at: int) -> None:
    """A byte of a signature or of the content that is not the one that was signed is refused."""
    for part in (FROZEN["bundle"]["payload"], FROZEN["bundle"]["signatures"][0]["signature"]):
        raw = bytearray(decoded(part))
        raw[at] ^= 1
        changed: Any = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        with pytest.raises(UnusablePolicies, match="does not verify"):
            authentic(TEXT.replace(part, changed), "x", signers)
