"""What starting costs: figures on any machine are held to others of the same machine, so that growth is noticed."""

from functools import partial
from pathlib import Path

import pytest

from support import starting
from support.signing import govern

pytestmark = pytest.mark.system


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with signed policies."""
    return govern(tmp_path / "hub")


def test_a_start_costs_little_more_than_its_libraries(home: Path) -> None:
    """To its first answer, from the signed bundle with every kind, a hub takes about two and a half times the processor
    time of reading its libraries alone; six times would be too much.
    """
    libraries = starting.least(partial(starting.of_the_libraries, home))
    assert starting.least(partial(starting.of_a_hub, home)) < 6 * libraries


def test_help_costs_less_than_the_libraries(home: Path) -> None:
    """`iom-hub --help` takes about a third of what reading a hub's libraries takes; two thirds would be too much."""
    libraries = starting.least(partial(starting.of_the_libraries, home))
    assert 1.5 * starting.least(partial(starting.of_help, home)) < libraries


def test_loading_costs_little_more_than_its_yaml() -> None:
    """Loading and compiling every kind, cold, takes about four times as long as reading its YAML; ten times would be
    too much.
    """
    assert starting.least(starting.of_the_policies) < 10 * starting.least(starting.of_their_yaml)
