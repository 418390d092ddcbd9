"""No statement on an update's way grows with what is stored: each finds its rows by an index, all of its columns."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from hub.bootstrap import Hub
from hub.demonstration import duties, programme
from hub.timers import fire_due
from support.partnership import partnership

SMALL = ("counter", "bundles", "checkpoints", "continuations", "meta", "held", "joined", "CONSTANT")
"""What may be read whole: a row or a few, however much is stored."""
WHOLE = re.compile(rf"SCAN (?!\d|{'|'.join(SMALL)})|SEARCH (?!held).*\((agency|publisher|recipient)=\?\)")
"""As the database says that it reads a table, or all that there is of one agency."""
FIRST_OR_LAST = re.compile(r"ORDER BY \S+( DESC)?\s+LIMIT")
"""What reads an index from its end on, no further than it needs."""


@contextmanager
def plans() -> Iterator[dict[str, str]]:
    """Each statement that is executed meanwhile, and how SQLite means to find its rows."""
    found: dict[str, str] = {}

    def explain(_: Any, cursor: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        name = re.sub(r"\?(, \?)+|\(\?\)(, \(\?\))+", "?", statement)
        if name not in found and not statement.startswith(("PRAGMA", "BEGIN", "INSERT")):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values[0] if many else values)
            found[name] = "; ".join(row[3] for row in rows)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


@pytest.mark.requirement("IX9")
def test_nothing_is_looked_for_in_a_whole_table() -> None:
    """Through the stories of the demonstration: what an update costs may not depend on how many are stored."""
    with partnership() as there, plans() as found:
        play(there.hub)
        there.clock.turn(days=40)
        while fire_due(there.hub.acceptor):
            there.hub.catch_up()
    whole = {name: plan for name, plan in found.items() if WHOLE.search(plan) and not FIRST_OR_LAST.search(name)}
    assert len(found) > 25
    assert whole == {}


def crn(step: programme.Step) -> str:
    """Of whom it speaks."""
    return str(step.data.get("identifiers", {}).get("crn", ""))


def play(hub: Hub) -> None:
    """Some people on the programme, who works with whom, what they agreed to, and the stories."""
    long_ago = programme.a_while_ago(hub, weeks=2)
    before = hub.feed.head(programme.UNIT)[0]
    for steps in (programme.decisions(long_ago), programme.involvement(long_ago)):
        hub.commits.accept([programme.ready(hub, step) for step in steps if crn(step) < "X990030"])
    for steps in (programme.confirmations(hub, before), programme.consents(long_ago)):
        hub.commits.accept([programme.ready(hub, step) for step in steps if crn(step) < "X990030"])
    for story in duties.STORIES:
        story(hub)
        hub.catch_up()
