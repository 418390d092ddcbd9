"""A folder as the way in: what an agency's system writes there is taken in once its signature lies beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.settings import Settings
from support.attested import Post, header, with_keys
from support.builders import an_arrest
from support.partnership import POLICE, UNIT, Partnership, partnership

ARREST = "custody.person.arrested"


@pytest.fixture(name="partners")
def _partners(tmp_path: Path) -> Iterator[Partnership]:
    """Every agency has a key, and the hub looks into a folder."""
    with partnership(policies=with_keys(), inbox=tmp_path / "inbox") as partners:
        yield partners


def taken_in(partners: Partnership) -> None:
    """The hub looks once."""
    assert partners.hub.collector
    partners.hub.collector.step()


@pytest.mark.requirement("IX7")
def test_a_signed_file_is_taken_in(partners: Partnership, tmp_path: Path) -> None:
    """A file waits for its signature, is told and answered like any other, and moves aside."""
    someone, inbox = partners.person(1), tmp_path / "inbox"
    raw = Post(partners).raw(POLICE, ARREST, someone | an_arrest())
    (inbox / "a.json").write_bytes(raw)
    taken_in(partners)
    assert partners.told(UNIT, ARREST) == []
    (inbox / "a.json.sig").write_bytes(header(POLICE, raw) + b"\n")
    taken_in(partners)
    assert len(partners.told(UNIT, ARREST)) == 1
    assert len(partners.told(POLICE, "hub.update.received")) == 1
    assert sorted(path.name.split("-")[-1] for path in (inbox / "taken").iterdir()) == ["a.json", "a.json.sig"]
    assert [*inbox.glob("*.json*")] == []


@pytest.mark.parametrize(("signature", "alarms", "rejected"), [(b"kanari", 1, 0), (UNIT, 0, 1)])
def test_only_its_publisher_signs_an_update(
    partners: Partnership, tmp_path: Path, signature: bytes | str, alarms: int, rejected: int
) -> None:
    """What nobody signed alarms the operator, what another agency signed is rejected to it; nobody is told either."""
    someone, inbox = partners.person(1), tmp_path / "inbox"
    raw = Post(partners).raw(POLICE, ARREST, someone | an_arrest())
    (inbox / "a.json").write_bytes(raw)
    (inbox / "a.json.sig").write_bytes(header(signature, raw) if isinstance(signature, str) else signature)
    taken_in(partners)
    assert partners.told(UNIT, ARREST) == []
    assert partners.hub.collector
    assert partners.hub.collector.alarms == alarms
    assert len(partners.told(UNIT, "hub.update.rejected")) == rejected


def test_updates_come_in_one_way(tmp_path: Path) -> None:
    """A folder beside brokers is refused rather than passed over in silence."""
    with pytest.raises(ValidationError, match="must not be set beside IOM_HUB_KAFKA"):
        Settings(kafka="localhost:1", inbox=tmp_path)
