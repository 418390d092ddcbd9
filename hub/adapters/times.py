"""Times as the tables keep them: whole microseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

from hub.ledger import microseconds as micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_micros(value: int) -> datetime:
    """The moment, UTC."""
    return _EPOCH + timedelta(microseconds=value)


__all__ = ["from_micros", "micros"]
