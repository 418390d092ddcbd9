"""Health: what somebody needs, the care that starts and ends, and how they are."""

from typing import ClassVar

from schemas.updates.base import Update
from schemas.updates.pathways import NeedAssessed, StatusChanged, SupportEnded, SupportStarted


class HealthNeedAssessed(NeedAssessed):
    """What somebody needs for their health."""

    KIND: ClassVar[str] = "health.need.assessed"
    STATE: ClassVar[str | None] = "need/health"


class HealthSupportStarted(SupportStarted):
    """Care began: a general practice, a clinic, a nurse."""

    KIND: ClassVar[str] = "health.support.started"
    STATE: ClassVar[str | None] = "support/health"


class HealthSupportEnded(SupportEnded):
    """Care ended, or went over to somebody else."""

    KIND: ClassVar[str] = "health.support.ended"
    STATE: ClassVar[str | None] = "support/health"


class HealthStatusChanged(StatusChanged):
    """How somebody's health stands, as those who treat them see it."""

    KIND: ClassVar[str] = "health.status.changed"
    STATE: ClassVar[str | None] = "status/health"


KINDS: tuple[type[Update], ...] = (
    HealthNeedAssessed,
    HealthSupportStarted,
    HealthSupportEnded,
    HealthStatusChanged,
)
"""The kinds of this strand."""
