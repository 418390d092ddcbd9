"""Governing: the hub decides by one bundle at a time, signed by those who may, and exchanged between two updates.

What was in force is kept, so that a past decision can be explained under its own rules. A bundle that may not be used
changes nothing but an alarm: the last good one stays in force.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import structlog
from pydantic import JsonValue

from access_policies.bundling import moment, refusal, reopen
from access_policies.compiling import Bundle
from access_policies.reading import UnusablePolicies
from access_policies.signers import Signers, load_signers
from access_policies.signing import raw_content, verified
from hub.identity import Identity
from hub.numbering import entry, number
from hub.persisting import persistently
from hub.ports import BundleRow, Clock, Collided, Entropy, Store, TryLater

WATCH_SECONDS = 1.0
"""How often the file of the bundle is looked at."""
NONE_IN_FORCE = (
    "no bundle is in force, so the hub does not start: run `iom-hub policy try-out` to try things out, or have one "
    "made, signed and installed with `iom-hub policy bundle`, `iom-hub policy sign` and `iom-hub policy install`"
)

log = structlog.get_logger()


class NoSuchBundle(LookupError):
    """The hub keeps no bundle of this digest that it can read."""


@dataclass(frozen=True)
class Files:
    """Where the bundle is put, and whose signatures count."""

    bundle: Path
    signers: Path

    def read(self) -> tuple[bytes | None, bytes | None]:
        """Both as they lie there, to see whether either has changed."""
        return _read(self.bundle), _read(self.signers)


@dataclass(frozen=True)
class InForce:
    """A bundle and what was signed about it."""

    version: int
    effective_from: datetime
    bundle: Bundle
    signed_by: tuple[str, ...]
    """Each as `role/key`."""

    def row(self, text: str) -> BundleRow:
        """As it is kept."""
        return BundleRow(self.version, self.bundle.digest, self.effective_from, text)

    def record(self, text: str) -> dict[str, JsonValue]:
        """What the ledger says of it."""
        return {
            "verb": "policies",
            "version": self.version,
            "digest": self.bundle.digest,
            "effective_from": moment(self.effective_from),
            "signed_by": list(self.signed_by),
            "file": sha256(text.encode()).hexdigest(),
        }


@dataclass(frozen=True)
class Offer:
    """The bundle that lies in the file. It waits until its time has come."""

    offered: InForce
    text: str
    known: bool
    """Whether it is the last one that was kept, so that there is nothing to do."""
    waits: bool


def offered(text: bytes, files: Files, last: BundleRow | None, now: datetime, name: str = "") -> Offer:
    """What a file offers, held to its signatures and to what was in force last. Raises `UnusablePolicies`."""
    name = name or files.bundle.name
    if not text:
        raise refusal(name, "it is empty, or the hub may not read it", "install one with `iom-hub policy install`")
    said = _decoded(text, name)
    found = _read_bundle(_Text(said, name), load_signers(files.signers))
    known = _is_known(found.version, said, last, name)
    return Offer(found, said, known, waits=not known and found.effective_from > now)


def _is_known(version: int, text: str, last: BundleRow | None, name: str) -> bool:
    """Whether it is the last one again. Raises `UnusablePolicies` unless it is, or is newer."""
    if last is None or version > last.version:
        return False
    if version < last.version:
        remedy = f"to go back, sign a new one: `iom-hub policy rollback {version}`"
        raise refusal(name, f"its version {version} is lower than {last.version}, which was in force", remedy)
    if raw_content(text) != raw_content(last.signed):
        raise refusal(name, f"another bundle of version {version} was in force", "give it a version of its own")
    return True


def kept(last: BundleRow, files: Files) -> InForce:
    """The bundle that was in force last, if its signatures still count. Raises `UnusablePolicies`."""
    return _read_bundle(_Text(last.signed, f"the kept bundle, version {last.version}"), load_signers(files.signers))


@dataclass(frozen=True)
class _Text:
    """The text of a bundle. What it is called by says nothing of what it holds: the file is mostly the kept one."""

    text: str
    name: str = field(compare=False)


@lru_cache(maxsize=8)
def _read_bundle(found: _Text, signers: Signers) -> InForce:
    """Worked out once: a start looks at a bundle several times. Raises `UnusablePolicies`."""
    signed = verified(found.text, found.name, signers)
    names = tuple(f"{signer.role}/{signer.key_id}" for signer in signed.signed_by)
    return InForce(signed.content.version, signed.content.effective_from, Bundle(signed.content.policies), names)


def begin(last: BundleRow | None, files: Files, now: datetime) -> tuple[InForce, Offer | None]:
    """What a hub that starts now decides by, and the offer that it would take up for that.

    Raises `UnusablePolicies`, with everything that is wrong, when there is nothing to decide by.
    """
    problems, before, offer = [], None, None
    try:
        before = kept(last, files) if last else None
    except UnusablePolicies as unusable:
        problems += unusable.problems
    try:
        text = _read(files.bundle)
        offer = offered(text, files, last, now) if text is not None else None
    except UnusablePolicies as unusable:
        problems += unusable.problems
    if offer and not offer.waits and (before is None or not offer.known):
        return offer.offered, offer
    if before is None:
        waits = [f"{files.bundle.name}: it holds from {moment(offer.offered.effective_from)}"] if offer else []
        raise UnusablePolicies([*problems, *waits, NONE_IN_FORCE])
    return before, None


class Governing:
    """Holds the bundle in force, and looks out for the next."""

    def __init__(self, store: Store, files: Files, identity: Identity, clock: Clock, entropy: Entropy) -> None:
        """Begins with the last good bundle, or with the newer one in the file. Raises `UnusablePolicies`."""
        self._store, self._files, self._identity = store, files, identity
        self._clock, self._entropy = clock, entropy
        self.alarm: str | None = None
        """Why the bundle in the file is refused, in a sentence."""
        self._seen: tuple[bytes | None, bytes | None] | None = None
        self._waits_until: datetime | None = None
        self._past: dict[str, Bundle] = {}
        self._adopting = threading.Lock()
        self._entered = 0
        """The version of the last bundle in the store, as far as this process knows."""
        self._stale = False
        persistently(self._begin)
        self.look()

    def _begin(self) -> None:
        last = self._store.bundle()
        self.in_force, offer = begin(last, self._files, self._clock.now())
        self._entered = last.version if last else 0
        self._store.governed(self._adopt)
        if offer and not offer.known:
            self._take(offer, last)

    @property
    def bundle(self) -> Bundle:
        """The bundle in force."""
        return self.in_force.bundle

    @property
    def decides(self) -> bool:
        """Not while another process has entered a bundle that this one cannot use."""
        return not self._stale

    def bundle_of(self, digest: str) -> Bundle:
        """The bundle of this digest, in force now or once. Raises `NoSuchBundle`."""
        bundle = self.bundle
        if digest == bundle.digest:
            return bundle
        if digest not in self._past:
            self._past[digest] = self._reopened(digest)
        return self._past[digest]

    def look(self) -> None:
        """Take up the bundle in the file if it is newer and its time has come; else say why not. Raises `TryLater`."""
        self._follow()
        seen = self._files.read()
        if seen == self._seen and not self._is_due():
            return
        self._seen = self._waits_until = None  # whatever goes wrong now, it is looked at again
        try:
            persistently(lambda: self._weigh(seen[0]))
            self.alarm = None if not self._stale else self.alarm
        except UnusablePolicies as refused:
            self.alarm = "; ".join(refused.problems)
            log.error("policies_refused", policies=self.bundle.digest, count=len(refused.problems))  # noqa: TRY400  # no values
        self._seen = seen

    def _is_due(self) -> bool:
        return self._waits_until is not None and self._waits_until <= self._clock.now()

    def _weigh(self, text: bytes | None) -> None:
        if text is None:
            return  # what is in force is kept; nobody offers anything else
        last = self._store.bundle()
        offer = offered(text, self._files, last, self._clock.now())
        if offer.waits:
            self._waits_until = offer.offered.effective_from
        elif not offer.known:
            self._take(offer, last)
            log.info("policies_in_force", policies=self.bundle.digest, version=self.in_force.version)

    def _take(self, offer: Offer, last: BundleRow | None) -> None:
        """Kept and entered before anything is decided by it; a crash before the commit leaves the one before.

        It was weighed against `last`. Raises `Collided` when that is no longer the last.
        """
        new = offer.offered
        made = entry(self._clock.now(), self._entropy.salts("ledger", 1), new.record(offer.text))
        with self._store.unit(exchanging=True) as unit:
            if self._entered != (last.version if last else 0):
                raise Collided("another process has just entered a bundle")
            number(unit, [made], self._identity, bundles=[new.row(offer.text)])
            unit.afterwards(lambda: self._put(new))

    def _put(self, new: InForce) -> None:
        self.in_force, self._entered = new, new.version

    def _follow(self) -> None:
        """What another process has entered holds here, too, though nothing is accepted here just now."""
        last = self._store.bundle()
        if last and last.version > self._entered:
            with suppress(TryLater):
                self._adopt(last.version)

    def _adopt(self, version: int) -> None:
        """Decide by the bundle that another process entered, once its signatures are found good as at start. Until
        then nothing is decided here. Raises `TryLater`.
        """
        with self._adopting:
            if version <= self._entered:
                return
            row = self._store.bundle(version)
            if row is None:
                raise Collided("the rules were exchanged meanwhile; send it again later")
            try:
                self._put(kept(row, self._files))
            except UnusablePolicies as refused:
                self.alarm, self._stale = "; ".join(refused.problems), True
                log.error("policies_not_adopted", policies=self.bundle.digest, version=version)  # noqa: TRY400  # no values
                raise TryLater("the rules were exchanged, and cannot be used here; send it again later") from refused
            if self._stale:
                self.alarm, self._stale = None, False
            log.info("policies_adopted", policies=self.bundle.digest, version=version)

    def _reopened(self, digest: str) -> Bundle:
        row = self._store.bundle_of(digest)
        try:
            bundle = reopen(raw_content(row.signed)) if row else None
        except UnusablePolicies as unreadable:
            raise NoSuchBundle from unreadable
        if bundle is None or bundle.digest != digest:
            raise NoSuchBundle
        return bundle


def _read(path: Path) -> bytes | None:
    """What lies there; None when nothing does, and nothing at all when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as why:
        return None if isinstance(why, FileNotFoundError) else b""


def _decoded(text: bytes, name: str) -> str:
    with suppress(UnicodeDecodeError):
        return text.decode()
    raise refusal(name, "it is not text", "install the file that was signed")
