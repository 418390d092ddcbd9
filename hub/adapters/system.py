"""The machine's own clock and its source of randomness."""

import os
from datetime import UTC, datetime

from hub.chains import SALT_BYTES


class SystemClock:
    """Keeps the promise of `hub.ports.Clock`."""

    def now(self) -> datetime:
        """The moment, UTC."""
        return datetime.now(UTC)


class SystemEntropy:
    """Keeps the promise of `hub.ports.Entropy`."""

    def salts(self, purpose: str, count: int) -> bytes:  # noqa: ARG002  # the port names the purpose
        """From the operating system; `purpose` plays no part."""
        return os.urandom(SALT_BYTES * count)
