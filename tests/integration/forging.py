"""Forging: tokens that the hub must not take, and one that it must."""

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import OKPKey

from integration.scene import Scene
from support.partnership import POLICE

CANARY = "kanari7f3a"
"""It stands in every hostile request, and no answer may repeat it."""


def without_none(found: dict[str, Any]) -> dict[str, Any]:
    """What has a value."""
    return {name: value for name, value in found.items() if value is not None}


def token(scene: Scene, key: OKPKey | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token that the hub itself might have signed, but for these changes; None takes a claim away."""
    now = int(scene.p.clock.now().timestamp())
    good = {"iss": "iom-hub", "aud": "iom-hub", "iat": now, "exp": now + 900, "jti": str(uuid4()), "sub": CANARY}
    good |= {"client_id": POLICE, "scope": "publish read"}
    said = {"alg": "Ed25519", "typ": "at+jwt"} | (header or {})
    return jwt.encode(said, without_none(good | claims), key or scene.p.hub.tokens._key, algorithms=["Ed25519"])


def forged(scene: Scene, header: object, sign: Callable[[bytes], bytes]) -> str:
    """A token with this header, the claims of a good one, and another signature."""
    claims = token(scene).split(".")[1]
    signed = f"{encoded(json.dumps(header).encode())}.{claims}".encode()
    return f"{signed.decode()}.{encoded(sign(signed))}"


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_key(scene: Scene, form: str) -> bytes:
    """The hub's public key, in a form that an attacker might use as a shared secret."""
    key = scene.p.hub.tokens._key
    if form == "raw":
        return base64.urlsafe_b64decode(key.as_dict(private=False)["x"] + "=")
    return key.as_pem(private=False) if form == "pem" else json.dumps(key.as_dict(private=False)).encode()


def of_another_key(scene: Scene) -> str:
    """A token that somebody else signed."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return token(scene, OKPKey.import_key(pem))
