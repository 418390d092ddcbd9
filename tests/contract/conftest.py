"""Contract tests: what every adapter of a port promises, whichever it is.

Which test applies to which port, and on which adapters it runs:

    file                     | Store | Feed | Views | Publisher | KeyStore | Clock | adapters
    -------------------------+-------+------+-------+-----------+----------+-------+----------------------------
    test_writers.py          |   x   |  x   |       |     x     |          |       | sqlite, postgres
    test_idempotence.py      |   x   |      |       |     x     |          |       | sqlite, postgres
    test_all_or_nothing.py   |   x   |  x   |   x   |           |          |       | sqlite, postgres
    test_full_disk.py        |   x   |      |       |           |          |       | sqlite; postgres in tests/system
    test_opening.py          |   x   |      |       |           |    x     |       | sqlite, postgres
    test_held.py             |   x   |  x   |       |           |          |       | sqlite, postgres
    test_timers.py           |   x   |      |       |           |          |   x   | sqlite, postgres
    test_feed.py             |       |  x   |       |           |          |       | sqlite, postgres
    test_views.py            |       |      |   x   |           |          |       | sqlite, postgres
    test_archive.py          |                    (Archive)                       | sqlite, postgres
    test_processes.py        |   x   |  x   |   x   |           |          |       | postgres
    test_leases.py           |   x   |      |       |           |          |       | postgres
    test_publisher.py        |       |      |       |     x     |          |       | in process
    test_keystore.py         |       |      |       |           |    x     |   x   | keyfile; system, turned
    test_source.py           |                    (Source)                        | files, kafka
    test_channel.py          |                    (Channel)                       | kafka

Owners that change are tested on Kafka alone: a folder has one. What carries to a channel is in
tests/integration/test_carrying.py, its `Positions` on sqlite. A new store joins by its name in `STORES` and a branch in
`place`.
Durability against kill -9 is in tests/system/test_crashes.py: it needs real processes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.places import Place
from support.partnership import Partnership

STORES = ("sqlite", "postgres")


Hubs = Callable[[int], list[Partnership]]


def a_database(request: pytest.FixtureRequest) -> str:
    """The URL of a new, empty database, as `IOM_HUB_DATABASE` takes it."""
    url: str = request.getfixturevalue("postgres")()
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place for a hub, with each kind of store in turn."""
    database = a_database(request) if request.param == "postgres" else None
    found = Place(request.param, tmp_path / "home", database)
    yield found
    found.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Place]:
    """An empty place with the embedded store: one process has it to itself."""
    found = Place("sqlite", tmp_path / "home")
    yield found
    found.close()


@pytest.fixture
def partners(place: Place) -> Partnership:
    """A hub in that place."""
    return place.open()


@pytest.fixture
def hubs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hubs]:
    """So many hubs, each with a store and connections of its own, on one home and one database."""
    database, places = a_database(request), list[Place]()

    def opened(count: int) -> list[Partnership]:
        places.extend(Place("postgres", tmp_path / "home", database) for _ in range(count))
        return [place.open() for place in places]

    yield opened
    for place in places:
        place.close()
