"""A full disk: the publisher is told to try later, nothing is half done, and the hub recovers by itself.

PostgreSQL has a disk of its own, and so has its test: tests/system/test_full_database.py.
"""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import pytest

from contract.places import Place, a_case, contents, on_the_feed, problems, received
from hub.ports import FactRow, TryLater
from hub.receiving import Received
from schemas.receipts import Receipt
from support.builders import an_arrest
from support.partnership import POLICE, PROBATION, UNIT, Partnership, who

Full = Callable[[Partnership], AbstractContextManager[None]]


@contextmanager
def no_pages_left(partners: Partnership) -> Iterator[None]:
    """The database may not grow by a page: SQLite says so while it writes."""

    def limit(pages: int) -> None:
        with partners.hub.store.writing() as unit:
            unit.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    limit(1)  # SQLite takes the size that the database has
    try:
        yield
    finally:
        limit(1 << 30)


@contextmanager
def files_cannot_grow(partners: Partnership) -> Iterator[None]:
    """The operating system lets no file grow beyond what the log has now: it says so while SQLite commits."""
    log = partners.settings.store_file.with_name(partners.settings.store_file.name + "-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


every_way = pytest.mark.parametrize("full", [no_pages_left, files_cannot_grow])


def large(partners: Partnership, person: dict[str, object]) -> list[Received]:
    """More than fits into what is left of any page, and somebody new, whose data keys are made on the way."""
    decision = {"cohort": "Fixed", "statutory": True, "decided_by": "A Coordinator", "reason": "because " * 200}
    arrest = {**person, **an_arrest(intelligence="words " * 300)}
    return [
        received(partners, UNIT, "programme.cohort.decided", {**who(60), **decision}),
        *(received(partners, POLICE, "custody.person.arrested", arrest) for _ in range(12)),
    ]


@every_way
def test_nothing_is_half_done(embedded: Place, full: Full) -> None:
    """On a full disk every attempt is told to try later and changes no row; once there is space the same batch is
    accepted, and opens and verifies after a restart.
    """
    partners = embedded.open()
    person, _ = a_case(partners)
    batch = large(partners, person)
    before = contents(partners)
    with full(partners):
        for _ in range(3):
            with pytest.raises(TryLater):
                partners.hub.acceptor.accept(batch)
            assert contents(partners) == before
    assert all(isinstance(result, Receipt) for result in partners.hub.acceptor.accept(batch))
    partners = embedded.again()
    assert on_the_feed(partners, PROBATION)[-12:] == [each.key for each in batch[1:]]
    assert len(partners.told(PROBATION, "custody.person.arrested")) == 12
    assert problems(partners) == []


@every_way
def test_a_group_commit_tells_everyone(embedded: Place, full: Full) -> None:
    """When a shared commit meets a full disk, each publisher in it is told to try later, and later succeeds."""
    partners = embedded.open()
    person, _ = a_case(partners)
    batch = large(partners, person)
    with full(partners):
        futures = partners.hub.commits.submit(batch)
        assert {type(future.exception(timeout=30)) for future in futures} == {TryLater}
    assert all(isinstance(future.result(timeout=30), Receipt) for future in partners.hub.commits.submit(batch))
    assert problems(partners) == []


@every_way
def test_views_on_a_full_disk(embedded: Place, full: Full) -> None:
    """A view that cannot be written keeps its rows and its position, and is written once there is space."""
    partners = embedded.open()
    a_case(partners)
    views = partners.hub.hosted[POLICE].views
    row = FactRow(record=UUID(int=1), fact="risk", message_id=UUID(int=2), seq=4, body=b'"x"' * 20_000)
    with full(partners):
        with pytest.raises(TryLater):
            keep(partners, row)
        assert (views.position("test"), views.facts(row.record)) == (0, [])
    keep(partners, row)
    views = embedded.again().hub.hosted[POLICE].views
    assert (views.position("test"), views.facts(row.record)) == (4, [row])


def keep(partners: Partnership, row: FactRow) -> None:
    """One row, and the position with it."""
    with partners.hub.hosted[POLICE].views.unit() as unit:
        unit.put_fact(row)
        unit.move("test", row.seq)
