"""The faults run in its short form: everything is killed under load, and nothing is lost."""

from pathlib import Path

import pytest

from faults.schedules import ANYWHERE, BROKER, DATABASE, NAMED, SHORT, run
from support.parts import running
from support.servers import KafkaCluster, PostgresServer


@pytest.mark.system
def test_nothing_is_lost(tmp_path: Path) -> None:
    """Processes of the hub and kits killed anywhere and at named points, a broker and the database killed, something
    stopped: of what was acknowledged nothing is lost, nothing is out of order, nothing has two effects, anywhere.
    """
    [schedule] = SHORT
    with running("postgres", PostgresServer) as postgres, running("kafka", KafkaCluster) as kafka:
        table = run(schedule, tmp_path, postgres, kafka)
    assert {name: count for name, count in table.found.items() if count} == {}
    assert table.published > 100
    done = table.done
    assert (done[NAMED], done[BROKER], done[DATABASE]) == (schedule.crashes, 1, 1)
    assert done[ANYWHERE] >= schedule.crashes
    assert done.total() >= 2 * schedule.crashes + 3
