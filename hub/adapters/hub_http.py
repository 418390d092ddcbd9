"""The hub over HTTP, as a partner's own kit speaks to it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.chains import FeedRecord, Tampered
from hub.keying import KEYS_ORIGIN
from hub.ledger import opens
from hub.ports import Barred, Forked, Offered, TryLater

PAGE = 500
_SECONDS = 10.0
_UNAUTHORISED = (401, 403)
_MAY_NOT_READ = "this agency may no longer read there, or its token has ended"
_MAY_NOT_PUBLISH = (
    "this agency may not publish there, its token has ended, or the register does not have this kit's signing key"
)


class HubRefused(Exception):
    """The hub refused a request. The message is its problem in words."""


class HubHttp:
    """A session with the hub. It follows no redirects, so a token goes nowhere else."""

    def __init__(self, url: str, token: Callable[[], str | None]) -> None:
        """The token is asked for before each request: it is short-lived."""
        self.url, self._token = url.rstrip("/"), token
        self._client = httpx.Client(base_url=self.url, timeout=_SECONDS)

    @property
    def has_token(self) -> bool:
        """Whether there is one now."""
        return bool(self._token())

    def keys(self) -> tuple[list[dict[str, Any]], str]:
        """The hub's public keys, and the note in which it signs them. Raises `TryLater` or `HubRefused`."""
        body = self._json(self._ask("GET", "/v1/keys"))
        return body["keys"], body["note"]

    def page(self, after: int, limit: int = PAGE, wait: float = 0.0) -> Any:
        """A page of the agency's own feed. Raises `TryLater`, `Barred` or `HubRefused`."""
        query = {"after": after, "limit": limit, "wait": wait}
        return self._json(self._ask("GET", "/v1/feed", params=query, timeout=_SECONDS + wait))

    def publish(self, body: bytes, media: str, headers: Mapping[str, str]) -> httpx.Response:
        """Publish. Raises `TryLater`, `Barred` or `HubRefused`."""
        return self._ask("POST", "/v1/updates", content=body, headers={"Content-Type": media, **headers})

    def acknowledge(self, alert: UUID) -> Any:
        """Say that somebody has seen an alert. Raises `TryLater`, `Barred` or `HubRefused`."""
        return self._json(self._ask("POST", f"/v1/alerts/{alert}/acknowledgement"))

    def reaffirm(self, record: UUID, message: UUID) -> Any:
        """Say that what this agency said still stands. Raises `TryLater`, `Barred` or `HubRefused`."""
        return self._json(self._ask("POST", f"/v1/cases/{record}/facts/{message}/reaffirmation"))

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        token = self._token()
        headers = {**more.pop("headers", {})} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            answer = self._client.request(method, path, headers=headers, **more)
        except httpx.HTTPError as failure:
            raise TryLater(f"the hub at {self.url} is out of reach: {type(failure).__name__}") from failure
        if answer.status_code in _UNAUTHORISED:
            said = _MAY_NOT_PUBLISH if path == "/v1/updates" else _MAY_NOT_READ
            raise Barred(f"the hub answers {answer.status_code}: {said}. What was read before stays here")
        if answer.status_code >= 500 or answer.status_code == 429:
            raise TryLater(f"the hub answers {answer.status_code}")
        if not answer.is_success:
            raise HubRefused(_in_words(answer))
        return answer

    def _json(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError as cut:
            raise Tampered(f"the answer of {self.url} is cut short, or no JSON") from cut


class HttpOutlet:
    """Keeps the promises of `hub.ports.Outlet` on the feed over HTTP.

    Records in a page are not signed one by one; the page's last one is, and everything before it hangs on that one.
    """

    def __init__(self, hub: HubHttp, feed: UUID, ledger: Ed25519PublicKey) -> None:
        """`ledger` and `feed` were pinned."""
        self.at_end = True  # each page begins where it is asked to
        self._hub, self._feed, self._ledger = hub, feed, ledger

    def offer(self, after: int, seconds: float) -> list[Offered]:
        """One page, whose last record the hub has signed for."""
        page = self._hub.page(after, wait=seconds)
        try:
            return self._offered(page, after)
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise Tampered(f"the answer of {self._hub.url} after feed record {after} is no page of a feed") from wrong

    def _offered(self, page: Any, after: int) -> list[Offered]:
        if page["feed"] != str(self._feed):
            raise Tampered(f"the answer of {self._hub.url} is a page of another feed than this kit's")
        if page["head"]["seq"] < after:
            raise Forked(f"the hub's feed ends at {page['head']['seq']}, and this kit holds feed record {after}")
        records = [FeedRecord.from_json(each) for each in page["records"]]
        if not records:
            return []
        note, last = page["signed"], records[-1].header
        if not isinstance(note, str) or not opens(note, f"iom-hub/feed/{self._feed}", self._ledger):
            first = records[0].header.seq
            raise Tampered(f"feed records {first}..{last.seq}: the hub's pinned key has not signed for them")
        for each in records:
            each.verify()
        return [*(Offered(each) for each in records[:-1]), Offered(records[-1], note)]

    def back(self) -> None:
        """Nothing to do: each page is asked for by the record before it."""

    def close(self) -> None:
        """The session is the kit's."""


def keys_signed(keys: list[dict[str, Any]], note: str, ledger: Ed25519PublicKey) -> bool:
    """Whether the note is signed by this key and lists these keys and no others."""
    lines = [
        f"{each['id']} {each['use']} {each['public']} {'current' if each['current'] else 'other'}" for each in keys
    ]
    return opens(note, KEYS_ORIGIN, ledger) and note.startswith("\n".join([KEYS_ORIGIN, *lines, "", ""]))


def _in_words(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        errors = [f"{e['path']} {e['message']} ({e['rule']})" for e in problem.get("errors", [])]
        return ": ".join([problem["title"], "; ".join(errors)] if errors else [problem["title"]])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the hub answers {answer.status_code}"
