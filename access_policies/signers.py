"""Signers: whose signatures make policies the hub's. The file is the trust anchor: it lies with the hub, in no bundle.

`needs: 2` asks for the signatures of two different roles. One key and one role count once.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, StrictInt

from access_policies.keys import weak
from access_policies.reading import Document, Path_, UnusablePolicies

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""What a role and a key may be called."""
_KEY_BYTES = 32


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    needs: StrictInt
    roles: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Signer:
    """One key: what it is called, whose role it signs for, and its 32 public bytes."""

    key_id: str
    role: str
    public: bytes


@dataclass(frozen=True)
class Signers:
    """The keys that count, and how many different roles must have signed."""

    needs: int
    keys: tuple[Signer, ...]

    def named(self, key_id: str) -> Signer | None:
        """The key of this id, if the file has it."""
        return next((signer for signer in self.keys if signer.key_id == key_id), None)

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role, once, in the order of the file."""
        return tuple(dict.fromkeys(signer.role for signer in self.keys))


def load_signers(path: Path) -> Signers:
    """The signers in the file at `path`. Raises `UnusablePolicies` with every problem, by file and line."""
    if not path.is_file():
        missing = "there is no such file, so nobody's signature counts; write it from what `iom-hub policy key` prints"
        raise UnusablePolicies([f"{path.name}:1: {missing}"])
    document = Document(path, path.name)
    form = document.parsed(_Form)
    if problems := [document.problem(place, sentence) for place, sentence in _problems(form)]:
        raise UnusablePolicies(problems)
    named = ((key_id, role, text) for role, keys in form.roles.items() for key_id, text in keys.items())
    return Signers(form.needs, tuple(Signer(key_id, role, unwritten(text)) for key_id, role, text in named))


def _problems(form: _Form) -> Iterator[tuple[Path_, str]]:
    if not 1 <= form.needs <= len(form.roles):
        yield ("needs",), f"needs is a number from 1 to that of the roles, which is {len(form.roles)}"
    ids, publics = set[str](), set[bytes]()
    for role, keys in form.roles.items():
        if not NAME.fullmatch(role):
            yield ("roles", role), "a role is called by small letters, digits, - and _"
        if not keys:
            yield ("roles", role), "the role has no key; add the line that `iom-hub policy key` prints"
        for key_id, text in keys.items():
            public = unwritten(text)
            yield from ((("roles", role, key_id), sentence) for sentence in _key_problems(key_id, public))
            if key_id in ids or public in publics:
                yield ("roles", role, key_id), "this key stands here twice; each key signs for one role, so keep one"
            ids.add(key_id)
            publics.add(public)


def _key_problems(key_id: str, public: bytes) -> Iterator[str]:
    if not NAME.fullmatch(key_id):
        yield "a key is called by small letters, digits, - and _"
    if len(public) != _KEY_BYTES:
        yield "this is no Ed25519 public key in base64url; take the line that `iom-hub policy key` prints"
    elif weak(public):
        yield "anybody can sign under this key; make a real one with `iom-hub policy key`"


def unwritten(text: str) -> bytes:
    """The bytes that are written so; none for what is not in the one form that its bytes have."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return raw if written(raw) == text else b""


def written(raw: bytes) -> str:
    """Bytes as this file, a JWK and a JWS write them: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def usual_id(role: str, public: bytes) -> str:
    """What a key is called unless the file calls it otherwise: its role, and eight digits of its own."""
    return f"{role}-{hashlib.sha256(public).hexdigest()[:8]}"


def signers_file(needs: int, publics: Mapping[str, bytes]) -> str:
    """A file in which each of these roles has one key."""
    lines = [f"  {role}:\n    {usual_id(role, public)}: '{written(public)}'\n" for role, public in publics.items()]
    return f"needs: {needs}\nroles:\n{''.join(lines)}"
