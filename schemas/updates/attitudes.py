"""Attitudes: how somebody thinks and acts, and the programmes about it."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.updates.base import Day, Line, Update
from schemas.updates.pathways import NeedAssessed, StatusChanged, SupportEnded, SupportStarted


class AttitudesNeedAssessed(NeedAssessed):
    """What in somebody's thinking and behaviour leads to harm, as an officer found it."""

    KIND: ClassVar[str] = "attitudes.need.assessed"
    STATE: ClassVar[str | None] = "need/attitudes"


class AttitudesSupportStarted(SupportStarted):
    """Work on thinking and behaviour began."""

    KIND: ClassVar[str] = "attitudes.support.started"
    STATE: ClassVar[str | None] = "support/attitudes"


class AttitudesSupportEnded(SupportEnded):
    """Work on thinking and behaviour ended."""

    KIND: ClassVar[str] = "attitudes.support.ended"
    STATE: ClassVar[str | None] = "support/attitudes"


class AttitudesStatusChanged(StatusChanged):
    """How thinking and behaviour change."""

    KIND: ClassVar[str] = "attitudes.status.changed"
    STATE: ClassVar[str | None] = "status/attitudes"


class ProgrammeCompleted(Update):
    """Somebody finished a programme about how they think and act."""

    KIND: ClassVar[str] = "attitudes.programme.completed"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"completed_on", "programme", "sessions", "learned"})

    completed_on: Day
    programme: Line
    sessions: Annotated[int, Field(ge=0, le=200)] | None = None
    learned: Line | None = None


KINDS: tuple[type[Update], ...] = (
    AttitudesNeedAssessed,
    AttitudesSupportStarted,
    AttitudesSupportEnded,
    AttitudesStatusChanged,
    ProgrammeCompleted,
)
"""The kinds of this strand."""
