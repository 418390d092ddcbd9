"""Copies of the embedded store: one moment of it, made while a hub runs; and a home that begins again from one."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from hub.adapters.auditing import audit
from hub.adapters.sqlite import SqliteStore, only_process
from hub.ports import KeyStore
from hub.verifying import Verdict


class NotCopied(Exception):
    """The copy was not made, or not taken. What was there is still there."""


def back_up(file: Path, to: Path) -> None:
    """Write one moment of a store into a new file, whatever is written meanwhile. It is on disk once this returns.

    Raises `NotCopied`.
    """
    if not file.exists():
        raise NotCopied(f"there is no store at {file}")
    if to.exists():
        raise NotCopied(f"{to} is there already: a copy never replaces another")
    unfinished = to.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        _vacuum_into(file, unfinished)
        _settle(unfinished, to)
    except sqlite3.Error as failed:
        unfinished.unlink(missing_ok=True)
        raise NotCopied(f"{file} cannot be copied: {failed}") from None


def _vacuum_into(file: Path, to: Path) -> None:
    """What was deleted is not in it, and its pages are checked."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as store:
        to.touch(mode=0o600)
        store.execute("VACUUM INTO ?", [str(to)])
    with closing(sqlite3.connect(to)) as copy:
        [(found,), *_] = copy.execute("PRAGMA integrity_check")
    if found != "ok":
        raise sqlite3.DatabaseError("its pages do not hold together")


def _settle(unfinished: Path, to: Path) -> None:
    """Both the content and the name are on disk."""
    for path, flags in ((unfinished, os.O_RDWR), (unfinished.parent, os.O_RDONLY)):
        if path is not unfinished:
            unfinished.rename(to)
        descriptor = os.open(path, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def restore(copy: Path, file: Path, keys: KeyStore) -> Verdict:
    """Begin again from a copy, which is verified first, in a home that has no store.

    Raises `NotCopied`, `StoreInUse` or `UnusableStore`.
    """
    with closing(only_process(file)):
        if file.exists():
            raise NotCopied(f"{file} is there: move it away first, a copy replaces nothing")
        unfinished = file.with_name("restoring.sqlite")
        _remove(unfinished)
        try:
            back_up(copy, unfinished)
            verdict = _verified(unfinished, keys)
            unfinished.rename(file)
        finally:
            _remove(unfinished)
    return verdict


def _verified(file: Path, keys: KeyStore) -> Verdict:
    with closing(SqliteStore(file, keys)) as store:
        verdict = audit(store, keys, lambda _: None)
    if not verdict.sound:
        raise NotCopied(f"the copy is not sound: {'; '.join(verdict.problems)}")
    return verdict


def _remove(file: Path) -> None:
    for each in (file, *(file.with_suffix(end) for end in (".sqlite-wal", ".sqlite-shm", ".lock", ".part"))):
        with suppress(FileNotFoundError):
            each.unlink()
