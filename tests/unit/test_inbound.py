"""What an agency seals to the hub opens at the hub alone, and the hub's own keys change without a gap."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub import ledger
from hub.adapters.keyfile import KeyFile
from hub.chains import Tampered
from hub.keying import KEYS_ORIGIN, HubKeys, keys_note
from hub.wrapping import LARGEST_INBOUND, TooLarge, UnknownKey, key_id, open_inbound, seal_to_hub

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "sealed_record.v1.json").read_bytes()
)
ROOT = KeyFile(b"r" * 32)
LEDGER = Ed25519PrivateKey.from_private_bytes(b"l" * 32)
RAW = '{"data": {"person": "Zoë Fictional 🙂"}}\n{"and": "another"}'.encode()


def current(keys: HubKeys) -> bytes:
    """The key that an agency seals to today, as it is presented."""
    [found] = [each.public for each in keys.presented(LEDGER) if each.use == "inbound"]
    return found


@pytest.mark.parametrize("raw", [b"", b"\0", RAW, bytes(range(256)) * 1000], ids=len)
def test_it_opens(raw: bytes) -> None:
    """The hub gets back the very bytes that were sealed, so a signature over them verifies; their length is hidden."""
    keys = HubKeys(ROOT.derive, 1)
    sealed = seal_to_hub(current(keys), raw)
    assert open_inbound(keys.inbound, key_id(current(keys)), sealed) == raw
    assert len(sealed) & (len(sealed) - 1) == 0
    assert raw not in sealed or len(raw) < 2


def test_the_vector_opens() -> None:
    """What was sealed in version 1 opens as ever."""
    inbound = VECTOR["inbound"]
    key = X25519PrivateKey.from_private_bytes(bytes.fromhex(inbound["private"]))
    assert open_inbound({inbound["key"]: key}, inbound["key"], bytes.fromhex(inbound["sealed"])) == (
        inbound["raw"].encode()
    )


def test_the_keys_are_derived_as_ever() -> None:
    """The hub's numbered keys come from the root key under the labels of version 1."""
    derived = dict(VECTOR["derived"])
    root = KeyFile(bytes.fromhex(derived.pop("root_key")))
    assert {label: root.derive(label).hex() for label in derived} == derived
    presented = {each.public for each in HubKeys(root.derive, 1).presented(LEDGER)}
    signing = [Ed25519PrivateKey.from_private_bytes(bytes.fromhex(derived[f"delivery-signing-{n}"])) for n in (1, 2)]
    receiving = X25519PrivateKey.from_private_bytes(bytes.fromhex(derived["inbound-sealing-1"]))
    own = (*signing, receiving, LEDGER)
    assert presented == {key.public_key().public_bytes_raw() for key in own}


def test_every_byte_counts() -> None:
    """With any byte changed, cut short or longer, it does not open, and the hub says under which key."""
    keys = HubKeys(ROOT.derive, 1)
    name, sealed = key_id(current(keys)), seal_to_hub(current(keys), RAW)
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    cut = [sealed[:length] for length in range(0, len(sealed), 11)]
    for wrong in (*changed, *cut, sealed + b"\0"):
        with pytest.raises(Tampered, match=name):
            open_inbound(keys.inbound, name, wrong)


def test_for_another_key() -> None:
    """What is sealed to another key does not open under ours, whatever its header says; an unknown key is named."""
    keys, other = HubKeys(ROOT.derive, 1), HubKeys(KeyFile(b"o" * 32).derive, 1)
    sealed = seal_to_hub(current(other), RAW)
    with pytest.raises(Tampered):
        open_inbound(keys.inbound, key_id(current(keys)), sealed)
    with pytest.raises(UnknownKey, match=key_id(current(other))):
        open_inbound(keys.inbound, key_id(current(other)), sealed)


@pytest.mark.parametrize("header", ["", "Fictional Testcase", "X990001", "a" * 17, "A" * 16, "é" * 16])
def test_a_header_is_not_repeated(header: str) -> None:
    """Whatever stands in the header where a key's name belongs gets into no error."""
    with pytest.raises(UnknownKey) as refused:
        open_inbound({}, header, b"")
    assert not header or header not in str(refused.value)


def test_too_large() -> None:
    """A batch that is larger than the largest is refused before it is sent."""
    with pytest.raises(TooLarge):
        seal_to_hub(current(HubKeys(ROOT.derive, 1)), bytes(LARGEST_INBOUND))


@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_the_keys_are_changed(number: int) -> None:
    """Whatever is sealed to a number opens at hubs of that number and of those beside it; two numbers on it is lost,
    loudly.
    """
    sealed_to = HubKeys(ROOT.derive, number)
    name, sealed = key_id(current(sealed_to)), seal_to_hub(current(sealed_to), RAW)
    for other in range(max(1, number - 1), number + 2):
        assert open_inbound(HubKeys(ROOT.derive, other).inbound, name, sealed) == RAW
    with pytest.raises(UnknownKey, match=name):
        open_inbound(HubKeys(ROOT.derive, number + 2).inbound, name, sealed)


def test_the_next_delivery_key_is_known_before() -> None:
    """A kit that fetched the keys once verifies what the next number signs, and every earlier one."""
    known = [
        {each.id for each in HubKeys(ROOT.derive, n).presented(LEDGER) if each.use == "delivery"} for n in (1, 2, 3)
    ]
    signs = [key_id(HubKeys(ROOT.derive, n).delivery.public_key().public_bytes_raw()) for n in (1, 2, 3)]
    assert len(set(signs)) == 3
    assert {*signs[:2]} <= known[0] < known[1] < known[2]


def test_the_keys_are_signed() -> None:
    """Who knows the ledger's key from its first day sees whether the keys come from this hub; any change shows."""
    presented = HubKeys(ROOT.derive, 2).presented(LEDGER)
    note = keys_note(presented, LEDGER)
    assert ledger.opens(note, KEYS_ORIGIN, LEDGER.public_key())
    for each in presented:
        assert f"\n{each.id} {each.use} {each.public.hex()} " in note
        assert not ledger.opens(note.replace(each.public.hex(), "00" * 32), KEYS_ORIGIN, LEDGER.public_key())
    assert [each.use for each in presented if each.current] == ["delivery", "inbound", "ledger"]
