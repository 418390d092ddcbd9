"""Named places at which a test may kill the process, to prove that a crash there loses nothing."""

import os
import signal
from collections import Counter

POINTS = ("after_insert", "after_decide", "before_commit", "after_commit")
"""In the unit of work that accepts; `before_taken` lies between it and the word to the source."""
CARRYING = ("before_carry", "after_carry")
"""On the way out: nothing sent yet, and sent but the position not moved."""
IN_A_KIT = ("before_append", "after_append")
"""At a partner: read and checked but not kept yet, and kept but not folded yet."""
_SETTING = "IOM_HUB_CRASH_AT"
_passed: Counter[str] = Counter()


def reach(point: str) -> None:
    """Die here, at once and without clean-up, if the environment names this point; `point:7` at its seventh passing."""
    name, _, passing = os.environ.get(_SETTING, "").partition(":")
    if name != point:
        return
    _passed[point] += 1
    if _passed[point] == int(passing or 1):
        os.kill(os.getpid(), signal.SIGKILL)
