"""Leases: what several processes share, who has it, and who leaves it to others."""

import time
from collections.abc import Callable, Collection, Sequence

from contract.conftest import Hubs
from hub.adapters.advisory import number_of
from hub.adapters.leases import COUNT_SECONDS
from hub.adapters.store import DatabaseStore


def test_one_hub_at_a_time_has_a_lease(hubs: Hubs) -> None:
    """A lease is one hub's until it gives it back, ends, or loses its connection; then it is another's."""
    one, two = (each.hub.store for each in hubs(2))
    assert (one.lease("timers"), one.lease("timers"), two.lease("timers"), two.lease("other")) == (
        True,
        True,
        False,
        True,
    )
    one.release("timers")
    assert (two.lease("timers"), one.lease("timers")) == (True, False)
    cut_off(one)
    ended = time.monotonic() + 5
    while not one.lease("timers"):  # the server ends a session in its own time
        assert time.monotonic() < ended
    assert not two.lease("timers")


def cut_off(store: DatabaseStore) -> None:
    """Every connection on which a lease lies is ended by the server."""
    with store.reading() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database"
            " where l.locktype = 'advisory' and l.pid <> pg_backend_pid() and d.datname = current_database()"
        )


def test_hubs_share_what_several_do(hubs: Hubs) -> None:
    """Each of two has half of the parts, and no part is with both. A third gets a third, for which the others give some
    up, but not what is busy. When one is gone its parts are with those who are left; who loses its connection has none,
    and shares anew.
    """
    one, two, three = (each.hub.store for each in hubs(3))
    parts = [f"part {number}" for number in range(9)]
    assert [*one.divide("a work", parts)] == parts
    shared(lambda: [one.divide("a work", parts, busy=parts[:7]), two.divide("a work", parts)], [5, 2])
    shared(lambda: [one.divide("a work", parts), two.divide("a work", parts)], [5, 4])
    shared(lambda: [each.divide("a work", parts) for each in (one, two, three)], [3, 3, 3])
    assert [*three.divide("another work", parts)] == parts
    two.close()
    assert two.divide("a work", parts) == ()
    shared(lambda: [each.divide("a work", parts) for each in (one, three)], [5, 4])
    cut_off(one)
    shared(lambda: [each.divide("a work", parts) for each in (one, three)], [0, 0])
    time.sleep(1.5 * COUNT_SECONDS)  # whoever counted before it joined anew would think that it is alone
    shared(lambda: [each.divide("a work", parts) for each in (one, three)], [5, 4])


def test_who_names_no_parts_leaves_them_to_others(hubs: Hubs) -> None:
    """A hub that wants none of the parts is not counted, and the others have all; what is busy it keeps until it is
    done. However often it asks for none, it asks nothing of the database; once it asks for some, it has its fair part.
    """
    one, two = (each.hub.store for each in hubs(2))
    parts, none = [f"part {number}" for number in range(9)], list[str]()
    assert ([*one.divide("another work", parts)], two.divide("a work", none)) == (parts, ())
    shared(lambda: [one.divide("a work", parts), two.divide("a work", parts)], [5, 4])
    for _ in range(2):
        busy = [*one.divide("a work", parts)][:2]
        shared(lambda busy=busy: [one.divide("a work", none, busy=busy), two.divide("a work", parts)], [0, 7])  # type: ignore[misc]  # mypy knows no such default
        shared(lambda: [one.divide("a work", none), two.divide("a work", parts)], [0, 9])
        asked = last_asked(one)
        assert [one.divide("a work", none) for _ in range(20)] == [()] * 20
        assert last_asked(one) == asked
        shared(lambda: [one.divide("a work", parts), two.divide("a work", parts)], [5, 4])
    assert last_asked(one) > asked


def last_asked(store: DatabaseStore) -> object:
    """When anything was last asked by the one who holds the lease for a part of another work."""
    with store.reading() as connection:
        return connection.exec_driver_sql(
            "select a.query_start from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory'"
            " and (l.classid::bigint << 32) | l.objid::bigint = %s"
            " and l.database = (select oid from pg_database where datname = current_database())",
            (number_of("lease/another work/part 0"),),
        ).scalar_one()


def shared(ask: Callable[[], Sequence[Collection[str]]], come_to: Sequence[int]) -> None:
    """Wait until they have so many parts, in any order; never has anybody another's."""
    ended, shares = time.monotonic() + 10, list[Collection[str]]()
    while sorted(map(len, shares)) != sorted(come_to):
        assert time.monotonic() < ended, shares
        time.sleep(0.05)
        shares = [*ask()]
        given = [part for each in shares for part in each]
        assert len(given) == len(set(given))
