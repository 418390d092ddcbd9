"""The scene, made anew for each test."""

from collections.abc import Iterator

import pytest

from integration.scene import Scene
from support.http import Door
from support.partnership import partnership


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A hub in a temporary directory with one known person; gone when the test ends."""
    with partnership() as p, Door(p.hub) as door:
        yield Scene.set(p, door)
