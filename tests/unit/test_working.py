"""A worker starts only where its roles fit the settings, and has the loops of its roles alone."""

from collections.abc import Collection
from pathlib import Path

import pytest

from hub.bootstrap import open_hub
from hub.settings import Settings
from hub.working import EVERYTHING, Role, UnusableRoles, loops, worker_roles
from support.signing import govern

SHARED = "postgresql://hub@localhost/hub"


@pytest.mark.parametrize(
    ("names", "database", "kafka", "says"),
    [
        (["consume"], None, None, "only one process may open the embedded store"),
        (["accept"], None, "localhost:9092", "only one process may open the embedded store"),
        (["accept", "consume"], SHARED, None, "accept need brokers: IOM_HUB_KAFKA"),
        (["carry", "accept"], SHARED, None, "accept and carry need brokers"),
        (["serve"], SHARED, "localhost:9092", "a worker can do: accept, carry, consume"),
        ([], SHARED, "localhost:9092", "a worker can do: accept, carry, consume"),
    ],
)
def test_a_worker_that_cannot_work_says_why(
    names: list[str], database: str | None, kafka: str | None, says: str
) -> None:
    """Without a shared store, or without brokers for those who need them, a worker does not start."""
    with pytest.raises(UnusableRoles, match=says):
        worker_roles(names, Settings.model_validate({"database": database, "kafka": kafka}))


def test_roles_may_be_several() -> None:
    """Consuming needs no brokers; one process may have several roles."""
    assert worker_roles(["consume"], Settings.model_validate({"database": SHARED})) == {Role.CONSUME}
    both = Settings.model_validate({"database": SHARED, "kafka": "localhost:9092"})
    assert worker_roles(["carry", "accept", "carry"], both) == {Role.CARRY, Role.ACCEPT}


@pytest.mark.parametrize(
    ("roles", "kafka", "named"),
    [
        (EVERYTHING, None, ["policies", "consume", "timers", "held", "checkpoints", "agreements"]),
        (
            EVERYTHING,
            "localhost:1",
            ["policies", "collect", "carry", "consume", "timers", "held", "checkpoints", "agreements"],
        ),
        ([Role.ACCEPT], "localhost:1", ["policies", "collect"]),
        ([Role.CARRY], "localhost:1", ["policies", "carry"]),
    ],
)
def test_each_role_has_its_loops(tmp_path: Path, roles: Collection[Role], kafka: str | None, named: list[str]) -> None:
    """Every process looks out for bundles; the rest is its roles', and without a broker nothing is asked of one."""
    hub = open_hub(Settings(home=govern(tmp_path), kafka=kafka), roles=roles)
    try:
        assert [loop.name for loop in loops(hub, hub.roles)] == named
    finally:
        hub.close()
