"""Tokens: who asks. RFC 9068 access tokens from a small issuer of the hub's own, for one machine and for tests.

Claims v1: `iss, aud, exp, iat, jti, sub` (the person or system), `client_id` (the agency), `scope`.
"""

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from hub.receiving import Caller
from schemas.identifiers import AgencyId

ISSUER = "iom-hub"
AUDIENCE = "iom-hub"
SCOPES = ("publish", "read", "ig")
LIFETIME = timedelta(minutes=15)
_ALGORITHM = "Ed25519"
_TYPE = "at+jwt"
_CACHED = 4096
_CACHE_SECONDS = 30
_REQUIRED: dict[str, Any] = {
    "iss": {"essential": True, "value": ISSUER},
    "aud": {"essential": True, "value": AUDIENCE},
    "exp": {"essential": True},
    "sub": {"essential": True},
    "client_id": {"essential": True},
    "jti": {"essential": True},
}


class NotAuthenticated(Exception):
    """The token is missing, forged, stale or meant for somebody else. Which of these is not said."""


class Tokens:
    """Issues and checks tokens under one Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """`key` is derived from the root key: restarting the hub keeps tokens valid."""
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = OKPKey.import_key(pem)
        self._seen: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()
        self._lock = Lock()

    def issue(
        self, agency: AgencyId, sub: str, scopes: frozenset[str], now: datetime, lifetime: timedelta = LIFETIME
    ) -> str:
        """A token for one agency; `lifetime` is at most a day."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + min(lifetime, timedelta(days=1))).timestamp()),
            "jti": str(uuid4()),
            "sub": sub,
            "client_id": agency,
            "scope": " ".join(sorted(scopes)),
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE}, claims, self._key, algorithms=[_ALGORITHM])

    def caller(self, token: str, now: datetime) -> Caller:
        """Who the token speaks for. Raises `NotAuthenticated`. A good token is remembered for half a minute."""
        name = hashlib.sha256(token.encode()).digest()
        with self._lock:
            until, caller = self._seen.get(name, (0.0, None))
        if caller and now.timestamp() < until:
            return caller
        caller, expires = self._check(token, now)
        with self._lock:
            self._seen[name] = (min(expires, now.timestamp() + _CACHE_SECONDS), caller)
            while len(self._seen) > _CACHED:
                self._seen.popitem(last=False)
        return caller

    def _check(self, token: str, now: datetime) -> tuple[Caller, float]:
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            jwt.JWTClaimsRegistry(now=int(now.timestamp()), **_REQUIRED).validate(decoded.claims)
        except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as wrong:
            raise NotAuthenticated from wrong  # a stranger's header can be of any form
        if decoded.header.get("typ") != _TYPE:
            raise NotAuthenticated
        claims = decoded.claims
        scopes = frozenset(str(claims.get("scope", "")).split()) & frozenset(SCOPES)
        return Caller(str(claims["client_id"]), str(claims["sub"]), scopes), float(claims["exp"])
