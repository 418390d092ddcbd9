"""Severing: an agency that is suspended, or no longer in the register, loses its access at the brokers at once.

Only ever less: whatever gives access is done by an operator, with `iom-hub topics apply`.
"""

import time
from collections.abc import Callable, Iterable

import structlog

from access_policies.compiling import Bundle
from hub.identity import Identity
from hub.ports import Access, TryLater
from hub.provisioning import barred
from schemas.identifiers import AgencyId

LOOK_SECONDS = 0.02
"""How often the bundle in force is looked at: a comparison in memory."""
WATCH_SECONDS = 0.25
"""How often a hub that severs looks for a new bundle: sooner than others, because a partner may have to go."""
_AGAIN_SECONDS = 1.0
_EVERY_SECONDS = 30.0
"""How often it is done anyway, whatever somebody gave by hand meanwhile."""

log = structlog.get_logger()


class Severer:
    """Follows the bundle in force. Several of them, in several processes, do each other no harm."""

    def __init__(
        self,
        access: Access,
        bundle: Callable[[], Bundle],
        identity: Identity,
        known: Callable[[], Iterable[AgencyId]],
        every: float = _EVERY_SECONDS,
    ) -> None:
        """`known` are the agencies that were ever in the register; asked once, with the first step."""
        self._access, self._bundle, self._identity, self._ask = access, bundle, identity, known
        self._every = every
        self._known: set[AgencyId] | None = None
        self._done: str | None = None
        self._due = 0.0
        self.trouble: str | None = None
        """The name of the error that is in the way; None when nothing is."""

    def step(self) -> float:
        """Take away what the bundle in force no longer gives. Returns the seconds to wait before the next step."""
        bundle = self._bundle()
        news = bundle.digest != self._done
        if not news and time.monotonic() < self._due:
            return LOOK_SECONDS
        self._known = {*(self._ask() if self._known is None else self._known), *bundle.policies.partners}
        names = barred(bundle, self._identity, self._known)
        try:
            self._access.cut(names)
        except TryLater as failure:
            self._troubled(failure)
            return _AGAIN_SECONDS
        self._done, self._due, self.trouble = bundle.digest, time.monotonic() + self._every, None
        if news:
            log.info("access_severed", count=len(names), policies=bundle.digest)
        return LOOK_SECONDS

    def _troubled(self, failure: Exception) -> None:
        if self.trouble is None:
            log.error("access_not_severed", error=type(failure.__cause__ or failure).__name__)
        self.trouble = type(failure.__cause__ or failure).__name__

    def close(self) -> None:
        """Release the connection."""
        self._access.close()
