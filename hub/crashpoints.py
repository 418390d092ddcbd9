"""Named places at which a test may kill the process, to prove that a crash there loses nothing."""

import os
import signal

POINTS = ("after_insert", "after_decide", "before_commit", "after_commit")
_SETTING = "IOM_HUB_CRASH_AT"


def reach(point: str) -> None:
    """Die here, at once and without clean-up, if the environment names this point."""
    if os.environ.get(_SETTING) == point:
        os.kill(os.getpid(), signal.SIGKILL)
