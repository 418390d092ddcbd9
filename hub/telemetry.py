"""Telemetry: structured logs that cannot carry what they should not. A key that is not on the list is dropped."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {"agency", "agreement", "count", "duration_ms", "error", "event", "level", "library", "loop", "method", "path",
     "offset", "partition", "policies", "route", "rule", "status", "timestamp", "topic", "url", "version"}
)  # fmt: skip
"""Every key that a log line may have. None of them ever holds a value from an update, a name or an identifier."""


def only_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list: deny by default, like every other way out."""
    return {key: value for key, value in event.items() if key in ALLOWED}


class _Libraries(logging.Handler):
    """What a library logs: its name and the type of the error. Its text and its traceback can hold a value."""

    def emit(self, record: logging.LogRecord) -> None:
        """As one event of ours."""
        failure = record.exc_info[0] if record.exc_info else None
        error = failure.__name__ if failure else None
        structlog.get_logger().log(record.levelno, "library_logged", library=record.name, error=error)


def configure(level: int = logging.INFO) -> None:
    """One JSON line for each event, on standard error; libraries' own lines in our words."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()])
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
