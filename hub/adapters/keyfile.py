"""The key store as a file: one root key, in the clear for its owner only or under a passphrase."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

_PLAIN, _SEALED = b"iomhub-key-1 plain\n", b"iomhub-key-1 passphrase\n"
_SALT, _NONCE = 16, 12


class NoKey(Exception):
    """There is no usable root key, so the hub does not start."""


class KeyFile:
    """Keeps the promises of `hub.ports.KeyStore` with one root key."""

    def __init__(self, root: bytes) -> None:
        """`root` is 32 secret bytes."""
        self._root = root
        self._wrapping = self.derive("wrap-data-keys")

    @classmethod
    def open(cls, path: Path, passphrase: str | None = None, *, create: bool = True) -> "KeyFile":
        """Open the key file, or create it where there is none and there may be. Raises `NoKey`."""
        if not path.exists() and not create:
            raise NoKey(f"{path} is missing, and the store beside it opens with no other key: put it back")
        if not path.exists():
            _create(path, passphrase)
        return cls(_read(path, passphrase))

    def derive(self, label: str) -> bytes:
        """HKDF-SHA256 of the root key."""
        return HKDF(SHA256(), 32, salt=None, info=b"iomhub/1/" + label.encode()).derive(self._root)

    def wrap(self, key: bytes) -> bytes:
        """AES key wrap (RFC 3394)."""
        return aes_key_wrap(self._wrapping, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises `ValueError` when it was wrapped under another key."""
        try:
            return aes_key_unwrap(self._wrapping, wrapped)
        except InvalidUnwrap as wrong:
            raise ValueError("a data key was wrapped under another root key") from wrong


def _create(path: Path, passphrase: str | None) -> None:
    root, salt, nonce = os.urandom(32), os.urandom(_SALT), os.urandom(_NONCE)
    if passphrase:
        content = _SEALED + salt + nonce + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, root, _SEALED)
    else:
        content = _PLAIN + root
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, passphrase: str | None) -> bytes:
    content = path.read_bytes()
    if content.startswith(_PLAIN) and passphrase:
        raise NoKey(f"{path} is not under a passphrase: take IOM_HUB_PASSPHRASE away, or begin with a new home")
    if content.startswith(_PLAIN) and len(content) == len(_PLAIN) + 32:
        return content[len(_PLAIN) :]
    if not content.startswith(_SEALED):
        raise NoKey(f"{path} is not a key file")
    if not passphrase:
        raise NoKey(f"{path} needs its passphrase: set IOM_HUB_PASSPHRASE")
    salt, rest = content[len(_SEALED) :][:_SALT], content[len(_SEALED) + _SALT :]
    try:
        return AESGCM(_stretched(passphrase, salt)).decrypt(rest[:_NONCE], rest[_NONCE:], _SEALED)
    except (InvalidTag, ValueError) as wrong:
        raise NoKey(f"{path} does not open with this passphrase") from wrong


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
