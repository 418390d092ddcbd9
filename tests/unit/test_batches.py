"""A batch is its updates one after the other: what stands in a transaction is what would stand in several."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.answering import Line
from hub.ports import Coordinates
from hub.receiving import Caller, Received, receive
from support.builders import a_consent, a_marker, an_arrest, an_outcome
from support.fates import fate
from support.partnership import (
    BOTH_AREAS,
    HOSTEL,
    OTHER_UNIT,
    POLICE,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
    raw_update,
    who,
)

ARREST, LEFT, WANTED = "custody.person.arrested", "custody.person.left", "custody.person.wanted"
COHORT, LINKED, UNLINKED = "programme.cohort.decided", "trust.identity.linked", "trust.identity.unlinked"
WITHDRAWN = "trust.update.withdrawn"
NEW = {"identifiers": {"pnc": "2001/0000001Q"}}
"""A number that is nobody's."""
ONE, DECIDED = {"identifiers": who(1)["identifiers"]}, {"cohort": "Flex", "statutory": True, "decided_by": "A Clerk"}
BOTH = {**who(1), **DECIDED, "identifiers": {**ONE["identifiers"], **NEW["identifiers"]}}
FURTHER = {**ONE, "further": NEW["identifiers"], "ground": "documents", "decided_by": "A Clerk"}
UNDOES = {"link": str(UUID(int=1)), "decided_by": "A Clerk"}
TAKES_BACK = {"update": str(UUID(int=1)), "reason": "recorded_in_error"}

Story = list[tuple[str, str, dict[str, Any]]]

WAITS, NOBODY, PLACED = "held: not_its_case", "held: unknown_person", "placed"
STORIES: dict[str, tuple[Story, list[str]]] = {
    "a foreign decision lends no number": (
        [(OTHER_UNIT, COHORT, BOTH), (POLICE, WANTED, {**NEW, **a_marker()}), (POLICE, ARREST, {**NEW, **an_arrest()})],
        [WAITS, NOBODY, "discarded"],
    ),
    "nor does it contradict with it": (
        [
            (OTHER_UNIT, COHORT, BOTH),
            (UNIT, COHORT, {**who(3), **DECIDED, **NEW}),
            (POLICE, WANTED, {**NEW, **a_marker()}),
        ],
        [WAITS, PLACED, PLACED],
    ),
    "a decision about somebody of another name lends no number": (
        [(UNIT, COHORT, {**BOTH, "person": "Somebody Else"}), (POLICE, WANTED, {**NEW, **a_marker()})],
        ["held: contradiction", NOBODY],
    ),
    "what is held is named by nobody": (
        [(OTHER_UNIT, COHORT, BOTH), (OTHER_UNIT, WITHDRAWN, TAKES_BACK)],
        [WAITS, "held: unknown_reference"],
    ),
    "a number leads where a link has just said": (
        [
            (UNIT, LINKED, FURTHER),
            (POLICE, ARREST, {**NEW, **an_arrest()}),
            (UNIT, COHORT, {**who(1), **DECIDED, **NEW}),
        ],
        [PLACED, PLACED, PLACED],
    ),
    "and nowhere once that is undone": (
        [(UNIT, LINKED, FURTHER), (UNIT, UNLINKED, UNDOES), (POLICE, WANTED, {**NEW, **a_marker()})],
        [PLACED, PLACED, NOBODY],
    ),
    "what had come too early is taken right behind what it names": (
        [
            (PROBATION, "trust.consent.withdrawn", {"consent": str(UUID(int=2))}),
            (PROBATION, "trust.consent.given", {**ONE, **a_consent(HOSTEL)}),
            (POLICE, ARREST, {**ONE, **an_arrest()}),
        ],
        [PLACED, PLACED, PLACED],
    ),
    "and stays held for the reason that it would have by itself": (
        [
            (POLICE, LEFT, {"identifiers": who(2)["identifiers"], **an_outcome(UUID(int=2))}),
            (POLICE, ARREST, {**ONE, **an_arrest()}),
            (POLICE, LEFT, {"person": "Somebody Else", **an_outcome(UUID(int=2))}),
            (POLICE, LEFT, {"person": "Somebody Else", **an_outcome(UUID(int=5))}),
            (POLICE, ARREST, {**ONE, **an_arrest()}),
        ],
        ["held: unknown_reference", PLACED, "held: contradiction", "held: contradiction", PLACED],
    ),
}


def received(partners: Partnership, story: Story) -> list[Received]:
    """As they come through the door, the first under the id 1; each a minute later than the one before."""
    found = []
    for number, (agency, kind, data) in enumerate(story, 1):
        at = partners.clock.now() - timedelta(minutes=len(story) - number)
        raw = raw_update(agency, kind, data, UUID(int=number), at)
        found.append(receive(raw, Caller(agency, "a test"), partners.hub.bundle, partners.clock.now()))
    return found


def accepted(partners: Partnership, batch: Sequence[Received]) -> None:
    """As over HTTP."""
    partners.hub.acceptor.accept(batch)


def collected(partners: Partnership, batch: Sequence[Received]) -> None:
    """As from a source, where each line is answered."""
    places = [Coordinates("a topic", 0, each.key.update_id.int) for each in batch]
    pairs = zip(batch, places, strict=True)
    partners.hub.acceptor.collect([Line(each.key.publisher, place, 0, each.raw, each) for each, place in pairs])


Take = Callable[[Partnership, Sequence[Received]], None]


def outcome(story: Story, take: Take, size: int) -> tuple[list[str], dict[str, list[tuple[str, str]]]]:
    """What becomes of each, and what each agency is told in which order, in batches of this size."""
    with partnership() as partners:
        partners.person(2)
        someone = partners.person(1)
        for agency in (POLICE, PROBATION, HOSTEL):
            partners.involve(someone, agency)
        partners.clock.turn(hours=1)
        batch = received(partners, story)
        for at in range(0, len(batch), size):
            take(partners, batch[at : at + size])
        assert partners.hub.verify().problems == []
        fates = [fate(partners, *each.key) for each in batch]
        return fates, {agency: told(partners, agency) for agency in BOTH_AREAS}


def told(partners: Partnership, agency: str) -> list[tuple[str, str]]:
    """Kind and person of everything on a feed but the answers."""
    found = [(str(each.get("kind")), str(each.get("person"))) for each in partners.told(agency)]
    return [each for each in found if not each[0].startswith("hub.")]


@pytest.mark.duty("D12")
@pytest.mark.duty("D27")
@pytest.mark.parametrize("take", [accepted, collected])
@pytest.mark.parametrize("name", STORIES)
def test_how_updates_are_cut_into_batches_changes_nothing(name: str, take: Take) -> None:
    """One by one, by twos and all in one transaction the same becomes of each, and everybody is told the same."""
    story, fates = STORIES[name]
    one_by_one = outcome(story, take, 1)
    assert one_by_one[0] == fates
    assert outcome(story, take, 2) == outcome(story, take, len(story)) == one_by_one
