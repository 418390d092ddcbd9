"""Key stores and clocks: as their promises say."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.adapters.keyfile import KeyFile
from hub.adapters.system import SystemClock
from hub.ports import Clock, KeyStore
from support.partnership import TurnedClock

Opened = Callable[[Path], KeyStore]


def plain(folder: Path) -> KeyStore:
    """A key file in the clear, for its owner only."""
    return KeyFile.open(folder / "plain.key")


def under_a_passphrase(folder: Path) -> KeyStore:
    """A key file under a passphrase."""
    return KeyFile.open(folder / "sealed.key", "a long passphrase")


every_key_store = pytest.mark.parametrize("opened", [plain, under_a_passphrase])


@every_key_store
def test_a_label_has_one_key(tmp_path: Path, opened: Opened) -> None:
    """A label gives the same 32 bytes whenever the store is opened; another label or another store gives others."""
    first, again = opened(tmp_path), opened(tmp_path)
    (tmp_path / "other").mkdir()
    other = opened(tmp_path / "other")
    assert first.derive("views") == again.derive("views")
    assert len({first.derive("views"), first.derive("view"), first.derive(""), other.derive("views")}) == 4
    assert len(first.derive("views")) == 32


@every_key_store
def test_a_wrapped_key_opens_where_it_was_wrapped(tmp_path: Path, opened: Opened) -> None:
    """A data key comes back from its wrapping, after a restart too, and the wrapping does not show it."""
    key = bytes(range(32))
    wrapped = opened(tmp_path).wrap(key)
    assert key not in wrapped
    assert opened(tmp_path).unwrap(wrapped) == key


@every_key_store
def test_a_wrapped_key_opens_nowhere_else(tmp_path: Path, opened: Opened) -> None:
    """Under another root key, with any byte changed, or cut short, a wrapped key raises `ValueError`."""
    keys = opened(tmp_path)
    wrapped = keys.wrap(bytes(range(32)))
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="another root key"):
        opened(tmp_path / "other").unwrap(wrapped)
    for at in range(len(wrapped)):
        with pytest.raises(ValueError, match="root key"):
            keys.unwrap(wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :])
        with pytest.raises(ValueError, match="root key"):
            keys.unwrap(wrapped[:at])


@pytest.mark.parametrize("clock", [SystemClock(), TurnedClock()], ids=["system", "turned"])
def test_a_clock_tells_utc(clock: Clock) -> None:
    """A clock tells the moment with its zone, which is UTC, and does not go back."""
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta(0)
    assert first <= second
