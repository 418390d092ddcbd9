"""A session with the hub: over HTTP with the one that runs, else in process with the store's own file.

Either way the command line speaks the same API, so it can do nothing that a partner's own program could not.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from access_policies.compiling import Bundle
from hub.bootstrap import bundle_in_force, open_hub, open_keys, open_tokens
from hub.settings import Settings
from schemas.identifiers import AgencyId

_TIMEOUT = httpx.Timeout(60.0)


class Refusal(Exception):
    """The hub refused; the message is its problem in words."""


class Session:
    """Requests as one agency, in one process or over the network."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner, token: str, url: str | None) -> None:
        """`url` is where the running hub listens; None in process."""
        self._client, self._runner, self.token, self.url = client, runner, token, url

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer. Raises `Refusal` for a problem."""
        response = self._runner.run(self._client.request(method, path, **more))
        if response.is_error:
            raise Refusal(in_words(response.json()))
        return response

    def get(self, path: str, **params: Any) -> Any:
        """The JSON at a path."""
        return self.request("GET", path, params=params).json()

    def post(self, path: str, content: Any) -> Any:
        """The JSON that answers this JSON."""
        return self.request("POST", path, json=content).json()


def in_words(problem: dict[str, Any]) -> str:
    """A problem as a sentence or two."""
    errors = [f"{e['path']} {e['message']} ({e['rule']})" for e in problem.get("errors", [])]
    return ": ".join([problem["title"], "; ".join(errors)] if errors else [problem["title"]])


def held_to_register(bundle: Bundle, agency: AgencyId) -> None:
    """Raises `Refusal` for an agency that does not take part."""
    if agency not in bundle.policies.partners:
        raise Refusal("this agency is not in the register; see `iom-hub agency list`")


@contextmanager
def session(settings: Settings, agency: AgencyId, sub: str, *scopes: str) -> Iterator[Session]:
    """A session as `agency`. Raises what opening the hub raises, and `Refusal` for one that is not in the register.

    The rules come first: a home that was mistyped has none, and no key is made in it.
    """
    held_to_register(bundle_in_force(settings), agency)
    token = open_tokens(open_keys(settings)).issue(agency, sub, frozenset(scopes), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    url = running_at(settings)
    with asyncio.Runner() as runner:
        if url:
            client = httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT)
            try:
                yield Session(client, runner, token, url)
            finally:
                runner.run(client.aclose())
        else:
            with _in_process(settings, headers, runner) as client:
                yield Session(client, runner, token, None)


@contextmanager
def governance(settings: Settings, sub: str) -> Iterator[Session]:
    """A session of information governance. Raises what opening the hub raises."""
    partners = bundle_in_force(settings).policies.partners.items()
    agency = next(name for name, partner in partners if not partner.suspended)
    with session(settings, agency, sub, "ig") as hub:
        yield hub


@contextmanager
def _in_process(settings: Settings, headers: dict[str, str], runner: asyncio.Runner) -> Iterator[httpx.AsyncClient]:
    from hub.api.app import create_app

    hub = open_hub(settings)
    try:
        transport = httpx.ASGITransport(create_app(hub))
        hub.catch_up()
        client = httpx.AsyncClient(transport=transport, base_url="http://hub", headers=headers, timeout=_TIMEOUT)
        yield client
        hub.catch_up()
        runner.run(client.aclose())
    finally:
        hub.close()


def running_at(settings: Settings) -> str | None:
    """Where a hub with this home listens, if one runs."""
    try:
        url = settings.address_file.read_text(encoding="ascii").strip()
        httpx.get(f"{url}/health", timeout=2.0)
    except (OSError, httpx.HTTPError):
        return None
    return url
