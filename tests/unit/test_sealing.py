"""Sealing at rest: what was sealed opens in its own place and nowhere else, and not once its key is gone."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete

from hub.adapters.evidence import StoreEvidence
from hub.adapters.keyfile import KeyFile
from hub.adapters.tables import data_keys
from hub.sealing import CannotOpen, Sealer, scope
from support.builders import an_arrest
from support.partnership import POLICE, Partnership

CONTENT, PLACE, SCOPE = b'{"offence":"burglary"}', "updates/1", scope("a record", "offence")
ROOT = bytes(range(32))


class InMemory(dict[str, bytes]):
    """Wrapped data keys, kept in memory."""

    def data_key(self, name: str) -> bytes | None:
        """The wrapped key."""
        return self.get(name)

    def add_data_key(self, name: str, wrapped: bytes) -> bytes:
        """Keep it."""
        assert name not in self
        self[name] = wrapped
        return wrapped


@pytest.fixture
def kept() -> InMemory:
    """An empty store of keys."""
    return InMemory()


@pytest.fixture
def sealer() -> Sealer:
    """A sealer."""
    return Sealer(KeyFile(ROOT))


def test_sealed_content_opens_again(kept: InMemory, sealer: Sealer) -> None:
    """Content opens in its place, for the same hub and for the next one; sealed twice it looks different."""
    first, second = (sealer.seal(kept, SCOPE, CONTENT, PLACE) for _ in range(2))
    assert first != second
    assert CONTENT not in first
    for each in (sealer, Sealer(KeyFile(ROOT))):
        assert each.open(kept, SCOPE, first, PLACE) == each.open(kept, SCOPE, second, PLACE) == CONTENT


@pytest.mark.parametrize("content", [b"", b"\0", bytes(70_000)], ids=["nothing", "a zero", "much"])
def test_any_content(kept: InMemory, sealer: Sealer, content: bytes) -> None:
    """Content of any length comes back as it was."""
    assert sealer.open(kept, SCOPE, sealer.seal(kept, SCOPE, content, PLACE), PLACE) == content


def each_byte_flipped(sealed: bytes) -> list[bytes]:
    """The lowest and the highest bit of each byte, one after the other."""
    return [sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :] for at in range(len(sealed)) for bit in (1, 128)]


def cut_short(sealed: bytes) -> list[bytes]:
    """Every beginning and every end of it."""
    return [sealed[:at] for at in range(len(sealed))] + [sealed[at:] for at in range(1, len(sealed))]


def made_longer(sealed: bytes) -> list[bytes]:
    """With more before or behind it."""
    return [sealed + b"\0", b"\0" + sealed, b"\x01" + sealed, sealed + sealed]


@pytest.mark.parametrize("spoil", [each_byte_flipped, cut_short, made_longer])
def test_spoilt_content_does_not_open(kept: InMemory, sealer: Sealer, spoil: Callable[[bytes], list[bytes]]) -> None:
    """With any byte changed, missing or added, sealed content does not open."""
    for spoilt in spoil(sealer.seal(kept, SCOPE, CONTENT, PLACE)):
        with pytest.raises(CannotOpen):
            sealer.open(kept, SCOPE, spoilt, PLACE)


@pytest.mark.parametrize(
    ("elsewhere", "place"),
    [
        (SCOPE, "updates/2"),
        (SCOPE, "feed/1"),
        (SCOPE, ""),
        (scope("a record", "health"), PLACE),
        (scope("another record", "offence"), PLACE),
    ],
    ids=["another row", "another table", "nowhere", "another class", "another person"],
)
def test_moved_content_does_not_open(kept: InMemory, sealer: Sealer, elsewhere: str, place: str) -> None:
    """Moved to another row, table, class or person, sealed content does not open, though a key is there."""
    sealed = sealer.seal(kept, SCOPE, CONTENT, PLACE)
    sealer.seal(kept, elsewhere, b"of its own", place)
    with pytest.raises(CannotOpen):
        sealer.open(kept, elsewhere, sealed, place)


def test_an_exchanged_key_does_not_open(kept: InMemory, sealer: Sealer) -> None:
    """Under the wrapped key of another scope, or a damaged one, content does not open; the error names its scope."""
    sealed = sealer.seal(kept, SCOPE, CONTENT, PLACE)
    sealer.seal(kept, "another", CONTENT, PLACE)
    for wrapped in (kept["another"], kept[SCOPE][:-1] + bytes([kept[SCOPE][-1] ^ 1]), b""):
        exchanged = InMemory({SCOPE: wrapped})
        with pytest.raises(CannotOpen, match=SCOPE):
            Sealer(KeyFile(ROOT)).open(exchanged, SCOPE, sealed, PLACE)


def test_a_destroyed_key_erases_its_class(kept: InMemory, sealer: Sealer) -> None:
    """Once its key is destroyed and forgotten a class of data does not open, here or after a restart; the person's
    other classes do.
    """
    offence = sealer.seal(kept, SCOPE, CONTENT, PLACE)
    other = scope("a record", "event")
    event = sealer.seal(kept, other, b"an event", PLACE)
    del kept[SCOPE]
    sealer.forget({SCOPE})
    for each in (sealer, Sealer(KeyFile(ROOT))):
        with pytest.raises(CannotOpen, match="gone"):
            each.open(kept, SCOPE, offence, PLACE)
        assert each.open(kept, other, event, PLACE) == b"an event"


def test_a_destroyed_key_erases_a_person_only(tmp_path: Path) -> None:
    """In the store, too: with the row of its data key goes one person's class of data, for good, and nobody else's."""
    partners = Partnership(tmp_path)
    arrested = {}
    for number in (1, 2):
        person = partners.person(number)
        arrested[number] = partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
    readable = opened(partners)
    assert len(readable) == 4
    record = readable[arrested[1]]
    with partners.hub.store.unit() as unit:
        unit.connection.execute(delete(data_keys).where(data_keys.c.scope == scope(record, "raw")))
    partners.hub.close()
    partners = Partnership(tmp_path)
    left = opened(partners)
    partners.hub.close()
    assert left == {update_id: of for update_id, of in readable.items() if of != record}
    assert len(left) == 2


def opened(partners: Partnership) -> dict[object, object]:
    """The updates whose content opens, and the record of each."""
    with closing(StoreEvidence(partners.hub.store)) as evidence:
        keys = [kept.key for kept in evidence.updates() if kept.content is not None]
    with partners.hub.store.writing() as unit:
        return {key.update_id: unit.record_of(key) for key in keys}


def test_an_error_names_no_content(kept: InMemory, sealer: Sealer) -> None:
    """What does not open is named by its scope, never by what it holds or the key."""
    sealed = sealer.seal(kept, SCOPE, CONTENT, PLACE)
    with pytest.raises(CannotOpen) as caught:
        sealer.open(kept, SCOPE, sealed, "elsewhere")
    assert SCOPE in str(caught.value)
    assert "burglary" not in str(caught.value)
