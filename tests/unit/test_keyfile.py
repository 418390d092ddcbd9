"""The key file: for its owner only, in the clear or under a passphrase, and the same key whenever it is opened."""

import stat
from pathlib import Path

import pytest

from hub.adapters.keyfile import KeyFile, NoKey

PASSPHRASE = "a long passphrase, ünd more"
LABELS = ("identity", "ledger-signing", "token-signing", "views", "store-check", "wrap-data-keys")

both_forms = pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "passphrase"])


@both_forms
def test_for_its_owner_only(tmp_path: Path, passphrase: str | None) -> None:
    """A new key file can be read and written by its owner and by nobody else, in a folder made for it."""
    path = tmp_path / "a" / "folder" / "hub.key"
    KeyFile.open(path, passphrase)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@both_forms
def test_the_same_key_after_a_restart(tmp_path: Path, passphrase: str | None) -> None:
    """Opened again, a key file gives the same keys and stays as it was; another file gives others."""
    first = KeyFile.open(tmp_path / "hub.key", passphrase)
    content = (tmp_path / "hub.key").read_bytes()
    again, other = KeyFile.open(tmp_path / "hub.key", passphrase), KeyFile.open(tmp_path / "other.key", passphrase)
    assert [first.derive(label) for label in LABELS] == [again.derive(label) for label in LABELS]
    assert len({keys.derive(label) for keys in (first, other) for label in LABELS}) == 2 * len(LABELS)
    assert (tmp_path / "hub.key").read_bytes() == content


def test_a_passphrase_hides_the_key(tmp_path: Path) -> None:
    """A file under a passphrase does not hold the root key, nor does it look alike for the same key twice."""
    plain = tmp_path / "plain.key"
    KeyFile.open(plain)
    root = plain.read_bytes().removeprefix(b"iomhub-key-1 plain\n")
    assert len(root) == 32
    for name in ("one.key", "two.key"):
        KeyFile.open(tmp_path / name, PASSPHRASE)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.key", "two.key"))
    assert one.startswith(b"iomhub-key-1 passphrase\n")
    assert one[24:40] != two[24:40]
    assert PASSPHRASE.encode() not in one


@pytest.mark.parametrize("wrong", [None, "", "another", PASSPHRASE + " ", PASSPHRASE.upper()])
def test_a_wrong_passphrase(tmp_path: Path, wrong: str | None) -> None:
    """Without its passphrase, or with another, a file does not open; the error names the file and no passphrase."""
    KeyFile.open(tmp_path / "hub.key", PASSPHRASE)
    with pytest.raises(NoKey, match=r"hub\.key") as caught:
        KeyFile.open(tmp_path / "hub.key", wrong)
    assert PASSPHRASE not in str(caught.value)
    assert not wrong or wrong not in str(caught.value)


@pytest.mark.parametrize("at", [0, 10, 30, 45, 60, -1])
def test_a_damaged_file_under_a_passphrase(tmp_path: Path, at: int) -> None:
    """A file with any byte changed, in its heading, salt, nonce, key or seal, does not open."""
    path = tmp_path / "hub.key"
    KeyFile.open(path, PASSPHRASE)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(NoKey):
        KeyFile.open(path, PASSPHRASE)


@both_forms
def test_a_file_cut_short(tmp_path: Path, passphrase: str | None) -> None:
    """A file that was cut short anywhere does not open, and no new key takes its place."""
    path = tmp_path / "hub.key"
    KeyFile.open(path, passphrase)
    content = path.read_bytes()
    for left in range(0, len(content), 8 if passphrase else 1):
        path.write_bytes(content[:left])
        with pytest.raises(NoKey):
            KeyFile.open(path, passphrase)
        assert path.read_bytes() == content[:left]


def test_something_else_is_no_key_file(tmp_path: Path) -> None:
    """A file of another kind is refused, and left as it is."""
    path = tmp_path / "hub.key"
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(NoKey, match="not a key file"):
        KeyFile.open(path)
    assert path.read_bytes() == b"-----BEGIN PRIVATE KEY-----\n"
