"""Hostile requests, as a table: what is sent, and the status and rule with which it must be refused.

Each carries the canary somewhere; no answer may repeat it.
"""

import gzip
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from integration.forging import CANARY, encoded, forged, of_another_key, public_key, token, without_none
from integration.scene import Scene
from support.http import CLOUDEVENTS, LINES, STREAM
from support.partnership import DRUGS, HOUSING, POLICE, PRISON

SUSPENDED = DRUGS
"""Suspended in the policies of this table's scene."""


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


Make = Callable[[Scene], Ask]
Row = tuple[str, int, str | None, Make]
"""A name, the status and the rule (if any) of the refusal, and how the request is made."""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def post(content: bytes | Callable[[Scene], bytes], media: str | None = CLOUDEVENTS, **headers: str) -> Make:
    """The police publish this."""

    def make(scene: Scene) -> Ask:
        said = {"Content-Type": media} if media else {}
        raw = content if isinstance(content, bytes) else content(scene)
        return Ask("POST", "/v1/updates", scene.agency(POLICE).headers() | said | headers, raw)

    return make


def update(**attributes: Any) -> Make:
    """The police publish an arrest whose envelope says this; None takes an attribute away."""
    return post(lambda scene: json.dumps(_envelope(scene, {}, attributes)).encode())


def data(**fields: Any) -> Make:
    """The police publish an arrest whose data say this; None takes a field away."""
    return post(lambda scene: json.dumps(_envelope(scene, fields, {})).encode())


def spliced(old: str, new: bytes) -> Make:
    """The police publish an arrest in whose bytes the quoted text `old`, an officer's name, stands as `new`."""
    return post(lambda scene: scene.arrest(officer=old).replace(b'"' + old.encode() + b'"', new))


def _envelope(scene: Scene, fields: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    found = json.loads(scene.arrest(intelligence=CANARY))
    found["data"] = without_none(found["data"] | fields)
    return without_none(found | attributes)


def ask(method: str, path: str, agency: str = HOUSING, *scopes: str, **headers: str) -> Make:
    """An agency asks for a path."""
    return lambda scene: Ask(method, path, scene.agency(agency, *scopes).headers() | headers)


def get(path: str, **headers: str) -> Make:
    """Housing reads a path."""
    return ask("GET", path, **headers)


def with_token(make: Callable[[Scene], str], method: str = "GET", path: str = "/v1/feed") -> Make:
    """The feed is asked for with this token."""
    return lambda scene: Ask(method, path, _bearer(make(scene)) | {"X-Note": CANARY})


def hs256(form: str) -> Make:
    """A token under HMAC with the public key."""
    header = {"alg": "HS256", "typ": "at+jwt"}
    return with_token(lambda s: forged(s, header, lambda raw: hmac.digest(public_key(s, form), raw, "sha256")))


def header(said: object) -> Make:
    """A token with this header and the signature of a good one."""
    return with_token(lambda scene: forged(scene, said, lambda _: b"s" * 64))


def _later(scene: Scene, **by: float) -> str:
    return (scene.p.clock.now() + timedelta(**by)).isoformat()


SOURCE = "urn:iomhub:agency:"
KIND = "uk.iomhub.custody.person.arrested.v1"
ANY = str(UUID(int=7))
DEEP = b'{"data":' + b"[" * 10_000 + b'"' + CANARY.encode() + b'"' + b"]" * 10_000 + b"}"
BIG = b'{"data":"' + CANARY.encode() * 1_000_000 + b'"}'
WIDE = b"[" * 200_000
NUMBERS = b'{"data":{"score":' + b"7" * 5_000 + b"}}"

BODIES: list[Row] = [
    ("a key twice in the data", 422, "duplicate_key", spliced("Q", b'"Q","officer":"%b"' % CANARY.encode())),
    ("a key twice in the envelope", 422, "duplicate_key", post(b'{"id":"%b","id":"b"}' % CANARY.encode())),
    ("ten megabytes", 413, "too_large", post(BIG)),
    ("ten megabytes of lines", 413, "too_large", post(BIG, LINES)),
    ("more than an update may have", 413, "too_large", post(BIG[:300_000])),
    ("nested ten thousand deep", 422, "too_deep", post(DEEP)),
    ("brackets without end", 422, "too_deep", post(WIDE)),
    ("NUL in a text", 422, "unsafe_text", data(station=f"{CANARY}\0")),
    ("NUL in a key", 422, "unsafe_text", data(**{f"{CANARY}\0": 1})),
    ("bidirectional control", 422, "unsafe_text", data(station=f"\u202e{CANARY}")),
    ("isolate in a list", 422, "unsafe_text", data(licence=[f"\u2066{CANARY}"])),
    ("lone surrogate", 422, "unsafe_text", spliced("Q", b'"%b\\ud800"' % CANARY.encode())),
    ("NaN", 422, "not_a_number", spliced("Q", b"NaN")),
    ("infinity", 422, "not_a_number", spliced("Q", b"-Infinity")),
    ("a number beyond every float", 422, "not_a_number", spliced("Q", b"1e400")),
    ("an integer beyond 64 bits", 422, "not_json", spliced("Q", b"7" * 30)),
    ("an integer of 5,000 digits", 422, "not_json", post(NUMBERS)),
    ("an object for a text", 422, "string_type", data(station={"a": CANARY})),
    ("a list for a text", 422, "string_type", data(station=[CANARY])),
    ("a number for a text", 422, "string_type", data(station=73)),
    ("a text for a list of identifiers", 422, "model_type", data(identifiers=CANARY)),
    ("a text too long", 422, "string_too_long", data(station=CANARY * 20)),
    ("an empty text", 422, "string_too_short", data(station="")),
    ("a word not on the list", 422, "enum", data(drug_test=CANARY)),
    ("a time that is none", 422, None, data(arrested_at=CANARY)),
    ("a field nobody knows", 422, "unknown_field", data(**{CANARY: CANARY})),
    ("an identifier nobody knows", 422, "unknown_field", data(identifiers={"crn": "X990001", CANARY: "1"})),
    ("a false check letter", 422, "pnc", data(identifiers={"pnc": "2001/1234567Q"})),
    ("no identifier in the identifiers", 422, "no_identifier", data(identifiers={})),
    ("nobody", 422, "nobody", data(identifiers=None)),
    ("a required field left out", 422, "missing", data(station=None)),
    ("an attribute nobody knows", 422, "unknown_attribute", update(**{CANARY: CANARY})),
    ("a kind nobody knows", 422, "unknown_kind", update(type=f"uk.iomhub.custody.person.{CANARY[:6]}.v1")),
    ("a version nobody knows", 422, "unknown_kind", update(type=KIND.replace("v1", "v2"))),
    ("a kind of somebody else's", 422, "unknown_kind", update(type=f"org.example.{CANARY}")),
    ("another agency's name", 403, None, update(source=SOURCE + PRISON)),
    ("an invented agency's name", 403, None, update(source=SOURCE + CANARY)),
    ("another agency's kind", 403, None, update(type="uk.iomhub.custody.person.received.v1")),
    ("the hub's own kind", 403, None, update(type="uk.iomhub.trust.update.confirmed.v1")),
    ("an id that is no UUID", 422, "not_a_uuid", update(id=CANARY)),
    ("no id", 422, "missing", update(id=None)),
    ("an id that is a number", 422, "missing", update(id=7)),
    ("no time", 422, "missing", update(time=None)),
    ("a time that is words", 422, "not_a_time", update(time=CANARY)),
    ("a time in a month 13", 422, "not_a_time", update(time="2026-13-01T00:00:00Z")),
    ("a time without a zone", 422, None, update(time="2026-03-02T09:00:00")),
    ("a time in the future", 422, "in_the_future", update(time="2999-01-01T00:00:00Z")),
    ("another CloudEvents", 422, "cloudevents", update(specversion="0.3")),
    ("no data", 422, "missing", update(data=None)),
    ("data as text", 422, "missing", update(data=CANARY)),
    ("an empty body", 422, "not_json", post(b"")),
    ("words", 422, "not_json", post(CANARY.encode())),
    ("an update cut short", 422, "not_json", post(lambda s: s.arrest(officer=CANARY)[:-20])),
    ("an update with a tail", 422, "not_json", post(lambda s: s.arrest(officer=CANARY) + b"x")),
    ("a list", 422, "not_an_object", post(b'["%b"]' % CANARY.encode())),
    ("a number", 422, "not_an_object", post(b"73")),
    ("bad UTF-8", 422, "not_utf8", post(b'{"id":"%b\xff"}' % CANARY.encode())),
    ("overlong UTF-8", 422, "not_utf8", post(b'{"id":"%b\xc0\xaf"}' % CANARY.encode())),
    ("UTF-16", 422, None, post(lambda s: s.arrest(officer=CANARY).decode().encode("utf-16"))),
    ("a byte order mark", 422, "not_json", post(lambda s: b"\xef\xbb\xbf" + s.arrest(officer=CANARY))),
    ("compressed", 422, None, post(lambda s: gzip.compress(s.arrest(officer=CANARY)), **{"Content-Encoding": "gzip"})),
    ("plain text", 415, None, post(CANARY.encode(), "text/plain")),
    ("a form", 415, None, post(f"id={CANARY}".encode(), "application/x-www-form-urlencoded")),
    ("a content type of the sender's", 415, None, post(b"{}", f"application/{CANARY}")),
    ("no content type", 415, None, post(CANARY.encode(), None)),
]

TOKENS: list[Row] = [
    ("no token", 401, None, lambda _: Ask("GET", f"/v1/feed?after=1&note={CANARY}")),
    ("no token, publishing", 401, None, lambda s: Ask("POST", "/v1/updates", {}, s.arrest(officer=CANARY))),
    ("an empty token", 401, None, with_token(lambda _: "")),
    ("words", 401, None, with_token(lambda _: CANARY)),
    ("three dots", 401, None, with_token(lambda _: "...")),
    ("a hundred kilobytes", 401, None, with_token(lambda _: "A" * 100_000)),
    ("a password", 401, None, lambda _: Ask("GET", "/v1/feed", {"Authorization": "Basic " + encoded(CANARY.encode())})),
    ("stale", 401, None, with_token(lambda s: token(s, iat=0, exp=int(s.p.clock.now().timestamp()) - 1))),
    ("not yet valid", 401, None, with_token(lambda s: token(s, nbf=int(s.p.clock.now().timestamp()) + 99))),
    ("without an end", 401, None, with_token(lambda s: token(s, exp=None))),
    ("of another audience", 401, None, with_token(lambda s: token(s, aud=CANARY))),
    ("of another issuer", 401, None, with_token(lambda s: token(s, iss=CANARY))),
    ("of no person", 401, None, with_token(lambda s: token(s, sub=None))),
    ("of no agency", 401, None, with_token(lambda s: token(s, client_id=None))),
    ("without an id", 401, None, with_token(lambda s: token(s, jti=None))),
    ("of another type", 401, None, with_token(lambda s: token(s, header={"typ": "JWT"}))),
    ("of an unknown agency", 401, None, with_token(lambda s: token(s, client_id=CANARY))),
    ("of a suspended agency", 401, None, with_token(lambda s: token(s, client_id=SUSPENDED))),
    ("of the hub itself", 401, None, with_token(lambda s: token(s, client_id="hub"))),
    ("of a list of agencies", 401, None, with_token(lambda s: token(s, client_id=[POLICE]))),
    ("signed by another", 401, None, with_token(of_another_key)),
    ("unsigned", 401, None, with_token(lambda s: forged(s, {"alg": "none", "typ": "at+jwt"}, lambda _: b""))),
    ("signature taken off", 401, None, with_token(lambda s: token(s).rpartition(".")[0] + ".")),
    ("HMAC with the public key", 401, None, hs256("raw")),
    ("HMAC with the public key as PEM", 401, None, hs256("pem")),
    ("HMAC with the public key as JWK", 401, None, hs256("jwk")),
    ("a header that is a list", 401, None, header([CANARY])),
    ("a header that is a number", 401, None, header(7)),
    ("a header without an algorithm", 401, None, header({"note": CANARY})),
    ("an algorithm that is a list", 401, None, header({"alg": ["Ed25519"]})),
    ("a critical that is a number", 401, None, header({"alg": "Ed25519", "crit": 1, "note": CANARY})),
    ("a key of its own", 401, None, header({"alg": "Ed25519", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": CANARY}})),
    ("encrypted", 401, None, with_token(lambda _: encoded(b'{"alg":"dir","enc":"A128GCM"}') + "....")),
    ("a scope that is a list", 403, None, with_token(lambda s: token(s, scope=["read"]))),
    ("a scope of its own", 403, None, with_token(lambda s: token(s, scope=CANARY))),
    ("publishing reads no feed", 403, None, ask("GET", f"/v1/feed?note={CANARY}", POLICE, "publish")),
    ("reading publishes nothing", 403, None, ask("POST", "/v1/updates", POLICE, "read", note=CANARY)),
    ("reading sees no verdict", 403, None, ask("GET", f"/v1/ledger/verdict?note={CANARY}")),
    ("reading sees no decision", 403, None, ask("GET", f"/v1/policies/decisions/{CANARY}/{ANY}")),
    ("reading acknowledges nothing", 403, None, ask("POST", f"/v1/alerts/{ANY}/acknowledgement", HOUSING, "read")),
]

PATHS: list[Row] = [
    ("a receipt of words", 422, "uuid_parsing", get(f"/v1/receipts/{CANARY}")),
    ("a receipt of NUL", 422, "uuid_parsing", get("/v1/receipts/%00")),
    ("a receipt of bad UTF-8", 422, "uuid_parsing", get(f"/v1/receipts/%ff{CANARY}")),
    ("a case of words", 422, "uuid_parsing", get(f"/v1/cases/{CANARY}")),
    ("a case of SQL", 422, "uuid_parsing", get(f"/v1/cases/%27%20OR%201=1--{CANARY}")),
    ("an alert of words", 422, "uuid_parsing", get(f"/v1/alerts/{CANARY}")),
    ("an acknowledgement of words", 422, "uuid_parsing", ask("POST", f"/v1/alerts/{CANARY}/acknowledgement")),
    ("an explanation of words", 422, "uuid_parsing", get(f"/v1/policies/explanations/{CANARY}")),
    ("a decision of words", 422, "uuid_parsing", ask("GET", f"/v1/policies/decisions/x/{CANARY}", POLICE, "ig")),
    ("a kind nobody knows", 404, None, get(f"/v1/policies/kinds/{CANARY}")),
    ("a path nobody knows", 404, None, get(f"/v1/{CANARY}")),
    ("a path outside", 404, None, get(f"/v1/..%2f..%2fetc%2fpasswd{CANARY}")),
    ("a slash too many", 404, None, get(f"/v1/cases/?note={CANARY}")),
    ("a method nobody knows", 405, None, ask("DELETE", f"/v1/feed?note={CANARY}")),
    ("a sequence of words", 422, "int_parsing", get(f"/v1/feed?after={CANARY}")),
    ("a negative sequence", 422, "greater_than_equal", get("/v1/feed?after=-1")),
    ("a sequence beyond 64 bits", 422, "less_than_equal", get(f"/v1/feed?after={10**30}")),
    ("a sequence just beyond 64 bits", 422, "less_than_equal", get(f"/v1/feed?after={2**63}")),
    ("no records", 422, "greater_than_equal", get("/v1/feed?limit=0")),
    ("too many records", 422, "less_than_equal", get("/v1/feed?limit=1000000000")),
    ("a wait without end", 422, "less_than_equal", get("/v1/feed?wait=1e9")),
    ("a wait that is no number", 422, "less_than_equal", get("/v1/feed?wait=nan")),
    ("a negative wait", 422, "greater_than_equal", get("/v1/feed?wait=-1")),
    ("a last event of words", 422, "string_pattern_mismatch", get("/v1/feed", **{"Last-Event-ID": CANARY})),
    ("a negative last event", 422, "string_pattern_mismatch", get("/v1/feed", **{"Last-Event-ID": "-1"})),
    (
        "a last event beyond 64 bits, streaming",
        422,
        "string_pattern_mismatch",
        get("/v1/feed", Accept=STREAM, **{"Last-Event-ID": "9" * 30}),
    ),
    ("cases after words", 422, "uuid_parsing", get(f"/v1/cases?after={CANARY}")),
    ("cases in negative number", 422, "greater_than_equal", get("/v1/cases?limit=-1")),
    ("alerts open to words", 422, "bool_parsing", get(f"/v1/alerts?open={CANARY}")),
    ("alerts beyond number", 422, "less_than_equal", get(f"/v1/alerts?limit={10**30}")),
]

TABLE = [*BODIES, *TOKENS, *PATHS]
