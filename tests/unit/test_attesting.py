"""Signatures under updates: over the bytes as they are, and over each line of a batch at its place."""

import contextlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.attesting import Signature, Unattested, attested, holds, key_id, parse, parts, sign_batch, sign_envelope, split

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "signature.v1.json").read_text(encoding="utf-8"))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))).public_key().public_bytes_raw()
LINES = [b'{"line":%d}' % number for number in range(5)]


def kept(lines: list[bytes]) -> list[dict[str, str]]:
    return attested(sign_batch(KEY, lines), PUBLIC, lines)


def test_the_vectors_hold() -> None:
    """Whoever builds the same from the page gets the same signatures, to the byte."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTOR["private_key"]))
    assert key_id(key.public_key().public_bytes_raw()) == VECTOR["key"]
    assert sign_envelope(key, VECTOR["envelope"].encode()).header() == VECTOR["envelope_header"]
    lines = [line.encode() for line in VECTOR["lines"]]
    made = sign_batch(key, lines)
    assert made.header() == VECTOR["batch_header"]
    assert attested(made, key.public_key().public_bytes_raw(), lines) == VECTOR["attested"]


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=40))
def test_each_line_of_a_batch_can_be_shown_alone(lines: list[bytes]) -> None:
    """What is kept with one line proves it, at its place, by the key alone."""
    for line, said in zip(lines, kept(lines), strict=True):
        assert holds(line, said, PUBLIC)
        assert not holds(line + b" ", said, PUBLIC)
        assert not holds(line, said, OTHER)


def test_a_proof_is_of_its_own_line_only() -> None:
    """The proof of one line shows no other, at no other place, in no longer batch."""
    said = kept(LINES)
    for number, proof in enumerate(said):
        for other, line in enumerate(LINES):
            assert holds(line, proof, PUBLIC) == (number == other)
        assert not holds(LINES[number], {**proof, "of": "6"}, PUBLIC)
        assert not holds(LINES[number], {**proof, "proof": proof["proof"][:-2]}, PUBLIC)
        assert not holds(LINES[number], {**proof, "proof": proof["proof"] + "00" * 32}, PUBLIC)


@pytest.mark.parametrize(
    "lines", [LINES[::-1], LINES[:-1], [*LINES, LINES[0]], [*LINES[:-1], b"{}"], [b"".join(LINES)], []]
)
def test_other_lines_are_not_what_was_signed(lines: list[bytes]) -> None:
    """Lines that change places, go missing, come twice or are changed are not attested."""
    with pytest.raises(Unattested):
        attested(sign_batch(KEY, LINES), PUBLIC, lines)


def test_a_signature_of_one_form_is_none_of_the_other() -> None:
    """An envelope's signature attests no batch of one, and a batch's no envelope."""
    one, batch = sign_envelope(KEY, LINES[0]), sign_batch(KEY, LINES[:1])
    assert attested(one, PUBLIC, LINES[:1])
    assert attested(batch, PUBLIC, LINES[:1])
    for wrong in (one._replace(batch=True), batch._replace(batch=False)):
        with pytest.raises(Unattested):
            attested(wrong, PUBLIC, LINES[:1])


def test_every_flipped_bit_is_seen() -> None:
    """No bit of the signature or of the bytes can be another."""
    made = sign_envelope(KEY, LINES[0])
    for at in range(64):
        value = bytearray(made.value)
        value[at] ^= 1
        with pytest.raises(Unattested):
            attested(Signature(made.key, bytes(value)), PUBLIC, LINES[:1])
    for at in range(len(LINES[0])):
        changed = bytearray(LINES[0])
        changed[at] ^= 1
        with pytest.raises(Unattested):
            attested(made, PUBLIC, [bytes(changed)])


@pytest.mark.parametrize("cut", [0, 1, 40, 85, 110])
def test_a_header_that_was_cut_is_none(cut: int) -> None:
    """A header is whole, of this algorithm, and has nothing behind it."""
    whole = sign_envelope(KEY, LINES[0]).header()
    assert parse(whole).header() == whole
    for wrong in (
        whole[:cut],
        whole + ";",
        whole.replace("ed25519", "none"),
        whole + "\n",
        whole.replace("key", "kid"),
    ):
        with pytest.raises(Unattested):
            parse(wrong)


@given(st.text(max_size=200))
def test_any_header_is_read_or_refused(text: str) -> None:
    """Whatever stands in the header, nothing breaks."""
    with contextlib.suppress(Unattested):
        assert parse(text).header() == text


def test_a_batch_has_a_most() -> None:
    """A batch of more lines than the page says is refused."""
    lines = [b"%d" % number for number in range(2001)]
    with pytest.raises(Unattested):
        attested(sign_batch(KEY, lines), PUBLIC, lines)


def test_empty_lines_are_none() -> None:
    """A batch may end with a line break, and blank lines say nothing."""
    assert split(b"\n".join([b"a", b"", b"  ", b"b", b""])) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1, 1, 1], [[1, 1, 1]]),
        ([1, 1, 1, 1], [[1, 1, 1], [1]]),
        ([4, 6, 1], [[4, 6], [1]]),
        ([4, 7], [[4], [7]]),
        ([99, 1, 99], [[99], [1], [99]]),
    ],
)
def test_parts_have_so_many_items_and_so_many_bytes(sizes: list[int], expected: list[list[int]]) -> None:
    """At most three, and at most ten bytes together; what is larger by itself goes alone, and none is left out."""
    assert [*parts(sizes, 3, 10, lambda size: size)] == expected
