"""Every column says what it holds, and none holds what it should not: the file shows no word of any update."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import Column, String, select

from hub.adapters import tables as t
from hub.adapters.evidence import StoreEvidence
from hub.adapters.positions import StorePositions
from hub.continuing import continue_agreement
from hub.receiving import Caller, Rejected
from hub.timers import fire_due
from schemas.identifiers import Identifiers
from schemas.updates import KINDS
from support.builders import a_consent, an_arrest
from support.canaries import ANYTHING, Canaries, about, data, in_order, published_by
from support.partnership import HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership
from support.signing import shipped

HOLDS = {
    "sealed content",
    "blind index",
    "opaque id of the hub's own",
    "opaque id of the publisher's own",
    "agency",
    "number that counts",
    "time of the hub's clock",
    "day on which a partner said something itself",
    "salted or keyed hash",
    "name of a class of data",
    "wrapped key",
    "public signed note",
    "setting of the store",
    "signed policies",
}
"""All that a column may hold. Whoever adds to this list decides what a thief of the file may read."""

IN_WORDS = {"agency", "setting of the store", "name of a class of data", "public signed note", "signed policies"}
COLUMNS = [column for table in t.metadata.sorted_tables for column in table.columns]
every_column = pytest.mark.parametrize("column", COLUMNS, ids=str)


@every_column
def test_every_column_says_what_it_holds(column: Column[Any]) -> None:
    """What a column holds is on the closed list."""
    assert column.info.get("holds") in HOLDS


@every_column
def test_text_is_for_a_few_words_only(column: Column[Any]) -> None:
    """Text stands only in columns for agencies, settings, classes, notes and policies, and in names of data keys."""
    named = column.info["holds"] in IN_WORDS or column is t.data_keys.c.scope
    assert named or not isinstance(column.type, String)


DECIDED = "programme.cohort.decided"


def link_to(partners: Partnership, known: dict[str, str]) -> None:
    """Another record may be the same person's."""
    said = {"further": partners.person(2)["identifiers"], "ground": "documents", "decided_by": "A Clerk"}
    partners.publish(POLICE, "trust.identity.linked", {"identifiers": known} | said)


def the_story(partners: Partnership, canaries: Canaries) -> None:
    """The hub is told a canary in every field of every kind: placed, held, discarded and rejected."""
    known, unknown, discarded = canaries.identifiers
    who = {"identifiers": known, "person": f"{canaries.text()} {canaries.text()}", "date_of_birth": canaries.day()}
    partners.publish(UNIT, DECIDED, data(canaries, DECIDED, who))
    for agency in (POLICE, PROBATION, PRISON, HOUSING):
        partners.involve({"identifiers": known}, agency, ("accommodation",))
    partners.publish(POLICE, ANYTHING, data(canaries, ANYTHING, who))
    partners.clock.turn(minutes=46)  # before anybody dies, of whom nothing is confirmed (D5)
    fire_due(partners.hub.acceptor)
    link_to(partners, known)
    earlier = dict[str, UUID]()
    for kind in in_order():
        agency, target = published_by(kind), earlier.get(about(kind))
        earlier[kind] = partners.publish(agency, kind, data(canaries, kind, who, target))
        if kind != DECIDED:
            minted = len(canaries.texts)
            partners.publish(agency, kind, data(canaries, kind, {"identifiers": unknown}, target))
            if target is None and kind in partners.hub.bundle.policies.partners[agency].bulk:
                canaries.kept_nowhere |= {*canaries.texts[minted:]}
    partners.publish(POLICE, ANYTHING, {"identifiers": discarded, **an_arrest()})
    with pytest.raises(Rejected):
        partners.publish(POLICE, ANYTHING, {"identifiers": known, canaries.text(): "unknown"})
    canaries.kept_nowhere |= {*discarded.values(), canaries.texts[-1]}
    partners.publish(POLICE, ANYTHING, data(canaries, ANYTHING, who))
    partners.clock.turn(days=31)
    fire_due(partners.hub.acceptor)
    partners.publish(UNIT, DECIDED, data(canaries, DECIDED, who))  # who left the programme is taken on again
    partners.publish(UNIT, "trust.consent.given", {"identifiers": known, **a_consent(HOSTEL)})
    for agency in (HOSTEL, HOUSING):  # housing comes back after its view was closed
        partners.involve({"identifiers": known}, agency, ("accommodation",))
    partners.publish(POLICE, ANYTHING, data(canaries, ANYTHING, who))
    partners.clock.turn(days=500)  # the agreement has expired; what waits for it is told, and the next arrest waits
    partners.publish(POLICE, ANYTHING, data(canaries, ANYTHING, who))
    continue_agreement(partners.hub.acceptor, "northshire-1", canaries.text(), canaries.text(), canaries.text())
    partners.clock.turn(days=14)
    partners.publish(POLICE, ANYTHING, data(canaries, ANYTHING, who))
    partners.hub.catch_up()
    StorePositions(partners.hub.store).move(POLICE, "a channel", 0, 1)
    partners.hub.recorder.consulted(Caller(POLICE, canaries.text()), "case", {"about": canaries.text()})
    partners.hub.recorder.checkpoint()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Partnership, Canaries]]:
    """A hub with a canary in everything, and the canaries."""
    partners, canaries = Partnership(tmp_path_factory.mktemp("canaries")), Canaries()
    with closing(partners.hub):
        the_story(partners, canaries)
        yield partners, canaries


@pytest.mark.duty("D26")
def test_the_canaries_were_kept(published: tuple[Partnership, Canaries]) -> None:
    """Every kind was accepted, and opened with its keys the store says every canary but those of the updates that were
    discarded or rejected (D26).
    """
    partners, canaries = published
    with closing(StoreEvidence(partners.hub.store)) as evidence:
        contents = [content for _, _, content, *_ in evidence.updates()]
        said = repr(contents)
        said += repr([entry.opening for entry in evidence.entries()])
    assert {orjson.loads(each)["kind"] for each in contents} >= {*in_order(), "trust.update.confirmed"}
    assert {text for text in canaries.texts if text not in said} == canaries.kept_nowhere
    assert len(canaries.texts) - len(canaries.kept_nowhere) > 120
    assert all(partners.hub.hosted[agency].views.records() for agency in (POLICE, PROBATION, UNIT, HOUSING))


def forms(text: str) -> list[bytes]:
    """How a text could stand in a file."""
    return [text.encode(), text.lower().encode(), text.encode("utf-16-le"), text.encode().hex().encode()]


def test_no_canary_is_in_the_file(published: tuple[Partnership, Canaries]) -> None:
    """No word, date, name or identifier of any update stands in any file of the store, nor does the name of a kind."""
    partners, canaries = published
    files = [path for path in partners.settings.home.iterdir() if path != partners.settings.key_file]
    raw = {path.name: path.read_bytes() for path in files}
    assert {"hub.sqlite", "hub.sqlite-wal"} <= raw.keys()
    assert any(len(content) > 100_000 for content in raw.values())
    assert not [
        (text, name) for text in [*canaries.texts, *KINDS] for name, content in raw.items()
        if any(form in content for form in forms(text))
    ]  # fmt: skip


def test_a_word_in_the_clear_would_be_found(published: tuple[Partnership, Canaries]) -> None:
    """What does stand in the clear is found in this way: the names of agencies."""
    partners, _ = published
    raw = b"".join(path.read_bytes() for path in partners.settings.home.iterdir())
    assert all(forms(agency)[0] in raw for agency in (POLICE, PROBATION, UNIT, HOUSING))


CAN_BE = {
    "agency": lambda value: value in {*shipped().partners, "hub"},
    "name of a class of data": lambda value: value in Identifiers.model_fields,
    "opaque id of the hub's own": lambda value: isinstance(value, UUID | None) or value.count("/") in (1, 2),
    "opaque id of the publisher's own": lambda value: isinstance(value, UUID),
    "blind index": lambda value: len(value) in (16, 32),
    "wrapped key": lambda value: len(value) == 40,
}
"""What can stand in columns whose values have a form of their own."""


@pytest.mark.parametrize("column", [each for each in COLUMNS if each.info["holds"] in CAN_BE], ids=str)
def test_columns_hold_what_they_say(published: tuple[Partnership, Canaries], column: Column[Any]) -> None:
    """Every value in a column is of the form that the column announces."""
    partners, _ = published
    with partners.hub.store.reader.connect() as connection:
        values = connection.execute(select(column)).scalars().all()
    assert values
    assert all(CAN_BE[column.info["holds"]](value) for value in values)


def test_ids_are_the_hubs_own(published: tuple[Partnership, Canaries]) -> None:
    """A canary id of a publisher stands in columns for publishers' ids only."""
    partners, canaries = published
    update_id = uuid4()
    person = {"identifiers": canaries.identifiers[0]}
    partners.publish(POLICE, ANYTHING, {**person, **an_arrest()}, update_id=update_id)
    found = set()
    with partners.hub.store.reader.connect() as connection:
        for column in COLUMNS:
            values = connection.execute(select(column)).scalars().all()
            if any(update_id in (value, *_ids_in(value)) for value in values):
                found.add(column.info["holds"])
    assert found == {"opaque id of the publisher's own"}


def _ids_in(value: Any) -> list[UUID]:
    """A value that may be the bytes of an id."""
    return [UUID(bytes=value)] if isinstance(value, bytes) and len(value) == 16 else []
