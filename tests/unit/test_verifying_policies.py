"""Verification knows by which policies everything was decided: a kept bundle that was touched is named."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from access_policies.compiling import Bundle
from hub.numbering import entry, number
from hub.offering import InForce
from support.builders import an_arrest
from support.partnership import POLICE, partnership
from support.signing import LONG_AGO, ROLES, draft, shipped, signed, without
from unit.tampering import ARREST, Rows, Scene

NARROWED = without(ARREST, "tenancy")


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A hub that had two bundles in force, and decided by both."""
    with partnership() as partners:
        person = partners.person()
        partners.publish(POLICE, ARREST, {**person, **an_arrest()})
        partners.governed_by(signed(2, NARROWED))
        partners.publish(POLICE, ARREST, {**person, **an_arrest()})
        found = Scene(partners)
        yield found
        found.close()


def last_with(**changes: Any) -> Callable[[Rows], Rows]:
    """The last row has other values; one may be worked out of the rows."""

    def touch(rows: Rows) -> Rows:
        found = {name: value(rows) if callable(value) else value for name, value in changes.items()}
        return [*rows[:-1], rows[-1] | found]

    return touch


OTHER = "policies version 2: it is not the bundle that the ledger has"
TOUCHED: tuple[tuple[str, Callable[[Rows], Rows], str], ...] = (
    ("the last one is gone", lambda rows: rows[:1], "policies version 2: the ledger has it, the store does not"),
    ("the first one is gone", lambda rows: rows[1:], "policies version 1: the ledger has it, the store does not"),
    ("one more", lambda rows: [*rows, rows[0] | {"version": 3}], "policies version 3: the ledger does not have it"),
    ("other rules", last_with(signed=lambda rows: rows[0]["signed"]), OTHER),
    ("a space more", last_with(signed=lambda rows: rows[1]["signed"] + " "), OTHER),
    ("nobody signed it", last_with(signed=draft(2, NARROWED)), OTHER),
    ("no bundle at all", last_with(signed="{}"), OTHER),
    ("another digest", last_with(digest=lambda rows: rows[0]["digest"]), OTHER),
    ("another time", last_with(effective_from=7), OTHER),
    ("a time that is none", last_with(effective_from="noon"), "policies: a kept bundle no longer has its form"),
    ("another form", last_with(signed=b"\xff"), "policies: a kept bundle no longer has its form"),
)


@pytest.mark.parametrize(("touch", "named"), [row[1:] for row in TOUCHED], ids=[row[0] for row in TOUCHED])
def test_a_kept_bundle_that_was_touched_is_named(scene: Scene, touch: Callable[[Rows], Rows], named: str) -> None:
    """Whoever changes, adds or takes away a kept bundle is found out, by its version."""
    with scene.tables(bundles=touch(scene.rows("bundles"))) as problems:
        assert named in problems
    assert scene.partners.hub.verify().problems == []


def test_a_decision_by_rules_that_were_replaced_is_named(scene: Scene) -> None:
    """A hub that was made to decide by an earlier bundle again is found out by its first decision."""
    hub = scene.partners.hub
    hub.governing.in_force = InForce(1, LONG_AGO, Bundle(shipped()), ROLES)
    scene.partners.person(2)
    [problem] = hub.verify().problems
    assert problem.endswith("it was decided by policies that were not in force")


def test_a_version_is_in_force_once(scene: Scene) -> None:
    """An entry that puts an earlier version in force again is named, whoever made it."""
    hub, again = scene.partners.hub, InForce(1, LONG_AGO, Bundle(shipped()), ROLES)
    with hub.store.unit() as unit:
        number(unit, [entry(scene.partners.clock.now(), b"0" * 16, again.record(signed()))], hub.identity)
    assert any("are not newer than those before" in problem for problem in hub.verify().problems)
