"""Sealing at rest: the one helper through which content reaches a column.

Each (person record, class of data) has a random data key of its own, wrapped by the key store. Destroying that one
row erases the class; a blob moved to another row, column or person does not open.
"""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.ports import KeyStore

_FORM = b"\x01"
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """A sealed value does not open: it was changed, moved, or its key is gone. Names the scope, never a value."""


class DataKeys(Protocol):
    """Where wrapped data keys are kept, inside the running transaction."""

    def data_key(self, scope: str) -> bytes | None:
        """The wrapped key of `scope`."""

    def add_data_key(self, scope: str, wrapped: bytes) -> bytes:
        """Keep a new wrapped key. Returns the one that is kept: another process may have been quicker."""


class Sealer:
    """Seals and opens under data keys; unwrapped ones are kept in memory."""

    def __init__(self, keys: KeyStore) -> None:
        """`keys` wraps and unwraps the data keys."""
        self._keys = keys
        self._open: dict[str, AESGCM] = {}
        self._outer: dict[str, AESGCM] = {}

    def within(self) -> "Sealer":
        """A sealer for one unit of work: what it learns is its own until it settles, and lost when it never does."""
        inner = Sealer(self._keys)
        inner._outer = self._open
        return inner

    def settle(self) -> None:
        """The unit of work was committed: everyone may use its keys."""
        self._outer.update(self._open)

    def seal(self, kept: DataKeys, scope: str, content: bytes, place: str) -> bytes:
        """Sealed `content`; it opens only in the same `scope` and `place` (table, column and row)."""
        cipher = self._known(scope) or self._cipher(kept, scope) or self._create(kept, scope)
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + nonce + cipher.encrypt(nonce, content, place.encode())

    def open(self, kept: DataKeys, scope: str, sealed: bytes, place: str) -> bytes:
        """What was sealed. Raises `CannotOpen`."""
        try:
            cipher = self._known(scope) or self._cipher(kept, scope)
        except ValueError as broken:
            raise CannotOpen(f"the key of {scope} does not open") from broken
        if cipher is None:
            raise CannotOpen(f"the key of {scope} is gone")
        if sealed[:1] != _FORM:
            raise CannotOpen(f"a value of {scope} has another form")
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place.encode())
        except (InvalidTag, ValueError) as broken:
            raise CannotOpen(f"a value of {scope} does not open") from broken

    def forget(self, scopes: set[str]) -> None:
        """Drop keys from memory: their creation was rolled back, or they were destroyed."""
        for scope in scopes:
            self._open.pop(scope, None)

    def _known(self, scope: str) -> AESGCM | None:
        return self._open.get(scope) or self._outer.get(scope)

    def _cipher(self, kept: DataKeys, scope: str) -> AESGCM | None:
        wrapped = kept.data_key(scope)
        if wrapped is None:
            return None
        cipher = self._open[scope] = AESGCM(self._keys.unwrap(wrapped))
        return cipher

    def _create(self, kept: DataKeys, scope: str) -> AESGCM:
        key = AESGCM.generate_key(256)
        wrapped = self._keys.wrap(key)
        found = kept.add_data_key(scope, wrapped)
        cipher = self._open[scope] = AESGCM(key if found == wrapped else self._keys.unwrap(found))
        return cipher


def scope(owner: object, data_class: str) -> str:
    """The name of a data key: whose data, and of which class."""
    return f"{owner}/{data_class}"
