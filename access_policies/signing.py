"""Signing: a bundle is a JWS (RFC 7515, general JSON) under the Ed25519 keys of several roles.

Every signature in the file must be good, by a key that the signers' file has; then enough different roles must have
signed. A header says `alg` and `kid` and nothing else, so nothing in the file chooses how it is checked.
"""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from access_policies.bundling import Content, Twice, each_key_once, read_content, refusal
from access_policies.signers import NAME, Signer, Signers, unwritten, written

ALGORITHM = "Ed25519"
MAX_BYTES = 16 * 1024 * 1024
ALTERED = "the file was altered after signing: install the one that was signed"
SIGN = "let the roles sign it with `iom-hub policy sign`"
WITHOUT = "install it without that signature, or let somebody who may add the key to the signers' file"


class _Registry(jws.JWSRegistry):
    """The library's own limit is 128 KB, which policies outgrow."""

    max_payload_length = MAX_BYTES


@dataclass(frozen=True)
class Signed:
    """A bundle whose signatures count: what it says, and who signed."""

    content: Content
    signed_by: tuple[Signer, ...]


def unsigned(content: Content) -> str:
    """A bundle that nobody has signed yet, as the text of its file."""
    return _text({"payload": written(content.to_bytes()), "signatures": []})


def sign(text: str, name: str, key_id: str, private: Ed25519PrivateKey) -> str:
    """The bundle with one more signature; what the same key signed before is replaced. Raises `UnusablePolicies`.

    Whoever signs has read the content first (`content_of`).
    """
    said, raw = _opened(text, name)
    key = OKPKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made = jws.serialize_json([{"protected": {"alg": ALGORITHM, "kid": key_id}}], raw, key, registry=_registry())
    others = [each for each in said["signatures"] if _header(each, name).get("kid") != key_id]
    return _text({"payload": said["payload"], "signatures": [*others, *made["signatures"]]})


def content_of(text: str, name: str, *, signed: bool = False) -> Content:
    """What a bundle says, whoever signed it; only what was `signed` may leave anything undecided. Raises
    `UnusablePolicies`.
    """
    return read_content(_opened(text, name)[1], name, signed=signed)


def raw_content(text: str) -> bytes:
    """The signed bytes in the text of a bundle. Raises `UnusablePolicies`."""
    return _opened(text, "a kept bundle")[1]


def verified(text: str, name: str, signers: Signers) -> Signed:
    """The bundle, if enough roles signed it and it can be used. Raises `UnusablePolicies`; `name` is the file.

    Signatures come first: nothing that they do not cover is read.
    """
    raw, signed_by = authentic(text, name, signers)
    return Signed(read_content(raw, name, signed=True), signed_by)


def authentic(text: str, name: str, signers: Signers) -> tuple[bytes, tuple[Signer, ...]]:
    """The signed bytes, and whose signatures count. Raises `UnusablePolicies` unless enough do, and all are good."""
    said, raw = _opened(text, name)
    if not said["signatures"]:
        raise refusal(name, "it is not signed", SIGN)
    signed_by = tuple(dict.fromkeys(_signer(said["payload"], each, name, signers) for each in said["signatures"]))
    roles = {signer.role for signer in signed_by}
    if len(roles) < signers.needs:
        missing = ", ".join(role for role in signers.roles if role not in roles)
        raise refusal(
            name, f"{len(roles)} of the {signers.needs} roles that it needs have signed (not yet: {missing})", SIGN
        )
    return raw, signed_by


def _signer(payload: str, signature: Any, name: str, signers: Signers) -> Signer:
    """Whose this signature is. Raises `UnusablePolicies` unless it is good."""
    key_id = _header(signature, name)["kid"]
    signer = signers.named(key_id)
    if signer is None:
        raise refusal(name, f"it is signed with {key_id}, a key that the signers' file does not have", WITHOUT)
    key = OKPKey.import_key({"kty": "OKP", "crv": ALGORITHM, "x": written(signer.public)})
    try:
        jws.deserialize_json({"payload": payload, "signatures": [signature]}, key, registry=_registry())
    except (JoseError, ValueError) as bad:
        raise refusal(name, f"the signature with {key_id} does not verify", ALTERED) from bad
    return signer


def _registry() -> jws.JWSRegistry:
    return _Registry(algorithms=[ALGORITHM])


def _opened(text: str, name: str) -> tuple[dict[str, Any], bytes]:
    """The JWS and its signed bytes, every part of the form that it must have."""
    said = _json(text, name) if len(text) <= MAX_BYTES else None
    if not isinstance(said, dict) or said.keys() != {"payload", "signatures"} or type(said["signatures"]) is not list:
        raise refusal(name, "a bundle has `payload` and a list of `signatures`, and nothing else", ALTERED)
    return said, _decoded(said["payload"], name)


def _header(signature: Any, name: str) -> dict[str, str]:
    """The protected header of a signature, which says what it must and nothing more."""
    if not isinstance(signature, dict) or signature.keys() != {"protected", "signature"}:
        raise refusal(name, "a signature has `protected` and `signature`, and nothing else", ALTERED)
    _decoded(signature["signature"], name)
    header = _json(_decoded(signature["protected"], name).decode(errors="replace"), name)
    if not isinstance(header, dict) or header.keys() != {"alg", "kid"} or header["alg"] != ALGORITHM:
        raise refusal(name, f"the header of a signature says `alg` {ALGORITHM} and `kid` only", ALTERED)
    if not isinstance(header["kid"], str) or not NAME.fullmatch(header["kid"]):
        raise refusal(name, "the `kid` of a signature is no name of a key", ALTERED)
    return header


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=each_key_once)
    except Twice as twice:
        raise refusal(name, "a key stands twice", ALTERED) from twice
    except (ValueError, RecursionError) as broken:
        raise refusal(name, "this is not JSON", ALTERED) from broken


def _decoded(text: Any, name: str) -> bytes:
    """Base64url, in the one form that its bytes have: what else a lenient reader would take is an alteration."""
    raw = unwritten(text) if isinstance(text, str) else b""
    if not raw:
        raise refusal(name, "a part of it is not base64url", ALTERED)
    return raw


def _text(said: dict[str, Any]) -> str:
    return json.dumps(said, indent=1) + "\n"
