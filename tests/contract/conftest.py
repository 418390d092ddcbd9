"""Contract tests: what every adapter of a port promises, whichever it is.

Which test applies to which port, and on which adapters it runs:

    file                     | Store | Feed | Views | Publisher | KeyStore | Clock | adapters
    -------------------------+-------+------+-------+-----------+----------+-------+----------------------------
    test_writers.py          |   x   |  x   |       |     x     |          |       | sqlite
    test_idempotence.py      |   x   |      |       |     x     |          |       | sqlite
    test_all_or_nothing.py   |   x   |  x   |   x   |           |          |       | sqlite
    test_full_disk.py        |   x   |      |       |           |          |       | sqlite (a file of its own)
    test_opening.py          |   x   |      |       |           |    x     |       | sqlite (a file of its own)
    test_timers.py           |   x   |      |       |           |          |   x   | sqlite
    test_feed.py             |       |  x   |       |           |          |       | sqlite
    test_views.py            |       |      |   x   |           |          |       | sqlite
    test_archive.py          |                    (Archive)                       | sqlite
    test_publisher.py        |       |      |       |     x     |          |       | in process
    test_keystore.py         |       |      |       |           |    x     |   x   | keyfile; system, turned
    test_source.py           |                    (Source)                        | files, kafka
    test_channel.py          |                    (Channel)                       | kafka

Owners that change are tested on Kafka alone: a folder has one. What carries to a channel is in
tests/integration/test_carrying.py, its `Positions` on sqlite. A new store joins by its name in `STORES` and a branch in
`place`.
Durability against kill -9 is in tests/system/test_crashes.py: it needs real processes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.places import Place
from support.partnership import Partnership

STORES = ("sqlite",)


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place for a hub, with each kind of store in turn."""
    found = Place(request.param, tmp_path / "home")
    yield found
    found.close()


@pytest.fixture
def partners(place: Place) -> Partnership:
    """A hub in that place."""
    return place.open()
