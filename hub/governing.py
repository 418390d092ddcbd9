"""Governing: the hub decides by one bundle at a time, signed by those who may, and exchanged between two updates.

What was in force is kept, so that a past decision can be explained under its own rules. A bundle that may not be used
changes nothing but an alarm: the last good one stays in force.
"""

import threading
from contextlib import suppress
from datetime import datetime

import structlog

from access_policies.bundling import reopen
from access_policies.compiling import Bundle
from access_policies.reading import UnusablePolicies
from access_policies.signing import raw_content
from hub.identity import Identity
from hub.numbering import entry, number
from hub.offering import Files, InForce, Offer, begin, kept, offered
from hub.persisting import persistently
from hub.ports import BundleRow, Clock, Collided, Entropy, Store, TryLater

WATCH_SECONDS = 1.0
"""How often the file of the bundle is looked at."""

log = structlog.get_logger()


class NoSuchBundle(LookupError):
    """The hub keeps no bundle of this digest that it can read."""


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
        self._warn()

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
            self._warn()

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
        last = self._store.bundle_version()
        if last > self._entered:
            with suppress(TryLater):
                self._adopt(last)

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
            self._warn()

    def _warn(self) -> None:
        """Say aloud what nobody has decided on yet."""
        for each in self.in_force.undecided:
            log.warning("policies_undecided", policies=self.bundle.digest, path=str(each))

    def _reopened(self, digest: str) -> Bundle:
        row = self._store.bundle_of(digest)
        try:
            bundle = reopen(raw_content(row.signed)) if row else None
        except UnusablePolicies as unreadable:
            raise NoSuchBundle from unreadable
        if bundle is None or bundle.digest != digest:
            raise NoSuchBundle
        return bundle
