"""Installing: what people do before the hub decides by new rules: keys, drafts, signatures, the file in the home."""

import base64
import os
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from access_policies.bundling import Content
from access_policies.compiling import Bundle
from access_policies.keys import AgencyKey
from access_policies.loading import load
from access_policies.reading import UnusablePolicies
from access_policies.signers import load_signers, signers_file, usual_id
from access_policies.signing import content_of, sign, unsigned
from hub.offering import Files, begin
from hub.ports import BundleRow
from hub.settings import Settings

TRYING_OUT = ("information_governance", "data_owner")
"""The roles whose keys `iom-hub policy try-out` makes."""


class NoSigningKey(Exception):
    """There is no such key to sign with, or none may be made there."""


def make_key(file: Path, passphrase: str | None) -> bytes:
    """Make a private key, for its owner only; its public bytes. Raises `NoSigningKey` where there is a file already."""
    return _kept(Ed25519PrivateKey.generate(), file, passphrase)


def make_agency_key(file: Path, use: str, since: date, until: date, kinds: tuple[str, ...]) -> AgencyKey:
    """Make an agency's private key, for its owner only; its entry in the register. Raises `NoSigningKey`."""
    made = Ed25519PrivateKey.generate() if use == "signing" else X25519PrivateKey.generate()
    public = base64.b64encode(_kept(made, file, None)).decode()
    return AgencyKey.model_validate({"use": use, "public": public, "since": since, "until": until, "kinds": kinds})


def _kept(key: Ed25519PrivateKey | X25519PrivateKey, file: Path, passphrase: str | None) -> bytes:
    sealing = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise NoSigningKey(f"{file} is there already, and a key is never written over; choose another name") from there
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing))
    return key.public_key().public_bytes_raw()


def read_key(file: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The private key in a file. Raises `NoSigningKey`, and `TypeError` when it needs a passphrase."""
    try:
        key = load_pem_private_key(file.read_bytes(), passphrase.encode() if passphrase else None)
    except ValueError as wrong:
        raise NoSigningKey(f"{file} is no private key, or does not open with this passphrase") from wrong
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey(f"{file} is no Ed25519 key; make one with `iom-hub policy key`")
    return key


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def signed_as(text: str, name: str, role: str, key: Ed25519PrivateKey, signers: Path) -> str:
    """The bundle with the signature of one more role. Raises `UnusablePolicies` for one that no hub would take, and
    unless the signers' file has the key.

    Where there is no such file, as on the machine of a signer, the key has its usual id.
    """
    content_of(text, name)
    public = _public(key)
    key_id = usual_id(role, public)
    if signers.exists():
        known = [each for each in load_signers(signers).keys if (each.role, each.public) == (role, public)]
        if not known:
            missing = f"{signers.name}: {role!r} has no such key there; add it, or sign as the role that has it"
            raise UnusablePolicies([missing, *signers_file(1, {role: public}).splitlines()[1:]])
        key_id = known[0].key_id
    return sign(text, name, key_id, key)


def next_version(files: Files, last: BundleRow | None) -> int:
    """One more than any version that was in force or lies in the file."""
    known = [last.version] if last else []
    with suppress(OSError, ValueError, UnusablePolicies):  # what cannot be read has no version
        known.append(content_of(files.bundle.read_text(encoding="utf-8"), files.bundle.name, signed=True).version)
    return max(known, default=0) + 1


def past(row: BundleRow, version: int, effective_from: datetime) -> str:
    """The undo: a bundle with the rules of an earlier one under the next version, to be signed like any other."""
    content = content_of(row.signed, f"version {row.version}")
    return unsigned(Content(version, effective_from, content.policies))


def put(file: Path, text: str, *, keep: bool = True) -> None:
    """Put a bundle in its place, whole or not at all; the one before is kept beside it, unless it is to go."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(file.name + ".new")
    with beside.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    if keep and file.exists():
        file.with_name(file.name + ".previous").write_bytes(file.read_bytes())
    beside.replace(file)


def try_out(settings: Settings, last: BundleRow | None, now: datetime) -> bool:
    """Sign the draft with keys made for it, and install it. Returns whether there was anything to install.

    Raises `UnusablePolicies` for a home that has signers of its own: nobody's signatures are replaced by ours.
    """
    files, keys = settings.files, _keys_for_trying_out(settings)
    trust = signers_file(len(keys), {role: _public(key) for role, key in keys.items()})
    if files.signers.exists() and files.signers.read_text(encoding="utf-8") != trust:
        raise _signers_of_its_own(files)
    files.signers.write_text(trust, encoding="utf-8")
    policies = load(settings.policy_directory())
    if _is_in_force(Bundle(policies).digest, files, last, now):
        return False
    text = unsigned(Content(next_version(files, last), now.replace(microsecond=0), policies))
    for role, key in keys.items():
        text = signed_as(text, files.bundle.name, role, key, files.signers)
    put(files.bundle, text)
    return True


def _keys_for_trying_out(settings: Settings) -> dict[str, Ed25519PrivateKey]:
    """Those that were made before; new ones where nobody may sign yet."""
    made = {role: key_for_trying_out(settings.home, role) for role in TRYING_OUT}
    missing = [file for file in made.values() if not file.exists()]
    if missing and settings.files.signers.exists():
        raise _signers_of_its_own(settings.files)
    for file in missing:
        make_key(file, None)
    return {role: read_key(file, None) for role, file in made.items()}


def _signers_of_its_own(files: Files) -> UnusablePolicies:
    return UnusablePolicies([f"{files.signers.name}:1: this home has signers of its own; let them sign"])


def key_for_trying_out(home: Path, role: str) -> Path:
    """Where the key of a role lies that is only for trying out."""
    return home / f"try-out-{role}.pem"


def _is_in_force(digest: str, files: Files, last: BundleRow | None, now: datetime) -> bool:
    try:
        return begin(last, files, now)[0].bundle.digest == digest
    except UnusablePolicies:
        return False
