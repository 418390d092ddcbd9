"""Persisting: what collided with another process is tried again a few times before anybody hears of it."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from hub.ports import Collided

T = TypeVar("T")

PAUSES = (0.005, 0.02, 0.05, 0.1, 0.2)
"""Seconds before each further attempt, give or take a half: two that collided must not keep step."""


def persistently(do: Callable[[], T]) -> T:
    """The result of `do`, which opens a unit of work of its own each time. Raises what the last attempt raises."""
    for pause in PAUSES:
        try:
            return do()
        except Collided:
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # nothing secret hangs on it
    return do()
