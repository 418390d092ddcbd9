"""Bundles that somebody altered, stripped, forged or took from an earlier day, each made from a good one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from support.signing import GOVERNANCE, IDS, KEYS, LONG_AGO, OWNER, PUBLIC, ROLES, before_field, draft, signed

VERSION = 5
"""The version that was in force last."""

Make = Callable[[], str]


def encoded(raw: bytes) -> str:
    """Base64url."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def by_hand(
    payload: bytes,
    role: str = GOVERNANCE,
    key: Ed25519PrivateKey | None = None,
    header: Any = None,
    **more: Any,
) -> dict[str, Any]:
    """A signature made without the hub's own code, under any header; `more` stands beside it, unprotected."""
    said = {"alg": "Ed25519", "kid": IDS[role]} if header is None else header
    protected = encoded(said if isinstance(said, bytes) else json.dumps(said).encode())
    signature = (key or KEYS[role]).sign(f"{protected}.{encoded(payload)}".encode())
    return {"protected": protected, "signature": encoded(signature), **more}


def a_bundle(payload: bytes, *signatures: dict[str, Any]) -> str:
    """The text of a bundle with this content; signed by both roles unless it says otherwise."""
    made = signatures or tuple(by_hand(payload, role) for role in ROLES)
    return json.dumps({"payload": encoded(payload), "signatures": list(made)})


def good(version: int = VERSION + 1) -> dict[str, Any]:
    """A good bundle, newer than the last, as its parts."""
    return json.loads(signed(version))


def content(**changes: Any) -> dict[str, Any]:
    """Its content, with other values."""
    return json.loads(decoded(good()["payload"])) | changes


def written(said: Any) -> bytes:
    """Content in the bytes of a bundle."""
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


def says(**changes: Any) -> Make:
    """Both roles signed a content that says something else."""
    return lambda: a_bundle(written(content(**changes)))


def rules(change: Callable[[dict[str, Any]], Any]) -> Make:
    """Both roles signed other rules."""

    def make() -> str:
        said = content()
        change(said["policies"])
        return a_bundle(written(said))

    return make


def parts(change: Callable[[dict[str, Any]], Any]) -> Make:
    """Somebody changed the file after it was signed."""

    def make() -> str:
        said = good()
        change(said)
        return json.dumps(said)

    return make


def header(said: Any, **more: Any) -> Make:
    """The first role's signature has another header, and is good under it."""

    def make() -> str:
        payload = decoded(good()["payload"])
        return a_bundle(payload, by_hand(payload, header=said, **more), by_hand(payload, OWNER))

    return make


def named(**more: Any) -> dict[str, Any]:
    """The header as it should be, and more."""
    return {"alg": "Ed25519", "kid": IDS[GOVERNANCE], **more}


def other_payload(said: dict[str, Any]) -> None:
    """The signatures stay, the rules are those of another bundle."""
    said["payload"] = encoded(written(content(version=VERSION + 2)))


def flipped(said: dict[str, Any]) -> None:
    """One bit of a signature is another."""
    raw = bytearray(decoded(said["signatures"][0]["signature"]))
    raw[7] ^= 1
    said["signatures"][0]["signature"] = encoded(bytes(raw))


def exchanged(said: dict[str, Any]) -> None:
    """Each role's header stands with the other's signature."""
    first, second = said["signatures"]
    first["protected"], second["protected"] = second["protected"], first["protected"]


def mac_with_the_public_key() -> str:
    """HS256, with the public key that everybody knows as its secret."""
    payload = good()["payload"]
    protected = encoded(json.dumps(named(alg="HS256")).encode())
    mac = hmac.new(PUBLIC[GOVERNANCE], f"{protected}.{payload}".encode(), hashlib.sha256).digest()
    forged = {"protected": protected, "signature": encoded(mac)}
    return json.dumps({"payload": payload, "signatures": [forged, good()["signatures"][1]]})


def a_stranger(header: dict[str, Any] | None = None) -> Make:
    """Somebody else's key signed beside one role: under a name of its own, or under that of the other role."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)

    def make() -> str:
        payload = decoded(good()["payload"])
        return a_bundle(payload, by_hand(payload, key=key, header=header), by_hand(payload, OWNER))

    return make


def detached(said: dict[str, Any]) -> None:
    """The content is not in the file."""
    del said["payload"]


def replaced(before: bytes, after: bytes) -> Make:
    """Both roles signed a content that a text editor changed."""

    def make() -> str:
        payload = decoded(good()["payload"])
        assert before in payload
        return a_bundle(payload.replace(before, after, 1))

    return make


LEFT, LAPSED, POLICE = "custody.person.left", "trust.consent.lapsed", "northshire-police"


def another_kind(said: dict[str, Any]) -> None:
    """A kind that no schema has."""
    said["kinds"]["a.b.c"] = said["kinds"][LEFT] | {"kind": "a.b.c"}


def unprotected(said: dict[str, Any]) -> None:
    """A header that no signature covers."""
    said["signatures"][0]["header"] = {"kid": IDS[OWNER]}


def another_day() -> str:
    """The version in force, with another time."""
    return signed(VERSION, None, LONG_AGO + timedelta(days=1))


ALTERED, ANEW, SIGN = "the file was altered", "`iom-hub policy bundle`", "`iom-hub policy sign`"

TABLE: tuple[tuple[str, Make, str, str], ...] = (
    # what was done, how, what is said of it, what to do
    ("nobody signed", lambda: draft(VERSION + 1), "it is not signed", SIGN),
    ("signatures stripped", parts(lambda said: said.pop("signatures")), "a list of `signatures`", ALTERED),
    ("signatures emptied", parts(lambda said: said["signatures"].clear()), "it is not signed", SIGN),
    ("signatures null", parts(lambda said: said.update(signatures=None)), "a list of `signatures`", ALTERED),
    ("one signature taken off", parts(lambda said: said["signatures"].pop()), "1 of the 2 roles", SIGN),
    ("one role twice", parts(lambda s: s.update(signatures=s["signatures"][:1] * 2)), "1 of the 2 roles", SIGN),
    ("a signature left empty", parts(lambda said: said["signatures"][0].update(signature="")), "base64url", ALTERED),
    ("a signature cut short", parts(lambda s: s["signatures"][0].update(signature="AAAA")), "does not verify", ALTERED),
    ("a bit of a signature", parts(flipped), "does not verify", ALTERED),
    ("headers exchanged", parts(exchanged), "does not verify", ALTERED),
    ("the content of another", parts(other_payload), "does not verify", ALTERED),
    ("content left out", parts(detached), "has `payload`", ALTERED),
    ("a key of the file more", parts(lambda said: said.update(note="")), "nothing else", ALTERED),
    ("a file cut short", lambda: signed(VERSION + 1)[:-9], "not JSON", ALTERED),
    ("an empty file", lambda: "", "empty", "`iom-hub policy install`"),
    ("payload twice", lambda: signed(VERSION + 1).replace('"payload"', '"payload": "", "payload"'), "twice", ALTERED),
    ("a lenient base64", parts(lambda s: s.update(payload=s["payload"] + "==")), "base64url", ALTERED),
    ("an unknown key", a_stranger(named(kid="somebody")), "somebody, a key that the", "install it without"),
    ("a known name, another key", a_stranger(), "does not verify", ALTERED),
    ("a kid with a line break", header(named(kid="a\nb")), "no name of a key", ALTERED),
    ("a kid that is a list", header(named(kid=[IDS[GOVERNANCE]])), "no name of a key", ALTERED),
    ("no kid", header({"alg": "Ed25519"}), "says `alg` Ed25519 and `kid` only", ALTERED),
    ("alg none", header(named(alg="none")), "says `alg` Ed25519", ALTERED),
    ("alg EdDSA", header(named(alg="EdDSA")), "says `alg` Ed25519", ALTERED),
    ("a MAC with the public key", mac_with_the_public_key, "says `alg` Ed25519", ALTERED),
    ("crit", header(named(crit=["exp"], exp=0)), "says `alg` Ed25519 and `kid` only", ALTERED),
    ("b64 false", header(named(crit=["b64"], b64=False)), "says `alg` Ed25519 and `kid` only", ALTERED),
    ("a key in the header", header(named(jwk={"kty": "OKP"})), "says `alg` Ed25519 and `kid` only", ALTERED),
    ("a header that is no object", header(b"[]"), "says `alg` Ed25519", ALTERED),
    ("a header with a key twice", header(b'{"alg":"none","alg":"Ed25519","kid":"x"}'), "twice", ALTERED),
    ("an unprotected header", parts(unprotected), "`protected` and `signature`", ALTERED),
    ("other masks", rules(lambda said: said.update(masks_version=2)), "other masks", ANEW),
    ("no masks", rules(lambda said: said.pop("masks_version")), "other masks", ANEW),
    ("another format", says(format="iom-hub/policies/2"), "not of the format iom-hub/policies/1", ANEW),
    ("a version that is text", says(version="6"), "whole number", ANEW),
    ("a version that is true", says(version=True), "whole number", ANEW),
    ("version 0", says(version=0), "whole number", ANEW),
    ("a time with an offset", says(effective_from="2020-01-01T00:00:00+01:00"), "not a time such as", ANEW),
    ("a day that is none", says(effective_from="2020-02-30T00:00:00Z"), "not a time such as", ANEW),
    ("one key of the content more", says(note=""), "and nothing else", ANEW),
    ("content that is a list", lambda: a_bundle(b"[]"), "and nothing else", ANEW),
    ("content that is no JSON", lambda: a_bundle(b"\xff"), "not JSON", ANEW),
    ("content of great depth", lambda: a_bundle(b"[" * 100_000), "not JSON", ANEW),
    ("a key twice in the rules", replaced(b'"kinds":', b'"kinds":9,"kinds":'), "twice in its content", ANEW),
    ("content with a space", replaced(b":", b": "), "byte form", ANEW),
    ("a default written out", rules(lambda s: s["partners"][POLICE].update(suspended=False)), "byte form", ANEW),
    ("text that UTF-8 lacks", replaced(b"Northshire Police", b"\\ud800"), "byte form", ANEW),
    ("a key that nobody knows", rules(lambda s: s["partners"][POLICE].update(root=True)), "root", ANEW),
    ("rules that fail the lint", rules(lambda s: s["clauses"]["tenancy"].update(purpose="x")), "no purpose 'x'", ANEW),
    ("a kind left out", rules(lambda s: s["kinds"].pop(LEFT)), f"not decide on {LEFT}, as version 5 does", ANEW),
    ("a kind too many", rules(another_kind), "no kind 'a.b.c'", ANEW),
    ("a kind of the hub's left out", rules(lambda s: s["kinds"].pop(LAPSED)), f"{LAPSED!r} has no policy", ANEW),
    ("a field left out", rules(lambda s: s["kinds"][LEFT]["fields"].popitem()), "no field 'in_custody'", ANEW),
    ("a field forgotten", lambda: signed(VERSION + 1, before_field(LEFT, "left_at")), f"on {LEFT}.left_at, as", ANEW),
    ("an earlier version", lambda: signed(VERSION - 1), "lower than 5", "`iom-hub policy rollback 4`"),
    ("the first version", lambda: signed(1), "lower than 5", "`iom-hub policy rollback 1`"),
    ("the same version, another day", another_day, "another bundle of version 5", "a version of its own"),
)  # fmt: skip
"""Every bundle that is refused after version 5."""
