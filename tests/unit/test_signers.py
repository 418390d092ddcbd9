"""The signers' file: who may sign, and how many must. It is refused by line rather than read generously."""

from pathlib import Path

import pytest

from access_policies.reading import UnusablePolicies
from access_policies.signers import Signer, load_signers, written
from support.signing import GOVERNANCE, IDS, OWNER, PUBLIC, SIGNERS

A, B = IDS[GOVERNANCE], IDS[OWNER]
KEY = written(PUBLIC[OWNER])


def load(folder: Path, text: str) -> object:
    """Load this file."""
    file = folder / "signers.yaml"
    file.write_text(text, encoding="utf-8")
    return load_signers(file)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """Each key has its role; a role may have several, for when one is replaced."""
    signers = load(tmp_path, f"{SIGNERS}    data_owner-next: '{written(bytes(range(32)))}'\n")
    assert signers.needs == 2
    assert signers.roles == (GOVERNANCE, OWNER)
    assert {signer.key_id: signer.role for signer in signers.keys} == {
        A: GOVERNANCE,
        B: OWNER,
        "data_owner-next": OWNER,
    }
    assert signers.named(B) == Signer(B, OWNER, PUBLIC[OWNER])
    assert signers.named("somebody") is None


TABLE = (
    # what is wrong, before → after, line, what is said
    ("needs nobody", "needs: 2", "needs: 0", 1, "from 1 to that of the roles, which is 2"),
    ("needs less than nobody", "needs: 2", "needs: -1", 1, "from 1 to"),
    ("needs more than there are", "needs: 2", "needs: 3", 1, "from 1 to"),
    ("needs as text", "needs: 2", "needs: '2'", 1, "write a whole number"),
    ("needs as a boolean", "needs: 2", "needs: true", 1, "write a whole number"),
    ("needs left out", "needs: 2\n", "", 1, "this key is missing"),
    ("needs twice", "needs: 2\n", "needs: 2\nneeds: 1\n", 2, "stands here twice"),
    ("roles left out", SIGNERS.partition("\n")[2], "", 1, "this key is missing"),
    ("something else", "needs: 2\n", "needs: 2\nalso: none\n", 2, "nobody knows this key"),
    ("a role twice", f"  {OWNER}:", f"  {GOVERNANCE}:", 5, "stands here twice"),
    ("a role with a space", f"  {OWNER}:", "  data owner:", 5, "small letters"),
    ("a role without a key", f":\n    {B}: '{KEY}'", ": {}", 5, "has no key"),
    ("a key for two roles", KEY, written(PUBLIC[GOVERNANCE]), 6, "one role, so keep one"),
    ("one name for two keys", B, A, 6, "one role, so keep one"),
    ("a name in capitals", B, "KEY", 6, "small letters"),
    ("a key cut short", KEY, KEY[:-3], 6, "no Ed25519 public key"),
    ("a key with padding", KEY, KEY + "=", 6, "no Ed25519 public key"),
    ("a key in hexadecimal", KEY, PUBLIC[OWNER].hex(), 6, "no Ed25519 public key"),
    ("a placeholder of zeros", KEY, written(bytes(32)), 6, "anybody can sign"),
    ("a point of small order", KEY, written(b"\xec" + b"\xff" * 30 + b"\xff"), 6, "anybody can sign"),
    ("an anchor", f"'{KEY}'", f"&k '{KEY}'", 6, "anchors"),
)


@pytest.mark.parametrize(("before", "after", "line", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_it_is_refused_by_line(tmp_path: Path, before: str, after: str, line: int, said: str) -> None:
    """A file that could count a signature wrongly is refused, with its line."""
    assert before in SIGNERS
    with pytest.raises(UnusablePolicies) as refused:
        load(tmp_path, SIGNERS.replace(before, after))
    assert f"signers.yaml:{line}: " in "\n".join(refused.value.problems)
    assert said in "\n".join(refused.value.problems)


def test_without_a_file_nobody_can_sign(tmp_path: Path) -> None:
    """Where there is no file the message says so, and which command gives its lines."""
    with pytest.raises(UnusablePolicies, match=r"signers\.yaml:1: .*`iom-hub policy key`"):
        load_signers(tmp_path / "signers.yaml")
