"""Kits for tests: a partner's own home beside a hub, and what it holds compared with what the hub's own views hold."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from pydantic import SecretStr

from hub.adapters.hub_http import HubHttp
from hub.kit.home import Brokers, KitHome, KitSettings
from hub.kit.opening import Kit, open_kit, outlets
from hub.kit.reading import Ending, Reading
from hub.kit.setting_up import fetched
from hub.ports import AlertRow, FactRow, Outlet, Views
from support.carrying import private
from support.partnership import Partnership


def token(partners: Partnership, agency: str) -> str:
    """A token of this moment, to publish and to read."""
    return partners.hub.tokens.issue(agency, "a test's kit", frozenset({"publish", "read"}), partners.clock.now())


def set_up(folder: Path, partners: Partnership, url: str, agency: str, brokers: Brokers | None = None) -> KitHome:
    """A kit's home, with the receiving key that the register of these tests has."""
    home = KitHome(KitSettings(home=folder))
    home.keep_token(token(partners, agency))
    home._keep("receiving", private(agency))
    home.make_keys()
    with closing(HubHttp(url, home.token)) as hub:
        home.pin(fetched(hub, agency, None, brokers))
    return home


@contextmanager
def opened(home: KitHome) -> Iterator[Kit]:
    """The kit in this process."""
    with closing(open_kit(home)) as kit:
        yield kit


def read_all(kit: Kit, *ways: Outlet) -> list[str]:
    """Read all there is now; what the kit said meanwhile."""
    said: list[str] = []
    chosen = ways or tuple(outlets(kit))
    try:
        Reading(kit, chosen, said.append, Ending()).once()
    finally:
        for each in chosen:
            each.close()
    return said


def held(views: Views, without: frozenset[UUID] = frozenset()) -> dict[str, Any]:
    """Everything that a partner's views hold."""
    records = [each for each in views.records() if each not in without]
    alerts = [each for each in views.alerts(open_only=False, limit=100_000) if each.record not in without]
    rows = {record: [_read(row) for row in views.facts(record)] for record in records}
    return {"facts": rows, "alerts": [_read(row) for row in alerts]}


def _read(row: FactRow | AlertRow) -> tuple[Any, ...]:
    """The row, its body as what it says: the order of names in it says nothing."""
    return (*row._replace(body=b""), orjson.loads(row.body))


def with_password(home: KitHome, password: str) -> KitHome:
    """The same home, with a password at the brokers."""
    return KitHome(home.settings.model_copy(update={"kafka_password": SecretStr(password)}))
