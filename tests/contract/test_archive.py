"""What an archive promises: one snapshot, in order, that changes nothing and keeps nobody waiting."""

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest

from contract.places import a_case
from hub.ports import UpdateKey
from support.builders import an_arrest
from support.partnership import HOUSING, POLICE, Partnership


def test_the_entries_are_there_in_order(partners: Partnership) -> None:
    """Every entry opens, dense and in order; those about one person are exactly those that name their record."""
    person, _ = a_case(partners)
    a_case(partners, 2)
    arrest = partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
    with partners.hub.archive() as archive:
        entries = list(archive.entries(0, archive.size()))
        record = archive.record_of(UpdateKey(POLICE, arrest))
        assert record is not None
        about = list(archive.about(record))
    assert [entered.number for entered in entries] == list(range(len(entries)))
    assert about == [entered for entered in entries if entered.record_id == record]
    named = [each for each in map(orjson.loads, (e.record for e in entries)) if each.get("record") == str(record)]
    assert [orjson.loads(entered.record) for entered in about] == named


def test_a_moment_is_found(partners: Partnership) -> None:
    """The first entry of a moment or later; the size, where all are older."""
    person, _ = a_case(partners)
    before = partners.clock.now()
    partners.clock.turn(days=3)
    partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
    with partners.hub.archive() as archive:
        size = archive.size()
        found = [archive.first_since(before + timedelta(days=days)) for days in (-1, 0, 1, 3, 4)]
    assert found == [0, 0, size - 1, size - 1, size]


def test_a_snapshot_stands_still_and_stops_nobody(partners: Partnership) -> None:
    """While somebody reads, others write; the reader goes on seeing what was there when it began."""
    person, _ = a_case(partners)
    with partners.hub.archive() as archive:
        size = archive.size()
        arrest = UpdateKey(POLICE, partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()}))
        assert archive.size() == size
        assert archive.entry_of(arrest) is None
    with partners.hub.archive() as archive:
        entered = archive.entry_of(arrest)
        assert entered is not None
        assert entered.number == archive.size() - 1
        message = partners.hub.identity.message(HOUSING, *arrest)
        assert archive.update_by_message(HOUSING, message) == arrest
        assert "arrested_at" in archive.held(HOUSING, message)
        assert "station" not in archive.held(HOUSING, message)


def test_what_is_not_there_is_not_there(partners: Partnership) -> None:
    """An update, a message or a person that nobody knows: nothing, and no error but for the person."""
    with partners.hub.archive() as archive:
        nobody = UpdateKey(POLICE, uuid4())
        assert (archive.entry_of(nobody), archive.record_of(nobody), archive.content_of(nobody)) == (None, None, None)
        assert archive.update_by_message(HOUSING, uuid4()) is None
        assert archive.held(HOUSING, uuid4()) == frozenset()
        with pytest.raises(LookupError):
            archive.identity_of(uuid4())
