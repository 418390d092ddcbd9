"""Tokens: whoever asks is known by a token that the hub signed for itself and that is still good; else not at all."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt

from hub.receiving import Caller
from hub.tokens import AUDIENCE, ISSUER, LIFETIME, NotAuthenticated, Tokens
from support.partnership import POLICE, START

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
BOTH = frozenset({"publish", "read"})


def issuer() -> Tokens:
    """An issuer that has seen no token yet."""
    return Tokens(KEY)


def signed(header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token under the issuer's own key with these claims changed; None takes one away."""
    now = int(START.timestamp())
    good = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 900, "jti": str(uuid4()), "sub": "a person"}
    said = good | {"client_id": POLICE, "scope": "publish read"} | claims
    heading = {"alg": "Ed25519", "typ": "at+jwt"} | (header or {})
    return jwt.encode(_without_none(heading), _without_none(said), issuer()._key, algorithms=["Ed25519"])


def _without_none(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_a_token_names_agency_person_and_scopes() -> None:
    """A token that the hub issued says for which agency, which person and what it may be used."""
    tokens = issuer()
    token = tokens.issue(POLICE, "PC Example", BOTH, START)
    assert tokens.caller(token, START) == Caller(POLICE, "PC Example", BOTH)
    assert claims_of(token).keys() == {"iss", "aud", "iat", "exp", "jti", "sub", "client_id", "scope"}


def test_a_token_outlives_the_issuer() -> None:
    """Another issuer under the same key, as after a restart, knows the token; one under another key does not."""
    token = issuer().issue(POLICE, "a person", BOTH, START)
    assert Tokens(KEY).caller(token, START).agency == POLICE
    with pytest.raises(NotAuthenticated):
        Tokens(Ed25519PrivateKey.generate()).caller(token, START)


@pytest.mark.parametrize(
    ("lifetime", "lasts"),
    [
        (LIFETIME, timedelta(minutes=15)),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(days=400), timedelta(days=1)),
    ],
)
def test_a_token_ends(lifetime: timedelta, lasts: timedelta) -> None:
    """A token is good until the second in which it ends, and it never lasts longer than a day."""
    token, second = issuer().issue(POLICE, "a person", BOTH, START, lifetime), timedelta(seconds=1)
    assert issuer().caller(token, START + lasts - second).agency == POLICE
    with pytest.raises(NotAuthenticated):
        issuer().caller(token, START + lasts + second)


def test_a_remembered_token_ends_too() -> None:
    """A token that was good a second ago, and is remembered, is refused once it has ended."""
    tokens, end = issuer(), START + timedelta(seconds=5)
    token = tokens.issue(POLICE, "a person", BOTH, START, timedelta(seconds=5))
    assert tokens.caller(token, end - timedelta(seconds=1)).agency == POLICE
    with pytest.raises(NotAuthenticated):
        tokens.caller(token, end + timedelta(seconds=1))


def test_no_token_is_remembered_for_another() -> None:
    """Every bit of a remembered token counts: one that differs in a character is not taken for it."""
    tokens = issuer()
    token = tokens.issue(POLICE, "a person", BOTH, START)
    tokens.caller(token, START)
    for at in range(0, len(token), 7):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(NotAuthenticated):
            tokens.caller(other, START)


def test_memory_of_tokens_is_bounded_and_shared() -> None:
    """Thousands of tokens from several threads are all answered rightly, and no more than 4,096 are remembered."""
    tokens = issuer()
    made = [(f"agency-{n % 7}", f"person {n}") for n in range(5_000)]
    issued = [(tokens.issue(agency, sub, BOTH, START), agency, sub) for agency, sub in made]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda each: tokens.caller(each[0], START), issued))
    assert [(caller.agency, caller.sub) for caller in found] == made
    assert len(tokens._seen) <= 4096


REFUSED: list[tuple[str, str]] = [
    ("of another issuer", signed(iss="https://elsewhere.example")),
    ("of no issuer", signed(iss=None)),
    ("for another audience", signed(aud="another-hub")),
    ("for no audience", signed(aud=None)),
    ("for an empty list", signed(aud=[])),
    ("without an end", signed(exp=None)),
    ("with an end in words", signed(exp="tomorrow")),
    ("stale", signed(exp=int(START.timestamp()) - 1)),
    ("not yet valid", signed(nbf=int(START.timestamp()) + 60)),
    ("issued in the future", signed(iat=int(START.timestamp()) + 60)),
    ("of no person", signed(sub=None)),
    ("of no agency", signed(client_id=None)),
    ("without an id", signed(jti=None)),
    ("an identity token", signed({"typ": "JWT"})),
    ("of no type", signed({"typ": None})),
]


@pytest.mark.parametrize("token", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_claim_that_is_missing_or_wrong_refuses(token: str) -> None:
    """A token under the hub's own key is refused when one of its claims is missing or wrong; which is not said."""
    with pytest.raises(NotAuthenticated) as refused:
        issuer().caller(token, START)
    assert str(refused.value) == ""


def test_the_good_one_beside_them_is_taken() -> None:
    """The token that all of those are variants of is good."""
    assert issuer().caller(signed(), START) == Caller(POLICE, "a person", BOTH)


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("publish", {"publish"}),
        ("ig read publish", {"ig", "read", "publish"}),
        ("", set()),
        (None, set()),
        ("READ", set()),
        ("reading", set()),
        ("read,publish", set()),
        ("admin openid read", {"read"}),
        (["read"], set()),
    ],
)
def test_only_known_scopes_are_granted(scope: object, granted: set[str]) -> None:
    """Of a token's scopes only those that the hub knows are granted, word by word."""
    assert issuer().caller(signed(scope=scope), START).scopes == granted


def part(value: object) -> str:
    """A part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
headers = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.sampled_from(["Ed25519", "EdDSA", "none", "HS256", "RS256", "dir", "at+jwt", ["b64"]])
        for name in ("alg", "typ", "crit", "kid", "jwk", "jku", "x5c", "b64", "zip", "enc", "epk", "p2c")
    },
)


@given(header=headers | json_values, claims=json_values, signature=st.binary(max_size=80))
@settings(max_examples=300, derandomize=True, database=None)
def test_no_header_makes_it_stumble(header: object, claims: object, signature: bytes) -> None:
    """Whatever a stranger's header and claims look like, the token is refused and nothing else happens."""
    with pytest.raises(NotAuthenticated):
        issuer().caller(f"{part(header)}.{part(claims)}.{part(signature)}", START)


@given(token=st.text(st.characters(max_codepoint=255), max_size=200))
@settings(max_examples=200, derandomize=True, database=None)
def test_no_text_makes_it_stumble(token: str) -> None:
    """Whatever characters a header can carry, the text is refused and nothing else happens."""
    with pytest.raises(NotAuthenticated):
        issuer().caller(token, START)


@pytest.mark.parametrize("times", [1, 100_000])
def test_depth_and_size_make_it_stumble_neither(times: int) -> None:
    """A header or claims of a hundred thousand brackets are refused like any other words."""
    good = signed().split(".")
    for place in (0, 1, 2):
        parts = [*good[:place], part(b"[" * times), *good[place + 1 :]]
        with pytest.raises(NotAuthenticated):
            issuer().caller(".".join(parts), START)
