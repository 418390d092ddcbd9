"""Telemetry: structured logs that cannot carry what they should not. A key that is not on the list is dropped."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {"agency", "count", "duration_ms", "error", "event", "level", "loop", "method", "path", "policies", "route",
     "status", "timestamp", "url", "version"}
)  # fmt: skip
"""Every key that a log line may have. None of them ever holds a value from an update, a name or an identifier."""


def only_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list: deny by default, like every other way out."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure(level: int = logging.INFO) -> None:
    """One JSON line for each event, on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
