"""The scene, or a hub whose partners have kits, made anew for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.scene import Scene
from support.collected import World, a_world
from support.http import Door
from support.partnership import HOUSING, POLICE, PROBATION, Partnership, partnership


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A hub in a temporary directory with one known person; gone when the test ends."""
    with partnership() as p, Door(p.hub) as door:
        yield Scene.set(p, door)


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Partnership]:
    """A hub and its partners, in a folder beside which their kits have theirs."""
    found = Partnership(tmp_path / "hub")
    yield found
    found.hub.close()


@pytest.fixture
def person(partners: Partnership) -> dict[str, Any]:
    """Somebody with whom police, probation and housing work."""
    found = partners.person()
    for agency in (POLICE, PROBATION):
        partners.involve(found, agency)
    partners.involve(found, HOUSING, ("accommodation",))
    return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose agencies have their keys."""
    with a_world(tmp_path / "home") as found:
        yield found
